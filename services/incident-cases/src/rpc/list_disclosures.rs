//! Lists disclosures, newest first.

use std::collections::HashMap;

use chassis::{caller::Caller, db::Tx, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDisclosuresRequest, ListDisclosuresResponse};
use tonic::Request;

use super::convert::record;
use crate::{
    App,
    across::fate::{Fate, fates, has_one},
    custody::Disclosure,
    store,
};

pub(super) async fn list_disclosures(
    app: &App,
    request: Request<ListDisclosuresRequest>,
) -> Result<ListDisclosuresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut of = Vec::new();
    if !request.case_id.is_empty() {
        let case = store::case::load(&tx, &request.case_id).await?;
        // What whoever found out reported in person stands with their concern.
        of = case.concern_ids;
        of.push(case.id.to_string());
    }
    let (found, next) = store::register::list::<Disclosure>(&tx, &of, "", &page).await?;
    let fates = fates_of(&tx, &found).await?;
    let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    tx.record(Act::new("disclosures.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let shown = found.iter().map(|one| record::disclosure(one, fates.get(&one.item)));
    Ok(ListDisclosuresResponse { disclosures: shown.collect(), next_page_token: next })
}

/// How what some entries of the register name stands, where that is told only once it is taken.
pub(super) async fn fates_of(tx: &Tx, entries: &[Disclosure]) -> Result<HashMap<String, Fate>> {
    let named: Vec<&str> = entries.iter().map(|one| one.item.as_str()).filter(|item| has_one(item)).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let asked = store::invitation::sent_by_school(tx, &named).await?;
    let transfers = store::transfer::sent_by_school(tx, &named).await?;
    Ok(fates(&named, &asked, &transfers))
}
