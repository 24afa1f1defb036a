//! Lists the attachments of a case and of its concerns, without their files.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListAttachmentsRequest, ListAttachmentsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_attachments(
    app: &App,
    request: Request<ListAttachmentsRequest>,
) -> Result<ListAttachmentsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let records: Vec<&str> =
        std::iter::once(case.id.as_str()).chain(case.concern_ids.iter().map(String::as_str)).collect();
    let attachments = store::attachment::of(&tx, &records).await?;
    let ids: Vec<&str> = attachments.iter().map(|attachment| attachment.id.as_str()).collect();
    tx.record(Act::new("attachment.listed", case.id.as_str()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListAttachmentsResponse { attachments: convert::attachment::all(attachments) })
}
