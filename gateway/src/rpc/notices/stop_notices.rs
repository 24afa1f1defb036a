//! Forgets the caller's address and whatever was still to be sent there.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{StopNoticesRequest, StopNoticesResponse};
use tonic::Request;

use super::{NoticesService, convert};
use crate::store;

pub(super) async fn stop_notices(
    NoticesService { door, .. }: &NoticesService,
    request: Request<StopNoticesRequest>,
) -> Result<StopNoticesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (account, _) = convert::own(&tx).await?;
    store::notice::forget(&tx, &account.id, None).await?;
    store::unannounced::forget(&tx, &account.id).await?;
    store::notice_address::forget(&tx, &account.id).await?;
    tx.record(Act::new("notice_address.forgotten", account.id.as_str()));
    let response = StopNoticesResponse {};
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
