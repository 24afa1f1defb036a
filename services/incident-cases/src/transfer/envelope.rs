//! How a document leaves the installation and comes in: signed by the key that signs the history's checkpoints, and
//! encrypted under a passphrase that is told by telephone.

use chassis::{
    error::Result,
    jose::{
        jwe::{self, Unopened},
        jws::{self, Signed, Unsigned},
        passphrase,
    },
};
use ed25519_dalek::SigningKey;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::content::carries_content;

/// What stands in the encrypted file: a signed one.
pub const CTY: &str = "application/jose";

/// The format of a document that is signed: what it is called, and what is tried of it.
pub trait Format: Serialize + DeserializeOwned {
    /// What the signed text calls itself.
    const TYP: &'static str;
    /// What the format is called, with its version.
    const FORMAT: &'static str;

    /// What is wrong with a document that came in, by its place; none where nothing is. What is never kept here: more than a
    /// record holds.
    fn wrong(&self) -> Option<String>;

    /// The manifest as it stands in the document.
    fn manifest(&self) -> &[String];

    /// The manifest, reckoned from everything else.
    fn reckoned(&self) -> Vec<String>;
}

/// A document whose signature, form and digests were tried.
#[derive(Debug, Clone)]
pub struct Opened<D> {
    /// What it says.
    pub document: D,
    /// The signed text as it came.
    pub signed: String,
    /// What its key is known by.
    pub fingerprint: String,
    /// The signature, in hexadecimal digits.
    pub signature: String,
}

/// Why a file is not taken for such a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is no such file.
    NoPackage,
    /// It is of a version that is not read here.
    Version,
    /// Its passphrase was hashed too few or too many times.
    Rounds,
    /// The passphrase is another.
    Passphrase,
    /// It is not what was sent.
    Altered,
    /// What is wrong in it stands here.
    Place(String),
}

/// Signs a document.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn signed<D: Format>(document: &D, key: &SigningKey) -> Result<String> {
    Ok(jws::sign(&serde_json::to_vec(document)?, D::TYP, key))
}

/// Whether a file is written as an encrypted one is, before anything of it is tried.
pub fn looks_encrypted(file: &[u8]) -> bool {
    let file = file.trim_ascii();
    let written = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    file.iter().all(written) && file.iter().filter(|byte| **byte == b'.').count() == 4
}

/// Opens a file. It takes a while.
///
/// # Errors
/// As `Refused` says.
pub fn open<D: Format>(file: &[u8], written: &str) -> Result<Opened<D>, Refused> {
    let signed = String::from_utf8(decrypted(file, written)?.content).map_err(|_| Refused::NoPackage)?;
    read(&signed)
}

/// Whatever is in an encrypted file, which need not be a signed document. It takes a while.
///
/// # Errors
/// As `Refused` says.
pub fn decrypted(file: &[u8], written: &str) -> Result<jwe::Opened, Refused> {
    let file = std::str::from_utf8(file).map_err(|_| Refused::NoPackage)?;
    jwe::open(file, &passphrase::meant(written)).map_err(|why| match why {
        Unopened::Shape => Refused::NoPackage,
        Unopened::Rounds => Refused::Rounds,
        Unopened::Passphrase => Refused::Passphrase,
        Unopened::Altered => Refused::Altered,
    })
}

/// Reads a signed document: its signature, its form and every digest are tried.
///
/// # Errors
/// As `Refused` says.
pub fn read<D: Format>(signed: &str) -> Result<Opened<D>, Refused> {
    let Signed { payload, key, signature } = jws::open(signed, D::TYP).map_err(|why| match why {
        Unsigned::Shape => Refused::NoPackage,
        Unsigned::Forged => Refused::Altered,
    })?;
    let known: Value = serde_json::from_slice(&payload).map_err(|_| Refused::NoPackage)?;
    if known.get("format").and_then(Value::as_str) != Some(D::FORMAT) {
        return Err(Refused::Version);
    }
    if let Some(place) = content(&known, "") {
        return Err(Refused::Place(place));
    }
    let document: D = serde_json::from_value(known).map_err(|error| Refused::Place(form(&error)))?;
    if let Some(place) = document.wrong() {
        return Err(Refused::Place(place));
    }
    if document.manifest() != document.reckoned() {
        return Err(Refused::Altered);
    }
    Ok(Opened {
        document,
        signed: signed.to_owned(),
        fingerprint: jws::fingerprint(&key),
        signature: hex::encode(signature.to_bytes()),
    })
}

/// Where in a document a name or a text carries content in place of words: those too that are not read here, and would be
/// kept with the rest.
fn content(value: &Value, place: &str) -> Option<String> {
    match value {
        Value::String(text) => carries_content(text).then(|| place.to_owned()),
        Value::Array(all) => all.iter().enumerate().find_map(|(at, one)| content(one, &format!("{place}[{at}]"))),
        Value::Object(all) => all.iter().find_map(|(name, one)| match (carries_content(name), place) {
            (true, _) => Some(place.to_owned()),
            // A name that no format has could say anything.
            (false, _) if !name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_') || name.len() > 20 => {
                content(one, place)
            }
            (false, "") => content(one, name),
            (false, _) => content(one, &format!("{place}.{name}")),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// What is wrong with the form of a document, without anything that stands in it.
fn form(error: &serde_json::Error) -> String {
    let said = error.to_string();
    if said.starts_with("missing field") { said } else { "a field is of another kind than the format says".to_owned() }
}

/// Whether a fingerprint was written down as it is.
pub fn same_fingerprint(written: &str, fingerprint: &str) -> bool {
    let digits = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_lowercase()).collect()
    };
    digits(written) == digits(fingerprint)
}
