//! Says what came of a referral for the child.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{CloseReferralRequest, CloseReferralResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, ReferralId},
};

pub(super) async fn close_referral(app: &App, request: Request<CloseReferralRequest>) -> Result<CloseReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "what came of it for the child", &request.text);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let agency = case.close_referral(by, &referral, request.text.trim().to_owned())?.agency.clone();
        Ok(Done::new("referral.closed").detail("agency", agency))
    };
    work(app, &caller, &request, target!(request), act, |case, _| CloseReferralResponse { case: Some(case) }).await
}
