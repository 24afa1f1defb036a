//! Registers: a school's append-only lists of dated entries. What each holds, who adds and reads, and what is judged of
//! it is data of the template; this is the one engine for all of them.

pub mod confirmation;
pub mod counted;
pub mod decision;
pub mod duties;
mod entry;
pub mod gate;
pub mod judge;
mod period;
mod persons;
mod site;
pub mod table;
#[cfg(test)]
pub(crate) mod tests;
mod value;

use serde::{Deserialize, Serialize};

use crate::{lint::Severity, template::condition::Condition};
pub use entry::{Change, Entry, EntryId, Refusal, as_known_at, standing};
pub use persons::Persons;
pub use value::{Against, Violation, checked};

/// The roles a register may name.
pub const ROLES: [&str; 7] = ["staff", "dsl", "deputy_dsl", "head", "governor", "chair", "it"];

/// What a register holds, and what is judged of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    #[serde(default)]
    pub about: String,
    /// The message of the contract that keeps it elsewhere.
    #[serde(default)]
    pub kept_as: String,
    /// Roles that add entries.
    #[serde(default)]
    pub add: Vec<String>,
    /// Roles that read entries.
    #[serde(default)]
    pub read: Vec<String>,
    /// The date field from which an entry counts.
    #[serde(default)]
    pub from: String,
    /// The date field after which it counts no more.
    #[serde(default)]
    pub until: String,
    /// How its entries are decided about, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<decision::Decision>,
    /// How its entries are confirmed by others, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<confirmation::Confirmation>,
    /// The fields of an entry.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What is judged.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What no new entry passes.
    #[serde(default)]
    pub gates: Vec<gate::Gate>,
    /// The requirements it carries.
    #[serde(default)]
    pub requirements: Vec<String>,
}

/// One typed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// What it holds, in a phrase.
    pub title: String,
    /// How to fill it in.
    #[serde(default)]
    pub hint: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The values allowed.
    #[serde(default)]
    pub allowed: Vec<String>,
    /// True where every entry fills it.
    #[serde(default)]
    pub required: bool,
    /// When it must be filled.
    #[serde(default)]
    pub required_if: Option<Condition>,
    /// The register an entry points into.
    #[serde(default)]
    pub refers_to: String,
    /// Which of that register's entries it may point at.
    #[serde(default)]
    pub refers_if: Option<Condition>,
    /// The field it takes its value from, `document.audience`: of the entry that another field points at.
    #[serde(default)]
    pub taken_from: String,
    /// True where a day cannot lie ahead.
    #[serde(default)]
    pub past: bool,
    /// True where a day cannot have passed when it is entered: the end of what is still to be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
    /// How many months ahead a day may lie at most, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_ahead: Option<u32>,
    /// The field of the same entry whose day its own does not lie before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_before: String,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line of text.
    Text,
    /// Several lines.
    LongText,
    /// One of the values allowed.
    Choice,
    /// Several of them.
    Choices,
    /// A day.
    Date,
    /// An account id, a name or a code.
    Person,
    /// One of the roles of the school's staff and governors.
    Role,
    /// A whole number.
    Number,
    /// Yes or no.
    Boolean,
    /// An entry of a register.
    Entry,
    /// An https address.
    Url,
    /// One site, as a filter is told it.
    Site,
}

impl Kind {
    /// What to do where a field is empty that must not be.
    pub fn missing(self, title: &str) -> String {
        match self {
            Self::Choice | Self::Choices | Self::Role | Self::Boolean | Self::Entry => {
                format!("Select an answer for “{title}”")
            }
            _ => format!("Enter “{title}”"),
        }
    }

    /// Its name in the template's files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Date => "date",
            Self::Person => "person",
            Self::Role => "role",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Entry => "entry",
            Self::Url => "url",
            Self::Site => "site",
        }
    }

    /// True where the field lists the values it allows.
    pub fn listed(self) -> bool {
        matches!(self, Self::Choice | Self::Choices | Self::Role)
    }
}

/// What is judged of a register's entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its code.
    pub code: String,
    /// How it judges.
    pub kind: RuleKind,
    /// What a finding says, without a name.
    pub message: String,
    /// How grave a finding is.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// The entries it looks at.
    #[serde(default)]
    pub when: Condition,
    /// The fields that together make a subject; the first one is the person where a rule is about people.
    #[serde(default)]
    pub by: Vec<String>,
    /// The date field it counts from.
    #[serde(default)]
    pub date: String,
    /// How many months later the subject is due again.
    #[serde(default)]
    pub months: u32,
    /// The policy's parameter that says the months instead, where the school filled it.
    #[serde(default)]
    pub parameter: String,
    /// The field that ends the matter once it is filled.
    #[serde(default)]
    pub done: String,
    /// The field whose values are looked at.
    #[serde(default)]
    pub field: String,
    /// The values looked for.
    #[serde(default)]
    pub values: Vec<String>,
    /// The values they are set against.
    #[serde(default)]
    pub against: Vec<String>,
    /// Those who ought to appear.
    #[serde(default)]
    pub among: Vec<Among>,
    /// The register of documents that are answered.
    #[serde(default)]
    pub documents: String,
    /// The answer a document asks for.
    #[serde(default)]
    pub answer: String,
}

/// Those who ought to appear: the persons of another register's present entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// The register.
    pub register: String,
    /// Its field that names the person.
    pub field: String,
    /// Which of its entries.
    #[serde(default)]
    pub when: Condition,
}

/// How a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// A subject is due again some months after its latest date; whoever ought to appear and does not is a gap.
    Due,
    /// A date has passed, and the matter is not done.
    Lapses,
    /// Each of the values is held by a present entry.
    Held,
    /// Each of the values is held by one present entry at a time.
    Single,
    /// Each subject has one entry at a time.
    Once,
    /// Nobody holds one of the values and one of those set against them.
    Apart,
    /// Whoever holds all of the values needs somebody else who holds one of those set against them.
    Backed,
    /// Every present entry has all of the values.
    Includes,
    /// Everybody of a document's audience answers its present version.
    Answers,
    /// The latest entry of each subject holds one of the values, or says what put it right.
    Failed,
}

fn warning() -> Severity {
    Severity::Warning
}

impl Definition {
    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field of the entry it points at whose value a field takes, and the field that points there.
    pub fn taken<'a>(&'a self, field: &'a Field) -> Option<(&'a Field, &'a str)> {
        let (pointer, taken) = field.taken_from.split_once('.')?;
        Some((self.field(pointer)?, taken))
    }

    /// True where one of the roles may add entries.
    pub fn may_add(&self, roles: &[String]) -> bool {
        self.kept_as.is_empty() && roles.iter().any(|role| self.add.contains(role))
    }

    /// True where one of the roles may read entries.
    pub fn may_read(&self, roles: &[String]) -> bool {
        roles.iter().any(|role| self.read.contains(role) || self.add.contains(role))
    }
}
