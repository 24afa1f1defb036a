//! Judges a version of a school's policy as it would be printed: its clauses under their headings, its blanks filled.

use time::Date;

use super::{Finding, Subject, lint};
use crate::{
    agency::Register,
    document::Document,
    effective::{TEMPLATE_TEXT, Values, printed},
    import,
    instance::{Clause, Instance},
    parameter::Parameter,
    template::Template,
};

/// A finding on a version, with the clause it is about; none where the version as a whole is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The finding; its line is that of the text as it would be printed.
    pub finding: Finding,
    /// The key of the clause.
    pub clause: Option<String>,
}

/// The text of a version, and the clause each line belongs to.
struct Text {
    text: String,
    clauses: Vec<Option<String>>,
}

impl Text {
    fn of(instance: &Instance, template: &Template, values: &Values) -> Self {
        let mut text = Self { text: String::new(), clauses: Vec::new() };
        let mut section = None;
        for clause in printed(instance, template, values) {
            if section.as_ref() != Some(&clause.section) {
                let known = template.sections.iter().find(|section| section.id == clause.section);
                text.line(
                    &format!("# {}", known.map_or("Other matters of this school", |known| known.title.as_str())),
                    None,
                );
                text.line("", None);
                section = Some(clause.section.clone());
            }
            let key = key(instance, &clause);
            for (number, line) in clause.text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
                // A list within a clause keeps its own marks; everything else is one bullet.
                let mark =
                    if number == 0 && !line.trim_start().starts_with(['-', '*', '•', '#']) { "- " } else { "  " };
                text.line(&format!("{mark}{}", line.trim_start_matches('#').trim()), Some(&key));
            }
            text.line("", None);
        }
        text
    }

    fn line(&mut self, line: &str, clause: Option<&String>) {
        self.text.push_str(line);
        self.text.push('\n');
        self.clauses.push(clause.cloned());
    }

    fn clause(&self, line: u32) -> Option<String> {
        self.clauses.get(usize::try_from(line.checked_sub(1)?).ok()?).cloned().flatten()
    }
}

/// The key by which a printed clause is tailored: the version's own, else the template's id.
fn key(instance: &Instance, clause: &Clause) -> String {
    if instance.clauses.iter().any(|own| own.key == clause.key) {
        return clause.key.clone();
    }
    clause.key.strip_suffix(TEMPLATE_TEXT).unwrap_or(&clause.key).to_owned()
}

/// Everything the linter finds in a version, in the order of its text.
pub fn judge(instance: &Instance, template: &Template, register: Option<&Register>, today: Date) -> Vec<Placed> {
    let values = Values::of(instance, template, register);
    let text = Text::of(instance, template, &values);
    let document = Document::parse(&text.text);
    // The values are known; nothing is guessed from the text, and their lines were those of another one.
    let parameters = values.parameters().into_iter().map(|parameter| Parameter { line: 0, ..parameter }).collect();
    let read = import::Import { parameters, ..import::read(&document, template) };
    let subject = Subject { document: &document, import: &read, template, register, today };
    lint(subject).into_iter().map(|finding| Placed { clause: text.clause(finding.line), finding }).collect()
}
