//! One event of a web filter in the terms every product is brought to. Its text is borrowed from the line as far as it
//! stands there so; [`Observation::into_owned`] is for what is kept.

mod kind;
mod target;
mod warning;

use std::{borrow::Cow, net::IpAddr};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use kind::{Audience, Confidence, IdentitySource, Outcome, Reached, TimeBasis, Visibility};
pub use target::Url;
pub use warning::{Warning, Warnings};

/// Text that stands in the line, or was made of it.
pub type Text<'a> = Cow<'a, str>;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation<'a> {
    /// When it happened, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub event_at: OffsetDateTime,
    /// Where that time came from.
    pub time_basis: TimeBasis,
    /// The account, without its domain and in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Text<'a>>,
    /// The account as the filter wrote it, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_written: Option<Text<'a>>,
    /// The account's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm: Option<Text<'a>>,
    /// The groups the filter had the user in, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Text<'a>>,
    /// Whose filtering it was: by group or policy, never by the name.
    pub audience: Audience,
    /// How the filter knew the user.
    pub identity_source: IdentitySource,
    /// How sure the account is.
    pub identity_confidence: Confidence,
    /// The address the user was at, as canonical text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<Text<'a>>,
    /// The address the school is seen by from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<Text<'a>>,
    /// The device's name, where the product has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Text<'a>>,
    /// The device's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Text<'a>>,
    /// The device's network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Text<'a>>,
    /// What was asked for.
    pub url: Url<'a>,
    /// What the filter could see at all.
    pub visibility: Visibility,
    /// What was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search<'a>>,
    /// The request's method.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub method: Text<'a>,
    /// The answer's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The kind of content, as the server said.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub mime_type: Text<'a>,
    /// The page it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<Text<'a>>,
    /// The program that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Text<'a>>,
    /// Bytes from the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<u64>,
    /// Bytes to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<u64>,
    /// Whose categories they are.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub category_vendor: Text<'a>,
    /// The filter's own categories, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vendor_categories: Vec<Text<'a>>,
    /// The filter's own categories, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vendor_category_ids: Vec<Text<'a>>,
    /// Our categories, where the profile's own map says which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local_categories: Vec<Text<'a>>,
    /// What the filter did.
    pub outcome: Outcome,
    /// The filter's own word for it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub vendor_outcome: Text<'a>,
    /// Why, in the filter's words; may quote what was typed.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub reason: Text<'a>,
    /// Why, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Text<'a>>,
    /// The filter's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text<'a>>,
    /// The filter's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Text<'a>>,
    /// The application, as the filter names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Text<'a>>,
    /// Whether a machine did it by itself, as far as the line tells.
    pub background: bool,
    /// How many events the product counted in this one; at least 1.
    pub repeat_count: u32,
    /// The product's own id of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native_id: Option<Text<'a>>,
    /// What tells the school where one sender speaks for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<Text<'a>>,
    /// The profile that read it.
    pub profile: Text<'a>,
    /// That profile's version.
    pub profile_version: u32,
    /// What was odd.
    #[serde(default, skip_serializing_if = "Warnings::is_empty")]
    pub warnings: Warnings,
}

/// What was searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search<'a> {
    /// The engine.
    pub engine: Text<'a>,
    /// The words, decoded.
    pub terms: Text<'a>,
    /// False for what an engine suggests while one types.
    pub is_final: bool,
}

/// Why a line was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct Rejected {
    /// `not_web`, `malformed`, `too_long`, `empty`, `not_text`, `no_time`, `no_target`, `truncated`, `joined`.
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

    /// A line that was cut off where what is left would say something else.
    pub const fn truncated(detail: &'static str) -> Self {
        Self { reason: "truncated", detail }
    }

    /// The two kinds there are: `not_web` is normal of a firewall and only counted, every other reason is `malformed`.
    pub fn kind(&self) -> &'static str {
        if self.reason == "not_web" { "not_web" } else { "malformed" }
    }
}

/// A text of its own.
fn own(text: Text<'_>) -> Text<'static> {
    Cow::Owned(text.into_owned())
}

impl Search<'_> {
    /// The same with its own text.
    pub fn into_owned(self) -> Search<'static> {
        Search { engine: own(self.engine), terms: own(self.terms), is_final: self.is_final }
    }
}

impl<'a> Observation<'a> {
    /// An event of which nothing is known yet but its time and its reader.
    pub(crate) fn new(event_at: OffsetDateTime, time_basis: TimeBasis, profile: &'a str, profile_version: u32) -> Self {
        let none = Cow::Borrowed("");
        Self {
            event_at,
            time_basis,
            user: None,
            user_written: None,
            realm: None,
            groups: Vec::new(),
            audience: Audience::Unknown,
            identity_source: IdentitySource::Unknown,
            identity_confidence: Confidence::None,
            client_ip: None,
            public_ip: None,
            device: None,
            device_id: None,
            mac: None,
            url: Url::default(),
            visibility: Visibility::FullUrl,
            search: None,
            method: none.clone(),
            http_status: None,
            mime_type: none.clone(),
            referrer: None,
            user_agent: None,
            bytes_in: None,
            bytes_out: None,
            category_vendor: none.clone(),
            vendor_categories: Vec::new(),
            vendor_category_ids: Vec::new(),
            local_categories: Vec::new(),
            outcome: Outcome::Unknown,
            vendor_outcome: none.clone(),
            reason: none,
            reason_code: None,
            rule: None,
            policy: None,
            application: None,
            background: false,
            repeat_count: 1,
            native_id: None,
            routing_key: None,
            profile: Cow::Borrowed(profile),
            profile_version,
            warnings: Warnings::default(),
        }
    }

    /// The same with its own text: for what is kept longer than the line.
    pub fn into_owned(self) -> Observation<'static> {
        let all = |texts: Vec<Text<'_>>| texts.into_iter().map(own).collect();
        Observation {
            event_at: self.event_at,
            time_basis: self.time_basis,
            user: self.user.map(own),
            user_written: self.user_written.map(own),
            realm: self.realm.map(own),
            groups: all(self.groups),
            audience: self.audience,
            identity_source: self.identity_source,
            identity_confidence: self.identity_confidence,
            client_ip: self.client_ip.map(own),
            public_ip: self.public_ip.map(own),
            device: self.device.map(own),
            device_id: self.device_id.map(own),
            mac: self.mac.map(own),
            url: self.url.into_owned(),
            visibility: self.visibility,
            search: self.search.map(Search::into_owned),
            method: own(self.method),
            http_status: self.http_status,
            mime_type: own(self.mime_type),
            referrer: self.referrer.map(own),
            user_agent: self.user_agent.map(own),
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            category_vendor: own(self.category_vendor),
            vendor_categories: all(self.vendor_categories),
            vendor_category_ids: all(self.vendor_category_ids),
            local_categories: all(self.local_categories),
            outcome: self.outcome,
            vendor_outcome: own(self.vendor_outcome),
            reason: own(self.reason),
            reason_code: self.reason_code.map(own),
            rule: self.rule.map(own),
            policy: self.policy.map(own),
            application: self.application.map(own),
            background: self.background,
            repeat_count: self.repeat_count,
            native_id: self.native_id.map(own),
            routing_key: self.routing_key.map(own),
            profile: own(self.profile),
            profile_version: self.profile_version,
            warnings: self.warnings,
        }
    }

    /// Who did it, as far as the line tells: the account, else the device, else the address. For keyed hashes. The account is
    /// the name without its domain, as the school's roll reads it: a proxy with two ways to sign in writes both
    /// `SCHOOL\j.doe` and `j.doe`, and means one person.
    pub fn actor(&self) -> Text<'_> {
        match &self.user {
            Some(user) => Cow::Borrowed(user),
            None => {
                let other = [&self.device, &self.device_id, &self.mac, &self.client_ip].into_iter().flatten().next();
                Cow::Borrowed(other.map_or("nobody", |text| text))
            }
        }
    }
}

/// An address as canonical text, IPv4 in IPv6 reduced; none where it is no address.
pub(crate) fn address(text: Text<'_>) -> Result<Text<'_>, Text<'_>> {
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Ok(text);
    }
    match text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(found) => Ok(Cow::Owned(found.to_canonical().to_string())),
        Err(_) => Err(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_canonical_and_names_are_not_addresses() {
        assert_eq!(address("10.0.0.1".into()), Ok("10.0.0.1".into()));
        assert_eq!(address("::ffff:10.0.0.1".into()), Ok("10.0.0.1".into()));
        assert_eq!(address("2001:0db8::0001".into()), Ok("2001:db8::1".into()));
        assert_eq!(address("172.16.X.X".into()), Err("172.16.X.X".into()));
        assert_eq!(address("pc-12.school.example".into()), Err("pc-12.school.example".into()));
    }
}
