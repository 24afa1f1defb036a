//! Records that the parents of one child were told, by whom, when and how, or why not.

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
use time::OffsetDateTime;
use tonic::Request;

use super::work::{Done, name, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, InvolvementId, Telling, person::WAYS},
};

pub(super) async fn record_parents_decision(
    app: &App,
    request: Request<RecordParentsDecisionRequest>,
) -> Result<RecordParentsDecisionResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let asked = if request.told { "what they were told and how they took it" } else { "why they are not told" };
    words(&mut violations, "reason", asked, &request.reason);
    let telling = telling(&mut violations, &request, app.store.clock().now());
    violations.finish()?;
    let involvement: InvolvementId = request.involvement_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.decide_parents(by, &involvement, request.told, (request.reason.trim().to_owned(), telling))?;
        let decided = Event::ParentsDecided(ParentsDecided { told: request.told });
        Ok(Done::new("parents.decided").detail("told", request.told.to_string()).event(decided))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordParentsDecisionResponse { case: Some(case) })
        .await
}

/// How they were told: by whom, when, whom and how; none where they are not told.
fn telling(v: &mut Violations, request: &RecordParentsDecisionRequest, now: OffsetDateTime) -> Option<Telling> {
    let RecordParentsDecisionRequest { told, told_by, told_time, told_whom, told_how, .. } = request;
    let said = [
        ("told_by", !told_by.is_empty()),
        ("told_time", told_time.is_some()),
        ("told_whom", !told_whom.is_empty()),
        ("told_how", !told_how.is_empty()),
    ];
    if !told {
        for (field, said) in said {
            v.check(!said, field, "Leave it out where they are not told");
        }
        return None;
    }
    name(v, "told_by", "who told them", told_by);
    name(v, "told_whom", "who was told", told_whom);
    one_of(v, "told_how", told_how, WAYS);
    v.check(told_time.is_some(), "told_time", "Enter when they were told");
    let at = v.happened("told_time", told_time.as_ref(), now)?;
    Some(Telling { by: told_by.trim().to_owned(), at, whom: told_whom.trim().to_owned(), how: told_how.clone() })
}
