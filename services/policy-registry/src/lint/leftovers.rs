//! PLACEHOLDER, CHOICE-UNMADE, GARBLED, SECTION-CONFLICT: what an author left behind.

use super::{At, Findings, Severity, Subject, expression};
use crate::{
    document::{Kind, Paragraph, plain},
    expression::compiled,
};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let terms = either(&subject.template.lint.terms);
    for (line, text) in subject.document.numbered() {
        placeholders(line, text, findings);
        choices(line, text, findings);
        for found in terms.iter().flat_map(|shape| shape.find_iter(text)) {
            let at = At::byte(line, text, found.start());
            let message = format!("“{}” leaves a choice open", found.as_str());
            findings.add("CHOICE-UNMADE", Severity::Warning, at, message, "Keep the one that holds here.");
        }
    }
    for paragraph in &subject.document.paragraphs {
        if paragraph.kind == Kind::BlankBullet {
            let fix = "Write what belongs there, or take the bullet away.";
            findings.add("GARBLED", Severity::Info, At::line(paragraph.line), "a bullet has nothing behind it", fix);
        }
    }
    for (place, paragraph) in subject.document.body() {
        let text = paragraph.text.as_str();
        let body = &subject.document.paragraphs;
        let beside = [place.checked_sub(1), place.checked_add(1)];
        let beside = beside.into_iter().flatten().filter_map(|at| body.get(at)).any(|other| {
            matches!(other.kind, Kind::Bullet(_)) && other.kind == paragraph.kind && ends_open(&other.text)
        });
        let next =
            body.get(place + 1).filter(|next| matches!(next.kind, Kind::Bullet(_)) && next.kind == paragraph.kind);
        let doubled = expression!(r"(?i)\b(?:the the|of of|and and|to to|is is|will will|a a|in in)\b");
        // A list may end its items in “, and”: then it has more of them.
        let listed =
            matches!(paragraph.kind, Kind::Bullet(_)) && (beside || next.is_some_and(|_| text.ends_with([';'])));
        let joined = expression!(r"(?i)[,;] (?:and|or),?$").is_some_and(|shape| shape.is_match(text)) && next.is_some();
        let cut = expression!(r"(?i)(?:\b(?:and|or|the|of|to|with),?|,)$").filter(|_| !listed && !joined);
        let clause = expression!(r"(?:^|[.!?] )(?:When|If|Where|While|Whilst|As|After|Before|Although|Because|Since|Unless|Until) [^.,:;!?]{15,}$")
            .and_then(|shape| shape.find(text));
        if let Some(found) = clause {
            let words = found.as_str().trim_start_matches(['.', '!', '?', ' ']);
            let at = At::words(subject, paragraph, words.get(..words.len().min(24)).unwrap_or(words));
            let fix = "Finish the sentence, or join it to what follows.";
            findings.add("GARBLED.cut", Severity::Warning, at, "the sentence has no main clause", fix);
        }
        if doubled.is_some_and(|shape| shape.is_match(text)) {
            let words = doubled.and_then(|shape| shape.find(text)).map_or("", |found| found.as_str());
            let at = At::words(subject, paragraph, words);
            findings.add("GARBLED", Severity::Info, at, format!("“{words}”: a word stands twice"), "Take one away.");
        }
        if cut.is_some_and(|shape| shape.is_match(text)) {
            let comma = text.ends_with(',');
            let last = At::words(subject, paragraph, text.rsplit(' ').next().unwrap_or(text));
            let (severity, fix) = if comma {
                (Severity::Info, "Finish the sentence, or end it with a full stop.")
            } else {
                (Severity::Warning, "Finish the sentence.")
            };
            findings.add("GARBLED.cut", severity, last, "the sentence is cut short", fix);
        }
    }
    conflicts(subject, findings);
}

/// Whether an item of a list ends with a comma, as all of a list may.
fn ends_open(text: &str) -> bool {
    text.ends_with(',')
}

/// Words for one thing with a stroke between them.
fn either(terms: &[Vec<String>]) -> Option<std::sync::Arc<regex::Regex>> {
    let words = |terms: &Vec<String>| {
        let one = terms.iter().map(|term| regex::escape(term)).collect::<Vec<_>>().join("|");
        format!("(?:{one})s? ?/ ?(?:{one})s?")
    };
    let all = terms.iter().filter(|terms| terms.len() > 1).map(words).collect::<Vec<_>>().join("|");
    (!all.is_empty()).then(|| compiled(&format!(r"(?i)\b(?:{all})\b"))).flatten()
}

fn placeholders(line: u32, text: &str, findings: &mut Findings) {
    let blank = expression!(
        r"(?ix)
        <\s*[a-z][a-z ]*\bname[^>]*> | <\s*(?:insert|add|school|setting|date|name)\b[^>]*>
        | [(\[]\*?\s*(?:insert|add|enter|name\ of)\b[^)\]]*[)\]]
        | _{3,} | \bX{2,}\b | \bTBC\b | \{\{ | \[\s*(?:name|date|school|setting|role)[^\]]*\](?:[^(]|$)"
    );
    if let Some(blank) = blank {
        // A note about when a clause is wanted is an instruction, not a blank.
        for found in blank.find_iter(text).filter(|found| !found.as_str().to_lowercase().contains("if ")) {
            let at = At::byte(line, text, found.start());
            findings.cover(at, found.as_str());
            let message = format!("the blank “{}” of the template is not filled", found.as_str().trim());
            findings.add("PLACEHOLDER", Severity::Error, at, message, "Fill it in.");
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
    let lacks = expression!(
        r"(?i)\b(?:we|the school|pupils|learners|students|children|staff) (?:currently |at present )?(?:do(?:es)? not|don['’]?t) (?:currently |at present )?(?:have|use|issue|provide|offer) ([a-z][a-z -]{3,40}?)(?: at present| currently| here| at this school| at our school)?(?:[.,;]|$)"
    );
    let (Some(denies), Some(lacks)) = (denies, lacks) else { return };
    // “Pupils do not have email accounts” under “Pupil email”: the thing itself is denied.
    let itself = |paragraph: &Paragraph| {
        let thing = lacks.captures(&paragraph.text)?.get(1)?;
        let bound = |word: &str| {
            matches!(word, "in" | "during" | "for" | "without" | "to" | "on" | "unless" | "when" | "after" | "while")
        };
        if plain(thing.as_str()).split(' ').any(bound) {
            return None;
        }
        let heading = plain(&subject.document.paragraphs.get(paragraph.heading?)?.text);
        let named = |word: &str| {
            word.len() > 3
                && heading.split(' ').any(|other| other.starts_with(word) || word.starts_with(other) && other.len() > 3)
        };
        plain(thing.as_str()).split(' ').any(named).then_some(thing.start())
    };
    for (_, paragraph) in subject.document.body() {
        let found = denies.find(&paragraph.text).map(|found| found.start());
        let Some(start) = found.or_else(|| itself(paragraph)) else { continue };
        let beside = subject.document.body().filter(|(_, other)| {
            other.heading == paragraph.heading && other.line != paragraph.line && !denies.is_match(&other.text)
        });
        // “May be deleted” speaks of content, not of the section.
        let about_content = paragraph.text[..start].to_lowercase().contains("content");
        if paragraph.heading.is_some() && beside.count() > 0 && !about_content {
            let message = "the section is kept although the text says the thing is not used";
            let fix = "Take the section out, or take that sentence out.";
            findings.add("SECTION-CONFLICT", Severity::Error, At::line(paragraph.line), message, fix);
        }
    }
}
