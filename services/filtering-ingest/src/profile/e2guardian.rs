//! e2guardian and DansGuardian, layout 1: date, time, user, client, URL, what, method, size, weight, category, group
//! number, code, MIME type, client host, group name and more. The middle is free text, an empty column leaves a double
//! blank, and `*DENIED*` may be only a sign-in.

use super::{Context, clock, date, foreign, local};
use crate::{
    observation::{Observation, Outcome, Rejected, Url, filled},
    search,
};

const METHODS: [&str; 9] = ["GET", "POST", "HEAD", "CONNECT", "PUT", "OPTIONS", "DELETE", "PATCH", "-"];

pub(super) fn read(line: &str, context: Context<'_>) -> Result<Observation, Rejected> {
    let columns: Vec<&str> = line.split(' ').collect();
    let at = columns.first().and_then(|d| date(d, '.')).zip(columns.get(1).and_then(|t| clock(t)));
    let Some((event_at, time_basis)) = at.and_then(|(date, clock)| local(date, clock, context)) else {
        return Err(if foreign(line) {
            Rejected::not_web("a line of the firewall or the system")
        } else {
            Rejected::malformed("the line does not begin with a time")
        });
    };
    let target = columns.get(4).copied().unwrap_or_default();
    let url = Url::read(target);
    if url.host.is_empty() || target == "-" {
        return Err(Rejected { reason: "no_target", detail: "there is no address" });
    }
    let number = |at: usize| columns.get(at).is_some_and(|c| c.trim_start_matches('-').parse::<i64>().is_ok());
    let method = (5..columns.len())
        .find(|at| METHODS.contains(&columns[*at]) && number(at + 1) && (at + 2 == columns.len() || number(at + 2)));
    let Some(method) = method else {
        return Err(Rejected::malformed("there is no method with size and weight"));
    };
    let what = columns[5..method].join(" ");
    // The category may be several words: it ends before the group's number and the status code.
    let category = (method + 3..columns.len()).find(|at| number(at + 1) && number(at + 2)).unwrap_or(method + 3);
    let code = columns.get(category + 2).copied().unwrap_or_default();
    let rest = columns.get(category + 3..).unwrap_or_default();
    let categories = columns.get(method + 3..=category).unwrap_or_default().join(" ");
    let denied = what.contains("*DENIED*") || what.contains("*INFECTED*");
    let outcome = match (denied, code) {
        (_, "407") => Outcome::AuthChallenge,
        (true, _) if what.to_ascii_lowercase().contains("authentication") => Outcome::AuthChallenge,
        (true, _) => Outcome::Blocked,
        (false, code) if code.starts_with('5') || what.contains("*NETERROR*") => Outcome::Error,
        (false, _) => Outcome::Allowed,
    };
    let user = filled(columns[2]);
    let infected = what.contains("*INFECTED*").then(|| "malware".to_owned());
    Ok(Observation {
        event_at,
        time_basis,
        identity_confidence: if user.is_some() { "likely" } else { "address" },
        user,
        group: rest.get(2).and_then(|group| filled(group)),
        client_ip: filled(columns[3]),
        device: rest.get(1).and_then(|host| filled(host)),
        search: search::read(&url),
        background: matches!(columns[method], "CONNECT" | "HEAD" | "OPTIONS") || what.contains("*TRUSTED*"),
        url,
        method: columns[method].to_owned(),
        mime_type: rest.first().map(|m| m.trim_matches('-').to_ascii_lowercase()).unwrap_or_default(),
        vendor_categories: filled(&categories).into_iter().chain(infected).collect(),
        outcome,
        vendor_outcome: what.split(' ').next().unwrap_or_default().to_owned(),
        reason: what,
    })
}
