//! What is counted, as data (`data/measures.toml`): every figure is one of these measures, and each is counted in one way.

use std::{collections::BTreeMap, sync::LazyLock};

use chassis::theme;
use serde::Deserialize;
use time::Date;

use crate::fact::date;

/// Whether disclosure control applies to what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// It does: somebody could be recognised in a small count.
    People,
    /// It does not: lines, days, checks.
    Things,
}

/// What has to be counted for a figure to be known: where nothing of it is, nought would say what nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBy {
    /// The fact that is counted wherever this figure is known.
    pub fact: String,
    /// Why there is no figure where it is not.
    pub otherwise: String,
}

/// What has to have begun at a school before things of a kind can be counted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Lines of a filter came.
    Feed,
    /// A register said who is expected.
    Register,
}

/// Since when a figure is known: nought of a term before would say what nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSince {
    /// What began.
    pub begins: Since,
    /// Why there is no figure of before.
    pub otherwise: String,
}

/// The definition of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Its key, such as `cases_opened`.
    pub key: String,
    /// What it counts, in a phrase.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// The role that answers for the definition.
    pub owner: String,
    /// The version of the definition, from 1.
    pub version: u32,
    /// The kinds of events it is counted from.
    pub events: Vec<String>,
    /// The fact that it counts.
    pub fact: String,
    /// The values of dimensions that are counted; all of a dimension that is not named.
    pub only: BTreeMap<String, Vec<String>>,
    /// The dimensions it may be broken down by.
    pub dimensions: Vec<String>,
    /// Those of them in which one thing may count in several values.
    pub several: Vec<String>,
    /// True where it is what stands at the end of a period, and not what happened in it.
    pub standing: bool,
    /// Whether it is a yes or no of a school, and no number: 1 or 0.
    pub yes_no: bool,
    /// Whether its things come one by one, each by itself, so that chance explains how many: then a term is compared with those before.
    pub by_chance: bool,
    /// Whether disclosure control applies.
    pub counts: Counts,
    /// By what it is known; none where nought is nought wherever the school was there.
    pub known_by: Option<KnownBy>,
    /// Since when it is known; none where that is since the school was there.
    pub known_since: Option<KnownSince>,
    /// What one of it is called.
    pub unit: String,
    /// The requirements it carries.
    pub requirements: Vec<String>,
    /// From when on it is answered no more.
    pub withdrawn: Option<Date>,
}

impl Measure {
    /// Whether one thing may count in several values of a dimension.
    pub fn in_several(&self, dimension: &str) -> bool {
        self.several.iter().any(|several| several == dimension)
    }

    /// Why there is no figure of it where nothing was counted.
    pub fn no_data(&self) -> &str {
        let nobody_there = "Nothing was counted then: no school was on the platform, or the days are still to come.";
        self.why_unknown().unwrap_or(nobody_there)
    }

    /// Why nobody knows it where a school was there; none where nought is nought then.
    pub fn why_unknown(&self) -> Option<&str> {
        let by = self.known_by.as_ref().map(|known| known.otherwise.as_str());
        by.or_else(|| self.known_since.as_ref().map(|known| known.otherwise.as_str()))
    }
}

/// What things are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its key, such as `procedure`.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its values with their names, in the order in which they are shown.
    pub values: Vec<(String, String)>,
    /// Those of them that no figure is ever of: they are not offered, since nought would read as if there were none.
    #[serde(default)]
    pub never: Vec<String>,
}

/// A line of the termly report: a measure, or one broken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its key.
    pub key: String,
    /// What it counts, in a phrase.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// The measure it shows.
    pub measure: &'static Measure,
    /// The dimension it is broken down by.
    pub by: Option<String>,
    /// The requirements it carries.
    pub requirements: Vec<String>,
}

impl Line {
    /// Whether it counts people in some values of a dimension alone, and so is printed as a part of what another line counts.
    pub fn is_part(&self) -> bool {
        self.measure.counts == Counts::People && !self.measure.only.is_empty()
    }

    /// The line it is the breakdown of; its parts add up to that line.
    pub fn breakdown_of(&self) -> Option<&'static str> {
        let by = self.by.as_ref().filter(|by| !self.measure.in_several(by));
        by.map(|_| self.measure.key.as_str())
    }

    /// The line whose things its parts sort, each into one part or several: they add up to nothing that is printed.
    pub fn sorts(&self) -> Option<&'static str> {
        let by = self.by.as_ref().filter(|by| self.measure.in_several(by));
        by.map(|_| self.measure.key.as_str())
    }
}

const MEASURES: &str = include_str!("../data/measures.toml");
const LINES: &str = include_str!("../data/report-lines.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    dimension: Vec<Dimension>,
    measure: Vec<Written>,
}

/// A measure as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    title: String,
    definition: String,
    owner: String,
    version: u32,
    events: Vec<String>,
    fact: String,
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    dimensions: Vec<String>,
    #[serde(default)]
    several: Vec<String>,
    #[serde(default)]
    standing: bool,
    #[serde(default)]
    yes_no: bool,
    #[serde(default)]
    by_chance: bool,
    counts: Counts,
    #[serde(default)]
    known_by: Option<KnownBy>,
    #[serde(default)]
    known_since: Option<KnownSince>,
    unit: String,
    requirements: Vec<String>,
    /// A day such as `2027-09-01`.
    #[serde(default)]
    withdrawn: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineFile {
    line: Vec<WrittenLine>,
}

/// A line as it is written: what it leaves out is its measure's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLine {
    measure: String,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    definition: Option<String>,
    #[serde(default)]
    requirements: Option<Vec<String>>,
}

impl From<Written> for Measure {
    fn from(written: Written) -> Self {
        Self {
            key: written.key,
            title: written.title,
            definition: written.definition,
            owner: written.owner,
            version: written.version,
            events: written.events,
            fact: written.fact,
            only: written.only,
            dimensions: written.dimensions,
            several: written.several,
            standing: written.standing,
            yes_no: written.yes_no,
            by_chance: written.by_chance,
            counts: written.counts,
            known_by: written.known_by,
            known_since: written.known_since,
            unit: written.unit,
            requirements: written.requirements,
            withdrawn: date(&written.withdrawn),
        }
    }
}

impl WrittenLine {
    fn line(self) -> Option<Line> {
        let measure = get(&self.measure)?;
        Some(Line {
            key: self.key.unwrap_or_else(|| measure.key.clone()),
            title: self.title.unwrap_or_else(|| measure.title.clone()),
            definition: self.definition.unwrap_or_else(|| measure.definition.clone()),
            requirements: self.requirements.unwrap_or_else(|| measure.requirements.clone()),
            measure,
            by: self.by,
        })
    }
}

/// What the files say; a test sees to it that they can be read.
static DEFINED: LazyLock<(Vec<Dimension>, Vec<Measure>)> = LazyLock::new(|| {
    let file = toml::from_str::<File>(MEASURES);
    file.map(|file| (file.dimension, file.measure.into_iter().map(Measure::from).collect())).unwrap_or_default()
});
static SHOWN: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let file = toml::from_str::<LineFile>(LINES);
    file.map(|file| file.line.into_iter().filter_map(WrittenLine::line).collect()).unwrap_or_default()
});

/// Every measure, in the order of the file.
pub fn all() -> &'static [Measure] {
    &DEFINED.1
}

/// A measure by its key.
pub fn get(key: &str) -> Option<&'static Measure> {
    all().iter().find(|measure| measure.key == key)
}

/// The lines of the termly report, in order.
pub fn lines() -> &'static [Line] {
    &SHOWN
}

/// A dimension by its key.
pub fn dimension(key: &str) -> Option<&'static Dimension> {
    DEFINED.0.iter().find(|dimension| dimension.key == key)
}

/// Where a value of a dimension stands among the others; those that the file does not name come last, by their code.
pub fn place<'a>(key: &str, value: &'a str) -> (usize, &'a str) {
    let named = match key {
        "theme" => theme::THEMES.iter().position(|(code, _)| *code == value),
        key => dimension(key).and_then(|d| d.values.iter().position(|(code, _)| code == value)),
    };
    (named.unwrap_or(usize::MAX), value)
}

/// A value's name; its code in words where it has none.
pub fn value_title(key: &str, value: &str) -> String {
    if key == "theme" {
        return theme::title(value);
    }
    let named = dimension(key).and_then(|d| d.values.iter().find(|(code, _)| code == value));
    named.map_or_else(|| value.replace(['_', '-'], " "), |(_, title)| title.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        fact::{alert::taken_back, facts, kind},
        tests::one_of_each,
    };

    #[test]
    fn measures_are_whole_and_say_what_they_count() {
        let file: Result<File, _> = toml::from_str(MEASURES);
        assert!(file.is_ok(), "{:?}", file.err());
        let lines: Result<LineFile, _> = toml::from_str(LINES);
        assert_eq!(lines.map(|file| file.line.len()).map_err(|e| e.to_string()), Ok(super::lines().len()));
        let keys: BTreeSet<&str> = all().iter().map(|measure| measure.key.as_str()).collect();
        assert_eq!(keys.len(), all().len(), "a key stands once");
        for measure in all() {
            let key = &measure.key;
            assert!(measure.version > 0 && !measure.events.is_empty() && !measure.requirements.is_empty(), "{key}");
            assert!(measure.definition.ends_with('.') && !measure.unit.is_empty(), "{key}");
            assert!(["dsl", "head", "it"].contains(&measure.owner.as_str()), "{key} is owned by {}", measure.owner);
            assert!(!(measure.by_chance && measure.standing), "{key}: what stands does not come one by one");
            assert!(measure.several.iter().all(|several| measure.dimensions.contains(several)), "{key}");
            if let Some(known) = &measure.known_by {
                let counted = all().iter().any(|other| other.fact == known.fact && other.counts == Counts::Things);
                assert!(counted && measure.counts == Counts::Things, "{key} is known by what is printed as it is");
                assert!(known.otherwise.ends_with('.'), "{key}");
            }
            assert!(measure.why_unknown().is_none_or(|why| why.ends_with('.')), "{key}");
            for dims in measure.dimensions.iter().chain(measure.only.keys()) {
                assert!(dimension(dims).is_some(), "{key} is told apart by {dims}, which is not defined");
            }
        }
        for line in super::lines() {
            let known = line.by.as_ref().is_none_or(|by| line.measure.dimensions.contains(by));
            assert!(known, "{} is broken down by what its measure does not have", line.key);
        }
    }

    /// Each measure names events there are, and exactly those that its fact comes from; and every fact is measured, or is
    /// a part of one that is.
    #[test]
    fn measures_name_the_events_they_are_counted_from() {
        let mut produced: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut dims: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for envelope in one_of_each() {
            let kind = envelope.event.as_ref().map(kind).unwrap_or_default();
            for fact in facts(&envelope) {
                produced.entry(fact.fact.to_owned()).or_default().insert(kind.clone());
                dims.entry(fact.fact.to_owned()).or_default().extend(fact.dims.keys().map(|key| (*key).to_owned()));
            }
            for fact in envelope.event.as_ref().map(taken_back).unwrap_or_default() {
                produced.entry((*fact).to_owned()).or_default().insert(kind.clone());
            }
        }
        let mut measured = BTreeSet::new();
        for measure in all() {
            let named: BTreeSet<String> = measure.events.iter().cloned().collect();
            assert_eq!(produced.get(&measure.fact), Some(&named), "{} of {}", measure.key, measure.fact);
            let has = &dims[&measure.fact];
            assert!(measure.dimensions.iter().chain(measure.only.keys()).all(|d| has.contains(d)), "{}", measure.key);
            measured.insert(measure.fact.clone());
        }
        // A fact that no measure has bears on what may be printed of one that is measured.
        let parts: Vec<&str> = measured.iter().filter_map(|fact: &String| crate::disclosure::part_of(fact)).collect();
        measured.extend(parts.into_iter().map(str::to_owned));
        assert_eq!(measured, produced.into_keys().collect(), "every fact is measured, and every measure has its fact");
    }
}
