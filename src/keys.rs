//! The keys of an installation. A process holds a key that signs in its name, a key that seals what its database holds,
//! and everybody's public key: `<process>.key`, `<process>.seal`, `*.pub`. They stand in one folder, or, where each
//! process is to reach its own and no other, in a folder each.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use chassis::{
    caller::{GATEWAY, Trust},
    clock::SharedClock,
    error::{Error, Result},
    seal::{KeyRing, secret_file, write_once},
};
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::config::SERVICES;

/// Makes every key there is not yet, all in one folder.
///
/// # Errors
/// `Invalid` where a file cannot be read or written.
pub fn create(folder: &Path) -> Result<()> {
    create_in(folder, |_| folder.to_path_buf())
}

/// Makes every key there is not yet, in a folder for each process, which holds its two keys and everybody's public one.
///
/// # Errors
/// `Invalid` where a file cannot be read or written.
pub fn create_apart(folder: &Path) -> Result<()> {
    create_in(folder, |process| folder.join(process))
}

fn create_in(folder: &Path, place: impl Fn(&str) -> PathBuf) -> Result<()> {
    for process in processes() {
        let seal = place(process).join(format!("{process}.seal"));
        // Installations used to have one key that sealed for all: what it sealed must still open.
        let former = folder.join("master.key");
        if former.exists() {
            write_once(&seal, &format!("{}\n", hex::encode(secret_file(&former)?)), 0o600)?;
        }
        secret_file(&seal)?;
        let key = SigningKey::from_bytes(&secret_file(&place(process).join(format!("{process}.key")))?);
        let text = format!("{}\n", hex::encode(key.verifying_key().as_bytes()));
        for reader in processes() {
            write_once(&place(reader).join(format!("{process}.pub")), &text, 0o644)?;
        }
    }
    Ok(())
}

/// Every process that has keys.
pub fn processes() -> impl Iterator<Item = &'static str> {
    std::iter::once(GATEWAY).chain(SERVICES)
}

/// A secret that must be there: a process that cannot find its key makes up no other.
fn secret(path: &Path) -> Result<[u8; 32]> {
    if path.exists() {
        return secret_file(path);
    }
    let fix = format!("{}: is not there; `hedgerow keys create` makes the keys of an installation", path.display());
    Err(Error::invalid("keys", fix))
}

/// The signing key of a process.
///
/// # Errors
/// `Invalid` where its file cannot be read.
pub fn signing(folder: &Path, process: &str) -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&secret(&folder.join(format!("{process}.key")))?))
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

/// The ring that seals what a process's database holds.
///
/// # Errors
/// `Invalid` where its key cannot be read.
pub fn ring(folder: &Path, process: &str) -> Result<Arc<KeyRing>> {
    let own = folder.join(format!("{process}.seal"));
    let former = folder.join("master.key");
    let path = if own.exists() || !former.exists() { own } else { former };
    secret(&path)?;
    Ok(Arc::new(KeyRing::from_file(&path)?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn each_process_has_a_folder_with_its_own_secrets_and_all_public_keys() {
        let folder = tempfile::tempdir().unwrap();
        create_apart(folder.path()).unwrap();
        create_apart(folder.path()).unwrap();
        for process in processes() {
            let own = folder.path().join(process);
            let mut held: Vec<String> = std::fs::read_dir(&own)
                .unwrap()
                .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
                .filter(|name| !name.ends_with(".pub"))
                .collect();
            held.sort();
            assert_eq!(held, [format!("{process}.key"), format!("{process}.seal")]);
            assert_eq!(signing(&own, process).unwrap().verifying_key(), public(&own, process).unwrap());
            assert!(processes().all(|other| public(&own, other).is_ok()));
            assert!(processes().filter(|other| *other != process).all(|other| signing(&own, other).is_err()));
        }
    }

    #[test]
    fn what_the_one_former_key_sealed_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let former = KeyRing::from_file(&folder.path().join("master.key")).unwrap();
        let sealed = former.own_key().seal(b"kept", "here");
        for made in [false, true] {
            if made {
                create(folder.path()).unwrap();
                std::fs::remove_file(folder.path().join("master.key")).unwrap();
            }
            let ring = ring(folder.path(), "reporting").unwrap();
            assert_eq!(ring.own_key().open(&sealed, "here").unwrap(), b"kept");
        }
    }
}
