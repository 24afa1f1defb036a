//! Answers one concern of the caller's own: their words, when they were read and by whom, and nothing of what followed.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetMyConcernRequest, GetMyConcernResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_my_concern(app: &App, request: Request<GetMyConcernRequest>) -> Result<GetMyConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let concern = store::concern::load_own(&tx, &request.concern_id, scope.account_text()).await?;
    let mut mine = convert::my_concern(&concern);
    mine.attachments = convert::attachment::all(store::attachment::of(&tx, &[concern.id.as_str()]).await?);
    tx.record(Act::new("concern.read", concern.id.as_str()).detail("own", true));
    tx.commit().await?;
    Ok(GetMyConcernResponse { concern: Some(mine) })
}
