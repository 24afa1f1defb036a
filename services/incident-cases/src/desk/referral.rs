//! A referral as a desk of the authority holds it: exactly what a school sent, and what became of it. It follows the school's
//! own record, and holds nothing else of the case.

use serde::{Deserialize, Serialize};

use crate::case::{Case, Referral};

/// A referral at a desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeskReferral {
    /// The desk that holds it, `front_door`.
    pub desk: String,
    /// The school that sent it.
    pub school_id: String,
    /// The case it was sent from: the way back, which no desk is told.
    pub case_id: String,
    /// The school's own reference.
    pub school_reference: String,
    /// The referral; what was written is gone from it where it was taken back.
    pub referral: Referral,
    /// Whether the case is on an adult, so that nothing of it is announced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unannounced: bool,
    /// Counts the changes.
    pub version: u64,
}

impl DeskReferral {
    /// What a desk holds of a referral of a case; none where it was put into no desk's inbox.
    pub fn of(case: &Case, referral: &Referral, version: u64) -> Option<Self> {
        let desk = referral.portal.as_ref()?.desk.clone();
        let mut held = Self {
            desk,
            school_id: case.school_id.clone(),
            case_id: case.id.to_string(),
            school_reference: case.reference.clone(),
            referral: referral.clone(),
            unannounced: case.adult(),
            version,
        };
        // How it ended for the child, the school keeps to itself.
        held.referral.end.iter_mut().chain(&mut held.referral.earlier_ends).for_each(|end| end.text.clear());
        // So does it with what its own people noted of what the desk said.
        if let Some(said) = held.referral.acknowledged.as_mut().filter(|said| said.name.is_empty()) {
            said.text.clear();
        }
        if let Some(decision) = held.referral.decision.as_mut().filter(|decision| decision.name.is_empty()) {
            decision.text.clear();
        }
        for put_right in held.referral.corrections.iter_mut().filter(|one| one.before.name.is_empty()) {
            put_right.before.text.clear();
            put_right.reason.clear();
        }
        if referral.withdrawn.is_some() {
            held.empty();
        }
        Some(held)
    }

    /// Takes out whatever was written.
    fn empty(&mut self) {
        let referral = &mut self.referral;
        referral.reason.clear();
        referral.reference.clear();
        referral.by.clear();
        referral.acknowledged = None;
        referral.escalations.clear();
        referral.corrections.clear();
        if let Some(form) = &mut referral.form {
            form.answers.clear();
        }
        if let Some(portal) = &mut referral.portal {
            portal.ring.clear();
            portal.sender.clear();
            portal.messages.clear();
            portal.findings.clear();
        }
        if let Some(said) = &mut referral.withdrawn {
            said.text.clear();
        }
    }

    /// What it is called on the telephone: the end of its id, which counts nothing.
    pub fn reference(&self) -> String {
        let id = self.referral.id.as_str();
        format!("R-{}", id.get(id.len().saturating_sub(5)..).unwrap_or(id).to_uppercase())
    }

    /// What its route is called.
    pub fn title(&self) -> &str {
        self.referral.form.as_ref().map_or("Referral", |form| &form.title)
    }
}
