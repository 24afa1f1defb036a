//! Problem documents (RFC 9457): every refusal over HTTP, in one shape.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Kind};
use http::{HeaderName, HeaderValue, StatusCode, header};
use prost_reflect::EnumValueDescriptor;
use serde_json::{Map, Value, json};

use crate::{limits::TOO_LARGE, openapi::comments::comment_of_value};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// After how many seconds to try again where the refusal does not say.
const RETRY_AFTER_S: &str = "5";
/// What a refusal may tell beside its message: codes, ids and numbers.
const FACTS: [&str; 5] = ["gate", "missing_step", "prohibition", "error_id", "retry_after_s"];

/// The answer for a refusal.
pub fn response(error: &Error, request_id: &str) -> Response {
    response_with(error, request_id, Map::new())
}

/// The same, with what more there is to say.
pub fn response_with(error: &Error, request_id: &str, more: Map<String, Value>) -> Response {
    let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = with_body(status, document(error, request_id), more);
    let headers = response.headers_mut();
    match error.kind() {
        Kind::Exhausted | Kind::Unavailable => {
            let wait = error.metadata("retry_after_s").unwrap_or(RETRY_AFTER_S);
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from_str(wait).unwrap_or(HeaderValue::from_static(RETRY_AFTER_S)),
            );
        }
        Kind::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Kind::Invalid | Kind::Denied | Kind::Missing | Kind::Conflict | Kind::Stale | Kind::Internal => {}
    }
    response
}

/// The problem document of a refusal.
pub fn document(error: &Error, request_id: &str) -> Value {
    let mut document = Map::new();
    let mut put = |key: &str, value: Value| document.insert(key.to_owned(), value);
    put("type", format!("/problems/{}", slug(error.reason_name())).into());
    put("title", title(error.kind()).into());
    put("status", error.http().into());
    let wrong: Vec<String> = error.violations().iter().map(|v| format!("{}: {}", v.field, v.message)).collect();
    put("detail", if wrong.is_empty() { error.message().to_owned() } else { wrong.join("; ") }.into());
    if !wrong.is_empty() {
        let errors = error.violations().iter().map(|v| json!({ "field": v.field, "detail": v.message }));
        put("errors", errors.collect::<Vec<_>>().into());
    }
    for fact in FACTS {
        if let Some(value) = error.metadata(fact) {
            put(fact, value.into());
        }
    }
    put("request_id", request_id.into());
    Value::Object(document)
}

/// What a kind of refusal is called; the same for every refusal of the kind.
fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "A field does not hold what it must",
        Kind::Unauthenticated => "Sign in first",
        Kind::Denied => "Not allowed in this role",
        Kind::Missing => "Not found",
        Kind::Conflict => "Not possible as things stand",
        Kind::Stale => "Changed since it was read",
        Kind::Exhausted => "Too many requests",
        Kind::Unavailable => "Not available just now",
        Kind::Internal => "A fault of ours",
    }
}

/// A reason as its page is called: `GATE_SHUT` is `gate-shut`.
fn slug(reason: &str) -> String {
    reason.to_ascii_lowercase().replace('_', "-")
}

/// The page a problem's `type` leads to: what the contract says of the reason.
pub async fn page(Path(name): Path<String>) -> Response {
    let reasons = proto::contract::pool().get_enum_by_name("hedgerow.error.v1.Reason");
    let named =
        |value: &EnumValueDescriptor| value.number() != 0 && slug(value.name().trim_start_matches("REASON_")) == name;
    match reasons.as_ref().and_then(|reasons| reasons.values().find(named)) {
        Some(reason) => format!("{}\n\n{}\n", name, comment_of_value(&reason)).into_response(),
        None => crate::console::not_found().into_response(),
    }
}

/// A refusal that HTTP itself names and no rpc knows of.
pub struct Plain {
    status: StatusCode,
    detail: &'static str,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Plain {
    /// The path is right, the method is not.
    pub fn method(allowed: &[&str]) -> Self {
        let header = HeaderValue::from_str(&allowed.join(", ")).ok().map(|methods| (header::ALLOW, methods));
        Self { status: StatusCode::METHOD_NOT_ALLOWED, detail: "use a method that the header Allow names", header }
    }

    /// The body is larger than any message may be.
    pub fn too_large() -> Self {
        Self::larger(TOO_LARGE)
    }

    /// What was sent is larger than it may be; what to do.
    pub fn larger(detail: &'static str) -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, detail, header: None }
    }

    /// The body is not said to be lines of text.
    pub fn not_lines() -> Self {
        let detail =
            "send the log as it is, with the header Content-Type: text/plain, application/x-ndjson or text/csv";
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, header: None }
    }

    /// The body is packed in a way that is not known here (RFC 9110, 15.5.16).
    pub fn packed_otherwise(accepted: HeaderValue) -> Self {
        let detail =
            "send the body as it is, or packed in one way that the header Accept-Encoding of this answer names";
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, header: Some((header::ACCEPT_ENCODING, accepted)) }
    }

    /// The body is not said to be JSON.
    pub fn not_json() -> Self {
        let detail = "send the body as JSON, with the header Content-Type: application/json";
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, header: None }
    }

    /// The answer for it.
    pub fn response(self, request_id: &str) -> Response {
        self.response_with(request_id, Map::new())
    }

    /// The same, with what more there is to say.
    pub fn response_with(self, request_id: &str, more: Map<String, Value>) -> Response {
        let document = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "request_id": request_id,
        });
        let mut response = with_body(self.status, document, more);
        response.headers_mut().extend(self.header);
        response
    }
}

fn with_body(status: StatusCode, mut document: Value, more: Map<String, Value>) -> Response {
    if let Value::Object(fields) = &mut document {
        fields.extend(more);
    }
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], document.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shut_gate_names_the_step_that_opens_it() {
        let error = Error::gate("G-HOLD", "P1-03", "talk to police or front door first");
        let document = document(&error, "r");
        assert_eq!(document["type"], "/problems/gate-shut");
        assert_eq!((&document["status"], &document["gate"]), (&json!(409), &json!("G-HOLD")));
        assert_eq!(document["missing_step"], "P1-03");
    }

    #[test]
    fn what_is_hidden_and_what_never_was_read_alike() {
        assert_eq!(document(&Error::missing(), "r").to_string(), document(&Error::missing(), "r").to_string());
        assert!(document(&Error::missing(), "r").get("errors").is_none());
    }

    #[test]
    fn a_refusal_says_when_to_try_again() {
        let wait = |error: &Error| response(error, "r").headers().get(header::RETRY_AFTER).cloned();
        assert_eq!(wait(&Error::too_many(300)), Some(HeaderValue::from_static("300")));
        assert_eq!(wait(&Error::unavailable("later")), Some(HeaderValue::from_static("5")));
        assert_eq!(wait(&Error::denied()), None);
    }
}
