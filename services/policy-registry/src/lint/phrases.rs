//! GUIDANCE-OLD, GUIDANCE-EDITION, AGENCY-NAME, SUPERSEDED-RULE, FREQ-WEAK, RISK-MODEL: phrases the template's data names.

use super::{
    At, Findings, Severity, Subject,
    data::Phrase,
    expression,
    prepared::{List, Owner},
    sheet::{Sheet, Spot, Text},
    words::spaced,
};
use crate::document::{Kind, Paragraph};

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    for (paragraph, text) in sheet.body() {
        for list in [List::Superseded, List::Renamed, List::Rules, List::Leftovers] {
            said(subject, text, list, findings);
        }
        edition(subject, paragraph, text, findings);
        frequency(subject, paragraph, text, findings);
    }
    for (paragraph, text) in sheet.all() {
        match paragraph.kind {
            Kind::Heading { .. } => {
                said(subject, text, List::Leftovers, findings);
                said(subject, text, List::Superseded, findings);
            }
            Kind::Front | Kind::Contents => said(subject, text, List::Leftovers, findings),
            _ => {}
        }
    }
    risks(sheet, findings);
}

/// The class of what stands in a list.
fn rule(list: List) -> &'static str {
    match list {
        List::Superseded => "GUIDANCE-OLD",
        List::Renamed => "AGENCY-NAME",
        List::Rules => "SUPERSEDED-RULE",
        List::Leftovers => "TEMPLATE-INSTR",
        List::Editions => "GUIDANCE-EDITION",
    }
}

fn said(subject: Subject<'_>, text: &Text, list: List, findings: &mut Findings) {
    let entries = list.of(&subject.template.lint);
    let excused = |entry: usize| text.spots.iter().any(|spot| spot.owner == Owner::Excuse(list, entry));
    let mut told: Vec<(usize, &str, u32)> = Vec::new();
    let mut spots: Vec<_> = text
        .spots
        .iter()
        .filter_map(|spot| match spot.owner {
            Owner::Phrase(of, entry, words) if of == list => Some((entry, words, spot)),
            _ => None,
        })
        .collect();
    spots.sort_unstable_by_key(|(entry, words, spot)| (*entry, *words, spot.at.line));
    let all = spots.clone();
    for (entry, words, spot) in spots {
        let at = spot.at;
        let Some(phrase) = entries.get(entry).filter(|_| !excused(entry) && !findings.covers(at)) else { continue };
        // A word of a longer phrase: that one says more.
        let longer = |other: &Spot| {
            let place = |at: At| (at.line, at.column);
            place(other.at) <= place(at)
                && place(spot.end) <= place(other.end)
                && place(other.end) > place(other.at)
                && (place(other.at), place(other.end)) != (place(at), place(spot.end))
        };
        if all.iter().any(|(of, _, other)| *of != entry && !excused(*of) && longer(other)) {
            continue;
        }
        let rule = if list == List::Renamed && in_address(subject, at) { "DEAD-LINK" } else { rule(list) };
        if told.contains(&(entry, rule, at.line)) {
            continue;
        }
        told.push((entry, rule, at.line));
        let words = phrase.phrases.get(words).map(String::as_str).unwrap_or_default();
        let message =
            if phrase.message.is_empty() { format!("“{words}” is out of date") } else { phrase.message.clone() };
        let fix = if phrase.fix.is_empty() { "Take it out or put what holds now." } else { &phrase.fix };
        findings.add(rule, phrase.severity, at, message, fix);
    }
}

/// Whether the word at a place is part of an address.
pub(super) fn in_address(subject: Subject<'_>, at: At) -> bool {
    let index = |number: u32| usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    let Some(line) = subject.document.lines.get(index(at.line)) else { return false };
    let before: String = line.chars().take(index(at.column)).collect();
    let after: String = line.chars().skip(index(at.column)).take_while(|c| !c.is_whitespace()).collect();
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_owned() + &after;
    word.contains("://")
        || word.contains("www.")
        || after.contains(".co.uk")
        || after.contains(".org.uk")
        || word.contains(".gov.uk")
}

/// Guidance named without its year.
fn edition(subject: Subject<'_>, paragraph: &Paragraph, text: &Text, findings: &mut Findings) {
    let dated = expression!(r"\b20\d\d\b").is_some_and(|year| year.is_match(&paragraph.text));
    if dated {
        return;
    }
    let entries = &subject.template.lint.editions;
    let mut told: Vec<usize> = Vec::new();
    for spot in &text.spots {
        let Owner::Phrase(List::Editions, entry, words) = spot.owner else { continue };
        let Some(phrase) = entries.get(entry).filter(|_| !told.contains(&entry)) else { continue };
        if is_title(subject, spot.at) {
            told.push(entry);
            let words = phrase.phrases.get(words).map(String::as_str).unwrap_or_default();
            let message = format!("{words} is cited without its edition");
            findings.add("GUIDANCE-EDITION", phrase.severity, spot.at, message, fix_of(phrase));
        }
    }
}

fn fix_of(phrase: &Phrase) -> &str {
    if phrase.fix.is_empty() { "Add the year of the edition in force." } else { &phrase.fix }
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

/// A duty without an interval, sentence by sentence: another one of the paragraph may say how often something else is
/// done.
fn frequency(subject: Subject<'_>, paragraph: &Paragraph, text: &Text, findings: &mut Findings) {
    let weak = text.spots.iter().filter_map(|spot| match spot.owner {
        Owner::Weak(place) => Some((spot.at, subject.template.lint.weak_frequencies.get(place)?)),
        _ => None,
    });
    let duty = expression!(
        r"(?i)\b(?:(?:check|test|review|meet|report|train|audit|monitor|evaluat|updat|inspect|scan|examin|discuss|tell|told|brief)[a-z]*|look(?:s|ed|ing)?(?: \w+)? (?:at|into|through|over)|go(?:es|ne|ing)?(?: \w+)? (?:over|through))\b"
    );
    let interval = expression!(
        r"(?i)\b(daily|weekly|monthly|termly|yearly|annual(ly)?|year|term|month|week|day|immediately|at least|\d+)\b"
    );
    let matches = |shape: Option<&regex::Regex>, said: &str| shape.is_some_and(|shape| shape.is_match(said));
    let mut weak: Vec<_> = weak.collect();
    weak.sort_by_key(|(at, _)| (at.line, at.column));
    let sentences: Vec<&str> = paragraph.text.split_inclusive(['.', ';', '!', '?']).collect();
    let open = |words: &str| {
        let said = |sentence: &&&str| spaced(sentence).contains(&spaced(words));
        let whole = paragraph.text.as_str();
        let sentence = sentences.iter().find(said).copied().unwrap_or(whole);
        matches(duty, sentence) && !matches(interval, sentence)
    };
    let Some((at, words)) = weak.into_iter().find(|(_, words)| open(words)) else { return };
    let message = format!("“{words}” does not say how often");
    findings.add("FREQ-WEAK", Severity::Info, at, message, "Say how often, such as every term.");
}

/// Kinds of risk listed without the newest.
fn risks(sheet: &Sheet<'_>, findings: &mut Findings) {
    let texts: Vec<(u32, &str)> = sheet.body().map(|(p, text)| (p.line, text.said.as_str())).collect();
    let said = |text: &str, kind: &str| text.contains(kind);
    let lists = |text: &str| {
        [" content ", " contact ", " conduct "].iter().all(|kind| said(text, kind)) && !said(text, " commerce ")
    };
    let mut at: Vec<u32> = texts.iter().filter(|(_, text)| lists(text)).map(|(line, _)| *line).collect();
    let counted = expression!(
        r" three (?:areas|categories|headings|kinds|types|strands|groups) of (?:online |internet )?risks? "
    );
    let counts = |text: &str| counted.is_some_and(|shape| shape.is_match(text));
    at.extend(texts.iter().filter(|(_, text)| counts(text) && !said(text, " commerce ")).map(|(line, _)| *line));
    for (place, three) in texts.windows(3).enumerate() {
        let all =
            three.iter().zip([" content ", " contact ", " conduct "]).all(|((_, text), kind)| text.starts_with(kind));
        let fourth = texts.get(place + 3).is_some_and(|(_, text)| text.starts_with(" commerce "));
        // The line that leads into the list says so for all of it.
        let led = place.checked_sub(1).and_then(|lead| texts.get(lead)).is_some_and(|(line, _)| at.contains(line));
        if all && !fourth && !led {
            at.extend(three.first().map(|(line, _)| *line));
        }
    }
    for line in at {
        let fix = "List content, contact, conduct and commerce.";
        let message = "commerce is missing from the kinds of risk";
        findings.add("RISK-MODEL", Severity::Warning, At::line(line), message, fix);
    }
}
