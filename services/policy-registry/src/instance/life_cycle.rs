//! From consultation to review: what happens to a version besides its text.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

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
