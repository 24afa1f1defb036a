//! Shows something that was written into a shared incident no more. Nothing is rewritten: the row stays, whoever wrote it
//! reads it, and that it was withdrawn, by whom and why is an item of its own. That it is closed keeps nothing shown: whoever is
//! in it still reads it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{WithdrawSharedItemRequest, WithdrawSharedItemResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, write_item},
    unnamed::{Said, names_own, unnamed_in},
    work::words,
};
use crate::{
    App,
    shared_incident::item::{NotWithdrawn, What},
    store,
};

pub(super) async fn withdraw_shared_item(
    app: &App,
    request: Request<WithdrawSharedItemRequest>,
) -> Result<WithdrawSharedItemResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    let of = request.shared_item_id.as_str();
    let may = whole.may_withdraw(of, holder);
    // The school of a child takes their name out, whoever wrote it.
    let theirs = may == Err(NotWithdrawn::NotTheirs) && names_own(&tx, &whole, holder, of).await?;
    if !theirs {
        may?;
    }
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let what = What::Withdrawn { of: of.to_owned(), reason: request.reason.trim().to_owned() };
    write_item(&mut tx, &mut whole, holder, what).await?;
    // In the clear beside it, for the records of schools that went: they hold no key of what says so.
    whole.sharing.withdrawn = Some(whole.withdrawn());
    store::shared::keep(&mut tx, &whole.sharing, "sharing.item_withdrawn", holder).await?;
    whole.hide_withdrawn(holder);
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = WithdrawSharedItemResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
