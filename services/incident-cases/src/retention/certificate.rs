//! What stays of a record that was destroyed: that it was, why it might be, who asked and who agreed, and how much was
//! there. No name, no reference, and no day from which somebody's birth could be reckoned.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Class;
use crate::case::{access::Office, record::Stamp};

chassis::id!(/** A certificate that a record was destroyed. */ pub struct CertificateId = "crt");

/// A certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// The school.
    pub school_id: String,
    /// The class of the record.
    pub class: String,
    /// The rule it was kept by.
    pub rule: String,
    /// The year in which its review was due.
    pub review_year: i32,
    /// Whether somebody had decided to keep it longer than the rule asks.
    pub kept_longer: bool,
    /// Who asked for it to be destroyed.
    pub asked: Stamp,
    /// Who agreed.
    pub agreed: Stamp,
    /// How many rows of each table were there.
    pub counts: Vec<(String, u64)>,
    /// The SHA-256 of each sealed text that was there, in hexadecimal digits, in an order that says nothing.
    pub digests: Vec<String>,
    /// Who takes such records on, where it was about an adult.
    pub office: Option<Office>,
}

impl Certificate {
    /// The class it speaks of.
    pub fn class(&self) -> Option<Class> {
        Class::ALL.into_iter().find(|(code, _)| *code == self.class).map(|(_, class)| class)
    }

    /// When the record was destroyed.
    pub fn at(&self) -> OffsetDateTime {
        self.agreed.at
    }
}
