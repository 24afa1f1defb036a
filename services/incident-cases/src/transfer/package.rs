//! A file as it is sent: the child, the entries, and a manifest of their digests that the installation signs. Whoever
//! holds the manifest's digest can tell whether a single letter was changed, and nothing else.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{contents::Entry, document::digest};
use crate::learner::{Record, search::words};

/// What the format is called, with its version.
pub const FORMAT: &str = "hedgerow-transfer/2";
/// What was sent before: its manifest says by the second alone when it was made.
pub const EARLIER: &str = "hedgerow-transfer/1";

/// A file as it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// `FORMAT`, or `EARLIER`.
    pub format: String,
    /// The transfer.
    pub transfer_id: String,
    /// The school that sends it.
    pub from_school_id: String,
    /// The school that it is for.
    pub to_school_id: String,
    /// When it was made.
    pub made_at: OffsetDateTime,
    /// What nobody can guess: without it no digest could be tried against a guess.
    pub nonce: String,
    /// The child, as the sending school's roll has them.
    pub child: Record,
    /// The entries, in the order they happened.
    pub entries: Vec<Entry>,
    /// How many entries do not go, by why.
    pub left_out: BTreeMap<String, u32>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is not what was signed.
    Altered,
    /// It is for somebody else.
    ForAnother,
}

/// The digest of one entry.
pub fn digest_of(entry: &Entry, nonce: &str) -> String {
    let at = entry.at.unix_timestamp_nanos().to_string();
    let redacted = if entry.redacted { "redacted" } else { "" };
    let (kind, record, origin) = (entry.kind.as_str(), entry.record.as_str(), entry.origin.as_str());
    digest([nonce, &entry.number.to_string(), kind, record, origin, &at, redacted, &entry.text])
}

impl Package {
    /// The manifest: one line for whatever it is about, one for each entry.
    pub fn manifest(&self) -> String {
        let child = &self.child;
        let born = child.birth_date.map(|day| day.to_string()).unwrap_or_default();
        let flags = child.flags.join(" ");
        let who = digest([
            self.nonce.as_str(),
            &child.given_name,
            &child.family_name,
            &child.known_as,
            &born,
            &child.year_group,
            &child.upn,
            &flags,
        ]);
        let made = match self.format.as_str() {
            EARLIER => i128::from(self.made_at.unix_timestamp()),
            _ => self.made_at.unix_timestamp_nanos(),
        };
        let mut lines = vec![
            self.format.clone(),
            format!("transfer {}", self.transfer_id),
            format!("from {}", self.from_school_id),
            format!("to {}", self.to_school_id),
            format!("made {made}"),
            format!("child {who}"),
        ];
        lines.extend(self.left_out.iter().map(|(why, count)| format!("without {count} {why}")));
        lines.extend(
            self.entries.iter().map(|entry| format!("entry {} {}", entry.number, digest_of(entry, &self.nonce))),
        );
        lines.push(String::new());
        lines.join("\n")
    }

    /// The digest of the manifest, which both schools keep.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.manifest().as_bytes()))
    }

    /// The signature of the manifest.
    pub fn signed(&self, key: &SigningKey) -> String {
        hex::encode(key.sign(self.manifest().as_bytes()).to_bytes())
    }

    /// Tries every digest and the signature against what both schools keep.
    ///
    /// # Errors
    /// `Altered` where anything is not as it was signed; `ForAnother` where it is another transfer's or school's.
    pub fn check(
        &self,
        (transfer_id, to_school_id): (&str, &str),
        (digest, signature): (&str, &str),
        key: &VerifyingKey,
    ) -> Result<(), Changed> {
        if self.transfer_id != transfer_id || self.to_school_id != to_school_id {
            return Err(Changed::ForAnother);
        }
        let manifest = self.manifest();
        let signature = hex::decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let genuine = signature.is_some_and(|signature| key.verify_strict(manifest.as_bytes(), &signature).is_ok());
        let same = hex::encode(Sha256::digest(manifest.as_bytes())) == digest;
        let known = [FORMAT, EARLIER].contains(&self.format.as_str());
        if genuine && same && known { Ok(()) } else { Err(Changed::Altered) }
    }

    /// Whether somebody of a roll is the child.
    pub fn is(&self, other: &Record) -> bool {
        same_child(&self.child, other)
    }
}

/// Whether somebody of a roll is a child: the name, and the date of birth or the pupil number. Nobody is guessed.
pub fn same_child(child: &Record, other: &Record) -> bool {
    let same_number = !child.upn.is_empty() && child.upn == other.upn;
    let other_number = !child.upn.is_empty() && !other.upn.is_empty() && child.upn != other.upn;
    let born = match (child.birth_date, other.birth_date) {
        (Some(ours), Some(theirs)) => Some(ours == theirs),
        _ => None,
    };
    let firsts = |record: &Record| [words(&record.given_name), words(&record.known_as)].concat();
    let (ours, theirs) = (firsts(child), firsts(other));
    let named = words(&child.family_name) == words(&other.family_name) && ours.iter().any(|name| theirs.contains(name));
    !other_number && born != Some(false) && (same_number || (named && born == Some(true)))
}
