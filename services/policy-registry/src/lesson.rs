//! Lessons: changes to the policy that something taught. A lesson names nobody, and is answered by the school and, where
//! it was put to the authority, by the authority for its template.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use chassis::id::SchoolId;

chassis::id!(/** One change to the policy that something taught. */ pub struct LessonId = "lsn");

/// Where lessons come from.
pub const SOURCES: [&str; 5] = ["debrief", "review", "consultation", "training", "other"];
/// What becomes of one.
pub const OUTCOMES: [&str; 2] = ["adopted", "declined"];

/// A change to the policy that something taught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its id.
    pub id: LessonId,
    /// The school.
    pub school: SchoolId,
    /// One of `SOURCES`.
    pub source: String,
    /// The template clause it is about; empty where none.
    pub clause: String,
    /// The step it is about; empty where none.
    pub step: String,
    /// What should change, and why.
    pub text: String,
    /// When it was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The school's answer.
    pub answer: Option<Answer>,
    /// When it was put to the authority.
    #[serde(with = "time::serde::rfc3339::option")]
    pub forwarded_at: Option<OffsetDateTime>,
    /// The authority's answer.
    pub authority_answer: Option<Answer>,
}

/// An answer to a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One of `OUTCOMES`.
    pub outcome: String,
    /// Why, or how.
    pub text: String,
    /// The version, of the school's policy or the template, it was adopted in.
    pub version: Option<u32>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub answered_at: OffsetDateTime,
}

impl Lesson {
    /// The school answers; none where it did already.
    pub fn answered(self, answer: Answer) -> Option<Self> {
        self.answer.is_none().then_some(Self { answer: Some(answer), ..self })
    }

    /// It is put to the authority; none where it was already.
    pub fn forwarded(self, at: OffsetDateTime) -> Option<Self> {
        self.forwarded_at.is_none().then_some(Self { forwarded_at: Some(at), ..self })
    }

    /// The authority answers; none where it did already.
    pub fn answered_by_authority(self, answer: Answer) -> Option<Self> {
        self.authority_answer.is_none().then_some(Self { authority_answer: Some(answer), ..self })
    }
}
