//! A shared incident: the small part of one event that several schools read together. Each keeps its own private case.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::case::{Entry, EntryId};

chassis::id!(/** A shared incident. */ pub struct SharedIncidentId = "shi");
chassis::id!(/** An invitation into a shared incident. */ pub struct InvitationId = "ivt");

/// The part of an incident that its schools share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedIncident {
    /// Its id.
    pub id: SharedIncidentId,
    /// The school that leads, first, and those that accepted.
    pub members: Vec<String>,
    /// The kind of incident.
    pub title: String,
    /// What the leading school chose to share.
    pub summary: String,
    /// Learners by role label only.
    pub learner_labels: Vec<String>,
    /// Entries by any member.
    pub entries: Vec<Entry>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
}

impl SharedIncident {
    /// Adds what somebody at a member school wrote.
    pub fn enter(&mut self, id: EntryId, text: &str, by: &str, school: &str, at: OffsetDateTime) {
        self.entries.push(Entry {
            corrects: None,
            happened: None,
            kind: String::new(),
            marks: Vec::new(),
            id,
            text: text.trim().to_owned(),
            significant: true,
            impact: String::new(),
            by: by.to_owned(),
            school_id: school.to_owned(),
            at,
        });
    }
}

/// Asks a school in; says nothing of any child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The shared incident.
    pub shared_incident_id: SharedIncidentId,
    /// The school that invites.
    pub from_school_id: String,
    /// The school invited.
    pub to_school_id: String,
    /// Whom to ring.
    pub contact: String,
    /// When it was sent.
    pub sent_at: OffsetDateTime,
    /// How and when it was answered.
    pub answer: Option<Answer>,
}

/// An invitation's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether the school came in.
    pub accepted: bool,
    /// Why not; empty where it did.
    pub reason: String,
    /// Who answered.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// The invitation was answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyAnswered;

impl Invitation {
    /// Answers it, once.
    ///
    /// # Errors
    /// `AlreadyAnswered` where it was.
    pub fn answer(&mut self, answer: Answer) -> Result<(), AlreadyAnswered> {
        if self.answer.is_some() {
            return Err(AlreadyAnswered);
        }
        self.answer = Some(answer);
        Ok(())
    }

    /// `sent`, `accepted` or `declined`.
    pub fn state(&self) -> &'static str {
        match &self.answer {
            None => "sent",
            Some(answer) if answer.accepted => "accepted",
            Some(_) => "declined",
        }
    }
}
