//! What the linter knows and people who do not program keep: `lint.yaml` of the template.

use std::{collections::BTreeMap, sync::Arc};

use regex::Regex;
use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

use super::{Severity, words::Words};
use crate::expression::compiled;

/// The whole of `lint.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Guidance that was replaced.
    #[serde(default)]
    pub superseded: Vec<Phrase>,
    /// Guidance that is cited with its edition.
    #[serde(default)]
    pub editions: Vec<Phrase>,
    /// Bodies and sites that have another name now, or none.
    #[serde(default)]
    pub renamed: Vec<Phrase>,
    /// Agencies of areas.
    #[serde(default)]
    pub areas: Vec<Area>,
    /// Hosts under gov.uk and police.uk that belong to no area.
    #[serde(default)]
    pub national_hosts: Vec<String>,
    /// Telephone numbers that are the same in every area.
    #[serde(default)]
    pub national_numbers: Vec<National>,
    /// Notes to the author that a template carries.
    #[serde(default)]
    pub leftovers: Vec<Phrase>,
    /// Rules that law or advice has overtaken.
    #[serde(default)]
    pub rules: Vec<Phrase>,
    /// Such rules that are worded in many ways.
    #[serde(default)]
    pub outdated: Vec<Outdated>,
    /// Words that promise without saying when.
    #[serde(default)]
    pub weak_frequencies: Vec<String>,
    /// The guidance register, which stands in `guidance.yaml`: what is cited, with its editions.
    #[serde(default)]
    pub guidance: Vec<Guidance>,
    /// What a policy has to say, and where.
    #[serde(default)]
    pub duties: Vec<Duty>,
    /// What does not concern schools of some kinds.
    #[serde(default)]
    pub inapplicable: Vec<Inapplicable>,
    /// Clauses that cannot both hold.
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
    /// The school's own channels, named in two places.
    #[serde(default)]
    pub channels: Vec<Channels>,
    /// What is used although the school's own list does not have it.
    #[serde(default)]
    pub unlisted: Vec<Unlisted>,
    /// Parameters that have one value in a whole policy.
    #[serde(default)]
    pub once: Vec<Once>,
    /// Slips of the pen, as expressions.
    #[serde(default)]
    pub slips: Vec<Slip>,
    /// Words spelt wrong, with the right spelling.
    #[serde(default)]
    pub spelling: BTreeMap<String, String>,
    /// Words for one thing, of which a policy uses one.
    #[serde(default)]
    pub terms: Vec<Vec<String>>,
    /// First names, by which a person's name is told from an organisation's.
    #[serde(default)]
    pub first_names: Vec<String>,
}

/// A telephone number that is the same in every area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct National {
    /// Whose it is.
    pub name: String,
    /// The number.
    pub number: String,
}

/// One outside instrument in the guidance register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guidance {
    /// Its key, which never changes, `kcsie`.
    #[serde(default)]
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The titles it is cited by.
    pub titles: Vec<String>,
    /// Its editions, the newest first; each replaced the one after it.
    pub editions: Vec<Edition>,
    /// How grave it is to cite it without an edition.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// Whether its titles are no everyday words, and so a citation however they are written.
    #[serde(default)]
    pub unmistakable: bool,
}

impl Guidance {
    /// The edition in force on a day, and those before it.
    pub fn in_force(&self, today: Date) -> Option<(&Edition, &[Edition])> {
        let begun = |edition: &Edition| {
            Date::parse(&edition.from, format_description!("[year]-[month]-[day]")).is_ok_and(|from| from <= today)
        };
        let place = self.editions.iter().position(begun)?;
        self.editions.get(place..)?.split_first()
    }
}

/// A dated edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// What it is called, `2026` or `11 March 2024`; its last word is the year it is cited by.
    pub edition: String,
    /// The day it came into force, `2026-09-01`.
    pub from: String,
}

/// Something a policy has to say. It is asked only where the policy has a heading of `where`, or a paragraph of `when`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The class with its refinement, `FM-GAP.leader`.
    pub rule: String,
    /// Headings under which it belongs.
    #[serde(default)]
    pub r#where: Option<Words>,
    /// The paragraph that brings it up.
    #[serde(default)]
    pub when: Option<Words>,
    /// Any one of these fulfils it, in one paragraph, its heading read with it.
    #[serde(default)]
    pub said: Vec<Words>,
    /// Headings whose paragraphs are named before others that bring it up.
    #[serde(default)]
    pub under: Option<Words>,
    /// Whether every paragraph that brings it up has to say it, itself or in the next.
    #[serde(default)]
    pub here: bool,
    /// So does a heading with these words.
    #[serde(default)]
    pub headed: Vec<Words>,
    /// How grave it is; a warning where not said.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// What is missing.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// A clause for a phase or thing that schools of some kinds do not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inapplicable {
    /// The class with its refinement.
    pub rule: String,
    /// The clause.
    pub when: Words,
    /// The kinds of school it is not for.
    pub kinds: Vec<String>,
    /// How to mend it.
    pub fix: String,
    /// What is wrong.
    pub message: String,
}

/// A rule that law or advice has overtaken, by the words a paragraph holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outdated {
    /// The class with its refinement.
    pub rule: String,
    /// The rule.
    pub when: Words,
    /// Words that excuse it.
    #[serde(default)]
    pub unless: Option<Words>,
    /// How grave it is; a warning where not said.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// Something that is used, and that the list of a parameter does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlisted {
    /// The class with its refinement.
    pub rule: String,
    /// The parameter.
    pub parameter: String,
    /// The value that its list lacks.
    pub value: String,
    /// The paragraph that speaks of it as used.
    pub said: Words,
    /// Words that excuse it.
    #[serde(default)]
    pub unless: Option<Words>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// A parameter that has one value in a whole policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Once {
    /// The class with its refinement.
    pub rule: String,
    /// The parameter.
    pub parameter: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// Two clauses that cannot both hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// The class with its refinement.
    pub rule: String,
    /// The one.
    pub one: Words,
    /// The other; the finding stands at it.
    pub other: Words,
    /// Words of the other, or of the one, that reconcile them.
    #[serde(default)]
    pub unless: Option<Words>,
    /// Whether both must stand under one heading.
    #[serde(default)]
    pub same_section: bool,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// Channels that a school names as its own in one place, and fewer of them where it says that it uses no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// The class with its refinement.
    pub rule: String,
    /// What is known as a channel.
    pub platforms: Vec<String>,
    /// An expression that finds where they are named.
    pub named: String,
    /// An expression that finds where others are ruled out; the finding stands there.
    pub only: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// A slip that an expression finds in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// The class with its refinement.
    pub rule: String,
    /// The expressions, in any case.
    pub find: Vec<String>,
    /// How grave it is; a warning where not said.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl Slip {
    /// Its expressions that can be read, in any case.
    pub fn expressions(&self) -> impl Iterator<Item = Arc<Regex>> + '_ {
        self.find.iter().filter_map(|find| compiled(&format!("(?i){find}")))
    }
}

/// Phrases that are found, and what is said about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// The phrases, in any case.
    pub phrases: Vec<String>,
    /// Words of the same paragraph that excuse them.
    #[serde(default)]
    pub unless: Vec<String>,
    /// How grave it is; a warning where not said.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// What is wrong.
    #[serde(default)]
    pub message: String,
    /// How to mend it.
    #[serde(default)]
    pub fix: String,
}

fn warning() -> Severity {
    Severity::Warning
}

/// The agencies of one area, wrong in every other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The area.
    pub area: String,
    /// Names and acronyms of its agencies.
    pub names: Vec<String>,
}
