//! PROC-GAP, FM-GAP, MISSING-SECTION, NOT-APPLICABLE: what the template's data asks of a policy of this kind.

use super::{At, Findings, Severity, Subject, words::spaced};
use crate::document::{Kind, Paragraph};

/// A paragraph's line with its words, those of its heading before them.
struct Said {
    line: u32,
    text: String,
    own: String,
}

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let document = subject.document;
    let heading = |paragraph: &Paragraph| paragraph.heading.and_then(|place| document.paragraphs.get(place));
    let said: Vec<Said> = document
        .body()
        .map(|(_, paragraph)| {
            let own = spaced(&paragraph.text);
            let text = heading(paragraph).map_or_else(|| own.clone(), |h| spaced(&h.text) + &own);
            Said { line: paragraph.line, text, own }
        })
        .collect();
    let headings: Vec<(u32, String)> = document.headings().map(|(_, h)| (h.line, spaced(&h.text))).collect();
    for duty in &subject.template.lint.duties {
        let headed = duty.r#where.as_ref().and_then(|words| headings.iter().find(|(_, text)| words.within(text)));
        let raised = duty.when.as_ref().and_then(|words| said.iter().find(|said| words.within(&said.own)));
        let Some(line) = raised.map(|said| said.line).or(headed.map(|(line, _)| *line)) else { continue };
        let fulfilled = duty.said.iter().any(|words| said.iter().any(|said| words.within(&said.text)))
            || duty.headed.iter().any(|words| headings.iter().any(|(_, text)| words.within(text)));
        if !fulfilled {
            findings.add(&duty.rule, duty.severity, At::line(line), duty.message.as_str(), duty.fix.as_str());
        }
    }
    let Some(kind) = kind(subject) else { return };
    for rule in subject.template.lint.inapplicable.iter().filter(|rule| rule.kinds.contains(&kind)) {
        for said in said.iter().filter(|said| rule.when.within(&said.own)) {
            findings.add(&rule.rule, Severity::Info, At::line(said.line), rule.message.as_str(), rule.fix.as_str());
        }
    }
}

/// The kind of school: as its record has it, else as its name says on the front page.
fn kind(subject: Subject<'_>) -> Option<String> {
    if let Some(kind) = subject.value("school.type") {
        return Some(kind.to_owned());
    }
    let front = subject.document.paragraphs.iter().filter(|p| p.kind == Kind::Front);
    let names: Vec<String> = front.map(|p| spaced(&p.text)).collect();
    let named = |word: &str| names.iter().any(|name| name.contains(&format!(" {word} ")));
    let kinds = [
        ("special", "special"),
        ("primary", "primary"),
        ("infant", "primary"),
        ("junior", "primary"),
        ("nursery", "nursery"),
    ];
    kinds.into_iter().find(|(word, _)| named(word)).map(|(_, kind)| kind.to_owned())
}
