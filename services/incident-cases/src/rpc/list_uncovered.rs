//! Says at which schools all of those who are to read concerns are away and nobody stands in, and nothing of who is away.

use std::collections::BTreeMap;

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ListUncoveredRequest, ListUncoveredResponse, UncoveredSchool};
use tonic::Request;

use crate::{App, store};

/// The most schools that are asked about at once.
const SCHOOLS: usize = 5_000;

pub(super) async fn list_uncovered(app: &App, request: Request<ListUncoveredRequest>) -> Result<ListUncoveredResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut v = Violations::new();
    v.check(request.schools.len() <= SCHOOLS, "schools", format!("Ask about {SCHOOLS} schools or fewer"));
    v.finish()?;
    let readers: BTreeMap<&str, &[String]> =
        request.schools.iter().map(|school| (school.school_id.as_str(), school.account_ids.as_slice())).collect();
    let mut tx = app.store.begin(&scope).await?;
    let now = tx.now();
    let mut schools: Vec<UncoveredSchool> = Vec::new();
    for (school_id, cover) in store::cover::all(&tx).await? {
        let since = readers.get(school_id.as_str()).and_then(|readers| cover.nobody_since(readers, now));
        if let Some(since) = since {
            schools.push(UncoveredSchool { school_id, since_time: Some(timestamp(since)) });
        }
    }
    schools.sort_by(|a, b| a.school_id.cmp(&b.school_id));
    tx.record(Act::new("cover.uncovered_listed", scope.account_text()).detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListUncoveredResponse { schools })
}
