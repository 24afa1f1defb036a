//! Lists devices held, each with its chain.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListCustodyRequest, ListCustodyResponse};
use tonic::Request;

use super::convert::record;
use crate::{App, custody::Custody, store};

pub(super) async fn list_custody(app: &App, request: Request<ListCustodyRequest>) -> Result<ListCustodyResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !["", "held", "with_police", "released"].contains(&request.state.as_str()) {
        return Err(Error::invalid("state", "Select one of: held, with_police, released"));
    }
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut of = Vec::new();
    if !request.case_id.is_empty() {
        of.push(store::case::load(&tx, &request.case_id).await?.id.to_string());
    }
    let (found, next) = store::register::list::<Custody>(&tx, &of, &request.state, &page).await?;
    let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    tx.record(Act::new("custody.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListCustodyResponse { entries: found.iter().map(record::custody).collect(), next_page_token: next })
}
