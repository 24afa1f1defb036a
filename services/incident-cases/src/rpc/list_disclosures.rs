//! Lists disclosures, newest first.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Kind, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{self as pb, ListDisclosuresRequest, ListDisclosuresResponse};
use tonic::Request;

use super::convert::record;
use crate::{
    App,
    across::fate::{Fate, fates, has_one},
    custody::Disclosure,
    shared_incident::{
        item::{Item, SharedItemId, What},
        learner::stopped,
        sharing::Sharing,
    },
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
    let running = running(&shared_of(&tx, &request.school_id, &found).await?);
    tx.record(Act::new("disclosures.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let shown = found.iter().map(|one| {
        let incident = running.get(&one.item).cloned();
        pb::Disclosure {
            shared_disclosure_id: incident.as_ref().map(|_| one.item.clone()).unwrap_or_default(),
            shared_incident_id: incident.unwrap_or_default(),
            ..record::disclosure(one, fates.get(&one.item))
        }
    });
    Ok(ListDisclosuresResponse { disclosures: shown.collect(), next_page_token: next })
}

/// The disclosures of learners that have not ended, and the incident of each.
fn running(told: &[(Sharing, Vec<Item>)]) -> HashMap<String, String> {
    let all = told.iter().flat_map(|(sharing, items)| items.iter().map(move |item| (sharing, items, item)));
    let running =
        all.filter(|(_, items, item)| matches!(item.what, What::Disclosed(_)) && stopped(items, &item.id).is_none());
    running.map(|(sharing, _, item)| (item.id.to_string(), sharing.id.to_string())).collect()
}

/// What the school told of its own learners in the shared incidents that a case belongs to, or did before the school went.
pub(super) async fn shared_of(tx: &Tx, school: &str, register: &[Disclosure]) -> Result<Vec<(Sharing, Vec<Item>)>> {
    let items = register.iter().map(|one| one.item.as_str());
    let items: Vec<&str> = items.filter(|item| item.parse::<SharedItemId>().is_ok()).collect();
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for id in store::shared::of_items(tx, &items, school).await? {
        match store::shared::own_told(tx, &id, school, false).await {
            Ok(told) => found.push(told),
            Err(error) if error.kind() == Kind::Missing => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
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
