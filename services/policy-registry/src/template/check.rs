//! What a template must hold to besides its grammar: ids that are unique, references that lead somewhere.

use std::collections::HashMap;

use serde_saphyr::Spanned;

use super::{
    Clause, Definition, Kind, Problem, Template,
    blank::blanks,
    clauses::Placed,
    condition::Condition,
    procedure::{self, STEP_ROLES},
    raw,
};
use crate::{
    agency::AREA_KEYS,
    expression,
    render::names::{NOBODY, PUBLISH_NAMES},
};

/// Collects problems while a template is read. References are looked up once everything has been defined.
#[derive(Default)]
pub(super) struct Checker {
    pub problems: Vec<Problem>,
    defined: HashMap<(&'static str, String), (String, u64)>,
    wanted: Vec<Wanted>,
    /// Parameter, value, file and line of what include rules compare.
    compared: Vec<(String, String, String, u64)>,
}

struct Wanted {
    noun: &'static str,
    id: String,
    file: String,
    line: u64,
}

impl Checker {
    pub fn say(&mut self, file: &str, line: u64, message: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), line, message: message.into(), fix: fix.into() });
    }

    /// Notes that something exists; twice is a problem.
    pub fn define(&mut self, noun: &'static str, file: &str, id: &Spanned<String>) {
        self.define_at(noun, file, id.referenced.line(), &id.value);
    }

    pub fn define_at(&mut self, noun: &'static str, file: &str, line: u64, id: &str) {
        if id.is_empty() {
            self.say(file, line, format!("a {noun} has no id"), "Give it one.");
        }
        let before = self.defined.insert((noun, id.to_owned()), (file.to_owned(), line));
        if let Some((there, at)) = before {
            let message = format!("{noun} “{id}” is there already, at {there}:{at}");
            self.say(file, line, message, "Give one of them another id, or take one away.");
        }
    }

    pub fn want(&mut self, noun: &'static str, file: &str, line: u64, id: &str) {
        self.wanted.push(Wanted { noun, id: id.to_owned(), file: file.to_owned(), line });
    }

    pub fn parse(&mut self, file: &str, line: u64, text: &str) -> Condition {
        Condition::parse(text).unwrap_or_else(|message| {
            self.say(file, line, message, "Mend the condition.");
            Condition::Always
        })
    }

    /// An include rule reads parameters, and compares them to values they can have.
    pub fn include(&mut self, file: &str, line: u64, condition: &Condition) {
        for (key, values) in condition.reads() {
            self.want("parameter", file, line, key);
            let values = values.into_iter().map(ToOwned::to_owned);
            self.compared.extend(values.map(|value| (key.to_owned(), value, file.to_owned(), line)));
        }
    }

    /// Whether a parameter can have every value it is compared to.
    fn comparisons(&mut self, template: &Template) {
        for (key, value, file, line) in std::mem::take(&mut self.compared) {
            let Some(definition) = template.parameter(&key) else { continue };
            if let Err(fix) = definition.could_be(&value) {
                self.say(&file, line, format!("the parameter “{key}” is never “{value}”"), format!("{fix}."));
            }
        }
    }

    /// The names a school can choose to publish are those of roles the template has.
    fn published_names(&mut self, template: &Template) {
        let Some(chosen) = template.parameter(PUBLISH_NAMES) else { return };
        let line = self.defined.get(&("parameter", chosen.key.clone())).map_or(0, |at| at.1);
        let role = |value: &str| template.parameters.iter().any(|definition| definition.role == value);
        let unknown = chosen.allowed.iter().filter(|allowed| allowed.value != NOBODY && !role(&allowed.value));
        for value in unknown.map(|allowed| allowed.value.clone()).collect::<Vec<_>>() {
            let fix = format!("Write the role of a person or of people as it stands there, or {NOBODY}.");
            self.say(
                "parameters.yaml",
                line,
                format!("there is no role “{value}” whose names could be published"),
                fix,
            );
        }
    }

    /// Parameters that are asked for only where parameters have values lead to an end.
    fn cycles(&mut self, template: &Template) {
        for round in super::cycle::rounds(&template.parameters) {
            let line = round.first().and_then(|key| self.defined.get(&("parameter", key.clone()))).map_or(0, |at| at.1);
            let path: Vec<&str> = round.iter().chain(round.first()).map(String::as_str).collect();
            let message = format!("include_if goes round in a circle: {}", path.join(" → "));
            self.say("parameters.yaml", line, message, "Take include_if away from one of them.");
        }
    }

    pub fn pattern(&mut self, file: &str, pattern: &Spanned<String>) {
        let line = pattern.referenced.line();
        match expression::read(&pattern.value) {
            Ok(regex) if regex.capture_names().flatten().any(|name| name == "value") => {}
            Ok(_) => self.say(file, line, "the expression has no group named value", "Write (?P<value>…) in it."),
            Err(error) => {
                let what = error.to_string().lines().last().unwrap_or_default().to_owned();
                self.say(file, line, format!("the expression cannot be read: {what}"), "Mend the expression.");
            }
        }
    }

    pub fn definition(&mut self, file: &str, line: u64, definition: &Definition) {
        let key = &definition.key;
        if matches!(definition.kind, Kind::Choice | Kind::Choices) && definition.allowed.is_empty() {
            self.say(file, line, format!("{key} is a choice without values"), "List them under allowed.");
        }
        if !definition.role.is_empty() && !definition.kind.names() {
            self.say(
                file,
                line,
                format!("{key} has a role and names nobody"),
                "Take the role away, or make it a person.",
            );
        }
        for value in &definition.default {
            if let Err(fix) = definition.accepts(std::slice::from_ref(value)) {
                self.say(file, line, format!("{key} cannot have the default “{value}”"), fix);
            }
        }
    }

    /// A clause stands in the file of its section, and every blank in it is a parameter.
    pub fn clause(&mut self, file: &str, section: &str, placed: Placed) -> Clause {
        let Placed { clause, line, text_line, condition_line, citations_line } = placed;
        self.define_at("clause", file, line, &clause.id);
        if clause.id.strip_prefix(section).and_then(|rest| rest.strip_prefix('.')).is_none_or(str::is_empty) {
            let message = format!("clause “{}” does not belong to section “{section}”", clause.id);
            self.say(file, line, message, format!("Start its id with “{section}.”, or move it to its own file."));
        }
        if clause.text.is_empty() {
            self.say(file, line, format!("clause “{}” has no text", clause.id), "Write it, or take the clause away.");
        }
        if clause.requirements.is_empty() {
            let message = format!("clause “{}” carries no requirement", clause.id);
            self.say(file, line, message, "Add a line such as “> requirements: R-001”.");
        }
        match blanks(&clause.text) {
            Ok(found) => {
                for blank in found {
                    let at = text_line + u64::try_from(blank.line).unwrap_or_default();
                    self.want("parameter", file, at, blank.key);
                }
            }
            Err(at) => {
                let at = text_line + u64::try_from(at).unwrap_or_default();
                self.say(file, at, "the braces of a blank do not pair", "Write {{parameter}}.");
            }
        }
        let condition = clause.include_if.clone();
        self.include(file, condition_line, &condition);
        for key in &clause.citations {
            self.want("guidance", file, citations_line, key);
        }
        clause
    }

    pub fn step(&mut self, file: &str, procedure: &str, step: &raw::Step, before: &HashMap<String, u64>) {
        let id = &step.step_id;
        if !id.value.starts_with(&format!("{procedure}-")) {
            let message = format!("step “{}” does not belong to procedure “{procedure}”", id.value);
            self.say(file, id.referenced.line(), message, format!("Start its id with “{procedure}-”."));
        }
        for role in &step.roles {
            self.one_of(file, role, "role", &STEP_ROLES);
        }
        for gate in step.gates.iter().chain(&step.opens) {
            self.want("gate", file, gate.referenced.line(), &gate.value);
        }
        for earlier in &step.after {
            if !before.contains_key(&earlier.value) {
                let message = format!("step “{}” comes after “{}”, which is not before it", id.value, earlier.value);
                self.say(file, earlier.referenced.line(), message, "Name an earlier step of the same procedure.");
            }
        }
        let line = step.clock.referenced.line();
        if let Some((message, fix)) = procedure::wrong_clock(&step.clock.value) {
            self.say(file, line, message, fix);
        }
        let line = step.condition.referenced.line();
        let condition = self.parse(file, line, &step.condition.value);
        for (message, fix) in procedure::wrong_facts(&condition) {
            self.say(file, line, message, fix);
        }
    }

    pub fn one_of(&mut self, file: &str, value: &Spanned<String>, what: &str, allowed: &[&str]) {
        if !allowed.contains(&value.value.as_str()) {
            let message = format!("there is no {what} “{}”", value.value);
            self.say(file, value.referenced.line(), message, format!("Use one of {}.", allowed.join(", ")));
        }
    }

    /// The template, where nothing is wrong with it.
    pub fn finish(mut self, template: Template) -> Result<Template, Vec<Problem>> {
        for wanted in std::mem::take(&mut self.wanted) {
            let known = self.defined.contains_key(&(wanted.noun, wanted.id.clone()))
                || (wanted.noun == "parameter" && AREA_KEYS.contains(&wanted.id.as_str()));
            if !known {
                let message = format!("there is no {} “{}”", wanted.noun, wanted.id);
                let home = match wanted.noun {
                    "gate" => "gates.yaml",
                    "guidance" => "guidance.yaml",
                    _ => "parameters.yaml",
                };
                self.say(&wanted.file, wanted.line, message, format!("Check its spelling, or define it in {home}."));
            }
        }
        self.published_names(&template);
        self.comparisons(&template);
        self.cycles(&template);
        self.problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        if self.problems.is_empty() { Ok(template) } else { Err(self.problems) }
    }
}
