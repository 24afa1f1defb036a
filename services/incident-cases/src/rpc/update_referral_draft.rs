//! Writes the answers of a draft.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    id::Ids,
};
use proto::incident_cases::v1::{UpdateReferralDraftRequest, UpdateReferralDraftResponse};
use tonic::Request;

use super::work::{Done, target, work};
use crate::{
    App,
    case::{By, Case, referral::DraftId},
};

pub(super) async fn update_referral_draft(
    app: &App,
    request: Request<UpdateReferralDraftRequest>,
) -> Result<UpdateReferralDraftResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let draft: DraftId = request.draft_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.update_draft(by, (&draft, &request.etag), &request.answers)?;
        Ok(Done::new("referral.draft_written").detail("draft", draft.as_str()))
    };
    work(app, &caller, &request, target!(request), act, |case, _| UpdateReferralDraftResponse { case: Some(case) })
        .await
}
