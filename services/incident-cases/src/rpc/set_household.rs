//! Says which learners live together. It is said of each of them.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{SetHouseholdRequest, SetHouseholdResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, learner::Learner, store};

/// Learners of one household besides the one.
const MOST: usize = 20;

pub(super) async fn set_household(app: &App, request: Request<SetHouseholdRequest>) -> Result<SetHouseholdResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if request.learner_ids.len() > MOST {
        return Err(Error::invalid("learner_ids", format!("Select {MOST} learners at most")));
    }
    if request.learner_ids.contains(&request.learner_id) {
        return Err(Error::invalid("learner_ids", "Select others than the learner"));
    }
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut learner = store::learner::load(&tx, &request.learner_id).await?;
    let mut household = Vec::new();
    for id in &request.learner_ids {
        if household.iter().all(|other: &Learner| other.id.as_str() != id) {
            household.push(store::learner::load(&tx, id).await?);
        }
    }
    let before = std::mem::take(&mut learner.household);
    learner.household = household.iter().map(|other| other.id.clone()).collect();
    for gone in before.iter().filter(|id| !learner.household.contains(id)) {
        let mut other = store::learner::load(&tx, gone.as_str()).await?;
        other.household.retain(|id| *id != learner.id);
        keep(&mut tx, &mut other).await?;
    }
    for other in household.iter_mut().filter(|other| !other.household.contains(&learner.id)) {
        other.household.push(learner.id.clone());
        keep(&mut tx, other).await?;
    }
    keep(&mut tx, &mut learner).await?;
    let response = SetHouseholdResponse {
        learner: Some(convert::learner::learner(&learner)),
        household: household.iter().map(convert::learner::learner).collect(),
    };
    tx.answer_about(learner.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

async fn keep(tx: &mut Tx, learner: &mut Learner) -> Result<()> {
    let body = store::learner::update(tx, learner).await?;
    tx.record(Act::new("learner.household_set", learner.id.as_str()).state("learner", &body));
    Ok(())
}
