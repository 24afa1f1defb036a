//! Lists what a learner of the roll has to do with: concerns about them, cases in which they have a part.

use std::collections::BTreeSet;

use chassis::{
    caller::Caller,
    error::{Kind, Result},
    history::Act,
};
use proto::incident_cases::v1::{ListLearnerRecordsRequest, ListLearnerRecordsResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    case::{Case, CaseId, access::Verdict},
    concern::{ConcernId, Outcome},
    store,
};

pub(super) async fn list_learner_records(
    app: &App,
    request: Request<ListLearnerRecordsRequest>,
) -> Result<ListLearnerRecordsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::outside(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    let (mut concerns, mut in_cases) = (Vec::new(), BTreeSet::new());
    for id in store::learner_record::of(&tx, &learner.id).await? {
        if id.parse::<ConcernId>().is_ok() {
            let Some(concern) = known(store::concern::load(&tx, &id).await)? else { continue };
            if let Some(Outcome::InCase { case_id, .. }) = &concern.outcome {
                in_cases.insert(case_id.clone());
            }
            concerns.push(concern);
        } else if id.parse::<CaseId>().is_ok() {
            in_cases.insert(id);
        }
    }
    let mut cases = Vec::new();
    for id in &in_cases {
        cases.extend(known(store::case::look(&tx, id).await)?);
    }
    let ids: Vec<&str> =
        concerns.iter().map(|c| c.id.as_str()).chain(cases.iter().map(|(c, _)| c.id.as_str())).collect();
    tx.record(Act::new("learner.records_listed", learner.id.as_str()).detail("ids", ids));
    let (now, reader) = (tx.now(), store::access::reader_of(&scope));
    tx.commit().await?;
    let seen = |(case, verdict): &(Case, Verdict)| match verdict {
        Verdict::Yes => convert::case(&case.as_seen(reader), now),
        _ => convert::access::row(case),
    };
    Ok(ListLearnerRecordsResponse {
        concerns: concerns.iter().map(convert::concern).collect(),
        cases: cases.iter().map(seen).collect(),
    })
}

/// What the caller may know of; none of what they may not.
pub(super) fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == Kind::Missing => Ok(None),
        Err(error) => Err(error),
    }
}
