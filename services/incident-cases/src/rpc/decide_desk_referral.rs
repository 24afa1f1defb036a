//! The desk tells the school what it decided.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    event::Event,
};
use proto::{
    event::v1::ReferralDecided,
    incident_cases::v1::{DecideDeskReferralRequest, DecideDeskReferralResponse},
};
use tonic::Request;

use super::{
    desk_referral::{AtDesk, Target, target, work},
    work::{one_of, words},
};
use crate::{
    App,
    case::{Case, ReferralDecision, referral::OUTCOMES},
    rules::NARRATIVE_MAX,
};

pub(super) async fn decide_desk_referral(
    app: &App,
    request: Request<DecideDeskReferralRequest>,
) -> Result<DecideDeskReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let target = Target { etag: &request.etag, ..target!(request, "referral.decided") };
    let check = |v: &mut Violations| {
        one_of(v, "outcome", &request.outcome, &OUTCOMES);
        words(v, "reason", "why, and what happens now", &request.reason);
        v.maybe_text("again", &request.again, NARRATIVE_MAX);
    };
    let act = |case: &mut Case, at: AtDesk<'_>| {
        let decision = ReferralDecision {
            outcome: request.outcome.clone(),
            text: request.reason.trim().to_owned(),
            at: at.by.at,
            name: at.name.to_owned(),
        };
        let agency = case.decide_at_desk(at.by, at.referral, decision, &request.again)?.agency.clone();
        Ok(Some(Event::ReferralDecided(ReferralDecided { agency, outcome: request.outcome.clone() })))
    };
    let respond = |one| DecideDeskReferralResponse { referral: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
