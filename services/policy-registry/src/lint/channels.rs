//! FACT-CONFLICT: a school's own channels, named in one place, and fewer of them where others are ruled out.

use std::collections::BTreeSet;

use super::{
    At, Findings, Severity, Subject,
    data::Channels,
    sheet::{Sheet, Text},
};
use crate::{document::Paragraph, expression::compiled};

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    let body: Vec<(&Paragraph, &Text)> = sheet.body().collect();
    for rule in &subject.template.lint.channels {
        let (Some(names), Some(only)) = (compiled(&rule.named), compiled(&rule.only)) else { continue };
        let held = |text: &Text| held(rule, text);
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut line = 0;
        for (place, (paragraph, text)) in body.iter().enumerate() {
            if !names.is_match(&paragraph.text) || only.is_match(&paragraph.text) {
                continue;
            }
            let mut here = held(text);
            if paragraph.text.trim_end().ends_with(':') {
                here.extend(listed(&body, place).flat_map(|(_, text)| held(text)));
            }
            if here.len() > named.len() {
                (named, line) = (here, paragraph.line);
            }
        }
        for (paragraph, text) in body.iter().filter(|(p, _)| p.line != line && only.is_match(&p.text)) {
            let allowed = held(text);
            let left_out = named.difference(&allowed).count();
            if !allowed.is_empty() && left_out > 0 {
                let message = format!("{} (line {line})", rule.message);
                findings.add(&rule.rule, Severity::Warning, At::line(paragraph.line), message, rule.fix.as_str());
            }
        }
    }
}

/// The points of the list that a paragraph leads into.
fn listed<'a>(
    body: &'a [(&'a Paragraph, &'a Text)],
    lead: usize,
) -> impl Iterator<Item = &'a (&'a Paragraph, &'a Text)> {
    let (leads, heading) = body.get(lead).map_or((None, None), |(lead, _)| (lead.kind.level(), lead.heading));
    let behind = body.get(lead + 1..).unwrap_or_default().iter();
    behind.take_while(move |(paragraph, _)| paragraph.heading == heading && paragraph.kind.level() > leads)
}

/// The channels that a paragraph names.
fn held<'r>(rule: &'r Channels, text: &Text) -> BTreeSet<&'r str> {
    rule.platforms.iter().map(String::as_str).filter(|platform| text.said.contains(&format!(" {platform} "))).collect()
}
