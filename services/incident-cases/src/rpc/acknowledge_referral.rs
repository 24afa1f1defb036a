//! Records that an agency has a referral.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AcknowledgeReferralRequest, AcknowledgeReferralResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, ReferralId},
    rules::NAME_MAX,
};

pub(super) async fn acknowledge_referral(
    app: &App,
    request: Request<AcknowledgeReferralRequest>,
) -> Result<AcknowledgeReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.maybe_line("reference", &request.reference, NAME_MAX);
    violations.maybe_line("digest", &request.digest, NAME_MAX);
    words(&mut violations, "text", "who has it and what they said", &request.text);
    violations.finish()?;
    let referral: ReferralId = request.referral_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.desk_does_not_answer(&referral)?;
        let text = request.text.trim().to_owned();
        let said = (request.reference.trim(), request.digest.trim());
        let agency = case.acknowledge_referral(by, &referral, said, text)?.agency.clone();
        Ok(Done::new("referral.acknowledged").detail("agency", agency))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AcknowledgeReferralResponse { case: Some(case) })
        .await
}
