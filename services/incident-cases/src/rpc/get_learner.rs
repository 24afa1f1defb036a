//! Answers one learner.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetLearnerRequest, GetLearnerResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_learner(app: &App, request: Request<GetLearnerRequest>) -> Result<GetLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    tx.record(Act::new("learner.read", learner.id.as_str()));
    tx.commit().await?;
    Ok(GetLearnerResponse { learner: Some(convert::learner::learner(&learner)) })
}
