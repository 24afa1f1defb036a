//! Files under a passphrase: JWE in the compact form. The passphrase and many rounds of a hash make a key (PBES2), which
//! wraps the file's own key (AES key wrap); the file is encrypted, and its header bound to it, by AES-256-GCM.

use std::num::NonZeroU32;

use aes_kw::{KeyInit as _, KwAes128, KwAes256};
use rand::Rng as _;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    pbkdf2::{self, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512},
};
use serde_json::{Value, json};

use super::{decode, encode, header, parts, text};
use crate::error::{Error, Result};

/// How often a passphrase is hashed; fewer rounds are refused.
pub const ROUNDS: u32 = 600_000;
/// More than this would only keep a processor busy.
const ROUNDS_MAX: u32 = 4_000_000;
/// The least salt that the standard allows, in bytes.
const SALT_MIN: usize = 8;
const TAG: usize = 16;
const KEY: usize = 32;

/// What files are written with.
const ALG: &str = "PBES2-HS512+A256KW";
/// What they are read with besides.
const ALG_128: &str = "PBES2-HS256+A128KW";
const ENC: &str = "A256GCM";

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// It is no such file, or made in a way that is not read here.
    Shape,
    /// Its passphrase was hashed too few times to keep anybody out, or more often than makes sense.
    Rounds,
    /// The passphrase is another. (Or the beginning of the file was changed: that cannot be told from it.)
    Passphrase,
    /// Something of it was changed.
    Altered,
}

/// What was in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// It.
    pub content: Vec<u8>,
    /// Of which kind it says it is (`cty`).
    pub cty: String,
}

/// What makes each file different from every other.
pub struct Chance {
    salt: [u8; 16],
    key: [u8; KEY],
    nonce: [u8; NONCE_LEN],
}

impl Chance {
    /// Nothing that anybody can guess.
    pub fn random() -> Self {
        let mut chance = Self { salt: [0; 16], key: [0; KEY], nonce: [0; NONCE_LEN] };
        let mut rng = rand::rng();
        rng.fill_bytes(&mut chance.salt);
        rng.fill_bytes(&mut chance.key);
        rng.fill_bytes(&mut chance.nonce);
        chance
    }

    /// Always the same, for an example that anybody can make again.
    pub fn for_an_example() -> Self {
        Self { salt: *b"salt of examples", key: *b"the key of an example, 256 bits.", nonce: *b"example once" }
    }
}

/// Encrypts a file of a kind (`cty`) under a passphrase. It takes a while: not for a thread that others wait for.
///
/// # Errors
/// `Internal` where a cipher fails.
pub fn seal(content: &[u8], cty: &str, passphrase: &str, chance: Chance) -> Result<String> {
    let header = json!({"alg": ALG, "enc": ENC, "cty": cty, "p2s": encode(chance.salt), "p2c": ROUNDS}).to_string();
    let head = encode(header);
    let mut wrapped = [0; KEY + 8];
    let kek = derive(ALG, passphrase, &chance.salt, ROUNDS);
    let kek = KwAes256::new_from_slice(&kek).map_err(|_| failed())?;
    kek.wrap_key(&chance.key, &mut wrapped).map_err(|_| failed())?;
    let mut body = content.to_vec();
    let tag = cipher(&chance.key)
        .and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key(chance.nonce);
            cipher.seal_in_place_separate_tag(nonce, Aad::from(head.as_bytes()), &mut body).ok()
        })
        .ok_or_else(failed)?;
    Ok([head, encode(wrapped), encode(chance.nonce), encode(body), encode(tag.as_ref())].join("."))
}

fn failed() -> Error {
    Error::internal("a cipher failed")
}

/// Opens a file with its passphrase. It takes a while, like `seal`.
///
/// # Errors
/// As `Unopened` says.
pub fn open(file: &str, passphrase: &str) -> Result<Opened, Unopened> {
    let [head, wrapped, nonce, body, tag] = parts::<5>(file).ok_or(Unopened::Shape)?;
    let known = header(head).ok_or(Unopened::Shape)?;
    let alg = text(&known, "alg");
    if ![ALG, ALG_128].contains(&alg) || text(&known, "enc") != ENC {
        return Err(Unopened::Shape);
    }
    let salt = decode(text(&known, "p2s")).filter(|salt| salt.len() >= SALT_MIN).ok_or(Unopened::Shape)?;
    let rounds = known.get("p2c").and_then(Value::as_u64).ok_or(Unopened::Shape)?;
    let rounds = u32::try_from(rounds).ok().filter(|n| (ROUNDS..=ROUNDS_MAX).contains(n)).ok_or(Unopened::Rounds)?;
    let (Some(wrapped), Some(nonce), Some(mut body), Some(tag)) =
        (decode(wrapped), decode(nonce), decode(body), decode(tag))
    else {
        return Err(Unopened::Altered);
    };
    let nonce = <[u8; NONCE_LEN]>::try_from(nonce).map_err(|_| Unopened::Altered)?;
    if wrapped.len() != KEY + 8 || tag.len() != TAG {
        return Err(Unopened::Altered);
    }
    let key = unwrap(alg, &derive(alg, passphrase, &salt, rounds), &wrapped).ok_or(Unopened::Passphrase)?;
    let cipher = cipher(&key).ok_or(Unopened::Altered)?;
    body.extend_from_slice(&tag);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = cipher.open_in_place(nonce, Aad::from(head.as_bytes()), &mut body).map_err(|_| Unopened::Altered)?;
    Ok(Opened { content: opened.to_vec(), cty: text(&known, "cty").to_owned() })
}

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// The key that a passphrase makes (RFC 7518, section 4.8.1.1: the algorithm's name is part of the salt).
fn derive(alg: &str, passphrase: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
    let (hash, length) = if alg == ALG_128 { (PBKDF2_HMAC_SHA256, 16) } else { (PBKDF2_HMAC_SHA512, KEY) };
    let salt = [alg.as_bytes(), &[0], salt].concat();
    let mut key = vec![0; length];
    pbkdf2::derive(hash, NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MAX), &salt, passphrase.as_bytes(), &mut key);
    key
}

fn unwrap(alg: &str, kek: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut key = vec![0; wrapped.len().checked_sub(8)?];
    let unwrapped = if alg == ALG_128 {
        KwAes128::new_from_slice(kek).ok()?.unwrap_key(wrapped, &mut key)
    } else {
        KwAes256::new_from_slice(kek).ok()?.unwrap_key(wrapped, &mut key)
    };
    unwrapped.ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7517, appendix C: what the passphrase makes, and the key it wraps.
    #[test]
    fn the_key_of_the_standards_example_is_derived_and_unwrapped_as_there() {
        let passphrase = "Thus from my lips, by yours, my sin is purged.";
        let salt = decode("2WCTcJZ1Rvd_CJuJripQ1w").unwrap_or_default();
        let kek = derive(ALG_128, passphrase, &salt, 4096);
        assert_eq!(kek, [110, 171, 169, 92, 129, 92, 109, 117, 233, 242, 116, 233, 170, 14, 24, 75]);
        let wrapped = decode("TrqXOwuNUfDV9VPTNbyGvEJ9JMjefAVn-TR1uIxR9p6hsRQh9Tk7BA").unwrap_or_default();
        let key = unwrap(ALG_128, &kek, &wrapped).unwrap_or_default();
        let expected = [
            111, 27, 25, 52, 66, 29, 20, 78, 92, 176, 56, 240, 65, 208, 82, 112, 161, 131, 36, 55, 202, 236, 185, 172,
            129, 23, 153, 194, 195, 48, 253, 182,
        ];
        assert_eq!(key, expected);
    }

    /// RFC 3394, section 4.6: 256 bits of key data under a key of 256 bits.
    #[test]
    fn a_key_of_256_bits_is_wrapped_as_in_the_standard() {
        let kek = hex::decode("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F").unwrap_or_default();
        let data = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F";
        let wrapped = hex::decode("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");
        let key = unwrap(ALG, &kek, &wrapped.unwrap_or_default());
        assert_eq!(key, hex::decode(data).ok());
    }

    #[test]
    fn what_is_sealed_opens_with_its_passphrase_and_no_other() -> Result<()> {
        let file = seal(b"a file", "text/plain", "ABCD", Chance::random())?;
        assert_ne!(file, seal(b"a file", "text/plain", "ABCD", Chance::random())?);
        let opened = Opened { content: b"a file".to_vec(), cty: "text/plain".into() };
        assert_eq!(open(&format!("{file}\n"), "ABCD"), Ok(opened));
        assert_eq!(open(&file, "ABCE"), Err(Unopened::Passphrase));
        // Weak on purpose, or meant to keep a processor busy: refused before anything is reckoned.
        for rounds in [1, 599_999, 4_000_001, u64::from(u32::MAX) + 600_000] {
            let header = json!({"alg": ALG, "enc": ENC, "p2s": encode([7; 16]), "p2c": rounds}).to_string();
            let (_, rest) = file.split_once('.').unwrap_or_default();
            assert_eq!(open(&format!("{}.{rest}", encode(header)), "ABCD"), Err(Unopened::Rounds));
        }
        assert_eq!(open("no file", "ABCD"), Err(Unopened::Shape));
        Ok(())
    }
}
