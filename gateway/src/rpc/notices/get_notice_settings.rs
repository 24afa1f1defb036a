//! Answers where the caller is told, of what and when.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::access::v1::{GetNoticeSettingsRequest, GetNoticeSettingsResponse};
use tonic::Request;

use super::{NoticesService, convert};

pub(super) async fn get_notice_settings(
    NoticesService { door, mail, .. }: &NoticesService,
    request: Request<GetNoticeSettingsRequest>,
) -> Result<GetNoticeSettingsResponse> {
    let (caller, _) = Caller::split(request)?;
    let mut tx = door.store().begin(&caller.anywhere()?).await?;
    let (account, roles) = convert::own(&tx).await?;
    let settings = convert::settings(&tx, &account.id).await?;
    let shown = convert::shown(&tx, &settings, &roles, *mail).await?;
    tx.record(Act::new("notice_settings.read", account.id.as_str()));
    tx.commit().await?;
    Ok(GetNoticeSettingsResponse { settings: Some(shown) })
}
