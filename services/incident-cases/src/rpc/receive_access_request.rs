//! Takes in a request for what is kept about a learner.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ReceiveAccessRequestRequest, ReceiveAccessRequestResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, case::record::Stamp, rules::NARRATIVE_MAX, store, subject_access::AccessRequest};

pub(super) async fn receive_access_request(
    app: &App,
    request: Request<ReceiveAccessRequestRequest>,
) -> Result<ReceiveAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let outside = |_: &ReceiveAccessRequestResponse| About::Requests;
    let mut tx = match once(app, &scope, &request.request_id, &request, outside).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    store::access::answers_requests(&tx)?;
    let mut v = Violations::new();
    v.check(!request.learner_id.is_empty(), "learner_id", "Enter the learner, such as lrn_01k…");
    v.text("requested_by", "who asks, and how they may", &request.requested_by, NARRATIVE_MAX);
    let received = convert::learner::optional_date(&request.received_date).ok().flatten();
    let past = received.is_some_and(|day| day <= london(tx.now()).date() && day.year() > 1900);
    v.check(past, "received_date", "Enter the day it came as 2026-11-24; it is not ahead of us");
    v.finish()?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    store::learner::hold(&tx, [&learner.id]).await?;
    let asked = AccessRequest {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        learner_id: learner.id,
        requested_by: request.requested_by.trim().to_owned(),
        received_on: received.unwrap_or_else(|| london(tx.now()).date()),
        stamp: Stamp { by: scope.account_text().to_owned(), at: tx.now() },
        pauses: Vec::new(),
        export: None,
        further: Vec::new(),
        extension: None,
    };
    let body = store::subject_access::insert(&tx, &asked).await?;
    // From now on it holds whatever the learner has a part in.
    store::retention::stale(&tx, &asked.learner_id).await?;
    let act = Act::new("access_request.received", asked.id.as_str()).detail("learner", asked.learner_id.as_str());
    tx.record(act.state("access_request", &body));
    let access_request = Some(convert::subject_access::request(&asked, tx.now()));
    let response = ReceiveAccessRequestResponse { access_request };
    tx.answer_about(asked.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
