//! Asks for an exception. It is tried on the alerts of the last thirty days at once, so that whoever decides sees what it
//! would have done.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    event::Event,
    history::Act,
    id::AccountId,
};
use proto::{
    access::v1::Role,
    event::v1::ExceptionRequested,
    filtering_ingest::v1::{RequestExceptionRequest, RequestExceptionResponse},
};
use tonic::Request;

use super::{
    convert,
    try_exception::{on_alerts, recent},
};
use crate::{
    App,
    exception::{Asked, Exception, time_faults},
    rules::REASON_MAX,
    store,
};

pub(super) async fn request_exception(
    app: &App,
    request: Request<RequestExceptionRequest>,
) -> Result<RequestExceptionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let now = app.clock.now();
    let mut violations = Violations::new();
    let about = convert::exception::scope(&mut violations, request.scope.as_ref());
    violations.text("reason", "why", &request.reason, REASON_MAX);
    let owner = match request.owner_account_id.as_str() {
        "" => scope.account_text(),
        owner => owner,
    };
    violations.check(owner.parse::<AccountId>().is_ok(), "owner_account_id", "Select who answers for it");
    let from = violations.at("start_time", request.start_time.as_ref()).unwrap_or(now);
    violations.check(request.expire_time.is_some(), "expire_time", "Enter until when it is to hold");
    let until = violations.at("expire_time", request.expire_time.as_ref());
    if let Some(until) = until {
        convert::exception::faults(&mut violations, time_faults(from, until, now));
    }
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    // What is kept is read by everybody who reads exceptions: alerts about staff are not in it, whoever asks.
    let alerts = recent(&tx).await?.into_iter().filter(|alert| !alert.of_staff()).collect();
    let (tried, _) = on_alerts(&about, alerts);
    let exception = Exception {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        scope: about,
        reason: request.reason.trim().to_owned(),
        owner: owner.to_owned(),
        from,
        until: until.unwrap_or(from),
        asked: Asked { by: scope.account_text().to_owned(), as_lead: scope.has(Role::Dsl), at: tx.now() },
        tried,
        decided: None,
        ended: None,
    };
    let body = store::exception::insert(&tx, &exception).await?;
    let id = exception.id.as_str();
    tx.record(Act::new("exception.requested", id).detail("gone", tried.gone).state("exception", &body));
    tx.announce(id, Event::ExceptionRequested(ExceptionRequested {})).await?;
    let now = tx.now();
    let response = RequestExceptionResponse { exception: Some(convert::exception::exception(&exception, 0, now)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
