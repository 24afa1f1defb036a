//! What a feed does not do as expected.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A kind of trouble, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing comes although something is expected.
    Silent,
    /// What is expected is overdue, or comes long after it happened.
    Late,
    /// Many lines cannot be read any more: their form changed.
    Shifted,
    /// Far fewer events than usual, or events that say less than usual.
    Partial,
    /// Times that cannot be right.
    ClockSkewed,
    /// A delivery that had come before under another name.
    Replayed,
    /// The same events come by two ways.
    Duplicated,
}

impl Kind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 7] =
        [Self::Silent, Self::Late, Self::Shifted, Self::Partial, Self::ClockSkewed, Self::Replayed, Self::Duplicated];

    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Late => "late",
            Self::Shifted => "shifted",
            Self::Partial => "partial",
            Self::ClockSkewed => "clock_skewed",
            Self::Replayed => "replayed",
            Self::Duplicated => "duplicated",
        }
    }

    /// Whether its end is told as its beginning was. That a file came twice is over by itself.
    pub fn end_is_told(self) -> bool {
        self != Self::Replayed
    }
}

/// One trouble of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Its kind.
    pub kind: Kind,
    /// Since when.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub since: OffsetDateTime,
    /// What shows it, in words.
    pub evidence: String,
    /// When it was found.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub found_at: OffsetDateTime,
}

/// That a trouble began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The trouble.
    pub trouble: Trouble,
    /// True where it ended.
    pub ended: bool,
    /// When that was found.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub at: OffsetDateTime,
}

/// What a look at one kind of trouble says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// It is so, since when, and what shows it.
    So {
        /// Since when.
        since: OffsetDateTime,
        /// What shows it.
        evidence: String,
    },
    /// It is not so.
    Not,
    /// Too little arrived to tell: it stays as it was.
    CannotTell,
}
