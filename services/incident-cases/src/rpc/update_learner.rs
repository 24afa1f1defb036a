//! Changes who a learner is said to be, or when they left: then their file is due at the next school.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::TransfersDue,
    incident_cases::v1::{UpdateLearnerRequest, UpdateLearnerResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, store};

pub(super) async fn update_learner(app: &App, request: Request<UpdateLearnerRequest>) -> Result<UpdateLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut learner = store::learner::load(&tx, &request.learner_id).await?;
    let record = convert::learner::record(request.record.as_ref(), tx.now().date())?;
    let left_on = convert::learner::optional_date(&request.leave_date)
        .map_err(|_| Error::invalid("leave_date", "Enter the last day as 2027-03-27"))?;
    if left_on.zip(record.birth_date).is_some_and(|(left_on, born)| left_on <= born) {
        return Err(Error::invalid("leave_date", "Enter a last day after the date of birth"));
    }
    if request.etag != learner.etag() {
        return Err(Error::changed());
    }
    let left = learner.left_on.is_none() && left_on.is_some();
    let back = learner.left_on.is_some() && left_on.is_none();
    learner.becomes(record);
    (learner.left_on, learner.updated_at) = (left_on, tx.now());
    let body = store::learner::update(&tx, &mut learner).await?;
    let act = Act::new("learner.updated", learner.id.as_str()).detail("left", left.to_string());
    tx.record(act.state("learner", &body));
    if let Some(left_on) = left_on {
        if store::transfer::prompt(&mut tx, &learner, left_on).await? {
            tx.announce(&request.school_id, Event::TransfersDue(TransfersDue { count: 1 })).await?;
        }
    } else if back {
        store::transfer::back(&mut tx, &learner.id).await?;
    }
    let response = UpdateLearnerResponse { learner: Some(convert::learner::learner(&learner)) };
    tx.answer_about(learner.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
