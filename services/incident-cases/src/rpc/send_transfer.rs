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
    outside::still_here,
    passing_on::{Asked, Going, begun, black_out, check_names, going, may_go, named, names_told, shown, tell},
    unnamed::{Close, Said, unnamed},
};
use crate::{
    App,
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
    let asked = Asked { keep: &request.keep_names, black_out: &request.black_out };
    check_names(&mut v, &asked);
    v.check(request.to_school_id != request.school_id, "to_school_id", "Select another school than your own");
    v.finish()?;
    let unknown = || Error::invalid("to_school_id", "Select a school of this authority");
    let to: SchoolId = request.to_school_id.parse().map_err(|_| unknown())?;
    let names = names_told(app, &scope, &request.learner_id).await?;
    still_here(app, to.as_str(), "Send the file as a package: this school has left the platform").await?;
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
    let said = Said { texts: &[("contact", request.contact.as_str())], no_learner_meant: request.no_learner_meant };
    let mut going = going(&tx, &learner, &request.along_learner_ids, &names).await?;
    let close: Vec<Close> = going.spoken_of(&learner).collect();
    unnamed(&mut tx, &close, said, learner.id.as_str()).await?;
    let (mut transfer, mut part, new) = begun(&tx, &learner).await?;
    may_go(&transfer, &going, &request.contents_digest, &request.others_record_ids)?;
    black_out(&tx, &mut going, &mut part, &asked, &scope)?;
    let package = package(&tx, &transfer, &learner, &going, to.as_str());
    let sent = Sent {
        contact: request.contact.trim().to_owned(),
        items: u32::try_from(package.entries.len()).unwrap_or(u32::MAX),
        digest: package.digest(),
        signature: package.signed(&app.signing_key),
        fingerprint: String::new(),
        who: named(&scope, &tx),
    };
    let act = Act::new("transfer.sent", transfer.id.as_str()).detail("to", to.as_str());
    let act = act.detail("digest", sent.digest.as_str()).detail("items", sent.items);
    let act = act.detail("others", going.unsaid_ids().collect::<Vec<_>>());
    let ours = (request.school_id.as_str(), &learner.id);
    let more = store::transfer::went_before(&tx, ours, to.as_str(), &["sent", "received"]).await?;
    transfer.send(to.as_str(), sent)?;
    if new {
        store::transfer::insert(&mut tx, &transfer, &part, act).await?;
    } else {
        store::transfer::update(&mut tx, &transfer, act).await?;
        let act = Act::new("transfer.names_dealt_with", part.id.as_str());
        store::transfer::update_part(&mut tx, &part, act).await?;
    }
    store::transfer::keep_package(&mut tx, &package).await?;
    store::transfer::keep_rest(&mut tx, &learner, &transfer).await?;
    tell(&mut tx, &transfer, &going, &scope, to.as_str()).await?;
    store::retention::stale(&tx, &learner.id).await?;
    let event = TransferSent { to_school_id: to.to_string(), more };
    tx.announce(transfer.id.as_str(), Event::TransferSent(event)).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = SendTransferResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
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
