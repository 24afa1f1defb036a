//! Schools' public report pages, and the receipts of what came through them.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
    SqlErr,
};
use time::OffsetDateTime;

use super::{entity::concern, micros};
use crate::{
    concern::ConcernId,
    public_report::{Hours, PublicReport, WINDOW},
};

mod page {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "public_report")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        pub school_name: String,
        #[sea_orm(unique)]
        pub code: String,
        /// 1 while it is up.
        pub is_open: i32,
        pub read_from: String,
        pub read_to: String,
        pub updated_us: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod receipt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "public_receipt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        /// A keyed hash of the receipt.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub concern_id: String,
        pub created_us: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn of(row: page::Model) -> Result<PublicReport> {
    let hours = Hours::read(&row.read_from, &row.read_to).ok_or_else(|| Error::internal("a page has no hours"))?;
    Ok(PublicReport {
        school_id: row.school_id,
        school_name: row.school_name,
        code: row.code,
        open: row.is_open == 1,
        hours,
        updated_at: OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.updated_us) * 1_000)
            .map_err(Error::internal)?,
    })
}

/// The page of the scope's school; none where it was never opened.
pub(crate) async fn load(tx: &Tx) -> Result<Option<PublicReport>> {
    let school = tx.scope().school()?;
    let row = page::Entity::find_by_id(school.as_str()).lock_exclusive().one(tx.db()).await?;
    row.map(of).transpose()
}

/// The open page of a code, whichever school's.
pub(crate) async fn find(tx: &Tx, code: &str) -> Result<PublicReport> {
    let open = page::Entity::find().filter(page::Column::Code.eq(code)).filter(page::Column::IsOpen.eq(1));
    of(open.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// Keeps the page, in place of what it was.
pub(crate) async fn keep(tx: &Tx, report: &PublicReport, was_there: bool) -> Result<()> {
    let row = page::ActiveModel {
        school_id: Set(report.school_id.clone()),
        school_name: Set(report.school_name.clone()),
        code: Set(report.code.clone()),
        is_open: Set(i32::from(report.open)),
        read_from: Set(report.hours.from()),
        read_to: Set(report.hours.to()),
        updated_us: Set(micros(report.updated_at)),
    };
    let written = if was_there {
        page::Entity::update(row).exec(tx.db()).await.map(|_| ())
    } else {
        page::Entity::insert(row).exec_without_returning(tx.db()).await.map(|_| ())
    };
    match written {
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(Error::changed()),
        written => Ok(written?),
    }
}

fn token(tx: &Tx, school: &str, receipt: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("receipt {receipt}")).to_vec()
}

/// Keeps what a receipt stands for.
pub(crate) async fn keep_receipt(tx: &Tx, receipt: &str, concern_id: &ConcernId) -> Result<()> {
    let school = tx.scope().school()?.as_str();
    let row = receipt::ActiveModel {
        school_id: Set(school.to_owned()),
        token: Set(token(tx, school, receipt)),
        concern_id: Set(concern_id.to_string()),
        created_us: Set(micros(tx.now())),
    };
    receipt::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// How many reports came to the scope's school of late.
pub(crate) async fn of_late(tx: &Tx) -> Result<u64> {
    let late = receipt::Entity::find()
        .filter(receipt::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(receipt::Column::CreatedUs.gt(micros(tx.now() - WINDOW)));
    Ok(late.count(tx.db()).await?)
}

/// Whether the report that a receipt stands for was read.
pub(crate) async fn was_read(tx: &Tx, receipt: &str) -> Result<bool> {
    let school = tx.scope().school()?.as_str();
    let row = receipt::Entity::find_by_id((school.to_owned(), token(tx, school, receipt))).one(tx.db()).await?;
    let concern = row.ok_or_else(Error::missing)?.concern_id;
    let found = concern::Entity::find_by_id(concern)
        .select_only()
        .column(concern::Column::WasRead)
        .filter(concern::Column::SchoolId.eq(school));
    let read: Option<i32> = found.into_tuple().one(tx.db()).await?;
    Ok(read.ok_or_else(Error::missing)? == 1)
}
