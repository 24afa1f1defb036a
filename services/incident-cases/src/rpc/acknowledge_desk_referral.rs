//! The desk tells the school that it has a referral.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AcknowledgeDeskReferralRequest, AcknowledgeDeskReferralResponse};
use tonic::Request;

use super::{
    desk_referral::{AtDesk, target, work},
    work::words,
};
use crate::{App, case::Case, rules::NAME_MAX};

pub(super) async fn acknowledge_desk_referral(
    app: &App,
    request: Request<AcknowledgeDeskReferralRequest>,
) -> Result<AcknowledgeDeskReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let check = |v: &mut Violations| {
        v.maybe_line("reference", &request.reference, NAME_MAX);
        words(v, "text", "who works it, and what comes next", &request.text);
    };
    let act = |case: &mut Case, at: AtDesk<'_>| {
        let said = (request.reference.trim(), request.text.trim().to_owned());
        case.acknowledge_at_desk(at.by, at.name, at.referral, said)?;
        Ok(None)
    };
    let respond = |one| AcknowledgeDeskReferralResponse { referral: Some(one) };
    work(app, &caller, &request, target!(request, "referral.acknowledged"), check, act, respond).await
}
