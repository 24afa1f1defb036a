//! FortiGate's key=value log. Web use is `type=utm subtype=webfilter`; the firewall's other lines are normal and not
//! taken. The epoch in `eventtime` is preferred to `date` and `time`, which are the device's own.

use super::{Context, clock, date, epoch, local, pairs};
use crate::{
    observation::{Observation, Outcome, Rejected, TimeBasis, Url, filled},
    search,
};

pub(super) fn read(line: &str, context: Context<'_>) -> Result<Observation, Rejected> {
    let pairs = pairs::read(line)?;
    let get = |key| pairs::get(&pairs, key);
    let Some(kind) = get("type") else { return Err(Rejected::malformed("the line does not say its type")) };
    if kind != "utm" || !matches!(get("subtype"), Some("webfilter")) {
        return Err(Rejected::not_web("a line of another type than web filter"));
    }
    let host = get("hostname").unwrap_or_default();
    let url = get("url").unwrap_or_default();
    let target = if url.contains("://") { url.to_owned() } else { format!("{host}{url}") };
    let url = Url::read(&target);
    if url.host.is_empty() {
        return Err(Rejected { reason: "no_target", detail: "there is no host and no address" });
    }
    let stated = get("eventtime").and_then(epoch).map(|at| (at, TimeBasis::StatedZone));
    let written = || local(get("date").and_then(|d| date(d, '-'))?, get("time").and_then(clock)?, context);
    let Some((event_at, time_basis)) = stated.or_else(written) else {
        return Err(Rejected { reason: "no_time", detail: "there is no time that can be read" });
    };
    let action = get("action").unwrap_or_default();
    let outcome = match action {
        "blocked" => Outcome::Blocked,
        "passthrough" | "allowed" | "monitored" | "pass" => Outcome::Allowed,
        "warning" => Outcome::Warned,
        "authenticate" => Outcome::AuthChallenge,
        _ => Outcome::Unknown,
    };
    let user = get("user").and_then(filled);
    let unproved = get("unauthuser").and_then(filled);
    let identity_confidence = match (&user, &unproved) {
        (Some(_), _) => "likely",
        (None, Some(_)) => "weak",
        (None, None) => "address",
    };
    Ok(Observation {
        event_at,
        time_basis,
        user: user.or(unproved),
        group: get("group").and_then(filled),
        client_ip: get("srcip").and_then(filled),
        device: get("srcname").or(get("srcmac")).and_then(filled),
        search: search::read(&url),
        url,
        method: get("httpmethod").unwrap_or_default().to_owned(),
        mime_type: String::new(),
        vendor_categories: get("catdesc").and_then(filled).into_iter().collect(),
        outcome,
        vendor_outcome: action.to_owned(),
        reason: get("msg").unwrap_or_default().to_owned(),
        identity_confidence,
        background: false,
    })
}
