//! The contract's messages from the domain's.

pub(super) mod ask;
pub(super) mod authority;
pub(super) mod governor;
pub(super) mod self_review;

use chassis::{
    calendar::{Term, end_of_day},
    clock::timestamp,
    error::{Error, Result},
    suppress::Figure,
};
use proto::reporting::v1 as pb;
use time::{Date, OffsetDateTime};

use crate::{
    fact::date,
    measure::{Line, value_title},
    report::{self, Published},
    store::state::SchoolState,
};

/// The term a request means: the current one where it names none.
pub(super) fn term(id: &str, now: OffsetDateTime) -> Result<Term> {
    match id {
        "" => Ok(Term::at(now)),
        id => id.parse().map_err(|()| Error::invalid("term_id", "Enter a term such as 2026-autumn")),
    }
}

/// The day a request means; none where it names none.
pub(super) fn as_at(text: &str) -> Result<Option<Date>> {
    match text {
        "" => Ok(None),
        text => {
            let day = date(text).ok_or_else(|| Error::invalid("as_at_date", "Enter a day such as 2026-11-24"))?;
            Ok(Some(day))
        }
    }
}

/// As at when figures are: the end of a past day in London, or now.
pub(super) fn moment_of(as_at: Option<Date>, now: OffsetDateTime) -> OffsetDateTime {
    as_at.map_or(now, |day| end_of_day(day).min(now))
}

/// The hour a moment lies in: how far events of all schools are counted is told to a school, and not when another one's was.
pub(super) fn hour_of(at: OffsetDateTime) -> OffsetDateTime {
    let seconds = at.unix_timestamp();
    OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(3_600)).unwrap_or(at)
}

/// A day as the contract has it; empty where there is none.
pub(super) fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The first term of which anything was counted at any of these schools.
pub(super) fn first_term(schools: &[SchoolState]) -> Option<Term> {
    schools.iter().filter_map(SchoolState::first_term).min()
}

pub(super) fn term_message(term: Term) -> pb::Term {
    pb::Term {
        term_id: term.id(),
        title: term.title(),
        start_time: Some(timestamp(term.start())),
        end_time: Some(timestamp(term.end())),
    }
}

pub(super) fn figure(figure: Figure) -> pb::Figure {
    let value = if let Figure::Count(value) = figure { value } else { 0 };
    pb::Figure { value, code: figure.code().to_owned() }
}

fn not_applicable() -> pb::Figure {
    figure(Figure::NotApplicable)
}

/// A line's figures as they are published.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures<'a> {
    /// Of the term.
    pub(super) now: Option<Figure>,
    /// Of the term before.
    pub(super) before: Option<Figure>,
    /// Of the term as it is known now, where the report is as at a past day.
    pub(super) known: Option<Figure>,
    /// Whether that waits.
    pub(super) waits: bool,
    /// The day the first is of, where it waits.
    pub(super) held: Option<Date>,
    /// The day the second is of, where it waits.
    pub(super) before_held: Option<Date>,
    /// Of its parts.
    pub(super) parts: &'a [(String, Figure)],
    /// The earliest day of these, where any waits.
    pub(super) parts_held: Option<Date>,
}

pub(super) fn line(line: &Line, figures: Figures<'_>) -> pb::Line {
    let since = figures.now.zip(figures.known).and_then(|(then, now)| report::since(then, now, figures.waits));
    let by = line.by.as_deref().unwrap_or_default();
    let part = |(key, part): &(String, Figure)| pb::Part {
        key: key.clone(),
        title: value_title(by, key),
        figure: Some(figure(*part)),
    };
    pb::Line {
        key: line.key.clone(),
        title: line.title.clone(),
        definition: line.definition.clone(),
        figure: Some(figures.now.map_or_else(not_applicable, figure)),
        before: Some(figures.before.map_or_else(not_applicable, figure)),
        parts: figures.parts.iter().map(part).collect(),
        requirements: line.requirements.clone(),
        since: since.map(|(differ, _)| figure(differ)),
        since_fewer: since.is_some_and(|(_, fewer)| fewer),
        owner: line.measure.owner.clone(),
        version: line.measure.version,
        events: line.measure.events.clone(),
        held_date: day(figures.held),
        before_held_date: day(figures.before_held),
        parts_held_date: day(figures.parts_held),
    }
}

pub(super) fn lines(now: &[Published], before: &[Published], known: Option<&[Published]>) -> Vec<pb::Line> {
    let shown = |(n, published): (usize, &Published)| {
        let (before, known) = (before.get(n), known.and_then(|known| known.get(n)));
        let figures = Figures {
            now: published.figure,
            before: before.and_then(|line| line.figure),
            known: known.and_then(|line| line.figure),
            waits: known.is_some_and(|line| line.held.is_some()),
            held: published.held,
            before_held: before.and_then(|line| line.held),
            parts: &published.parts,
            parts_held: published.parts_held,
        };
        line(published.line, figures)
    };
    now.iter().enumerate().map(shown).collect()
}
