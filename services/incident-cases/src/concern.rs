//! A concern: what someone reported first, in their words. Its text never changes; what becomes of it is added.

pub mod wait;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::learner::LearnerId;

chassis::id!(/** A concern. */ pub struct ConcernId = "con");

/// A concern as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concern {
    /// Its id.
    pub id: ConcernId,
    /// The school.
    pub school_id: String,
    /// Where it came from.
    pub origin: Origin,
    /// What was reported.
    pub report: Report,
    /// When it was recorded.
    pub recorded_at: OffsetDateTime,
    /// The lead or deputy who first read it.
    pub read: Option<Read>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Whom of the roll it is about, as far as somebody said.
    #[serde(default)]
    pub learners: Vec<LearnerId>,
    /// How it waits to be read; none where it is from before there were clocks.
    #[serde(default)]
    pub wait: Option<wait::Wait>,
}

/// Where a concern came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// A person recorded it.
    Staff {
        /// Their account.
        account_id: String,
    },
    /// A filter alert became it.
    Alert {
        /// The alert.
        alert_id: String,
        /// Its theme.
        theme: String,
        /// Its severity.
        severity: String,
    },
}

/// What was reported.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Whom it is about, as written.
    pub about: String,
    /// What happened, as written.
    pub narrative: String,
    /// `yes`, `no` or `not_sure`.
    pub safe_now: String,
    /// When it happened, where said.
    pub event_at: Option<OffsetDateTime>,
    /// Who else was there or was told, where said.
    pub others: String,
}

/// Who first read it, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The account.
    pub by: String,
    /// The moment.
    pub at: OffsetDateTime,
}

/// What became of a concern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing further, with the reason.
    NoFurtherAction {
        /// Why.
        reason: String,
        /// Who decided.
        by: String,
        /// When.
        at: OffsetDateTime,
    },
    /// It is part of a case.
    InCase {
        /// The case.
        case_id: String,
        /// Who decided.
        by: String,
        /// When.
        at: OffsetDateTime,
    },
}

/// The concern was triaged before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyTriaged;

impl Concern {
    /// Notes the first reader; later ones change nothing. Answers whether this was the first.
    pub fn read(&mut self, by: &str, at: OffsetDateTime) -> bool {
        let first = self.read.is_none();
        if first {
            self.read = Some(Read { by: by.to_owned(), at });
        }
        first
    }

    /// Decides what becomes of it; deciding is reading.
    ///
    /// # Errors
    /// `AlreadyTriaged` where that was decided before.
    pub fn triage(&mut self, outcome: Outcome) -> Result<(), AlreadyTriaged> {
        if self.outcome.is_some() {
            return Err(AlreadyTriaged);
        }
        let (by, at) = match &outcome {
            Outcome::NoFurtherAction { by, at, .. } | Outcome::InCase { by, at, .. } => (by.clone(), *at),
        };
        self.read(&by, at);
        self.outcome = Some(outcome);
        Ok(())
    }

    /// `new`, `no_further_action` or `in_case`.
    pub fn state(&self) -> &'static str {
        match self.outcome {
            None => "new",
            Some(Outcome::NoFurtherAction { .. }) => "no_further_action",
            Some(Outcome::InCase { .. }) => "in_case",
        }
    }

    /// The account that recorded it; empty for alerts.
    pub fn reporter(&self) -> &str {
        match &self.origin {
            Origin::Staff { account_id } => account_id,
            Origin::Alert { .. } => "",
        }
    }
}
