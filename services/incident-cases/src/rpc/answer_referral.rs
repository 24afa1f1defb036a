//! Answers what a desk asked about a referral.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AnswerReferralRequest, AnswerReferralResponse};
use tonic::Request;

use super::{
    make_referral::told,
    work::{Done, target, words, work},
};
use crate::{
    App,
    case::{By, Case, ReferralId},
};

pub(super) async fn answer_referral(
    app: &App,
    request: Request<AnswerReferralRequest>,
) -> Result<AnswerReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "the answer", &request.text);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let text = request.text.trim().to_owned();
        let referral = case.answer_desk(by, scope.account_name(), &referral, text.clone())?;
        let agency = (referral.agency.clone(), referral.agency_name.clone());
        let told = told(case, by, ids, (&agency.0, agency.1.clone()), ("An answer to what the desk asked", text));
        Ok(Done::new("referral.answered").detail("agency", agency.0).disclosure(told))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AnswerReferralResponse { case: Some(case) }).await
}
