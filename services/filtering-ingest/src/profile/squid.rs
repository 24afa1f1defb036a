//! Squid's native access log: completion epoch, elapsed, client, result/status, bytes, method, URL, user,
//! hierarchy/peer, MIME type. Result tags are an open vocabulary, and `TCP_DENIED/407` is a sign-in, not a block.

use super::{by_status, epoch, foreign};
use crate::{
    observation::{Observation, Outcome, Rejected, TimeBasis, Url, decode, filled},
    search,
};

pub(super) fn read(line: &str) -> Result<Observation, Rejected> {
    let mut columns = line.split_ascii_whitespace();
    let mut next = || columns.next();
    let Some(event_at) = next().and_then(epoch) else {
        return Err(if foreign(line) {
            Rejected::not_web("a line of the firewall or the system")
        } else {
            Rejected::malformed("the line does not begin with a time")
        });
    };
    let (_elapsed, client, result, _bytes) = (next(), next(), next(), next());
    let (Some(client), Some((tag, status))) = (client, result.and_then(|r| r.split_once('/'))) else {
        return Err(Rejected::malformed("there is no client or result"));
    };
    let (Some(method), Some(target)) = (next(), next()) else {
        return Err(Rejected { reason: "no_target", detail: "there is no address" });
    };
    let user = next().and_then(|user| filled(&decode(user)));
    let _hierarchy = next();
    let mime_type = next().unwrap_or_default();
    let url = Url::read(target);
    if url.host.is_empty() {
        return Err(Rejected { reason: "no_target", detail: "there is no address" });
    }
    let outcome = match (tag.contains("DENIED"), status) {
        (true, "407") => Outcome::AuthChallenge,
        (true, "400") => Outcome::Error,
        (true, _) => Outcome::Blocked,
        // The redirector's own word for a page it put in place of the one asked for.
        (false, _) if tag.contains("REDIRECT") => Outcome::Blocked,
        (false, status) => by_status(status),
    };
    Ok(Observation {
        event_at,
        time_basis: TimeBasis::StatedZone,
        // A name that the proxy itself asked for.
        identity_confidence: if user.is_some() { "likely" } else { "address" },
        user,
        group: None,
        client_ip: filled(client),
        device: None,
        search: search::read(&url),
        background: method == "CONNECT" || method == "HEAD" || method == "OPTIONS",
        url,
        method: method.to_owned(),
        mime_type: if mime_type == "-" { String::new() } else { mime_type.to_ascii_lowercase() },
        vendor_categories: Vec::new(),
        outcome,
        vendor_outcome: format!("{tag}/{status}"),
        reason: String::new(),
    })
}
