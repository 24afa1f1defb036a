//! FACT-CONFLICT: clauses that cannot both hold, by the template's data and by what the school says it does not have.

use super::{
    At, Findings, Severity, Subject, expression,
    sheet::{Sheet, Text},
};
use crate::{
    document::{Paragraph, plain},
    expression::compiled,
};

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    let body: Vec<(&Paragraph, &Text)> = sheet.body().collect();
    for rule in &subject.template.lint.contradictions {
        let (ones, others) = (sheet.ready.asked(&rule.one), sheet.ready.asked(&rule.other));
        let reconciled = rule.unless.as_ref().map(|words| sheet.ready.asked(words));
        let stands = |text: &Text| reconciled.as_ref().is_none_or(|words| !words.within(&text.held));
        for (other, text) in body.iter().filter(|(_, text)| others.within(&text.held) && stands(text)) {
            let near = |one: &Paragraph| !rule.same_section || one.heading == other.heading;
            let one = body.iter().find(|(one, said)| {
                one.line != other.line && near(one) && ones.within(&said.held) && stands(said) && said.said != text.said
            });
            if let Some((one, _)) = one {
                let message = format!("{} (line {})", rule.message, one.line);
                findings.add(&rule.rule, Severity::Warning, At::line(other.line), message, rule.fix.as_str());
            }
        }
    }
    unlisted(subject, sheet, findings);
    once(subject, &body, findings);
    denied(&body, findings);
    intervals(&body, findings);
    another_school(subject, findings);
}

/// The document speaks of another school than the one it is judged for: it was taken over, or the wrong file was sent.
fn another_school(subject: Subject<'_>, findings: &mut Findings) {
    // What many schools are called, which makes no two of them the same.
    const COMMON: &str = " school schools academy college primary secondary junior infant infants nursery high special \
                          community church of england ce rc catholic st saint and the for trust first middle ";
    let common = |word: &str| COMMON.contains(&format!(" {word} "));
    let own = |name: &str| -> Vec<String> {
        plain(name).split_whitespace().filter(|word| !common(word)).map(str::to_owned).collect()
    };
    let Some(school) = subject.school else { return };
    let record = own(school);
    let names =
        subject.parameters.iter().filter(|p| matches!(p.key.as_str(), "school.legal_name" | "school.short_name"));
    for parameter in names {
        let Some(name) = parameter.values.first() else { continue };
        let said = own(name);
        if !record.is_empty() && !said.is_empty() && !said.iter().any(|word| record.contains(word)) {
            let message = format!("the policy says that it is of “{name}”; the school is {school}");
            let fix = "Check that this is your school's own document, and put your school's name in the clauses that name the other.";
            findings.add("FACT-CONFLICT.school-name", Severity::Error, At::line(parameter.line), message, fix);
        }
    }
}

/// Something is used, and the list that the document itself gives does not have it.
fn unlisted(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    for rule in &subject.template.lint.unlisted {
        let list = subject.parameters.iter().find(|p| p.key == rule.parameter && p.line > 0);
        let Some(list) = list.filter(|list| list.values.len() > 1 && !list.values.contains(&rule.value)) else {
            continue;
        };
        let (said, unless) =
            (sheet.ready.asked(&rule.said), rule.unless.as_ref().map(|words| sheet.ready.asked(words)));
        let used = sheet.body().find(|(paragraph, text)| {
            paragraph.line != list.line
                && said.within(&text.held)
                && !unless.as_ref().is_some_and(|words| words.within(&text.held))
        });
        if let Some((paragraph, _)) = used {
            let message = format!("{} (line {})", rule.message, list.line);
            findings.add(&rule.rule, Severity::Warning, At::line(paragraph.line), message, rule.fix.as_str());
        }
    }
}

/// One parameter with two values: “provided by Brook” here and “our provider, Weir” there.
fn once(subject: Subject<'_>, body: &[(&Paragraph, &Text)], findings: &mut Findings) {
    for rule in &subject.template.lint.once {
        let Some(definition) = subject.template.parameter(&rule.parameter) else { continue };
        let shapes: Vec<_> = definition.find.iter().filter_map(|find| compiled(find)).collect();
        let mut first: Option<(String, u32)> = None;
        for (paragraph, _) in body {
            let values = shapes.iter().filter_map(|shape| shape.captures(&paragraph.text)?.name("value"));
            for value in values.filter(|value| value.as_str().starts_with(char::is_uppercase)) {
                let known = plain(value.as_str());
                match &first {
                    // “Brook” and “Brook Broadband” are one and the same.
                    Some((other, line)) if !known.starts_with(other.as_str()) && !other.starts_with(&known) => {
                        let message = format!("{} than on line {line}", rule.message);
                        let at = At::words(subject, paragraph, value.as_str());
                        findings.add(&rule.rule, Severity::Warning, at, message, rule.fix.as_str());
                    }
                    Some(_) => {}
                    None => first = Some((known, paragraph.line)),
                }
            }
        }
    }
}

/// “We do not have cameras” beside “cameras are locked away”, in two sections: in one it is a section kept by mistake.
fn denied(body: &[(&Paragraph, &Text)], findings: &mut Findings) {
    let denies = expression!(
        r"(?i)\b(?:(?:we|the school|our school) (?:do(?:es)? not|don['’]t|never) (?:use|have|own|issue|provide) (?:any )?|there are no )([a-z][a-z -]{3,30}?)(?: here| at school| in school| on site)?(?:[.,;]|$)"
    );
    let asserts = expression!(r"(?i)\b(?:are|is|will be|must be|we use|we have|we issue)\b");
    let negates = expression!(r"(?i)\b(?:not|no|never|without|don['’]t)\b");
    let (Some(denies), Some(asserts), Some(negates)) = (denies, asserts, negates) else { return };
    for (paragraph, _) in body {
        let Some(thing) = denies.captures(&paragraph.text).and_then(|found| found.get(1)) else { continue };
        let thing = format!(" {} ", plain(thing.as_str()));
        if thing.split_whitespace().any(|word| matches!(word, "it" | "them" | "this" | "these" | "so")) {
            continue;
        }
        let other = body.iter().find(|(other, said)| {
            other.heading != paragraph.heading
                && said.said.contains(&thing)
                && asserts.is_match(&other.text)
                && !negates.is_match(&other.text)
        });
        if let Some((other, _)) = other {
            let message =
                format!("{} are spoken of, and line {} says that there are none", thing.trim(), paragraph.line);
            let fix = "Keep the clause that is true, and take the other out.";
            findings.add("FACT-CONFLICT", Severity::Warning, At::line(other.line), message, fix);
        }
    }
}

/// Two intervals for the review of the policy itself.
fn intervals(body: &[(&Paragraph, &Text)], findings: &mut Findings) {
    let review = expression!(
        r"(?i)\b(?:review|revis)\w*\b[^.;]{0,25}\b(?:this|the|our online safety) polic(?:y|ies)\b|\b(?:this|the) policy (?:is|will be) reviewed\b"
    );
    let every = expression!(
        r"(?i)\b(annual|yearly|every year|each year|every 12 months|every (?:two|three|2|3) years|termly|every term)"
    );
    let (Some(review), Some(every)) = (review, every) else { return };
    let mut first: Option<(u32, u32)> = None;
    for (paragraph, _) in body.iter().filter(|(p, _)| review.is_match(&p.text)) {
        let Some(found) = every.find(&paragraph.text) else { continue };
        let months = match plain(found.as_str()).as_str() {
            "termly" | "every term" => 4,
            "every two years" | "every 2 years" => 24,
            "every three years" | "every 3 years" => 36,
            _ => 12,
        };
        match first {
            Some((line, known)) if known != months => {
                let message = format!("the policy is reviewed at another interval than line {line} says");
                findings.add(
                    "FACT-CONFLICT.interval",
                    Severity::Warning,
                    At::line(paragraph.line),
                    message,
                    "State one interval, twelve months at most.",
                );
            }
            Some(_) => {}
            None => first = Some((paragraph.line, months)),
        }
    }
}
