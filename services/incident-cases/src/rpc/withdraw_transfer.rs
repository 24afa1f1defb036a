//! Takes a file back before it is received: it is due again, by the same clock. Or records that none goes, which is another
//! act: the one mends where it went, the other ends what is due.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{self as pb, WithdrawTransferRequest, WithdrawTransferResponse};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{due_again, named, shown},
    unnamed::unnamed_reason,
};
use crate::{
    App,
    rules::TRANSFER_REASON_MAX,
    store,
    transfer::{Ended, Part, Transfer, TransferId, WITHDRAWN},
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
    // Whoever sends meanwhile holds the learner first, too.
    let known: TransferId = request.transfer_id.parse().map_err(|_| Error::missing())?;
    if let Some(part) = store::transfer::part(&tx, &request.school_id, &known).await? {
        store::learner::hold(&tx, [&part.learner_id]).await?;
    }
    let mut transfer = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    if transfer.from_school_id != request.school_id {
        return Err(Error::wrong_state("another school sent this file: send it back"));
    }
    let part = store::transfer::part(&tx, &request.school_id, &transfer.id).await?.ok_or_else(Error::missing)?;
    let said = (request.reason.as_str(), request.no_learner_meant);
    if let Some(act) = unnamed_reason(&tx, Some(part.learner_id.clone()), said, transfer.id.as_str()).await? {
        tx.record(act);
    }
    let (kind, reason) = (WITHDRAWN.to_owned(), request.reason.trim().to_owned());
    let ended = Ended { kind, reason, who: named(&scope, &tx) };
    if request.none_goes {
        transfer.none_goes(ended)?;
    } else {
        transfer.take_back(ended)?;
    }
    let act = Act::new("transfer.withdrawn", transfer.id.as_str()).detail("kind", WITHDRAWN);
    let act = act.detail("none_goes", request.none_goes);
    let act = store::transfer::shred(&tx, &transfer, act).await?;
    store::transfer::update(&mut tx, &transfer, act).await?;
    let again = match request.none_goes {
        true => None,
        false => to_send_again(&mut tx, &transfer, &part).await?,
    };
    store::retention::stale(&tx, &part.learner_id).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = WithdrawTransferResponse { transfer: Some(shown), again };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What is to be sent in place of what was taken back; none where the child came back meanwhile.
async fn to_send_again(tx: &mut Tx, transfer: &Transfer, part: &Part) -> Result<Option<pb::Transfer>> {
    let school = transfer.from_school_id.as_str();
    let learner = store::learner::load(tx, part.learner_id.as_str()).await?;
    // What a school had sent before may have gone back there meanwhile.
    if store::transfer::nothing_kept(tx, &learner).await? {
        return Ok(None);
    }
    match due_again(tx, transfer, part.clone(), &learner).await? {
        Some((again, part)) => shown(tx, &again, Some(&part), school).await.map(Some),
        None => Ok(None),
    }
}
