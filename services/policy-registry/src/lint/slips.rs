//! Slips of the pen that the template's data finds by expressions, and words spelt wrong.

use super::{At, Findings, Severity, Subject, prepared::Owner, sheet::Sheet};
use crate::document::Kind;

/// The longest words that are quoted.
const QUOTED: usize = 48;

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    let data = &subject.template.lint;
    for (paragraph, text) in sheet.all() {
        if matches!(paragraph.kind, Kind::Front | Kind::Contents | Kind::Signature | Kind::BlankBullet) {
            continue;
        }
        for line in paragraph.line..=paragraph.end_line {
            let place = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
            let Some(text) = subject.document.lines.get(place) else { continue };
            for (slip, found) in sheet.ready.slips(data, text) {
                let at = At::byte(line, text, found.start);
                let to = At::byte(line, text, found.end);
                if findings.stands(&slip.rule, at, to) {
                    continue;
                }
                let words = text.get(found).unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
                let message = if words.is_empty() || words.chars().count() > QUOTED {
                    slip.message.clone()
                } else {
                    format!("“{words}”: {}", lowered(&slip.message))
                };
                findings.add(&slip.rule, slip.severity, at, message, slip.fix.as_str());
            }
        }
        for spot in &text.spots {
            let Owner::Spelling(place) = spot.owner else { continue };
            let Some((wrong, right)) = data.spelling.iter().nth(place) else { continue };
            let message = format!("“{wrong}” is misspelt");
            findings.add("STYLE.spelling", Severity::Info, spot.at, message, format!("Write {right}."));
        }
    }
}

/// A sentence as it goes on behind a colon.
fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
