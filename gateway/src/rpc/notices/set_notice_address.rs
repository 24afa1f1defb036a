//! Says where and when the caller is told; a new address is sent a link that confirms it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::access::v1::{SetNoticeAddressRequest, SetNoticeAddressResponse};
use tonic::Request;

use super::{NoticesService, convert};
use crate::{
    notices::{
        kind::CONFIRM,
        settings::{LINK_GOOD, Wanted},
    },
    sessions::Token,
    store,
};

pub(super) async fn set_notice_address(
    NoticesService { door, schools, mail, .. }: &NoticesService,
    request: Request<SetNoticeAddressRequest>,
) -> Result<SetNoticeAddressResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let wanted = Wanted::checked(&request.email, &request.digest, &request.quiet_from, &request.quiet_to)?;
    if !mail {
        return Err(Error::wrong_state("no mail is sent from here: the authority has not set it up"));
    }
    let store = door.store();
    let (account, known) = {
        let mut tx = store.begin(&scope).await?;
        tx.silent();
        let (account, _) = convert::own(&tx).await?;
        let known = convert::settings(&tx, &account.id).await?;
        tx.commit().await?;
        (account, known)
    };
    if known.sealed.email.as_deref() != Some(wanted.email.as_str()) {
        store::notice_address::count_confirmation(store, &account.id, &wanted.email).await?;
    }
    let names = schools.names(&caller, &convert::schools(&account, store.clock().now())).await;
    let mut tx = match store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (account, roles) = convert::own(&tx).await?;
    let mut settings = convert::settings(&tx, &account.id).await?;
    settings.sealed.schools.extend(names);
    let confirm = settings.take(wanted);
    if confirm {
        let token = Token::random().reveal();
        settings.link = Some((store::notice_address::link(&tx, &token), tx.now() + LINK_GOOD));
        // The link before it works no more: whoever still gets it would wonder.
        store::notice::forget(&tx, &account.id, Some(CONFIRM)).await?;
        let link = format!("/notices/confirm?token={token}");
        let new = store::notice::New { account_id: &account.id, school: "", kind: CONFIRM, link: &link, due: tx.now() };
        store::notice::insert(&tx, &new).await?;
    }
    store::notice_address::keep(&tx, &settings).await?;
    tx.record(Act::new("notice_address.set", account.id.as_str()).detail("to_confirm", confirm));
    let shown = convert::shown(&tx, &settings, &roles, *mail).await?;
    let response = SetNoticeAddressResponse { settings: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
