//! By when the next school has the file. Keeping children safe in education, Part two: within five days where a child
//! moves during the year, within the first five days of a new term otherwise. "Days" are taken to be days of the
//! calendar, the shorter reading (rules `transfer_in_year` and `transfer_new_term`).

use chassis::calendar::{ClosedDays, Term, end_of_day};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use crate::rules::{TRANSFER_BETWEEN_TERMS, TRANSFER_IN_YEAR, TRANSFER_NEW_TERM};

/// By when, and by which half of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last day.
    pub on: Date,
    /// The child's last day on the roll; the day of writing, of what was written later.
    pub left_on: Date,
    /// By which half.
    pub rule: Rule,
    /// Whether the usual school holidays were taken, since the school's policy names no closed days.
    #[serde(default)]
    pub usual_holidays: bool,
}

/// The halves of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The child moved during the year.
    InYear,
    /// The child begins at the next school with a term.
    NewTerm,
}

impl Rule {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::InYear => "in_year",
            Self::NewTerm => "new_term",
        }
    }
}

/// By when the file of a child who left on a day is to be received. The school's calendar decides which half of the rule
/// it is: a new term begins where its next day of school lies in another term, or behind two weeks without school. (The
/// calendar has days on which the school is closed and no terms; a half-term holiday is shorter than that.) Where it names no
/// such day, the usual school holidays are taken: without any, every move would be one during the year.
pub fn due(left_on: Date, closed: &ClosedDays) -> Due {
    let usual_holidays = closed.is_empty();
    let works = |date| if usual_holidays { closed.usual_school_day(date) } else { closed.school_day(date) };
    let mut next = left_on;
    for _ in 0..TRANSFER_BETWEEN_TERMS.max(100) {
        next = next.next_day().unwrap_or(Date::MAX);
        if works(next) {
            break;
        }
    }
    let term = |date: Date| Term::at(end_of_day(date));
    let away = (next - left_on).whole_days() - 1;
    if term(next) != term(left_on) || away >= TRANSFER_BETWEEN_TERMS {
        return Due { on: next + Duration::days(TRANSFER_NEW_TERM - 1), left_on, rule: Rule::NewTerm, usual_holidays };
    }
    Due { on: left_on + Duration::days(TRANSFER_IN_YEAR), left_on, rule: Rule::InYear, usual_holidays }
}
