//! Closes a case once nothing of it is open.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::CaseClosed,
    incident_cases::v1::{CloseCaseRequest, CloseCaseResponse},
};
use time::OffsetDateTime;
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case},
    rules::NARRATIVE_MAX,
};

/// That another leads from here on.
pub(super) const AGENCY_LEADS: &str = "agency_leads";

const OUTCOMES: [&str; 4] = ["resolved", AGENCY_LEADS, "unfounded", "moved_on"];

pub(super) async fn close_case(app: &App, request: Request<CloseCaseRequest>) -> Result<CloseCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let known = OUTCOMES.contains(&request.outcome.as_str());
    violations.check(known, "outcome", format!("Select one of: {}", OUTCOMES.join(", ")));
    violations.text("reason", "why that is the outcome", &request.reason, NARRATIVE_MAX);
    violations.maybe_text("follow_up", &request.follow_up, NARRATIVE_MAX);
    violations.check(!request.etag.is_empty(), "etag", "Send back the etag of the case as you read it");
    violations.finish()?;
    let target = Target {
        school_id: &request.school_id,
        case_id: &request.case_id,
        request_id: &request.request_id,
        etag: &request.etag,
    };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let said = |text: &str| text.trim().to_owned();
        case.close(by, request.outcome.clone(), (said(&request.reason), said(&request.follow_up)))?;
        Ok(Done::new("case.closed").detail("outcome", &request.outcome).event(closed(case, &request.outcome, by.at)))
    };
    work(app, &caller, &request, target, act, |case, _| CloseCaseResponse { case: Some(case) }).await
}

/// What is announced of a case that is closed.
pub(super) fn closed(case: &Case, outcome: &str, at: OffsetDateTime) -> Event {
    Event::CaseClosed(CaseClosed {
        procedure: case.procedure.id.clone(),
        outcome: outcome.to_owned(),
        open_s: (at - case.opened_at).whole_seconds(),
        deviations: case.deviations_since_closed(),
        groups: case.groups(),
    })
}
