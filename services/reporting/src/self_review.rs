//! The school's position against the standard for filtering and monitoring and against its own policy: computed from what is
//! recorded. There is nothing here that anybody could tick.
//!
//! - `standard`: the statements, as data, and what each has to know
//! - `proof`: what tests show of the lists of illegal content
//! - `judge`: from what is known to a position with its reason · `words`: days and lists in sentences

pub(crate) mod judge;
pub(crate) mod proof;
pub(crate) mod standard;
pub(crate) mod words;

use std::collections::BTreeMap;

use chassis::suppress::Figure;
use time::Date;

use proof::Proof;
use standard::{Need, Thing};

/// Where the school stands on a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Met,
    Partly,
    NotMet,
    /// What is recorded here does not say, or a count is hidden.
    NotKnown,
}

impl Position {
    /// Every one, in the order they are told in.
    pub const ALL: [Self; 4] = [Self::Met, Self::Partly, Self::NotMet, Self::NotKnown];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Met => "Met",
            Self::Partly => "Partly met",
            Self::NotMet => "Not met",
            Self::NotKnown => "Not known here",
        }
    }
}

/// A published figure, with the day it is of where it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub figure: Figure,
    pub held: Option<Date>,
}

/// What was last announced of the policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    pub version: u32,
    pub since: Option<Date>,
    pub review_due: Option<Date>,
    pub errors: u32,
    /// When that was announced.
    pub announced: Date,
    /// What it promises, by parameter.
    pub promises: BTreeMap<String, String>,
}

/// Whether the head signed the report of the last whole term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signed {
    /// On that day.
    On {
        term: String,
        day: Date,
    },
    Not {
        term: String,
    },
    /// The school was not on the platform then.
    NotHere,
}

/// Everything that statements are judged by.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// The day it is as at.
    pub day: Date,
    pub figures: BTreeMap<Need, Shown>,
    /// The last day of things.
    pub lasts: BTreeMap<Thing, Date>,
    /// What tests show of lists, by list.
    pub proofs: BTreeMap<String, Proof>,
    pub policy: Option<Policy>,
    pub signed: Signed,
}

/// A figure or a day that a position rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub title: String,
    pub figure: Option<Shown>,
    pub day: Option<Date>,
}

/// A statement's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    pub position: Position,
    /// Why, in sentences.
    pub because: String,
    pub told: Vec<Told>,
    /// What the policy promises about it: which promise, and its value.
    pub promises: Vec<(String, String)>,
}
