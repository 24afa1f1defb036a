//! The address of a page with a form, which holds an id of its own. Whoever goes back to such a page and sends it again
//! sends the same request, so that nothing is recorded twice, with or without a script: the page is asked for anew, but
//! its address stays with the entry of the browser's history. The id says when the page was opened, and nothing else.

use http::{Method, Uri};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

/// How long an address is good: a bookmark of yesterday is another form.
const GOOD: Duration = Duration::hours(12);
/// The length of an id: when, in eight digits, and what makes it this one.
const LENGTH: usize = 24;

/// The id in the address of a page with a form; empty where the page has none.
pub fn form_id(query: &str) -> &str {
    query.split('&').find_map(|pair| pair.strip_prefix("form=")).unwrap_or_default()
}

/// Where a page with a form really is, where the address asked for has no good id.
pub fn with_id(method: &Method, uri: &Uri, now: OffsetDateTime, random: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    // What was written before is back in its own form, whose id it kept.
    let restores = !crate::unsent::named(query).is_empty();
    if *method != Method::GET || restores || !asks(uri.path()) || good(form_id(query), now) {
        return None;
    }
    let random: String = random.chars().filter(char::is_ascii_hexdigit).take(LENGTH - 8).collect();
    let rest = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("form="));
    let id = format!("form={:08x}{random}", now.unix_timestamp());
    let pairs: Vec<&str> = rest.chain([id.as_str()]).collect();
    Some(format!("{}?{}", uri.path(), pairs.join("&")))
}

/// The id of the request that a form makes, on the page of this id.
pub fn request_id(form_id: &str, action: &str) -> String {
    let mut bytes: Vec<u8> = Sha256::digest(format!("{form_id}|{action}")).into_iter().take(16).collect();
    for (place, mask, version) in [(6, 0x0f, 0x40), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(place) {
            *byte = (*byte & mask) | version;
        }
    }
    let digits = hex::encode(bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part).unwrap_or_default());
    parts.join("-")
}

fn good(id: &str, now: OffsetDateTime) -> bool {
    let made = id.get(..8).and_then(|digits| i64::from_str_radix(digits, 16).ok());
    let digits = id.len() == LENGTH && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let age = made.map(|made| Duration::seconds(now.unix_timestamp() - made));
    digits && age.is_some_and(|age| age < GOOD && age > -Duration::minutes(5))
}

/// Whether a page is there for its form, which records something.
fn asks(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let of_case = match parts.as_slice() {
        ["schools", _, "cases", _, act] => !matches!(*act, "devices" | "looks"),
        ["schools", _, "cases", _, "agreements" | "materials" | "reports" | "custody", _] => true,
        ["schools", _, "cases", "export"] => true,
        ["schools", _, "transfers", _, "receipt"] | ["schools", _, "learners", _, "transfers", "import"] => true,
        _ => false,
    };
    let of_desk = matches!(parts.as_slice(), ["desks", _, "allegations", _, _]);
    let of_shared = matches!(parts.as_slice(), ["schools", _, "shared-incidents", _]);
    let last = parts.last().copied().unwrap_or_default();
    let named = [
        "new",
        "report",
        "skip",
        "outcome",
        "open",
        "emergency",
        "complete",
        "answer",
        "correct",
        "withdraw",
        "decline",
        "triage",
        "pass-on",
        "household",
        "clock",
        "extension",
        "review",
        "rhythm",
        "decide",
        "done",
        "sign",
    ];
    of_case || of_desk || of_shared || (parts.len() > 1 && named.contains(&last))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
    const RANDOM: &str = "0f0e0d0c-0b0a-4908-8706-050403020100";

    fn of(address: &str, now: OffsetDateTime) -> Option<String> {
        with_id(&Method::GET, &address.parse().unwrap_or_default(), now, RANDOM)
    }

    #[test]
    fn a_page_with_a_form_is_sent_once_to_an_address_of_its_own() {
        let own = of("/schools/sch_1/cases/cas_1/facts/new?name=offence", NOW).unwrap_or_default();
        assert!(own.starts_with("/schools/sch_1/cases/cas_1/facts/new?name=offence&form="), "{own}");
        assert_eq!(of(&own, NOW + Duration::hours(11)), None, "it is the page's address from now on");
        // A bookmark of yesterday is a new form; what nobody gave out is not taken.
        let later = of(&own, NOW + Duration::hours(13)).unwrap_or_default();
        assert!(later != own && later.matches("form=").count() == 1, "{later}");
        assert!(of("/schools/sch_1/report?form=mine", NOW).is_some());
        assert!(of("/schools/sch_1/report?form=", NOW).is_some());
        assert_eq!(of("/schools/sch_1/report?unsent=0f", NOW), None, "what was written before has its own id");
        for read in ["/", "/schools/sch_1", "/schools/sch_1/reports", "/schools/sch_1/cases/cas_1", "/sign-in"] {
            assert_eq!(of(read, NOW), None, "{read}");
        }
        for asks in ["/report", "/debrief", "/close", "/steps/P1-03/skip", "/materials/mat_1"] {
            assert!(of(&format!("/schools/sch_1/cases/cas_1{asks}"), NOW).is_some(), "{asks}");
        }
        assert_eq!(with_id(&Method::POST, &"/schools/sch_1/report".parse().unwrap_or_default(), NOW, RANDOM), None);
    }

    #[test]
    fn one_address_makes_one_request_of_each_form() {
        let id = request_id("abc", "/a");
        assert_eq!(id, request_id("abc", "/a"));
        assert!(id != request_id("abc", "/b") && id != request_id("abd", "/a"));
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "{id}");
    }
}
