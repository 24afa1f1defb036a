//! STYLE: terms mixed, brackets unmatched, the level of a list lost.

use super::{At, Findings, Severity, Subject, expression, sheet::Sheet};
use crate::document::{Kind, Paragraph};

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    terms(subject, sheet, findings);
    let mut before: Option<&Paragraph> = None;
    let mut led: Option<(u8, Option<usize>)> = None;
    let states = expression!(
        r"(?i)^(?:we|if|all|any|the|our|every|this|that|where|when|members?|learners?|pupils?|parents?|staff|[a-z]+s)\b"
    );
    for paragraph in &subject.document.paragraphs {
        if matches!(paragraph.kind, Kind::Bullet(_) | Kind::Prose) {
            brackets(paragraph, findings);
        }
        let level = if let Kind::Bullet(level) = paragraph.kind { level } else { 0 };
        let under = before.filter(|b| matches!(b.kind, Kind::Bullet(_)) && b.end_line + 1 == paragraph.line);
        if paragraph.kind == Kind::Prose
            && under.is_some()
            && !paragraph.text.ends_with(':')
            && !paragraph.text.starts_with(['<', '\\'])
        {
            let fix = "Put the bullet back, or an empty line before it.";
            findings.add(
                "STYLE.list",
                Severity::Info,
                At::line(paragraph.line),
                "a line of a list lost its bullet",
                fix,
            );
        }
        if let Some((lead, heading)) = led {
            let torn = before.is_some_and(|b| b.end_line + 1 < paragraph.line);
            let lifted = level > 0 && level <= lead && torn && paragraph.heading == heading;
            if lifted && !states.is_some_and(|s| s.is_match(&paragraph.text)) {
                let message = "the list goes on at another level than it began";
                findings.add(
                    "STYLE.list",
                    Severity::Info,
                    At::line(paragraph.line),
                    message,
                    "Move it under the line that leads in.",
                );
                led = None;
            } else if level <= lead && !torn {
                led = None;
            }
        }
        if paragraph.text.ends_with(':') && level > 0 {
            led = Some((level, paragraph.heading));
        }
        before = Some(paragraph);
    }
}

fn brackets(paragraph: &Paragraph, findings: &mut Findings) {
    let count = |open: char, shut: char| {
        let mut depth = 0_i32;
        let mut lost = 0_i32;
        for c in paragraph.text.chars() {
            if c == open {
                depth += 1;
            } else if c == shut {
                depth -= 1;
                if depth < 0 {
                    depth = 0;
                    lost += 1;
                }
            }
        }
        depth + lost
    };
    // “a)” inside a sentence numbers its parts.
    let numbered = expression!(r"(?:^|\s)[a-z0-9]{1,2}\)").map_or(0, |shape| shape.find_iter(&paragraph.text).count());
    if count('[', ']') > 0 || (count('(', ')') > 0 && numbered == 0) {
        let fix = "Add the bracket that is missing, or take the other one out.";
        findings.add("STYLE.bracket", Severity::Info, At::line(paragraph.line), "a bracket has no partner", fix);
    }
}

/// Words for one thing, by turns.
fn terms(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    const SELDOM: usize = 3;
    let texts: Vec<(u32, &str)> = sheet.body().map(|(p, text)| (p.line, text.said.as_str())).collect();
    for terms in &subject.template.lint.terms {
        let mut used: Vec<(&String, usize, u32)> = Vec::new();
        for term in terms {
            let forms = [format!(" {term} "), format!(" {term}s ")];
            let said = |text: &str| forms.iter().map(|form| text.matches(form.as_str()).count()).sum::<usize>();
            let count: usize = texts.iter().map(|(_, text)| said(text)).sum();
            if let Some((line, _)) = texts.iter().find(|(_, text)| said(text) > 0) {
                used.push((term, count, *line));
            }
        }
        used.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        if let [(main, ..), (other, count, line), ..] = used.as_slice()
            && *count >= SELDOM
        {
            let message = format!("“{other}” and “{main}” are used by turns");
            findings.add("STYLE.terms", Severity::Info, At::line(*line), message, format!("Write {main} throughout."));
        }
    }
}
