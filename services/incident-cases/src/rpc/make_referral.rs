//! Records a referral to one agency.

use chassis::{
    calendar,
    caller::Caller,
    error::{Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::ReferralMade,
    incident_cases::v1::{MakeReferralRequest, MakeReferralResponse},
};
use tonic::Request;

use super::{
    convert,
    work::{Done, Target, work},
};
use crate::{
    App,
    case::{By, Case, Referral},
    custody::Disclosure,
    rules::{NAME_MAX, NARRATIVE_MAX, REFERRAL_DECISION_CHASE},
};

pub(super) async fn make_referral(app: &App, request: Request<MakeReferralRequest>) -> Result<MakeReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why the referral is made", &request.reason, NARRATIVE_MAX);
    violations.maybe_line("reference", &request.reference, NAME_MAX);
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let agency_name = case.agency(&request.agency)?.to_owned();
        case.refer(
            by,
            Referral {
                id: ids.next(),
                agency: request.agency.clone(),
                agency_name,
                reason: request.reason.trim().to_owned(),
                reference: request.reference.trim().to_owned(),
                by: by.account_id.to_owned(),
                made_at: by.at,
                chase_at: calendar::working_days_after(by.at, REFERRAL_DECISION_CHASE),
                decision: None,
            },
        )?;
        let made = ReferralMade { agency: request.agency.clone(), procedure: case.procedure.id.clone() };
        let told = Disclosure {
            id: ids.next(),
            school_id: case.school_id.clone(),
            case_id: case.id.to_string(),
            recipient_kind: if request.agency.starts_with("police") { "police" } else { "agency" }.to_owned(),
            recipient: case.agency(&request.agency)?.to_owned(),
            shared: true,
            what: "The referral".to_owned(),
            basis: "safeguarding".to_owned(),
            reason: request.reason.trim().to_owned(),
            stamp: by.stamp(),
        };
        let done = Done::new("referral.made").detail("agency", &request.agency).disclosure(told);
        Ok(done.event(Event::ReferralMade(made)))
    };
    let respond = |message, case: &Case| MakeReferralResponse {
        case: Some(message),
        referral: case.referrals.last().map(convert::referral),
    };
    work(app, &caller, &request, target, act, respond).await
}
