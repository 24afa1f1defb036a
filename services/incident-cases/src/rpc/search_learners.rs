//! Finds learners by what one remembers of them, or by a user name at the filter that the roll says is theirs. What was typed is never kept.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{SearchLearnersRequest, SearchLearnersResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    learner::search::{Match, Query, rank},
    store,
};

pub(super) async fn search_learners(
    app: &App,
    request: Request<SearchLearnersRequest>,
) -> Result<SearchLearnersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !request.user_name.trim().is_empty() {
        return by_user_name(app, &scope, &request).await;
    }
    let long = request.query.trim().chars().count();
    let query = Query::read(&request.query);
    if !(2..=100).contains(&long) || query.is_empty() {
        let fix = "Enter 2 to 100 characters of a name, a date of birth or a pupil number; or send a user name";
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

/// Whose user name at the filter it is by the school's own directory. Nobody is guessed: whoever is merely alike is not there.
async fn by_user_name(app: &App, scope: &Scope, request: &SearchLearnersRequest) -> Result<SearchLearnersResponse> {
    if !request.query.is_empty() {
        return Err(Error::invalid("query", "Leave it out where you send a user name"));
    }
    let mut tx = app.store.begin(scope).await?;
    let found = store::learner::by_user_name(&tx, &request.user_name).await?;
    let ids: Vec<&str> = found.iter().map(|learner| learner.id.as_str()).collect();
    tx.record(Act::new("learner.searched", scope.account_text()).detail("by", "user_name").detail("ids", ids));
    tx.commit().await?;
    let theirs = Match { score: 100, why: "the user name" };
    Ok(SearchLearnersResponse {
        matches: found.iter().map(|learner| convert::learner::found(learner, &theirs)).collect(),
    })
}
