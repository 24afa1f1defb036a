//! What machines do by themselves: counted as folded, never judged. A hit on a list or a typed word is never noise.

use crate::observation::{Observation, Outcome};

/// Hosts that only machines ask for: updates, connectivity checks, certificates, advertising, counting.
const MACHINES: &[&str] = &[
    "windowsupdate.com",
    "update.microsoft.com",
    "delivery.mp.microsoft.com",
    "wns.windows.com",
    "msftconnecttest.com",
    "msftncsi.com",
    "captive.apple.com",
    "swcdn.apple.com",
    "mesu.apple.com",
    "detectportal.firefox.com",
    "connectivitycheck.gstatic.com",
    "gvt1.com",
    "autoupdate.geo.opera.com",
    "ocsp.digicert.com",
    "crl.microsoft.com",
    "doubleclick.net",
    "googlesyndication.com",
    "google-analytics.com",
    "adnxs.com",
    "criteo.net",
    "criteo.com",
    "scorecardresearch.com",
];

/// Parts of pages that browsers fetch by themselves.
const PARTS: &[&str] =
    &["image/", "font/", "text/css", "application/javascript", "text/javascript", "application/font"];

/// Whether an event is what a machine does by itself.
pub fn is(observation: &Observation<'_>, categories: &[&str]) -> bool {
    if matches!(observation.outcome, Outcome::AuthChallenge | Outcome::Error) {
        return true;
    }
    if let Some(search) = &observation.search {
        return !search.is_final;
    }
    let path: &str = &observation.url.path;
    observation.background
        || categories.first() == Some(&"infrastructure")
        || MACHINES.iter().any(|host| observation.url.within(host))
        || PARTS.iter().any(|part| observation.mime_type.starts_with(part))
        || path.ends_with("/generate_204")
        || path.ends_with("/success.txt")
}
