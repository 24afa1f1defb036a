//! How a school makes the template its own: clauses, optional sections, steps, and findings it lets stand. Whatever
//! changes the text drops the signatures; a statutory clause or step can be added to, and never goes or gets weaker.

pub mod paragraph;
mod revision;
pub mod step;
#[cfg(test)]
mod tests;
pub mod waiver;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Clause, Instance, Refusal, Tailoring};
use crate::{
    agency::AREA_KEYS,
    template::{self, Template, blank::blanks, condition::Condition},
};
pub use paragraph::{Fate, Placed, Summary};
pub use step::TailoredStep;
pub use waiver::Waiver;

/// The most clauses a policy holds: as many as a document brings, beside those of a large template.
const MOST: usize = 10_000;

/// An optional section printed or dropped whatever its rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionChoice {
    /// The section.
    pub section: String,
    /// True where it is printed.
    pub included: bool,
    /// Why.
    pub reason: String,
}

/// What becomes of one clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseChange {
    /// It reads as the template has it.
    Adopt,
    /// It reads as the school has it; after the template's words, where the clause is statutory.
    Write {
        /// The school's text.
        text: String,
        /// Why.
        reason: String,
    },
    /// It is left out; a clause of the school's own is taken away.
    Omit {
        /// Why.
        reason: String,
    },
}

impl Instance {
    /// Changes how one clause differs from the template. It is named by its key within this version, or by the
    /// template's id where this version has nothing on it.
    ///
    /// # Errors
    /// Where there is no such clause, it is statutory and would go, or the text has a blank the template has not.
    pub fn tailor_clause(
        mut self,
        template: &Template,
        key: &str,
        change: ClauseChange,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        if let ClauseChange::Write { text, .. } = &change {
            readable(template, text)?;
        }
        let own = self.clauses.iter().position(|clause| clause.key == key);
        let id = own.and_then(|at| self.clauses.get(at)).map_or(Some(key), |own| own.template_clause.as_deref());
        let known = id.and_then(|id| template.clause(id));
        match (own, known) {
            (None, None) => {
                return Err(Refusal::Invalid("clause_key", "Enter the key of a clause of this version".into()));
            }
            (Some(at), None) => self.change_own(at, change)?,
            (own, Some((section, clause))) => self.change_adopted(own, section, clause, change)?,
        }
        Ok(self.edited(at))
    }

    /// A clause only this school has, or one the template no longer has.
    fn change_own(&mut self, at: usize, change: ClauseChange) -> Result<(), Refusal> {
        match change {
            ClauseChange::Adopt => {
                let fix = "Select added or omitted: the template has no such clause to adopt";
                return Err(Refusal::Invalid("tailoring", fix.into()));
            }
            ClauseChange::Write { text, reason } => {
                if let Some(own) = self.clauses.get_mut(at) {
                    (own.text, own.reason) = (text, reason);
                }
            }
            ClauseChange::Omit { .. } => {
                self.clauses.remove(at);
            }
        }
        Ok(())
    }

    fn change_adopted(
        &mut self,
        own: Option<usize>,
        section: &template::Section,
        clause: &template::Clause,
        change: ClauseChange,
    ) -> Result<(), Refusal> {
        let (tailoring, text, reason) = match change {
            ClauseChange::Adopt => (Tailoring::Adopted, clause.text.clone(), String::new()),
            ClauseChange::Write { text, reason } => (Tailoring::Adapted, text, reason),
            ClauseChange::Omit { .. } if clause.statutory => {
                let kept = "a statutory clause is never left out: add to it, or adopt the template’s words";
                return Err(Refusal::Statutory(kept.into()));
            }
            ClauseChange::Omit { reason } => (Tailoring::Omitted, clause.text.clone(), reason),
        };
        // Where several paragraphs of a document are on one clause, adopting or omitting it settles them all.
        let key = own.and_then(|at| self.clauses.get(at)).map_or_else(|| clause.id.clone(), |own| own.key.clone());
        if tailoring != Tailoring::Adapted {
            self.clauses.retain(|own| own.key == key || own.template_clause.as_ref() != Some(&clause.id));
        }
        match self.clauses.iter_mut().find(|own| own.key == key) {
            Some(own) => (own.tailoring, own.text, own.reason) = (tailoring, text, reason),
            None => self.clauses.push(Clause {
                template_clause: Some(clause.id.clone()),
                section: section.id.clone(),
                tailoring,
                text,
                line: 0,
                score: 0,
                key,
                level: 0,
                title: String::new(),
                reason,
            }),
        }
        Ok(())
    }

    /// Adds a clause only this school has.
    ///
    /// # Errors
    /// Where there is no such section, or the text has a blank the template has not.
    pub fn add_clause(
        mut self,
        template: &Template,
        section: &str,
        text: String,
        reason: String,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        known_section(template, section)?;
        readable(template, &text)?;
        if self.clauses.len() >= MOST {
            let fix = format!("Put some clauses together or take some out first: a policy holds {MOST} at most");
            return Err(Refusal::Invalid("text", fix));
        }
        let highest = self.clauses.iter().filter_map(|own| own.key.strip_prefix("own-")?.parse::<u32>().ok()).max();
        self.clauses.push(Clause {
            template_clause: None,
            section: section.to_owned(),
            tailoring: Tailoring::Added,
            text,
            line: 0,
            score: 0,
            key: format!("own-{}", highest.unwrap_or_default().saturating_add(1)),
            level: 0,
            title: String::new(),
            reason,
        });
        Ok(self.edited(at))
    }

    /// Prints or drops an optional section; without a choice its rule decides again.
    ///
    /// # Errors
    /// Where there is no such section, it has no rule, or it holds statutory clauses and would go.
    pub fn choose_section(
        mut self,
        template: &Template,
        section: &str,
        choice: Option<(bool, String)>,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        let known = known_section(template, section)?;
        if known.include_if == Condition::Always {
            let fix = "Select a section with a rule: every policy prints this one";
            return Err(Refusal::Invalid("section_id", fix.into()));
        }
        self.section_choices.retain(|choice| choice.section != section);
        if let Some((included, reason)) = choice {
            if !included && known.clauses.iter().any(|clause| clause.statutory) {
                let kept = "the section holds statutory clauses: it is printed where its rule says so";
                return Err(Refusal::Statutory(kept.into()));
            }
            self.section_choices.push(SectionChoice { section: section.to_owned(), included, reason });
        }
        Ok(self.edited(at))
    }

    /// Whether a section is printed: as the school chose, else as its rule says. What was chosen while the section had
    /// no statutory clause does not drop it once it has one.
    pub fn prints(&self, section: &template::Section, values: &impl Fn(&str) -> Vec<String>) -> bool {
        let choice = self.section_choices.iter().find(|choice| choice.section == section.id);
        let statutory = || section.clauses.iter().any(|clause| clause.statutory);
        match choice {
            Some(choice) if choice.included || !statutory() => choice.included,
            Some(_) | None => section.include_if.holds(values),
        }
    }
}

fn known_section<'a>(template: &'a Template, id: &str) -> Result<&'a template::Section, Refusal> {
    let known = template.sections.iter().find(|section| section.id == id);
    known.ok_or_else(|| Refusal::Invalid("section_id", "Enter the id of a section of the template".into()))
}

/// Every blank of a school's text is one of the template's.
fn readable(template: &Template, text: &str) -> Result<(), Refusal> {
    let wrong = |fix: String| Err(Refusal::Invalid("text", fix));
    let Ok(found) = blanks(text) else {
        return wrong("Close every blank: write {{parameter}}".into());
    };
    let known = |key: &str| template.parameter(key).is_some() || AREA_KEYS.contains(&key);
    match found.iter().find(|blank| !known(blank.key)) {
        Some(blank) => wrong(format!("The template has no blank “{}”: check its spelling, or take it out", blank.key)),
        None => Ok(()),
    }
}
