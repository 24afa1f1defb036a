//! Ends a disclosure for the future: the other school is shown the name no more. That it was disclosed stays. A school that
//! left the incident, or was removed from it, still ends what it told: it reads nothing by that.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Kind, Result, Violations},
};
use proto::incident_cases::v1::{StopDisclosureRequest, StopDisclosureResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    sharing::{about, announce, keep_answer, stamp},
    unnamed::{Said, unnamed_in, unnamed_of},
    work::words,
};
use crate::{
    App,
    custody::Disclosure,
    shared_incident::{
        item::{Item, What},
        learner::{Disclosed, may_stop, own},
        sharing::Sharing,
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
    let mut tx = match once(app, &scope, &request.request_id, &request, |answer| gone_or(answer, id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    let whole = match store::shared::load(&tx, id, holder).await {
        Ok(whole) => Some(whole),
        Err(error) if error.kind() == Kind::Missing => None,
        Err(error) => return Err(error),
    };
    let response = match whole {
        Some(mut whole) => {
            let (told, disclosed) = may_stop(&whole.items, &request.disclosure_id, holder)?;
            unnamed_in(&mut tx, &whole, holder, said).await?;
            let item = end(&mut tx, (&whole.sharing, &whole.items), (told, disclosed), &request.reason).await?;
            whole.items.push(item);
            let shared = convert::sharing::shared_incident(&whole, holder);
            let response = StopDisclosureResponse { shared_incident: Some(shared) };
            keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
            response
        }
        None => {
            let (sharing, items) = store::shared::own_told(&tx, id, holder, true).await?;
            let (told, disclosed) = may_stop(&items, &request.disclosure_id, holder)?;
            let case_id = own(&items, &disclosed.learner).map(|(case_id, _)| case_id.to_owned());
            unnamed_of(&mut tx, case_id.as_slice(), said, id).await?;
            end(&mut tx, (&sharing, &items), (told, disclosed), &request.reason).await?;
            let response = StopDisclosureResponse { shared_incident: None };
            tx.answer(&response).await?;
            response
        }
    };
    tx.commit().await?;
    Ok(response)
}

/// What an answer is about: nothing of the incident stands in what a school is answered that is in it no more.
fn gone_or(answer: &StopDisclosureResponse, id: &str, holder: &str) -> About {
    if answer.shared_incident.is_some() { about(id, holder) } else { About::Permission }
}

/// Ends what a school told, and enters the end in its register; answers the item that says so.
///
/// # Errors
/// `Missing` where the school keeps no word any more of who the learner is.
pub(super) async fn end(
    tx: &mut Tx,
    (sharing, items): (&Sharing, &[Item]),
    (told, disclosed): (&Item, &Disclosed),
    reason: &str,
) -> Result<Item> {
    let (holder, reason) = (told.holder.as_str(), reason.trim().to_owned());
    let what = What::Stopped { disclosure: told.id.clone(), reason: reason.clone() };
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp: stamp(tx), what };
    let (case_id, involvement_id) = own(items, &disclosed.learner).ok_or_else(Error::missing)?;
    let ended = Disclosure {
        id: tx.ids().next(),
        item: item.id.to_string(),
        involvement: involvement_id.to_owned(),
        school_id: holder.to_owned(),
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
    if sharing.holds(&ended.recipient) {
        store::shared::add_beside(tx, sharing, &item, &told.id).await?;
        announce(tx, sharing, "disclosure_ended", &ended.recipient).await?;
    } else {
        store::shared::add_private(tx, sharing, &item, &[holder]).await?;
    }
    store::register::keep_disclosure(tx, &ended).await?;
    Ok(item)
}
