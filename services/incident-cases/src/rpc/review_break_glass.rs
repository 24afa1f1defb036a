//! Says whether a reading of a restricted case beyond somebody's rights was justified: somebody else does, after its end or
//! by ending it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ReviewBreakGlassRequest, ReviewBreakGlassResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::words,
};
use crate::{
    App,
    case::break_glass::{NotReviewed, Review},
    store,
};

pub(super) async fn review_break_glass(
    app: &App,
    request: Request<ReviewBreakGlassRequest>,
) -> Result<ReviewBreakGlassResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "finding", "what you found", &request.finding);
    v.finish()?;
    let about = |_: &ReviewBreakGlassResponse| About::BreakGlass(request.break_glass_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut glass, case) = store::break_glass::load(&tx, &request.break_glass_id).await?;
    let review = Review {
        finding: request.finding.trim().to_owned(),
        justified: request.justified,
        by: scope.account_text().to_owned(),
        at: tx.now(),
    };
    glass.reviewed(review).map_err(|why| match why {
        NotReviewed::Own => Error::denied(),
        NotReviewed::Before => Error::wrong_state("it was reviewed already"),
        NotReviewed::Open => {
            let fix = "Select no, which ends it at once, or say that it was justified when the time is over: it is open still";
            Error::invalid("justified", fix)
        }
    })?;
    let body = store::break_glass::update(&tx, &glass).await?;
    let act = Act::new("break_glass.reviewed", glass.id.as_str()).detail("justified", request.justified);
    tx.record(act.state("break_glass", &body));
    let response = ReviewBreakGlassResponse { break_glass: Some(convert::break_glass::entry(&glass, &case, false)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
