//! What changed from one template version to another, worked out once for every school that moves between the two.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::template::{Clause, Definition, Section, Template, condition::Condition, procedure::Step};

/// One thing of the template that reads otherwise, is new or is gone.
#[derive(Debug)]
pub struct Move<'t, T> {
    /// The section's or procedure's id; empty for a blank.
    pub place: &'t str,
    /// What the place, or the blank, is called.
    pub title: &'t str,
    /// As it was.
    pub base: Option<&'t T>,
    /// As it is.
    pub theirs: Option<&'t T>,
}

/// A clause there was, whose rule or whose section's rule changed.
#[derive(Debug)]
pub struct Widened<'t> {
    /// The clause.
    pub id: &'t str,
    /// Its section.
    pub place: &'t str,
    /// What had to hold for it to be printed.
    pub before: [&'t Condition; 2],
    /// What has to hold from now on.
    pub now: [&'t Condition; 2],
}

/// What changed from one template version to another.
#[derive(Debug)]
pub struct Plan<'t> {
    /// The version before.
    pub base: &'t Template,
    /// The version that is rolled out.
    pub theirs: &'t Template,
    /// Clauses by id.
    pub clauses: HashMap<&'t str, Move<'t, Clause>>,
    /// Clauses that are new, in the order of the text.
    pub new_clauses: Vec<&'t str>,
    /// Clauses there were that may be printed where they were not.
    pub widened: Vec<Widened<'t>>,
    /// Sections by id.
    pub sections: HashMap<&'t str, Move<'t, Section>>,
    /// Steps by id.
    pub steps: HashMap<&'t str, Move<'t, Step>>,
    /// Blanks by key.
    pub parameters: BTreeMap<&'t str, Move<'t, Definition>>,
    /// The gates that are gone.
    pub gone_gates: HashSet<&'t str>,
    /// The procedures that are gone: ids and titles.
    pub gone_procedures: HashMap<&'t str, &'t str>,
}

impl<'t> Plan<'t> {
    /// Compares two versions.
    pub fn new(base: &'t Template, theirs: &'t Template) -> Self {
        let clauses = moves(placed(base), placed(theirs), |old, new| {
            old.text == new.text && old.statutory == new.statutory && old.include_if == new.include_if
        });
        let sections = moves(
            base.sections.iter().map(|s| (s.id.as_str(), s.id.as_str(), s.title.as_str(), s)),
            theirs.sections.iter().map(|s| (s.id.as_str(), s.id.as_str(), s.title.as_str(), s)),
            |old, new| old.include_if == new.include_if && old.title == new.title,
        );
        let new_clauses = theirs.clauses().map(|(_, clause)| clause.id.as_str());
        let new_clauses = new_clauses.filter(|id| clauses.get(id).is_some_and(|m| m.base.is_none())).collect();
        Self {
            new_clauses,
            widened: widened(base, theirs),
            steps: moves(stepped(base), stepped(theirs), |old, new| {
                Step { requirements: Vec::new(), ..old.clone() } == Step { requirements: Vec::new(), ..new.clone() }
            }),
            parameters: moves(blanks(base), blanks(theirs), |old, new| {
                old.kind == new.kind
                    && old.required == new.required
                    && old.default == new.default
                    && old.allowed.iter().map(|a| &a.value).eq(new.allowed.iter().map(|a| &a.value))
            })
            .into_iter()
            .collect(),
            gone_gates: base
                .gates
                .iter()
                .map(|gate| gate.id.as_str())
                .filter(|id| !theirs.gates.iter().any(|gate| gate.id == *id))
                .collect(),
            gone_procedures: base
                .procedures
                .iter()
                .filter(|old| !theirs.procedures.iter().any(|new| new.id == old.id))
                .map(|procedure| (procedure.id.as_str(), procedure.title.as_str()))
                .collect(),
            clauses,
            sections,
            base,
            theirs,
        }
    }

    /// True where nothing moves.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty() && self.sections.is_empty() && self.steps.is_empty() && self.parameters.is_empty()
    }
}

fn widened<'t>(base: &'t Template, theirs: &'t Template) -> Vec<Widened<'t>> {
    let rules = |template: &'t Template| {
        template.clauses().map(|(section, clause)| {
            (clause.id.as_str(), section.id.as_str(), [&section.include_if, &clause.include_if])
        })
    };
    let before: HashMap<&str, [&Condition; 2]> = rules(base).map(|(id, _, rules)| (id, rules)).collect();
    let changed = rules(theirs).filter_map(|(id, place, now)| {
        let before = *before.get(id)?;
        (before != now).then_some(Widened { id, place, before, now })
    });
    changed.collect()
}

type Placed<'t, T> = (&'t str, &'t str, &'t str, &'t T);

fn placed(template: &Template) -> impl Iterator<Item = Placed<'_, Clause>> {
    template
        .clauses()
        .map(|(section, clause)| (clause.id.as_str(), section.id.as_str(), section.title.as_str(), clause))
}

fn stepped(template: &Template) -> impl Iterator<Item = Placed<'_, Step>> {
    template.procedures.iter().flat_map(|procedure| {
        procedure.steps.iter().map(|step| (step.id.as_str(), procedure.id.as_str(), procedure.title.as_str(), step))
    })
}

fn blanks(template: &Template) -> impl Iterator<Item = Placed<'_, Definition>> {
    template.parameters.iter().map(|definition| (definition.key.as_str(), "", definition.title.as_str(), definition))
}

fn moves<'t, T>(
    base: impl Iterator<Item = Placed<'t, T>>,
    theirs: impl Iterator<Item = Placed<'t, T>>,
    same: impl Fn(&T, &T) -> bool,
) -> HashMap<&'t str, Move<'t, T>> {
    let mut moves: HashMap<&str, Move<'t, T>> =
        base.map(|(id, place, title, base)| (id, Move { place, title, base: Some(base), theirs: None })).collect();
    for (id, place, title, new) in theirs {
        match moves.get_mut(id) {
            Some(there) if there.base.is_some_and(|old| same(old, new)) => {
                moves.remove(id);
            }
            Some(there) => *there = Move { place, title, base: there.base, theirs: Some(new) },
            None => {
                moves.insert(id, Move { place, title, base: None, theirs: Some(new) });
            }
        }
    }
    moves
}
