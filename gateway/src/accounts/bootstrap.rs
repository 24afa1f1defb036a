//! The first accounts of an installation, made by its operator's command, before anybody can sign in to make more.

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Result},
    history::Act,
    id::AccountId,
    page::Page,
};
use proto::access::v1::Role;

use super::{Appointment, NewAccount, sign_in_name};
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

/// Makes an installation's first account, an officer of the authority, unless that account is there already.
///
/// # Errors
/// `Invalid` where name or password will not do; `Conflict` where there are accounts, and none of this name.
pub async fn first(gateway: &Store, name: &str, password: &str) -> Result<()> {
    let mut tx = gateway.begin(&Scope::system("command")).await?;
    tx.silent();
    let known = store::account::by_name(&tx, &sign_in_name(name)).await?.is_some();
    let fresh = store::account::list(&tx, &Page::from(1, "")?).await?.is_empty();
    let start = tx.now();
    tx.commit().await?;
    if known {
        return Ok(());
    }
    if !fresh {
        return Err(Error::wrong_state("there are accounts already: an officer of the authority makes the others"));
    }
    let officer = Appointment { role: Role::AuthorityOfficer, school: None, start, end: None };
    let new = NewAccount {
        sign_in_name: name.to_owned(),
        display_name: name.trim().to_owned(),
        password: password.to_owned(),
        appointments: vec![officer],
    };
    bootstrap(gateway, new).await.map(|_| ())
}
