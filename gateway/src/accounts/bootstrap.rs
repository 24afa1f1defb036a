//! The first accounts of an installation, made by its operator's command, before anybody can sign in to make more.

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Result},
    history::Act,
    id::AccountId,
};

use super::NewAccount;
use crate::{passwords, store};

/// Makes an account unless its sign-in name is taken; answers the id of whichever account has the name.
///
/// # Errors
/// `Invalid` with every field at fault.
pub async fn bootstrap(gateway: &Store, new: NewAccount) -> Result<AccountId> {
    let new = new.checked()?;
    let mut tx = gateway.begin(&Scope::system("command")).await?;
    tx.silent();
    let known = store::account::by_name(&tx, &new.sign_in_name).await?;
    tx.commit().await?;
    if let Some(account) = known {
        return Ok(account.id);
    }
    let password = new.password.clone().into_bytes();
    let hash = tokio::task::spawn_blocking(move || passwords::hash(&password)).await.map_err(Error::internal)??;
    let mut tx = gateway.begin(&Scope::system("command")).await?;
    let account = new.create(tx.ids().next(), hash, tx.now());
    let body = store::account::insert(&tx, &account).await?;
    tx.record(
        Act::new("account.created", account.id.as_str())
            .detail("appointments", account.appointments.len())
            .state("account", &body),
    );
    tx.commit().await?;
    Ok(account.id)
}
