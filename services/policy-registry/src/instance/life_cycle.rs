//! From consultation to review: what happens to a version besides its text.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::calendar::end_of_day;

use super::Instance;

/// The time in which a version is open to comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub opened_at: OffsetDateTime,
    /// The last day for comments.
    pub until: Date,
    /// When it was ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
}

/// A version in force before the governors ratified it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// Why it could not wait.
    pub reason: String,
    /// The last day for the governors to ratify it.
    pub ratify_by: Date,
}

impl Instance {
    /// Notes that the consultation on it is over: with its last day, or now where an edit ended it before that.
    pub(super) fn end_consultation(&mut self, at: OffsetDateTime) {
        if let Some(consultation) = self.consultation.as_mut().filter(|consultation| consultation.closed_at.is_none()) {
            consultation.closed_at = Some(end_of_day(consultation.until).min(at));
        }
    }
}
