//! PROC-GAP, FM-GAP, MISSING-SECTION, NOT-APPLICABLE: what the template's data asks of a policy of this kind.

use super::{At, Findings, Severity, Subject, prepared::Held, sheet::Sheet, words::spaced};
use crate::document::Kind;

/// A paragraph's line with what it holds, alone and with its heading.
struct Said<'a> {
    line: u32,
    heading: Option<&'a Held>,
    whole: Held,
    own: &'a Held,
}

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    let said: Vec<Said<'_>> = sheet
        .body()
        .map(|(paragraph, text)| {
            let heading = sheet.heading(paragraph);
            let whole = heading.map_or_else(|| text.held.clone(), |heading| heading.with(&text.held));
            Said { line: paragraph.line, heading, whole, own: &text.held }
        })
        .collect();
    let headings: Vec<(u32, &Held)> = sheet.headings().map(|(heading, text)| (heading.line, &text.held)).collect();
    let asked = |words| sheet.ready.asked(words);
    for duty in &subject.template.lint.duties {
        let (places, raises) = (duty.r#where.as_ref().map(asked), duty.when.as_ref().map(asked));
        let headed = places.and_then(|words| headings.iter().find(|(_, held)| words.within(held)));
        if duty.here {
            let says: Vec<_> = duty.said.iter().map(asked).collect();
            let silent = |at: usize| {
                !said.iter().skip(at).take(2).any(|said| says.iter().any(|words| words.within(&said.whole)))
            };
            let raised = raises
                .and_then(|words| said.iter().enumerate().find(|(at, said)| words.within(said.own) && silent(*at)));
            if let Some((_, said)) = raised {
                let at = At::line(said.line);
                findings.add(&duty.rule, duty.severity, at, duty.message.as_str(), duty.fix.as_str());
            }
            continue;
        }
        let raised = raises.and_then(|words| {
            let mut raising = said.iter().filter(|said| words.within(said.own));
            let under = duty.under.as_ref().map(asked);
            let best = under.and_then(|under| raising.clone().find(|s| s.heading.is_some_and(|h| under.within(h))));
            best.or_else(|| raising.next())
        });
        let Some(line) = raised.map(|said| said.line).or(headed.map(|(line, _)| *line)) else { continue };
        let fulfilled = duty.said.iter().map(asked).any(|words| said.iter().any(|said| words.within(&said.whole)))
            || duty.headed.iter().map(asked).any(|words| headings.iter().any(|(_, held)| words.within(held)));
        if !fulfilled {
            findings.add(&duty.rule, duty.severity, At::line(line), duty.message.as_str(), duty.fix.as_str());
        }
    }
    for rule in &subject.template.lint.outdated {
        let (when, unless) = (asked(&rule.when), rule.unless.as_ref().map(asked));
        let excused = |said: &Said<'_>| unless.as_ref().is_some_and(|words| words.within(said.own));
        for said in said.iter().filter(|said| when.within(said.own) && !excused(said)) {
            let at = At::line(said.line);
            findings.add(&rule.rule, rule.severity, at, rule.message.as_str(), rule.fix.as_str());
        }
    }
    let Some(kind) = kind(subject) else { return };
    for rule in subject.template.lint.inapplicable.iter().filter(|rule| rule.kinds.contains(&kind)) {
        let when = asked(&rule.when);
        for said in said.iter().filter(|said| when.within(said.own)) {
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
