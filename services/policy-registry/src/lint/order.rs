//! PROC-ORDER: steps of a printed procedure whose order could harm evidence or a child.

use super::{At, Findings, Severity, Subject, expression};
use crate::document::{Kind, Paragraph};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    // A page break may lift the rest of a list by a level: only a sentence about the school ends it then.
    let states = expression!(r"(?i)^(?:we|if (?:we|made)|all|any|the|our|every|this|where)\b");
    let mut list = List::default();
    let mut heading = None;
    for (_, paragraph) in subject.document.body() {
        let level = match paragraph.kind {
            Kind::Bullet(level) => level,
            _ => 0,
        };
        let leads_in = paragraph.text.ends_with(':');
        let lifted = level < list.level;
        if paragraph.heading != heading || level == 0 || leads_in || lifted {
            let goes_on = lifted && level > 0 && !states.is_some_and(|s| s.is_match(&paragraph.text));
            let led = leads_in || (list.led && goes_on && paragraph.heading == heading);
            let kept = if led && !leads_in { std::mem::take(&mut list.steps) } else { Vec::new() };
            let abuse = if leads_in {
                let heading = paragraph.heading.and_then(|place| subject.document.paragraphs.get(place));
                expression!(r"(?i)indecent|abuse image|illegal image|sexual image").is_some_and(|s| {
                    s.is_match(&paragraph.text) || heading.is_some_and(|heading| s.is_match(&heading.text))
                })
            } else {
                list.abuse && led
            };
            list.judge(subject, findings);
            list = List { steps: kept, led, level: 0, abuse };
        }
        (heading, list.level) = (paragraph.heading, level);
        if level > 0 && !leads_in {
            list.steps.push(paragraph);
        }
    }
    list.judge(subject, findings);
    evidence(subject, findings);
}

/// What a confiscated device holds is deleted, and only later is it said that evidence goes to the police.
fn evidence(subject: Subject<'_>, findings: &mut Findings) {
    /// How many paragraphs on the hand-over may stand.
    const NEAR: usize = 6;
    let deletes =
        expression!(r"(?i)\b(?:may|can|could|will|must|should)\b[^.;]*\b(?:be deleted|delete|wiped?|erased?)\b");
    let waits =
        expression!(r"(?i)\b(?:only once|once the|only after|after (?:police )?advice|until|unless|evidence)\b");
    let hands = expression!(
        r"(?i)\b(?:evidence|illegal|criminal|offence|crime)\b.*\bpolice\b|\bpolice\b.*\b(?:evidence|illegal|criminal|offence|crime)\b"
    );
    let seized = expression!(r"(?i)\b(?:confiscat|seiz|search)");
    let (Some(deletes), Some(waits), Some(hands), Some(seized)) = (deletes, waits, hands, seized) else { return };
    let body: Vec<&Paragraph> = subject.document.body().map(|(_, paragraph)| paragraph).collect();
    for (place, paragraph) in body.iter().enumerate() {
        let Some(found) = deletes.find(&paragraph.text).filter(|_| !waits.is_match(&paragraph.text)) else { continue };
        let near = |other: &&&Paragraph| other.heading == paragraph.heading;
        let before = body.get(place.saturating_sub(NEAR)..=place).unwrap_or_default();
        let after = body.get(place + 1..).unwrap_or_default().iter().take(NEAR);
        let about = before.iter().filter(near).any(|other| seized.is_match(&other.text));
        if about && after.filter(near).any(|other| hands.is_match(&other.text)) {
            let message = "something is deleted before the police are told";
            let words = found.as_str().rsplit(' ').next().unwrap_or_default();
            let at = At::words(subject, paragraph, words);
            findings.add("PROC-ORDER", Severity::Error, at, message, "Put the step to the police first.");
        }
    }
}

/// The steps of one list, and whether a line such as “we will:” leads into it.
#[derive(Default)]
struct List<'a> {
    steps: Vec<&'a Paragraph>,
    led: bool,
    level: u8,
    /// Whether it is about images of abuse.
    abuse: bool,
}

impl List<'_> {
    fn judge(&self, subject: Subject<'_>, findings: &mut Findings) {
        let list = &self.steps;
        let destroys = expression!(r"(?i)\b(?:delet|wip|destroy|eras)(?:e|es|ed|ing|ion)?\b");
        let waits = expression!(
            r"(?i)\b(?:only once|once the|only after|after (?:police )?advice|until|request|consider|unless)\b"
        );
        let police = expression!(r"(?i)\bpolice\b");
        let first = expression!(
            r"(?i)\bpolice\b[^.]*\bfirst\b|\bfirst\b[^.]*\bpolice\b|\bpolice\b[^.]*\bbefore (?:(?:any|all|each|every) (?:of )?(?:this|these|that|those|the (?:other|rest)|other|step)|anything else|doing any|any other)"
        );
        let is =
            |shape: Option<&regex::Regex>, paragraph: &Paragraph| shape.is_some_and(|s| s.is_match(&paragraph.text));
        for (place, paragraph) in list.iter().enumerate() {
            let later = list.get(place + 1..).unwrap_or_default();
            let at = |shape: Option<&regex::Regex>| {
                let words = shape.and_then(|shape| shape.find(&paragraph.text)).map_or("", |found| found.as_str());
                At::words(subject, paragraph, words)
            };
            let line = at(destroys);
            if is(destroys, paragraph) && !is(waits, paragraph) && later.iter().any(|after| is(police, after)) {
                let message = "something is deleted before the police are told";
                findings.add("PROC-ORDER", Severity::Error, line, message, "Put the step to the police first.");
            }
            let advised = list.get(..place).unwrap_or_default().iter().any(|earlier| is(police, earlier));
            if self.abuse && is(destroys, paragraph) && !is(waits, paragraph) && !advised {
                let message = "something is deleted before the police are told";
                let fix = "Have advice from the police or the LADO taken first.";
                if !later.iter().any(|after| is(police, after)) {
                    findings.add("PROC-ORDER", Severity::Error, line, message, fix);
                }
            }
            if self.led && place > 0 && is(first, paragraph) {
                let message = "a talk with the police that comes first is printed after other steps";
                findings.add(
                    "PROC-ORDER",
                    Severity::Error,
                    at(police),
                    message,
                    "Print it before the steps that wait for it.",
                );
            }
        }
    }
}
