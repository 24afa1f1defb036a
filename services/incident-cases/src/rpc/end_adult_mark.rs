//! Ends the comparing of an adult, with the reason. What was found before stays.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{EndAdultMarkRequest, EndAdultMarkResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::{who, words},
};
use crate::{App, store};

pub(super) async fn end_adult_mark(app: &App, request: Request<EndAdultMarkRequest>) -> Result<EndAdultMarkResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why the adult is compared no more", &request.reason);
    v.finish()?;
    let about = |_: &EndAdultMarkResponse| About::Case(request.case_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    let mut mark = store::case_mark::load(&tx, case.id.as_str(), &request.adult_mark_id).await?;
    mark.end(request.reason.trim(), who(&scope, tx.now()).stamp())?;
    let body = store::case_mark::end(&tx, &mark).await?;
    let act = Act::new("case.mark_ended", mark.id.as_str()).detail("ids", vec![case.id.as_str()]);
    tx.record(act.state("case_mark", &body));
    let response = EndAdultMarkResponse { mark: Some(convert::desk_pattern::mark(&mark)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
