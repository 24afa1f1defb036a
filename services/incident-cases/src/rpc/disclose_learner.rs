//! Says to one other school of a shared incident who a learner of the caller's own school is.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{DiscloseLearnerRequest, DiscloseLearnerResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, announce, keep_answer, stamp},
    unnamed::{Said, unnamed_in},
    work::{maybe, one_of, words},
};
use crate::{
    App,
    custody::Disclosure,
    shared_incident::{
        item::{Item, What},
        learner::{BASES, Disclosed, may_disclose, own},
    },
    store,
};

pub(super) async fn disclose_learner(
    app: &App,
    request: Request<DiscloseLearnerRequest>,
) -> Result<DiscloseLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.check(!request.to_school_id.is_empty(), "to_school_id", "Select which school is told");
    words(&mut v, "purpose", "what the other school needs to know this for", &request.purpose);
    one_of(&mut v, "basis", &request.basis, &BASES);
    maybe(&mut v, "what", &request.what);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    // A case is taken before the incident it belongs to; which one it is stands in the incident, and does not change.
    let peeked = store::shared::load_unlocked(&tx, id, holder).await?;
    let (learner, label) = may_disclose(&peeked, &request.learner_id, holder, &request.to_school_id)?;
    let (case_id, involvement_id) = own(&peeked.items, &learner).ok_or_else(Error::missing)?;
    let mut case = store::case::load(&tx, case_id).await?;
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.open_still()?;
    may_disclose(&whole, &request.learner_id, holder, &request.to_school_id)?;
    case.may_disclose("other_school", tx.now())?;
    if case.use_override("other_school") {
        let body = store::case::update(&tx, &mut case).await?;
        tx.record(Act::new("agreement.used", case.id.as_str()).state("case_file", &body));
    }
    let said = Said {
        texts: &[("purpose", request.purpose.as_str()), ("what", request.what.as_str())],
        no_learner_meant: request.no_learner_meant,
    };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let part = case.involvements.iter().find(|part| part.id.as_str() == involvement_id).ok_or_else(Error::missing)?;
    if part.ended.is_some() {
        return Err(Error::wrong_state("their part in your case has ended: take the learner out of the incident"));
    }
    let text = |value: &str| value.trim().to_owned();
    let disclosed = Disclosed {
        learner,
        to: request.to_school_id.clone(),
        name: part.person.clone(),
        what: text(&request.what),
        purpose: text(&request.purpose),
        basis: request.basis.clone(),
    };
    let what = What::Disclosed(disclosed);
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp: stamp(&tx), what };
    store::shared::add_private(&mut tx, &whole.sharing, &item, &[holder, &request.to_school_id]).await?;
    let told = Disclosure {
        id: tx.ids().next(),
        item: item.id.to_string(),
        involvement: involvement_id.to_owned(),
        school_id: request.school_id.clone(),
        case_id: case.id.to_string(),
        recipient_kind: "other_school".to_owned(),
        recipient: request.to_school_id.clone(),
        shared: true,
        what: format!(
            "Who {label} is{}",
            if request.what.trim().is_empty() { String::new() } else { format!("; {}", text(&request.what)) }
        ),
        basis: request.basis.clone(),
        reason: text(&request.purpose),
        stamp: item.stamp.clone(),
    };
    store::register::keep_disclosure(&mut tx, &told).await?;
    announce(&mut tx, &whole.sharing, "disclosed", &request.to_school_id).await?;
    whole.items.push(item);
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = DiscloseLearnerResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
