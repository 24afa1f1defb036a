//! Takes a file back before it is received, or records that none goes.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{WithdrawTransferRequest, WithdrawTransferResponse};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{named, shown},
};
use crate::{
    App,
    rules::TRANSFER_REASON_MAX,
    store,
    transfer::{Ended, WITHDRAWN},
};

pub(super) async fn withdraw_transfer(
    app: &App,
    request: Request<WithdrawTransferRequest>,
) -> Result<WithdrawTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.text("reason", "why, without names", &request.reason, TRANSFER_REASON_MAX);
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut transfer = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    if transfer.from_school_id != request.school_id {
        return Err(Error::wrong_state("another school sent this file: send it back"));
    }
    let part = store::transfer::part(&tx, &request.school_id, &transfer.id).await?.ok_or_else(Error::missing)?;
    let (kind, reason) = (WITHDRAWN.to_owned(), request.reason.trim().to_owned());
    transfer.withdraw(Ended { kind, reason, who: named(&scope, &tx) })?;
    let act = Act::new("transfer.withdrawn", transfer.id.as_str()).detail("kind", WITHDRAWN);
    let act = store::transfer::shred(&tx, &transfer, act).await?;
    store::transfer::update(&mut tx, &transfer, act).await?;
    store::retention::stale(&tx, &part.learner_id).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = WithdrawTransferResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
