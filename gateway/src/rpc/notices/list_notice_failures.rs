//! Lists the accounts whose notices could not be delivered: for whoever manages accounts.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::access::v1::{ListNoticeFailuresRequest, ListNoticeFailuresResponse, NoticeFailure};
use tonic::Request;

use super::NoticesService;
use crate::store;

pub(super) async fn list_notice_failures(
    NoticesService { door, .. }: &NoticesService,
    request: Request<ListNoticeFailuresRequest>,
) -> Result<ListNoticeFailuresResponse> {
    let (caller, _) = Caller::split(request)?;
    let mut tx = door.store().begin(&caller.at_authority()?).await?;
    let mut failures = Vec::new();
    for failure in store::notice::failures(&tx).await? {
        let account = match failure.account_id.parse() {
            Ok(id) => store::account::by_id(&tx, &id).await?,
            Err(_) => None,
        };
        failures.push(NoticeFailure {
            account_id: failure.account_id,
            display_name: account.map(|account| account.display_name).unwrap_or_default(),
            count: failure.count,
            error: failure.error,
            last_time: Some(timestamp(failure.last_at)),
        });
    }
    tx.record(Act::new("notice_failures.listed", "authority").detail("count", failures.len()));
    tx.commit().await?;
    Ok(ListNoticeFailuresResponse { failures })
}
