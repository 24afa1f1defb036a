//! A record with a keeping of its own, whichever it is.

use chassis::{db::Tx, error::Result};
use time::OffsetDateTime;

use crate::{
    case::{
        Case,
        access::{Office, Subject},
    },
    concern::Concern,
    learner::LearnerId,
    retention::{Retention, hold::Hold},
    store::{case, concern},
};

/// A record with a keeping of its own: a case with all that belongs to it, or a concern that is part of none.
pub(crate) enum Record {
    /// A case.
    Case(Box<Case>),
    /// A concern.
    Concern(Box<Concern>),
}

impl Record {
    /// Its id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Case(case) => case.id.as_str(),
            Self::Concern(concern) => concern.id.as_str(),
        }
    }

    /// Its table, as the history has it.
    pub(crate) fn table(&self) -> &'static str {
        match self {
            Self::Case(_) => "case_file",
            Self::Concern(_) => "concern",
        }
    }

    /// Its reference; empty where it has none.
    pub(crate) fn reference(&self) -> &str {
        match self {
            Self::Case(case) => &case.reference,
            Self::Concern(_) => "",
        }
    }

    /// When it was opened, or recorded.
    pub(crate) fn recorded_at(&self) -> OffsetDateTime {
        match self {
            Self::Case(case) => case.opened_at,
            Self::Concern(concern) => concern.recorded_at,
        }
    }

    /// Whom a concern is about, as written; empty for a case.
    pub(crate) fn about(&self) -> &str {
        match self {
            Self::Case(_) => "",
            Self::Concern(concern) => &concern.report.about,
        }
    }

    /// Who takes it on, where it is about an adult.
    pub(crate) fn office(&self) -> Option<Office> {
        match self {
            Self::Case(case) => case.adult().then_some(case.access.office),
            Self::Concern(concern) => concern.office,
        }
    }

    /// Whether the adult it is about is one of some accounts.
    pub(crate) fn about_one_of(&self, account_ids: &[String]) -> bool {
        match self {
            Self::Case(case) => match &case.access.subject {
                Some(Subject::Account(subject)) => account_ids.contains(subject),
                Some(Subject::Name(_)) | None => false,
            },
            Self::Concern(_) => false,
        }
    }

    /// What was said of its keeping.
    pub(crate) fn retention(&self) -> &Retention {
        match self {
            Self::Case(case) => &case.retention,
            Self::Concern(concern) => &concern.retention,
        }
    }

    /// The same, to be added to.
    pub(crate) fn retention_mut(&mut self) -> &mut Retention {
        match self {
            Self::Case(case) => &mut case.retention,
            Self::Concern(concern) => &mut concern.retention,
        }
    }

    /// Every hold on it.
    pub(crate) fn holds(&self) -> Vec<Hold> {
        match self {
            Self::Case(case) => case.holds(),
            Self::Concern(concern) => concern.holds(),
        }
    }

    /// The learners of the roll whom it is about.
    pub(super) fn learners(&self) -> Vec<&LearnerId> {
        match self {
            Self::Case(case) => case.involvements.iter().filter_map(|part| part.learner.as_ref()).collect(),
            Self::Concern(concern) => concern.learners.iter().collect(),
        }
    }

    /// Writes it; answers what its body holds.
    pub(crate) async fn update(&mut self, tx: &Tx) -> Result<Vec<u8>> {
        match self {
            Self::Case(case) => case::update(tx, case).await,
            Self::Concern(concern) => concern::update(tx, concern).await,
        }
    }
}
