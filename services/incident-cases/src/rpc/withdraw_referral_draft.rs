//! Takes a draft back that is not sent after all. It stays on record with the reason.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{WithdrawReferralDraftRequest, WithdrawReferralDraftResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, referral::DraftId},
};

pub(super) async fn withdraw_referral_draft(
    app: &App,
    request: Request<WithdrawReferralDraftRequest>,
) -> Result<WithdrawReferralDraftResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "reason", "why it is not sent", &request.reason);
    violations.finish()?;
    let draft: DraftId = request.draft_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.withdraw_draft(by, &draft, request.reason.trim().to_owned())?;
        Ok(Done::new("referral.withdrawn").detail("draft", draft.as_str()))
    };
    work(app, &caller, &request, target!(request), act, |case, _| WithdrawReferralDraftResponse { case: Some(case) })
        .await
}
