//! GUIDANCE-OLD, GUIDANCE-EDITION: what is cited, judged against the guidance register as it stands on the day.

use super::{
    At, Findings, Severity, Subject,
    contacts::find_word,
    data::{Edition, Guidance},
    expression, phrases,
};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    for guidance in &subject.template.lint.guidance {
        let Some((newest, older)) = guidance.in_force(subject.today) else { continue };
        for (_, paragraph) in subject.document.body() {
            let mut dated = Vec::new();
            let mut bare = None;
            for line in paragraph.line..=paragraph.end_line {
                for (at, after) in cited(subject, guidance, line) {
                    match after {
                        Some(year) => dated.push((at, year)),
                        None => bare = bare.or(Some(at)).filter(|at| phrases::is_title(subject, *at)),
                    }
                }
            }
            for (at, year) in &dated {
                if year_of(newest).is_some_and(|current| *year < current) {
                    let known = older.iter().any(|edition| year_of(edition) == Some(*year));
                    let edition = if known { "edition" } else { "older edition" };
                    let message =
                        format!("the {edition} of {year} of {} was replaced on {}", guidance.name, newest.from);
                    let fix = format!("Cite the edition of {}, and read what changed.", newest.edition);
                    findings.add("GUIDANCE-OLD.edition", Severity::Error, *at, message, fix);
                }
            }
            if let Some(at) = bare.filter(|_| dated.is_empty()) {
                let message = format!("{} is cited without its edition", guidance.name);
                let fix = format!("Add the edition in force, {}.", newest.edition);
                findings.add("GUIDANCE-EDITION", guidance.severity, at, message, fix);
            }
        }
    }
}

/// The year an edition is cited by.
fn year_of(edition: &Edition) -> Option<i32> {
    edition.edition.rsplit(' ').next()?.parse().ok()
}

/// Where a line cites it, and the year beside each citation.
fn cited(subject: Subject<'_>, guidance: &Guidance, line: u32) -> Vec<(At, Option<i32>)> {
    const AFTER: usize = 40;
    let place = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
    let Some(text) = subject.document.lines.get(place) else { return Vec::new() };
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    for title in &guidance.titles {
        let Some(at) = find_word(&lower, &title.to_lowercase()) else { continue };
        let after: String = lower.get(at + title.len()..).unwrap_or_default().chars().take(AFTER).collect();
        let after = after.split_once(". ").map_or(after.as_str(), |(sentence, _)| sentence);
        let before = lower.get(..at).unwrap_or_default().trim_end();
        let year = |shape: Option<&regex::Regex>, text: &str| {
            shape.and_then(|shape| shape.captures(text)).and_then(|found| found.get(1)?.as_str().parse().ok())
        };
        let year = year(expression!(r"\b((?:19|20)\d\d)\b"), after)
            .or_else(|| year(expression!(r"\b((?:19|20)\d\d)$"), before));
        found.push((At::byte(line, &lower, at), year));
    }
    found
}
