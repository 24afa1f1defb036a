//! Records that the parents of one child were told, or why not.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::ParentsDecided,
    incident_cases::v1::{RecordParentsDecisionRequest, RecordParentsDecisionResponse},
};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case, InvolvementId},
    rules::NARRATIVE_MAX,
};

pub(super) async fn record_parents_decision(
    app: &App,
    request: Request<RecordParentsDecisionRequest>,
) -> Result<RecordParentsDecisionResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let asked = if request.told { "who told them and when" } else { "why they are not told" };
    violations.text("reason", asked, &request.reason, NARRATIVE_MAX);
    violations.finish()?;
    let involvement: InvolvementId = request.involvement_id.parse().map_err(|_| Error::missing())?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.decide_parents(by, &involvement, request.told, request.reason.trim().to_owned())?;
        let decided = Event::ParentsDecided(ParentsDecided { told: request.told });
        Ok(Done::new("parents.decided").detail("told", request.told.to_string()).event(decided))
    };
    work(app, &caller, &request, target, act, |case, _| RecordParentsDecisionResponse { case: Some(case) }).await
}
