//! Ends an exception before its time, or takes one back that nobody has decided on.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{EndExceptionRequest, EndExceptionResponse};
use tonic::Request;

use super::convert;
use crate::{App, exception::Ended, rules::REASON_MAX, store};

pub(super) async fn end_exception(app: &App, request: Request<EndExceptionRequest>) -> Result<EndExceptionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why", &request.reason, REASON_MAX);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut exception, used) = store::exception::load(&tx, &request.exception_id).await?;
    let now = tx.now();
    if !matches!(exception.state(now), "asked" | "approved" | "in_force") {
        return Err(Error::wrong_state("it is over already"));
    }
    let reason = request.reason.trim().to_owned();
    exception.ended = Some(Ended { by: scope.account_text().to_owned(), reason, at: now });
    let body = store::exception::update(&tx, &exception).await?;
    tx.record(Act::new("exception.ended", exception.id.as_str()).state("exception", &body));
    let response = EndExceptionResponse { exception: Some(convert::exception::exception(&exception, used, now)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
