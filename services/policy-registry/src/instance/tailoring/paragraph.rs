//! What became of every paragraph of the document a version was read from: the machine's proposal, moved by hand and
//! confirmed by a person before the head signs. The account always adds up, because it is one list.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::super::{Clause, Instance, Refusal, State, Tailoring, draft::count};
use crate::{agency::Register, effective::Values, import::wording, template::Template};

/// What became of every paragraph of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Every paragraph, in the document's order.
    pub placed: Vec<Placed>,
    /// Headings found.
    pub sections: u32,
    /// Template clauses no paragraph was found for.
    pub missing: u32,
}

/// One paragraph and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Its line, from 1.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// What became of it.
    pub fate: Fate,
    /// The template clause it was put to.
    pub clause: Option<String>,
    /// The section it stands in; empty where none was recognised.
    pub section: String,
    /// How alike it and the clause are, 0 to 100.
    pub score: u8,
    /// Why it was set aside, or what the person who moved it said.
    pub why: String,
    /// True where a person put it there.
    pub by_hand: bool,
    /// Its level in a list, 1 for the outermost; 0 where it is no item of one.
    #[serde(default)]
    pub level: u8,
    /// The heading it stands under, where the template knows none like it; empty elsewhere.
    #[serde(default)]
    pub title: String,
}

/// What became of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It says what the clause says.
    Matched,
    /// It is on the clause's matter and says something else.
    Amended,
    /// Only this school has it.
    Added,
    /// It was set aside.
    Ignored,
}

impl Fate {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Amended => "amended",
            Self::Added => "added",
            Self::Ignored => "ignored",
        }
    }
}

/// Where a person puts a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// To a clause, saying what it says, or something else.
    Clause {
        /// The clause.
        id: String,
        /// True where it says the same.
        same: bool,
    },
    /// Among the school's own, in a section; empty for none.
    Own {
        /// The section.
        section: String,
    },
    /// Aside.
    Aside,
}

impl Summary {
    /// How many paragraphs met a fate.
    pub fn count(&self, fate: Fate) -> u32 {
        count(self.placed.iter().filter(|placed| placed.fate == fate).count())
    }

    /// How many paragraphs there are.
    pub fn paragraphs(&self) -> u32 {
        count(self.placed.len())
    }
}

impl Placed {
    /// The clause of the version that it makes; none where it was set aside.
    pub fn as_clause(&self) -> Option<Clause> {
        let tailoring = match self.fate {
            Fate::Matched => Tailoring::Adopted,
            Fate::Amended => Tailoring::Adapted,
            Fate::Added => Tailoring::Added,
            Fate::Ignored => return None,
        };
        Some(Clause {
            template_clause: self.clause.clone(),
            section: self.section.clone(),
            tailoring,
            text: self.text.clone(),
            line: self.line,
            score: self.score,
            key: key(self.line),
            level: self.level,
            title: self.title.clone(),
            reason: if self.by_hand { self.why.clone() } else { String::new() },
        })
    }
}

/// What the keys of a document's clauses begin with.
const READ: &str = "line-";

fn key(line: u32) -> String {
    format!("{READ}{line}")
}

impl Clause {
    /// Whether it was read from a document, in this version or in one before it: such clauses stand in its order.
    pub fn from_document(&self) -> bool {
        self.key.starts_with(READ)
    }
}

impl Instance {
    /// Whether it was read from a document and nobody confirmed what became of its paragraphs.
    pub fn unconfirmed(&self) -> bool {
        !self.summary.placed.is_empty() && self.import_confirmed_at.is_none()
    }

    /// Puts one paragraph elsewhere. What was confirmed before has to be confirmed again.
    ///
    /// # Errors
    /// Where there is no such paragraph, clause or section.
    pub fn realign(
        mut self,
        template: &Template,
        register: Option<&Register>,
        line: u32,
        (place, why): (Place, String),
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        let (fate, clause, section) = match place {
            Place::Clause { id, same } => {
                let unknown = || Refusal::Invalid("clause_id", "Enter the id of a clause of the template".into());
                let (section, clause) = template.clause(&id).ok_or_else(unknown)?;
                let fate = if same { Fate::Matched } else { Fate::Amended };
                (fate, Some(clause), section.id.clone())
            }
            Place::Own { section } => {
                if !section.is_empty() {
                    super::known_section(template, &section)?;
                }
                (Fate::Added, None, section)
            }
            Place::Aside => (Fate::Ignored, None, String::new()),
        };
        let values = Values::of(&self, template, register);
        let known = self.summary.placed.iter_mut().find(|placed| placed.line == line);
        let placed =
            known.ok_or_else(|| Refusal::Invalid("line", "Enter the line of a paragraph of the document".into()))?;
        placed.fate = fate;
        placed.score = clause.map_or(0, |clause| alike(&values.fill(template, &clause.text), &placed.text));
        placed.clause = clause.map(|clause| clause.id.clone());
        placed.section = section;
        placed.why = why;
        placed.by_hand = true;
        let moved = placed.as_clause();
        // The clause it makes takes the place of the one it made; what was left out is in again.
        let before = self.clauses.iter().position(|own| own.key == key(line));
        self.clauses.retain(|own| own.key != key(line));
        if let Some(moved) = moved {
            let out = |own: &Clause| own.tailoring == Tailoring::Omitted;
            self.clauses.retain(|own| !(out(own) && own.template_clause == moved.template_clause));
            let behind = self.clauses.iter().position(|own| own.line > line || own.line == 0);
            let place = before.or(behind).unwrap_or(self.clauses.len()).min(self.clauses.len());
            self.clauses.insert(place, moved);
        }
        let omitted = self.omitted(template, &values);
        self.clauses.extend(omitted);
        self.summary.missing = self.missing(template, &values);
        self.import_confirmed_at = None;
        Ok(self.edited(at))
    }

    /// The template's clauses that hold here and that no paragraph was found for.
    pub(in crate::instance) fn missing(&self, template: &Template, values: &Values) -> u32 {
        let holds = |key: &str| values.get(key);
        let found = |id: &str| self.summary.placed.iter().any(|placed| placed.clause.as_deref() == Some(id));
        let clauses = template.clauses();
        let here = clauses.filter(|(section, clause)| self.prints(section, &holds) && clause.include_if.holds(&holds));
        count(here.filter(|(_, clause)| !found(&clause.id)).count())
    }

    /// A person looked at what became of every paragraph.
    ///
    /// # Errors
    /// Where nothing was imported, it was confirmed already, or the version is past editing.
    pub fn confirm_import(mut self, at: OffsetDateTime) -> Result<Self, Refusal> {
        let refuse = |state: State, needed| Err(Refusal::WrongState { state, needed });
        self.editable()?;
        if self.summary.placed.is_empty() {
            return refuse(self.state, "it was not read from a document, so there is nothing to confirm");
        }
        if self.import_confirmed_at.is_some() {
            return refuse(self.state, "what became of its paragraphs is confirmed already");
        }
        self.import_confirmed_at = Some(at);
        Ok(self.written())
    }
}

/// How much of two texts is the same, 0 to 100, by their words.
fn alike(first: &str, second: &str) -> u8 {
    let words = |text: &str| wording::words(text).len();
    let whole = words(first) + words(second);
    let same: usize =
        wording::compare(first, second).iter().filter(|span| span.same).map(|span| words(&span.first)).sum();
    u8::try_from((same * 200).checked_div(whole).unwrap_or(100).min(100)).unwrap_or(100)
}
