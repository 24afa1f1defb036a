//! Concerns in the database.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use proto::access::v1::Role;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::{access, case, entity::concern, key, micros, new_key, open, seal};
use crate::concern::{Concern, Outcome};

fn place(id: &str) -> String {
    format!("concern|{id}")
}

/// The case it is part of; empty where none.
fn case_of(concern: &Concern) -> &str {
    match &concern.outcome {
        Some(Outcome::InCase { case_id, .. }) => case_id,
        Some(Outcome::NoFurtherAction { .. }) | None => "",
    }
}

fn added(concern: &Concern) -> i32 {
    i32::try_from(concern.unread_additions()).unwrap_or(i32::MAX)
}

/// Writes a new concern; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, concern: &Concern) -> Result<Vec<u8>> {
    let id = concern.id.as_str();
    let key = new_key(tx, id, &concern.school_id).await?;
    let body = seal(&key, concern, &place(id))?;
    let row = concern::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(concern.school_id.clone()),
        state: Set(concern.state().to_owned()),
        reporter: Set(concern.reporter().to_owned()),
        case_id: Set(case_of(concern).to_owned()),
        was_read: Set(i32::from(concern.read.is_some())),
        added: Set(added(concern)),
        created_us: Set(micros(concern.recorded_at)),
        body: Set(body.clone()),
    };
    concern::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes what became of a concern; answers what its body holds.
pub(crate) async fn update(tx: &Tx, concern: &Concern) -> Result<Vec<u8>> {
    let id = concern.id.as_str();
    let body = seal(&key(tx, id, &concern.school_id).await?, concern, &place(id))?;
    let row = concern::ActiveModel {
        id: Unchanged(id.to_owned()),
        state: Set(concern.state().to_owned()),
        case_id: Set(case_of(concern).to_owned()),
        was_read: Set(i32::from(concern.read.is_some())),
        added: Set(added(concern)),
        body: Set(body.clone()),
        ..Default::default()
    };
    concern::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// One concern of the scope's school; one that is part of a case is found by whoever may read the case.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Concern> {
    let concern = found(tx, id).await?;
    let theirs = match case_of(&concern) {
        "" => access::reads_outside(tx),
        id => case::readable(tx, id).await?,
    };
    if theirs { Ok(concern) } else { Err(Error::missing()) }
}

/// One concern of the scope's school that one account recorded.
pub(crate) async fn load_own(tx: &Tx, id: &str, reporter: &str) -> Result<Concern> {
    let concern = found(tx, id).await?;
    if !reporter.is_empty() && concern.reporter() == reporter { Ok(concern) } else { Err(Error::missing()) }
}

/// The row, held until the end of the transaction: a concern is added to while it is read or decided on.
async fn found(tx: &Tx, id: &str) -> Result<Concern> {
    let school = tx.scope().school()?;
    let row = concern::Entity::find_by_id(id).filter(concern::Column::SchoolId.eq(school.as_str()));
    let row = row.lock_exclusive().one(tx.db()).await?;
    read(tx, row.ok_or_else(Error::missing)?).await
}

/// Whether the caller reads a concern for the school: the lead and deputies, and whoever takes the case on an adult on
/// that it is part of.
pub(crate) async fn read_for_the_school(tx: &Tx, concern: &Concern) -> Result<bool> {
    let scope = tx.scope();
    if scope.has(Role::Dsl) || scope.has(Role::DeputyDsl) {
        return Ok(true);
    }
    match case_of(concern) {
        "" => Ok(false),
        id => Ok(case::look(tx, id).await?.0.adult()),
    }
}

async fn read(tx: &Tx, row: concern::Model) -> Result<Concern> {
    open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// A page of the school's concerns that the caller may read, oldest unread first, and how many there are.
pub(crate) async fn list(tx: &Tx, state: &str, added: bool, page: &Page) -> Result<(Vec<Concern>, String, u64)> {
    let school = tx.scope().school()?;
    let mut all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(access::belongings(tx, "concern")?);
    if !state.is_empty() {
        all = all.filter(concern::Column::State.eq(state));
    }
    if added {
        all = all.filter(concern::Column::Added.gt(0));
    }
    let total = all.clone().count(tx.db()).await?;
    if let Some((was_read, created, id)) = page.after().and_then(cursor) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (read, at, by_id) = (concern::Column::WasRead, concern::Column::CreatedUs, concern::Column::Id);
        let later = Condition::any().add(at.gt(created)).add(Condition::all().add(at.eq(created)).add(by_id.gt(id)));
        all =
            all.filter(Condition::any().add(read.gt(was_read)).add(Condition::all().add(read.eq(was_read)).add(later)));
    }
    let ordered = all
        .order_by_asc(concern::Column::WasRead)
        .order_by_asc(concern::Column::CreatedUs)
        .order_by_asc(concern::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}|{}", row.was_read, row.created_us, row.id));
    let mut concerns = Vec::with_capacity(rows.len());
    for row in rows {
        concerns.push(read(tx, row).await?);
    }
    Ok((concerns, next, total))
}

fn cursor(text: &str) -> Option<(i32, i64, String)> {
    let mut parts = text.splitn(3, '|');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// A page of the concerns that one account recorded, newest first.
pub(crate) async fn list_of(tx: &Tx, reporter: &str, page: &Page) -> Result<(Vec<Concern>, String)> {
    let school = tx.scope().school()?;
    let mut all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::Reporter.eq(reporter));
    if let Some(after) = page.after() {
        all = all.filter(concern::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(concern::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let mut concerns = Vec::with_capacity(rows.len());
    for row in rows {
        concerns.push(read(tx, row).await?);
    }
    Ok((concerns, next))
}
