//! Adds a learner to the school's roll.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{CreateLearnerRequest, CreateLearnerResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    passing_on::arrived,
};
use crate::{
    App,
    learner::{
        Learner, Record,
        import::{self, Outcome},
        search::Query,
        table::Line,
    },
    store,
};

pub(super) async fn create_learner(app: &App, request: Request<CreateLearnerRequest>) -> Result<CreateLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let record = convert::learner::record(request.record.as_ref(), tx.now().date())?;
    if !request.another_child {
        not_here_yet(&tx, &record).await?;
    }
    let learner = Learner {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        record,
        created_at: tx.now(),
        updated_at: tx.now(),
        left_on: None,
        household: Vec::new(),
        former: Vec::new(),
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

/// Refuses a child who may be one that is here, by the rules of a table: two records part one child's file.
async fn not_here_yet(tx: &Tx, record: &Record) -> Result<()> {
    let called = [&record.given_name, &record.family_name, &record.known_as].map(String::as_str).join(" ");
    let mut here = Vec::new();
    for sought in [called.as_str(), &record.upn] {
        let query = Query::read(sought);
        if !query.is_empty() {
            here.extend(store::learner::candidates(tx, &query.tokens()).await?);
        }
    }
    let line = Line { number: 1, record: record.clone(), slips: Vec::new() };
    if import::review(&[line], &here).outcomes.iter().all(|outcome| *outcome == Outcome::New) {
        return Ok(());
    }
    let fix = "A child who is here, or was, may be this one: correct their record, or say that it is another child";
    Err(Error::invalid("another_child", fix))
}
