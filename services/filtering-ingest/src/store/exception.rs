//! Exceptions in the database, sealed: a reason or a scope may name somebody.

use std::collections::BTreeMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{entity::exception, key, keys, micros, new_key, open, seal};
use crate::exception::Exception;

fn place(id: &str) -> String {
    format!("exception|{id}")
}

fn decided(exception: &Exception) -> i32 {
    i32::from(exception.decided.is_some() || exception.ended.is_some())
}

fn approved(exception: &Exception) -> i32 {
    i32::from(exception.decided.as_ref().is_some_and(|decided| decided.approved) && exception.ended.is_none())
}

/// Writes a new exception; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, asked: &Exception) -> Result<Vec<u8>> {
    let id = asked.id.as_str();
    let body = seal(&new_key(tx, id, &asked.school_id).await?, asked, &place(id))?;
    let row = exception::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(asked.school_id.clone()),
        decided: Set(decided(asked)),
        approved: Set(approved(asked)),
        until_us: Set(micros(asked.until)),
        used: Set(0),
        body: Set(body.clone()),
    };
    exception::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes an exception that was decided or ended; answers what its body holds.
pub(crate) async fn update(tx: &Tx, changed: &Exception) -> Result<Vec<u8>> {
    let id = changed.id.as_str();
    let body = seal(&key(tx, id, &changed.school_id).await?, changed, &place(id))?;
    let row = exception::ActiveModel {
        id: Unchanged(id.to_owned()),
        decided: Set(decided(changed)),
        approved: Set(approved(changed)),
        body: Set(body.clone()),
        ..Default::default()
    };
    exception::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

async fn read(tx: &Tx, row: exception::Model) -> Result<(Exception, u64)> {
    let used = u64::try_from(row.used).unwrap_or_default();
    Ok((open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))?, used))
}

/// One exception of the scope's school, and how many observations it kept from alerting; held until the transaction ends.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<(Exception, u64)> {
    let school = tx.scope().school()?;
    let row =
        exception::Entity::find_by_id(id).filter(exception::Column::SchoolId.eq(school.as_str())).lock_exclusive();
    read(tx, row.one(tx.db()).await?.ok_or_else(Error::missing)?).await
}

/// The exceptions of the scope's school that were approved and are not over.
pub(crate) async fn holding(tx: &Tx) -> Result<Vec<Exception>> {
    let school = tx.scope().school()?;
    let rows = exception::Entity::find()
        .filter(exception::Column::SchoolId.eq(school.as_str()))
        .filter(exception::Column::Approved.eq(1))
        .filter(exception::Column::UntilUs.gt(micros(tx.now())))
        .order_by_asc(exception::Column::Id)
        .all(tx.db())
        .await?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let keys = keys(tx, &ids, school.as_str()).await?;
    let one = |row: &exception::Model| open(keys.get(&row.id).ok_or_else(Error::missing)?, &row.body, &place(&row.id));
    rows.iter().map(one).collect()
}

/// Notes how many observations exceptions kept from alerting.
pub(crate) async fn used(tx: &Tx, used: &BTreeMap<String, u64>) -> Result<()> {
    for (id, count) in used {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        exception::Entity::update_many()
            .col_expr(exception::Column::Used, Expr::col(exception::Column::Used).add(count))
            .filter(exception::Column::Id.eq(id.as_str()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// A page of the school's exceptions with how many observations each kept from alerting: those that wait for a decision,
/// then the others, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<(Vec<(Exception, u64)>, String)> {
    let school = tx.scope().school()?;
    let mut all = exception::Entity::find().filter(exception::Column::SchoolId.eq(school.as_str()));
    if let Some((decided, id)) = page.after().and_then(cursor) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (by_state, by_id) = (exception::Column::Decided, exception::Column::Id);
        let later = Condition::all().add(by_state.eq(decided)).add(by_id.lt(id));
        all = all.filter(Condition::any().add(by_state.gt(decided)).add(later));
    }
    let ordered = all.order_by_asc(exception::Column::Decided).order_by_desc(exception::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}", row.decided, row.id));
    let mut exceptions = Vec::with_capacity(rows.len());
    for row in rows {
        exceptions.push(read(tx, row).await?);
    }
    Ok((exceptions, next))
}

fn cursor(text: &str) -> Option<(i32, String)> {
    let (decided, id) = text.split_once('|')?;
    Some((decided.parse().ok()?, id.to_owned()))
}
