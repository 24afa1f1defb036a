//! A year of a desk as it is published, once: from 1 April to 31 March, when it is over, and nothing from which a small count
//! follows. What was published stands; a later version of it would tell by how little it moved.

use chassis::{clock::london, suppress::Figure};
use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

use super::{
    allegation::Allegation,
    figures::{Count, Figures},
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
    /// When it was published.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Of what came in: what is counted, and the count or its code.
    pub opened: Vec<(String, String)>,
    /// Of what was closed.
    pub closed: Vec<(String, String)>,
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
    pub fn new(id: DeskYearId, desk: String, year: Year, figures: &Figures, at: OffsetDateTime) -> Self {
        let (opened, closed) = (published(&figures.opened), published(&figures.closed));
        Self { id, desk, year: year.name(), at, opened, closed }
    }
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
    fn a_median_of_few_is_not_published() {
        let count = |key, count, published| Count { key, count, published };
        let of = |whole| published(&[count("closed", 3, whole), count("days_to_close", 31, None)]);
        let text = |figures: Vec<(String, String)>| figures.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(text(of(Some(Figure::Hidden))), ["c", "c"]);
        assert_eq!(text(of(Some(Figure::Count(9)))), ["9", "31"]);
    }
}
