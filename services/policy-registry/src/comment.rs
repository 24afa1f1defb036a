//! Comments: what staff, learners, parents and governors say of a version while a consultation on it is open.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use chassis::id::{AccountId, SchoolId};

use crate::instance::InstanceId;

chassis::id!(/** What somebody said of a version. */ pub struct CommentId = "cmt");

/// Who is asked.
pub const AUDIENCES: [&str; 4] = ["staff", "learner", "parent", "governor"];
/// What becomes of a comment.
pub const OUTCOMES: [&str; 3] = ["adopted", "declined", "noted"];

/// What somebody said of a version. It is kept as long as the version is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The school.
    pub school: SchoolId,
    /// The version.
    pub instance: InstanceId,
    /// Who said it, one of `AUDIENCES`.
    pub audience: String,
    /// The clause it is about; empty for the whole.
    pub clause: String,
    /// What was said.
    pub text: String,
    /// Who recorded it.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// What became of it.
    pub answer: Option<Answer>,
}

/// What became of a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One of `OUTCOMES`.
    pub outcome: String,
    /// Why, or how.
    pub text: String,
    /// Who answered.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub answered_at: OffsetDateTime,
}

impl Comment {
    /// It is answered; none where it was already, for an answer that was given stands.
    pub fn answered(self, answer: Answer) -> Option<Self> {
        self.answer.is_none().then_some(Self { answer: Some(answer), ..self })
    }
}
