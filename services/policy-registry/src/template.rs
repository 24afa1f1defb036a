//! The authority's template: a versioned tree of clauses with typed blanks, procedures, gates and alert rules, read from
//! files that a person who does not program edits.

pub mod blank;
mod check;
mod clauses;
pub mod compare;
pub mod condition;
mod cycle;
mod guidance;
mod load;
pub mod model;
pub mod procedure;
mod raw;
mod registers;
pub mod routes;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::{
    condition::Condition,
    procedure::{AlertRule, Gate, Named, Procedure},
};
use crate::{
    lint::{Data, data::Guidance},
    register,
};
pub use load::load;
pub(crate) use raw::read as read_yaml;

/// One file of a template, a register or a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path inside the template, or its name.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// What is wrong with a file, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}. {}", self.message, self.fix)
    }
}

/// The policy every school of the authority starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// How long a policy made from it may stand before it is reviewed, in months.
    pub review_months: u32,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// Its blanks.
    pub parameters: Vec<Definition>,
    /// Its procedures.
    pub procedures: Vec<Procedure>,
    /// Its gates.
    pub gates: Vec<Gate>,
    /// Its alert rules.
    pub alert_rules: Vec<AlertRule>,
    /// The registers it names.
    pub registers: Vec<register::Definition>,
    /// The report lines it defines.
    pub report_lines: Vec<Named>,
    /// The routes to agencies; none in a template from before there were any.
    #[serde(default)]
    pub agency_routes: routes::Routes,
    /// What the policy linter knows.
    pub lint: Data,
}

/// A heading with clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// A stable id, `filtering`.
    pub id: String,
    /// The heading.
    pub title: String,
    /// When it is printed.
    pub include_if: Condition,
    /// Words of the headings it has in schools' own documents.
    pub cues: Vec<String>,
    /// Its clauses, in order.
    pub clauses: Vec<Clause>,
}

/// The smallest unit of policy text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// A stable id, `filtering.iwf`.
    pub id: String,
    /// Its text, with blanks.
    pub text: String,
    /// The requirements it carries.
    pub requirements: Vec<String>,
    /// Words and short phrases by which a school's own paragraph on the matter is recognised.
    pub cues: Vec<String>,
    /// True where a school may add to it but not remove it.
    pub statutory: bool,
    /// When it is printed.
    pub include_if: Condition,
    /// The guidance it rests on, by key of the guidance register.
    #[serde(default)]
    pub citations: Vec<String>,
}

/// A typed blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its key, `filter.product`.
    pub key: String,
    /// What it means, in a phrase.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// The values allowed, for choices and lists.
    pub allowed: Vec<Allowed>,
    /// The values where a school gives none.
    pub default: Vec<String>,
    /// True where no version comes into force without it.
    pub required: bool,
    /// Expressions with a group `value`, tried on a document.
    pub find: Vec<String>,
    /// The requirements it carries.
    pub requirements: Vec<String>,
    /// Who may set it.
    #[serde(default)]
    pub set_by: SetBy,
    /// When it is asked for; a required one is required then alone.
    #[serde(default)]
    pub include_if: Condition,
    /// For a person or people: the role, as it is printed where the name is not published.
    #[serde(default)]
    pub role: String,
    /// How a document's words settle it where its expressions do not.
    #[serde(default, skip_serializing_if = "Reading::is_plain")]
    pub reading: Reading,
}

/// What holds for reading one blank from a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Another blank, whose value is never this one's.
    #[serde(default)]
    pub unlike: String,
    /// Where not 0: the value whose cues the document uses most, if they make up so many percent of all of them.
    #[serde(default)]
    pub prevails: u8,
}

impl Reading {
    /// Whether nothing out of the ordinary is asked.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Who may set a parameter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// Each school for itself.
    #[default]
    School,
    /// The authority alone, in the template.
    Authority,
    /// Nobody: it comes from the area's agency register.
    Area,
}

impl SetBy {
    /// Its name in the template's files.
    pub fn name(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Authority => "authority",
            Self::Area => "area",
        }
    }
}

/// A value a choice may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The value.
    pub value: String,
    /// Words by which it is recognised: in what the blank's expressions found, or anywhere where it has none.
    pub cues: Vec<String>,
    /// Words by which it is recognised anywhere where the blank has expressions and none of them found a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anywhere: Vec<String>,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Free text.
    Text,
    /// Several values.
    List,
    /// One of the values allowed.
    Choice,
    /// Some of the values allowed, and no others.
    Choices,
    /// `true` or `false`.
    Boolean,
    /// `2026-11` or `2026-11-24`.
    Date,
    /// Days and spans of days: `2026-12-21` or `2026-12-21 to 2027-01-01`.
    Days,
    /// A number of months.
    Months,
    /// A number of minutes.
    Minutes,
    /// Hours of a day: `08:30 to 15:30`.
    Hours,
    /// One person or post.
    Person,
    /// Several persons or posts.
    People,
}

impl Kind {
    /// The kind's name in the template's files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Days => "days",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Months => "months",
            Self::Person => "person",
            Self::People => "people",
        }
    }

    /// True where it may hold more than one value.
    pub fn many(self) -> bool {
        matches!(self, Self::List | Self::Choices | Self::Days | Self::People)
    }

    /// True where it names persons.
    pub fn names(self) -> bool {
        matches!(self, Self::Person | Self::People)
    }
}

impl Template {
    /// Every clause with the section it stands in.
    pub fn clauses(&self) -> impl Iterator<Item = (&Section, &Clause)> {
        self.sections.iter().flat_map(|section| section.clauses.iter().map(move |clause| (section, clause)))
    }

    /// A clause by its id.
    pub fn clause(&self, id: &str) -> Option<(&Section, &Clause)> {
        self.clauses().find(|(_, clause)| clause.id == id)
    }

    /// An entry of the guidance register by its key.
    pub fn guidance(&self, key: &str) -> Option<&Guidance> {
        self.lint.guidance.iter().find(|guidance| guidance.key == key)
    }

    /// A parameter by its key.
    pub fn parameter(&self, key: &str) -> Option<&Definition> {
        self.parameters.iter().find(|definition| definition.key == key)
    }
}

/// What is wrong with a template's files; nothing where it can be published.
pub fn check(files: &[SourceFile]) -> Vec<Problem> {
    load(files).err().unwrap_or_default()
}
