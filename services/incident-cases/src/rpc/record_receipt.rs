//! Records that a school outside the platform has the file: the clock stops, and the sealed copy of the package goes.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{RecordReceiptRequest, RecordReceiptResponse};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::{receiver, shown, written},
    work::{name, one_of},
};
use crate::{App, store, transfer::MEANS};

pub(super) async fn record_receipt(app: &App, request: Request<RecordReceiptRequest>) -> Result<RecordReceiptResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    name(&mut v, "name", "who has the file", &request.name);
    one_of(&mut v, "means", &request.means, &MEANS);
    let at = v.happened("receive_time", request.receive_time.as_ref(), app.store.clock().now());
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut transfer = store::transfer::load(&tx, &request.transfer_id, &request.school_id).await?;
    let part = store::transfer::part(&tx, &request.school_id, &transfer.id).await?.ok_or_else(Error::missing)?;
    let at = at.unwrap_or(tx.now());
    let sent_at = transfer.sent.as_ref().map(|sent| sent.who.at);
    if sent_at.is_some_and(|sent| at < sent) {
        return Err(Error::invalid("receive_time", "Enter a time after the file was sent"));
    }
    let told = (request.means.clone(), receiver(&scope, &tx)?);
    transfer.told_received(request.name.trim(), at, &request.digest, told)?;
    let act = Act::new("transfer.receipt_recorded", transfer.id.as_str()).detail("means", request.means.as_str());
    let act = store::transfer::shred(&tx, &transfer, act).await?;
    store::transfer::update(&mut tx, &transfer, act).await?;
    store::retention::stale(&tx, &part.learner_id).await?;
    written(&mut tx, std::slice::from_ref(&part.learner_id), &[]).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = RecordReceiptResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
