//! Records what an agency answered to a referral.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::ReferralDecided,
    incident_cases::v1::{RecordReferralOutcomeRequest, RecordReferralOutcomeResponse},
};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case, ReferralDecision, ReferralId, referral::OUTCOMES},
    rules::NARRATIVE_MAX,
};

pub(super) async fn record_referral_outcome(
    app: &App,
    request: Request<RecordReferralOutcomeRequest>,
) -> Result<RecordReferralOutcomeResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let known = OUTCOMES.contains(&request.outcome.as_str());
    violations.check(known, "outcome", format!("Select one of: {}", OUTCOMES.join(", ")));
    violations.text("text", "what the agency said", &request.text, NARRATIVE_MAX);
    violations.maybe_text("again", &request.again, NARRATIVE_MAX);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.desk_does_not_answer(&referral)?;
        let (outcome, text) = (request.outcome.clone(), request.text.trim().to_owned());
        let decision = ReferralDecision { outcome: outcome.clone(), text, at: by.at, name: String::new() };
        let decided = match request.again.trim() {
            "" => case.decide_referral(by, &referral, decision),
            why => case.correct_decision(by, &referral, decision, why),
        };
        let agency = decided?.agency.clone();
        let decided = ReferralDecided { agency, outcome };
        Ok(Done::new("referral.decided").detail("outcome", &request.outcome).event(Event::ReferralDecided(decided)))
    };
    work(app, &caller, &request, target, act, |case, _| RecordReferralOutcomeResponse { case: Some(case) }).await
}
