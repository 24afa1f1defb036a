//! Lets an exception hold. Nobody approves alone what they asked for, except the lead.

use chassis::{caller::Caller, db::Once, error::Result};
use proto::filtering_ingest::v1::{ApproveExceptionRequest, ApproveExceptionResponse};
use tonic::Request;

use super::decide_exception::decide;
use crate::App;

pub(super) async fn approve_exception(
    app: &App,
    request: Request<ApproveExceptionRequest>,
) -> Result<ApproveExceptionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let exception = decide(&mut tx, &request.exception_id, true, "").await?;
    let response = ApproveExceptionResponse { exception: Some(exception) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
