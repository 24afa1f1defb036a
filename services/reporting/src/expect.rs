//! Whether a term's figure is as was to be expected from the terms before, so that two more are no headline: from published figures
//! alone, by school days, with the limits that chance explains (`chassis::chance`). What suppression hides is neither used nor told.

use chassis::{
    calendar::{ClosedDays, Term},
    chance,
    clock::london,
    suppress::Figure,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::governor::words::number;

/// How many terms before are compared: two school years.
pub const TERMS: usize = 6;
/// How many of them it takes.
pub const LEAST_TERMS: u32 = 3;
/// How many school days of the term it takes.
pub const LEAST_DAYS: u32 = 10;
/// With what chance a figure at a steady rate is not above the limits, and with what chance it is not below.
const SURE: f64 = 0.995;
/// A signal is this much from what was to be expected at least, in tenths.
const MORE_TENTHS: u64 = 30;

/// How a figure is told from chance, in words.
pub const METHOD: &str = "Each figure is compared with up to six terms before, by school days. It is above or below where it \
                          lies outside what chance explains in 99 of 100 such terms (the limits of a Poisson count, allowing \
                          for how little the terms before may say), and three from what was to be expected at least. Only \
                          published figures are compared: hidden ones are left out.";

/// What a figure is, beside what was to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It lies within what chance explains.
    AsExpected,
    /// It is more.
    Above,
    /// It is less.
    Below,
    /// There is too little to compare with.
    TooShort,
    /// It is hidden, or nothing was counted: nothing is said.
    Unsaid,
}

impl Verdict {
    /// As the contract has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsExpected => "as_expected",
            Self::Above => "above",
            Self::Below => "below",
            Self::TooShort => "too_short",
            Self::Unsaid => "unsaid",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::AsExpected => "As expected",
            Self::Above => "Above",
            Self::Below => "Below",
            Self::TooShort => "Too early to say",
            Self::Unsaid => "Not said",
        }
    }
}

/// A published figure with the school days it was counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The figure.
    pub figure: Figure,
    /// The school days; of several schools, those of all of them.
    pub days: u32,
}

/// What is said of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// What it is.
    pub verdict: Verdict,
    /// How many were to be expected, in tenths; 0 where nothing is compared.
    pub expected_tenths: u64,
    /// The least that chance explains.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// School days of the term so far.
    pub days: u32,
    /// How many terms before were compared.
    pub terms: u32,
    /// Why, in words.
    pub reason: String,
}

impl Expectation {
    fn unsaid(verdict: Verdict, days: u32, terms: u32, reason: String) -> Self {
        Self { verdict, expected_tenths: 0, least: 0, most: 0, days, terms, reason }
    }

    /// Whether there are limits to draw.
    pub fn compared(&self) -> bool {
        matches!(self.verdict, Verdict::AsExpected | Verdict::Above | Verdict::Below)
    }

    /// How many were to be expected, as people read it.
    pub fn expected(&self) -> String {
        format!("{}.{}", number(self.expected_tenths / 10), self.expected_tenths % 10)
    }
}

/// A school as school days are counted: since when it is known, and when it is closed.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// The earliest moment that anything happened there.
    pub known: Option<OffsetDateTime>,
    /// The days on which it is closed, as its policies say.
    pub closed: &'a ClosedDays,
}

/// The school days of a term on which things were counted at a school: from the day it was known, until the term was over or the
/// day that its figure is of.
pub fn exposure(term: Term, Days { known, closed }: Days<'_>, last: Date) -> u32 {
    let begun = known.map_or(term.start().date(), |known| london(known).date().max(term.start().date()));
    let end = last.next_day().unwrap_or(last).min(term.end().date());
    closed.usual_school_days(begun, end)
}

/// What is to be said of a sum that waits: nothing. It may be less than one of its parts, since it waits for what would tell one of them
/// together with the others.
pub fn waits(days: u32) -> Expectation {
    let reason = "The sum waits, and may be less than what is told of one school: what came since would tell a small count of another.";
    Expectation::unsaid(Verdict::Unsaid, days, 0, reason.to_owned())
}

/// What is to be said of a figure beside those of the terms before.
pub fn judge(now: Counted, before: &[Counted]) -> Expectation {
    let (mut base, mut base_days, mut terms, mut hidden) = (0_u64, 0_u32, 0_u32, 0_u32);
    for counted in before.iter().filter(|counted| counted.days > 0) {
        match counted.figure {
            Figure::Count(count) => {
                base = base.saturating_add(count);
                base_days = base_days.saturating_add(counted.days);
                terms += 1;
            }
            Figure::Hidden | Figure::Low => hidden += 1,
            Figure::NotApplicable | Figure::NoData => {}
        }
    }
    let unsaid = |verdict, reason: String| Expectation::unsaid(verdict, now.days, terms, reason);
    let count = match now.figure {
        Figure::Count(count) => count,
        Figure::Hidden | Figure::Low => {
            return unsaid(Verdict::Unsaid, "Nothing is said of a figure that is hidden.".to_owned());
        }
        Figure::NotApplicable | Figure::NoData => return unsaid(Verdict::Unsaid, "Nothing was counted.".to_owned()),
    };
    if now.days < LEAST_DAYS {
        let reason =
            format!("It could be counted on {} of the term so far, and {LEAST_DAYS} are needed.", days(now.days));
        return unsaid(Verdict::TooShort, reason);
    }
    if terms < LEAST_TERMS {
        let mut left = String::new();
        if hidden > 0 {
            left = format!(" {} left out, since the figure is hidden.", are(hidden));
        }
        // Their figures stand in the same report.
        let counted = |counted: &&Counted| counted.days == 0 && matches!(counted.figure, Figure::Count(_));
        let unknown = before.iter().filter(counted).count();
        if unknown > 0 {
            let are = are(u32::try_from(unknown).unwrap_or(u32::MAX));
            left.push_str(&format!(" {are} left out, over before anything was heard."));
        }
        let there = if terms == 1 { "There is 1 term".to_owned() } else { format!("There are {terms} terms") };
        let reason = format!("{there} before to compare with, and {LEAST_TERMS} are needed.{left}");
        return unsaid(Verdict::TooShort, reason);
    }
    let expected_tenths = chance::expected_tenths(base, base_days, now.days);
    let (least, most) =
        (chance::lower(base, base_days, now.days, SURE), chance::upper(base, base_days, now.days, SURE));
    let tenths = count.saturating_mul(10);
    let far = tenths.abs_diff(expected_tenths) >= MORE_TENTHS;
    let limits = format!("{} to {}", number(least), number(most));
    let (verdict, why) = match (count > most, count < least) {
        (true, _) if far => (Verdict::Above, format!("Chance explains {limits}.")),
        // Hidden figures are small ones: without them too many are expected.
        (_, true) if far && hidden == 0 => (Verdict::Below, format!("Chance explains {limits}.")),
        (_, true) if far => {
            let why = format!(
                "Chance explains {limits}, but {} left out, since the figure is hidden: fewer than that were to be expected.",
                are(hidden)
            );
            (Verdict::AsExpected, why)
        }
        (false, false) => (Verdict::AsExpected, format!("That is within what chance explains ({limits}).")),
        _ => (
            Verdict::AsExpected,
            format!("That is outside what chance explains ({limits}), but not three from what was to be expected."),
        ),
    };
    let mut said = Expectation { verdict, expected_tenths, least, most, days: now.days, terms, reason: String::new() };
    said.reason = format!(
        "{} in {}. About {} were to be expected, by {} in the {} of {terms} terms before. {why}",
        number(count),
        days(now.days),
        said.expected(),
        number(base),
        days(base_days),
    );
    said
}

fn days(days: u32) -> String {
    if days == 1 { "1 school day".to_owned() } else { format!("{} school days", number(days.into())) }
}

fn are(terms: u32) -> String {
    if terms == 1 { "1 term is".to_owned() } else { format!("{terms} terms are") }
}

#[cfg(test)]
mod tests {
    use chassis::{
        calendar::Season,
        suppress::Figure::{Count, Hidden, NoData},
    };
    use time::macros::{date, datetime};

    use super::*;

    fn said(now: Figure, before: &[Figure]) -> Expectation {
        let counted = |figure: &Figure| Counted { figure: *figure, days: 60 };
        judge(Counted { figure: now, days: 52 }, &before.iter().map(counted).collect::<Vec<_>>())
    }

    #[test]
    fn two_more_are_no_headline_and_a_real_change_is() {
        let before = [28, 25, 31, 27, 29].map(Count);
        for (now, verdict) in [
            (24, Verdict::AsExpected),
            (26, Verdict::AsExpected),
            (11, Verdict::Below),
            (12, Verdict::AsExpected),
            (39, Verdict::AsExpected),
            (40, Verdict::Above),
            (0, Verdict::Below),
        ] {
            let said = said(Count(now), &before);
            assert_eq!(said.verdict, verdict, "{now}: {said:?}");
        }
        let above = said(Count(44), &before);
        assert_eq!((above.expected_tenths, above.least, above.most, above.terms), (243, 12, 39, 5));
        assert_eq!(
            above.reason,
            "44 in 52 school days. About 24.3 were to be expected, by 140 in the 300 school days of 5 terms before. Chance \
             explains 12 to 39."
        );
        // Of what never was, one is outside what chance explains and still no signal.
        assert_eq!(said(Count(0), &[Count(0); 6]).verdict, Verdict::AsExpected);
        let first = said(Count(2), &[Count(0); 6]);
        assert_eq!(first.verdict, Verdict::AsExpected, "{first:?}");
    }

    #[test]
    fn what_is_hidden_is_neither_used_nor_told() {
        let seen = [Count(28), Count(25), Count(31)];
        let hidden = [Count(28), Hidden, Count(25), Count(31), NoData];
        let (with, without) = (said(Count(30), &hidden), said(Count(30), &seen));
        assert_eq!(with, without, "a hidden term is as one that is not there");
        for figure in [Hidden, NoData] {
            let unsaid = said(figure, &seen);
            assert_eq!((unsaid.verdict, unsaid.expected_tenths, unsaid.most), (Verdict::Unsaid, 0, 0));
        }
        // Hidden figures are small ones, so that without them too many are expected: no fall is called one.
        let fall = said(Count(6), &hidden);
        assert_eq!(fall.verdict, Verdict::AsExpected);
        assert!(fall.reason.contains("1 term is left out"), "{}", fall.reason);
        assert_eq!(said(Count(6), &seen).verdict, Verdict::Below);
    }

    #[test]
    fn where_history_is_too_short_it_is_said_so() {
        let short = said(Count(90), &[Count(6), Hidden, Count(6)]);
        assert_eq!(short.verdict, Verdict::TooShort);
        assert_eq!(
            short.reason,
            "There are 2 terms before to compare with, and 3 are needed. 1 term is left out, since the figure is hidden."
        );
        let counted = Counted { figure: Count(6), days: 60 };
        // What was counted of terms before the school was heard of stands in the report, but not on how many days.
        let unheard = Counted { figure: Count(43), days: 0 };
        let unheard = judge(Counted { figure: Count(129), days: 50 }, &[unheard, unheard, counted]);
        assert_eq!(unheard.verdict, Verdict::TooShort);
        let why = "There is 1 term before to compare with, and 3 are needed. 2 terms are left out, over before anything was heard.";
        assert_eq!(unheard.reason, why);
        let early = judge(Counted { figure: Count(90), days: 4 }, &[counted; 6]);
        assert_eq!(early.verdict, Verdict::TooShort);
        assert_eq!(early.reason, "It could be counted on 4 school days of the term so far, and 10 are needed.");
    }

    #[test]
    fn days_run_from_when_the_school_was_known_to_the_day_of_its_figure() {
        let term = Term { year: 2026, season: Season::Autumn };
        let known = Some(datetime!(2026-11-02 09:00 UTC));
        let (usual, inset) = (ClosedDays::default(), ClosedDays::read(["2026-11-05 to 2026-11-08"]));
        let days = |known| Days { known, closed: &usual };
        assert_eq!(exposure(term, days(None), date!(2026 - 11 - 24)), 56);
        assert_eq!(exposure(term, days(known), date!(2026 - 11 - 06)), 5);
        assert_eq!(exposure(term, Days { known, closed: &inset }, date!(2026 - 11 - 06)), 3, "closed on two of them");
        assert_eq!(exposure(term, days(None), date!(2027 - 05 - 01)), 74, "no longer than the term");
        assert_eq!(exposure(term.before(), days(known), date!(2026 - 11 - 24)), 0, "it was not there");
    }
}
