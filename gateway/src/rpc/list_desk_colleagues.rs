//! Lists everybody who works a desk of the authority now, by name.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
    history::Act,
    id::AccountId,
};
use proto::access::v1::{Colleague, ListDeskColleaguesRequest, ListDeskColleaguesResponse};
use tonic::Request;

use crate::{door::Door, store};

pub(super) async fn list_desk_colleagues(
    door: &Door,
    request: Request<ListDeskColleaguesRequest>,
) -> Result<ListDeskColleaguesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let role = scope.desk().ok_or_else(Error::missing)?.role();
    // Accounts of the authority are no desk's rows: the gateway itself reads them.
    let mut tx = door.store().begin(&Scope::system(door.store().name())).await?;
    tx.silent();
    let mut colleagues = Vec::new();
    for id in store::account::holding(&tx, "", &[role]).await? {
        let Ok(id) = id.parse::<AccountId>() else { continue };
        if let Some(account) = store::account::by_id(&tx, &id).await? {
            let (account_id, display_name) = (id.to_string(), account.display_name);
            colleagues.push(Colleague { account_id, display_name, roles: vec![role.into()] });
        }
    }
    tx.commit().await?;
    colleagues.sort_by(|a, b| (&a.display_name, &a.account_id).cmp(&(&b.display_name, &b.account_id)));
    let mut tx = door.store().begin(&scope).await?;
    tx.record(Act::new("colleagues.listed", request.desk).detail("count", colleagues.len()));
    tx.commit().await?;
    Ok(ListDeskColleaguesResponse { colleagues })
}
