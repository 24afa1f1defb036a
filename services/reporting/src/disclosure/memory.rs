//! Everything that bears on a batch of questions: what is true, and what was printed before to anybody. Prints what can be
//! printed, and answers figures from what was printed and from nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    calendar::{Term, end_of_day},
    clock::london,
    db::Tx,
    error::Result,
    suppress::Figure,
};
use time::{Date, OffsetDateTime};

use super::{
    across::{Across, Counts, Schools},
    block::{Block, Moment, Of, Truth},
    led,
    left::{GONE, Left, OPEN, PARTS, few},
    period::{MONTH, month_begins},
    truth,
};
use crate::{
    measure::Since,
    store::{self, published, state::SchoolState},
};

/// A running term's breakdown is printed once its printed total is so many times the threshold; any other when the term is over.
/// One that is printed early and moves a little has to wait with its new figures, perhaps for ever.
const LARGE: i64 = 10;

/// What is asked for: by term and day, of each fact the dimensions.
pub(super) type Needs = BTreeMap<(Term, Option<Date>), BTreeMap<&'static str, BTreeSet<&'static str>>>;

/// What is true of a term, by fact and school.
pub(super) type Truths = BTreeMap<(&'static str, String), Truth>;

type BlockKey = (Term, &'static str, String);

/// A figure with the day it is of, where that is not the one asked for.
pub(super) type Dated = (Figure, Option<Date>);

/// What bears on a batch of questions.
pub(super) struct Memory {
    min_cell: i64,
    now: OffsetDateTime,
    to: String,
    /// Whether all schools are asked about.
    all: bool,
    /// The schools, each with its first term on the platform.
    schools: BTreeMap<String, Option<Term>>,
    /// Since when what began at each of them did.
    begun: BTreeMap<(String, Since), Option<OffsetDateTime>>,
    truths: BTreeMap<(Term, Option<Date>), Truths>,
    blocks: BTreeMap<BlockKey, Block>,
    across: BTreeMap<(Term, &'static str), Across>,
    /// Up to when nothing more is printed of a school, in microseconds.
    sealed: BTreeMap<String, i64>,
}

/// As the printings of all schools together are kept.
const ACROSS: &str = "";

impl Memory {
    /// Reads what bears on questions about one school each, or about all.
    pub(super) async fn read(
        tx: &Tx,
        needs: &Needs,
        of: Option<BTreeSet<String>>,
        to: &str,
        min_cell: i64,
    ) -> Result<Self> {
        let mut states = Vec::new();
        match &of {
            Some(ids) => {
                for id in ids {
                    states.push(store::state::school(tx, id).await?);
                }
            }
            None => states = store::state::schools(tx).await?,
        }
        let schools = states.iter().map(|school| (school.school_id.clone(), school.first_term())).collect();
        let begun = |school: &SchoolState| {
            [Since::Feed, Since::Register].map(|since| ((school.school_id.clone(), since), school.begun(since)))
        };
        let begun = states.iter().flat_map(begun).collect();
        let one = of.as_ref().filter(|ids| ids.len() == 1).and_then(|ids| ids.first()).map(String::as_str);
        let mut memory =
            Self { to: to.to_owned(), all: of.is_none(), begun, ..Self::blank(tx.now(), schools, min_cell) };
        memory.remember(tx, needs).await?;
        for ((term, as_at), facts) in needs {
            let truths = memory.learn(tx, one, (*term, *as_at), facts).await?;
            memory.truths.insert((*term, *as_at), truths);
        }
        Ok(memory)
    }

    /// What is true of a term. Parts are read only of facts that are asked by parts, or of which a school may print a new total:
    /// they are remembered with it.
    async fn learn(
        &self,
        tx: &Tx,
        one: Option<&str>,
        (term, as_at): (Term, Option<Date>),
        facts: &BTreeMap<&'static str, BTreeSet<&'static str>>,
    ) -> Result<Truths> {
        let plain: BTreeSet<&'static str> =
            facts.iter().filter(|(_, dimensions)| dimensions.is_empty()).map(|(fact, _)| *fact).collect();
        let totals = truth::totals(tx, one, term, as_at, &plain).await?;
        let at = self.moment(as_at, ACROSS).at;
        let last = |fact: &'static str, school: &str| {
            self.blocks.get(&(term, fact, school.to_owned())).and_then(|block| block.last(at))
        };
        let mut whole: BTreeSet<&'static str> = facts.keys().copied().filter(|fact| !plain.contains(fact)).collect();
        let mut truths = Truths::new();
        for fact in plain {
            let mut of_fact = Truths::new();
            for school in self.schools.keys() {
                let total = totals.get(&(fact, school.clone())).copied();
                let last = last(fact, school);
                let moved = total.unwrap_or_default() - last.map_or(0, |truth| truth.total);
                if moved.abs() >= self.min_cell && fact != OPEN {
                    whole.insert(fact);
                    break;
                }
                let known = last.cloned().or_else(|| total.map(|_| truth::nothing(fact)));
                if let Some(known) = known {
                    let total = total.unwrap_or_default();
                    of_fact.insert((fact, school.clone()), Truth { total, ..known });
                }
            }
            if !whole.contains(fact) {
                truths.extend(of_fact);
            }
        }
        truths.extend(truth::of_term(tx, one, term, as_at, &whole).await?);
        Ok(truths)
    }

    /// Where nothing is known and nothing was printed.
    pub(super) fn blank(now: OffsetDateTime, schools: BTreeMap<String, Option<Term>>, min_cell: i64) -> Self {
        let (truths, blocks, across) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (to, begun, sealed) = (String::new(), BTreeMap::new(), BTreeMap::new());
        Self { min_cell, now, to, all: true, schools, begun, truths, blocks, across, sealed }
    }

    /// Another day: what was printed is remembered, and nothing else is known yet.
    #[cfg(test)]
    pub(super) fn at(&mut self, now: OffsetDateTime) {
        self.now = now;
        self.truths.clear();
    }

    /// Whom the next question is about: one school, which sees its own alone, or all.
    #[cfg(test)]
    pub(super) fn about(&mut self, schools: BTreeMap<String, Option<Term>>, all: bool) {
        (self.schools, self.all) = (schools, all);
    }

    /// What is true of a term, by fact and school, as it was known at a day.
    #[cfg(test)]
    pub(super) fn know(&mut self, of: (Term, Option<Date>), truths: impl FnOnce() -> Truths) {
        self.truths.entry(of).or_insert_with(truths);
    }

    /// Reads what was printed.
    async fn remember(&mut self, tx: &Tx, needs: &Needs) -> Result<()> {
        let terms: BTreeMap<String, Term> = needs.keys().map(|(term, _)| (term.id(), *term)).collect();
        let facts: BTreeSet<&'static str> = needs.values().flat_map(BTreeMap::keys).copied().collect();
        let schools: Option<BTreeSet<String>> = (!self.all).then(|| self.schools.keys().cloned().collect());
        (self.blocks, self.across) = (BTreeMap::new(), BTreeMap::new());
        for row in published::read(tx, schools.as_ref(), &terms.keys().cloned().collect(), &facts).await? {
            let known = facts.iter().find(|fact| **fact == row.fact).zip(terms.get(&row.term));
            let Some((fact, term)) = known else { continue };
            if row.school == ACROSS {
                let mut across: Across = serde_json::from_str(&row.printed)?;
                across.forget(|dimension| truth::counts_by(fact, dimension));
                self.across.insert((*term, *fact), across);
            } else {
                let mut block: Block = serde_json::from_str(&row.printed)?;
                block.forget(|dimension| truth::counts_by(fact, dimension));
                self.blocks.insert((*term, *fact, row.school), block);
            }
        }
        Ok(())
    }

    /// Prints whatever can be printed of what is asked for, and keeps it. Two who print at once take turns: the second judges
    /// its figures together with those of the first.
    pub(super) async fn publish(&mut self, tx: &Tx, needs: &Needs) -> Result<()> {
        if self.print(needs).is_empty() {
            return Ok(());
        }
        let mut turns: BTreeSet<String> = self.schools.keys().cloned().collect();
        if self.all {
            turns.insert(ACROSS.to_owned());
        }
        self.sealed = published::take_turns(tx, &turns).await?;
        let sealed = self.sealed.clone();
        self.remember(tx, needs).await?;
        let changed = self.print(needs);
        let mut rows = Vec::with_capacity(changed.len());
        for (term, fact, school) in changed {
            let printed = if school == ACROSS {
                serde_json::to_string(&self.across.get(&(term, fact)))?
            } else {
                serde_json::to_string(&self.blocks.get(&(term, fact, school.clone())))?
            };
            rows.push(published::Row { school, term: term.id(), fact: fact.to_owned(), printed });
        }
        published::keep(tx, &rows).await?;
        let last = self.sealed.values().max().copied().unwrap_or_default();
        if self.sealed == sealed { Ok(()) } else { published::seal(tx, &turns, last).await }
    }

    /// The moment a question is about.
    fn moment(&self, as_at: Option<Date>, school: &str) -> Moment {
        let (at, day) = match as_at {
            Some(day) => (end_of_day(day), day),
            None => (self.now, london(self.now).date()),
        };
        let sealed = self.sealed.get(school).copied().unwrap_or_default();
        let back = as_at.is_some();
        Moment { at: store::micros(at), day: day.to_julian_day(), to: self.to.clone(), sealed, back }
    }

    /// Whether a school was counted in a term by a moment.
    fn there(&self, school: &str, term: Term, as_at: Option<Date>, truth: Option<&Truth>) -> bool {
        let first = self.schools.get(school).copied().flatten();
        let at = as_at.map_or(self.now, end_of_day);
        let counted = truth.is_some_and(|truth| truth.total != 0 || !truth.parts.is_empty());
        counted || (first.is_some_and(|first| first <= term) && term <= Term::at(at))
    }

    fn truth(&self, school: &str, term: Term, as_at: Option<Date>, fact: &'static str) -> Option<Truth> {
        let truth = self.truths.get(&(term, as_at)).and_then(|truths| truths.get(&(fact, school.to_owned()))).cloned();
        self.there(school, term, as_at, truth.as_ref()).then(|| truth.unwrap_or_else(|| truth::nothing(fact)))
    }

    /// The schools that were counted in a term by a day, each with what is true of it.
    fn present(&self, term: Term, as_at: Option<Date>, fact: &'static str) -> BTreeMap<String, Truth> {
        let of = |school: &String| self.truth(school, term, as_at, fact).map(|truth| (school.clone(), truth));
        self.schools.keys().filter_map(of).collect()
    }

    /// Prints what can be printed, and says of which facts, terms and schools there is something new to keep.
    pub(super) fn print(&mut self, needs: &Needs) -> Vec<BlockKey> {
        let mut changed = BTreeSet::new();
        // The present first, for everybody has it before them. Then the past in the order of time: what is printed over all
        // schools rests on what each of them had printed by then.
        let mut order: Vec<_> = needs.iter().collect();
        order.sort_by_key(|((_, as_at), _)| *as_at);
        for ((term, as_at), facts) in order {
            let over = *term < Term::at(self.now);
            for (fact, dimensions) in facts.iter().filter(|(fact, _)| **fact != OPEN) {
                let present = self.present(*term, *as_at, fact);
                // What stays where something went: it is known, and never printed.
                let left: Option<Left> = (*fact == GONE).then(|| self.present(*term, *as_at, OPEN));
                // How many of it another fact counts.
                let part: Option<Counts> = led::part_of(fact).map(|part| {
                    let of = |(school, truth): (String, Truth)| (school, truth.total);
                    self.present(*term, *as_at, part).into_iter().map(of).collect()
                });
                for (school, truth) in &present {
                    let moment = self.moment(*as_at, school);
                    let key = (*term, *fact, school.clone());
                    // Beside a present figure that waits, a past one could keep it waiting.
                    if as_at.is_some() && !self.stands(school, *term, fact) {
                        if self.blocks.entry(key.clone()).or_default().look_back(&moment) {
                            changed.insert(key);
                        }
                        continue;
                    }
                    let large = truth.total >= LARGE * self.min_cell;
                    let mut dimensions = if over || large { dimensions.clone() } else { BTreeSet::new() };
                    // What led to a case is the cases, and what came from alerts the alerts: nothing of it is told that is not
                    // printed of them.
                    let part_stands = |part| as_at.is_none() && self.stands(school, *term, part);
                    if led::part_of(fact).is_some_and(|part| !part_stands(part)) {
                        dimensions.retain(|dimension| !led::tells_apart(dimension));
                    }
                    let block = self.blocks.entry(key.clone()).or_default();
                    let left = left.as_ref().and_then(|left| left.get(school));
                    let part = part.as_ref().map(|part| part.get(school).copied().unwrap_or_default());
                    if block.publish(truth, &moment, &dimensions, left, part, self.min_cell) {
                        changed.insert(key);
                    }
                }
                if !self.all {
                    continue;
                }
                if as_at.is_some() && !matches!(self.of_all((*term, None), fact, Of::Total), (Figure::Count(_), None)) {
                    let moment = self.moment(*as_at, ACROSS);
                    if self.across.entry((*term, *fact)).or_default().look_back(&moment) {
                        changed.insert((*term, *fact, ACROSS.to_owned()));
                    }
                    continue;
                }
                let (moment, empty) = (self.moment(*as_at, ACROSS), Block::default());
                let schools: Schools<'_> = with_blocks(&present, &self.blocks, (*term, *fact), &empty);
                let across = self.across.entry((*term, *fact)).or_default();
                let before = across.printings();
                let mut more = across.publish(&schools, &moment, left.as_ref(), part.as_ref(), self.min_cell);
                // Parts that are all printed are their total; and what led to a case, over all schools, is the cases of each.
                let stands = matches!(across.total(&schools, None), (Some(_), None));
                let tells = |dimension: &&&str| part.is_some() && (!stands || led::tells_apart(dimension));
                for dimension in dimensions.iter().filter(|of| over && as_at.is_none() && !tells(of)) {
                    more |= across.break_down(&schools, dimension, &moment, left.as_ref(), self.min_cell);
                }
                if across.printings() > before {
                    for school in present.keys() {
                        let sealed = self.sealed.entry(school.clone()).or_default();
                        *sealed = moment.at.max(*sealed);
                    }
                }
                if more {
                    changed.insert((*term, *fact, ACROSS.to_owned()));
                }
            }
        }
        changed.into_iter().collect()
    }

    /// Whether a school's total is printed as it is now, or nothing is counted there.
    fn stands(&self, school: &str, term: Term, fact: &'static str) -> bool {
        let (figure, held) = self.of_school(school, (term, None), fact, Of::Total);
        figure == Figure::NoData || (matches!(figure, Figure::Count(_)) && held.is_none())
    }

    /// A school's figure.
    pub(super) fn of_school(
        &self,
        school: &str,
        (term, as_at): (Term, Option<Date>),
        fact: &'static str,
        of: Of<'_>,
    ) -> Dated {
        let Some(truth) = self.truth(school, term, as_at, fact) else { return (Figure::NoData, None) };
        let block = self.blocks.get(&(term, fact, school.to_owned()));
        let by = as_at.map(Date::to_julian_day);
        match block.and_then(|block| block.figure(of, by, &truth)) {
            Some((count, day)) => (number(count), day.and_then(|day| Date::from_julian_day(day).ok())),
            None => (Figure::Hidden, None),
        }
    }

    /// The figure over all schools.
    pub(super) fn of_all(&self, (term, as_at): (Term, Option<Date>), fact: &'static str, of: Of<'_>) -> Dated {
        let present = self.present(term, as_at, fact);
        if present.is_empty() {
            return (Figure::NoData, None);
        }
        let empty = Block::default();
        let schools = with_blocks(&present, &self.blocks, (term, fact), &empty);
        let by = as_at.map(Date::to_julian_day);
        let across = self.across.get(&(term, fact));
        let (count, day) = match (across, of) {
            (Some(across), Of::Total) => across.total(&schools, by),
            (Some(across), Of::Part(dimension, value)) => across.part(dimension, value, by),
            (None, _) => (None, None),
        };
        (count.map_or(Figure::Hidden, number), day.and_then(|day| Date::from_julian_day(day).ok()))
    }

    /// What stands at a school or over all of them: what came less what went in every term until then, of printed figures alone,
    /// and hidden where one of these is, or waits. It prints nothing new.
    pub(super) fn left(&self, school: Option<&str>, (term, as_at): (Term, Option<Date>), of: Of<'_>) -> Dated {
        let first = match school {
            Some(school) => self.schools.get(school).copied().flatten(),
            None => self.schools.values().copied().flatten().min(),
        };
        let Some(first) = first else { return (Figure::NoData, None) };
        let (mut left, mut counted) = (0, false);
        for term in std::iter::successors(Some(term), |term| Some(term.before())).take_while(|term| *term >= first) {
            for (fact, sign) in PARTS {
                let figure = match school {
                    Some(school) => self.of_school(school, (term, as_at), fact, of),
                    None => self.of_all((term, as_at), fact, of),
                };
                match figure {
                    (Figure::Count(count), None) => {
                        left += sign * i64::try_from(count).unwrap_or_default();
                        counted = true;
                    }
                    (Figure::NoData, _) => {}
                    _ => return (Figure::Hidden, None),
                }
            }
        }
        let figure = if !counted {
            Figure::NoData
        } else if few(left, self.min_cell) {
            Figure::Hidden
        } else {
            number(left)
        };
        (figure, None)
    }

    /// Whether the values of a dimension may be named, of one school or of all: where its breakdown was printed.
    pub(super) fn named(
        &self,
        school: Option<&str>,
        (term, as_at): (Term, Option<Date>),
        fact: &'static str,
        dimension: &str,
    ) -> bool {
        let by = as_at.map(Date::to_julian_day);
        match school {
            Some(school) => {
                let block = self.blocks.get(&(term, fact, school.to_owned()));
                block.is_some_and(|block| block.broken_down(dimension, by))
            }
            None => self.across.get(&(term, fact)).is_some_and(|across| across.broken_down(dimension, by)),
        }
    }

    /// Whether a school was on the platform in a term by a day; any of them where none is named.
    pub(super) fn counted(&self, school: Option<&str>, term: Term, as_at: Option<Date>) -> bool {
        match school {
            Some(school) => self.there(school, term, as_at, None),
            None => self.schools.keys().any(|school| self.there(school, term, as_at, None)),
        }
    }

    /// Whether a month, such as `2026-12`, had not begun by a day: there is nothing in it to hide.
    pub(super) fn ahead(&self, month: &str, as_at: Option<Date>) -> bool {
        month_begins(MONTH, month).is_some_and(|begins| begins >= self.moment(as_at, ACROSS).at)
    }

    /// Whether something had begun at a school in a term, by a day; at any of them where none is named. Of a school of which nothing of
    /// the kind is read, it had.
    pub(super) fn begun(&self, school: Option<&str>, (term, as_at): (Term, Option<Date>), since: Since) -> bool {
        let at = as_at.map_or(self.now, end_of_day);
        let begun = |school: &str| match self.begun.get(&(school.to_owned(), since)) {
            Some(begun) => begun.is_some_and(|begun| begun <= at && Term::at(begun) <= term),
            None => true,
        };
        match school {
            Some(school) => begun(school),
            None => self.schools.keys().any(|school| begun(school)),
        }
    }

    /// The schools, in order.
    pub(super) fn schools(&self) -> impl Iterator<Item = &str> {
        self.schools.keys().map(String::as_str)
    }
}

fn with_blocks<'a>(
    present: &'a BTreeMap<String, Truth>,
    blocks: &'a BTreeMap<BlockKey, Block>,
    (term, fact): (Term, &'static str),
    empty: &'a Block,
) -> Schools<'a> {
    let of = |(school, truth): (&'a String, &'a Truth)| {
        (school.as_str(), (blocks.get(&(term, fact, school.clone())).unwrap_or(empty), truth))
    };
    present.iter().map(of).collect()
}

fn number(count: i64) -> Figure {
    u64::try_from(count).map_or(Figure::Hidden, Figure::Count)
}
