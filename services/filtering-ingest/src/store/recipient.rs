//! Whom alerts about staff go to, sealed: user names are theirs.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::{entity::recipient, key, new_key, open, seal};
use crate::recipient::Recipient;

fn place(id: &str) -> String {
    format!("recipient|{id}")
}

async fn read(tx: &Tx, row: recipient::Model) -> Result<Recipient> {
    open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// What is kept of an account at the scope's school, held until the transaction ends.
pub(crate) async fn of(tx: &Tx, account_id: &str) -> Result<Option<Recipient>> {
    one(tx, kept(tx, account_id)?.lock_exclusive()).await
}

/// The same, held by nobody.
pub(crate) async fn find(tx: &Tx, account_id: &str) -> Result<Option<Recipient>> {
    one(tx, kept(tx, account_id)?).await
}

fn kept(tx: &Tx, account_id: &str) -> Result<Select<recipient::Entity>> {
    let school = tx.scope().school()?;
    Ok(recipient::Entity::find()
        .filter(recipient::Column::SchoolId.eq(school.as_str()))
        .filter(recipient::Column::AccountId.eq(account_id)))
}

async fn one(tx: &Tx, row: Select<recipient::Entity>) -> Result<Option<Recipient>> {
    match row.one(tx.db()).await? {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Writes a new one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, new: &Recipient) -> Result<Vec<u8>> {
    let id = new.id.as_str();
    let body = seal(&new_key(tx, id, &new.school_id).await?, new, &place(id))?;
    let row = recipient::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(new.school_id.clone()),
        account_id: Set(new.account_id.clone()),
        body: Set(body.clone()),
    };
    recipient::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes what was said anew; answers what its body holds.
pub(crate) async fn update(tx: &Tx, changed: &Recipient) -> Result<Vec<u8>> {
    let id = changed.id.as_str();
    let body = seal(&key(tx, id, &changed.school_id).await?, changed, &place(id))?;
    let row = recipient::ActiveModel { id: Unchanged(id.to_owned()), body: Set(body.clone()), ..Default::default() };
    recipient::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// All of the scope's school, in the order they were first named.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<Recipient>> {
    let school = tx.scope().school()?;
    let rows = recipient::Entity::find()
        .filter(recipient::Column::SchoolId.eq(school.as_str()))
        .order_by_asc(recipient::Column::Id)
        .all(tx.db())
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(tx, row).await?);
    }
    Ok(all)
}
