//! Lessons in the database, sealed: within the scope's school, or those that were put to the authority.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};

use super::{
    entity::life_cycle::lesson::{ActiveModel, Column, Entity, Model},
    micros, sealed,
};
use crate::lesson::{Lesson, LessonId};

const TABLE: &str = "lesson";

/// Writes a new lesson; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, lesson: &Lesson) -> Result<Vec<u8>> {
    let body = sealed::seal(tx, TABLE, lesson.id.as_str(), lesson)?;
    let row = ActiveModel {
        id: Set(lesson.id.to_string()),
        school_id: Set(lesson.school.to_string()),
        forwarded_us: Set(lesson.forwarded_at.map(micros)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// What the scope reaches: its school's lessons; for the authority those that were put to it.
fn reach(tx: &Tx) -> Result<Condition> {
    Ok(Condition::all().add(if tx.scope().authority() {
        Column::ForwardedUs.is_not_null()
    } else {
        Column::SchoolId.eq(tx.scope().school()?.as_str())
    }))
}

/// One lesson within the scope's reach, held until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: &LessonId) -> Result<Lesson> {
    let query = Entity::find().filter(reach(tx)?).filter(Column::Id.eq(id.as_str())).lock_exclusive();
    read(tx, &query.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// Writes a lesson that was held; answers what its body holds.
pub(crate) async fn update(tx: &Tx, lesson: &Lesson) -> Result<Vec<u8>> {
    let body = sealed::seal(tx, TABLE, lesson.id.as_str(), lesson)?;
    let update = Entity::update_many()
        .col_expr(Column::ForwardedUs, Expr::value(lesson.forwarded_at.map(micros)))
        .col_expr(Column::Body, Expr::value(body.clone()));
    update.filter(reach(tx)?).filter(Column::Id.eq(lesson.id.as_str())).exec(tx.db()).await?;
    Ok(body)
}

/// A page of the school's lessons, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<Lesson>> {
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let mut query = Entity::find().filter(here).order_by_desc(Column::Id).limit(page.limit());
    if let Some(after) = page.after() {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

/// A page of the lessons that were put to the authority, the latest first.
pub(crate) async fn forwarded(tx: &Tx, page: &Page) -> Result<Vec<Lesson>> {
    let query = Entity::find().filter(Column::ForwardedUs.is_not_null()).limit(page.limit());
    let mut query = query.order_by_desc(Column::ForwardedUs).order_by_desc(Column::Id);
    let after = page.after().and_then(|after| after.split_once('|'));
    if let Some((us, id)) = after.and_then(|(us, id)| Some((us.parse::<i64>().ok()?, id))) {
        let same = Condition::all().add(Column::ForwardedUs.eq(us)).add(Column::Id.lt(id));
        query = query.filter(Condition::any().add(Column::ForwardedUs.lt(us)).add(same));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

/// Where the list of forwarded lessons goes on after this one.
pub(crate) fn cursor(lesson: &Lesson) -> String {
    format!("{}|{}", lesson.forwarded_at.map_or(0, micros), lesson.id)
}

fn read(tx: &Tx, row: &Model) -> Result<Lesson> {
    sealed::open(tx, TABLE, &row.id, &row.body)
}
