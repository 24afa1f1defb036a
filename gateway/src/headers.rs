//! The headers on every answer that keep a browser from doing more than it must, and the check that a form was sent
//! from one of our own pages.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use chassis::error::Error;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{app::App, arrival::RequestId, console, refusal};

/// No inline script or style, nothing from elsewhere, no framing.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Nothing goes out from here: a page that opens a child's file on somebody's own computer, and on no other.
const SHUT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Two years, as browsers' preload lists ask.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Puts the headers on an answer.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let hashed = ["/assets/", "/brand/"].iter().any(|place| request.uri().path().starts_with(place));
    let shut = request.uri().path() == console::package::PLACE;
    let mut response = next.run(request).await;
    let success = response.status().is_success();
    put(response.headers_mut(), app.config().https, hashed && success);
    if shut {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SHUT));
    }
    response
}

fn put(headers: &mut HeaderMap, https: bool, cacheable: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    // Everything but an asset named by its own hash may concern a child.
    if !(cacheable && headers.contains_key(header::CACHE_CONTROL)) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Refuses a form that another site sent in a visitor's name. Each page checks the session's own token besides.
pub async fn refuse_cross_site(request: Request, next: Next) -> Response {
    if request.method().is_safe() || same_site(request.headers()) {
        return next.run(request).await;
    }
    let form = refusal::Form::of(request.method(), request.uri().path(), request.headers());
    form.answer(&Error::denied(), &RequestId::in_extensions(request.extensions()))
}

/// Whether a browser says that a request comes from our own pages. Where it says nothing, the token decides: with
/// `no-referrer` the origin of a plain form is `null`, and only a secure page says where it was fetched from.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (None | Some("null"), _) => true,
        (Some(origin), host) => origin.split_once("://").map(|(_, authority)| authority) == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_form_from_another_site_is_told_apart() {
        assert!(same_site(&headers(&[("sec-fetch-site", "same-origin"), ("origin", "null")])));
        assert!(!same_site(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!same_site(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(same_site(&headers(&[("origin", "https://a.example"), ("host", "a.example")])));
        assert!(!same_site(&headers(&[("origin", "https://b.example"), ("host", "a.example")])));
        assert!(same_site(&headers(&[("host", "a.example")])));
    }

    #[test]
    fn only_hashed_assets_may_be_kept() {
        let kept = |cacheable| {
            let mut headers = headers(&[("cache-control", "public, max-age=31536000, immutable")]);
            put(&mut headers, true, cacheable);
            headers.get(header::CACHE_CONTROL).cloned()
        };
        assert_eq!(kept(false), Some(HeaderValue::from_static("no-store")));
        assert_eq!(kept(true), Some(HeaderValue::from_static("public, max-age=31536000, immutable")));
    }
}
