//! What a filter calls a kind of site, and what it is here. The maps are data, one for each vendor and one of names that
//! several use; an unknown name is `unmapped`.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use include_dir::{Dir, include_dir};

use crate::observation::{Observation, Rejected};

const DATA: &str = include_str!("../data/categories.yaml");

static VENDORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/categories");

/// Our categories by the names and numbers that mean them, in lower case. A name may mean two.
type Names = HashMap<String, Vec<&'static str>>;

/// By names that several vendors use.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = read(DATA);
    for category in CATEGORIES {
        names.entry((*category).to_owned()).or_default().push(category);
    }
    names
});

/// By vendor.
static BY_VENDOR: LazyLock<BTreeMap<&'static str, Names>> = LazyLock::new(|| {
    let file = |file: &'static include_dir::File<'static>| Some((file.path().file_stem()?.to_str()?, file));
    let all = VENDORS.files().filter_map(file);
    all.map(|(vendor, file)| (vendor, read(file.contents_utf8().unwrap_or_default()))).collect()
});

fn read(data: &str) -> Names {
    let data: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(data).unwrap_or_default();
    let mut names = Names::new();
    for (category, vendor) in data {
        for name in vendor {
            names.entry(name.to_lowercase()).or_default().extend(known(&category));
        }
    }
    names
}

/// The vendors whose categories are mapped.
pub fn vendors() -> Vec<&'static str> {
    BY_VENDOR.keys().copied().collect()
}

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

/// What kind of site an event was about, gravest first: by what the operator's own numbers mean, by the filter's
/// categories, and by the school's own list. A name stands for its number where both are written.
pub fn of(observation: &Observation<'_>, hosts: &HashMap<String, String>) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = observation.local_categories.iter().filter_map(|name| known(name)).collect();
    let vendor = BY_VENDOR.get(&*observation.category_vendor);
    let means = |name: &str| {
        let name = name.to_lowercase();
        vendor.and_then(|names| names.get(&name)).or_else(|| NAMES.get(&name))
    };
    let (names, numbers) = (&observation.vendor_categories, &observation.vendor_category_ids);
    for name in names {
        found.extend(means(name).into_iter().flatten());
    }
    if found.is_empty() {
        for number in numbers {
            found.extend(means(number).into_iter().flatten());
        }
    }
    if found.is_empty() && !(names.is_empty() && numbers.is_empty()) {
        found.push("unmapped");
    }
    if !hosts.is_empty() {
        found.extend(own(&observation.url.host, hosts));
    }
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
        assert_eq!(NAMES.get("child sexual abuse").map(Vec::as_slice), Some(&["illegal_csam"][..]));
        assert_eq!(NAMES.get("proxy avoidance").map(Vec::as_slice), Some(&["proxy_circumvention"][..]));
        for (vendor, names) in BY_VENDOR.iter() {
            assert!(names.len() > 10 && names.values().all(|ours| !ours.is_empty()), "{vendor}");
        }
        assert_eq!(BY_VENDOR.get("fortiguard").and_then(|names| names.get("11")).map(Vec::len), Some(1));
        assert_eq!(
            BY_VENDOR.get("symantec").and_then(|names| names.get("violence/hate/racism")).map(Vec::len),
            Some(2)
        );
    }
}
