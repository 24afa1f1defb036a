//! The desk asks the school about a referral, or says what is missing in it.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    event::Event,
};
use proto::{
    event::v1::ReferralAsked,
    incident_cases::v1::{AskDeskReferralRequest, AskDeskReferralResponse},
};
use tonic::Request;

use super::{
    desk_referral::{AtDesk, target, work},
    work::words,
};
use crate::{App, case::Case};

pub(super) async fn ask_desk_referral(
    app: &App,
    request: Request<AskDeskReferralRequest>,
) -> Result<AskDeskReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let check = |v: &mut Violations| words(v, "text", "what you ask, or what is missing", &request.text);
    let act = |case: &mut Case, at: AtDesk<'_>| {
        let agency = case.ask_at_desk(at.by, at.name, at.referral, request.text.trim().to_owned())?.agency.clone();
        Ok(Some(Event::ReferralAsked(ReferralAsked { agency })))
    };
    let respond = |one| AskDeskReferralResponse { referral: Some(one) };
    work(app, &caller, &request, target!(request, "referral.asked"), check, act, respond).await
}
