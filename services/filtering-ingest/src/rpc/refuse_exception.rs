//! Says no to an exception, with the reason.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
};
use proto::filtering_ingest::v1::{RefuseExceptionRequest, RefuseExceptionResponse};
use tonic::Request;

use super::decide_exception::decide;
use crate::{App, rules::REASON_MAX};

pub(super) async fn refuse_exception(
    app: &App,
    request: Request<RefuseExceptionRequest>,
) -> Result<RefuseExceptionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why", &request.reason, REASON_MAX);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let exception = decide(&mut tx, &request.exception_id, false, request.reason.trim()).await?;
    let response = RefuseExceptionResponse { exception: Some(exception) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
