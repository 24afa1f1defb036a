//! Judges a version of a school's policy as it would be printed: its clauses under their headings, its blanks filled.

use time::Date;

use super::{Finding, Subject, lint};
use crate::{
    agency::Register,
    document::Document,
    effective::{TEMPLATE_TEXT, Values, printed},
    instance::{Clause, Instance, Tailoring},
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
    clauses: Vec<Option<Source>>,
}

/// The clause a line belongs to.
#[derive(Clone)]
struct Source {
    key: String,
    /// Whether people's names in it come through blanks: they change with the parameter, wherever they are printed.
    names_filled: bool,
}

/// The signatures of a version are data, and stand under it when it is rendered.
const SIGNED_ELSEWHERE: &str = "SIGN-BLANK";
/// A person's name in the text.
const NAMED: &str = "NAME-FOR-ROLE";

impl Text {
    fn of(instance: &Instance, template: &Template, values: &Values) -> Self {
        let mut text = Self { text: String::new(), clauses: Vec::new() };
        let mut section = None;
        for clause in printed(instance, template, values) {
            if section.as_ref() != Some(&clause.section) {
                text.line("", None);
                let known = template.sections.iter().find(|section| section.id == clause.section);
                text.line(
                    &format!("# {}", known.map_or("Other matters of this school", |known| known.title.as_str())),
                    None,
                );
                text.line("", None);
                section = Some(clause.section.clone());
            }
            let key = key(instance, &clause);
            let written = instance.clauses.iter().find(|own| own.key == key).map_or("", |own| own.text.as_str());
            let names_filled = clause.tailoring == Tailoring::Adopted || written.contains("{{role.");
            let from = Source { key, names_filled };
            for (number, line) in clause.text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
                // A list within a clause keeps its own marks; everything else is one bullet.
                let listed = line.trim_start().starts_with(['-', '*', '•']);
                let mark = if number == 0 && !listed { "- " } else { "  " };
                text.line(&format!("{mark}{}", line.trim_start().trim_start_matches('#').trim()), Some(&from));
            }
        }
        text
    }

    fn line(&mut self, line: &str, clause: Option<&Source>) {
        self.text.push_str(line);
        self.text.push('\n');
        self.clauses.push(clause.cloned());
    }

    fn clause(&self, line: u32) -> Option<Source> {
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
    // The values are known; nothing is read from the text, and their lines were those of another one.
    let parameters: Vec<Parameter> =
        values.parameters().into_iter().map(|parameter| Parameter { line: 0, ..parameter }).collect();
    let legal_name = values.get("school.legal_name");
    let school = legal_name.first().map(String::as_str);
    let subject = Subject { document: &document, parameters: &parameters, template, school, register, today };
    let placed = lint(subject).into_iter().filter_map(|finding| {
        let from = text.clause(finding.line);
        let filled = finding.rule == NAMED && from.as_ref().is_some_and(|from| from.names_filled);
        let said = finding.rule != SIGNED_ELSEWHERE && !filled;
        said.then_some(Placed { clause: from.map(|from| from.key), finding })
    });
    placed.collect()
}
