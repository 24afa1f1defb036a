//! What waits for people and is announced to nobody: of what each was told, so that each is told of it once.

use std::collections::BTreeSet;

use chassis::{db::Tx, error::Result, id::AccountId};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::{
    entity::{notice, notice_address, unannounced},
    notice::{New, insert},
};
use crate::notices::kind::UNANNOUNCED;

/// A page of the accounts that have a confirmed address, by their ids, after one of them.
///
/// # Errors
/// Where they cannot be read.
pub async fn reached(tx: &Tx, after: &str, limit: u64) -> Result<Vec<AccountId>> {
    let page = notice_address::Entity::find()
        .select_only()
        .column(notice_address::Column::AccountId)
        .filter(notice_address::Column::ConfirmedUs.is_not_null())
        .filter(notice_address::Column::AccountId.gt(after))
        .order_by_asc(notice_address::Column::AccountId)
        .limit(limit);
    let ids: Vec<String> = page.into_tuple().all(tx.db()).await?;
    Ok(ids.into_iter().filter_map(|id| id.parse().ok()).collect())
}

/// Makes a notice of each thing that waits for an account and of which it was not told. What waits no longer is forgotten,
/// with a notice of it that has not left; not so where it is not known of all that it waits no longer. Two processes that
/// ask at once do not tell twice: the second one's rows are there already, and nothing of its transaction stays.
///
/// # Errors
/// Where it cannot be kept.
pub async fn keep(
    tx: &Tx,
    account_id: &AccountId,
    marks: &BTreeSet<String>,
    all: bool,
    due: OffsetDateTime,
) -> Result<()> {
    let told = unannounced::Entity::find().filter(of_account(account_id)).all(tx.db()).await?;
    for mark in marks.iter().filter(|mark| told.iter().all(|row| row.mark != **mark)) {
        // The school is told to nobody who reads the table, nor by the mail.
        let new = New { account_id, school: "", kind: UNANNOUNCED.code, link: "/", due };
        let row = unannounced::ActiveModel {
            account_id: Set(account_id.to_string()),
            mark: Set(mark.clone()),
            notice_id: Set(insert(tx, &new).await?),
        };
        row.insert(tx.db()).await?;
    }
    let gone: Vec<unannounced::Model> = told.into_iter().filter(|row| all && !marks.contains(&row.mark)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let (marks, notices): (Vec<String>, Vec<String>) = gone.into_iter().map(|row| (row.mark, row.notice_id)).unzip();
    notice::Entity::delete_many()
        .filter(notice::Column::Id.is_in(notices))
        .filter(notice::Column::State.eq("queued"))
        // What a process has in its hands leaves.
        .filter(notice::Column::LeaseUs.lte(super::micros(tx.now())))
        .exec(tx.db())
        .await?;
    unannounced::Entity::delete_many()
        .filter(of_account(account_id))
        .filter(unannounced::Column::Mark.is_in(marks))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets of what an account was told: with a new address it is told anew of what still waits.
///
/// # Errors
/// Where it cannot be forgotten.
pub async fn forget(tx: &Tx, account_id: &AccountId) -> Result<()> {
    unannounced::Entity::delete_many().filter(of_account(account_id)).exec(tx.db()).await?;
    Ok(())
}

fn of_account(account_id: &AccountId) -> Condition {
    Condition::all().add(unannounced::Column::AccountId.eq(account_id.as_str()))
}
