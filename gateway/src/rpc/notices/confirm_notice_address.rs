//! Confirms the caller's new address by what the link to it carried: once, within a day, for the account it was sent for.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::access::v1::{ConfirmNoticeAddressRequest, ConfirmNoticeAddressResponse};
use subtle::ConstantTimeEq as _;
use tonic::Request;

use super::{NoticesService, convert};
use crate::store;

/// What is said of every link that does not confirm: nobody learns why.
const FIX: &str =
    "Ask for a new link: this one was used before, is older than 24 hours, or was sent for another account";

pub(super) async fn confirm_notice_address(
    NoticesService { door, mail, .. }: &NoticesService,
    request: Request<ConfirmNoticeAddressRequest>,
) -> Result<ConfirmNoticeAddressResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    if request.token.is_empty() {
        return Err(Error::invalid("token", FIX));
    }
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (account, roles) = convert::own(&tx).await?;
    let mut settings = convert::settings(&tx, &account.id).await?;
    let given = store::notice_address::link(&tx, &request.token);
    let good = settings.link.as_ref().is_some_and(|(kept, until)| tx.now() < *until && bool::from(kept.ct_eq(&given)));
    if !good || settings.sealed.pending.is_none() {
        return Err(Error::invalid("token", FIX));
    }
    settings.confirm(tx.now());
    store::notice_address::keep(&tx, &settings).await?;
    tx.record(Act::new("notice_address.confirmed", account.id.as_str()));
    let shown = convert::shown(&tx, &settings, &roles, *mail).await?;
    let response = ConfirmNoticeAddressResponse { settings: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
