//! What machines do by themselves: counted on a side of its own, never judged. A hit on a list or a typed word is never
//! noise.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;

use crate::{
    category,
    judge::Seen,
    observation::{Outcome, Visibility},
};

const DATA: &str = include_str!("../data/noise.yaml");

/// Why an event is what a machine does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// The filter asked who it is.
    SignIn,
    /// Network or site failed: nobody saw anything.
    Fault,
    /// What a search engine suggests while one types.
    Suggestion,
    /// The line itself says that nobody asked for it.
    Background,
    /// A site that only machines ask for.
    Machine,
    /// A piece that another site put into its page.
    Widget,
    /// Part of a page.
    Part,
}

impl Noise {
    /// What it is, as a phrase.
    pub fn words(self) -> &'static str {
        match self {
            Self::SignIn => "the filter asking who somebody is",
            Self::Fault => "a fault of the network or the site",
            Self::Suggestion => "what a search engine suggests while somebody types",
            Self::Background => "a request that nobody made by hand",
            Self::Machine => "a site that devices ask for by themselves",
            Self::Widget => "a piece that another site put into its page",
            Self::Part => "a part of a page",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: String,
    owner: String,
    hosts: HashMap<String, Vec<String>>,
    widgets: Vec<Widget>,
    endings: Vec<String>,
    parts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Widget {
    host: String,
    path: String,
}

#[derive(Default)]
struct Known {
    hosts: HashSet<String>,
    widgets: HashMap<String, Vec<String>>,
    endings: Vec<String>,
    parts: Vec<String>,
    whole: bool,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let Ok(data) = serde_saphyr::from_str::<Data>(DATA) else { return Known::default() };
    let mut widgets: HashMap<String, Vec<String>> = HashMap::new();
    for Widget { host, path } in data.widgets {
        widgets.entry(host).or_default().push(path);
    }
    Known {
        hosts: data.hosts.into_values().flatten().collect(),
        widgets,
        endings: data.endings,
        parts: data.parts,
        whole: !data.version.is_empty() && !data.owner.is_empty(),
    }
});

/// Whether the shipped list can be read: checked by a test.
pub fn is_whole() -> bool {
    KNOWN.whole
}

const INFRASTRUCTURE: &str = "infrastructure";
/// Kinds of site that raise nothing.
const PLAIN: u64 = category::mask(&[
    "education",
    "search",
    "neutral",
    "infrastructure",
    "news",
    "entertainment",
    "uncategorised",
    "unmapped",
]);

/// Whether a host, or a domain above it, is one that machines ask for, or that puts pieces into other sites' pages.
pub fn machine(host: &str) -> bool {
    let known = &*KNOWN;
    above(host).any(|domain| known.hosts.contains(domain) || known.widgets.contains_key(domain))
}

/// Why an event is what a machine does by itself; none where somebody did it.
pub fn of(seen: &Seen<'_>) -> Option<Noise> {
    of_known(seen, true)
}

/// The same where it is known already whether its host may be what makes it so.
pub fn of_known(seen: &Seen<'_>, machine: bool) -> Option<Noise> {
    match seen.outcome {
        Outcome::AuthChallenge => return Some(Noise::SignIn),
        Outcome::Error => return Some(Noise::Fault),
        _ => {}
    }
    if let Some(search) = &seen.search {
        return (!search.is_final).then_some(Noise::Suggestion);
    }
    // A tunnel is opened by a machine; where its host is all that is ever seen, a host that says something is looked at.
    let telling = seen.visibility != Visibility::FullUrl && seen.categories.meets(!PLAIN);
    if seen.background && !telling {
        return Some(Noise::Background);
    }
    let known = &*KNOWN;
    let part = |kind: &String| seen.mime_type.starts_with(kind.as_str());
    if !seen.mime_type.is_empty() && known.parts.iter().any(part) {
        return Some(Noise::Part);
    }
    // The school's own word, or the filter's: nothing graver is said of the site.
    // Where a name alone is seen, as in a line of CONNECT, what stands for a path says nothing of what was asked for.
    let path = Some(seen.path).filter(|_| seen.visibility == Visibility::FullUrl);
    let ends = path.is_some_and(|path| known.endings.iter().any(|end| path.ends_with(end)));
    if seen.categories.gravest() == Some(INFRASTRUCTURE) || ends {
        return Some(Noise::Machine);
    }
    if !machine {
        return None;
    }
    above(seen.host).find_map(|domain| {
        let pieces = known.widgets.get(domain);
        if known.hosts.contains(domain) {
            Some(Noise::Machine)
        } else {
            let piece = |all: &&Vec<String>| path.is_some_and(|path| all.iter().any(|start| path.starts_with(start)));
            pieces.filter(piece).map(|_| Noise::Widget)
        }
    })
}

/// A host and the domains above it, as far as they have two labels.
fn above(host: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(host);
    std::iter::from_fn(move || {
        let here = next?;
        next = here.split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.'));
        Some(here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::seen;

    fn noise(address: &str) -> Option<Noise> {
        of(&seen(address, &[]))
    }

    #[test]
    fn machines_are_told_from_people() {
        assert!(is_whole() && KNOWN.hosts.len() > 40, "the list can be read");
        assert_eq!(noise("http://dl.delivery.mp.microsoft.com/x/y.cab"), Some(Noise::Machine));
        assert_eq!(noise("http://www.msftconnecttest.com/connecttest.txt"), Some(Noise::Machine));
        assert_eq!(noise("https://atlas.example/favicon.ico"), Some(Noise::Machine));
        assert_eq!(noise("https://www.facebook.com/plugins/like.php?href=x"), Some(Noise::Widget));
        assert_eq!(noise("https://www.facebook.com/somebody"), None);
        assert_eq!(noise("https://notdoubleclick.net/"), None);
        assert_eq!(noise("https://atlas.example/maps"), None);
    }

    #[test]
    fn where_only_a_host_was_seen_nothing_is_discarded_by_a_path() {
        for address in ["https://atlas.example/favicon.ico", "https://www.facebook.com/plugins/like.php"] {
            let host = crate::judge::Seen { visibility: Visibility::HostOnly, ..seen(address, &[]) };
            assert_eq!((noise(address).is_some(), of(&host)), (true, None), "{address}");
        }
        let machine = seen("http://www.msftconnecttest.com/", &[]);
        assert_eq!(of(&Seen { visibility: Visibility::DnsOnly, ..machine }), Some(Noise::Machine), "a host is a host");
        let tunnel = |names: &[&str]| {
            of(&Seen { visibility: Visibility::HostOnly, background: true, ..seen("https://a.example:443", names) })
        };
        assert_eq!(
            (tunnel(&["Gambling"]), tunnel(&["News"]), tunnel(&[])),
            (None, Some(Noise::Background), Some(Noise::Background))
        );
    }

    #[test]
    fn a_typed_search_is_no_noise_and_a_suggestion_is() {
        assert_eq!(noise("https://www.google.com/search?q=roman+roads"), None);
        assert_eq!(noise("https://www.google.com/complete/search?q=roman"), Some(Noise::Suggestion));
    }

    #[test]
    fn parts_sign_ins_and_faults_are_noise() {
        let mut part = seen("https://atlas.example/a.png", &[]);
        part.mime_type = "image/png";
        assert_eq!(of(&part), Some(Noise::Part));
        part.outcome = Outcome::AuthChallenge;
        assert_eq!(of(&part), Some(Noise::SignIn));
        part.outcome = Outcome::Error;
        assert_eq!(of(&part), Some(Noise::Fault));
        let machine = seen("https://parts.example/x", &["Content Servers"]);
        assert_eq!(of(&machine), Some(Noise::Machine));
    }
}
