//! A school says that its own case of a shared incident is closed, or why it is not.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
};
use proto::incident_cases::v1::{CloseOwnPartRequest, CloseOwnPartResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, write_item},
    unnamed::{Said, unnamed_in},
    work::maybe,
};
use crate::{App, shared_incident::item::What, store};

pub(super) async fn close_own_part(app: &App, request: Request<CloseOwnPartRequest>) -> Result<CloseOwnPartResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    maybe(&mut v, "reason", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.open_still()?;
    let cases = store::case::linked(&tx, id, holder).await?;
    let done = !cases.is_empty() && cases.iter().all(|(_, open)| !open);
    if !done && request.reason.trim().is_empty() {
        return Err(Error::invalid(
            "reason",
            "Close your own case of this incident first, or enter why it is not closed",
        ));
    }
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let what = What::OwnPart { closed: done, reason: request.reason.trim().to_owned() };
    write_item(&mut tx, &mut whole, holder, what).await?;
    let response = CloseOwnPartResponse { shared_incident: Some(convert::sharing::shared_incident(&whole, holder)) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
