//! A profile as it is written: one YAML document. Each section is read by itself, so that what is wrong is told by the
//! name of its field.

use std::collections::BTreeMap;

use chassis::error::Violation;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Known,
    moment::{Order, Unit},
    source::Written,
};
use crate::observation::{Audience, Confidence, IdentitySource, Outcome};

/// The longest document, in bytes.
const LONGEST: usize = 256 << 10;
/// What is told of at once of what is wrong with a document.
const TOLD: usize = 100;
/// The sections there are.
const SECTIONS: [&str; 21] = [
    "profile",
    "version",
    "product",
    "known",
    "generic",
    "framing",
    "layout",
    "time",
    "belongs",
    "web",
    "not_web",
    "fields",
    "outcome",
    "identity",
    "audience",
    "categories",
    "visibility",
    "empty",
    "suggestions",
    "background",
    "samples",
];

/// What a value must look like: a word or several of which one must fit.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Words {
    /// One.
    One(String),
    /// One of several.
    Any(Vec<String>),
}

/// Names with what their values must look like.
pub(crate) type When = BTreeMap<String, Words>;

/// One or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Some1<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> Some1<T> {
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Framed {
    pub syslog: bool,
    pub begins: Vec<String>,
    pub prefixes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Logformat,
    Template,
    E2guardian,
    Columns,
    Header,
    Elff,
    Pairs,
    Cef,
    Leef,
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Laid {
    pub kind: Kind,
    #[serde(default)]
    pub format: String,
    #[serde(default)]
    pub number: Option<u8>,
    #[serde(default)]
    pub delimiter: Option<Some1<String>>,
    #[serde(default)]
    pub quotes: bool,
    #[serde(default)]
    pub least: usize,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub versions: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timed {
    pub from: Written,
    #[serde(default)]
    pub order: Order,
    #[serde(default)]
    pub unit: Unit,
    #[serde(default)]
    pub zone: String,
    #[serde(default)]
    pub zone_from: Option<Written>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub when: When,
    pub is: Outcome,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Outcomes {
    pub from: Option<Some1<Written>>,
    pub rules: Vec<Rule>,
    pub map: BTreeMap<String, Outcome>,
    pub by_status: Option<Written>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Identity {
    pub ceiling: Confidence,
    pub source: IdentitySource,
}

impl Default for Identity {
    fn default() -> Self {
        Self { ceiling: Confidence::Weak, source: IdentitySource::Unknown }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Categories {
    pub vendor: String,
    pub markers: Vec<String>,
    pub own_numbers: Vec<String>,
    pub local: BTreeMap<String, String>,
    pub adds: Vec<Add>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Add {
    pub when: When,
    pub category: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    pub domain: String,
    pub path: String,
    pub parameter: String,
    pub engine: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    pub line: String,
    #[serde(default)]
    pub rejected: String,
    #[serde(default)]
    pub expect: BTreeMap<String, Value>,
}

/// A whole document.
#[derive(Debug)]
pub(crate) struct Document {
    pub profile: String,
    pub version: u32,
    pub product: String,
    pub known: Known,
    pub generic: bool,
    pub framing: Framed,
    pub layout: Laid,
    pub time: Vec<Timed>,
    pub belongs: Option<When>,
    pub web: Vec<When>,
    pub not_web: Vec<When>,
    pub fields: Vec<(String, Vec<Written>)>,
    pub outcome: Outcomes,
    pub identity: Identity,
    pub audience: BTreeMap<String, Audience>,
    pub categories: Categories,
    pub dns_only: bool,
    pub empty: Vec<String>,
    pub suggestions: Vec<Endpoint>,
    pub background: Vec<When>,
    pub samples: Vec<Sample>,
}

/// What is wrong, field by field.
#[derive(Debug, Default)]
pub(crate) struct Found(pub Vec<Violation>);

impl Found {
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < TOLD {
            self.0.push(Violation { field: field.into(), message: message.into() });
        }
    }

    pub fn done<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }

    /// One section; its default where it is not there.
    fn section<T: DeserializeOwned>(&mut self, sections: &mut Map<String, Value>, name: &str, default: T) -> T {
        match sections.remove(name) {
            None => default,
            Some(value) => self.value(name, value).unwrap_or(default),
        }
    }

    /// One section that must be there.
    fn needed<T: DeserializeOwned>(&mut self, sections: &mut Map<String, Value>, name: &str, fix: &str) -> Option<T> {
        match sections.remove(name) {
            Some(value) => self.value(name, value),
            None => {
                self.add(name, fix);
                None
            }
        }
    }

    fn value<T: DeserializeOwned>(&mut self, field: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, format!("It cannot be read: {}", unquoted(&error.to_string())));
                None
            }
        }
    }
}

/// What is wrong without the value that is quoted: it may be a line of a log.
fn unquoted(error: &str) -> String {
    match (error.find('"'), error.rfind('"')) {
        (Some(from), Some(to)) if from < to => {
            format!("{}…{}", error.get(..from).unwrap_or_default(), error.get(to + 1..).unwrap_or_default())
        }
        _ => error.to_owned(),
    }
}

/// Reads a document.
pub(crate) fn read(text: &str) -> Result<Document, Vec<Violation>> {
    let mut found = Found::default();
    if text.len() > LONGEST {
        found.add("profile", "Enter a document of 256 KiB or less");
        return Err(found.0);
    }
    // A value that stands for others is of no use in a profile, and a few that nest stand for millions.
    let plain = serde_saphyr::options! { budget: serde_saphyr::budget! { max_anchors: 0, max_aliases: 0 } };
    let mut sections = match serde_saphyr::from_str_with_options::<Value>(text, plain) {
        Ok(Value::Object(sections)) => sections,
        // What was written instead is not repeated: it may be a line of a log.
        Ok(_) => {
            found.add("line 1", "It is no YAML document with named sections: write each as profile: larkspur");
            return Err(found.0);
        }
        Err(error) => {
            let line = error.location().map_or(0, |location| location.line());
            let message = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
            let nested = ["Anchors", "Aliases"].iter().any(|limit| message.contains(limit));
            found.add(
                format!("line {line}"),
                match nested {
                    true => "Write each value where it stands: anchors (&) and what stands for them (*) are not read"
                        .to_owned(),
                    false => format!("It is no YAML document with named sections: {message}"),
                },
            );
            return Err(found.0);
        }
    };
    for name in sections.keys().filter(|name| !SECTIONS.contains(&name.as_str())) {
        found.add(name.clone(), format!("There is no such section. There are: {}", SECTIONS.join(", ")));
    }
    let s = &mut sections;
    let profile = found.needed(s, "profile", "Name the profile");
    let version = found.needed(s, "version", "Number the version, from 1");
    let product = found.needed(s, "product", "Say in words whose lines these are");
    let known = found.needed(s, "known", "Say how the format is known: lines, source, documentation or synthetic");
    let layout = found.needed(s, "layout", "Say how a line is laid out");
    let samples: Option<Vec<Value>> =
        found.needed(s, "samples", "Give sample lines, made up, with what they must become");
    let generic = found.section(s, "generic", false);
    let framing = found.section(s, "framing", Framed::default());
    let time: Option<Some1<Timed>> = found.section(s, "time", None);
    let belongs = found.section(s, "belongs", None);
    let web = found.section(s, "web", Vec::new());
    let not_web = found.section(s, "not_web", Vec::new());
    let written: Map<String, Value> = found.section(s, "fields", Map::new());
    let mut fields = Vec::new();
    for (name, value) in written {
        if let Some(sources) = found.value::<Some1<Written>>(&format!("fields.{name}"), value) {
            fields.push((name, sources.into_vec()));
        }
    }
    let outcome = found.section(s, "outcome", Outcomes::default());
    let identity = found.section(s, "identity", Identity::default());
    let audience = found.section(s, "audience", BTreeMap::new());
    let categories = found.section(s, "categories", Categories::default());
    let visibility: String = found.section(s, "visibility", String::new());
    if !["", "dns_only"].contains(&visibility.as_str()) {
        found.add("visibility", "Enter dns_only where the product sees names alone, or leave it out");
    }
    let empty = found.section(s, "empty", Vec::new());
    let suggestions = found.section(s, "suggestions", Vec::new());
    let background = found.section(s, "background", Vec::new());
    let mut lines = Vec::new();
    for (place, value) in samples.unwrap_or_default().into_iter().enumerate() {
        lines.extend(found.value::<Sample>(&format!("samples[{place}]"), value));
    }
    let (Some(profile), Some(version), Some(product), Some(known), Some(layout)) =
        (profile, version, product, known, layout)
    else {
        return Err(found.0);
    };
    found.done(Some(Document {
        profile,
        version,
        product,
        known,
        generic,
        framing,
        layout,
        time: time.map(Some1::into_vec).unwrap_or_default(),
        belongs,
        web,
        not_web,
        fields,
        outcome,
        identity,
        audience,
        categories,
        dns_only: visibility == "dns_only",
        empty,
        suggestions,
        background,
        samples: lines,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_walked_for_ever_is_refused() {
        let deep = "a.".repeat(10_000);
        let text = format!(
            "profile: a1\nversion: 1\nproduct: p\nknown: synthetic\nlayout: {{kind: json}}\nfields: {{url: {deep}a}}\n\
             samples: [{{line: '{{}}'}}]\n"
        );
        let wrong = super::super::Profile::parse(&text).err().unwrap_or_default();
        assert!(wrong.iter().any(|wrong| wrong.message.contains("200 characters")), "{wrong:?}");
    }

    #[test]
    fn what_stands_for_other_values_is_refused_before_it_is_written_out() {
        let nested = "a: &a [x, x]\nb: &b [*a, *a]\nprofile: larkspur\n";
        let found = read(nested).err().unwrap_or_default();
        assert!(found.iter().any(|wrong| wrong.message.contains("anchors")), "{found:?}");
    }

    #[test]
    fn what_is_wrong_says_nothing_that_was_written_in_a_section() {
        let wrong = read(
            "profile: a1\nversion: 1\nproduct: p\nknown: synthetic\nlayout: {kind: json}\nsamples: [\"jo \\\"x\\\" smith\"]\n",
        );
        let told: Vec<String> = wrong.err().into_iter().flatten().map(|wrong| wrong.message).collect();
        assert!(told.iter().any(|told| told.contains("cannot be read")), "{told:?}");
        assert!(!told.iter().any(|told| told.contains("smith") || told.contains("jo ")), "{told:?}");
    }
}
