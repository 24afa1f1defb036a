//! Signed texts: JWS in the compact form, signed with Ed25519. The public key stands in the header, so that anybody can
//! try the signature; whose key it is has to be known from elsewhere.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{decode, encode, header, parts, text};

/// The longest name of a key that a header may say beside the key itself, in bytes.
const KID_MAX: usize = 200;

/// What was signed, and by which key.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What was signed.
    pub payload: Vec<u8>,
    /// The key that signed it.
    pub key: VerifyingKey,
    /// The signature.
    pub signature: Signature,
}

/// Why a text is not taken for signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// It is no such text, or asks for what is not understood here.
    Shape,
    /// The signature is not of this text by this key.
    Forged,
}

/// Signs something of a kind.
pub fn sign(payload: &[u8], typ: &str, key: &SigningKey) -> String {
    let x = encode(key.verifying_key().as_bytes());
    let header = json!({"alg": "EdDSA", "typ": typ, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}});
    let signed = format!("{}.{}", encode(header.to_string()), encode(payload));
    let signature = key.sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", encode(signature))
}

/// Tries the signature of a text of a kind by the key that the text names. A header that says more than this is none.
///
/// # Errors
/// As `Unsigned` says.
pub fn open(signed: &str, typ: &str) -> Result<Signed, Unsigned> {
    let [head, ..] = parts::<3>(signed).ok_or(Unsigned::Shape)?;
    let header = header(head).ok_or(Unsigned::Shape)?;
    let known = header.keys().all(|name| ["alg", "typ", "jwk", "kid"].contains(&name.as_str()));
    if !known || text(&header, "typ") != typ || text(&header, "kid").len() > KID_MAX {
        return Err(Unsigned::Shape);
    }
    let jwk = header.get("jwk").and_then(serde_json::Value::as_object).ok_or(Unsigned::Shape)?;
    if (text(jwk, "kty"), text(jwk, "crv")) != ("OKP", "Ed25519") {
        return Err(Unsigned::Shape);
    }
    let key = decode(text(jwk, "x")).and_then(|bytes| bytes.try_into().ok());
    let key = key.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).ok_or(Unsigned::Shape)?;
    open_by(signed, key)
}

/// Tries the signature of a text by a key.
///
/// # Errors
/// As `Unsigned` says.
pub fn open_by(signed: &str, key: VerifyingKey) -> Result<Signed, Unsigned> {
    let [head, body, signature] = parts::<3>(signed).ok_or(Unsigned::Shape)?;
    let header = header(head).ok_or(Unsigned::Shape)?;
    if !["EdDSA", "Ed25519"].contains(&text(&header, "alg")) {
        return Err(Unsigned::Shape);
    }
    let payload = decode(body).ok_or(Unsigned::Shape)?;
    let signature = decode(signature).and_then(|bytes| Signature::from_slice(&bytes).ok()).ok_or(Unsigned::Shape)?;
    let genuine = key.verify_strict(format!("{head}.{body}").as_bytes(), &signature).is_ok();
    if genuine { Ok(Signed { payload, key, signature }) } else { Err(Unsigned::Forged) }
}

/// What a public key is known by where people compare keys by telephone: six groups of four digits, the beginning of its
/// SHA-256.
pub fn fingerprint(key: &VerifyingKey) -> String {
    let digits = hex::encode(Sha256::digest(key.as_bytes()));
    groups(&digits[..24])
}

/// Hexadecimal digits in groups of four.
pub fn groups(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.4: the signature and the text.
    #[test]
    fn the_example_of_the_standard_is_signed_and_opened_as_there() {
        let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
                    hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let secret = decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").and_then(|bytes| bytes.try_into().ok());
        let key = SigningKey::from_bytes(&secret.unwrap_or_default());
        assert_eq!(encode(key.verifying_key().as_bytes()), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let opened = open_by(text, key.verifying_key()).map(|signed| signed.payload);
        assert_eq!(opened, Ok(b"Example of Ed25519 signing".to_vec()));
        assert_eq!(open(text, "").err(), Some(Unsigned::Shape), "it does not name its key");
        let signed = format!("{}.{}", encode(r#"{"alg":"EdDSA"}"#), encode("Example of Ed25519 signing"));
        assert_eq!(text, format!("{signed}.{}", encode(key.sign(signed.as_bytes()).to_bytes())));
    }

    #[test]
    fn a_text_signed_by_one_key_does_not_pass_for_anothers() {
        let (one, other) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let signed = sign(b"a file", "x", &one);
        assert_eq!(open(&signed, "y").err(), Some(Unsigned::Shape), "it is of another kind");
        assert_eq!(
            open(&signed, "x").ok().map(|s| (s.payload, s.key)),
            Some((b"a file".to_vec(), one.verifying_key()))
        );
        assert_eq!(open_by(&signed, other.verifying_key()).err(), Some(Unsigned::Forged));
        let x = encode(one.verifying_key().as_bytes());
        let unsigned = json!({"alg": "none", "typ": "x", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}}).to_string();
        let (_, rest) = signed.split_once('.').unwrap_or_default();
        assert_eq!(open(&format!("{}.{rest}", encode(unsigned)), "x").err(), Some(Unsigned::Shape));
        assert_eq!(fingerprint(&one.verifying_key()).len(), 29);
    }
}
