//! Sections that are gone, and those a school chose to print or drop.

use super::{Merging, Texts};
use crate::{
    instance::{
        Instance,
        proposal::{Change, Kind},
        tailoring::SectionChoice,
    },
    template::condition::Condition,
};

impl Merging<'_> {
    /// Asks about the school's own clauses whose section is gone.
    pub(super) fn stranded(&mut self, own: &Instance) {
        let mut sections: Vec<&str> = Vec::new();
        for (section, _) in &self.gone {
            if !sections.contains(section) {
                sections.push(section);
            }
        }
        for section in sections {
            let keys: Vec<String> =
                self.gone.iter().filter(|(s, _)| *s == section).map(|(_, key)| key.clone()).collect();
            let texts: Vec<&str> = own
                .clauses
                .iter()
                .filter(|clause| keys.contains(&clause.key))
                .map(|clause| clause.text.as_str())
                .collect();
            let title = self.plan.sections.get(section).map_or("", |change| change.title);
            let texts = Texts { base: title.to_owned(), own: texts.join("\n\n"), ..Texts::default() };
            self.offer(Kind::Section, section, title, Change::Removed, texts, keys);
        }
    }

    /// Asks about a section the school chose to print or drop, where the template changed its rule.
    pub(super) fn sections(&mut self, own: &mut Instance) {
        let plan = self.plan;
        let mut choices = std::mem::take(&mut own.section_choices);
        choices.retain(|choice| {
            let Some(change) = plan.sections.get(choice.section.as_str()) else { return true };
            let Some(theirs) = change.theirs else { return false };
            if change.base.is_some_and(|base| base.include_if != theirs.include_if) {
                let texts = Texts {
                    base: change.base.map(|base| rule(&base.include_if)).unwrap_or_default(),
                    own: chosen(choice),
                    template: rule(&theirs.include_if),
                    suggested: String::new(),
                };
                self.offer(Kind::Section, &choice.section, change.title, Change::Changed, texts, Vec::new());
            }
            true
        });
        own.section_choices = choices;
    }
}

fn rule(condition: &Condition) -> String {
    match condition {
        Condition::Always => "Printed in every policy".to_owned(),
        condition => format!("Printed if {condition}"),
    }
}

fn chosen(choice: &SectionChoice) -> String {
    let what = if choice.included { "Printed" } else { "Left out" };
    if choice.reason.is_empty() { what.to_owned() } else { format!("{what}: {}", choice.reason) }
}
