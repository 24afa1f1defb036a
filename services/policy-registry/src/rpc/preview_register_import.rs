//! Says of every line of a file whether it would be added and what the rules would find afterwards, and keeps the file
//! for a day.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{
    PreviewRegisterImportRequest, PreviewRegisterImportResponse, RegisterFinding, RegisterImportLine,
    RegisterImportProblem,
};
use tonic::Request;

use super::{
    registers::{self, Registers},
    work,
};
use crate::{
    App,
    register::{
        Entry, Violation,
        judge::{Finding, Kept, judge},
        table::Line,
    },
    store,
};

/// How many lines of each sort are shown.
const SHOWN: usize = 200;

pub(super) async fn preview_register_import(
    app: &App,
    request: Request<PreviewRegisterImportRequest>,
) -> Result<PreviewRegisterImportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let all = Registers::load(&tx, None).await?;
    let definition = registers::one(&all.definitions, &request.register, &scope, true)?;
    let preview = registers::table(&all, definition, &request.content)?;
    let (mut content_hash, mut findings) = (String::new(), Vec::new());
    if preview.wrong.is_empty() {
        content_hash = registers::content_hash(&scope, &definition.key, &request.content);
        store::register_entry::keep_preview(&tx, &content_hash, &request.content).await?;
        let make = |line: &Line| registers::entry(&tx, &definition.key, line.values.clone(), None);
        findings = new_findings(&all, preview.accepted.iter().map(make).collect::<Result<_>>()?);
    }
    let wrong = preview.wrong.iter().map(|(number, violations)| wrong(*number, violations));
    let accepted = preview.accepted.iter().map(|line| readable(line, "accepted", None));
    let duplicates = preview.duplicates.iter().map(|(line, earlier)| readable(line, "duplicate", *earlier));
    let lines = wrong.take(SHOWN).chain(accepted.take(SHOWN)).chain(duplicates.take(SHOWN)).collect();
    let act = Act::new("register_import.previewed", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("accepted", preview.accepted.len()));
    let response = PreviewRegisterImportResponse {
        content_hash,
        accepted: registers::count(preview.accepted.len()),
        duplicates: registers::count(preview.duplicates.len()),
        wrong: registers::count(preview.wrong.len()),
        lines,
        findings,
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What would be found with these entries and is not found without them, the gravest first.
fn new_findings(all: &Registers, added: Vec<Entry>) -> Vec<RegisterFinding> {
    let found = |kept: &Kept<'_>| all.readable().flat_map(|definition| judge(kept, definition)).collect::<Vec<_>>();
    let before = all.judged(found);
    let entries: Vec<Entry> = all.entries.iter().cloned().chain(added).collect();
    let mut after = all.judged_with(&entries, found);
    let same =
        |a: &Finding, b: &Finding| (&a.code, a.sort, &a.subjects, a.due) == (&b.code, b.sort, &b.subjects, b.due);
    after.retain(|finding| !before.iter().any(|earlier| same(earlier, finding)));
    after.sort_by_key(|finding| (finding.severity, finding.sort, finding.due));
    // No entry of these has been added yet: there is none to look at.
    let unlinked = |finding: &Finding| RegisterFinding { entry_id: String::new(), ..registers::finding(finding) };
    after.iter().map(unlinked).collect()
}

fn wrong(number: u64, violations: &[Violation]) -> RegisterImportLine {
    let problem = |v: &Violation| RegisterImportProblem { column: v.field.clone(), fix: v.fix.clone() };
    RegisterImportLine {
        line: told(number),
        outcome: "wrong".to_owned(),
        problems: violations.iter().map(problem).collect(),
        ..RegisterImportLine::default()
    }
}

fn readable(line: &Line, outcome: &str, earlier: Option<u64>) -> RegisterImportLine {
    RegisterImportLine {
        line: told(line.number),
        outcome: outcome.to_owned(),
        values: registers::values(&line.values),
        repeats_line: earlier.map(told).unwrap_or_default(),
        ..RegisterImportLine::default()
    }
}

fn told(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
