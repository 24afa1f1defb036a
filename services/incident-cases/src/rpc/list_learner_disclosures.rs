//! Lists who outside the school was told what about a learner.

use std::{cmp::Reverse, collections::BTreeSet};

use chassis::{
    caller::Caller,
    db::Tx,
    error::Result,
    history::Act,
    page::{Page, whole},
};
use proto::incident_cases::v1::{ListLearnerDisclosuresRequest, ListLearnerDisclosuresResponse};
use tonic::Request;

use super::{
    convert,
    list_disclosures::{fates_of, shared_of},
};
use crate::{
    App,
    across::told::{Told, of_case, of_concern, of_transfer},
    case::CaseId,
    concern::ConcernId,
    custody::Disclosure,
    learner::LearnerId,
    store,
};

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
    let (mut ids, mut concerns) = (Vec::new(), BTreeSet::new());
    for id in store::learner_record::of(&tx, &learner).await? {
        if id.parse::<CaseId>().is_ok() {
            ids.push(id);
        } else if id.parse::<ConcernId>().is_ok() {
            concerns.insert(id);
        }
    }
    let cases = store::case::readable_all(&tx, &ids).await?;
    let mut all = Vec::new();
    for case in cases.values() {
        let mut records = case.concern_ids.clone();
        concerns.retain(|id| !records.contains(id));
        records.push(case.id.to_string());
        let register = register(&tx, &records).await?;
        let shared = shared_of(&tx, &case.school_id, &register).await?;
        let fates = fates_of(&tx, &register).await?;
        all.extend(of_case(case, &learner, &register, &fates, &shared));
    }
    // Concerns that are part of none of these cases; whoever may not read one finds nothing of it.
    let concerns: Vec<String> = concerns.into_iter().collect();
    let reported = if concerns.is_empty() { Vec::new() } else { register(&tx, &concerns).await? };
    all.extend(of_concern(&reported));
    all.extend(transfers(&tx, &learner, &request.school_id).await?);
    let mut shown: Vec<&str> = cases.keys().map(String::as_str).collect();
    shown.extend(reported.iter().map(Disclosure::record_id));
    shown.sort_unstable();
    shown.dedup();
    tx.record(Act::new("learner.disclosures_listed", learner.as_str()).detail("ids", shown));
    tx.commit().await?;
    all.sort_by_cached_key(|told| Reverse(told.place()));
    all.retain(|told| page.after().is_none_or(|after| told.place().as_str() < after));
    let next_page_token = page.cut(&mut all, Told::place);
    Ok(ListLearnerDisclosuresResponse { disclosures: all.iter().map(convert::across::told).collect(), next_page_token })
}

/// What the register of disclosures says of some records.
async fn register(tx: &Tx, records: &[String]) -> Result<Vec<Disclosure>> {
    whole(move |page| async move { store::register::list(tx, records, "", &page).await }).await
}

/// What the handing over of the learner's file says.
async fn transfers(tx: &Tx, learner: &LearnerId, school: &str) -> Result<Vec<Told>> {
    let found = whole(move |page| async move { store::transfer::list(tx, Some(learner), false, &page).await }).await?;
    let ids: Vec<&str> = found.iter().map(|transfer| transfer.id.as_str()).collect();
    let parts = store::transfer::parts(tx, school, &ids).await?;
    Ok(found.iter().flat_map(|one| of_transfer(one, parts.get(one.id.as_str()), school)).collect())
}
