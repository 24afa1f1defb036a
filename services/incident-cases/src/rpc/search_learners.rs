//! Finds learners by what one remembers of them. What was typed is never kept.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{SearchLearnersRequest, SearchLearnersResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    learner::search::{Query, rank},
    store,
};

pub(super) async fn search_learners(
    app: &App,
    request: Request<SearchLearnersRequest>,
) -> Result<SearchLearnersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let long = request.query.trim().chars().count();
    let query = Query::read(&request.query);
    if !(2..=100).contains(&long) || query.is_empty() {
        let fix = "Enter 2 to 100 characters of a name, a date of birth or a pupil number";
        return Err(Error::invalid("query", fix));
    }
    let mut tx = app.store.begin(&scope).await?;
    let found = rank(&query, store::learner::candidates(&tx, &query.tokens()).await?);
    let ids: Vec<&str> = found.iter().map(|(learner, _)| learner.id.as_str()).collect();
    tx.record(Act::new("learner.searched", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(SearchLearnersResponse {
        matches: found.iter().map(|(learner, found)| convert::learner::found(learner, found)).collect(),
    })
}
