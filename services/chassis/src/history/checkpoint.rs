//! Checkpoints: the size and root of the log as a C2SP signed note, so that whoever keeps one can tell later whether
//! history was rewritten.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::tree::Hash;

/// The signature algorithm's number in a note: Ed25519.
const ED25519: u8 = 1;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, such as `hedgerow/incident-cases`.
    pub origin: String,
    /// How many entries it has.
    pub size: i64,
    /// Its root.
    pub root: Hash,
}

impl Checkpoint {
    /// The note's text, which the signature covers.
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        let body = self.body();
        let signature = key.sign(body.as_bytes()).to_bytes();
        let signed = [key_id(&self.origin, &key.verifying_key()).as_slice(), &signature].concat();
        format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signed))
    }

    /// Reads a signed note and checks its signature.
    pub fn open(note: &str, key: &VerifyingKey) -> Option<Self> {
        let (body, signatures) = note.split_once("\n\n")?;
        let mut lines = body.lines();
        let checkpoint = Self {
            origin: lines.next()?.to_owned(),
            size: lines.next()?.parse().ok()?,
            root: STANDARD.decode(lines.next()?).ok()?.try_into().ok()?,
        };
        let prefix = format!("\u{2014} {} ", checkpoint.origin);
        let signed = STANDARD.decode(signatures.lines().find_map(|line| line.strip_prefix(&prefix))?).ok()?;
        let (id, signature) = signed.split_at_checked(4)?;
        let signature = Signature::from_slice(signature).ok()?;
        let genuine = id == key_id(&checkpoint.origin, key)
            && lines.next().is_none()
            && key.verify_strict(checkpoint.body().as_bytes(), &signature).is_ok();
        genuine.then_some(checkpoint)
    }
}

/// The notes in a text that holds several, one after another, with or without empty lines between them.
pub fn notes(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let of_one = |note: &[&str]| match note {
        [body @ .., signature] => format!("{}\n\n{signature}\n", body.join("\n")),
        [] => String::new(),
    };
    lines.split_inclusive(|line| line.starts_with('\u{2014}')).map(of_one).collect()
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.as_bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_opens_only_unchanged_and_under_its_key() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let checkpoint = Checkpoint { origin: "hedgerow/test".into(), size: 42, root: [5; 32] };
        let note = checkpoint.sign(&key);
        assert_eq!(Checkpoint::open(&note, &key.verifying_key()), Some(checkpoint));
        assert_eq!(Checkpoint::open(&note.replace("42", "43"), &key.verifying_key()), None);
        assert_eq!(Checkpoint::open(&note, &SigningKey::from_bytes(&[4; 32]).verifying_key()), None);
        assert_eq!(notes(&format!("{note}\n\n{note}{note}")), [note.clone(), note.clone(), note]);
    }
}
