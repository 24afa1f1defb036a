//! Shows what of a child's file would go.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{PreviewTransferRequest, PreviewTransferResponse};
use tonic::Request;

use super::{
    convert,
    convert::transfer::Origins,
    passing_on::{going, names_told},
};
use crate::{App, store, transfer::contents::Entry};

pub(super) async fn preview_transfer(
    app: &App,
    request: Request<PreviewTransferRequest>,
) -> Result<PreviewTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let names = names_told(app, &scope, &request.learner_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::answers_requests(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    let going = going(&tx, &learner, &request.along_learner_ids, &names).await?;
    let ids = going.case_ids.iter().chain(&going.concern_ids).map(String::as_str);
    let ids: Vec<&str> = ids.chain(going.unsaid_ids()).collect();
    tx.record(Act::new("transfer.previewed", learner.id.as_str()).detail("ids", serde_json::json!(ids)));
    tx.commit().await?;
    let origins = Origins { sender: request.school_id.clone(), names };
    let item = |entry: &Entry| convert::transfer::item(entry, String::new(), &origins);
    Ok(PreviewTransferResponse {
        items: going.contents.entries.iter().map(item).collect(),
        left_out: convert::transfer::left_out(&going.contents.left_out),
        contents_digest: going.contents.digest(),
        beyond: going.beyond,
        unsaid: convert::transfer::unsaid(&going.unsaid),
        names: going.contents.names.iter().map(convert::transfer::name).collect(),
    })
}
