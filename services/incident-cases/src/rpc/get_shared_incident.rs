//! Answers the part of an incident that its schools share.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetSharedIncidentRequest, GetSharedIncidentResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_shared_incident(
    app: &App,
    request: Request<GetSharedIncidentRequest>,
) -> Result<GetSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let shared = store::shared::load(&tx, &request.shared_incident_id, &request.school_id).await?;
    // Whoever may not read one of them does not find the incident.
    let own = store::case::linked(&tx, &request.shared_incident_id, &request.school_id).await?;
    let mut shown = convert::sharing::shared_incident(&shared, &request.school_id);
    // Whoever says who a learner is sees beside the label whom they mean.
    let mut cases: Vec<String> = shown.learners.iter().map(|learner| learner.case_id.clone()).collect();
    cases.retain(|id| !id.is_empty());
    cases.sort_unstable();
    cases.dedup();
    let cases = store::case::readable_all(&tx, &cases).await?;
    for learner in &mut shown.learners {
        let Some(case) = cases.get(&learner.case_id) else { continue };
        let part = case.involvements.iter().find(|part| part.id.as_str() == learner.involvement_id);
        // Who was a child of the case may be a witness by now, whose name is kept to the lead.
        if let Some(part) = part.filter(|part| case.sees(part, store::access::reader(&tx))) {
            learner.person.clone_from(&part.person);
            if part.ended.is_some() && learner.state == "there" {
                "part_ended".clone_into(&mut learner.state);
            }
        }
    }
    tx.record(Act::new("shared_incident.read", shared.sharing.id.as_str()));
    tx.commit().await?;
    shown.own_case_ids = own.into_iter().map(|(id, _)| id).collect();
    Ok(GetSharedIncidentResponse { shared_incident: Some(shown) })
}
