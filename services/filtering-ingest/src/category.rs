//! What a filter calls a kind of site, and what it is here. The maps are data, one for each vendor and one of names that
//! several use; an unknown name is `unmapped`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::observation::{Observation, Rejected, Warning};

const DATA: &str = include_str!("../data/categories.yaml");
const MARKS: &str = include_str!("../data/category-marks.yaml");
static VENDORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/categories");

/// Names longer than these are lower-cased the slow way.
const USUAL: usize = 64;

/// What one of a filter's names says.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    kind: u64,
    listed: bool,
    excludes: bool,
}

/// Names that say more than a category.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    lists: BTreeMap<String, Vec<String>>,
    excluding: Vec<String>,
}

/// What the names and numbers of filters say, in lower case. A name may mean two categories.
type Names = HashMap<String, Named>;

/// By names that several vendors use.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = read(DATA);
    for category in CATEGORIES {
        names.entry((*category).to_owned()).or_default().kind |= bit(category);
    }
    let Ok(marks) = serde_saphyr::from_str::<Marks>(MARKS) else { return names };
    for (category, lists) in marks.lists {
        let named = Named { kind: bit(&category), listed: true, excludes: false };
        names.extend(lists.into_iter().map(|name| (name.to_lowercase(), named)));
    }
    for name in marks.excluding {
        names.entry(name.to_lowercase()).or_default().excludes = true;
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
            names.entry(name.to_lowercase()).or_default().kind |= bit(&category);
        }
    }
    names
}

/// Whether a category is of material that nobody may see: its addresses are withheld from every screen.
pub fn is_illegal(category: &str) -> bool {
    bit(category) & ALWAYS_LISTED != 0
}

/// Every name and number by which a filter says so, in lower case.
pub(crate) fn illegal() -> BTreeSet<String> {
    let all = BY_VENDOR.values().chain([&*NAMES]).flatten();
    all.filter(|(_, named)| named.kind & ALWAYS_LISTED != 0).map(|(name, _)| name.clone()).collect()
}

/// The vendors whose categories are mapped.
pub fn vendors() -> Vec<&'static str> {
    BY_VENDOR.keys().copied().collect()
}

/// Every category there is, gravest first, and whether an event of it may raise an alert where a policy says nothing else.
const TABLE: [(&str, bool); 41] = [
    ("illegal_csam", true),
    ("extremism_terrorism", true),
    ("self_harm_suicide", true),
    ("sexual_exploitation", true),
    ("hate_discrimination", true),
    ("bullying", true),
    ("pornography", true),
    ("drugs", true),
    ("criminal_skills", true),
    ("proxy_circumvention", true),
    ("dating", true),
    ("violence_gore", true),
    ("violence_weapons", true),
    ("malware_phishing", true),
    ("gambling", true),
    ("adult_other", false),
    ("alcohol_tobacco", false),
    ("profanity", false),
    ("piracy_p2p", false),
    ("search_keyword_block", true),
    ("academic_cheating", false),
    ("gaming", false),
    ("misinformation", false),
    ("blogs_forums", false),
    ("generative_ai", false),
    ("social_media", false),
    ("chat_messaging", false),
    ("streaming", false),
    ("file_sharing", false),
    ("downloads", false),
    ("email", false),
    ("news", false),
    ("entertainment", false),
    ("education_sensitive", false),
    ("sensitive_identity", false),
    ("education", false),
    ("search", false),
    ("neutral", false),
    ("infrastructure", false),
    ("uncategorised", false),
    ("unmapped", false),
];

/// Every category there is, gravest first: the order decides which of several sets the theme.
pub const CATEGORIES: &[&str] = &{
    let (mut names, mut at) = ([""; TABLE.len()], 0);
    while at < TABLE.len() {
        names[at] = TABLE[at].0;
        at += 1;
    }
    names
};

/// The category of this name as the code names it.
pub fn known(name: &str) -> Option<&'static str> {
    CATEGORIES.iter().copied().find(|category| *category == name)
}

/// Whether the shipped map can be read: checked by a test, so that a slip in the data is not found in operation.
pub fn names() -> usize {
    NAMES.len()
}

/// What kinds of site an event was about: a set whose order is that of `CATEGORIES`, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Categories {
    kinds: u64,
    listed: u64,
    excludes: bool,
}

impl Categories {
    /// The kinds, gravest first.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        names_of(self.kinds)
    }

    /// The gravest; none where the filter gave none.
    pub fn gravest(self) -> Option<&'static str> {
        self.gravest_place().map(|place| CATEGORIES[place])
    }

    /// The place of the gravest among all.
    pub fn gravest_place(self) -> Option<usize> {
        usize::try_from(self.kinds.trailing_zeros()).ok().filter(|place| *place < CATEGORIES.len())
    }

    /// Whether one of a set of kinds is among them.
    pub fn meets(self, kinds: u64) -> bool {
        self.kinds & kinds != 0
    }

    /// Those of a set of kinds that are among them, as a set.
    pub fn among(self, kinds: u64) -> u64 {
        self.kinds & kinds
    }

    /// Those that a list of illegal material gave, gravest first.
    pub fn listed(self) -> impl Iterator<Item = &'static str> {
        names_of(self.listed)
    }

    /// Whether a list of illegal material gave one.
    pub fn is_listed(self) -> bool {
        self.listed != 0
    }

    /// Whether the site is of education, reference or medicine, which keeps lesser categories of the same site from
    /// alerting (rule 8).
    pub fn excludes(self) -> bool {
        self.excludes
    }

    fn add(&mut self, named: Named) {
        self.kinds |= named.kind;
        self.excludes |= named.excludes || named.kind & EDUCATION != 0;
        // Every category of abuse counts as the list: no filter has one of its own judgement (rule 1).
        if named.listed || named.kind & ALWAYS_LISTED != 0 {
            self.listed |= named.kind;
        }
    }

    /// What a filter's own names say.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        let mut any = false;
        for name in names {
            any = true;
            found.add(lookup(None, name));
        }
        if any && found.kinds == 0 {
            found.kinds = UNMAPPED;
        }
        found
    }

    /// What names say by the list of any vendor, where nobody said whose they are: the gravest leads.
    pub fn of_any_vendor<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let mut found = Self::named(names.clone());
        let excludes = found.excludes;
        for name in names {
            BY_VENDOR.values().for_each(|vendor| found.add(lookup(Some(vendor), name)));
        }
        if found.kinds != UNMAPPED {
            found.kinds &= !UNMAPPED;
        }
        // What one vendor calls education is no reason to keep what another calls grave from alerting.
        found.excludes = excludes;
        found
    }

    /// With kinds of our own names.
    #[must_use]
    pub fn with(mut self, kinds: &[String]) -> Self {
        for kind in kinds {
            self.add(Named { kind: bit(kind), ..Named::default() });
        }
        self
    }

    /// With what the school's own list says of a host, or the domain above it.
    #[must_use]
    pub fn with_host(self, host: &str, hosts: &HashMap<String, String>) -> Self {
        self.with_own(own(host, hosts).map_or(0, bit))
    }

    /// With what the school's own list says, as a set.
    #[must_use]
    pub fn with_own(mut self, kind: u64) -> Self {
        if kind != 0 {
            self.add(Named { kind, ..Named::default() });
        }
        self
    }
}

/// What may raise an alert where a policy says nothing else: an event of it counts though nobody can tell of what address.
pub const ALERTING: u64 = {
    let (mut set, mut at) = (0, 0);
    while at < TABLE.len() {
        if TABLE[at].1 {
            set |= 1 << at;
        }
        at += 1;
    }
    set
};

/// Of education, by whichever name: such a category excludes by itself.
const EDUCATION: u64 = mask(&["education", "education_sensitive"]);
const ALWAYS_LISTED: u64 = mask(&["illegal_csam"]);
const UNMAPPED: u64 = mask(&["unmapped"]);

/// The categories of a set, gravest first.
pub fn names_of(kinds: u64) -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().enumerate().filter(move |(at, _)| kinds & (1_u64 << at) != 0).map(|(_, name)| *name)
}

/// The set of one category by its name; empty where there is no such category.
pub const fn bit(name: &str) -> u64 {
    let mut at = 0;
    while at < CATEGORIES.len() {
        if same(CATEGORIES[at].as_bytes(), name.as_bytes()) {
            return 1 << at;
        }
        at += 1;
    }
    0
}

/// The set of some categories.
pub const fn mask(names: &[&str]) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < names.len() {
        set |= bit(names[at]);
        at += 1;
    }
    set
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// What one name or number of a filter says, its vendor's own map first; of no kind where nobody mapped it. Nothing is
/// allocated for a name of the usual kind.
fn lookup(vendor: Option<&Names>, name: &str) -> Named {
    let mut buffer = [0_u8; USUAL];
    let find = |name: &str| {
        let shared = NAMES.get(name).copied().unwrap_or_default();
        let own = vendor.and_then(|names| names.get(name));
        Named { kind: own.map_or(shared.kind, |own| own.kind), ..shared }
    };
    match buffer.get_mut(..name.len()) {
        Some(lower) if name.is_ascii() => {
            lower.copy_from_slice(name.as_bytes());
            lower.make_ascii_lowercase();
            std::str::from_utf8(lower).map(find).unwrap_or_default()
        }
        _ => find(&name.to_lowercase()),
    }
}

/// What kinds of site one of a vendor's names or numbers says, as a set; empty where nobody mapped it.
pub(crate) fn kinds(vendor: &str, name: &str) -> u64 {
    lookup(BY_VENDOR.get(vendor), name).kind
}

/// What kinds of site an event was about: by what the operator's own numbers mean, by the filter's categories, and by the
/// school's own list.
pub fn of(observation: &Observation<'_>, hosts: &HashMap<String, String>) -> Categories {
    of_event(observation).with_host(&observation.url.host, hosts)
}

/// The same without the school's own list. A name stands for its number where both are written.
pub fn of_event(observation: &Observation<'_>) -> Categories {
    let mut found = Categories::default();
    let (names, numbers) = (&observation.vendor_categories, &observation.vendor_category_ids);
    if names.is_empty() && numbers.is_empty() && observation.local_categories.is_empty() {
        return found;
    }
    for name in &observation.local_categories {
        found.add(Named { kind: bit(name), ..Named::default() });
    }
    let vendor = BY_VENDOR.get(&*observation.category_vendor);
    for name in names {
        found.add(lookup(vendor, name));
    }
    // Where a category stands twice, one of them may have been written into the address: numbers count as well, and
    // education beside something grave excludes nothing.
    let doubled = observation.warnings.has(Warning::DoubledCategory);
    if found.kinds == 0 || doubled {
        for number in numbers {
            found.add(lookup(vendor, number));
        }
    }
    found.excludes &= !doubled;
    // Nothing that was written maps.
    if found.kinds == 0 && !(names.is_empty() && numbers.is_empty()) {
        found.kinds = UNMAPPED;
    }
    found
}

/// The category that the school's own list gives a host, or the domain above it.
pub(crate) fn own(host: &str, hosts: &HashMap<String, String>) -> Option<&'static str> {
    if hosts.is_empty() {
        return None;
    }
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

    fn kinds(names: &[&str]) -> Vec<&'static str> {
        Categories::named(names.iter().copied()).iter().collect()
    }

    #[test]
    fn the_shipped_map_is_whole() {
        assert!(names() > 150, "{} names", names());
        assert!(CATEGORIES.len() < 64, "a set has a place for each");
        assert!(NAMES.values().all(|named| named.kind != 0 || named.excludes), "a category nobody knows");
        for (vendor, names) in BY_VENDOR.iter() {
            assert!(names.len() > 10 && names.values().all(|ours| ours.kind != 0), "{vendor}");
        }
        let kinds_at = |vendor: &str, name: &str| {
            BY_VENDOR.get(vendor).and_then(|names| names.get(name)).map(|n| n.kind.count_ones())
        };
        assert_eq!(kinds_at("fortiguard", "11"), Some(1));
        assert_eq!(kinds_at("symantec", "violence/hate/racism"), Some(2));
        assert_eq!((EDUCATION.count_ones(), ALWAYS_LISTED.count_ones(), UNMAPPED.count_ones()), (2, 1, 1));
        assert_eq!(ALERTING.count_ones(), 16);
        let marks: Marks = serde_saphyr::from_str(MARKS).unwrap_or_else(|_| unreachable!("the marks can be read"));
        assert!(marks.lists.keys().all(|category| known(category).is_some()) && marks.excluding.len() > 10);
        assert_eq!(kinds(&["Child Sexual Abuse"]), ["illegal_csam"]);
        assert_eq!(kinds(&["Proxy Avoidance", "Gambling"]), ["proxy_circumvention", "gambling"]);
        let of = |vendor: &str, name: &str| {
            let kind = BY_VENDOR.get(vendor).and_then(|names| names.get(name)).map(|named| named.kind);
            names_of(kind.unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(of("fortiguard", "62"), ["academic_cheating"]);
        assert_eq!(of("ut1", "fakenews"), ["misinformation"]);
        assert_eq!(of("symantec", "53"), ["blogs_forums"]);
        assert_eq!(of("fortiguard", "freeware and software downloads"), ["downloads"]);
    }

    #[test]
    fn where_nothing_maps_it_is_unmapped_and_the_gravest_comes_first() {
        assert_eq!(kinds(&["News", "Ströme", "Pornography"]), ["pornography", "news"]);
        let long = "x".repeat(USUAL + 1);
        assert_eq!(kinds(&[long.as_str()]), ["unmapped"]);
        assert_eq!(kinds(&[]), [""; 0]);
    }

    #[test]
    fn a_name_without_its_vendor_is_looked_for_on_every_list() {
        let any = |name| Categories::of_any_vendor([name]).gravest();
        assert_eq!(any("Terrorism and Violent Extremism"), Some("extremism_terrorism"));
        assert_eq!((any("Cannabis"), any("Crypto Mining")), (Some("drugs"), Some("malware_phishing")));
        assert_eq!((any("Ströme"), any("News")), (Some("unmapped"), Some("news")));
    }

    #[test]
    fn a_list_is_told_from_a_category_of_the_same_matter() {
        let listed = |name| Categories::named([name]).listed().collect::<Vec<_>>();
        assert_eq!(listed("Police-assessed terrorism list"), ["extremism_terrorism"]);
        assert_eq!(listed("Terrorism"), [""; 0]);
        assert_eq!(listed("Child abuse content"), ["illegal_csam"]);
        let own = HashMap::from([("blocked.example".to_owned(), "illegal_csam".to_owned())]);
        assert!(Categories::default().with_host("www.blocked.example", &own).is_listed());
    }

    #[test]
    fn education_reference_and_medicine_exclude_and_others_do_not() {
        let excludes = |name| Categories::named([name]).excludes();
        assert!(excludes("Education") && excludes("Sex Education") && excludes("Health and Wellness"));
        assert!(!excludes("News") && !excludes("LGBT"));
    }
}
