//! What is recorded about one adult, looked at together: concerns that are small alone may not be so beside each other
//! (Keeping children safe in education, part four, section two).

use chassis::names;
use time::{Duration, OffsetDateTime};

use super::{
    Case,
    access::{LOW_LEVEL, Subject},
};

/// How far back low-level concerns are looked at together.
const OF_LATE: Duration = Duration::days(365);

/// How many of them call for a look on their own.
const MANY: usize = 2;

/// All that is recorded about one adult.
#[derive(Debug)]
pub struct Pattern<'a> {
    /// The adult.
    pub subject: &'a Subject,
    /// The cases, newest first.
    pub cases: Vec<&'a Case>,
    /// How many of them are low-level concerns of the last twelve months.
    pub low_level_of_late: usize,
}

impl Pattern<'_> {
    /// Whether they call for a look at all of them together.
    pub fn calls_for_review(&self) -> bool {
        self.low_level_of_late >= MANY || (self.low_level_of_late > 0 && self.cases.len() > self.low_level_of_late)
    }
}

/// What all cases of one school that are about one adult name them: by account, or by a name without regard to its order,
/// capitals, accents, titles, spaces and punctuation.
pub fn named(subject: &Subject) -> String {
    match subject {
        Subject::Account(id) => format!("account {id}"),
        Subject::Name(name) => format!("name {}", names::own(name).join(" ")),
    }
}

/// Whether two cases of one school are about the same adult: spelling variants of one name are one adult.
pub fn same(a: &Subject, b: &Subject) -> bool {
    match (a, b) {
        (Subject::Name(a), Subject::Name(b)) => names::own(a) == names::own(b) || names::same(a, b),
        _ => named(a) == named(b),
    }
}

/// Cases by the adult they are about: those that call for a look first, then the latest.
pub fn patterns(cases: &[Case], now: OffsetDateTime) -> Vec<Pattern<'_>> {
    let mut all: Vec<Pattern<'_>> = Vec::new();
    for case in cases {
        let Some(subject) = &case.access.subject else { continue };
        match all.iter_mut().find(|pattern| same(pattern.subject, subject)) {
            Some(pattern) => pattern.cases.push(case),
            None => all.push(Pattern { subject, cases: vec![case], low_level_of_late: 0 }),
        }
    }
    for pattern in &mut all {
        pattern.cases.sort_by_key(|case| std::cmp::Reverse(case.opened_at));
        let late =
            |case: &&&Case| case.procedure.id == LOW_LEVEL && !case.allegation() && now - case.opened_at <= OF_LATE;
        pattern.low_level_of_late = pattern.cases.iter().filter(late).count();
    }
    let latest = |pattern: &Pattern<'_>| pattern.cases.first().map(|case| case.opened_at);
    all.sort_by_key(|pattern| std::cmp::Reverse((pattern.calls_for_review(), latest(pattern))));
    all
}
