//! Lists the school's learners.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListLearnersRequest, ListLearnersResponse};
use tonic::Request;

use super::convert;
use crate::{App, learner::key_stage, store};

pub(super) async fn list_learners(app: &App, request: Request<ListLearnersRequest>) -> Result<ListLearnersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !request.year_group.is_empty() && key_stage(&request.year_group).is_empty() {
        return Err(Error::invalid("year_group", "Enter Nursery, Reception, or a year from 1 to 13"));
    }
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (learners, next, total) = store::learner::list(&tx, &request.year_group, request.left, &page).await?;
    let ids: Vec<&str> = learners.iter().map(|learner| learner.id.as_str()).collect();
    tx.record(Act::new("learner.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListLearnersResponse {
        learners: learners.iter().map(convert::learner::learner).collect(),
        next_page_token: next,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}
