//! Sends a file back that was sent in error: its keys are destroyed, unless it is the last copy, and it is due again where it
//! came from. Where a school outside the platform sends one back that it has received, the school that sent it records that.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::SchoolId,
};
use proto::{
    event::v1::TransferReturned,
    incident_cases::v1::{ReturnTransferRequest, ReturnTransferResponse},
};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{due_again, named, reckon_anew, sender, shown},
    unnamed::unnamed_reason,
    work::one_of,
};
use crate::{
    App,
    rules::TRANSFER_REASON_MAX,
    store,
    transfer::{Ended, RETURNS, TransferId},
};

pub(super) async fn return_transfer(
    app: &App,
    request: Request<ReturnTransferRequest>,
) -> Result<ReturnTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &RETURNS);
    v.text("reason", "why, without names", &request.reason, TRANSFER_REASON_MAX);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let own = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    if own.goes_outside() && own.from_school_id == request.school_id {
        tx.silent();
        tx.commit().await?;
        return came_back(app, &scope, &request).await;
    }
    let from = sender(&tx, &request.transfer_id, &request.school_id).await?;
    let known: TransferId = request.transfer_id.parse().map_err(|_| Error::missing())?;
    let child = store::transfer::part(&tx, &request.school_id, &known).await?.map(|part| part.learner_id);
    let said = (request.reason.as_str(), request.no_learner_meant);
    let meant_otherwise = unnamed_reason(&tx, child, said, known.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    let both = match &from {
        Some(from) => scope.also_at(from),
        None => scope.clone(),
    };
    let mut tx = match once(app, &both, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = request.school_id.as_str();
    if let Some(act) = meant_otherwise {
        tx.record(act.school(school));
    }
    // Whoever sends there, or says meanwhile that the child left, holds the learner first, too.
    let theirs = match &from {
        Some(from) => {
            let part = store::transfer::part(&tx, from.as_str(), &known).await?.ok_or_else(Error::missing)?;
            let learner = store::learner::held_at(&tx, &part.learner_id, from.as_str()).await?;
            Some((from, part, learner))
        }
        None => None,
    };
    let mut transfer = store::transfer::load(&tx, &request.transfer_id, school).await?;
    let own = store::transfer::part(&tx, school, &transfer.id).await?;
    let had_elsewhere = match &theirs {
        Some((_, part, _)) => store::transfer::had_elsewhere(&tx, part, own.as_ref()).await?,
        // What a school outside the platform keeps is theirs to know: it sent a package, and has it.
        None => true,
    };
    let (kind, reason) = (request.kind.clone(), request.reason.trim().to_owned());
    transfer.give_back_unless_last(Ended { kind, reason, who: named(&scope, &tx) }, had_elsewhere)?;
    let act = Act::new("transfer.returned", transfer.id.as_str()).school(school).detail("kind", &*request.kind);
    let act = store::transfer::shred(&tx, &transfer, act).await?;
    store::transfer::update(&mut tx, &transfer, act).await?;
    let their_child = theirs.as_ref().map(|(from, part, _)| ((*from).clone(), part.learner_id.clone()));
    if let Some((from, part, learner)) = theirs {
        // Where it came from it is due again, by the same clock. A school outside the platform is told by telephone.
        due_again(&mut tx, &transfer, part, &learner).await?;
        // The rest of a file is announced to nobody there: not everybody may know of it, and it is due again.
        let told = if transfer.rest { String::new() } else { from.to_string() };
        let event = TransferReturned { from_school_id: told, kind: request.kind.clone() };
        tx.announce_at(school, transfer.id.as_str(), Event::TransferReturned(event)).await?;
    }
    let shown = shown(&tx, &transfer, own.as_ref(), school).await?;
    let response = ReturnTransferResponse { transfer: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    // Where nothing is left of a file, at either school, none is due.
    if let Some((from, learner)) = their_child {
        reckon_anew(app, &from, &learner).await?;
    }
    if let Some(own) = own {
        let here: SchoolId = school.parse().map_err(Error::internal)?;
        reckon_anew(app, &here, &own.learner_id).await?;
    }
    Ok(response)
}

/// A school outside the platform has sent a file back that it had received, or says that it destroyed it.
async fn came_back(app: &App, scope: &Scope, request: &ReturnTransferRequest) -> Result<ReturnTransferResponse> {
    let mut tx = match once(app, scope, &request.request_id, request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (id, school) = (request.transfer_id.as_str(), request.school_id.as_str());
    let known: TransferId = id.parse().map_err(|_| Error::missing())?;
    let part = store::transfer::part(&tx, school, &known).await?.ok_or_else(Error::missing)?;
    // Whoever sends it meanwhile holds the learner first, too.
    store::learner::hold(&tx, [&part.learner_id]).await?;
    let mut transfer = store::transfer::load(&tx, id, school).await?;
    if transfer.state() == "sent" {
        return Err(Error::wrong_state("nobody has confirmed that the file arrived: take it back"));
    }
    let said = (request.reason.as_str(), request.no_learner_meant);
    if let Some(act) = unnamed_reason(&tx, Some(part.learner_id.clone()), said, id).await? {
        tx.record(act);
    }
    let (kind, reason) = (request.kind.clone(), request.reason.trim().to_owned());
    transfer.give_back(Ended { kind, reason, who: named(scope, &tx) })?;
    let act = Act::new("transfer.returned", id).detail("kind", &*request.kind).detail("from", "outside");
    let act = store::transfer::shred(&tx, &transfer, act).await?;
    store::transfer::update(&mut tx, &transfer, act).await?;
    let learner = store::learner::load(&tx, part.learner_id.as_str()).await?;
    if !store::transfer::nothing_kept(&tx, &learner).await? {
        due_again(&mut tx, &transfer, part.clone(), &learner).await?;
    }
    store::retention::stale(&tx, &part.learner_id).await?;
    let shown = shown(&tx, &transfer, Some(&part), school).await?;
    let response = ReturnTransferResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
