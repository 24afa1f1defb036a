//! What an alert is made of: who, where and what of one event, without the rest of its line. Of suspected illegal material
//! no address and no word is taken over; its digest alone says whether it is the same again.

use chassis::text::user_name;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    category::Categories,
    judge::Seen,
    observation::{Observation, TimeBasis, Warning},
};

/// Who, where and what of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The line of its delivery.
    pub line: u64,
    /// When it happened.
    pub event_at: OffsetDateTime,
    /// What is wrong with that time, as `clock_of` has it; empty where nothing is.
    #[serde(default)]
    pub clock: String,
    /// The account as the filter wrote it; empty where none.
    pub user: String,
    /// Names person or device as the event does; for keyed hashes.
    pub actor: String,
    /// The group the filter had the user in.
    pub group: String,
    /// The tier that the school gives the group.
    pub tier: String,
    /// The device; empty where none.
    pub device: String,
    /// The address the user was at.
    pub client_ip: String,
    /// How sure the account is.
    pub identity_confidence: String,
    /// The host.
    pub host: String,
    /// The words that were typed; empty where none.
    pub terms: String,
    /// The engine they were typed into; empty where none.
    pub engine: String,
    /// What the filter did.
    pub outcome: String,
    /// Whether the content was reached.
    pub reached: bool,
    /// The filter's own categories.
    pub vendor_categories: Vec<String>,
    /// Ours, gravest first.
    pub categories: Vec<String>,
    /// The routing keys of its line, where its sender is one of several schools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed_by: Vec<String>,
    /// The whole address, for its digest; it goes no further.
    #[serde(skip)]
    pub address: String,
}

/// What is stored of a user action.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The event; of suspected illegal material without address and words.
    pub observation: Observation<'static>,
    /// What kinds of site it was.
    pub categories: Categories,
}

impl Sighting {
    /// What is taken over of an event.
    pub fn of(line: u64, observation: &Observation<'_>, categories: Categories, tier: &str) -> Self {
        let seen = Seen::of(observation, categories);
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Self {
            line,
            event_at: observation.event_at,
            clock: clock_of(observation).to_owned(),
            user: written(observation),
            actor: observation.actor().into_owned(),
            group: text(observation.groups.first().map(AsRef::as_ref)),
            tier: tier.to_owned(),
            device: text(observation.device.as_deref()),
            client_ip: text(observation.client_ip.as_deref()),
            identity_confidence: observation.identity_confidence.as_str().to_owned(),
            host: seen.host.to_owned(),
            terms: text(seen.search.map(|search| search.terms)),
            engine: text(seen.search.map(|search| search.engine)),
            outcome: observation.outcome.as_str().to_owned(),
            reached: seen.reached(),
            vendor_categories: observation.vendor_categories.iter().map(ToString::to_string).collect(),
            categories: categories.iter().map(str::to_owned).collect(),
            routed_by: Vec::new(),
            address: (*observation.url.original).to_owned(),
        }
    }

    /// Without what is withheld of suspected illegal material.
    #[must_use]
    pub fn withheld(self) -> Self {
        Self { host: String::new(), terms: String::new(), engine: String::new(), ..self }
    }
}

/// The account as the filter wrote it, where it is known to be the same: its domain and its capitals are kept.
fn written(observation: &Observation<'_>) -> String {
    let user = observation.user.as_deref().unwrap_or_default();
    let written = observation.user_written.as_deref().filter(|written| user_name(written) == user);
    written.unwrap_or(user).to_owned()
}

/// What is wrong with the time of an event: `ahead` (the device's clock is ahead of ours, and its time is kept), `replaced` (the time
/// cannot have been, so that it is when the line came), `received` (the line has none that can be read); empty where nothing is.
fn clock_of(observation: &Observation<'_>) -> &'static str {
    let (has, basis) = (|warning| observation.warnings.has(warning), observation.time_basis);
    match basis {
        TimeBasis::ReceiveTime => "received",
        TimeBasis::Corrected if has(Warning::ClockAhead) || has(Warning::ClockBehind) => "replaced",
        _ if has(Warning::ClockAhead) => "ahead",
        _ => "",
    }
}

/// Takes out of an event what is withheld of suspected illegal material, before it is stored.
pub fn withhold(observation: &mut Observation<'_>) {
    observation.url = Default::default();
    observation.search = None;
    observation.reason = Default::default();
    observation.referrer = None;
    observation.native_id = None;
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::profile::{Context, read};

    #[test]
    fn a_wrong_clock_is_told() {
        let clock = |ahead: Duration| {
            let received_at = OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_794_825_936) - ahead;
            let line = "1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html";
            let Ok(read) = read("squid", line, Context { time_zone: "UTC", received_at }) else { return String::new() };
            Sighting::of(1, &read, Categories::default(), "pupil").clock
        };
        assert_eq!([Duration::ZERO, Duration::hours(5), Duration::days(2)].map(clock), ["", "ahead", "replaced"]);
    }

    #[test]
    fn nothing_of_an_address_outlives_withholding() {
        let line = "1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET https://www.google.com/search?q=secret u1 HIER_DIRECT/192.0.2.1 text/html";
        let context = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };
        let Ok(mut observation) = read("squid", line, context) else { unreachable!("the line can be read") };
        let sighting = Sighting::of(1, &observation, Categories::named(["IWF"]), "pupil");
        assert_eq!(
            (sighting.actor.as_str(), observation.actor().as_ref(), sighting.terms.as_str()),
            ("u1", "u1", "secret")
        );
        let kept = serde_json::to_string(&sighting.withheld()).unwrap_or_default();
        withhold(&mut observation);
        let stored = serde_json::to_string(&observation).unwrap_or_default();
        for text in [kept, stored] {
            assert!(!text.contains("secret") && !text.contains("google") && text.contains("u1"), "{text}");
        }
    }

    #[test]
    fn a_user_is_named_as_the_filter_wrote_them() {
        let user = |written: &str| {
            let line = format!(
                "1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ {written} HIER_DIRECT/192.0.2.1 text/html"
            );
            let context = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };
            let Ok(read) = read("squid", &line, context) else { return String::new() };
            let sighting = Sighting::of(1, &read, Categories::default(), "pupil");
            format!("{} {}", sighting.user, sighting.actor)
        };
        assert_eq!(user("pupA"), "pupA pupa", "and is known by one name");
        assert_eq!(user("u1"), "u1 u1");
    }
}
