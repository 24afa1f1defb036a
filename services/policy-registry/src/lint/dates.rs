//! REVIEW-OVERDUE, DATE-ORDER, SIGN-BLANK: when it was approved, when it is due, and who signed it.

use super::{At, Findings, Severity, Subject, expression};
use crate::{document::Kind, import::dates::dates, parameter::PartDate};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let date = |key: &str| subject.value(key).and_then(PartDate::parse);
    let (mut due, approved) = (date("doc.next_review"), date("doc.approved_on"));
    let mut due_at = At::line(subject.line("doc.next_review"));
    let months = subject.template.review_months;
    // What was reviewed since stands as approved on that day.
    let reviewed = subject.parameters.iter().filter(|parameter| parameter.key == "doc.review_log");
    let reviewed = reviewed.flat_map(|parameter| &parameter.values).flat_map(|text| dates(text));
    let since = reviewed.filter_map(|found| found.date).chain(approved).max();
    let mut past = None;
    if due.is_none() {
        // A line that tells what became of reviews, and not when the next one is.
        let mut front = subject.document.paragraphs.iter().filter(|p| p.kind == Kind::Front);
        if let Some(line) = front.find(|p| p.text.to_lowercase().starts_with("review date")) {
            let found: Vec<PartDate> = dates(&line.text).into_iter().filter_map(|found| found.date).collect();
            due_at = At::line(line.line);
            if let Some(last) = found.iter().max().copied() {
                let early = approved.is_some_and(|approved| last.last() < approved.first());
                let message = if found.len() > 1 {
                    "the review date is not one date: when the policy is due cannot be told"
                } else if early {
                    "the review date lies before the approval"
                } else {
                    "the review date tells of a review that was, and not when the next one is due"
                };
                let fix = "Print the date of the next review alone, and the reviews done in a line of their own.";
                findings.add("DATE-ORDER", Severity::Warning, due_at, message, fix);
                let done = expression!(
                    r"(?i)\b(?:reviewed|looked at|looked through|no changes?|nothing changed|amended|revised)\b"
                );
                if found.len() > 1 || early || done.is_some_and(|done| done.is_match(&line.text)) {
                    past = Some(approved.map_or(last, |approved| last.max(approved)));
                } else {
                    due = Some(last);
                }
            }
        }
    }
    match (due, since) {
        (Some(due), _) if due.last().is_some_and(|last| last < subject.today) => {
            let fix = "Review the policy, then have it approved and signed.";
            findings.add("REVIEW-OVERDUE", Severity::Error, due_at, format!("the review was due by {due}"), fix);
        }
        (Some(due), Some(since)) if due.first() > since.plus_months(months).last() => {
            let message = format!("the review is due later than {months} months after approval");
            findings.add("REVIEW-OVERDUE", Severity::Error, due_at, message, "Bring the review date forward.");
        }
        (None, _) if past.is_some() => {
            let by = past.map(|past| past.plus_months(months));
            let over = by.filter(|by| by.last().is_some_and(|last| last < subject.today));
            let message = over.map_or_else(
                || "the date of the next review is not set".to_owned(),
                |by| format!("the date of the next review is not set, and it was due by {by}"),
            );
            let fix = "Review the policy, and print the date of the next review.";
            findings.add("REVIEW-OVERDUE", Severity::Error, due_at, message, fix);
        }
        (None, _) => {
            let fix = "Add a line “Review date” to the front page.";
            findings.add("REVIEW-OVERDUE", Severity::Error, At::line(0), "no review date was found", fix);
        }
        (Some(_), _) => {}
    }
    if let (Some(due), Some(approved)) = (due, approved) {
        if due.last() < approved.first() {
            let message = "the review date lies before the approval";
            findings.add("DATE-ORDER", Severity::Warning, due_at, message, "Put the date of the next review.");
        }
        if approved.first().is_some_and(|first| first > subject.today) {
            let at = At::line(subject.line("doc.approved_on"));
            findings.add("DATE-ORDER", Severity::Warning, at, "the approval lies in the future", "Mend the date.");
        }
    }
    for (line, text) in subject.document.numbered() {
        for found in dates(text).into_iter().filter(|found| found.date.is_none()) {
            let at = At::byte(line, text, found.start);
            let message = format!("there is no {}", found.text);
            findings.add("DATE-ORDER", Severity::Warning, at, message, "Put the right date.");
        }
        let word = expression!(r"(?i)\bdate\b[^\t]*\brectified\b").and_then(|shape| shape.find(text));
        if let Some(found) = word {
            let at = At::byte(line, text, found.start());
            findings.add(
                "DATE-ORDER",
                Severity::Warning,
                at,
                "“rectified” is not what is done to a policy",
                "Write ratified.",
            );
        }
    }
    signatures(subject, findings);
}

fn signatures(subject: Subject<'_>, findings: &mut Findings) {
    let block: Vec<_> = subject.document.paragraphs.iter().filter(|p| p.kind == Kind::Signature).collect();
    let Some(first) = block.first() else {
        let fix = "Add a block in which the head and the chair of governors sign and date it.";
        findings.add("SIGN-BLANK", Severity::Error, At::line(0), "there is no signature block", fix);
        return;
    };
    let label = expression!(
        r"(?ix)^(?:signed(?:\ by|\ on\ behalf\ of.*)?|signatures?|dated?|name|print\ name|position|(?:the\ )?(?:acting\ )?head\ ?(?:teacher)?(?:\s?/\s?principal)?|proprietor.*|chair.*|governors?|trustees?|principal)\s*[:._\s-]*$"
    );
    let is_label = |cell: &str| label.is_some_and(|label| label.is_match(cell.trim()));
    // What a line says besides its labels; “Chair: A. Lark” says one thing and “Chair:  Date:” none.
    let says = |line: u32| {
        let place = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
        let raw = subject.document.lines.get(place).map_or("", String::as_str);
        let cells = raw.split(['\t', ':']).map(str::trim).filter(|cell| !cell.is_empty());
        cells.filter(|cell| !is_label(cell) && cell.chars().any(char::is_alphanumeric)).count() > 0
    };
    let filled = block.iter().filter(|p| says(p.line)).count();
    let dated = block.iter().any(|p| dates(&p.text).iter().any(|found| found.date.is_some()));
    if filled == 0 || !dated {
        let message = if filled == 0 { "nobody has signed" } else { "the signatures carry no date" };
        let fix = "Have the head and the chair of governors sign and date it.";
        findings.add("SIGN-BLANK", Severity::Error, At::line(first.line), message, fix);
        return;
    }
    // One signs and the other does not: a role with nothing beside it, and no name on the next line.
    let role = expression!(r"(?i)^\W*(?:chair|head|principal|proprietor)");
    for (place, paragraph) in block.iter().enumerate() {
        let next =
            block.get(place + 1).is_some_and(|next| says(next.line) && !role.is_some_and(|r| r.is_match(&next.text)));
        let before = place
            .checked_sub(1)
            .and_then(|at| block.get(at))
            .is_some_and(|p| says(p.line) && !role.is_some_and(|r| r.is_match(&p.text)));
        if role.is_some_and(|role| role.is_match(&paragraph.text)) && !says(paragraph.line) && !next && !before {
            let fix = "Have them sign and date it.";
            findings.add("SIGN-BLANK", Severity::Error, At::line(paragraph.line), "this role has not signed", fix);
        }
    }
}
