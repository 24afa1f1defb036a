//! Says of every line of a file whether it would be added, and keeps the file for a day.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{
    PreviewRegisterImportRequest, PreviewRegisterImportResponse, RegisterImportLine, RegisterImportProblem,
};
use tonic::Request;

use super::{
    registers::{self, Registers},
    work,
};
use crate::{App, store};

/// How many lines are shown.
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
    let mut content_hash = String::new();
    if preview.wrong.is_empty() {
        content_hash = registers::content_hash(&scope, &definition.key, &request.content);
        store::register_entry::keep_preview(&tx, &content_hash, &request.content).await?;
    }
    let wrong = preview.wrong.iter().map(|(line, violations)| RegisterImportLine {
        line: u32::try_from(*line).unwrap_or(u32::MAX),
        outcome: "wrong".to_owned(),
        problems: violations
            .iter()
            .map(|v| RegisterImportProblem { column: v.field.clone(), fix: v.fix.clone() })
            .collect(),
    });
    let duplicates = preview.duplicates.iter().map(|line| RegisterImportLine {
        line: u32::try_from(*line).unwrap_or(u32::MAX),
        outcome: "duplicate".to_owned(),
        problems: Vec::new(),
    });
    let act = Act::new("register_import.previewed", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("accepted", preview.accepted.len()));
    let response = PreviewRegisterImportResponse {
        content_hash,
        accepted: registers::count(preview.accepted.len()),
        duplicates: registers::count(preview.duplicates.len()),
        wrong: registers::count(preview.wrong.len()),
        lines: wrong.chain(duplicates).take(SHOWN).collect(),
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
