//! Answers one handing over of a file, to either of its schools.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetTransferRequest, GetTransferResponse};
use tonic::Request;

use super::passing_on::shown;
use crate::{App, store};

pub(super) async fn get_transfer(app: &App, request: Request<GetTransferRequest>) -> Result<GetTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let transfer = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    let part = store::transfer::part(&tx, &request.school_id, &transfer.id).await?;
    let shown = shown(&tx, &transfer, part.as_ref(), &request.school_id).await?;
    tx.record(Act::new("transfer.read", transfer.id.as_str()));
    tx.commit().await?;
    Ok(GetTransferResponse { transfer: Some(shown) })
}
