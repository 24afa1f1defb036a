//! What a filter calls a kind of site, and what it is here. The map is data; an unknown name is `unmapped`.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use crate::observation::{Observation, Rejected};

const DATA: &str = include_str!("../data/categories.yaml");

/// Our categories by the names filters give them, in lower case.
static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let data: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(DATA).unwrap_or_default();
    let mut names = HashMap::new();
    for (category, vendor) in data {
        if let Some(known) = known(&category) {
            names.extend(vendor.into_iter().map(|name| (name.to_lowercase(), known)));
            names.insert(category, known);
        }
    }
    names
});

/// Every category there is, gravest first: the order decides which of several sets the theme.
pub const CATEGORIES: &[&str] = &[
    "illegal_csam",
    "extremism_terrorism",
    "self_harm_suicide",
    "sexual_exploitation",
    "hate_discrimination",
    "pornography",
    "drugs",
    "criminal_skills",
    "proxy_circumvention",
    "dating",
    "violence_gore",
    "violence_weapons",
    "malware_phishing",
    "gambling",
    "adult_other",
    "alcohol_tobacco",
    "profanity",
    "piracy_p2p",
    "gaming",
    "generative_ai",
    "social_media",
    "chat_messaging",
    "streaming",
    "file_sharing",
    "email",
    "news",
    "entertainment",
    "education_sensitive",
    "sensitive_identity",
    "education",
    "search",
    "neutral",
    "infrastructure",
    "uncategorised",
    "unmapped",
];

/// The category of this name as the code names it.
pub fn known(name: &str) -> Option<&'static str> {
    CATEGORIES.iter().copied().find(|category| *category == name)
}

/// Whether the shipped map can be read: checked by a test, so that a slip in the data is not found in operation.
pub fn names() -> usize {
    NAMES.len()
}

/// What kind of site an event was about, gravest first: by the filter's categories and by the school's own list.
pub fn of(observation: &Observation, hosts: &HashMap<String, String>) -> Vec<&'static str> {
    let vendor =
        observation.vendor_categories.iter().map(|name| NAMES.get(&name.to_lowercase()).copied().unwrap_or("unmapped"));
    let mut found: Vec<&'static str> = vendor.collect();
    found.extend(own(&observation.url.host, hosts));
    found.sort_by_key(|category| CATEGORIES.iter().position(|c| c == category));
    found.dedup();
    found
}

/// The category that the school's own list gives a host, or the domain above it.
fn own(host: &str, hosts: &HashMap<String, String>) -> Option<&'static str> {
    let mut domain = host;
    loop {
        if let Some(category) = hosts.get(domain) {
            return known(category);
        }
        domain = domain.split_once('.')?.1;
    }
}

/// A host list as it is sent, checked.
///
/// # Errors
/// The first name that is no category.
pub fn check_hosts(hosts: &HashMap<String, String>) -> Result<(), Rejected> {
    match hosts.values().all(|category| known(category).is_some()) {
        true => Ok(()),
        false => Err(Rejected::malformed("a category nobody knows")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_map_is_whole() {
        assert!(names() > 150, "{} names", names());
        assert_eq!(NAMES.get("child sexual abuse"), Some(&"illegal_csam"));
        assert_eq!(NAMES.get("proxy avoidance"), Some(&"proxy_circumvention"));
    }
}
