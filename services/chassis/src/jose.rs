//! Files that leave the installation, in open standards that any product can read: signed (JWS, RFC 7515 and 8037) and
//! encrypted under a passphrase (JWE, RFC 7516 and 7518), both in the compact form, which is plain text.

pub mod jwe;
pub mod jws;
pub mod passphrase;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// Bytes as these standards write them.
fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text. A text that is not the one way of writing them is none.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A text's parts, where it has as many as it must.
fn parts<const N: usize>(text: &str) -> Option<[&str; N]> {
    // One more is enough to know that there are too many.
    text.trim().splitn(N + 1, '.').collect::<Vec<_>>().try_into().ok()
}

/// A header; none where it asks for something that is not understood here.
fn header(encoded: &str) -> Option<Map<String, Value>> {
    let header: Map<String, Value> = serde_json::from_slice(&decode(encoded)?).ok()?;
    (!header.contains_key("crit") && !header.contains_key("zip") && !header.contains_key("b64")).then_some(header)
}

fn text<'a>(header: &'a Map<String, Value>, name: &str) -> &'a str {
    header.get(name).and_then(Value::as_str).unwrap_or_default()
}
