//! A referral that goes to an agency outside the platform as one signed, encrypted file. The file is not kept: what stands
//! in the case makes the same one again, under a new passphrase.

use serde::{Deserialize, Serialize};

use super::{
    Referral, Sending,
    document::{Document, Made},
};
use crate::{
    case::Refusal,
    transfer::{document::Sender, envelope::Format as _, read_out},
};

/// The means by which a referral is sent as a signed, encrypted file.
pub const PACKAGE: &str = "package";

/// What the file is made of besides the form, and how its reader says that they have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// What the school is called, and its unique reference number.
    pub school: (String, String),
    /// Whom its reader rings.
    pub ring: String,
    /// What whoever sent it is called.
    pub sender: String,
    /// What nobody can guess.
    pub nonce: String,
    /// What the key was known by that signed it.
    pub fingerprint: String,
    /// The number of the file.
    pub number: String,
    /// As much of the number as its reader read out; empty until then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub read_out: String,
}

/// What a signed file needs besides what every referral is sent with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packing<'a> {
    /// What the school is called, and its unique reference number.
    pub school: (&'a str, &'a str),
    /// What nobody can guess.
    pub nonce: &'a str,
    /// What the key is known by that signs it.
    pub fingerprint: &'a str,
}

impl Package {
    /// The beginnings of a file; none where the referral is sent otherwise.
    pub(super) fn of(sending: Sending<'_>) -> Option<Self> {
        let ((ring, sender), Packing { school: (name, urn), nonce, fingerprint }) = (sending.from, sending.packing);
        (sending.means == PACKAGE).then(|| Self {
            school: (name.to_owned(), urn.to_owned()),
            ring: ring.to_owned(),
            sender: sender.to_owned(),
            nonce: nonce.to_owned(),
            fingerprint: fingerprint.to_owned(),
            number: String::new(),
            read_out: String::new(),
        })
    }

    /// Takes down that its reader has it, by how they read its number out.
    pub(super) fn has(&mut self, read: &str) -> Result<(), Refusal> {
        self.read_out = read_out(read, &self.number)?;
        Ok(())
    }
}

impl Referral {
    /// The document that goes, under the reference of its case; none where it was sent otherwise.
    pub fn document(&self, reference: &str) -> Option<Document> {
        let (form, package) = (self.form.as_ref()?, self.package.as_ref()?);
        Some(Document::new(Made {
            package_id: self.id.as_str(),
            at: form.sent_at,
            sender: Sender {
                name: package.school.0.clone(),
                urn: package.school.1.clone(),
                contact: package.ring.clone(),
                sent_by: package.sender.clone(),
            },
            recipient: (&self.agency_name, &form.recipient),
            about: (&form.title, reference),
            nonce: &package.nonce,
            answers: &form.answers,
        }))
    }

    /// Gives a signed file its number, which proves from then on what was sent.
    pub(super) fn pack(&mut self, reference: &str) -> Result<(), Refusal> {
        let Some(document) = self.document(reference) else { return Ok(()) };
        if document.wrong().is_some() {
            return Err(Refusal::State("an answer is too long for a signed file: shorten it, or send it otherwise"));
        }
        let number = document.number();
        let proof = format!("A signed file, number {number}");
        if let (Some(package), Some(form)) = (&mut self.package, &mut self.form) {
            (package.number, form.proof) = (number, proof);
        }
        Ok(())
    }
}
