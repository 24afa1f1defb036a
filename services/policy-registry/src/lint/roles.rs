//! ROLE-MULTI, ROLE-CONFLICT, NAME-FOR-ROLE: who holds what. No finding repeats a name.

use super::{At, Findings, Severity, Subject, expression};
use crate::document::{Kind, plain};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    leads(subject, findings);
    conflicts(subject, findings);
    names(subject, findings);
}

/// More than one designated safeguarding lead on the front page.
fn leads(subject: Subject<'_>, findings: &mut Findings) {
    let Some(shape) = expression!(r"(?i)^(?:the )?(?:designated )?(?:safeguarding leads?|DSLs?)\b[^:\t]*[:\t]\s*(.*)$")
    else {
        return;
    };
    let front: Vec<_> = subject.document.paragraphs.iter().filter(|p| p.kind == Kind::Front).collect();
    for paragraph in &front {
        let raw = subject.document.lines.get(usize::try_from(paragraph.line).unwrap_or_default().wrapping_sub(1));
        let Some(found) = raw.and_then(|raw| shape.captures(raw.trim())).and_then(|found| found.get(1)) else {
            continue;
        };
        let names = found.as_str().split([',', ';']).filter(|name| !name.trim().is_empty()).count();
        if names > 1 {
            let message = format!("{names} or more people are named as the lead");
            let fix = "Name one lead, and list the others as deputies.";
            findings.add("ROLE-MULTI", Severity::Warning, At::line(paragraph.line), message, fix);
        }
    }
}

/// A name without what is said in brackets behind it.
fn person(name: &str) -> String {
    plain(name.split('(').next().unwrap_or(name))
}

fn conflicts(subject: Subject<'_>, findings: &mut Findings) {
    let holder = |key: &str| subject.value(key).map(person).filter(|name| !name.is_empty());
    let Some(lead) = holder("role.dsl_lead") else { return };
    let at = At::line(subject.line("role.dsl_lead"));
    if holder("role.head").is_some_and(|head| head == lead) {
        let alone = subject.value("role.dsl_deputies").is_none();
        let severity = if alone { Severity::Error } else { Severity::Warning };
        let message = if alone { "the head is the lead and there is no deputy" } else { "the head is the lead" };
        let fix = "Name a deputy, and the chair of governors as the way round the head.";
        findings.add("ROLE-CONFLICT", severity, at, message, fix);
    }
    let deputies = subject.parameters.iter().filter(|p| p.key == "role.dsl_deputies").flat_map(|p| &p.values);
    if holder("role.head").is_some_and(|head| deputies.map(|name| person(name)).any(|deputy| deputy == head)) {
        let fix = "Name the chair of governors as the way round the head.";
        let at = At::line(subject.line("role.dsl_deputies"));
        findings.add("ROLE-CONFLICT", Severity::Warning, at, "the head is one of the deputies", fix);
    }
    // A specialist who advises the head and is the head advises nobody.
    let held = |key: &str| {
        holder(key).is_some_and(|name| {
            matches!(name.as_str(), "head" | "headteacher" | "head teacher" | "principal")
                || holder("role.head").is_some_and(|head| head == name)
        })
    };
    if held("role.senco") || held("role.looked_after_teacher") {
        let key = if held("role.senco") { "role.senco" } else { "role.looked_after_teacher" };
        let (message, fix) = (
            "the head also holds a post that advises the head",
            "Name another member of staff, or say who checks that work.",
        );
        findings.add("ROLE-CONFLICT.specialist", Severity::Info, At::line(subject.line(key)), message, fix);
    }
    for key in ["role.chair", "role.link_governor", "role.governor_safeguarding"] {
        if holder(key).is_some_and(|governor| governor == lead) {
            let message = "a governor is named as the lead";
            findings.add("ROLE-CONFLICT", Severity::Error, at, message, "Name a senior member of staff as the lead.");
        }
    }
}

/// People's names in the text of the policy, where a role would outlast them.
fn names(subject: Subject<'_>, findings: &mut Findings) {
    const ROLE_BEFORE: usize = 60;
    let role =
        expression!(r"(?i)(?:lead\)?|dsl\)?|deputy|head(?: ?teacher)?|governor|chair|senco|principal)[\s:,(–-]*$");
    let held = subject.parameters.iter().filter(|p| p.key.starts_with("role."));
    let people: Vec<String> = held
        .flat_map(|p| &p.values)
        .map(|name| name.split('(').next().unwrap_or(name).trim().to_owned())
        .filter(|name| name.split(' ').count() == 2 && name.split(' ').all(|w| w.starts_with(char::is_uppercase)))
        .collect();
    for (_, paragraph) in subject.document.body() {
        for name in &people {
            let Some(at) = paragraph.text.find(name.as_str()) else { continue };
            let before = &paragraph.text[..at];
            let start = before.char_indices().rev().nth(ROLE_BEFORE).map_or(0, |(start, _)| start);
            let after = paragraph.text.get(at + name.len()..).unwrap_or_default();
            let named = expression!(
                r"(?i)^,? (?:as |is )?(?:the |our |as |acting |deputy )*(?:dsl|designated|senco|head|chair|lead|deputy|governor|principal|online safety|network manager|safeguarding)"
            );
            // Whoever wrote the policy is credited by name.
            let author = expression!(r"^(?: (?:has|have))? (?:adapted|wrote|written|drafted|compiled)\b");
            if author.is_some_and(|author| author.is_match(after)) {
                continue;
            }
            let beside = role.is_some_and(|role| role.is_match(&before[start..]))
                || named.is_some_and(|role| role.is_match(after));
            let line = At::words(subject, paragraph, name);
            let fix = "Write the role: the name is on the front page.";
            if beside {
                findings.add("NAME-FOR-ROLE.beside", Severity::Info, line, "a person is named beside the role", fix);
            } else {
                findings.add("NAME-FOR-ROLE", Severity::Warning, line, "a person is named where a role belongs", fix);
            }
        }
        let held = people.iter().any(|name| paragraph.text.contains(name.as_str()));
        let unknown = (!held).then(|| stranger(&paragraph.text, &subject.template.lint.first_names)).flatten();
        if let Some(name) = unknown {
            let fix = "Write the role or the organisation: people change.";
            let line = At::words(subject, paragraph, name);
            findings.add("NAME-FOR-ROLE", Severity::Warning, line, "a person is named where a role belongs", fix);
        }
    }
}

/// The person whom a text names and the front page does not: by title, or by a first name and another name.
fn stranger<'a>(text: &'a str, first_names: &[String]) -> Option<&'a str> {
    let titled = expression!(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.? [A-Z][a-z]+")?;
    let named = expression!(
        r"\b([A-Z][a-z]+) (?:Mc|Mac|O['’])?[A-Z][a-z]+\b(?: (Trust|Foundation|School|Centre|Center|Academy|College|Hospital|House|Street|Road))?"
    )?;
    titled.find(text).map(|found| found.as_str()).or_else(|| {
        named.captures_iter(text).find_map(|found| {
            let first = found.get(1)?.as_str().to_lowercase();
            (found.get(2).is_none() && first_names.contains(&first))
                .then(|| found.get(0).map_or("", |name| name.as_str()))
        })
    })
}
