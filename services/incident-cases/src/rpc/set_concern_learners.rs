//! Says whom of the school's roll a concern is about.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{SetConcernLearnersRequest, SetConcernLearnersResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    passing_on::written,
};
use crate::{App, store};

/// Learners one concern can be about.
const MOST: usize = 20;

pub(super) async fn set_concern_learners(
    app: &App,
    request: Request<SetConcernLearnersRequest>,
) -> Result<SetConcernLearnersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if request.learner_ids.len() > MOST {
        return Err(Error::invalid("learner_ids", format!("Select {MOST} learners at most")));
    }
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Concern(request.concern_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    let mut learners = Vec::new();
    for id in &request.learner_ids {
        let learner = store::learner::load(&tx, id).await?.id;
        if !learners.contains(&learner) {
            learners.push(learner);
        }
    }
    let gone: Vec<_> = concern.learners.iter().filter(|learner| !learners.contains(learner)).cloned().collect();
    if !gone.is_empty() && concern.outcome.is_some() {
        // What is kept, held and answered for hangs on whom it is about: one person does not take a child off it.
        return Err(Error::wrong_state(
            "the concern was decided on: learners can be added to it, and none is taken off",
        ));
    }
    if store::subject_access::unanswered(&tx, gone.iter()).await?.is_some() {
        let why =
            "a subject access request about this learner is not answered yet: nothing is taken out of what it asks for";
        return Err(Error::wrong_state(why));
    }
    // Whoever takes in a request about one of them waits, and finds the concern as it is then.
    store::learner::hold(&tx, concern.learners.iter().chain(&learners)).await?;
    concern.learners = learners;
    let body = store::concern::update(&tx, &concern).await?;
    store::learner_record::replace(&tx, concern.id.as_str(), &concern.learners).await?;
    let named: Vec<&str> = concern.learners.iter().map(|id| id.as_str()).collect();
    tx.record(Act::new("concern.learners_set", concern.id.as_str()).detail("ids", named).state("concern", &body));
    // Also of those who were taken off it: nothing of theirs may be left to send.
    let both: Vec<_> = concern.learners.iter().chain(&gone).cloned().collect();
    written(&mut tx, &both, &[concern.report.about.as_str()]).await?;
    let response = SetConcernLearnersResponse { concern: Some(convert::concern(&concern)) };
    tx.answer_about(concern.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
