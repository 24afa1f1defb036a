//! The template's files as they are written, each id with the line it stands on.

use serde::{Deserialize, de::DeserializeOwned};
use serde_saphyr::{Spanned, UserMessageFormatter};

use super::{Problem, SourceFile, procedure::StepClock};

/// `template.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub name: String,
    pub review_months: u32,
    pub sections: Vec<Section>,
}

/// A section of `template.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub id: Spanned<String>,
    pub title: String,
    #[serde(default)]
    pub include_if: Option<Spanned<String>>,
    pub cues: Vec<String>,
}

/// An entry of `parameters.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub key: Spanned<String>,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: super::Kind,
    #[serde(default)]
    pub allowed: Vec<Allowed>,
    #[serde(default)]
    pub default: Option<Values>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub find: Vec<Spanned<String>>,
    #[serde(default)]
    pub requirements: Vec<String>,
    #[serde(default)]
    pub set_by: super::SetBy,
    #[serde(default)]
    pub include_if: Option<Spanned<String>>,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub unlike: Option<Spanned<String>>,
    #[serde(default)]
    pub prevails: u8,
}

/// A value allowed: bare, or with the words by which a document's text is recognised as it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Allowed {
    Bare(String),
    Cued(CuedValue),
}

/// A value with its cues.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CuedValue {
    pub value: String,
    #[serde(default)]
    pub cues: Vec<String>,
    #[serde(default)]
    pub anywhere: Vec<String>,
}

/// One value or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Values {
    Flag(bool),
    Number(u32),
    One(String),
    Many(Vec<String>),
}

impl Values {
    pub fn list(self) -> Vec<String> {
        match self {
            Self::Flag(flag) => vec![flag.to_string()],
            Self::Number(number) => vec![number.to_string()],
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// A file of `procedures/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Procedure {
    pub procedure_id: Spanned<String>,
    pub title: String,
    pub cues: Vec<String>,
    pub steps: Vec<Step>,
}

/// A step of a procedure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub step_id: Spanned<String>,
    pub title: String,
    pub roles: Vec<Spanned<String>>,
    pub clock: Spanned<StepClock>,
    pub condition: Spanned<String>,
    #[serde(default)]
    pub gates: Vec<Spanned<String>>,
    #[serde(default)]
    pub opens: Vec<Spanned<String>>,
    #[serde(default)]
    pub prohibitions: Vec<String>,
    #[serde(default)]
    pub records: Vec<String>,
    #[serde(default)]
    pub statutory: bool,
    #[serde(default)]
    pub after: Vec<Spanned<String>>,
    pub requirements: Vec<String>,
}

/// An entry of `gates.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gate {
    pub gate_id: Spanned<String>,
    pub title: String,
    pub opened_by: String,
    #[serde(default)]
    pub guards: Vec<String>,
    #[serde(default)]
    pub requirements: Vec<String>,
}

/// An entry of `alert-rules.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertRule {
    pub rule_id: Spanned<String>,
    pub watches: Spanned<String>,
    #[serde(default)]
    pub theme: String,
    #[serde(default)]
    pub basis: String,
    pub severity: Spanned<String>,
    pub route: Spanned<String>,
    #[serde(default)]
    pub locked: bool,
    #[serde(default = "one")]
    pub threshold: u32,
    #[serde(default)]
    pub tiers: Vec<Spanned<String>>,
    #[serde(default)]
    pub days: u32,
    #[serde(default)]
    pub finds: Vec<Spanned<String>>,
    #[serde(default)]
    pub requirements: Vec<String>,
}

fn one() -> u32 {
    1
}

/// An entry of `report-lines.yaml`: a line of the report, which is worded where it is counted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub key: Spanned<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub definition: String,
    #[serde(default)]
    pub requirements: Vec<String>,
}

/// Reads one YAML file.
pub(crate) fn read<T: DeserializeOwned>(file: &SourceFile) -> Result<T, Problem> {
    let text = std::str::from_utf8(&file.content).map_err(|_| Problem {
        file: file.name.clone(),
        line: 0,
        message: "it is not UTF-8 text".into(),
        fix: "Save it as UTF-8.".into(),
    })?;
    serde_saphyr::from_str(text).map_err(|error| Problem {
        file: file.name.clone(),
        line: error.location().map_or(0, |l| l.line()),
        message: error.without_snippet().render_with_formatter(&UserMessageFormatter),
        fix: "Mend that line: keys are spelt as in the shipped model, and every list item starts with “- ”.".into(),
    })
}
