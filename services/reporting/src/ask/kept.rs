//! Questions that somebody keeps: whose they are, who finds them, and when a notice leads to them.

use chassis::{
    calendar::{Term, on},
    clock::london,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time, macros::time};

use super::Wish;

chassis::id!(/** A saved question. */ pub(crate) struct QuestionId = "que");

/// The longest name.
pub(crate) const NAME_MAX: usize = 80;
/// The most questions that one account keeps at one place.
pub(crate) const MOST: u64 = 50;
/// When notices are made, by the clock in London.
const AT: Time = time!(07:00);

/// How often a notice leads to a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Every {
    /// Never.
    #[default]
    Never,
    /// On Mondays.
    Weekly,
    /// On the first day of a month.
    Monthly,
    /// On the first day of a term, when the figures of the one before are whole.
    Termly,
}

/// A question that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) id: QuestionId,
    /// The school; empty at the authority.
    pub(crate) school_id: String,
    /// Who saved it.
    pub(crate) account_id: String,
    /// What they call it: sealed where it is kept.
    pub(crate) name: String,
    pub(crate) wish: Wish,
    /// Whether everybody who reads the figures of the place finds it.
    pub(crate) shared: bool,
    pub(crate) every: Every,
    /// When the next notice is made.
    pub(crate) due_at: Option<OffsetDateTime>,
    pub(crate) saved_at: OffsetDateTime,
}

impl Every {
    /// As the contract names it; none where it is no such code.
    pub(crate) fn read(code: &str) -> Option<Self> {
        match code {
            "" => Some(Self::Never),
            "weekly" => Some(Self::Weekly),
            "monthly" => Some(Self::Monthly),
            "termly" => Some(Self::Termly),
            _ => None,
        }
    }

    /// Its code; empty for never.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Never => "",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Termly => "termly",
        }
    }

    /// When the next notice is made: always on a later day. One that was missed is not made up for.
    pub(crate) fn next(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let today = london(now).date();
        let day = match self {
            Self::Never => return None,
            Self::Weekly => today + Duration::days(7 - i64::from(today.weekday().number_days_from_monday())),
            Self::Monthly => {
                let next = today.replace_day(1).unwrap_or(today) + Duration::days(32);
                next.replace_day(1).unwrap_or(next)
            }
            Self::Termly => Term::at(now).end().date(),
        };
        Some(on(day, AT))
    }
}
