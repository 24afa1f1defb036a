//! Takes a referral out of a desk's inbox: the desk keeps that there was one, and reads nothing of it any more.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{WithdrawReferralRequest, WithdrawReferralResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, ReferralId},
};

pub(super) async fn withdraw_referral(
    app: &App,
    request: Request<WithdrawReferralRequest>,
) -> Result<WithdrawReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "reason", "why it is taken back", &request.reason);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let reason = request.reason.trim().to_owned();
        let agency = case.withdraw_referral(by, &referral, reason)?.agency.clone();
        Ok(Done::new("referral.withdrawn").detail("agency", agency))
    };
    work(app, &caller, &request, target!(request), act, |case, _| WithdrawReferralResponse { case: Some(case) }).await
}
