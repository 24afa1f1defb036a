//! Slips of the pen that the template's data finds by expressions, and words spelt wrong.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, RwLock},
};

use regex::{Regex, RegexBuilder};

use super::{At, Findings, Severity, Subject, contacts::find_word};
use crate::document::Kind;

/// Expressions of templates, compiled once; a template is checked before it is published.
static COMPILED: LazyLock<RwLock<HashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(RwLock::default);
/// The most that are kept.
const MOST: usize = 2_000;

/// An expression in any case, compiled; none where it is no expression.
pub(crate) fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    const LARGEST: usize = 1 << 20;
    if let Some(known) = COMPILED.read().ok().and_then(|known| known.get(pattern).cloned()) {
        return known;
    }
    let made = RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST).build().ok().map(Arc::new);
    if let Ok(mut known) = COMPILED.write() {
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(pattern.to_owned(), made.clone());
    }
    made
}

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let data = &subject.template.lint;
    let slips: Vec<_> = data
        .slips
        .iter()
        .flat_map(|slip| slip.find.iter().filter_map(move |pattern| compiled(pattern).map(|shape| (slip, shape))))
        .collect();
    for paragraph in &subject.document.paragraphs {
        if matches!(paragraph.kind, Kind::Front | Kind::Contents | Kind::Signature | Kind::BlankBullet) {
            continue;
        }
        for line in paragraph.line..=paragraph.end_line {
            let place = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
            let Some(text) = subject.document.lines.get(place) else { continue };
            for (slip, shape) in &slips {
                if let Some(found) = shape.find(text) {
                    let at = At::byte(line, text, found.start());
                    findings.add(&slip.rule, slip.severity, at, slip.message.as_str(), slip.fix.as_str());
                }
            }
            let lower = text.to_lowercase();
            for (wrong, right) in &data.spelling {
                if let Some(at) = find_word(&lower, wrong) {
                    let message = format!("“{wrong}” is misspelt");
                    findings.add(
                        "STYLE.spelling",
                        Severity::Info,
                        At::byte(line, &lower, at),
                        message,
                        format!("Write {right}."),
                    );
                }
            }
        }
    }
}
