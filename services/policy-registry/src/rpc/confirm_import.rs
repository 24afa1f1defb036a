//! Records that a person looked at what became of every paragraph.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{ConfirmImportRequest, ConfirmImportResponse};
use tonic::Request;

use super::work;
use crate::App;

pub(super) async fn confirm_import(app: &App, request: Request<ConfirmImportRequest>) -> Result<ConfirmImportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let instance = instance.confirm_import(tx.now())?;
    let act = Act::new("import.confirmed", instance.id.as_str()).detail("paragraphs", instance.summary.paragraphs());
    work::written(&mut tx, act, &instance).await?;
    let response = ConfirmImportResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
