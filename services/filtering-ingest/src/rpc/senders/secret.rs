//! The secret of a sender, 256 bits that nobody can guess. It follows from the installation's key and the request that made
//! it, so that the same request is answered with the same one although it is kept nowhere but as a digest.

use chassis::{caller::Scope, seal::KeyRing};
use sha2::{Digest as _, Sha256};

/// What a secret begins with, which tells it from a session's token.
const PREFIX: &str = "hgs_";
/// Keeps the digest from meaning anything elsewhere.
const CONTEXT: &[u8] = b"hedgerow sender\0";

/// The secret that a request makes.
pub(super) fn made(ring: &KeyRing, scope: &Scope, owner: &str, request_id: &str) -> String {
    let what = format!("sender|{}|{request_id}", scope.actor());
    format!("{PREFIX}{}", hex::encode(ring.token(owner, &what)))
}

/// What is kept of a secret; none where the text is none.
pub(super) fn digest(secret: &str) -> Option<Vec<u8>> {
    let digits = secret.strip_prefix(PREFIX)?;
    let whole = digits.len() == 64 && digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    whole.then(|| Sha256::new().chain_update(CONTEXT).chain_update(digits).finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_digest_and_another_text_by_none() {
        let (ring, scope) = (KeyRing::generate(), Scope::system("test"));
        let (one, other) = (made(&ring, &scope, "sch_a", "1"), made(&ring, &scope, "sch_a", "2"));
        assert_eq!(one, made(&ring, &scope, "sch_a", "1"), "the same request is told the same");
        assert_ne!(one, made(&ring, &scope, "sch_b", "1"));
        assert!(digest(&one).is_some() && digest(&one) != digest(&other));
        for text in ["", "hgs_", "hgs_00", &one[4..], &one.replace("hgs_", "hgt_"), &format!("{one}0")] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
