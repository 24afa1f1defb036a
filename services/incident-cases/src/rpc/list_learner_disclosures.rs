//! Lists who outside the school was told what about a learner.

use std::{cmp::Reverse, collections::HashMap};

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Kind, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListLearnerDisclosuresRequest, ListLearnerDisclosuresResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    across::told::{Told, of_case, of_transfer},
    case::{Case, CaseId},
    custody::Disclosure,
    learner::LearnerId,
    shared_incident::Whole,
    store,
};

/// How many of a list are read in one go.
const AT_ONCE: i32 = 200;

pub(super) async fn list_learner_disclosures(
    app: &App,
    request: Request<ListLearnerDisclosuresRequest>,
) -> Result<ListLearnerDisclosuresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::outside(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?.id;
    let mut ids = store::learner_record::of(&tx, &learner).await?;
    ids.retain(|id| id.parse::<CaseId>().is_ok());
    let cases = store::case::readable_all(&tx, &ids).await?;
    let mut all = Vec::new();
    for case in cases.values() {
        let shared = shared(&tx, case).await?;
        all.extend(of_case(case, &learner, &register(&tx, case).await?, shared.as_ref()));
    }
    all.extend(transfers(&tx, &learner, &request.school_id).await?);
    let mut shown: Vec<&str> = cases.keys().map(String::as_str).collect();
    shown.sort_unstable();
    tx.record(Act::new("learner.disclosures_listed", learner.as_str()).detail("ids", shown));
    tx.commit().await?;
    all.sort_by_cached_key(|told| Reverse(told.place()));
    all.retain(|told| page.after().is_none_or(|after| told.place().as_str() < after));
    let next_page_token = page.cut(&mut all, Told::place);
    Ok(ListLearnerDisclosuresResponse { disclosures: all.iter().map(convert::across::told).collect(), next_page_token })
}

/// The shared incident that a case belongs to, while its school is in it.
async fn shared(tx: &Tx, case: &Case) -> Result<Option<Whole>> {
    let Some(id) = &case.shared_incident_id else { return Ok(None) };
    match store::shared::load_unlocked(tx, id, &case.school_id).await {
        Ok(whole) => Ok(Some(whole)),
        Err(error) if error.kind() == Kind::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the register of disclosures says of a case.
async fn register(tx: &Tx, case: &Case) -> Result<Vec<Disclosure>> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let page = Page::from(AT_ONCE, &token)?;
        let (found, next) = store::register::list::<Disclosure>(tx, case.id.as_str(), "", &page).await?;
        all.extend(found);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
}

/// What the handing over of the learner's file says.
async fn transfers(tx: &Tx, learner: &LearnerId, school: &str) -> Result<Vec<Told>> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let page = Page::from(AT_ONCE, &token)?;
        let (found, next) = store::transfer::list(tx, Some(learner), false, &page).await?;
        let ids: Vec<&str> = found.iter().map(|transfer| transfer.id.as_str()).collect();
        let parts: HashMap<_, _> = store::transfer::parts(tx, school, &ids).await?;
        all.extend(found.iter().flat_map(|one| of_transfer(one, parts.get(one.id.as_str()), school)));
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
}
