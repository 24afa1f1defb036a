//! Hands a child's file over to another school, sealed. What is sent is what was looked at, and whatever the receiver or
//! the network does, the row that says so was written once.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::SchoolId,
};
use proto::{
    event::v1::TransferSent,
    incident_cases::v1::{SendTransferRequest, SendTransferResponse},
};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{Going, going, named, shown},
    work::who,
};
use crate::{
    App,
    custody::Disclosure,
    learner::Learner,
    rules::NAME_MAX,
    store,
    transfer::{
        Sent, Transfer,
        package::{FORMAT, Package},
    },
};

pub(super) async fn send_transfer(app: &App, request: Request<SendTransferRequest>) -> Result<SendTransferResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.line("contact", "whom to ring", &request.contact, NAME_MAX);
    v.check(!request.contents_digest.is_empty(), "contents_digest", "Look at what goes first");
    v.check(request.to_school_id != request.school_id, "to_school_id", "Select another school than your own");
    v.finish()?;
    let unknown = || Error::invalid("to_school_id", "Select a school of this authority");
    let to: SchoolId = request.to_school_id.parse().map_err(|_| unknown())?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    store::access::answers_requests(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    // Two who send at once wait for each other, and the second finds it sent.
    store::learner::hold(&tx, [&learner.id]).await?;
    if !store::copy::knows_school(&tx, to.as_str()).await? {
        return Err(unknown());
    }
    let (mut transfer, part, new) = match store::transfer::waiting(&tx, &learner.id).await? {
        Some((transfer, part)) => (transfer, part, false),
        None => {
            let transfer = Transfer::new(tx.ids().next(), &request.school_id, None, tx.now());
            let part = store::transfer::new_part(&tx, &transfer, &learner.id);
            (transfer, part, true)
        }
    };
    let going = going(&tx, &learner, &request.along_learner_ids).await?;
    may_go(&transfer, &going, &request.contents_digest)?;
    let package = package(&tx, &transfer, &learner, &going, to.as_str());
    let sent = Sent {
        contact: request.contact.trim().to_owned(),
        items: u32::try_from(package.entries.len()).unwrap_or(u32::MAX),
        digest: package.digest(),
        signature: package.signed(&app.signing_key),
        who: named(&scope, &tx),
    };
    let act = Act::new("transfer.sent", transfer.id.as_str()).detail("to", to.as_str());
    let act = act.detail("digest", sent.digest.as_str()).detail("items", sent.items);
    transfer.send(to.as_str(), sent)?;
    if new {
        store::transfer::insert(&mut tx, &transfer, &part, act).await?;
    } else {
        store::transfer::update(&mut tx, &transfer, act).await?;
    }
    store::transfer::keep_package(&mut tx, &package).await?;
    tell(&mut tx, &transfer, &going, &scope).await?;
    store::retention::stale(&tx, &learner.id).await?;
    let event = TransferSent { to_school_id: to.to_string() };
    tx.announce(transfer.id.as_str(), Event::TransferSent(event)).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = SendTransferResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Refuses what may not go now.
fn may_go(transfer: &Transfer, going: &Going, looked_at: &str) -> Result<()> {
    if transfer.state() == "sent" {
        return Err(Error::wrong_state("the file is on its way already: withdraw that transfer first"));
    }
    if going.beyond {
        let who = "a case about this child is restricted, and you are not named in it: ask somebody whom it names to send \
                   the file, or to name you";
        return Err(Error::wrong_state(who));
    }
    if going.contents.digest() != looked_at {
        return Err(Error::changed());
    }
    if going.contents.entries.is_empty() {
        return Err(Error::wrong_state("there is no child protection file: record that none goes"));
    }
    Ok(())
}

fn package(tx: &Tx, transfer: &Transfer, learner: &Learner, going: &Going, to: &str) -> Package {
    Package {
        format: FORMAT.to_owned(),
        transfer_id: transfer.id.to_string(),
        from_school_id: transfer.from_school_id.clone(),
        to_school_id: to.to_owned(),
        made_at: tx.now(),
        nonce: store::transfer::nonce(tx, &transfer.id),
        child: learner.record.clone(),
        entries: going.contents.entries.clone(),
        left_out: going.contents.left_out.clone(),
    }
}

/// Enters with each of the cases that it was told outside the school.
async fn tell(tx: &mut Tx, transfer: &Transfer, going: &Going, scope: &chassis::caller::Scope) -> Result<()> {
    let none = [String::new()];
    let case_ids = if going.case_ids.is_empty() { &none[..] } else { &going.case_ids };
    for case_id in case_ids {
        let told = Disclosure {
            id: tx.ids().next(),
            item: transfer.id.to_string(),
            school_id: transfer.from_school_id.clone(),
            case_id: case_id.clone(),
            recipient_kind: "other_school".to_owned(),
            recipient: transfer.to_school_id.clone(),
            shared: true,
            what: format!("The child protection file, by transfer {}", transfer.id),
            basis: "safeguarding".to_owned(),
            reason: "The child moves to that school".to_owned(),
            stamp: who(scope, tx.now()).stamp(),
        };
        store::register::keep_disclosure(tx, &told).await?;
    }
    Ok(())
}
