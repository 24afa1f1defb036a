//! From files to a template, or to everything that is wrong with them.

use std::collections::HashMap;

use super::{
    Allowed, Definition, Problem, Reading, Section, SourceFile, Template,
    check::Checker,
    clauses,
    condition::Condition,
    procedure::{AlertRule, Gate, Named, Procedure, Step, TIERS},
    raw,
};
use crate::lint::Data;

/// Reads a template's files.
///
/// # Errors
/// Every problem found, each with file, line and fix.
pub fn load(files: &[SourceFile]) -> Result<Template, Vec<Problem>> {
    let mut checker = Checker::default();
    let reader = Reader { files };
    let header: Option<raw::Template> = reader.one("template.yaml", &mut checker.problems);
    let (name, review_months, raw_sections) = match header {
        Some(raw) => (raw.name, raw.review_months, raw.sections),
        None => (String::new(), 0, Vec::new()),
    };
    let definitions: Vec<raw::Definition> = reader.list("parameters.yaml", &mut checker.problems);
    let parameters: Vec<Definition> = definitions.into_iter().map(|raw| definition(raw, &mut checker)).collect();
    let guidance = super::guidance::register(reader.list("guidance.yaml", &mut checker.problems), &mut checker);
    let mut sections = Vec::new();
    for raw in raw_sections {
        sections.push(section(raw, &reader, &mut checker));
    }
    reader.strangers(&sections, &mut checker.problems);
    let gates: Vec<raw::Gate> = reader.list("gates.yaml", &mut checker.problems);
    let gates: Vec<Gate> = gates
        .into_iter()
        .map(|raw| {
            checker.define("gate", "gates.yaml", &raw.gate_id);
            let (guards, requirements) = (raw.guards, raw.requirements);
            Gate { id: raw.gate_id.value, title: raw.title, opened_by: raw.opened_by, guards, requirements }
        })
        .collect();
    let mut procedures = Vec::new();
    for file in files.iter().filter(|f| f.name.starts_with("procedures/")) {
        match raw::read::<raw::Procedure>(file) {
            Ok(raw) => procedures.push(procedure(raw, &file.name, &mut checker)),
            Err(problem) => checker.problems.push(problem),
        }
    }
    // P2 before P10.
    procedures.sort_by(|a, b| (a.id.len(), &a.id).cmp(&(b.id.len(), &b.id)));
    let alert_rules: Vec<raw::AlertRule> = reader.list("alert-rules.yaml", &mut checker.problems);
    let alert_rules = alert_rules.into_iter().map(|raw| alert_rule(raw, &mut checker)).collect();
    let registers = reader.list("registers.yaml", &mut checker.problems);
    let registers = super::registers::definitions(registers, &parameters, &mut checker);
    let report_lines = named("report-lines.yaml", "report line", &reader, &mut checker);
    let agency_routes = super::routes::read(reader.find(super::routes::FILE), &mut checker);
    let mut lint: Data = reader.one("lint.yaml", &mut checker.problems).unwrap_or_default();
    super::guidance::linter(&mut lint, guidance, reader.find("lint.yaml"), &mut checker);
    let template = Template {
        name,
        review_months,
        sections,
        parameters,
        procedures,
        gates,
        alert_rules,
        registers,
        report_lines,
        agency_routes,
        lint,
    };
    checker.finish(template)
}

struct Reader<'a> {
    files: &'a [SourceFile],
}

impl Reader<'_> {
    fn find(&self, name: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.name == name)
    }

    fn one<T: serde::de::DeserializeOwned>(&self, name: &str, problems: &mut Vec<Problem>) -> Option<T> {
        let Some(file) = self.find(name) else {
            problems.push(Problem {
                file: name.to_owned(),
                line: 0,
                message: "the file is not there".into(),
                fix: "Add it: the shipped model has one to start from.".into(),
            });
            return None;
        };
        raw::read(file).map_err(|problem| problems.push(problem)).ok()
    }

    fn list<T: serde::de::DeserializeOwned>(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<T> {
        self.one::<Vec<T>>(name, problems).unwrap_or_default()
    }

    /// Files that belong to nothing.
    fn strangers(&self, sections: &[Section], problems: &mut Vec<Problem>) {
        const KNOWN: [&str; 9] = [
            super::routes::FILE,
            "template.yaml",
            "parameters.yaml",
            "gates.yaml",
            "alert-rules.yaml",
            "registers.yaml",
            "report-lines.yaml",
            "lint.yaml",
            "guidance.yaml",
        ];
        for file in self.files {
            let clauses = file.name.strip_prefix("clauses/").and_then(|n| n.strip_suffix(".md"));
            let known = KNOWN.contains(&file.name.as_str())
                || (file.name.starts_with("procedures/") && file.name.ends_with(".yaml"))
                || clauses.is_some_and(|id| sections.iter().any(|s| s.id == id));
            if !known {
                let (message, fix) = match clauses {
                    Some(id) => (
                        format!("there is no section “{id}”"),
                        "Name the file after a section of template.yaml, or add the section there.".to_owned(),
                    ),
                    None => ("a template has no such file".to_owned(), "Take it away or rename it.".to_owned()),
                };
                problems.push(Problem { file: file.name.clone(), line: 0, message, fix });
            }
        }
    }
}

fn definition(raw: raw::Definition, checker: &mut Checker) -> Definition {
    let file = "parameters.yaml";
    checker.define("parameter", file, &raw.key);
    for pattern in &raw.find {
        checker.pattern(file, pattern);
    }
    let include_if = match &raw.include_if {
        Some(text) => {
            let condition = checker.parse(file, text.referenced.line(), &text.value);
            checker.include(file, text.referenced.line(), &condition);
            condition
        }
        None => Condition::Always,
    };
    let unlike = match raw.unlike {
        Some(other) => {
            checker.want("parameter", file, other.referenced.line(), &other.value);
            other.value
        }
        None => String::new(),
    };
    let definition = Definition {
        key: raw.key.value,
        title: raw.title,
        kind: raw.kind,
        allowed: raw
            .allowed
            .into_iter()
            .map(|allowed| match allowed {
                raw::Allowed::Bare(value) => Allowed { value, cues: Vec::new(), anywhere: Vec::new() },
                raw::Allowed::Cued(cued) => Allowed { value: cued.value, cues: cued.cues, anywhere: cued.anywhere },
            })
            .collect(),
        default: raw.default.map(raw::Values::list).unwrap_or_default(),
        required: raw.required,
        find: raw.find.into_iter().map(|pattern| pattern.value).collect(),
        requirements: raw.requirements,
        set_by: raw.set_by,
        include_if,
        role: raw.role,
        reading: Reading { unlike, prevails: raw.prevails },
    };
    checker.definition(file, raw.key.referenced.line(), &definition);
    definition
}

fn section(raw: raw::Section, reader: &Reader<'_>, checker: &mut Checker) -> Section {
    let file = "template.yaml";
    checker.define("section", file, &raw.id);
    let include_if = match &raw.include_if {
        Some(text) => {
            let condition = checker.parse(file, text.referenced.line(), &text.value);
            checker.include(file, text.referenced.line(), &condition);
            condition
        }
        None => Condition::Always,
    };
    let name = format!("clauses/{}.md", raw.id.value);
    let clauses = match reader.find(&name) {
        Some(source) => {
            let text = String::from_utf8_lossy(&source.content);
            let placed = clauses::read(&name, &text, &mut checker.problems);
            placed.into_iter().map(|placed| checker.clause(&name, &raw.id.value, placed)).collect()
        }
        None => {
            checker.say(
                file,
                raw.id.referenced.line(),
                format!("section “{}” has no clauses", raw.id.value),
                format!("Add {name}."),
            );
            Vec::new()
        }
    };
    Section { id: raw.id.value, title: raw.title, include_if, cues: raw.cues, clauses }
}

fn procedure(raw: raw::Procedure, file: &str, checker: &mut Checker) -> Procedure {
    checker.define("procedure", file, &raw.procedure_id);
    let mut lines = HashMap::new();
    for step in &raw.steps {
        checker.define("step", file, &step.step_id);
        checker.step(file, &raw.procedure_id.value, step, &lines);
        lines.insert(step.step_id.value.clone(), step.step_id.referenced.line());
    }
    let plain = |spanned: Vec<serde_saphyr::Spanned<String>>| spanned.into_iter().map(|s| s.value).collect::<Vec<_>>();
    let steps = raw
        .steps
        .into_iter()
        .map(|step| Step {
            condition: Condition::parse(&step.condition.value).unwrap_or_default(),
            id: step.step_id.value,
            title: step.title,
            roles: plain(step.roles),
            clock: step.clock.value,
            gates: plain(step.gates),
            opens: plain(step.opens),
            prohibitions: step.prohibitions,
            records: step.records,
            statutory: step.statutory,
            after: plain(step.after),
            requirements: step.requirements,
        })
        .collect();
    Procedure { id: raw.procedure_id.value, title: raw.title, cues: raw.cues, steps }
}

fn alert_rule(raw: raw::AlertRule, checker: &mut Checker) -> AlertRule {
    let file = "alert-rules.yaml";
    checker.define("alert rule", file, &raw.rule_id);
    checker.one_of(file, &raw.watches, "watches", &["observation", "review", "feed", "concern", "custody"]);
    checker.one_of(file, &raw.severity, "severity", &["low", "medium", "high", "critical"]);
    checker.one_of(file, &raw.route, "route", &["dsl", "it", "head"]);
    for tier in &raw.tiers {
        checker.one_of(file, tier, "tiers", &TIERS);
    }
    for code in &raw.finds {
        checker.want("register rule", file, code.referenced.line(), &code.value);
    }
    AlertRule {
        id: raw.rule_id.value,
        watches: raw.watches.value,
        theme: raw.theme,
        basis: raw.basis,
        severity: raw.severity.value,
        route: raw.route.value,
        locked: raw.locked,
        threshold: raw.threshold.max(1),
        requirements: raw.requirements,
        tiers: raw.tiers.into_iter().map(|tier| tier.value).collect(),
        days: raw.days,
        finds: raw.finds.into_iter().map(|code| code.value).collect(),
        clauses: Vec::new(),
    }
}

fn named(file: &str, noun: &'static str, reader: &Reader<'_>, checker: &mut Checker) -> Vec<Named> {
    let raws: Vec<raw::Named> = reader.list(file, &mut checker.problems);
    raws.into_iter()
        .map(|raw| {
            checker.define(noun, file, &raw.key);
            Named { key: raw.key.value, title: raw.title, definition: raw.definition, requirements: raw.requirements }
        })
        .collect()
}
