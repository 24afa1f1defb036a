//! Answers a request with every record of the learner that the caller may read.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetAccessRequestRequest, GetAccessRequestResponse};
use tonic::Request;

use super::{convert, subject};
use crate::App;

pub(super) async fn get_access_request(
    app: &App,
    request: Request<GetAccessRequestRequest>,
) -> Result<GetAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let file = subject::file(&tx, &request.access_request_id).await?;
    tx.record(Act::new("access_request.read", file.request.id.as_str()).detail("ids", file.shown()));
    let now = tx.now();
    tx.commit().await?;
    Ok(GetAccessRequestResponse {
        access_request: Some(convert::subject_access::seen(&file, now)),
        items: convert::subject_access::items(&file),
        undecided: convert::subject_access::left(&file),
    })
}
