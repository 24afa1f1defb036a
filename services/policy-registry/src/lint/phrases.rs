//! GUIDANCE-OLD, GUIDANCE-EDITION, AGENCY-NAME, SUPERSEDED-RULE, FREQ-WEAK, RISK-MODEL: phrases the template's data names.

use super::{At, Findings, Severity, Subject, contacts::find_word, data::Phrase, expression};
use crate::document::{Paragraph, plain};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let data = &subject.template.lint;
    for (_, paragraph) in subject.document.body() {
        for (rule, phrases) in [
            ("GUIDANCE-OLD", &data.superseded),
            ("AGENCY-NAME", &data.renamed),
            ("SUPERSEDED-RULE", &data.rules),
            ("TEMPLATE-INSTR", &data.leftovers),
        ] {
            for phrase in phrases {
                said(subject, paragraph, rule, phrase, findings);
            }
        }
        for phrase in &data.editions {
            edition(subject, paragraph, phrase, findings);
        }
        frequency(subject, paragraph, findings);
    }
    for (_, heading) in subject.document.headings() {
        for phrase in &data.leftovers {
            said(subject, heading, "TEMPLATE-INSTR", phrase, findings);
        }
        for phrase in &data.superseded {
            said(subject, heading, "GUIDANCE-OLD", phrase, findings);
        }
    }
    risks(subject, findings);
}

fn said(subject: Subject<'_>, paragraph: &Paragraph, rule: &str, phrase: &Phrase, findings: &mut Findings) {
    let excused = {
        let text = plain(&paragraph.text);
        phrase.unless.iter().any(|excuse| text.contains(&plain(excuse)))
    };
    if excused {
        return;
    }
    let mut told: Vec<(&str, u32)> = Vec::new();
    for words in &phrase.phrases {
        let Some(at) = place(subject, paragraph, words) else { continue };
        let rule = if rule == "AGENCY-NAME" && in_address(subject, at) { "DEAD-LINK" } else { rule };
        if told.contains(&(rule, at.line)) {
            continue;
        }
        told.push((rule, at.line));
        let message =
            if phrase.message.is_empty() { format!("“{words}” is out of date") } else { phrase.message.clone() };
        let fix = if phrase.fix.is_empty() { "Take it out or put what holds now." } else { &phrase.fix };
        findings.add(rule, phrase.severity, at, message, fix);
    }
}

/// Where in the lines of a paragraph a phrase stands, whatever apostrophes and marks are between its words.
fn place(subject: Subject<'_>, paragraph: &Paragraph, words: &str) -> Option<At> {
    let straight = |text: &str| text.to_lowercase().replace(['’', '‘'], "'");
    let words = straight(words);
    for line in paragraph.line..=paragraph.end_line {
        let text = subject.document.lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        if let Some(at) = find_word(&straight(text), &words) {
            return Some(At::byte(line, &straight(text), at));
        }
    }
    let inside = format!(" {} ", plain(&paragraph.text)).contains(&format!(" {} ", plain(&words)));
    inside.then(|| At::line(paragraph.line))
}

/// Whether the word at a place is part of an address.
fn in_address(subject: Subject<'_>, at: At) -> bool {
    let index = |number: u32| usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    let Some(line) = subject.document.lines.get(index(at.line)) else { return false };
    let before: String = line.chars().take(index(at.column)).collect();
    let after: String = line.chars().skip(index(at.column)).take_while(|c| !c.is_whitespace()).collect();
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_owned() + &after;
    word.contains("://") || word.contains("www.") || after.contains(".co.uk") || after.contains(".org.uk")
}

/// Guidance named without its year.
fn edition(subject: Subject<'_>, paragraph: &Paragraph, phrase: &Phrase, findings: &mut Findings) {
    let dated = expression!(r"\b20\d\d\b").is_some_and(|year| year.is_match(&paragraph.text));
    if dated {
        return;
    }
    for words in &phrase.phrases {
        if let Some(at) = place(subject, paragraph, words).filter(|at| is_title(subject, *at)) {
            let message = format!("{words} is cited without its edition");
            let fix = if phrase.fix.is_empty() { "Add the year of the edition in force." } else { &phrase.fix };
            findings.add("GUIDANCE-EDITION", phrase.severity, at, message, fix);
            return;
        }
    }
}

/// Whether the words at a place are written as a title: with a capital, or in quotation marks or a link.
pub(super) fn is_title(subject: Subject<'_>, at: At) -> bool {
    let index = |number: u32| usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    let Some(line) = subject.document.lines.get(index(at.line)) else { return false };
    let column = index(at.column);
    let capital = line.chars().nth(column).is_some_and(char::is_uppercase);
    let mark = column.checked_sub(1).and_then(|before| line.chars().nth(before));
    capital || mark.is_some_and(|mark| "'\"‘“[".contains(mark))
}

/// A duty without an interval.
fn frequency(subject: Subject<'_>, paragraph: &Paragraph, findings: &mut Findings) {
    let duty = expression!(r"(?i)\b(check|test|review|meet|report|train|audit|monitor|evaluat|updat)[a-z]*\b");
    let interval = expression!(
        r"(?i)\b(daily|weekly|monthly|termly|yearly|annual(ly)?|year|term|month|week|day|immediately|at least|\d+)\b"
    );
    let matches = |shape: Option<&regex::Regex>| shape.is_some_and(|shape| shape.is_match(&paragraph.text));
    if !matches(duty) || matches(interval) {
        return;
    }
    for words in &subject.template.lint.weak_frequencies {
        if let Some(at) = place(subject, paragraph, words) {
            let message = format!("“{words}” does not say how often");
            findings.add("FREQ-WEAK", Severity::Info, at, message, "Say how often, such as every term.");
            return;
        }
    }
}

/// Kinds of risk listed without the newest.
fn risks(subject: Subject<'_>, findings: &mut Findings) {
    let texts: Vec<(u32, String)> = subject.document.body().map(|(_, p)| (p.line, plain(&p.text))).collect();
    if texts.iter().any(|(_, text)| text.split(' ').any(|word| word == "commerce")) {
        return;
    }
    let lists = |text: &str| ["content", "contact", "conduct"].iter().all(|c| text.split(' ').any(|word| word == *c));
    let starts = |text: &str, word: &str| text.starts_with(&format!("{word} "));
    let listed = texts.iter().filter(|(_, text)| lists(text));
    let three = texts.windows(3).filter_map(|three| {
        let all = three.iter().zip(["content", "contact", "conduct"]).all(|((_, text), word)| starts(text, word));
        three.first().filter(|_| all)
    });
    for (line, _) in listed.chain(three) {
        let fix = "List content, contact, conduct and commerce.";
        findings.add(
            "RISK-MODEL",
            Severity::Warning,
            At::line(*line),
            "commerce is missing from the kinds of risk",
            fix,
        );
    }
}
