//! Adults about whom several schools have concerns, as the designated officer is told of them: which schools, how many
//! concerns each, whom to ring. No name, no case, and nothing that was written.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::case::record::Stamp;

chassis::id!(/** Concerns of several schools about one adult. */ pub struct DeskPatternId = "dpt");

/// Several schools have concerns about one adult.
pub const PATTERN: &str = "pattern";
/// One school marked so many adults in a day that somebody may be guessing.
pub const MANY_MARKS: &str = "many_marks";

/// What the desk is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskPattern {
    /// Its id.
    pub id: DeskPatternId,
    /// `PATTERN` or `MANY_MARKS`.
    pub kind: String,
    /// The schools, in the order in which they marked.
    pub schools: Vec<Concerned>,
    /// When it was found.
    pub found_at: OffsetDateTime,
    /// When a school or a concern came to it last.
    pub updated_at: OffsetDateTime,
    /// What was done about it, oldest first.
    pub notes: Vec<Noted>,
}

/// A school with concerns about the adult.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// The school.
    pub school_id: String,
    /// How many; of `MANY_MARKS` how many marks in the day.
    pub concerns: u32,
    /// Whom to ring there; empty of `MANY_MARKS`.
    pub ring: String,
    /// By what that school knows its marks of the adult, to be said on the telephone; none where nothing is counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Of `MANY_MARKS`, who marked the last of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// What.
    pub text: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl DeskPattern {
    /// Whether nobody has said what was done since a school or a concern came to it.
    pub fn unanswered(&self) -> bool {
        self.notes.last().is_none_or(|note| note.stamp.at < self.updated_at)
    }

    /// What is found now; answers whether that is anything new. A school that compares no more stays: it was found.
    pub fn now_has(&mut self, schools: Vec<Concerned>, at: OffsetDateTime) -> bool {
        let mut changed = false;
        for school in schools {
            match self.schools.iter_mut().find(|known| known.school_id == school.school_id) {
                Some(known) if *known == school => {}
                Some(known) => {
                    *known = school;
                    changed = true;
                }
                None => {
                    self.schools.push(school);
                    changed = true;
                }
            }
        }
        if changed {
            self.updated_at = at;
        }
        changed
    }
}
