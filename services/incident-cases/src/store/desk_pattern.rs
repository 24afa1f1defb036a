//! What the designated officer's desk is told of adults about whom several schools have concerns, in the database.

use chassis::{
    db::Tx,
    desk::Desk,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::OnConflict,
};

use super::{open, seal};
use crate::desk::pattern::DeskPattern;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "desk_pattern")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who is told, `desk/lado`.
        pub desk: String,
        /// What is told of once: its own id, or a school and a day.
        pub told: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

fn place(id: &str) -> String {
    format!("desk_pattern|{id}")
}

fn read(tx: &Tx, row: &entity::Model) -> Result<DeskPattern> {
    open(tx.ring().own_key(), &row.body, &place(&row.id))
}

/// Writes one unless it was told before; answers what its body holds where it was not.
pub(crate) async fn insert(tx: &Tx, pattern: &DeskPattern, told: &str) -> Result<Option<Vec<u8>>> {
    let id = pattern.id.as_str();
    let body = seal(tx.ring().own_key(), pattern, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        desk: Set(Desk::Lado.holder()),
        told: Set(told.to_owned()),
        body: Set(body.clone()),
    };
    let again = OnConflict::column(Column::Told).do_nothing().to_owned();
    let written = Entity::insert(row).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok((written > 0).then_some(body))
}

/// One, for the service itself, held until the end of the transaction.
pub(crate) async fn of_service(tx: &Tx, id: &str) -> Result<Option<DeskPattern>> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    row.map(|row| read(tx, &row)).transpose()
}

/// The id of one that was told of before.
pub(crate) async fn told(tx: &Tx, told: &str) -> Result<String> {
    let row = Entity::find().filter(Column::Told.eq(told)).one(tx.db()).await?;
    Ok(row.map(|row| row.id).unwrap_or_default())
}

/// Writes what came to one; answers what its body holds.
pub(crate) async fn update(tx: &Tx, pattern: &DeskPattern) -> Result<Vec<u8>> {
    let id = pattern.id.as_str();
    let body = seal(tx.ring().own_key(), pattern, &place(id))?;
    let row = ActiveModel { id: Unchanged(id.to_owned()), body: Set(body.clone()), ..Default::default() };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// The scope's desk, where it is the designated officer's: no other is told.
fn desk(tx: &Tx) -> Result<String> {
    tx.scope().desk().filter(|desk| *desk == Desk::Lado).map(Desk::holder).ok_or_else(Error::missing)
}

/// One that the scope's desk is told of, held until the end of the transaction.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<DeskPattern> {
    let row = Entity::find_by_id(id).filter(Column::Desk.eq(desk(tx)?)).lock_exclusive().one(tx.db()).await?;
    read(tx, &row.ok_or_else(Error::missing)?)
}

/// Of how many of what the scope's desk is told nobody has said what was done.
pub(crate) async fn unanswered(tx: &Tx) -> Result<i32> {
    let rows = Entity::find().filter(Column::Desk.eq(desk(tx)?)).all(tx.db()).await?;
    let mut count = 0;
    for row in &rows {
        count += i32::from(read(tx, row)?.unanswered());
    }
    Ok(count)
}

/// A page of what the scope's desk is told of, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<(Vec<DeskPattern>, String)> {
    let mut all = Entity::find().filter(Column::Desk.eq(desk(tx)?));
    if let Some(after) = page.after() {
        all = all.filter(Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let found = rows.iter().map(|row| read(tx, row)).collect::<Result<_>>()?;
    Ok((found, next))
}
