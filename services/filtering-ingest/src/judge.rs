//! What an event means by the school's own policy. Order: a list hit, then typed words, then the filter's category; the
//! first sets the theme, the others are kept beside it. The locked rules hold whatever a policy says. A filter's own
//! severity is no part of it. `explain` tells the same to somebody who tries an address out.

mod excepting;
pub mod explain;
mod host;
#[cfg(test)]
pub(crate) mod tests;

use std::{borrow::Cow, collections::HashMap};

pub use excepting::Left;
pub use host::Host;
use host::Hosts;
use serde::{Deserialize, Serialize};

use crate::{
    category::{self, Categories},
    lexicon::{Hit, Reader},
    observation::{Audience, Observation, Outcome, Text, Visibility},
    rules::{ACTIONS_MOST, REPEATED_ACTIONS, REPEATED_DAYS},
    severity, tier,
    wait::Times,
};

/// An alert rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertRule {
    /// Its id.
    pub id: String,
    /// The theme it is about.
    pub theme: String,
    /// `list`, `search`, `category`.
    pub basis: String,
    /// Its severity.
    pub severity: String,
    /// Who is told: `dsl`, `it`, `head`.
    pub route: String,
    /// Whether no school may lower, mute or delay it.
    pub locked: bool,
    /// User actions within an hour past which it fires; 1 for at once.
    pub threshold: u32,
    /// For whom it is: tiers as `tier` has them; for everybody where none.
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Days of fourteen on which it happens that make it graver; as usual where 0.
    #[serde(default)]
    pub days: u32,
    /// What it puts into effect of the policy's text.
    #[serde(default)]
    pub clauses: Vec<Clause>,
}

/// A clause of the policy's text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clause {
    /// The section it stands in.
    pub section: String,
    /// What it says at this school.
    pub text: String,
}

/// The rules in force at a school, and the version they come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// The policy's version at the school; 0 where none is known and only the locked rules hold.
    pub version: u32,
    /// The rules.
    pub alerts: Vec<AlertRule>,
    /// How long alerts may wait.
    #[serde(default)]
    pub times: Times,
    /// Whether a new feed waits until lead and deputies can get into filter and monitoring (gate G-FEED of the policy).
    #[serde(default)]
    pub feeds_wait: bool,
}

/// What an event is judged by: so much of it, and no more. Nothing of it is allocated.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The host.
    pub host: &'a str,
    /// From the first slash, without the query.
    pub path: &'a str,
    /// What was typed.
    pub search: Option<Typed<'a>>,
    /// What the filter did.
    pub outcome: Outcome,
    /// The filter's group, or the first of several.
    pub group: Option<&'a str>,
    /// All of them where there are several.
    pub groups: &'a [Text<'a>],
    /// Whose filtering it was, as the profile read it.
    pub audience: Audience,
    /// For whom the filter filtered, where that was found before; empty where not.
    pub tier: &'a str,
    /// What the filter could see at all: of a name alone nobody tells a page from a part of one.
    pub visibility: Visibility,
    /// The kind of content.
    pub mime_type: &'a str,
    /// Whether the line says that nobody asked for it.
    pub background: bool,
    /// What kinds of site it is.
    pub categories: Categories,
}

/// What was typed into a search engine.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The engine.
    pub engine: &'a str,
    /// The words.
    pub terms: &'a str,
    /// False for what an engine suggests meanwhile.
    pub is_final: bool,
}

impl<'a> Seen<'a> {
    /// What is judged of an event.
    pub fn of(observation: &'a Observation<'_>, categories: Categories) -> Self {
        let search = observation.search.as_ref();
        Self {
            host: &observation.url.host,
            path: &observation.url.path,
            search: search.map(|s| Typed { engine: &s.engine, terms: &s.terms, is_final: s.is_final }),
            outcome: observation.outcome,
            group: observation.groups.first().map(AsRef::as_ref),
            groups: &observation.groups,
            audience: observation.audience,
            tier: "",
            visibility: observation.visibility,
            mime_type: &observation.mime_type,
            background: observation.background,
            categories,
        }
    }

    /// An event of which nothing is known.
    pub fn nothing() -> Self {
        Self {
            host: "",
            path: "",
            search: None,
            outcome: Outcome::Unknown,
            group: None,
            groups: &[],
            audience: Audience::Unknown,
            tier: "",
            visibility: Visibility::FullUrl,
            mime_type: "",
            background: false,
            categories: Categories::default(),
        }
    }

    /// Whether the content was reached.
    pub fn reached(&self) -> bool {
        const REACHED: [&str; 6] = ["allowed", "warned_proceeded", "overridden", "quota", "monitored", "isolated"];
        REACHED.contains(&self.outcome.as_str())
    }
}

/// Categories that never raise anything by themselves (rule 7).
pub const NEVER: u64 = category::mask(&["education_sensitive", "sensitive_identity"]);

/// Themes of lists that an authority keeps (rule 1): IWF and police-assessed.
const LISTS: [&str; 2] = ["illegal_csam", "extremism_terrorism"];
const SELF_HARM: &str = "self_harm_suicide";
const ILLEGAL: &str = "illegal_csam";
/// A search that the filter stopped for its words: of a kind of its own, by the filter's reason and not by a site.
const KEYWORD: &str = "search_keyword_block";

/// The words that were found, by the list they stand on: never what somebody typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The list, with its language.
    pub list: String,
    /// Its version, which is its date.
    pub version: String,
    /// The entry of the list.
    pub entry: String,
}

/// What an event comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The theme.
    pub theme: &'static str,
    /// The rule that fired.
    pub rule_id: String,
    /// `list`, `search`, `category`.
    pub basis: &'static str,
    /// Its severity.
    pub severity: String,
    /// Its severity when it is repeated, where the policy has a rule for that.
    pub repeated: Option<String>,
    /// Who is told.
    pub route: String,
    /// User actions within an hour past which it is raised at all; 1 for at once.
    pub threshold: u32,
    /// User actions within an hour past which it is graver.
    pub repeats: u32,
    /// Days of fourteen on which it happens that make it graver.
    pub days: u32,
    /// Whether no policy and no exception touches it.
    pub locked: bool,
    /// Whether address and words are withheld from every screen.
    pub withheld: bool,
    /// The other themes that were met.
    pub also: Vec<&'static str>,
    /// The words list, where words were found.
    pub words: Option<Words>,
    /// What it puts into effect of the policy's text.
    pub clauses: Vec<Clause>,
    /// The version of the policy it was judged by; 0 where none is known.
    pub policy_version: u32,
    /// The tier it was judged for.
    pub tier: &'static str,
    /// Why, in words.
    pub because: String,
}

impl Verdict {
    /// User actions within an hour past which something changes.
    pub fn actions(&self) -> u32 {
        if self.threshold > 1 { self.threshold } else { self.repeats }.min(ACTIONS_MOST)
    }

    /// A severity after repeats: what the policy says of them, or the next graver one.
    pub fn raised<'a>(&'a self, from: &'a str) -> &'a str {
        match &self.repeated {
            Some(repeated) => severity::graver(from, repeated),
            None => severity::raised(from),
        }
    }
}

/// What a category comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByCategory {
    /// An alert, where nothing keeps it from being one.
    Raises(Box<Verdict>),
    /// Nothing: the site is of education, reference or medicine as well (rule 8).
    Excluded,
    /// Nothing.
    Nothing,
}

/// A rule, and the one for when it is repeated.
struct Picked<'a> {
    rule: Cow<'a, AlertRule>,
    repeat: Option<&'a AlertRule>,
}

/// Judges the events of one feed by the rules in force.
pub struct Judge<'a> {
    rules: &'a Rules,
    groups: &'a HashMap<String, String>,
    /// Categories that some rule fires on.
    raising: u64,
    hosts: Hosts<'a>,
    /// Reads what was typed.
    pub reader: Reader,
}

impl<'a> Judge<'a> {
    /// The judge of a feed whose groups have these tiers.
    pub fn new(rules: &'a Rules, groups: &'a HashMap<String, String>) -> Self {
        let by_category = rules.alerts.iter().filter(|rule| rule.basis == "category");
        let raising = by_category.fold(0, |set, rule| set | category::bit(&rule.theme));
        let raising = raising & !NEVER & !category::bit(ILLEGAL);
        Self { rules, groups, raising, hosts: Hosts::default(), reader: Reader::default() }
    }

    /// The same where the school's own list gives sites these categories.
    #[must_use]
    pub fn knowing(self, hosts: &'a HashMap<String, String>) -> Self {
        Self { hosts: Hosts::by(hosts), ..self }
    }

    /// What is known of a host.
    pub fn host(&mut self, host: &str) -> Host {
        self.hosts.of(host)
    }

    /// For whom the filter filtered.
    pub fn tier(&self, seen: &Seen<'_>) -> &'static str {
        let groups = seen.groups.iter().map(|group| &**group);
        let first = seen.group.filter(|_| seen.groups.is_empty());
        tier::known(seen.tier).unwrap_or_else(|| tier::of(first.into_iter().chain(groups), seen.audience, self.groups))
    }

    /// Whether the address stands on a list of illegal material.
    pub fn by_list(&self, seen: &Seen<'_>) -> Option<Verdict> {
        if !seen.categories.is_listed() {
            return None;
        }
        let theme = seen.categories.listed().next()?;
        let picked = self.pick(theme, "list", self.tier(seen), u8::MAX)?;
        let severity = if LISTS.contains(&theme) { "critical".to_owned() } else { picked.rule.severity.clone() };
        let because = match seen.host {
            "" => "the filter names a list of illegal material, and no address",
            _ => "the address stands on a list of illegal material",
        };
        Some(self.verdict(&picked, theme, "list", severity, seen, because))
    }

    /// What the words mean that were typed, whether or not they were sent off.
    pub fn by_words(&mut self, seen: &Seen<'_>, terms: &str) -> Option<Verdict> {
        self.reader.read(terms);
        self.by_hits(seen, self.reader.hits())
    }

    /// What entries mean that were found in what was typed, gravest first.
    fn by_hits(&self, seen: &Seen<'_>, hits: &[&'static Hit]) -> Option<Verdict> {
        let tier = self.tier(seen);
        let (hit, picked) = hits.iter().find_map(|hit| {
            let picked = self.pick(hit.theme, "search", tier, severity::rank(&hit.severity))?;
            Some((*hit, picked))
        })?;
        // A policy may say that a matter is graver or less grave than the list has it; never that self-harm is less grave, or a
        // child who says that it is hurt.
        let severity = match hit.theme {
            _ if hit.never_lowered => severity::graver(&hit.severity, &picked.rule.severity).to_owned(),
            SELF_HARM => severity::graver(&hit.severity, &picked.rule.severity).to_owned(),
            _ => picked.rule.severity.clone(),
        };
        let slip = if self.reader.by_slip(hit) { ", with a slip" } else { "" };
        let because = format!("words that were typed{slip} (list {}, version {})", hit.list, hit.version);
        let mut verdict = self.verdict(&picked, hit.theme, "search", severity, seen, &because);
        let themes = hits.iter().fold(0, |themes, hit| themes | category::bit(hit.theme));
        let others = (themes | seen.categories.among(self.raising)) & !category::bit(hit.theme);
        verdict.also = category::names_of(others).collect();
        let (list, version, entry) = (hit.list.clone(), hit.version.clone(), hit.entry.clone());
        verdict.words = Some(Words { list, version, entry });
        Some(verdict)
    }

    /// What the filter's categories mean.
    pub fn by_category(&self, seen: &Seen<'_>) -> ByCategory {
        self.by_categories(seen, self.raising)
    }

    /// What those of the filter's categories mean that are in a set.
    fn by_categories(&self, seen: &Seen<'_>, raising: u64) -> ByCategory {
        if !seen.categories.meets(raising) {
            return ByCategory::Nothing;
        }
        let tier = self.tier(seen);
        let mut excluded = false;
        for theme in category::names_of(seen.categories.among(raising)) {
            let Some(picked) = self.pick(theme, "category", tier, u8::MAX) else { continue };
            if seen.categories.excludes() && severity::rank(&picked.rule.severity) <= severity::rank("medium") {
                excluded = true;
                continue;
            }
            let because = match theme {
                // Words that are shown were judged, by our lists and not by the filter's: what is never listed of anybody
                // raises nothing by having been stopped, either (rule 7).
                KEYWORD if seen.search.is_some_and(|typed| !typed.terms.trim().is_empty()) => continue,
                KEYWORD => "the filter stopped a search for its words",
                _ => "the filter's own category for the site",
            };
            let severity = picked.rule.severity.clone();
            let mut verdict = self.verdict(&picked, theme, "category", severity, seen, because);
            verdict.also = category::names_of(seen.categories.among(raising) & !category::bit(theme)).collect();
            return ByCategory::Raises(Box::new(verdict));
        }
        if excluded { ByCategory::Excluded } else { ByCategory::Nothing }
    }

    /// The rule for a theme on a basis. Of several for searches it is the gravest that is no graver than what was found;
    /// one with a threshold stands beside it for repeats, or alone where there is no other.
    fn pick(&self, theme: &str, basis: &str, tier: &str, found: u8) -> Option<Picked<'_>> {
        let of = |rule: &&AlertRule| rule.theme == theme && rule.basis == basis && tier::meets(tier, &rule.tiers);
        let own = || self.rules.alerts.iter().filter(of);
        let at_once = || own().filter(|rule| rule.threshold <= 1);
        let fits = at_once().filter(|rule| severity::rank(&rule.severity) <= found);
        let base = fits
            .max_by_key(|rule| severity::rank(&rule.severity))
            .or_else(|| at_once().min_by_key(|rule| severity::rank(&rule.severity)));
        let repeat = own().filter(|rule| rule.threshold > 1).min_by_key(|rule| rule.threshold);
        let built_in = built_in(theme, basis);
        match (base, built_in) {
            // A policy may raise what is built in, and never lower, delay or divert it.
            (Some(base), Some(_)) if base.route == "dsl" => Some(Picked { rule: Cow::Borrowed(base), repeat: None }),
            (_, Some(built_in)) => Some(Picked { rule: Cow::Owned(built_in), repeat: None }),
            (Some(base), None) => Some(Picked { rule: Cow::Borrowed(base), repeat }),
            (None, None) => repeat.map(|rule| Picked { rule: Cow::Borrowed(rule), repeat: None }),
        }
    }

    fn verdict(
        &self,
        picked: &Picked<'_>,
        theme: &'static str,
        basis: &'static str,
        severity: String,
        seen: &Seen<'_>,
        because: &str,
    ) -> Verdict {
        let rule = picked.rule.as_ref();
        let source = match self.rules.version {
            0 => "the locked rules (no policy of this school is known yet)".to_owned(),
            version => format!("version {version} of the school's policy"),
        };
        let or = |given: u32, usual: u32| if given == 0 { usual } else { given };
        Verdict {
            theme,
            because: format!("rule {} of {source}: {because}", rule.id),
            basis,
            severity,
            repeated: picked.repeat.map(|repeat| repeat.severity.clone()),
            route: rule.route.clone(),
            threshold: rule.threshold.max(1),
            repeats: picked.repeat.map_or(REPEATED_ACTIONS, |repeat| repeat.threshold),
            days: or(picked.repeat.map_or(rule.days, |repeat| repeat.days), REPEATED_DAYS),
            locked: built_in(theme, basis).is_some(),
            withheld: theme == ILLEGAL,
            also: Vec::new(),
            words: None,
            clauses: rule.clauses.clone(),
            policy_version: self.rules.version,
            tier: self.tier(seen),
            rule_id: rule.id.clone(),
        }
    }
}

/// Whether a matter is one that no policy and no exception touches: hits on lists of illegal material, and typed words of
/// self-harm and suicide.
pub fn is_locked(theme: &str, basis: &str) -> bool {
    built_in(theme, basis).is_some()
}

/// The rule that holds even where no policy is known, and against one.
fn built_in(theme: &str, basis: &str) -> Option<AlertRule> {
    let id = match (theme, basis) {
        ("illegal_csam", "list") => "filter.illegal_list",
        ("extremism_terrorism", "list") => "filter.terrorism_list",
        (SELF_HARM, "search") => "filter.self_harm_search",
        _ => return None,
    };
    Some(AlertRule {
        id: id.to_owned(),
        theme: theme.to_owned(),
        basis: basis.to_owned(),
        severity: if basis == "list" { "critical" } else { "high" }.to_owned(),
        route: "dsl".to_owned(),
        locked: true,
        threshold: 1,
        ..AlertRule::default()
    })
}
