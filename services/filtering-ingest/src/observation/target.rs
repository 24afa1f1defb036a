//! What was asked for, read leniently: the original is kept, and nothing is ever fetched.

use std::{borrow::Cow, net::IpAddr};

use memchr::{memchr, memchr3, memrchr};
use serde::{Deserialize, Serialize, Serializer};

use super::{Text, own};
use crate::text;

/// How far into an address its scheme may reach.
const SCHEME: usize = 12;

/// An address in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Url<'a> {
    /// As written.
    pub original: Text<'a>,
    /// `https`, `tunnel` …; empty where none is written.
    #[serde(default)]
    pub scheme: Text<'a>,
    /// Without port and user, in lower case and in its ASCII form.
    pub host: Text<'a>,
    /// The port, where one is written.
    #[serde(default)]
    pub port: Option<u16>,
    /// From the first slash, without the query.
    #[serde(default)]
    pub path: Text<'a>,
    /// What follows the question mark.
    #[serde(default)]
    pub query: Text<'a>,
    /// Whether its end was cut off.
    #[serde(default)]
    pub truncated: bool,
}

/// Signs that no host has, by their bytes: every line is asked for them.
const ODD: [bool; 256] = {
    let (signs, mut odd, mut at) = (*b"{}\"<>|^\\ ", [false; 256], 0);
    while at < signs.len() {
        odd[signs[at] as usize] = true;
        at += 1;
    }
    odd
};

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'b> {
            original: &'b str,
            #[serde(skip_serializing_if = "str::is_empty")]
            scheme: &'b str,
            host: &'b str,
            #[serde(skip_serializing_if = "Option::is_none")]
            registrable_domain: Option<&'b str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            port: Option<u16>,
            path: &'b str,
            query: &'b str,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            truncated: bool,
        }
        let Self { original, scheme, host, port, path, query, truncated } = self;
        let shown = Shown {
            original,
            scheme,
            host,
            registrable_domain: self.registrable_domain(),
            port: *port,
            path,
            query,
            truncated: *truncated,
        };
        shown.serialize(serializer)
    }
}

impl<'a> Url<'a> {
    /// Reads an address: with or without scheme, `host:443`, `tunnel://`, user information, encoded dots, names in
    /// other scripts, IPv6.
    pub fn read(original: impl Into<Text<'a>>) -> Self {
        match original.into() {
            Cow::Borrowed(text) => Self::of(text),
            Cow::Owned(text) => Url::of(&text).into_owned(),
        }
    }

    fn of(original: &'a str) -> Self {
        let bytes = original.as_bytes();
        let scheme = bytes.iter().take(SCHEME).position(|byte| !byte.is_ascii_alphanumeric());
        let (scheme, rest) = match scheme {
            Some(end) if bytes[end..].starts_with(b"://") => (&original[..end], &original[end + 3..]),
            _ => ("", original),
        };
        let end = memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let authority = memrchr(b'@', authority.as_bytes()).map_or(authority, |at| &authority[at + 1..]);
        let (host, port) = match authority.strip_prefix('[') {
            Some(v6) => v6.split_once(']').map_or((v6, ""), |(host, port)| (host, port.trim_start_matches(':'))),
            None => memchr(b':', authority.as_bytes())
                .map_or((authority, ""), |colon| (&authority[..colon], &authority[colon + 1..])),
        };
        let tail = memchr(b'#', tail.as_bytes()).map_or(tail, |hash| &tail[..hash]);
        let (path, query) = memchr(b'?', tail.as_bytes()).map_or((tail, ""), |at| (&tail[..at], &tail[at + 1..]));
        Self {
            original: Cow::Borrowed(original),
            scheme: Cow::Borrowed(scheme),
            host: name(host),
            port: port.parse().ok(),
            path: Cow::Borrowed(path),
            query: Cow::Borrowed(query),
            truncated: false,
        }
    }

    /// Whether the host holds signs that no host has.
    pub fn is_odd(&self) -> bool {
        self.host.bytes().any(|byte| ODD[usize::from(byte)])
    }

    /// The same with its own text.
    pub fn into_owned(self) -> Url<'static> {
        Url {
            original: own(self.original),
            scheme: own(self.scheme),
            host: own(self.host),
            port: self.port,
            path: own(self.path),
            query: own(self.query),
            truncated: self.truncated,
        }
    }

    /// Whether the host is this domain or lies below it.
    pub fn within(&self, domain: &str) -> bool {
        self.host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// A parameter of the query, decoded; with ` | ` between its values where it stands several times.
    pub fn parameter(&self, name: &str) -> Option<Text<'a>> {
        match &self.query {
            Cow::Borrowed(query) => parameter(query, name),
            Cow::Owned(query) => parameter(query, name).map(own),
        }
    }

    /// A parameter behind the mark `#`, decoded, where the address was written with that.
    pub fn in_fragment(&self, name: &str) -> Option<Text<'a>> {
        match &self.original {
            Cow::Borrowed(original) => fragment(original, name),
            Cow::Owned(original) => fragment(original, name).map(own),
        }
    }

    /// The part of the path between what it begins with and the next slash, decoded.
    pub fn segment_after(&self, beginning: &str) -> Option<Text<'a>> {
        match &self.path {
            Cow::Borrowed(path) => segment(path, beginning),
            Cow::Owned(path) => segment(path, beginning).map(own),
        }
    }

    /// The domain that somebody could have registered, by the public suffix list; none for addresses in numbers and for
    /// names of one word.
    pub fn registrable_domain(&self) -> Option<&str> {
        let host: &str = &self.host;
        if host.parse::<IpAddr>().is_ok() {
            return None;
        }
        psl::domain_str(host)
    }
}

fn parameter<'q>(query: &'q str, name: &str) -> Option<Text<'q>> {
    let values = query.split('&').filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let mut values = values.filter(|value| !value.is_empty());
    let first = values.next()?;
    // One that stands several times is read whole: nobody knows which of them the site takes.
    let Some(other) = values.find(|value| *value != first) else { return Some(text::decode(first)) };
    let mut all = text::decode(first).into_owned();
    for value in std::iter::once(other).chain(values.filter(|value| *value != first)) {
        all.push_str(" | ");
        all.push_str(&text::decode(value));
    }
    Some(Cow::Owned(all))
}

fn fragment<'o>(original: &'o str, name: &str) -> Option<Text<'o>> {
    parameter(original.split_once('#')?.1, name)
}

fn segment<'p>(path: &'p str, beginning: &str) -> Option<Text<'p>> {
    path.get(beginning.len()..)?.split('/').next().map(text::decode)
}

/// A host's name as it is compared: lower case, without a final dot, encoded dots read, other scripts in ASCII form.
fn name(host: &str) -> Text<'_> {
    let plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'%';
    if host.bytes().all(plain) {
        return Cow::Borrowed(host.trim_end_matches('.'));
    }
    let (decoded, _) = text::percent(host, false);
    let decoded = text::lower(text::part(decoded, |text| text.trim_end_matches('.')));
    let decoded = if text::has_controls(decoded.as_bytes()) { Cow::Owned(text::shown(&decoded)) } else { decoded };
    if decoded.is_ascii() {
        return decoded;
    }
    match url::Host::parse(&decoded) {
        Ok(ascii) => Cow::Owned(ascii.to_string()),
        Err(_) => Cow::Owned(decoded.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read_as_filters_write_them() {
        for (text, host, port, path) in [
            ("http://Example.com/a?b=c", "example.com", None, "/a"),
            ("www.google.com:443", "www.google.com", Some(443), ""),
            ("tunnel://example.com:443/", "example.com", Some(443), "/"),
            ("https://user:secret@example.com:8443/x#y", "example.com", Some(8443), "/x"),
            ("http://[2001:db8::1]:80/z", "2001:db8::1", Some(80), "/z"),
            ("barebones", "barebones", None, ""),
            ("http://cinema%2eexample/a", "cinema.example", None, "/a"),
            ("http://Bücher.example./x", "xn--bcher-kva.example", None, "/x"),
            ("a.example/b?u=http://c.example/", "a.example", None, "/b"),
        ] {
            let url = Url::read(text);
            assert_eq!((url.host.as_ref(), url.port, url.path.as_ref()), (host, port, path), "{text}");
        }
        let long = format!("http://a.example/{}", "x".repeat(10_000));
        assert_eq!(Url::read(long.as_str()).path.len(), 10_001);
    }

    #[test]
    fn a_registrable_domain_is_what_somebody_registers() {
        let domain = |text: &'static str| Url::read(text).registrable_domain().map(str::to_owned);
        assert_eq!(domain("http://a.b.school.sch.uk/").as_deref(), Some("b.school.sch.uk"));
        assert_eq!(domain("https://www.example.co.uk/").as_deref(), Some("example.co.uk"));
        assert_eq!(domain("http://10.0.0.1/"), None);
        assert_eq!(domain("intranet"), None);
    }

    proptest! {
        #[test]
        fn nothing_an_address_holds_makes_reading_panic(text in ".{0,200}") {
            let url = Url::read(text.as_str());
            let _ = url.parameter("q");
            let _ = url.registrable_domain();
            prop_assert_eq!(url.clone().into_owned(), url);
        }
    }
}
