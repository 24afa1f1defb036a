//! What the linter knows and people who do not program keep: `lint.yaml` of the template.

use serde::{Deserialize, Serialize};

use super::Severity;

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
    /// Notes to the author that a template carries.
    #[serde(default)]
    pub leftovers: Vec<Phrase>,
    /// Rules that law or advice has overtaken.
    #[serde(default)]
    pub rules: Vec<Phrase>,
    /// Words that promise without saying when.
    #[serde(default)]
    pub weak_frequencies: Vec<String>,
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
