//! Adds a learner to the school's roll.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::incident_cases::v1::{CreateLearnerRequest, CreateLearnerResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    passing_on::arrived,
};
use crate::{App, learner::Learner, store};

pub(super) async fn create_learner(app: &App, request: Request<CreateLearnerRequest>) -> Result<CreateLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let learner = Learner {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        record: convert::learner::record(request.record.as_ref(), tx.now().date())?,
        created_at: tx.now(),
        updated_at: tx.now(),
        left_on: None,
        household: Vec::new(),
        version: 1,
    };
    for body in store::learner::insert(&tx, std::slice::from_ref(&learner)).await? {
        tx.record(Act::new("learner.created", learner.id.as_str()).state("learner", &body));
    }
    let response = CreateLearnerResponse { learner: Some(convert::learner::learner(&learner)) };
    tx.answer_about(learner.id.as_str(), &response).await?;
    tx.commit().await?;
    arrived(app, &request.school_id, Some(learner.record.upn).filter(|upn| !upn.is_empty()).into_iter().collect())
        .await;
    Ok(response)
}
