//! GUIDANCE-OLD, GUIDANCE-EDITION: what is cited, judged against the guidance register as it stands on the day.

use super::{
    At, Finding, Findings, Severity, Subject,
    data::Edition,
    expression, phrases,
    prepared::Owner,
    sheet::{Sheet, Spot},
};

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    for (number, guidance) in subject.template.lint.guidance.iter().enumerate() {
        let Some((newest, older)) = guidance.in_force(subject.today) else { continue };
        for (_, text) in sheet.body() {
            let mut dated = Vec::new();
            let mut bare = None;
            let mut linked = None;
            for spot in text.spots.iter().filter(|spot| spot.owner == Owner::Guidance(number) && !own(subject, spot)) {
                match year(subject, spot) {
                    Some(year) => dated.push((spot.at, year)),
                    // An address cites it as well, and leads to the edition in force.
                    None if phrases::in_address(subject, spot.at) => linked = linked.or(Some(spot.at)),
                    None => {
                        bare =
                            bare.or(Some(spot.at)).filter(|at| guidance.unmistakable || phrases::is_title(subject, *at))
                    }
                }
            }
            // What was said of the words already is not said again.
            let said = |at: &At| {
                let same = |f: &Finding| f.rule == "GUIDANCE-OLD" && (f.line, f.column) == (at.line, at.column);
                findings.found.iter().any(same)
            };
            let told: Vec<_> = dated.iter().map(|(at, _)| said(at)).collect();
            for ((at, year), _) in dated.iter().zip(told).filter(|(_, told)| !told) {
                if year_of(newest).is_some_and(|current| *year < current) {
                    let known = older.iter().any(|edition| year_of(edition) == Some(*year));
                    let edition = if known { "edition" } else { "older edition" };
                    let message =
                        format!("the {edition} of {year} of {} was replaced on {}", guidance.name, newest.from);
                    let fix = format!("Cite the edition of {}, and read what changed.", newest.edition);
                    findings.add("GUIDANCE-OLD.edition", Severity::Error, *at, message, fix);
                }
            }
            let severity = if bare.is_some() { guidance.severity } else { Severity::Info };
            if let Some(at) = bare.or(linked).filter(|_| dated.is_empty()) {
                let message = format!("{} is cited without its edition", guidance.name);
                let fix = format!("Add the edition in force, {}.", newest.edition);
                findings.add("GUIDANCE-EDITION", severity, at, message, fix);
            }
        }
    }
}

/// The year an edition is cited by.
fn year_of(edition: &Edition) -> Option<i32> {
    edition.edition.rsplit(' ').next()?.parse().ok()
}

/// Whether a title is that of the school's own policy.
fn own(subject: Subject<'_>, spot: &Spot) -> bool {
    let place = usize::try_from(spot.end.line).unwrap_or_default().wrapping_sub(1);
    let behind = usize::try_from(spot.end.column).unwrap_or_default().wrapping_sub(1);
    let after = subject.document.lines.get(place).map(|line| line.chars().skip(behind).collect::<String>());
    after.is_some_and(|after| {
        let next = after.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        next.starts_with("polic") || next.starts_with("procedure")
    })
}

/// The year beside a citation.
fn year(subject: Subject<'_>, spot: &Spot) -> Option<i32> {
    const AFTER: usize = 80;
    let index = |number: u32| usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    let line = |at: At| subject.document.lines.get(index(at.line)).map_or("", String::as_str);
    let after: String = line(spot.end).chars().skip(index(spot.end.column)).take(AFTER).collect();
    let after = after.split_once(". ").map_or(after.as_str(), |(sentence, _)| sentence);
    let before: String = line(spot.at).chars().take(index(spot.at.column)).collect();
    let before = before.trim_end();
    let year = |shape: Option<&regex::Regex>, text: &str| {
        shape.and_then(|shape| shape.captures(text)).and_then(|found| found.get(1)?.as_str().parse().ok())
    };
    year(expression!(r"\b((?:19|20)\d\d)\b"), after).or_else(|| year(expression!(r"\b((?:19|20)\d\d)$"), before))
}
