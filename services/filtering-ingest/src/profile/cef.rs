//! Common Event Format, as proxies and firewalls send it: seven header fields between unescaped bars (the `CEF:` may
//! have been cut off by a collector), then keys whose values run to the next key.

use super::{Context, by_status, epoch};
use crate::{
    observation::{Observation, Outcome, Rejected, TimeBasis, Url, filled},
    search,
};

pub(super) fn read(line: &str, context: Context<'_>) -> Result<Observation, Rejected> {
    let body = line.find("CEF:").map_or(line, |at| &line[at + 4..]);
    let mut fields = Vec::with_capacity(7);
    let mut rest = body;
    while fields.len() < 7 {
        let Some(bar) = unescaped(rest, b'|') else {
            return Err(Rejected::malformed("there are not seven header fields"));
        };
        fields.push(rest[..bar].trim());
        rest = &rest[bar + 1..];
    }
    if fields[0].parse::<u8>().is_err() {
        return Err(Rejected::malformed("the header does not begin with a version"));
    }
    let pairs = extension(rest);
    let get = |key: &str| pairs.iter().find(|(k, v)| *k == key && !v.is_empty()).map(|(_, v)| v.as_str());
    let host = get("dhost").or(get("destinationDnsDomain")).unwrap_or_default();
    let request = get("request").unwrap_or_default();
    if host.is_empty() && request.is_empty() {
        return Err(Rejected::not_web("an event without an address"));
    }
    let target = match (request.contains("://"), host.is_empty()) {
        (true, _) | (_, true) => request.to_owned(),
        (false, false) => format!("{host}{request}"),
    };
    let url = Url::read(&target);
    if url.host.is_empty() {
        return Err(Rejected { reason: "no_target", detail: "there is no host and no address" });
    }
    let stated = get("rt").or(get("start")).or(get("end")).and_then(time);
    let (event_at, time_basis) =
        stated.map_or((context.received_at, TimeBasis::ReceiveTime), |at| (at, TimeBasis::StatedZone));
    let action = get("act").unwrap_or_default().to_ascii_lowercase();
    let outcome = match action.as_str() {
        "blocked" | "block" | "denied" | "deny" | "reset" => Outcome::Blocked,
        "permitted" | "allowed" | "allow" | "passthrough" | "accept" | "monitored" => Outcome::Allowed,
        "warned" | "warning" | "continue" => Outcome::Warned,
        "" => get("outcome").map_or(Outcome::Unknown, by_status),
        _ => Outcome::Unknown,
    };
    let user = ["suser", "duser", "loginID", "suid"].into_iter().find_map(|key| get(key).and_then(filled));
    let categories = [get("requestContext"), labelled(&pairs, "category"), labelled(&pairs, "dyncat")];
    Ok(Observation {
        event_at,
        time_basis,
        identity_confidence: if user.is_some() { "likely" } else { "address" },
        user,
        group: labelled(&pairs, "policy").and_then(filled),
        client_ip: get("src").and_then(filled),
        device: get("shost").and_then(filled),
        search: search::read(&url),
        url,
        method: get("requestMethod").unwrap_or_default().to_owned(),
        mime_type: labelled(&pairs, "contenttype").and_then(filled).unwrap_or_default(),
        vendor_categories: categories.into_iter().flatten().filter_map(filled).filter(|c| c != "0").collect(),
        outcome,
        vendor_outcome: action,
        reason: get("msg").or(get("reason")).unwrap_or_default().to_owned(),
        background: false,
    })
}

/// Where a character first stands without a backslash before it.
fn unescaped(text: &str, wanted: u8) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let found = byte == wanted && !escaped;
        escaped = byte == b'\\' && !escaped;
        found
    })
}

/// The keys with their values. A key is a word directly before an unescaped equals sign, after a blank or the start.
fn extension(text: &str) -> Vec<(&str, String)> {
    let mut keys: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(equals) = text.get(at..).and_then(|rest| unescaped(rest, b'=')).map(|e| e + at) {
        let start = text[..equals].rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        let key = &text[start..equals];
        let word = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-'));
        if word && keys.last().is_none_or(|(_, end)| start > *end) {
            keys.push((start, equals));
        }
        at = equals + 1;
    }
    let ends = keys.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let value = |text: &str| text.trim().replace("\\=", "=").replace("\\|", "|").replace("\\\\", "\\");
    keys.iter()
        .zip(ends)
        .map(|((start, equals), end)| (&text[*start..*equals], value(&text[equals + 1..end])))
        .collect()
}

/// The value of the custom field whose label is this word.
fn labelled<'a>(pairs: &'a [(&str, String)], label: &str) -> Option<&'a str> {
    let (key, _) = pairs.iter().find(|(key, value)| key.ends_with("Label") && value.eq_ignore_ascii_case(label))?;
    let key = key.strip_suffix("Label")?;
    pairs.iter().find(|(k, _)| *k == key).map(|(_, value)| value.as_str())
}

/// An epoch or RFC 3339.
fn time(text: &str) -> Option<time::OffsetDateTime> {
    use time::format_description::well_known::Rfc3339;
    epoch(text)
        .or_else(|| time::OffsetDateTime::parse(text, &Rfc3339).ok())
        .map(|at| at.to_offset(time::UtcOffset::UTC))
}
