//! Makes an account with its appointments.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{CreateAccountRequest, CreateAccountResponse};
use tonic::Request;

use super::{AccountsService, convert};
use crate::store;

pub(super) async fn create_account(
    AccountsService { door, schools }: &AccountsService,
    request: Request<CreateAccountRequest>,
) -> Result<CreateAccountResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let new = convert::new_account(&request, door.store().clock().now())?;
    schools.check(&caller, &new.appointments).await?;
    let hash = door.passwords().hash(&new.password).await?;
    // The digest that is kept of a request must not let anybody try passwords against it.
    let proof = door.store().ring().token("first-password", &request.password);
    let kept = CreateAccountRequest { password: hex::encode(proof), ..request };
    let mut tx = match door.store().begin_once(&scope, &kept.request_id, &kept).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let account = new.create(tx.ids().next(), hash, tx.now());
    let body = store::account::insert(&tx, &account).await?;
    tx.record(
        Act::new("account.created", account.id.as_str())
            .detail("appointments", account.appointments.len())
            .state("account", &body),
    );
    let response = CreateAccountResponse { account: Some(convert::account(&account)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
