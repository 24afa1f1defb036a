//! Goes one rung further on the area's ladder.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::ReferralEscalated,
    incident_cases::v1::{EscalateReferralRequest, EscalateReferralResponse},
};
use tonic::Request;

use super::{
    make_referral::told,
    routes,
    work::{Done, one_of, target, words, work},
};
use crate::{
    App,
    case::{By, Case, ReferralId, referral::CAUSES},
};

pub(super) async fn escalate_referral(
    app: &App,
    request: Request<EscalateReferralRequest>,
) -> Result<EscalateReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    one_of(&mut violations, "cause", &request.cause, &CAUSES);
    words(&mut violations, "reason", "why, and whom it was put to", &request.reason);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    // One that was sent by a form has its own.
    let ladder = routes::in_force(app, &scope).await.map(|policy| policy.ladder).unwrap_or_default();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let reason = request.reason.trim().to_owned();
        let referral = case.escalate_referral(by, &referral, (&request.cause, reason.clone()), &ladder)?.clone();
        let rung = referral.escalations.last().map(|went| went.rung.key.clone()).unwrap_or_default();
        let (agency, desk) = (referral.agency.clone(), referral.desk().to_owned());
        let told = told(case, by, ids, (&agency, referral.agency_name), ("The school’s escalation", reason));
        let done = Done::new("referral.escalated").detail("cause", &request.cause).detail("rung", rung.clone());
        let event = ReferralEscalated { agency, cause: request.cause.clone(), rung, desk };
        Ok(done.disclosure(told).event(Event::ReferralEscalated(event)))
    };
    work(app, &caller, &request, target!(request), act, |case, _| EscalateReferralResponse { case: Some(case) }).await
}
