//! Questions that somebody keeps. What they are called is sealed; what they ask is codes alone.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    entity::question::{ActiveModel, Column, Entity, Model},
    micros, moment,
};
use crate::ask::{
    Wish,
    kept::{Every, QuestionId, Saved},
};

/// How many that are due are looked at at once.
const SOME: u64 = 100;

/// A question as its row has it.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    wish: Wish,
    every: Every,
    saved_us: i64,
}

/// A question that is due, by its place among them.
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) school_id: String,
    pub(crate) due_us: i64,
}

fn place(id: &str) -> String {
    format!("question|{id}|name")
}

/// The questions of a school, or of the authority where it is empty.
fn at(school: &str) -> Select<Entity> {
    Entity::find().filter(Column::SchoolId.eq(school))
}

/// Those that an account finds: its own, and what is shared.
fn found_by(school: &str, account: &str) -> Select<Entity> {
    at(school).filter(Condition::any().add(Column::AccountId.eq(account)).add(Column::Shared.eq(1_i64)))
}

fn read(tx: &Tx, row: &Model) -> Result<Saved> {
    let kept: Kept = serde_json::from_slice(&row.body)?;
    let sealed = hex::decode(&kept.name).map_err(Error::internal)?;
    let name = tx.ring().own_key().open(&sealed, &place(&row.id))?;
    Ok(Saved {
        id: row.id.parse().map_err(Error::internal)?,
        school_id: row.school_id.clone(),
        account_id: row.account_id.clone(),
        name: String::from_utf8(name).map_err(Error::internal)?,
        wish: kept.wish,
        shared: row.shared != 0,
        every: kept.every,
        due_at: row.due_us.and_then(moment),
        saved_at: moment(kept.saved_us).ok_or_else(|| Error::internal("a question was saved at no moment"))?,
    })
}

fn body(tx: &Tx, saved: &Saved) -> Result<Vec<u8>> {
    let sealed = tx.ring().own_key().seal(saved.name.as_bytes(), &place(saved.id.as_str()));
    let kept = Kept {
        name: hex::encode(sealed),
        wish: saved.wish.clone(),
        every: saved.every,
        saved_us: micros(saved.saved_at),
    };
    Ok(serde_json::to_vec(&kept)?)
}

/// Adds a question; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, saved: &Saved) -> Result<Vec<u8>> {
    let body = body(tx, saved)?;
    let row = ActiveModel {
        id: Set(saved.id.to_string()),
        school_id: Set(saved.school_id.clone()),
        account_id: Set(saved.account_id.clone()),
        shared: Set(saved.shared.into()),
        due_us: Set(saved.due_at.map(micros)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes a question as it now is; answers what its body holds.
pub(crate) async fn update(tx: &Tx, saved: &Saved) -> Result<Vec<u8>> {
    let body = body(tx, saved)?;
    let row = ActiveModel {
        id: Unchanged(saved.id.to_string()),
        shared: Set(saved.shared.into()),
        due_us: Set(saved.due_at.map(micros)),
        body: Set(body.clone()),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Lets go of a question.
pub(crate) async fn delete(tx: &Tx, id: &QuestionId) -> Result<()> {
    Entity::delete_by_id(id.to_string()).exec(tx.db()).await?;
    Ok(())
}

/// A question that an account finds at a school, or at the authority.
///
/// # Errors
/// `Missing` where there is none, or it is another's alone.
pub(crate) async fn find(tx: &Tx, school: &str, account: &str, id: &str) -> Result<Saved> {
    let row = found_by(school, account).filter(Column::Id.eq(id)).one(tx.db()).await?.ok_or_else(Error::missing)?;
    read(tx, &row)
}

/// A question of an account's own, held until the transaction ends.
///
/// # Errors
/// `Missing` where there is none, or it is another's.
pub(crate) async fn hold_own(tx: &Tx, school: &str, account: &str, id: &str) -> Result<Saved> {
    let own = at(school).filter(Column::AccountId.eq(account)).filter(Column::Id.eq(id));
    let row = own.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    read(tx, &row)
}

/// How many an account keeps at a school, or at the authority.
pub(crate) async fn count_own(tx: &Tx, school: &str, account: &str) -> Result<u64> {
    Ok(at(school).filter(Column::AccountId.eq(account)).count(tx.db()).await?)
}

/// A page of those that an account finds, the newest first.
pub(crate) async fn list(tx: &Tx, school: &str, account: &str, page: &Page) -> Result<Vec<Saved>> {
    let mut query = found_by(school, account).order_by_desc(Column::Id).limit(page.limit());
    if let Some(before) = page.after() {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

/// Some of those that are due, of every school and of the authority, after a place among them.
pub(crate) async fn due(tx: &Tx, after: Option<&Due>) -> Result<Vec<Due>> {
    let mut query = Entity::find()
        .filter(Column::DueUs.lte(micros(tx.now())))
        .order_by_asc(Column::DueUs)
        .order_by_asc(Column::Id)
        .limit(SOME);
    if let Some(Due { id, due_us, .. }) = after {
        let later = Condition::all().add(Column::DueUs.eq(*due_us)).add(Column::Id.gt(id.as_str()));
        query = query.filter(Condition::any().add(Column::DueUs.gt(*due_us)).add(later));
    }
    let rows = query.all(tx.db()).await?;
    let due = |row: Model| row.due_us.map(|due_us| Due { id: row.id, school_id: row.school_id, due_us });
    Ok(rows.into_iter().filter_map(due).collect())
}

/// One that is still due, held until the transaction ends; none where somebody else saw to it.
pub(crate) async fn hold_due(tx: &Tx, school: &str, id: &str) -> Result<Option<Saved>> {
    let row = at(school).filter(Column::Id.eq(id)).filter(Column::DueUs.lte(micros(tx.now())));
    row.lock_exclusive().one(tx.db()).await?.map(|row| read(tx, &row)).transpose()
}

/// Has the next notice of a question made at another time.
pub(crate) async fn put_off(tx: &Tx, id: &QuestionId, next: Option<OffsetDateTime>) -> Result<()> {
    let due_us = Set(next.map(micros));
    let row = ActiveModel { id: Unchanged(id.to_string()), due_us, ..Default::default() };
    Entity::update(row).exec(tx.db()).await?;
    Ok(())
}
