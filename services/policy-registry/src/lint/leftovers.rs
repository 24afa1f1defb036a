//! PLACEHOLDER, CHOICE-UNMADE, GARBLED, SECTION-CONFLICT: what an author left behind.

use super::{At, Findings, Severity, Subject, expression};
use crate::document::Kind;

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    for (line, text) in subject.document.numbered() {
        placeholders(line, text, findings);
        choices(line, text, findings);
    }
    for paragraph in &subject.document.paragraphs {
        if paragraph.kind == Kind::BlankBullet {
            let fix = "Write what belongs there, or take the bullet away.";
            findings.add("GARBLED", Severity::Info, At::line(paragraph.line), "a bullet has nothing behind it", fix);
        }
    }
    for (_, paragraph) in subject.document.body() {
        let text = paragraph.text.as_str();
        let doubled = expression!(r"(?i)\b(?:the the|of of|and and|to to|is is|will will|a a|in in)\b");
        let cut = expression!(r"(?i)(?:\b(?:and|or|the|of|to|with|curriculum and),?|,)$");
        if doubled.is_some_and(|shape| shape.is_match(text)) {
            findings.add("GARBLED", Severity::Info, At::line(paragraph.line), "a word stands twice", "Take one away.");
        }
        if cut.is_some_and(|shape| shape.is_match(text)) {
            let fix = "Finish the sentence.";
            findings.add("GARBLED", Severity::Warning, At::line(paragraph.line), "the sentence is cut short", fix);
        }
    }
    conflicts(subject, findings);
}

fn placeholders(line: u32, text: &str, findings: &mut Findings) {
    let blank = expression!(
        r"(?ix)
        <\s*[a-z][a-z ]*\bname[^>]*> | <\s*(?:insert|add|school|setting|date|name)\b[^>]*>
        | [(\[]\*?\s*(?:insert|add|enter|name\ of)\b[^)\]]*[)\]]
        | _{3,} | \bX{3,}\b | \bTBC\b | \{\{ | \[\s*(?:name|date|school|setting|role)[^\]]*\](?:[^(]|$)"
    );
    if let Some(blank) = blank {
        // A note about when a clause is wanted is an instruction, not a blank.
        for found in blank.find_iter(text).filter(|found| !found.as_str().to_lowercase().contains("if ")) {
            let at = At::byte(line, text, found.start());
            findings.add("PLACEHOLDER", Severity::Error, at, "a blank of the template is not filled", "Fill it in.");
        }
    }
    let stray = expression!(r"<(?:\s*[A-Z][^<>]*)$").and_then(|shape| shape.find(text));
    if let Some(found) = stray {
        let at = At::byte(line, text, found.start());
        let message = "a marker of a blank was left behind";
        findings.add("PLACEHOLDER", Severity::Error, at, message, "Take the “<” away, and check the name after it.");
    }
    let dots = expression!(r"(?:\bto be|expects?|at|is)\s*(?:\.{3}|…)\s*$").and_then(|shape| shape.find(text));
    if let Some(found) = dots {
        let at = At::byte(line, text, found.start());
        let message = "the sentence waits for the school's own words";
        findings.add("PLACEHOLDER", Severity::Error, at, message, "Finish the sentence, and take the dots away.");
    }
}

fn choices(line: u32, text: &str, findings: &mut Findings) {
    let Some(shape) = expression!(r"\b([A-Za-z]+)(?: /|/ | / )([A-Za-z]+)\b") else { return };
    const PAIRS: [(&str, &str); 8] = [
        ("and", "or"),
        ("parent", "carer"),
        ("parents", "carers"),
        ("parent", "carers"),
        ("he", "she"),
        ("his", "her"),
        ("child", "ren"),
        ("virus", "malware"),
    ];
    for found in shape.captures_iter(text) {
        let (Some(whole), Some(one), Some(other)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        let pair = (one.as_str().to_lowercase(), other.as_str().to_lowercase());
        let usual = PAIRS.iter().any(|(a, b)| pair == ((*a).to_owned(), (*b).to_owned()));
        let names = one.as_str().chars().next().is_some_and(char::is_uppercase)
            && other.as_str().chars().next().is_some_and(char::is_uppercase)
            && text.len() > 60;
        if !usual && !names && !text.contains("://") {
            let at = At::byte(line, text, whole.start());
            let message = format!("“{}” leaves a choice open", whole.as_str());
            findings.add("CHOICE-UNMADE", Severity::Warning, at, message, "Keep the one that holds here.");
        }
    }
}

/// A section that says of itself that the thing is not used.
fn conflicts(subject: Subject<'_>, findings: &mut Findings) {
    let denies = expression!(
        r"(?ix)\bwe\ (?:do\ not|don['’]?t)\ (?:so\b|have\b|use\ (?:this|these|it|them)\b|offer\b|provide\b)
        | \b(?:is|are)\ not\ used\ (?:here|at\ this\ school|at\ our\ school) | \bcan\ be\ deleted\b | \bnot\ applicable\b"
    );
    let Some(denies) = denies else { return };
    for (_, paragraph) in subject.document.body() {
        let Some(found) = denies.find(&paragraph.text) else { continue };
        let beside = subject.document.body().filter(|(_, other)| {
            other.heading == paragraph.heading && other.line != paragraph.line && !denies.is_match(&other.text)
        });
        // “May be deleted” speaks of content, not of the section.
        let about_content = paragraph.text[..found.start()].to_lowercase().contains("content");
        if paragraph.heading.is_some() && beside.count() > 0 && !about_content {
            let message = "the section is kept although the text says the thing is not used";
            let fix = "Take the section out, or take that sentence out.";
            findings.add("SECTION-CONFLICT", Severity::Error, At::line(paragraph.line), message, fix);
        }
    }
}
