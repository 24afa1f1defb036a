//! The keys of an installation: a master key that seals, and a signing key for every process. A process holds its own
//! secret key and everybody's public one.

use std::{collections::HashMap, path::Path, sync::Arc};

use chassis::{
    caller::{GATEWAY, Trust},
    clock::SharedClock,
    error::{Error, Result},
    seal::{KeyRing, secret_file, write_once},
};
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::config::SERVICES;

/// Makes every key there is not yet.
///
/// # Errors
/// `Invalid` where a file cannot be read or written.
pub fn create(folder: &Path) -> Result<()> {
    secret_file(&folder.join("master.key"))?;
    for process in processes() {
        let key = signing(folder, process)?;
        let public = folder.join(format!("{process}.pub"));
        let text = format!("{}\n", hex::encode(key.verifying_key().as_bytes()));
        write_once(&public, &text, 0o644)?;
    }
    Ok(())
}

fn processes() -> impl Iterator<Item = &'static str> {
    std::iter::once(GATEWAY).chain(SERVICES)
}

/// The signing key of a process.
///
/// # Errors
/// `Invalid` where its file cannot be read.
pub fn signing(folder: &Path, process: &str) -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&secret_file(&folder.join(format!("{process}.key")))?))
}

/// The public key of a process.
///
/// # Errors
/// `Invalid` where its file cannot be read or holds something else.
pub fn public(folder: &Path, process: &str) -> Result<VerifyingKey> {
    let path = folder.join(format!("{process}.pub"));
    let trouble = |what: String| Error::invalid("keys", format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(&path)
        .map_err(|e| trouble(format!("{e}; `hedgerow keys create` makes the keys of an installation")))?;
    hex::decode(text.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .ok_or_else(|| trouble("is not a public key".into()))
}

/// Trust in every process of the installation.
///
/// # Errors
/// `Invalid` where a public key is missing.
pub fn trust(folder: &Path, clock: SharedClock) -> Result<Arc<Trust>> {
    let keys: Result<HashMap<_, _>> = processes().map(|p| Ok((p.to_owned(), public(folder, p)?))).collect();
    Ok(Arc::new(Trust::new(keys?, clock)))
}

/// The ring that seals.
///
/// # Errors
/// `Invalid` where the master key cannot be read.
pub fn ring(folder: &Path) -> Result<Arc<KeyRing>> {
    Ok(Arc::new(KeyRing::from_file(&folder.join("master.key"))?))
}
