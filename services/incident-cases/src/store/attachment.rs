//! Photos of notes in the database: what is known of one, and its file, each sealed under the key of the record it
//! belongs to.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{key_at, open, seal};
use crate::attachment::Attachment;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        /// The concern or case it belongs to.
        pub record_id: String,
        pub body: Vec<u8>,
        /// The file; none until it came.
        pub content: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

fn place(id: &str) -> String {
    format!("attachment|{id}")
}

fn file_place(id: &str) -> String {
    format!("attachment file|{id}")
}

/// Writes one that was begun; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, attachment: &Attachment) -> Result<Vec<u8>> {
    let id = attachment.id.as_str();
    let body = seal(&key_at(tx, &attachment.record_id, &attachment.school_id).await?, attachment, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(attachment.school_id.clone()),
        record_id: Set(attachment.record_id.clone()),
        body: Set(body.clone()),
        content: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes the file of one; answers what its body holds.
pub(crate) async fn keep(tx: &Tx, attachment: &Attachment, content: &[u8]) -> Result<Vec<u8>> {
    let id = attachment.id.as_str();
    let key = key_at(tx, &attachment.record_id, &attachment.school_id).await?;
    let body = seal(&key, attachment, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        body: Set(body.clone()),
        content: Set(Some(key.seal(content, &file_place(id)))),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

type Row = (String, String, String, Vec<u8>);

async fn read(tx: &Tx, (id, school, record, body): Row) -> Result<Attachment> {
    open(&key_at(tx, &record, &school).await?, &body, &place(&id))
}

fn known() -> sea_orm::Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::SchoolId)
        .column(Column::RecordId)
        .column(Column::Body)
}

/// What is known of one attachment of the scope's school. Whether the caller may see it, its record says.
pub(crate) async fn find(tx: &Tx, id: &str) -> Result<Attachment> {
    let school = tx.scope().school()?;
    let one = known().filter(Column::Id.eq(id)).filter(Column::SchoolId.eq(school.as_str()));
    let row: Option<Row> = one.lock_exclusive().into_tuple().one(tx.db()).await?;
    read(tx, row.ok_or_else(Error::missing)?).await
}

/// What is known of the attachments of records, oldest first.
pub(crate) async fn of(tx: &Tx, records: &[&str]) -> Result<Vec<Attachment>> {
    let school = tx.scope().school()?;
    let all = known().filter(Column::SchoolId.eq(school.as_str())).filter(Column::RecordId.is_in(records.to_vec()));
    let rows: Vec<Row> = all.order_by_asc(Column::Id).into_tuple().all(tx.db()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(read(tx, row).await?);
    }
    Ok(found)
}

/// The file of one; none where it has not come.
pub(crate) async fn content(tx: &Tx, attachment: &Attachment) -> Result<Option<Vec<u8>>> {
    let id = attachment.id.as_str();
    let row = Entity::find_by_id(id).filter(Column::SchoolId.eq(attachment.school_id.as_str())).one(tx.db()).await?;
    let Some(sealed) = row.and_then(|row| row.content) else { return Ok(None) };
    let key = key_at(tx, &attachment.record_id, &attachment.school_id).await?;
    key.open(&sealed, &file_place(id)).map(Some)
}
