//! Opens a restricted case, read only and for an hour, to whoever may only know that it exists. Nothing of it is in the
//! answer: the act is in the history before anything is read.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{BreakGlassRequest, BreakGlassResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::words,
};
use crate::{
    App,
    case::{access::Verdict, break_glass::BreakGlass},
    rules::BREAK_GLASS_REASON_MIN,
    store,
};

pub(super) async fn break_glass(app: &App, request: Request<BreakGlassRequest>) -> Result<BreakGlassResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it cannot wait for those whom the case names", &request.reason);
    let long = request.reason.trim().chars().count();
    v.check(
        long == 0 || long >= BREAK_GLASS_REASON_MIN,
        "reason",
        format!("Enter why it cannot wait, in {BREAK_GLASS_REASON_MIN} characters or more"),
    );
    v.finish()?;
    let about = |_: &BreakGlassResponse| About::Case(request.case_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    // A case that keeps them out, that nobody knows of or that is on an adult is like one that does not exist.
    let (case, _) = store::case::look(&tx, &request.case_id).await?;
    if store::access::verdict(&tx, &case) != Verdict::RowOnly {
        return Err(Error::wrong_state("you may read this case already: open it"));
    }
    if store::break_glass::now(&tx, case.id.as_str()).await?.is_some() {
        return Err(Error::wrong_state("the case is open to you already: read it"));
    }
    let glass = BreakGlass::new(tx.ids().next(), &case, scope.account_text(), &request.reason, tx.now());
    let body = store::break_glass::insert(&tx, &glass).await?;
    let act = Act::new("break_glass.used", glass.id.as_str()).detail("ids", vec![case.id.as_str()]);
    tx.record(act.state("break_glass", &body));
    let response = BreakGlassResponse { break_glass: Some(convert::break_glass::entry(&glass, &case, false)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
