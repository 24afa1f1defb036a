//! Lists the accounts of the authority.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::access::v1::{ListAccountsRequest, ListAccountsResponse};
use tonic::Request;

use super::convert;
use crate::{door::Door, store};

pub(super) async fn list_accounts(door: &Door, request: Request<ListAccountsRequest>) -> Result<ListAccountsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = door.store().begin(&scope).await?;
    let mut accounts = store::account::list(&tx, &page).await?;
    let next_page_token = page.cut(&mut accounts, |account| account.id.to_string());
    tx.record(Act::new("account.listed", "accounts").detail("count", accounts.len()));
    tx.commit().await?;
    Ok(ListAccountsResponse { accounts: accounts.iter().map(convert::account).collect(), next_page_token })
}
