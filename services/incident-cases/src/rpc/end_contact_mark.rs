//! Ends the comparing of a contact, with the reason. What was found before stays.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{EndContactMarkRequest, EndContactMarkResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::{who, words},
};
use crate::{App, store};

pub(super) async fn end_contact_mark(
    app: &App,
    request: Request<EndContactMarkRequest>,
) -> Result<EndContactMarkResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is compared no more", &request.reason);
    v.finish()?;
    let about = |_: &EndContactMarkResponse| About::Case(request.case_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    let mut contact = store::contact::load(&tx, case.id.as_str(), &request.contact_id).await?;
    contact.end(request.reason.trim(), who(&scope, tx.now()).stamp())?;
    let body = store::contact::end(&tx, &contact).await?;
    let act = Act::new("contact.ended", contact.id.as_str()).detail("ids", vec![case.id.as_str()]);
    tx.record(act.state("contact", &body));
    let response = EndContactMarkResponse { contact: Some(convert::contact::marked(&contact)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
