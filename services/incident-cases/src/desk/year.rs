//! A year of a desk as it is published: from 1 April to 31 March, when it is over, and nothing from which a small count follows. What
//! was published stands; it is corrected by a new version, where what moved between any two of them is no small count.

use chassis::{
    clock::london,
    suppress::{Figure, MIN_CELL},
};
use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

use super::{
    allegation::{Allegation, BELOW, OUTCOMES, SOURCES},
    figures::{Count, Figures, THRESHOLDS},
};
use crate::case::Refusal;

chassis::id!(/** What a desk published of a year. */ pub struct DeskYearId = "dky");

/// The first year that a desk can have figures of.
const FIRST: i32 = 2020;

/// A year of a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Year(i32);

impl Year {
    /// The year of a name such as `2025-26`.
    pub fn of(name: &str) -> Option<Self> {
        let (begins, ends) = name.split_once('-')?;
        let year: i32 = begins.parse().ok().filter(|year| (FIRST..2100).contains(year))?;
        (begins.len() == 4 && ends == format!("{:02}", (year + 1) % 100)).then_some(Self(year))
    }

    /// Its name, such as `2025-26`.
    pub fn name(self) -> String {
        format!("{}-{:02}", self.0, (self.0 + 1) % 100)
    }

    /// Its first and its last day.
    pub fn days(self) -> (Date, Date) {
        let day = |year, month, day| Date::from_calendar_date(year, month, day).unwrap_or(Date::MIN);
        (day(self.0, Month::April, 1), day(self.0 + 1, Month::March, 31))
    }

    /// That it is over.
    ///
    /// # Errors
    /// `NotNow` where it is not: what is still to come would be told by what is published then.
    pub fn over(self, now: OffsetDateTime) -> Result<Self, Refusal> {
        let (_, last) = self.days();
        if last < london(now).date() {
            Ok(self)
        } else {
            Err(Refusal::NotNow(format!("the year {} is not over before 1 April", self.name())))
        }
    }
}

/// That the desk held something by the end of a year. Where it held nothing yet, nobody knows what there was: nought would say that there
/// was nothing, and what is published stands.
///
/// # Errors
/// `NotNow` where its first allegation is of a later day.
pub fn held(year: Year, allegations: &[Allegation]) -> Result<Year, Refusal> {
    let (_, last) = year.days();
    if allegations.iter().any(|one| london(one.opened.at).date() <= last) {
        return Ok(year);
    }
    let fix = "it held nothing by then, so that nought would say what nobody here knows. Take the figures from where it kept them";
    Err(Refusal::NotNow(format!("the desk has no figures of the year {}: {fix}", year.name())))
}

/// What a desk published of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskYear {
    /// Its id.
    pub id: DeskYearId,
    /// The desk that holds it, `desk/lado`.
    pub desk: String,
    /// The year, such as `2025-26`.
    pub year: String,
    /// Its number within the year, from 1.
    #[serde(default = "first")]
    pub version: u32,
    /// When it was published.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Of what came in: what is counted, and the count or its code.
    pub opened: Vec<(String, String)>,
    /// Of what was closed.
    pub closed: Vec<(String, String)>,
}

/// What a year was published as before there were corrections.
fn first() -> u32 {
    1
}

/// Counts as they are published. A median is one person's: it stands where the count it is of does.
fn published(counts: &[Count]) -> Vec<(String, String)> {
    let whole = counts.first().and_then(|count| count.published);
    let told = |count: &Count| match (count.published, whole) {
        (Some(Figure::Count(n)), _) => n.to_string(),
        (Some(hidden), _) => hidden.code().to_owned(),
        (None, Some(Figure::Count(1..))) => count.count.to_string(),
        (None, _) => Figure::Hidden.code().to_owned(),
    };
    counts.iter().map(|count| (count.key.to_owned(), told(count))).collect()
}

impl DeskYear {
    /// What is published of a year's figures.
    pub fn new(
        id: DeskYearId,
        desk: String,
        (year, version): (Year, u32),
        figures: &Figures,
        at: OffsetDateTime,
    ) -> Self {
        let (opened, closed) = (published(&figures.opened), published(&figures.closed));
        Self { id, desk, year: year.name(), version, at, opened, closed }
    }

    /// That it may be published beside the versions before it, the newest of them first.
    ///
    /// # Errors
    /// `NotNow` where nothing changed, or by too little.
    pub fn corrects(&self, before: &[&Self]) -> Result<(), Refusal> {
        let same = |other: &Self| (&other.opened, &other.closed) == (&self.opened, &self.closed);
        if before.first().is_some_and(|newest| same(newest)) {
            let text = "the figures are those that were published: there is nothing to correct";
            return Err(Refusal::NotNow(text.to_owned()));
        }
        let outcomes: Vec<&str> = OUTCOMES.into_iter().chain([BELOW]).collect();
        let beside = |other: &&Self| {
            untold(&other.opened, &self.opened, &[&THRESHOLDS[..], &SOURCES[..]])
                && untold(&other.closed, &self.closed, &[outcomes.as_slice()])
        };
        if before.iter().all(beside) {
            return Ok(());
        }
        let text = "what changed is too little to be told: the difference of two versions would be a small count. What was published stands";
        Err(Refusal::NotNow(text.to_owned()))
    }
}

/// A figure of a version, where it is a number.
fn number(all: &[(String, String)], key: &str) -> Option<u64> {
    all.iter().find(|(one, _)| one == key).and_then(|(_, text)| text.parse().ok())
}

/// What the figures of a breakdown that are told leave of the whole for those that are hidden.
fn rest(all: &[(String, String)], whole: &str, keys: &[&str]) -> Option<u64> {
    let told: u64 = keys.iter().filter_map(|key| number(all, key)).sum();
    number(all, whole)?.checked_sub(told)
}

/// Whether no small count follows from two versions side by side: what is hidden in one is hidden in both, every number stands or moves by
/// as much as is told, and so does what the hidden ones of a breakdown come to. Medians move as they do.
fn untold(before: &[(String, String)], now: &[(String, String)], groups: &[&[&str]]) -> bool {
    let large = |before: u64, now: u64| before == now || before.abs_diff(now) >= MIN_CELL;
    let stands = |key: &str| match (number(before, key), number(now, key)) {
        (Some(before), Some(now)) => large(before, now),
        (None, None) => true,
        _ => false,
    };
    let Some((whole, _)) = now.first() else { return before.is_empty() };
    groups.iter().all(|keys| {
        let left = match (rest(before, whole, keys), rest(now, whole, keys)) {
            (Some(before), Some(now)) => large(before, now),
            // Of a whole that is hidden no part is told.
            _ => true,
        };
        left && keys.iter().all(|key| stands(key))
    }) && stands(whole)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_year_runs_from_april_to_march_and_is_published_when_it_is_over() {
        let year = Year::of("2025-26").unwrap_or(Year(0));
        assert_eq!(year.days(), (date!(2025 - 04 - 01), date!(2026 - 03 - 31)));
        assert!(
            year.over(datetime!(2026-03-31 22:30 UTC)).is_err() && year.over(datetime!(2026-04-01 09:00 UTC)).is_ok()
        );
        for wrong in ["2025", "2025-27", "25-26", "2025/26", "1999-00", ""] {
            assert_eq!(Year::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_correction_tells_no_small_count() {
        let year = |counts: [(&str, &str); 4], version: u32| DeskYear {
            id: "dky_00000000000000000000000001".parse().unwrap_or_else(|_| unreachable!("it is well formed")),
            desk: "desk/lado".to_owned(),
            year: "2025-26".to_owned(),
            version,
            at: datetime!(2026-06-01 09:00 UTC),
            opened: counts.map(|(key, text)| (key.to_owned(), text.to_owned())).to_vec(),
            closed: Vec::new(),
        };
        let of = |opened, met, below, open| {
            [("opened", opened), ("threshold_met", met), ("below_threshold", below), ("not_evaluated", open)]
        };
        let first = year(of("30", "20", "10", "0"), 1);
        let may = |second: &DeskYear| second.corrects(&[&first]).is_ok();
        assert!(may(&year(of("36", "26", "10", "0"), 2)), "six more");
        assert!(!may(&year(of("31", "21", "10", "0"), 2)), "one more would be told");
        assert!(!may(&year(of("30", "20", "10", "0"), 2)), "nothing changed");
        assert!(
            !may(&year(of("30", "c", "10", "c"), 2)),
            "what was told is not hidden afterwards: it was a small count that moved"
        );
        let hidden = year(of("30", "20", "c", "c"), 1);
        let second = year(of("37", "26", "c", "c"), 2);
        assert!(second.corrects(&[&hidden]).is_err(), "what is hidden came to one more");
        // Each step is large, and both together are one.
        let (second, third) = (year(of("37", "27", "10", "0"), 2), year(of("31", "21", "10", "0"), 3));
        assert!(may(&second) && third.corrects(&[&second]).is_ok());
        assert!(third.corrects(&[&second, &first]).is_err());
    }

    #[test]
    fn a_median_of_few_is_not_published() {
        let count = |key, count, published| Count { key, count, published };
        let of = |whole| published(&[count("closed", 3, whole), count("days_to_close", 31, None)]);
        let text = |figures: Vec<(String, String)>| figures.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(text(of(Some(Figure::Hidden))), ["c", "c"]);
        assert_eq!(text(of(Some(Figure::Count(9)))), ["9", "31"]);
    }
}
