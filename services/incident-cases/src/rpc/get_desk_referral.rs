//! Answers one referral in a desk's inbox, exactly as it was sent.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetDeskReferralRequest, GetDeskReferralResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_desk_referral(
    app: &App,
    request: Request<GetDeskReferralRequest>,
) -> Result<GetDeskReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let mut tx = app.store.begin(&scope).await?;
    let held = store::desk_referral::load(&tx, &request.referral_id).await?;
    let taken_in = store::allegation::of_referral(&tx, held.referral.id.as_str()).await?;
    tx.record(Act::new("desk_referral.read", held.referral.id.as_str()));
    let now = tx.now();
    tx.commit().await?;
    let referral = convert::desk_referral::referral(&held, taken_in.as_ref(), now);
    Ok(GetDeskReferralResponse { referral: Some(referral) })
}
