//! Ends a disclosure for the future: the other school is shown the name no more. That it was disclosed stays.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
};
use proto::incident_cases::v1::{StopDisclosureRequest, StopDisclosureResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, stamp},
    work::words,
};
use crate::{
    App,
    custody::Disclosure,
    shared_incident::{
        item::{Item, What},
        learner::{may_stop, own},
    },
    store,
};

pub(super) async fn stop_disclosure(
    app: &App,
    request: Request<StopDisclosureRequest>,
) -> Result<StopDisclosureResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it ends", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    let (told, disclosed) = may_stop(&whole, &request.disclosure_id, holder)?;
    let (told, disclosed) = (told.id.clone(), disclosed.clone());
    let reason = request.reason.trim().to_owned();
    let what = What::Stopped { disclosure: told.clone(), reason: reason.clone() };
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp: stamp(&tx), what };
    let (case_id, involvement_id) = own(&whole.items, &disclosed.learner).ok_or_else(Error::missing)?;
    let ended = Disclosure {
        id: tx.ids().next(),
        item: item.id.to_string(),
        involvement: involvement_id.to_owned(),
        school_id: request.school_id.clone(),
        case_id: case_id.to_owned(),
        recipient_kind: "other_school".to_owned(),
        recipient: disclosed.to.clone(),
        shared: false,
        what: "Who a learner is, which was told before: not shown from now on".to_owned(),
        basis: disclosed.basis.clone(),
        reason,
        stamp: item.stamp.clone(),
    };
    // Who went since then has the key of what they were told, and reads nothing that is written now.
    if whole.sharing.holds(&ended.recipient) {
        store::shared::add_beside(&mut tx, &whole.sharing, &item, &told).await?;
    } else {
        store::shared::add_private(&mut tx, &whole.sharing, &item, &[holder]).await?;
    }
    store::register::keep_disclosure(&mut tx, &ended).await?;
    whole.items.push(item);
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = StopDisclosureResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
