//! Says of what the caller is told.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::access::v1::{SetNoticeChoicesRequest, SetNoticeChoicesResponse};
use tonic::Request;

use super::{NoticesService, convert};
use crate::store;

pub(super) async fn set_notice_choices(
    NoticesService { door, mail, .. }: &NoticesService,
    request: Request<SetNoticeChoicesRequest>,
) -> Result<SetNoticeChoicesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (account, roles) = convert::own(&tx).await?;
    let settings = store::notice_address::find(&tx, &account.id).await?;
    let Some(mut settings) = settings else {
        return Err(Error::wrong_state("say first where you want to be told"));
    };
    settings.choose(&request.kinds, &roles)?;
    store::notice_address::keep(&tx, &settings).await?;
    tx.record(Act::new("notice_choices.set", account.id.as_str()).detail("kinds", request.kinds.clone()));
    let shown = convert::shown(&tx, &settings, &roles, *mail).await?;
    let response = SetNoticeChoicesResponse { settings: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
