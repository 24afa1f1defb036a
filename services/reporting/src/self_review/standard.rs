//! The statements, as data (`data/self-review.toml`): what is asked, by which source, and by what rule the position is found.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::measure::{self, Counts, Measure};

/// The measure of requests that wait for a decision.
const REQUESTS: &str = "requests_on_record";

/// What stands together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub key: String,
    pub title: String,
}

/// One thing the standard or the policy asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    pub part: String,
    pub key: String,
    pub title: String,
    /// The standard with its part, or the policy.
    pub source: String,
    pub requirements: Vec<String>,
    /// How the position is found, for whoever reads it.
    pub computed: String,
    /// What counts as what; empty where a position cannot come out.
    #[serde(default)]
    pub met: String,
    #[serde(default)]
    pub partly: String,
    #[serde(default)]
    pub not_met: String,
    #[serde(default)]
    pub not_known: String,
    /// Promises of the policy that it is measured by.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// True where nothing can be said as long as the policy promises none of these.
    #[serde(default)]
    pub needs_promise: bool,
    pub rule: Rule,
    /// Where it can be looked up.
    pub evidence: Vec<Evidence>,
}

/// A promise of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promise {
    /// The parameter.
    pub key: String,
    pub title: String,
}

/// A page where evidence lies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence {
    pub title: String,
    /// Below the address of the school.
    pub page: String,
}

/// Something that is counted, or whose last day is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counted {
    pub title: String,
    pub measure: String,
    #[serde(default)]
    pub only: BTreeMap<String, Vec<String>>,
}

/// A list that tests are to show blocked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub title: String,
    /// As tests name it.
    pub list: String,
}

/// What of the policy in force is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aspect {
    InForce,
    Review,
    Errors,
}

/// What it means that something is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Otherwise {
    NotMet,
    NotKnown,
}

/// How a position is found; the file says in words what each rule does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Rule {
    Held {
        each: Vec<Counted>,
        #[serde(default)]
        unsure: bool,
    },
    AllOf {
        whole: Counted,
        each: Vec<Counted>,
    },
    Within {
        each: Vec<Counted>,
        months: i32,
        #[serde(default)]
        promise: String,
        #[serde(default)]
        unsure: bool,
    },
    Proved {
        each: Vec<Listed>,
        months: i32,
        #[serde(default)]
        promise: String,
    },
    Share {
        part: Counted,
        whole: Counted,
        #[serde(default)]
        rest: bool,
        /// What is there beside it and belongs to no whole: it is said, and moves nothing.
        #[serde(default)]
        beside: Option<Counted>,
        met: u64,
        partly: u64,
    },
    Requests {
        asks: String,
    },
    Any {
        counted: Counted,
        otherwise: Otherwise,
    },
    Policy {
        asks: Aspect,
    },
    Signed {},
    Elsewhere {
        look: String,
    },
}

/// A measure with the values of dimensions that are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    pub measure: String,
    pub only: BTreeMap<String, Vec<String>>,
}

/// Of which time something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Period {
    /// What stands at the end of the day.
    Stands,
    /// The 12 months that end with the day.
    Year,
    /// The term of the day and the one before: figures of people are of whole terms.
    Terms,
    /// What stands in the term of the day.
    Term,
    /// All of it until the day.
    Ever,
    /// All of it until a week before.
    WeekAgo,
}

/// What has to be counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    pub thing: Thing,
    pub period: Period,
}

impl Thing {
    /// Its measure.
    pub fn measure(&self) -> Option<&'static Measure> {
        measure::get(&self.measure)
    }
}

impl Counted {
    /// What it is of.
    pub fn thing(&self) -> Thing {
        Thing { measure: self.measure.clone(), only: self.only.clone() }
    }

    /// All of its measure.
    pub fn whole(&self) -> Thing {
        Thing { measure: self.measure.clone(), only: BTreeMap::new() }
    }

    /// What has to be counted for it.
    pub fn need(&self) -> Need {
        need(self.thing())
    }
}

/// A thing over the time that its measure is asked for.
pub(crate) fn need(thing: Thing) -> Need {
    let period = match thing.measure() {
        Some(Measure { counts: Counts::People, standing: true, .. }) => Period::Term,
        Some(Measure { counts: Counts::People, .. }) => Period::Terms,
        Some(Measure { standing: true, .. }) => Period::Stands,
        Some(_) | None => Period::Year,
    };
    Need { thing, period }
}

/// The requests of a register: all of them, those nobody decided about, and those of them that were asked more than a week before.
pub(crate) fn requests(asks: &str) -> [Need; 3] {
    let of = |decision: Option<&str>| {
        let asks = ("asks".to_owned(), vec![asks.to_owned()]);
        let decision = decision.map(|decision| ("decision".to_owned(), vec![decision.to_owned()]));
        Thing { measure: REQUESTS.to_owned(), only: [asks].into_iter().chain(decision).collect() }
    };
    [
        Need { thing: of(None), period: Period::Ever },
        Need { thing: of(Some("asked")), period: Period::Ever },
        Need { thing: of(Some("asked")), period: Period::WeekAgo },
    ]
}

impl Rule {
    /// What has to be counted for it.
    pub fn needs(&self) -> Vec<Need> {
        match self {
            Self::Held { each, unsure } => {
                let whole = each.first().filter(|_| *unsure).map(|first| need(first.whole()));
                each.iter().map(Counted::need).chain(whole).collect()
            }
            Self::AllOf { whole, each } => {
                let all = [whole.need(), need(whole.whole())];
                each.iter().map(Counted::need).chain(all).collect()
            }
            Self::Share { part, whole, beside, .. } => {
                [part, whole].into_iter().chain(beside).map(Counted::need).collect()
            }
            Self::Requests { asks } => requests(asks).to_vec(),
            Self::Any { counted, .. } => vec![counted.need()],
            Self::Within { .. }
            | Self::Proved { .. }
            | Self::Policy { .. }
            | Self::Signed {}
            | Self::Elsewhere { .. } => Vec::new(),
        }
    }

    /// Whose last day has to be known for it.
    pub fn lasts(&self) -> Vec<Thing> {
        match self {
            Self::Within { each, .. } => each.iter().flat_map(|counted| [counted.thing(), counted.whole()]).collect(),
            _ => Vec::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    part: Vec<Part>,
    statement: Vec<Statement>,
}

const TEXT: &str = include_str!("../../data/self-review.toml");

/// A test sees to it that the file reads.
static FILE: LazyLock<File> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// The parts, in order.
pub(crate) fn parts() -> &'static [Part] {
    &FILE.part
}

/// The statements, in order.
pub(crate) fn statements() -> &'static [Statement] {
    &FILE.statement
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The requirements there are, as the file that lists them has them.
    const REQUIREMENTS: &str = include_str!("../../../../requirements.toml");

    #[test]
    fn statements_are_whole_and_rest_on_measures_and_requirements_there_are() {
        let file: Result<File, _> = toml::from_str(TEXT);
        assert!(file.is_ok(), "{:?}", file.err());
        let keys: BTreeSet<&str> = statements().iter().map(|statement| statement.key.as_str()).collect();
        assert_eq!(keys.len(), statements().len(), "a key stands once");
        for statement in statements() {
            let key = &statement.key;
            assert!(parts().iter().any(|part| part.key == statement.part), "{key}");
            assert!(!statement.requirements.is_empty() && !statement.evidence.is_empty(), "{key}");
            for requirement in &statement.requirements {
                assert!(REQUIREMENTS.contains(&format!("[{requirement}]")), "{key}: {requirement}");
            }
            assert!(statement.evidence.iter().all(|evidence| evidence.page.starts_with('/')), "{key}");
            assert!(!statement.needs_promise || !statement.promises.is_empty(), "{key}");
            let things = statement.rule.needs().into_iter().map(|need| need.thing).chain(statement.rule.lasts());
            for thing in things {
                let measure = thing.measure();
                let known = |dimension: &String| measure.is_some_and(|of| of.dimensions.contains(dimension));
                assert!(measure.is_some() && thing.only.keys().all(known), "{key}: {thing:?}");
                // One dimension at a time is all that is ever printed of people.
                let people = measure.is_some_and(|of| of.counts == Counts::People);
                assert!(!people || thing.only.len() < 2, "{key}: {thing:?}");
            }
        }
    }
}
