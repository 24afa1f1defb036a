//! Secrets and signatures. A message is signed twice: `v1`, a keyed digest that every library of the specification
//! checks with the shared secret, and `v1a`, an Ed25519 signature whose checker keeps no secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::Webhook;
use time::OffsetDateTime;

/// The keys of one webhook.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keys {
    /// What is shared with the program.
    shared: [u8; 32],
    /// What only we have.
    own: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Keys nobody can guess.
    pub fn random() -> Self {
        Self { shared: rand::random(), own: rand::random() }
    }

    /// The shared secret, as the program's library takes it.
    pub fn secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.shared))
    }

    /// The key that proves our own signatures.
    pub fn public(&self) -> String {
        format!("whpk_{}", STANDARD.encode(SigningKey::from_bytes(&self.own).verifying_key().to_bytes()))
    }

    fn signatures(&self, signed: &[u8]) -> String {
        let own = SigningKey::from_bytes(&self.own).sign(signed).to_bytes();
        format!("v1,{} v1a,{}", STANDARD.encode(digest(&self.shared, signed)), STANDARD.encode(own))
    }
}

/// The keyed digest of the version `v1`.
fn digest(secret: &[u8], signed: &[u8]) -> Vec<u8> {
    // A key of any length is taken.
    let mac =
        Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(signed).finalize().into_bytes().to_vec());
    mac.unwrap_or_default()
}

/// What the header `webhook-signature` of a message holds: by the present keys, and by those before as long as they sign.
pub fn header(hook: &Webhook, id: &str, at: OffsetDateTime, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", at.unix_timestamp());
    let keys = std::iter::once(&hook.sealed.keys).chain(hook.old_keys(at).map(|old| &old.keys));
    let all: Vec<String> = keys.map(|keys| keys.signatures(signed.as_bytes())).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

    use super::*;

    /// The example of the specification, and of every library of it.
    #[test]
    fn the_vector_of_the_specification() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(STANDARD.encode(digest(&secret, signed)), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let secret = STANDARD.decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let signed =
            br#"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk.1649367553.{"email":"test@example.com","username":"test_user"}"#;
        assert_eq!(STANDARD.encode(digest(&secret, signed)), "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn a_librarys_own_way_finds_the_same_and_the_public_key_proves_the_other() {
        let keys = Keys::random();
        let line = keys.signatures(b"msg_1.1614265330.{}");
        let (shared, own) = line.split_once(' ').unwrap();
        let theirs = standardwebhooks::Webhook::new(&keys.secret()).unwrap();
        assert_eq!(theirs.sign("msg_1", 1_614_265_330, b"{}").unwrap(), shared);
        let public = STANDARD.decode(keys.public().strip_prefix("whpk_").unwrap()).unwrap();
        let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
        let own = STANDARD.decode(own.strip_prefix("v1a,").unwrap()).unwrap();
        let own = Signature::from_bytes(&own.try_into().unwrap());
        assert!(public.verify(b"msg_1.1614265330.{}", &own).is_ok());
        assert!(public.verify(b"msg_1.1614265331.{}", &own).is_err());
    }
}
