//! A shared incident: the small part of one event that several schools read together. Each keeps its own private case.
//!
//! - `sharing`: who is in it, who leads, and under which key the next thing is written
//! - `item`: what they write into it, each with its author; nothing of it is changed
//! - `learner`: whom each school knows the learners by, and what their own school tells

pub mod item;
pub mod learner;
pub mod sharing;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::case::{Case, Entry};
use item::Item;
use sharing::Sharing;

chassis::id!(/** A shared incident. */ pub struct SharedIncidentId = "shi");
chassis::id!(/** An invitation into a shared incident. */ pub struct InvitationId = "ivt");

/// What a shared incident was opened with; it is never written again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedIncident {
    /// Its id.
    pub id: SharedIncidentId,
    /// The school that opened it. Earlier versions kept all members here, that school first.
    pub members: Vec<String>,
    /// The kind of incident.
    pub title: String,
    /// What the school that opened it chose to share.
    pub summary: String,
    /// Learners by role label only.
    pub learner_labels: Vec<String>,
    /// Entries that earlier versions kept here; items since.
    pub entries: Vec<Entry>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
}

/// A shared incident as one of those in it reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Who is in it.
    pub sharing: Sharing,
    /// What it was opened with.
    pub opening: SharedIncident,
    /// What was written into it, oldest first.
    pub items: Vec<Item>,
    /// Invitations that wait for an answer, for the school that sent them; none for every other.
    pub waiting: Vec<Invitation>,
    /// Those that were declined or taken back, for the same; the newest first.
    pub ended: Vec<Invitation>,
}

impl Case {
    /// The case belongs to a shared incident from now on; which it belonged to before stays.
    pub fn belongs_to(&mut self, id: &str) {
        self.leave_shared();
        self.earlier_shared.retain(|earlier| earlier != id);
        self.shared_incident_id = Some(id.to_owned());
    }

    /// The case belongs to none from now on.
    pub fn leave_shared(&mut self) {
        if let Some(before) = self.shared_incident_id.take() {
            self.earlier_shared.retain(|earlier| *earlier != before);
            self.earlier_shared.push(before);
        }
    }

    /// Every shared incident that it belongs to or belonged to, the first first.
    pub fn shared_ids(&self) -> impl Iterator<Item = &str> {
        self.earlier_shared.iter().chain(&self.shared_incident_id).map(String::as_str)
    }
}

/// Asks a school in; says nothing of any child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The shared incident.
    pub shared_incident_id: SharedIncidentId,
    /// The school that invites: the one that leads.
    pub from_school_id: String,
    /// The school invited, or the authority's desk as it holds keys, `desk/safeguarding`.
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
    /// Whether it was taken back before anybody answered.
    #[serde(default)]
    pub withdrawn: bool,
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

    /// By what it is called on the telephone, the same at both schools: the end of its id, which counts nothing.
    pub fn reference(&self) -> String {
        let id = self.id.as_str();
        format!("I-{}", id.get(id.len().saturating_sub(5)..).unwrap_or(id).to_uppercase())
    }

    /// `sent`, `accepted`, `declined` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        match &self.answer {
            None => "sent",
            Some(answer) if answer.accepted => "accepted",
            Some(answer) if answer.withdrawn => "withdrawn",
            Some(_) => "declined",
        }
    }
}

#[cfg(test)]
mod tests;
