//! One event of a web filter in the terms every product is brought to.

use serde::Serialize;
use time::OffsetDateTime;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// When it happened, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub event_at: OffsetDateTime,
    /// Where that time came from.
    pub time_basis: TimeBasis,
    /// The account as the filter wrote it.
    pub user: Option<String>,
    /// The group or policy the filter had the user in.
    pub group: Option<String>,
    /// The address the user was at.
    pub client_ip: Option<String>,
    /// The device, where the product names one.
    pub device: Option<String>,
    /// What was asked for.
    pub url: Url,
    /// What was searched for.
    pub search: Option<Search>,
    /// The request's method.
    pub method: String,
    /// The kind of content, as the server said.
    pub mime_type: String,
    /// The filter's own categories.
    pub vendor_categories: Vec<String>,
    /// What the filter did.
    pub outcome: Outcome,
    /// The filter's own word for it.
    pub vendor_outcome: String,
    /// Why, in the filter's words.
    pub reason: String,
    /// How sure the account is.
    pub identity_confidence: &'static str,
    /// Whether a machine did it by itself, as far as the line tells.
    pub background: bool,
}

/// Where an event's time came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeBasis {
    /// The line states its zone, or an epoch.
    StatedZone,
    /// The zone of the feed.
    ProfileZone,
    /// The line has no time: when it was received.
    ReceiveTime,
}

/// What was asked for, read leniently; the original is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Url {
    /// As written.
    pub original: String,
    /// Without port and user, in lower case.
    pub host: String,
    /// From the first slash, without the query.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
}

/// What was searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Search {
    /// The engine.
    pub engine: &'static str,
    /// The words, decoded.
    pub terms: String,
    /// False for what an engine suggests while one types.
    pub is_final: bool,
}

/// What the filter did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The content was reached.
    Allowed,
    /// It was stopped.
    Blocked,
    /// A page warned of it.
    Warned,
    /// A sign-in was asked for: neither reached nor stopped.
    AuthChallenge,
    /// Network or site at fault: neither.
    Error,
    /// A word nobody knows.
    Unknown,
}

impl Outcome {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Warned => "warned",
            Self::AuthChallenge => "auth_challenge",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a line was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct Rejected {
    /// `not_web`, `malformed`, `too_long`, `empty`, `no_time`, `no_target`.
    pub reason: &'static str,
    /// What was wrong, without the line's text.
    pub detail: &'static str,
}

impl Rejected {
    /// A line of something else than web use.
    pub const fn not_web(detail: &'static str) -> Self {
        Self { reason: "not_web", detail }
    }

    /// A line that cannot be read.
    pub const fn malformed(detail: &'static str) -> Self {
        Self { reason: "malformed", detail }
    }
}

impl Url {
    /// Reads an address: with or without scheme, `host:443`, `tunnel://`, user information, encoded parts.
    pub fn read(original: &str) -> Self {
        let rest = original.split_once("://").map_or(original, |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let tail = tail.split('#').next().unwrap_or_default();
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        Self {
            original: original.to_owned(),
            host: host.trim_end_matches('.').to_ascii_lowercase(),
            path: path.to_owned(),
            query: query.to_owned(),
        }
    }

    /// Whether the host is this domain or lies below it.
    pub fn within(&self, domain: &str) -> bool {
        self.host == domain || self.host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value))
    }
}

/// Decodes percent-encoding and `+`.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let hex = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|p| Some(hex(p[0])? * 16 + hex(p[1])?));
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (other, _) => decoded.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A column's text; none for the words that stand for nothing.
pub fn filled(text: &str) -> Option<String> {
    let empty = ["", "-", "none", "n/a", "na", "anonymous", "unknown"];
    (!empty.contains(&text.to_ascii_lowercase().as_str())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read_as_filters_write_them() {
        for (text, host, path) in [
            ("http://Example.com/a?b=c", "example.com", "/a"),
            ("www.google.com:443", "www.google.com", ""),
            ("tunnel://example.com:443/", "example.com", "/"),
            ("https://user:secret@example.com:8443/x#y", "example.com", "/x"),
            ("http://[2001:db8::1]:80/z", "2001:db8::1", "/z"),
            ("barebones", "barebones", ""),
        ] {
            let url = Url::read(text);
            assert_eq!((url.host.as_str(), url.path.as_str()), (host, path), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_an_address_holds_makes_reading_panic(text in ".{0,200}") {
            let url = Url::read(&text);
            let _ = url.parameter("q");
            let _ = decode(&text);
        }
    }
}
