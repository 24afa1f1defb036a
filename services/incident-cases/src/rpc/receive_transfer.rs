//! Confirms receipt of a file: from this commit on the receiving school holds its key, and not before.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::SchoolId,
};
use proto::{
    event::v1::TransferReceived,
    incident_cases::v1::{ReceiveTransferRequest, ReceiveTransferResponse},
};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{named, receiver, reckon_anew, sender, shown},
};
use crate::{
    App, store,
    transfer::{Part, PartId, Receipt},
};

pub(super) async fn receive_transfer(
    app: &App,
    request: Request<ReceiveTransferRequest>,
) -> Result<ReceiveTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if request.learner_id.is_empty() {
        return Err(Error::invalid("learner_id", "Select the child on your roll"));
    }
    let mut tx = app.store.begin(&scope).await?;
    let taken = || Error::wrong_state("receipt was confirmed already");
    let from = sender(&tx, &request.transfer_id, &request.school_id).await?.ok_or_else(taken)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    tx.silent();
    tx.commit().await?;
    // The key is handed over from the sender's, within this one transaction.
    let both = scope.also_at(&from);
    let mut tx = match once(app, &both, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut transfer = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    let sent = transfer.sent.clone().ok_or_else(Error::missing)?;
    let (id, school) = (transfer.id.to_string(), request.school_id.as_str());
    // Whether it may be received is said before anything of it is looked at.
    let receipt = Receipt { digest: String::new(), who: named(&scope, &tx), told: None };
    transfer.clone().receive(receipt)?;
    let who = receiver(&scope, &tx)?;
    let package = store::transfer::read(&tx, &id, from.as_str()).await?;
    package.check((&*id, school), (&*sent.digest, &*sent.signature), &app.signing_key.verifying_key())?;
    if !package.is(&learner.record) {
        return Err(another_child());
    }
    let theirs = store::transfer::part(&tx, from.as_str(), &transfer.id).await?;
    let more = match &theirs {
        Some(theirs) => {
            let child = (from.as_str(), &theirs.learner_id);
            store::transfer::went_before(&tx, child, school, &["received"]).await?
        }
        None => false,
    };
    transfer.receive(Receipt { digest: package.digest(), who, told: None })?;
    store::transfer::hand_over(&tx, &id, from.as_str(), school).await?;
    let part = Part {
        id: tx.ids().next::<PartId>(),
        transfer_id: transfer.id.clone(),
        school_id: school.to_owned(),
        learner_id: learner.id.clone(),
        advances: Vec::new(),
        blackened: Default::default(),
        went: Default::default(),
    };
    store::transfer::insert_part(&mut tx, &part).await?;
    let act = Act::new("transfer.received", &*id).school(school).detail("from", from.as_str());
    store::transfer::update(&mut tx, &transfer, act.detail("digest", sent.digest.as_str())).await?;
    // The rest of a file is announced to nobody where it came from: not everybody there may know of it.
    let told = if transfer.rest { String::new() } else { from.to_string() };
    let event = TransferReceived { from_school_id: told, days_late: transfer.days_late(tx.now()), more };
    tx.announce_at(school, &id, Event::TransferReceived(event)).await?;
    let shown = shown(&tx, &transfer, Some(&part), school).await?;
    let response = ReceiveTransferResponse { transfer: Some(shown) };
    tx.answer_about(&id, &response).await?;
    tx.commit().await?;
    if let Some(theirs) = theirs {
        reckon_anew(app, &from, &theirs.learner_id).await?;
    }
    // Whoever has left here, too, is owed on to the school after.
    if learner.left_on.is_some() {
        let here: SchoolId = request.school_id.parse().map_err(Error::internal)?;
        reckon_anew(app, &here, &learner.id).await?;
    }
    Ok(response)
}

/// Why a file is not received for a child.
pub(super) fn another_child() -> Error {
    Error::invalid(
        "learner_id",
        "Select the child whose file it is: the name and the date of birth in it are not this child’s. If it is no \
         child of yours, send the file back",
    )
}
