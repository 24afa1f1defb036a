//! A roll as a table: what each line would do is shown first, then all of it is taken, or nothing.

use axum::extract::Multipart;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        ImportLearnersRequest, LearnerImportChange, LearnerImportDecision, LearnerImportLeaver, LearnerImportLine,
        PreviewLearnerImportRequest, PreviewLearnerImportResponse,
    },
};
use serde::{Deserialize, Serialize};

use super::{day, told_apart};
use crate::{
    console::{
        address,
        posted::Posted,
        upload,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The largest table, in bytes.
pub const LARGEST: usize = 5 << 20;
/// What is answered for somebody who is not on the roll yet.
const NEW: &str = "new";

/// What a preview came to, as the page that asks for the decisions carries it on to itself.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reviewed {
    content_hash: String,
    rows: Vec<(String, String)>,
    close: Vec<Close>,
    /// What is to be thought of before children leave; empty where none does.
    #[serde(default)]
    warning: String,
}

/// A line whose learner may be here already.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Close {
    line: u32,
    name: String,
    /// Ids, and how to tell them apart.
    candidates: Vec<(String, String)>,
}

/// What is asked first.
pub fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "The roll").hint(
            "A CSV file, 5 MB at most, whose first line has the headings FAMILY NAME and GIVEN NAME, and as far as known KNOWN AS, DATE OF BIRTH, YEAR GROUP, UPN, FLAGS and USER NAME.",
        ),
        Field::checkboxes("whole_roll", "Is this the whole roll? (optional)", &[("yes", "Yes: whoever is not in it has left")]),
    ]
}

/// What is asked of the lines that may be children who are here.
pub fn decisions(reviewed: &Reviewed) -> Vec<Field> {
    let field = |close: &Close| {
        let label = format!("Line {}: {}. Who is it?", close.line, close.name);
        let known = close.candidates.iter().map(|(id, text)| (id.as_str(), text.as_str()));
        let new = "Somebody who is not on the roll yet";
        Field::radios(&format!("line-{}", close.line), &label, &[]).choices(known).choices([(NEW, new)])
    };
    reviewed.close.iter().map(field).collect()
}

/// A preview with something of everything, as a test knows it.
#[cfg(test)]
pub fn sample() -> Reviewed {
    Reviewed::of(&PreviewLearnerImportResponse {
        content_hash: "h".into(),
        new_learners: 2,
        changed: 1,
        lines: vec![
            line("changed", vec![]),
            line(
                "close_match",
                vec![proto::incident_cases::v1::LearnerMatch { learner: Some(super::sample()), ..Default::default() }],
            ),
        ],
        leavers: 2,
        unread_columns: vec!["DOB".into()],
        leaving: [true, false]
            .map(|has_records| LearnerImportLeaver { learner: Some(super::sample()), has_records })
            .to_vec(),
        ..Default::default()
    })
}

#[cfg(test)]
fn line(outcome: &str, candidates: Vec<proto::incident_cases::v1::LearnerMatch>) -> LearnerImportLine {
    LearnerImportLine { line: 3, outcome: outcome.into(), name: "Sam <Oak>".into(), candidates, ..Default::default() }
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Import a roll", visit.crumbs(&[("Children", visit.at("/learners"))]));
    visit
        .form_page(head, visit.at("/learners/import"), "Check the roll", fields())
        .lead("Every line is checked first. Nothing is changed before you have seen what would be.")
}

/// Asks for the table.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::LearnerManage)?;
    visit.page(&page(&visit))
}

/// Says what would become of its lines.
pub async fn preview(visit: Visit, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let previewed = match upload::whole(file, LARGEST).await {
        Ok(content) => {
            let whole = parts.next_field().await.ok().flatten().is_some_and(|field| field.name() == Some("whole_roll"));
            send(&visit, &answers, content, whole).await
        }
        Err(error) => Err(error),
    };
    match previewed {
        Ok(preview) if preview.content_hash.is_empty() => {
            let mut page = page(&visit);
            let wrong = words::counted(preview.wrong.into(), "line is wrong", "lines are wrong");
            page.warning = format!("{wrong}. Nothing was changed: mend the roll and send it again.");
            page.rows = preview.lines.iter().filter(|line| line.outcome == "wrong").map(wrong_row).collect();
            page.rows.extend(unread(&preview).map(|(key, value)| Row::new(key, value)));
            visit.page(&page)
        }
        Ok(preview) => visit.page(&commit_page(&visit, &Reviewed::of(&preview))),
        Err(error) => visit.again(page(&visit), &answers, on_file(error), ""),
    }
}

/// The contract's word for the file is not the form's.
fn on_file(error: Error) -> Error {
    match error.violations().iter().find(|violation| violation.field == "content") {
        Some(violation) => Error::invalid("file", violation.message.clone()),
        None => error,
    }
}

async fn send(
    visit: &Visit,
    answers: &Answers,
    content: Vec<u8>,
    whole_roll: bool,
) -> Result<PreviewLearnerImportResponse, Error> {
    let command = PreviewLearnerImportRequest {
        school_id: visit.school.clone(),
        content: content.into(),
        whole_roll,
        request_id: answers.request_id(),
        content_hash: String::new(),
    };
    heard(visit.cases()?.preview_learner_import(ask(command))).await
}

/// What the roll that was checked would do by now.
async fn check_again(
    visit: &Visit,
    answers: &Answers,
    reviewed: &Reviewed,
) -> Result<PreviewLearnerImportResponse, Error> {
    let command = PreviewLearnerImportRequest {
        school_id: visit.school.clone(),
        content_hash: reviewed.content_hash.clone(),
        request_id: address::request_id(&answers.request_id(), "checked again"),
        ..PreviewLearnerImportRequest::default()
    };
    heard(visit.cases()?.preview_learner_import(ask(command))).await
}

/// The columns that are not read, in one row.
fn unread(preview: &PreviewLearnerImportResponse) -> Option<(String, String)> {
    let columns = &preview.unread_columns;
    (!columns.is_empty())
        .then(|| ("Columns that are not read: their headings are not known".to_owned(), columns.join("\n")))
}

fn wrong_row(line: &LearnerImportLine) -> Row {
    let problems: Vec<String> = line.problems.iter().map(|p| format!("{}: {}", p.column, p.fix)).collect();
    Row::new(format!("Line {}", line.line), problems.join("\n"))
}

/// What one column changes, in words.
fn changed(change: &LearnerImportChange) -> String {
    let said = |text: &str| match (text, change.column.as_str()) {
        ("", _) => "nothing".to_owned(),
        (text, "DATE OF BIRTH") => day(text),
        (text, _) => text.to_owned(),
    };
    let column = words::sentence(&change.column.to_lowercase());
    format!("{}: {}, instead of {}", column, said(&change.after), said(&change.before))
}

/// Names in one row, and how many more there are.
fn listed(key: &str, mut names: Vec<String>, all: u32) -> Option<(String, String)> {
    let more = all.saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    (!names.is_empty()).then(|| (key.to_owned(), names.join("\n")))
}

fn leave(leavers: u32) -> String {
    words::counted(leavers.into(), "child who is not in it leaves today", "children who are not in it leave today")
}

impl Reviewed {
    fn of(preview: &PreviewLearnerImportResponse) -> Self {
        let counts = [
            ("Children who are added", preview.new_learners),
            ("Children whose record changes", preview.changed),
            ("Children who are back", preview.returned),
            ("Children who are here as the roll says", preview.unchanged),
            ("Lines you decide about below", preview.close_matches),
            ("Children who are not in the roll: their last day will be today", preview.leavers),
        ];
        let mut rows: Vec<(String, String)> =
            counts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| ((*key).to_owned(), n.to_string())).collect();
        rows.extend(unread(preview));
        for (outcome, word) in [("returned", "is back"), ("changed", "changes")] {
            for line in preview.lines.iter().filter(|line| line.outcome == outcome) {
                let changes = line.changes.iter().map(changed);
                let said = std::iter::once(format!("{} {word}", line.name)).chain(changes);
                rows.push((format!("Line {}", line.line), said.collect::<Vec<_>>().join("\n")));
            }
        }
        let new = preview.lines.iter().filter(|line| line.outcome == "new").map(|line| line.name.clone());
        rows.extend(listed("Who is added", new.collect(), preview.new_learners));
        let (with, without): (Vec<_>, Vec<_>) = preview.leaving.iter().partition(|leaver| leaver.has_records);
        let called = |some: Vec<&LearnerImportLeaver>| -> Vec<String> {
            some.into_iter().filter_map(|leaver| leaver.learner.as_ref()).map(told_apart).collect()
        };
        let (with, without) = (called(with), called(without));
        let shown = u32::try_from(with.len()).unwrap_or(u32::MAX);
        let warning = match (preview.leavers, shown) {
            (0, _) => String::new(),
            (leavers, 0) => format!("{}. Is this the whole roll?", leave(leavers)),
            (leavers, some) => {
                let some = words::counted(some.into(), "of them has a file", "of them have a file");
                format!("{}, {some}. Is this the whole roll?", leave(leavers))
            }
        };
        rows.extend(listed("Who leaves, with a file", with, shown));
        rows.extend(listed("Who leaves", without, preview.leavers.saturating_sub(shown)));
        let close = preview.lines.iter().filter(|line| line.outcome == "close_match").map(|line| Close {
            line: line.line,
            name: line.name.clone(),
            candidates: line
                .candidates
                .iter()
                .filter_map(|found| Some((found.learner.as_ref()?, found.why.as_str())))
                .map(|(learner, why)| {
                    let text = format!("{} (by {why})", told_apart(learner));
                    (learner.learner_id.clone(), if why.is_empty() { told_apart(learner) } else { text })
                })
                .collect(),
        });
        Self { content_hash: preview.content_hash.clone(), rows, close: close.collect(), warning }
    }
}

fn commit_page(visit: &Visit, reviewed: &Reviewed) -> FormPage {
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners")), ("Import a roll", visit.at("/learners/import"))]);
    let action = visit.at("/learners/import/commit");
    let mut page =
        visit.form_page(Head::new("Check what will change", crumbs), action, "Take the roll", decisions(reviewed));
    page.warning.clone_from(&reviewed.warning);
    page.rows = reviewed.rows.iter().map(|(key, value)| Row::new(key, value)).collect();
    page.form = page.form.carrying("reviewed", serde_json::to_string(reviewed).unwrap_or_default());
    page.others.push(Link::new("Send another file instead", visit.at("/learners/import")));
    page
}

/// Takes the lines.
pub async fn commit(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let reviewed: Reviewed = serde_json::from_str(&answers.text("reviewed")).unwrap_or_default();
    match take(&visit, &answers, &reviewed).await {
        Ok(()) => visit.to(&visit.at("/learners?done=learners_imported")),
        Err(error) if error.violations().iter().any(|v| v.field == "content_hash") => {
            // Whatever changed in the roll here meanwhile is shown, and decided about, before anything is taken.
            if let Ok(preview) = check_again(&visit, &answers, &reviewed).await {
                let mut page = commit_page(&visit, &Reviewed::of(&preview));
                let changed =
                    "The roll changed here since you checked it, and nothing was taken. Check again what will change.";
                page.warning = [changed, page.warning.as_str()].join(" ").trim_end().to_owned();
                return visit.page_again(&page, &error);
            }
            let message = error.violations().first().map(|v| v.message.clone()).unwrap_or_default();
            visit.again(page(&visit), &answers, Error::invalid("file", message), "")
        }
        Err(error) => visit.again(commit_page(&visit, &reviewed), &answers, error, ""),
    }
}

async fn take(visit: &Visit, answers: &Answers, reviewed: &Reviewed) -> Result<(), Error> {
    let mut v = Violations::new();
    let mut decisions = Vec::new();
    for close in &reviewed.close {
        let field = format!("line-{}", close.line);
        let answer = answers.text(&field);
        v.check(!answer.is_empty(), field, format!("Select who line {} is", close.line));
        let learner_id = if answer == NEW { String::new() } else { answer };
        decisions.push(LearnerImportDecision { line: close.line, learner_id });
    }
    v.finish()?;
    let command = ImportLearnersRequest {
        school_id: visit.school.clone(),
        content_hash: reviewed.content_hash.clone(),
        decisions,
        request_id: answers.request_id(),
    };
    heard(visit.cases()?.import_learners(ask(command))).await.map(|_| ())
}
