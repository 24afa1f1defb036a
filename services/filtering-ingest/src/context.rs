//! What stands beside an alert: the same person's own browsing shortly before and after it, as far as a person may see it.
//! What is never listed of anybody is left out; that somebody looked for help is said, and not where.

use std::sync::LazyLock;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    category::{self, Categories},
    judge::NEVER,
    lexicon::Reader,
    observation::Observation,
};

const DATA: &str = include_str!("../data/help.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: String,
    owner: String,
    hosts: Vec<String>,
}

/// Sites that offer help to children and young people.
static HELP: LazyLock<Vec<String>> = LazyLock::new(|| {
    let data = serde_saphyr::from_str::<Data>(DATA).ok();
    data.filter(|data| !data.version.is_empty() && !data.owner.is_empty()).map(|data| data.hosts).unwrap_or_default()
});

/// What is read of a stored event: so much of it, whatever else is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The host.
    pub host: String,
    /// What was searched for; empty where nothing was.
    pub terms: String,
    /// What the filter did.
    pub outcome: &'static str,
    /// The filter's own categories.
    pub vendor_categories: Vec<String>,
}

impl Event {
    /// What is read of an event.
    pub fn of(observation: &Observation<'_>) -> Self {
        Self {
            host: (*observation.url.host).to_owned(),
            terms: observation.search.as_ref().map(|search| (*search.terms).to_owned()).unwrap_or_default(),
            outcome: observation.outcome.as_str(),
            vendor_categories: observation.vendor_categories.iter().map(ToString::to_string).collect(),
        }
    }
}

/// One line of what stands beside an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// When.
    pub at: OffsetDateTime,
    /// The site; empty where it is withheld.
    pub host: String,
    /// What was searched for; empty where nothing was, or it is withheld.
    pub terms: String,
    /// What the filter did.
    pub outcome: String,
    /// Whether site and words are withheld: it may be illegal material.
    pub withheld: bool,
}

/// What stands beside an alert, and what is said of the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// The browsing, oldest first.
    pub beside: Vec<Beside>,
    /// Whether somebody looked for help.
    pub sought_help: bool,
}

fn offers_help(host: &str) -> bool {
    let within =
        |known: &String| host == known || host.strip_suffix(known.as_str()).is_some_and(|rest| rest.ends_with('.'));
    HELP.iter().any(within)
}

/// Categories by which malware comes, and those that say nothing.
const CARRIERS: u64 = category::mask(&[
    "malware_phishing",
    "piracy_p2p",
    "file_sharing",
    "email",
    "infrastructure",
    "uncategorised",
    "unmapped",
]);

/// What whoever runs the network is shown beside malware: what it may have come by, and nothing of what somebody looked for.
/// No alert about anybody's safety is theirs, and so it is no search about it.
pub fn of_network(events: &mut Vec<(OffsetDateTime, String, Event)>) {
    events
        .retain(|(_, kind, event)| event.terms.is_empty() && (kind.is_empty() || category::bit(kind) & CARRIERS != 0));
}

/// Gathers what may be shown of events: their moments, gravest categories and what is stored of each.
pub fn gather(events: impl IntoIterator<Item = (OffsetDateTime, String, Event)>) -> Context {
    let (mut context, mut reader) = (Context::default(), Reader::default());
    for (at, kind, event) in events {
        let Event { host, terms, outcome, vendor_categories } = event;
        let kinds = Categories::named(vendor_categories.iter().map(String::as_str));
        let private = category::bit(&kind) & NEVER != 0
            || kinds.meets(NEVER)
            || offers_help(&host)
            || reader.read(&terms).never_listed;
        if private {
            context.sought_help |= offers_help(&host);
            continue;
        }
        let withheld = kind == "illegal_csam";
        let shown = |text: String| if withheld { String::new() } else { text };
        context.beside.push(Beside {
            at,
            host: shown(host),
            terms: shown(terms),
            outcome: outcome.to_owned(),
            withheld,
        });
    }
    context
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn event(kind: &str, host: &str, terms: &str) -> (OffsetDateTime, String, Event) {
        let names: &[&str] = if host == "both.example" { &["News", "Sex Education"] } else { &[] };
        let event = Event {
            host: host.to_owned(),
            terms: terms.to_owned(),
            outcome: "allowed",
            vendor_categories: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        (datetime!(2026-11-24 09:00 UTC), kind.to_owned(), event)
    }

    #[test]
    fn rule_7_what_is_never_listed_is_left_out_and_looking_for_help_is_said_kindly() {
        assert!(HELP.len() > 10, "the list of help can be read");
        let context = gather([
            event("news", "news.example", ""),
            event("search", "www.google.com", "roman roads"),
            event("search", "www.google.com", "am i gay"),
            event("education_sensitive", "advice.example", ""),
            event("sensitive_identity", "faith.example", ""),
            event("news", "both.example", ""),
        ]);
        let hosts: Vec<_> = context.beside.iter().map(|b| (b.host.as_str(), b.terms.as_str())).collect();
        assert_eq!(hosts, [("news.example", ""), ("www.google.com", "roman roads")]);
        assert!(!context.sought_help);
        let help = gather([event("unmapped", "www.childline.org.uk", "")]);
        assert_eq!((help.beside.len(), help.sought_help), (0, true));
    }

    #[test]
    fn whoever_runs_the_network_is_shown_what_malware_came_by_and_no_search() {
        let mut events = vec![
            event("search", "www.google.com", "i want to die"),
            event("unmapped", "www.example.org", "roman roads"),
            event("self_harm_suicide", "forum.example", ""),
            event("social_media", "friends.example", ""),
            event("email", "mail.example", ""),
            event("", "download.example", ""),
            event("malware_phishing", "virus.example", ""),
        ];
        of_network(&mut events);
        let hosts: Vec<String> = gather(events).beside.into_iter().map(|line| line.host).collect();
        assert_eq!(hosts, ["mail.example", "download.example", "virus.example"]);
    }

    #[test]
    fn rule_2_an_illegal_address_is_withheld_here_too() {
        let context = gather([event("illegal_csam", "blocked.example", "words")]);
        assert_eq!((context.beside[0].host.as_str(), context.beside[0].terms.as_str()), ("", ""));
        assert!(context.beside[0].withheld);
    }
}
