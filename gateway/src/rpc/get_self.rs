//! Answers the caller's own account.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::access::v1::{GetSelfRequest, GetSelfResponse};
use tonic::Request;

use super::convert;
use crate::{door::Door, store};

pub(super) async fn get_self(door: &Door, request: Request<GetSelfRequest>) -> Result<GetSelfResponse> {
    let (caller, _) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let id = scope.account().ok_or_else(Error::missing)?;
    let mut tx = door.store().begin(&scope).await?;
    let account = store::account::by_id(&tx, &id).await?.ok_or_else(Error::missing)?;
    tx.record(Act::new("account.read", id.as_str()));
    tx.commit().await?;
    Ok(GetSelfResponse { account: Some(convert::account(&account)) })
}
