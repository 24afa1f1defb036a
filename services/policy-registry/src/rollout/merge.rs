//! Three ways at one school: the template version its policy was made from, its policy, and the version that is rolled
//! out. What the school never touched moves; where it and the template both changed the same, it is asked.

mod blanks;
mod sections;
mod steps;

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use time::Date;

use super::{
    plan::{Move, Plan},
    words,
};
use crate::{
    agency::Register,
    effective::Values,
    instance::{
        Clause, Instance, Tailoring,
        proposal::{Change, Kind, Proposal},
    },
    template::{self, Template},
};

/// Moves an instance's text to the plan's new template version; answers how many clauses, steps and blanks moved by
/// themselves. `by` is the day for what is statutory.
pub fn merge(own: &mut Instance, plan: &Plan<'_>, register: Option<&Register>, by: Option<Date>) -> u32 {
    let before = std::mem::take(&mut own.proposals);
    let before = before.into_iter().filter(Proposal::undecided).map(|proposal| (proposal.id.clone(), proposal));
    let mut merging = Merging { plan, by, before: before.collect(), offers: Vec::new(), moved: 0, gone: Vec::new() };
    merging.clauses(own, register);
    merging.stranded(own);
    merging.sections(own);
    merging.steps(own);
    merging.blanks(own);
    let Merging { before, offers, moved, .. } = merging;
    let mut kept: Vec<Proposal> = before.into_values().filter(|proposal| stands(proposal, own, plan.theirs)).collect();
    kept.sort_by(|one, other| one.id.cmp(&other.id));
    own.proposals = kept.into_iter().chain(offers).collect();
    moved
}

struct Merging<'a> {
    plan: &'a Plan<'a>,
    by: Option<Date>,
    /// What the school had not decided yet, by id.
    before: HashMap<String, Proposal>,
    offers: Vec<Proposal>,
    moved: u32,
    /// The school's own clauses whose section is gone: the section, and the clause's key.
    gone: Vec<(&'a str, String)>,
}

/// What a proposal puts side by side.
#[derive(Default)]
struct Texts {
    base: String,
    own: String,
    template: String,
    suggested: String,
}

/// The school's texts on one clause that the template changed: their places.
type Asked<'a> = Vec<(&'a str, &'a Move<'a, template::Clause>, Vec<usize>)>;

impl<'a> Merging<'a> {
    fn offer(
        &mut self,
        kind: Kind,
        about: &str,
        title: &str,
        change: Change,
        texts: Texts,
        clauses: Vec<String>,
    ) -> &mut Proposal {
        let id = kind.proposal(about);
        // What was not decided is asked once, from where the school last agreed.
        let base = self.before.remove(&id).map(|earlier| earlier.base).filter(|base| !base.is_empty());
        self.offers.push(Proposal {
            id,
            kind,
            change,
            title: title.to_owned(),
            base: base.unwrap_or(texts.base),
            own: texts.own,
            template: texts.template,
            suggested: texts.suggested,
            statutory: false,
            due: None,
            statutory_by: None,
            clauses,
            answer: None,
        });
        let last = self.offers.len() - 1;
        &mut self.offers[last]
    }

    fn clauses(&mut self, own: &mut Instance, register: Option<&Register>) {
        let plan = self.plan;
        if plan.clauses.is_empty() && plan.sections.is_empty() {
            return;
        }
        let mut asked: Asked<'a> = Vec::new();
        let mut moved: HashSet<&str> = HashSet::new();
        let mut kept = 0;
        // Where they stand: most of a policy stays as it is.
        own.clauses.retain_mut(|clause| {
            let change = clause.template_clause.as_deref().and_then(|id| plan.clauses.get_key_value(id));
            let stays = match change {
                None => {
                    self.own_section(clause);
                    true
                }
                Some((&id, change)) => settled(clause, id, change, kept, &mut asked, &mut moved),
            };
            kept += usize::from(stays);
            stays
        });
        self.ask(own, register, asked, &mut moved);
        self.arrive(own, register, &mut moved);
        self.moved += count(moved.len());
    }

    /// The school's own clause goes to no section where its own is gone.
    fn own_section(&mut self, clause: &mut Clause) {
        if clause.tailoring != Tailoring::Added {
            return;
        }
        let gone = self.plan.sections.get_key_value(clause.section.as_str()).filter(|(_, s)| s.theirs.is_none());
        if let Some((&section, _)) = gone {
            self.gone.push((section, clause.key.clone()));
            clause.section.clear();
        }
    }

    /// Asks about every clause that both the school and the template changed, unless they changed it alike.
    fn ask(&mut self, own: &mut Instance, register: Option<&Register>, asked: Asked<'a>, moved: &mut HashSet<&'a str>) {
        let values = OnceCell::new();
        let mut dropped = HashSet::new();
        for (id, change, places) in asked {
            let texts: Vec<&str> = places
                .iter()
                .map(|at| &own.clauses[*at])
                .filter(|clause| clause.tailoring == Tailoring::Adapted)
                .map(|clause| clause.text.as_str())
                .collect();
            let said = texts.join("\n\n");
            // What a school wrote with blanks is compared with the blanks, what it wrote without them with its values.
            let filled = |template: &Template, clause: Option<&template::Clause>| match clause {
                None => String::new(),
                Some(clause) if said.contains("{{") => clause.text.clone(),
                Some(clause) => {
                    values.get_or_init(|| Values::of(own, self.plan.theirs, register)).fill(template, &clause.text)
                }
            };
            let earlier = self.before.get(&Kind::Clause.proposal(id)).map(|p| p.base.clone()).filter(|b| !b.is_empty());
            let base = earlier.unwrap_or_else(|| filled(self.plan.base, change.base));
            let theirs = filled(self.plan.theirs, change.theirs);
            let statutory = change.theirs.is_some_and(|theirs| theirs.statutory);
            if change.theirs.is_some() && words::same(&said, &theirs) {
                moved.insert(id);
                for (nth, at) in places.into_iter().enumerate() {
                    adopted(&mut own.clauses[at]);
                    if nth > 0 {
                        dropped.insert(at);
                    }
                }
                continue;
            }
            let what = match (change.base, change.theirs) {
                (_, None) => Change::Removed,
                (Some(base), Some(theirs)) if theirs.statutory && !base.statutory => Change::BecameStatutory,
                (Some(_), Some(_)) => Change::Changed,
                (None, Some(_)) => Change::Added,
            };
            let suggested = suggested(&base, &said, &theirs, statutory);
            let keys = places.iter().map(|at| own.clauses[*at].key.clone()).collect();
            if change.theirs.is_none() {
                for at in &places {
                    let clause = &mut own.clauses[*at];
                    clause.tailoring = Tailoring::Added;
                    clause.template_clause = None;
                    if self.plan.sections.get(clause.section.as_str()).is_some_and(|s| s.theirs.is_none()) {
                        clause.section.clear();
                    }
                }
            }
            let by = self.by;
            let texts = Texts { base, own: said, template: theirs, suggested };
            self.offer(Kind::Clause, id, change.title, what, texts, keys).demand(statutory, by);
        }
        if !dropped.is_empty() {
            let mut at = 0;
            own.clauses.retain(|_| {
                at += 1;
                !dropped.contains(&(at - 1))
            });
        }
    }

    /// New clauses move in, and so does one whose rule lets it be printed here from now on.
    fn arrive(&mut self, own: &mut Instance, register: Option<&Register>, moved: &mut HashSet<&'a str>) {
        let plan = self.plan;
        for id in &plan.new_clauses {
            let place = plan.clauses.get(id).map_or("", |change| change.place);
            own.clauses.push(arrived(id, place));
            moved.insert(id);
        }
        if plan.widened.is_empty() {
            return;
        }
        let values = Values::of(own, plan.theirs, register);
        let holds = |key: &str| values.get(key);
        let there: HashSet<String> = own.clauses.iter().filter_map(|clause| clause.template_clause.clone()).collect();
        for widened in plan.widened.iter().filter(|widened| !there.contains(widened.id)) {
            if !widened.before.iter().all(|rule| rule.holds(&holds))
                && widened.now.iter().all(|rule| rule.holds(&holds))
            {
                own.clauses.push(arrived(widened.id, widened.place));
                moved.insert(widened.id);
            }
        }
    }
}

impl Proposal {
    /// Says that it has to be adopted, and by when.
    fn demand(&mut self, statutory: bool, by: Option<Date>) {
        self.statutory = statutory;
        let by = by.filter(|_| statutory);
        (self.due, self.statutory_by) = (by, by);
    }
}

/// Settles a clause that the template changed, or notes that it has to be asked about; `place` is where it stands. False
/// where it goes.
fn settled<'a>(
    clause: &mut Clause,
    id: &'a str,
    change: &'a Move<'a, template::Clause>,
    place: usize,
    asked: &mut Asked<'a>,
    moved: &mut HashSet<&'a str>,
) -> bool {
    let differs = change.theirs.is_none_or(|theirs| {
        change.base.is_none_or(|base| base.text != theirs.text || (theirs.statutory && !base.statutory))
    });
    match clause.tailoring {
        Tailoring::Adapted | Tailoring::Omitted
            if differs && (change.theirs.is_some() || clause.tailoring == Tailoring::Adapted) =>
        {
            match asked.iter_mut().find(|(asked, ..)| *asked == id) {
                Some((.., places)) => places.push(place),
                None => asked.push((id, change, vec![place])),
            }
            true
        }
        Tailoring::Adopted | Tailoring::Omitted if change.theirs.is_none() => {
            moved.insert(id);
            false
        }
        Tailoring::Adopted => {
            moved.insert(id);
            if differs {
                adopted(clause);
            }
            true
        }
        Tailoring::Adapted | Tailoring::Omitted => {
            moved.insert(id);
            true
        }
        Tailoring::Added => true,
    }
}

fn adopted(clause: &mut Clause) {
    clause.tailoring = Tailoring::Adopted;
    for emptied in [&mut clause.text, &mut clause.reason] {
        emptied.clear();
    }
    (clause.line, clause.score) = (0, 0);
}

fn arrived(id: &str, section: &str) -> Clause {
    Clause {
        template_clause: Some(id.to_owned()),
        section: section.to_owned(),
        tailoring: Tailoring::Adopted,
        text: String::new(),
        line: 0,
        score: 0,
        key: id.to_owned(),
        level: 0,
        title: String::new(),
        reason: String::new(),
    }
}

/// Both changes in one text. What is statutory is printed in the template's words, and nothing is put together.
fn suggested(base: &str, own: &str, theirs: &str, statutory: bool) -> String {
    if statutory || own.is_empty() || theirs.is_empty() {
        return String::new();
    }
    words::together(base, own, theirs).unwrap_or_default()
}

/// Whether what was not decided is a question still.
fn stands(proposal: &Proposal, own: &Instance, template: &Template) -> bool {
    let clause = || {
        own.clauses
            .iter()
            .any(|clause| proposal.clauses.contains(&clause.key) && clause.tailoring != Tailoring::Adopted)
    };
    match proposal.kind {
        Kind::Clause => clause(),
        Kind::Step => own.tailored_steps.iter().any(|tailored| tailored.step.id == proposal.about()),
        Kind::Section => clause() || own.section_choices.iter().any(|choice| choice.section == proposal.about()),
        Kind::Parameter => {
            template.parameter(proposal.about()).is_some()
                || own.parameters.iter().any(|parameter| parameter.key == proposal.about())
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
