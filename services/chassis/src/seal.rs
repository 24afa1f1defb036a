//! Names and narratives at rest: one data key per record, wrapped for each member who may read it, so that a stolen
//! database reads nothing and leaving is losing a key.

use std::{io::Write as _, path::Path};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use rand::Rng as _;
use sha2::Sha256;

use crate::error::{Error, Result};

const NONCE: usize = 24;
const KEY: usize = 32;
/// Names what the master key is used for here, so that it means nothing elsewhere.
const CONTEXT: &[u8] = b"hedgerow seal v1";

/// The keys of an installation: a master key from which each member's own follows.
pub struct KeyRing {
    master: Hkdf<Sha256>,
    own: DataKey,
}

/// The key of one record.
#[derive(Clone)]
pub struct DataKey([u8; KEY]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

impl KeyRing {
    fn from_master(master: &[u8; KEY]) -> Self {
        let master = Hkdf::<Sha256>::new(Some(CONTEXT), master);
        let own = derive(&master, "own");
        Self { master, own }
    }

    /// A ring nobody else has, for tests.
    pub fn generate() -> Self {
        Self::from_master(&DataKey::random().0)
    }

    /// The ring whose master key stands in a file of 64 hexadecimal digits; makes the file where there is none.
    ///
    /// # Errors
    /// `Invalid` where the file cannot be read, written, or holds something else.
    pub fn from_file(path: &Path) -> Result<Self> {
        Ok(Self::from_master(&secret_file(path)?))
    }

    /// The key for what belongs to no member, such as kept answers.
    pub fn own_key(&self) -> &DataKey {
        &self.own
    }

    fn member_key(&self, member: &str) -> DataKey {
        derive(&self.master, &format!("member|{member}"))
    }

    /// A record's key, so that only `member` can open it.
    pub fn wrap(&self, key: &DataKey, member: &str) -> Vec<u8> {
        self.member_key(member).seal(&key.0, &format!("wrap|{member}"))
    }

    /// Opens a record's key as `member`.
    ///
    /// # Errors
    /// `Internal` where it was wrapped for somebody else or changed.
    pub fn unwrap(&self, wrapped: &[u8], member: &str) -> Result<DataKey> {
        let key = self.member_key(member).open(wrapped, &format!("wrap|{member}"))?;
        key.try_into().map(DataKey).map_err(|_| Error::internal("a wrapped key has the wrong length"))
    }

    /// A keyed hash by which equal texts of one school are found without being read.
    pub fn token(&self, school: &str, text: &str) -> [u8; 32] {
        derive(&self.master, &format!("token|{school}|{text}")).0
    }
}

fn derive(master: &Hkdf<Sha256>, purpose: &str) -> DataKey {
    let mut key = [0; KEY];
    // 32 bytes are far below what HKDF can give, so this cannot fail.
    let _ = master.expand(purpose.as_bytes(), &mut key);
    DataKey(key)
}

impl DataKey {
    /// A new key.
    pub fn random() -> Self {
        let mut key = [0; KEY];
        rand::rng().fill_bytes(&mut key);
        Self(key)
    }

    /// Seals bytes to a place: they open only with this key and the same place.
    pub fn seal(&self, bytes: &[u8], place: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        // Encryption fails only for messages of more than 256 GiB, which no column holds.
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed to a place.
    ///
    /// # Errors
    /// `Internal` where key or place is another one, or a bit was changed.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>> {
        let refused = || Error::internal("a sealed value does not open");
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(refused)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        XChaCha20Poly1305::new(&self.0.into()).decrypt(&XNonce::from(*nonce), payload).map_err(|_| refused())
    }
}

/// Reads 32 secret bytes from a file of hexadecimal digits, and makes it, readable by its owner alone, where there is
/// none.
///
/// # Errors
/// `Invalid` where the file cannot be read or written or holds something else.
pub fn secret_file(path: &Path) -> Result<[u8; KEY]> {
    let trouble = |what: String| Error::invalid("keys", format!("{}: {what}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => hex::decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| trouble("must hold 64 hexadecimal digits".into())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            write_once(path, &format!("{}\n", hex::encode(DataKey::random().0)), 0o600)?;
            // Another process may have been quicker: what is in the file counts.
            secret_file(path)
        }
        Err(e) => Err(trouble(e.to_string())),
    }
}

/// Writes a file unless it is there; nobody ever reads half of it.
///
/// # Errors
/// `Invalid` where it cannot be written.
pub fn write_once(path: &Path, text: &str, mode: u32) -> Result<()> {
    let trouble = |e: std::io::Error| Error::invalid("keys", format!("{}: {e}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(trouble)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let mut file = builder.tempfile_in(folder).map_err(trouble)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(trouble)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(trouble(e.error)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_member_opens_a_record() -> Result<()> {
        let ring = KeyRing::generate();
        let key = DataKey::random();
        let wrapped = ring.wrap(&key, "sch_a");
        let sealed = key.seal(b"narrative", "case|cas_a");
        assert_eq!(ring.unwrap(&wrapped, "sch_a")?.open(&sealed, "case|cas_a")?, b"narrative");
        assert!(ring.unwrap(&wrapped, "sch_b").is_err());
        assert!(KeyRing::generate().unwrap(&wrapped, "sch_a").is_err());
        Ok(())
    }

    #[test]
    fn a_key_file_is_made_once_and_read_back() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let path = folder.path().join("keys/master.key");
        assert_eq!(secret_file(&path)?, secret_file(&path)?);
        std::fs::write(&path, "not a key").map_err(Error::internal)?;
        assert!(secret_file(&path).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn a_changed_bit_or_another_place_does_not_open(text in prop::collection::vec(any::<u8>(), 0..64), bit in any::<prop::sample::Index>()) {
            let key = DataKey::random();
            let sealed = key.seal(&text, "a");
            prop_assert_eq!(key.open(&sealed, "a").ok(), Some(text));
            prop_assert!(key.open(&sealed, "b").is_err());
            let mut changed = sealed;
            let bit = bit.index(changed.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(key.open(&changed, "a").is_err());
        }
    }
}
