//! CONTENTS-BODY, NUMBERING, DANGLING-REF: whether what is pointed to is there.

use std::cmp::Ordering;

use super::{At, Findings, Severity, Subject, distance, expression};
use crate::document::{Entry, Kind, Paragraph, plain};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    contents(subject, findings);
    numbering(subject, findings);
    dangling(subject, findings);
}

/// The most headings that are held against the contents list.
const MOST: usize = 500;

/// How alike two plain titles are: 0 the same, 1 nothing in common.
fn apart(a: &str, b: &str) -> f64 {
    let longest = a.chars().count().max(b.chars().count()).max(1);
    #[expect(clippy::cast_precision_loss, reason = "titles are short")]
    let share = distance(a, b) as f64 / longest as f64;
    share
}

/// An entry of the contents list beside the heading that answers to it.
struct Pair<'a> {
    heading: &'a Paragraph,
    apart: f64,
    begins: bool,
}

fn number(heading: &Paragraph) -> Option<&str> {
    match &heading.kind {
        Kind::Heading { number } => number.as_deref(),
        _ => None,
    }
}

fn pair<'a>(entry: &Entry, headings: &[(&'a Paragraph, String)]) -> Option<Pair<'a>> {
    /// Words longer than this tell one section from another.
    const LONG: usize = 6;
    let title = plain(&entry.title);
    let ranked: Vec<(u8, bool, &(&'a Paragraph, String))> = headings
        .iter()
        .map(|known| {
            let (heading, text) = known;
            // “Learners” stands for “It is the responsibility of learners …” where the numbers agree.
            let same_number = number(heading).is_some() && number(heading) == entry.number.as_deref();
            let shares = |word: &str| word.len() > LONG && text.split(' ').any(|other| other == word);
            let same =
                same_number && (format!(" {text} ").contains(&format!(" {title} ")) || title.split(' ').any(shares));
            let begins = same || text.starts_with(&title);
            let rank = if *text == title { u8::from(!same_number) } else { 2 + u8::from(!same) + u8::from(!begins) };
            (rank, begins, known)
        })
        .collect();
    // How far apart two titles are costs time: only the likeliest are compared.
    let least = ranked.iter().map(|(rank, ..)| *rank).min()?;
    let likeliest = ranked.into_iter().filter(|(rank, ..)| *rank == least);
    let pairs = likeliest.map(|(_, begins, (heading, text))| Pair { heading, apart: apart(&title, text), begins });
    pairs.min_by(|a, b| a.apart.partial_cmp(&b.apart).unwrap_or(Ordering::Equal))
}

fn contents(subject: Subject<'_>, findings: &mut Findings) {
    const NEAR: f64 = 0.45;
    let entries = &subject.document.contents;
    if entries.is_empty() {
        return;
    }
    let headings: Vec<(&Paragraph, String)> =
        subject.document.headings().map(|(_, heading)| (heading, plain(&heading.text))).take(MOST).collect();
    let mut answered: Vec<u32> = Vec::new();
    for entry in entries {
        let Some(pair) = pair(entry, &headings) else { continue };
        let (at, title) = (At::line(entry.line), &entry.title);
        if entry.wrapped {
            let message = format!("the entry “{title}” runs over two lines");
            findings.add("CONTENTS-BODY", Severity::Info, at, message, "Put it on one line, with its page.");
        }
        let numbered_alike = number(pair.heading) == entry.number.as_deref();
        if pair.apart > 0.0 && !pair.begins && pair.apart >= NEAR {
            let message = format!("the contents list “{title}” and no such section follows");
            findings.add("CONTENTS-BODY", Severity::Warning, at, message, "Add the section or take the entry away.");
            continue;
        }
        // Two entries of one title, and one such section: one of them points to nothing.
        if answered.contains(&pair.heading.line) && !numbered_alike {
            let message = format!("the contents list “{title}” once more than there are such sections");
            findings.add("CONTENTS-BODY", Severity::Warning, at, message, "Add the section or take the entry away.");
            continue;
        }
        answered.push(pair.heading.line);
        let levels = |number: Option<&str>| number.map_or(0, |number| number.split('.').count());
        if levels(entry.number.as_deref()) > levels(number(pair.heading)) {
            let message = "the heading lost its number, or part of it";
            findings.add(
                "NUMBERING",
                Severity::Warning,
                At::line(pair.heading.line),
                message,
                "Number it as the contents list does.",
            );
        }
        if pair.apart > 0.0 {
            let message =
                format!("“{title}” is headed “{}” in the text (line {})", pair.heading.text, pair.heading.line);
            findings.add("CONTENTS-BODY", Severity::Info, at, message, "Word both alike.");
        } else if !numbered_alike {
            let own = number(pair.heading).map_or_else(|| "no number".to_owned(), |own| format!("number {own}"));
            let message = format!("“{title}” has {own} in the text (line {})", pair.heading.line);
            findings.add("CONTENTS-BODY", Severity::Info, at, message, "Number both alike.");
        }
    }
    let depth = |number: &str| number.split('.').count();
    let listed = entries.iter().filter_map(|entry| entry.number.as_deref()).map(depth).max().unwrap_or(1);
    for (heading, _) in headings.iter().filter(|(heading, _)| !answered.contains(&heading.line)) {
        if number(heading).is_some_and(|own| depth(own) <= listed) {
            let message = "the section is not in the contents list";
            findings.add(
                "CONTENTS-BODY",
                Severity::Warning,
                At::line(heading.line),
                message,
                "Add it to the contents.",
            );
        }
    }
}

/// Headings whose numbers jump or repeat among their sisters.
fn numbering(subject: Subject<'_>, findings: &mut Findings) {
    let mut seen: Vec<Vec<u32>> = Vec::new();
    let mut orphans: Vec<Vec<u32>> = Vec::new();
    for (_, heading) in subject.document.headings() {
        let Kind::Heading { number: Some(number) } = &heading.kind else { continue };
        let parts: Vec<u32> = number.split('.').filter_map(|part| part.parse().ok()).collect();
        let Some((last, parent)) = parts.split_last() else { continue };
        let sister = seen.iter().rev().find(|p| p.len() == parts.len() && p.starts_with(parent)).and_then(|p| p.last());
        let expected = sister.map_or(1, |sister| sister + 1);
        let orphan = !parent.is_empty() && !seen.iter().any(|p| p.as_slice() == parent);
        let at = At::line(heading.line);
        if seen.contains(&parts) {
            findings.add(
                "NUMBERING",
                Severity::Warning,
                at,
                format!("number {number} stands twice"),
                "Number it anew.",
            );
        } else if orphan {
            if orphans.iter().any(|known| known.as_slice() == parent) {
                seen.push(parts);
                continue;
            }
            orphans.push(parent.to_vec());
            let message = format!("number {number} stands in no chapter of that number");
            findings.add("NUMBERING", Severity::Warning, at, message, "Number it as its chapter is numbered.");
        } else if *last > expected {
            findings.add("NUMBERING", Severity::Info, at, format!("there is a gap before {number}"), "Number it anew.");
        }
        seen.push(parts);
    }
}

/// Charts, forms and appendices that are named and not there.
fn dangling(subject: Subject<'_>, findings: &mut Findings) {
    let named = expression!(
        r"(?i)\b(?:flow ?-?chart|diagram|chart|appendix(?: [a-z0-9])?|annex(?: [a-z0-9])?|form)\b[^.]*\b(?:made available|overleaf|below|attached|enclosed|at the end)\b|\b(?:see|refer to) (?:the )?(?:appendix|annex)(?: [a-z0-9]\b)?"
    );
    let Some(named) = named else { return };
    for (_, paragraph) in subject.document.body() {
        let Some(found) = named.find(&paragraph.text) else { continue };
        let text = paragraph.text.as_str();
        let linked = text.contains("://") || text.contains("www.") || text.contains("our website");
        let first = plain(found.as_str());
        let thing = ["appendix", "annex", "chart", "flowchart", "diagram", "form"]
            .into_iter()
            .find(|thing| first.split(' ').any(|word| word == *thing))
            .unwrap_or("chart");
        let there = subject.document.headings().any(|(_, heading)| plain(&heading.text).split(' ').any(|w| w == thing));
        if !linked && !there {
            let message = format!("the {thing} it points to is not there");
            findings.add(
                "DANGLING-REF",
                Severity::Error,
                At::words(subject, paragraph, found.as_str()),
                message,
                "Add it, or say where it is.",
            );
        }
    }
}
