//! Answers what a draft says and what it lacks before it can be sent.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{CheckReferralRequest, CheckReferralResponse};
use tonic::Request;

use super::convert;
use crate::{App, case::referral::DraftId, store};

pub(super) async fn check_referral(app: &App, request: Request<CheckReferralRequest>) -> Result<CheckReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let id: DraftId = request.draft_id.parse().map_err(|_| Error::missing())?;
    let draft = case.draft(&id)?;
    let beside = convert::referral::beside(case.beside(draft));
    let draft = convert::referral::draft(draft);
    tx.record(Act::new("referral.checked", case.id.as_str()).detail("draft", id.as_str()));
    tx.commit().await?;
    Ok(CheckReferralResponse { draft: Some(draft), beside })
}
