//! A template, an area and a document in small, all made up, for the tests of this crate.

use time::{Date, macros::date};

use crate::{
    agency::{Register, tests::NORTHSHIRE},
    document::Document,
    import,
    lint::{self, Finding, Severity},
    template::{self, Problem, SourceFile, Template},
};

pub(crate) const TODAY: Date = date!(2026 - 11 - 24);

const FILES: [(&str, &str); 12] = [
    (
        "template.yaml",
        "name: Small model
review_months: 12
sections:
  - { id: aims, title: Aims, cues: [policy aims, aims] }
  - { id: filtering, title: Filtering, cues: [filtering, web filtering] }
  - { id: calls, title: Video calls, include_if: vc.enabled = true, cues: [video calls] }
  - { id: p1, title: Harassment, cues: [harassment] }
",
    ),
    (
        "parameters.yaml",
        "- { key: school.short_name, title: Everyday name, type: text }
- { key: role.head, title: Head, type: person, required: true, find: ['^Head\\t(?P<value>.+)$'] }
- { key: role.dsl_lead, title: Lead, type: person, required: true, find: ['^Lead\\t(?P<value>.+)$'] }
- { key: role.dsl_deputies, title: Deputies, type: people, find: ['^Deputies\\t(?P<value>.+)$'] }
- { key: role.governor_safeguarding, title: Governor, type: person, find: ['^Governor\\t(?P<value>.+)$'] }
- { key: doc.approved_on, title: Approved, type: date, find: ['^Approved\\t(?P<value>.+)$'] }
- { key: doc.next_review, title: Next review, type: date, find: ['^Review\\t(?P<value>.+)$'] }
- { key: filter.product, title: The filter, type: text, required: true, find: ['(?i)we use (?P<value>.+) to filter'] }
- { key: filter.blocklists, title: Lists, type: list, default: [IWF] }
- key: phone.rule
  title: Phone rule
  type: choice
  default: not_on_site
  allowed: [{ value: office_daily, cues: [handed in at the office] }, { value: not_on_site, cues: [stay at home] }]
- { key: vc.enabled, title: Video calls are used, type: boolean, default: false, allowed: [{ value: 'true', cues: [we call by video] }] }
",
    ),
    (
        "clauses/aims.md",
        "## aims.made
> requirements: R-001
> cues: written by; involving parents
{{school.short_name}} wrote this with parents.

## aims.risks
> requirements: R-004
> cues: kinds of risk
> statutory: yes
Risks are of four kinds.
",
    ),
    (
        "clauses/filtering.md",
        "## filtering.product
> requirements: R-126
> cues: we use; filter the internet
Our filter is {{filter.product}}.

## filtering.iwf
> requirements: R-129
> cues: watch list; blocked in full
> statutory: yes
It blocks {{filter.blocklists}}, as {{area.police}} advises.
",
    ),
    ("clauses/calls.md", "## calls.off\n> requirements: R-173\n> cues: switched off; idle\nCameras are off when idle.\n"),
    ("clauses/p1.md", "## p1.tell\n> requirements: R-273\n> cues: tell the lead\n> statutory: yes\nThe lead is told at once.\n"),
    (
        "procedures/p1.yaml",
        "procedure_id: P1
title: Harassment
cues: [harassment]
steps:
  - step_id: P1-01
    title: Tell the lead
    roles: [anyone]
    clock: { kind: at_once }
    condition: always
    records: [who, when]
    statutory: true
    requirements: [R-273]
  - step_id: P1-03
    title: Talk to police first
    roles: [dsl, deputy_dsl]
    clock: { kind: hours, amount: 4 }
    condition: offence = yes
    gates: [G-DANGER]
    opens: [G-HOLD]
    after: [P1-01]
    requirements: [R-275]
",
    ),
    (
        "gates.yaml",
        "- { gate_id: G-HOLD, title: Nothing leaves the school, opened_by: a talk with police or front door }
- { gate_id: G-DANGER, title: Danger is asked about first, opened_by: an answer }
",
    ),
    ("alert-rules.yaml", "- { rule_id: filter.illegal, watches: observation, theme: illegal, basis: list, severity: critical, route: dsl, locked: true }\n"),
    ("registers.yaml", "- { key: concerns, title: Concerns, kept_as: incident_cases.v1.Concern, requirements: [R-035] }\n"),
    ("guidance.yaml", "- { key: code, name: the national code, titles: [national code], editions: [{ edition: '2026', from: 2026-01-01 }, { edition: '2019', from: 2019-01-01 }] }\n"),
    ("report-lines.yaml", "- { key: cases_closed, title: Cases closed, definition: cases closed in the period }\n"),
];

/// The files of the small template, `lint.yaml` among them, with changes made.
pub(crate) fn files(changes: &[(&str, &str, &str)]) -> Vec<SourceFile> {
    let lint = ("lint.yaml", include_str!("testing/lint.yaml"));
    let all = FILES.iter().chain([&lint]);
    all.map(|(name, text)| {
        let mut text = (*text).to_owned();
        for (_, from, to) in changes.iter().filter(|(file, ..)| file == name) {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replacen(from, to, 1);
        }
        SourceFile { name: (*name).to_owned(), content: text.into_bytes() }
    })
    .collect()
}

pub(crate) fn problems(changes: &[(&str, &str, &str)]) -> Vec<Problem> {
    template::check(&files(changes))
}

pub(crate) fn template() -> Template {
    template::load(&files(&[])).unwrap_or_else(|problems| unreachable!("{problems:?}"))
}

pub(crate) fn area() -> Register {
    crate::agency::tests::register(NORTHSHIRE).unwrap_or_else(|problems| unreachable!("{problems:?}"))
}

/// What the linter finds in a text: class and line.
pub(crate) fn findings(text: &str) -> Vec<Finding> {
    let (document, template, register) = (Document::parse(text), template(), area());
    let import = import::read(&document, &template);
    let subject = lint::Subject {
        document: &document,
        parameters: &import.parameters,
        template: &template,
        school: None,
        register: Some(&register),
        today: TODAY,
    };
    lint::lint(subject)
}

/// How grave the findings of a class are, with the lines they stand on.
pub(crate) fn found(text: &str, rule: &str) -> Vec<(Severity, u32)> {
    findings(text).into_iter().filter(|f| f.rule == rule).map(|f| (f.severity, f.line)).collect()
}
