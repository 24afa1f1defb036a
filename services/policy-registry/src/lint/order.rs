//! PROC-ORDER: steps of a printed procedure whose order could harm evidence or a child.

use super::{At, Findings, Severity, Subject, expression};
use crate::document::{Kind, Paragraph};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let mut list: Vec<&Paragraph> = Vec::new();
    let mut level = 0;
    let mut heading = None;
    for (_, paragraph) in subject.document.body() {
        let own = match paragraph.kind {
            Kind::Bullet(own) => own,
            _ => 0,
        };
        // A new heading, a shallower bullet or a line that leads in ends the list before it.
        let leads_in = paragraph.text.ends_with(':');
        if paragraph.heading != heading || own < level || own == 0 || leads_in {
            judge(&list, findings);
            list.clear();
        }
        (heading, level) = (paragraph.heading, own);
        if own > 0 && !leads_in {
            list.push(paragraph);
        }
    }
    judge(&list, findings);
}

fn judge(list: &[&Paragraph], findings: &mut Findings) {
    let destroys = expression!(r"(?i)\b(?:delet|wip|destroy|eras)(?:e|es|ed|ing|ion)?\b");
    let waits = expression!(r"(?i)\b(?:only once|once the|only after|after (?:police )?advice|until|request|consider|unless)\b");
    let police = expression!(r"(?i)\bpolice\b");
    let first = expression!(r"(?i)\bpolice\b[^.]*\bfirst\b|\bfirst\b[^.]*\bpolice\b");
    let is = |shape: Option<&regex::Regex>, paragraph: &Paragraph| shape.is_some_and(|s| s.is_match(&paragraph.text));
    for (place, paragraph) in list.iter().enumerate() {
        let later = list.get(place + 1..).unwrap_or_default();
        let line = At::line(paragraph.line);
        if is(destroys, paragraph) && !is(waits, paragraph) && later.iter().any(|after| is(police, after)) {
            let message = "something is deleted before the police are told";
            findings.add("PROC-ORDER", Severity::Error, line, message, "Put the step to the police first.");
        }
        if place > 0 && is(first, paragraph) {
            let message = "a talk with the police that comes first is printed after other steps";
            findings.add("PROC-ORDER", Severity::Error, line, message, "Print it before the steps that wait for it.");
        }
    }
}
