//! Webhooks: programs that are told, after the Standard Webhooks specification 1.0.
//!
//! - here: what a webhook is, and what is sent to it
//! - `sign`: secrets and signatures
//! - `address`, `client`: where anything may be sent, and how
//! - `send`: messages in, requests out

pub mod address;
pub mod client;
pub mod send;
pub mod sign;

use chassis::{
    db::Tx,
    error::{Error, Result, Violations},
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    notices::kind::{self, Kind},
    store,
};
use sign::Keys;

chassis::id!(/** A webhook. */ pub struct WebhookId = "whk");
chassis::id!(/** A message to a webhook. */ pub struct MessageId = "msg");

/// How many a school, or the authority, may have.
pub const MOST: usize = 20;
/// How long the secret before the present one signs, too.
pub const BOTH: Duration = Duration::hours(24);

/// The pauses after the tries of a message; when the last is over and fails, it is given up.
const PAUSES: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// The pause after so many tries; none after the last.
pub fn pause(tries: i64, luck: f64) -> Option<Duration> {
    let place = usize::try_from(tries.max(1) - 1).ok()?;
    PAUSES.get(place).map(|pause| crate::notices::timing::spread(*pause, luck))
}

/// A program that is told.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Whose it is; empty for the authority.
    pub school: String,
    /// Of what.
    pub kinds: Vec<String>,
    /// Whether it is told.
    pub enabled: bool,
    /// Why it is not: `by_hand`, `failing`, `gone`; empty where it is.
    pub reason: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Since when nothing arrives.
    pub failing_since: Option<OffsetDateTime>,
    /// What is sealed.
    pub sealed: Sealed,
}

/// A webhook's address and keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Where.
    pub url: String,
    /// What signs.
    pub keys: Keys,
    /// What signed before, and until when it does.
    pub old: Option<Old>,
}

/// Keys that sign for a while longer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Old {
    /// The keys.
    pub keys: Keys,
    /// Until then.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl Webhook {
    /// New keys; those before sign for a while longer.
    pub fn rotate(&mut self, now: OffsetDateTime) {
        let keys = std::mem::replace(&mut self.sealed.keys, Keys::random());
        self.sealed.old = Some(Old { keys, until: now + BOTH });
    }

    /// The keys before the present ones, as long as they sign.
    pub fn old_keys(&self, now: OffsetDateTime) -> Option<&Old> {
        self.sealed.old.as_ref().filter(|old| now < old.until)
    }

    /// Takes where it is told, and of what.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(url: &str, kinds: &[String], authority: bool, loopback: bool) -> Result<(url::Url, Vec<String>)> {
        let mut v = Violations::new();
        let read = address::url(url, loopback);
        v.check(read.is_some(), "url", address::FIX);
        let known: Vec<&str> = kind::of_place(authority).map(|kind| kind.code).collect();
        let fits = !kinds.is_empty() && kinds.iter().all(|code| known.contains(&code.as_str()));
        v.check(fits, "kinds", "Select what it is told of");
        v.finish()?;
        let kinds = known.into_iter().filter(|code| kinds.iter().any(|k| k == code)).map(str::to_owned).collect();
        read.map(|url| (url, kinds)).ok_or_else(|| Error::invalid("url", address::FIX))
    }

    /// Whether what is sent now would go nowhere.
    ///
    /// # Errors
    /// `Conflict` where it is switched off.
    pub fn needs_on(&self) -> Result<()> {
        if self.enabled { Ok(()) } else { Err(Error::wrong_state("this webhook is switched off: switch it on first")) }
    }
}

/// What is sent: what happened and where to look, and nothing of it.
#[derive(Serialize)]
struct Message<'a> {
    r#type: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    school_id: &'a str,
    link: &'a str,
}

/// The text of a message.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn payload(kind: &str, school: &str, link: &str, at: OffsetDateTime) -> Result<String> {
    let timestamp = at.format(&Rfc3339).map_err(Error::internal)?;
    Ok(serde_json::to_string(&Message { r#type: kind, timestamp, data: Data { school_id: school, link } })?)
}

/// Makes messages to every program that is told of a kind at a school.
///
/// # Errors
/// Where they cannot be kept.
pub async fn tell(tx: &Tx, kind: &Kind, school: &str, link: &str, at: OffsetDateTime) -> Result<()> {
    for hook in store::webhook::told(tx, school, kind.code, kind.at_authority).await? {
        store::webhook_attempt::insert(tx, &hook, kind.code, payload(kind.code, school, link, at)?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_thin_and_is_tried_for_days() -> Result<()> {
        let at = time::macros::datetime!(2026-11-24 09:00 UTC);
        let text = payload("concern.recorded", "sch_1", "https://a.example/schools/sch_1/concerns/con_1", at)?;
        assert_eq!(
            text,
            r#"{"type":"concern.recorded","timestamp":"2026-11-24T09:00:00Z","data":{"school_id":"sch_1","link":"https://a.example/schools/sch_1/concerns/con_1"}}"#
        );
        let all: Duration = (1..=9).filter_map(|tries| pause(tries, 0.0)).sum();
        assert!(all > Duration::days(3) && pause(10, 0.0).is_none() && pause(1, 1.0) > pause(1, 0.0), "{all}");
        Ok(())
    }

    #[test]
    fn a_webhook_is_told_of_what_its_place_may_know() {
        let fields = |url: &str, kinds: &[&str], authority: bool| {
            let kinds: Vec<String> = kinds.iter().map(|k| (*k).to_owned()).collect();
            let checked = Webhook::checked(url, &kinds, authority, false);
            checked
                .err()
                .map(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>())
                .unwrap_or_default()
        };
        assert!(fields("https://hooks.example/x", &["concern.recorded"], false).is_empty());
        assert_eq!(fields("https://hooks.example/x", &["concern.recorded"], true), ["kinds"]);
        assert_eq!(fields("ftp://hooks.example/x", &[], false), ["url", "kinds"]);
        assert_eq!(fields("https://hooks.example/x", &["webhook.disabled"], false), ["kinds"]);
    }
}
