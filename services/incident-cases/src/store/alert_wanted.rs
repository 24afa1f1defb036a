//! Which filter alerts cases want: until what they used is with the case, or the case says that they were deleted.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use time::OffsetDateTime;

use super::{micros, moment};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_wanted")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alert_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: String,
        pub school_id: String,
        pub next_us: i64,
        /// How often it was asked for in vain.
        pub tries: i32,
        /// Since when it is wanted; 0 where an earlier version noted it.
        pub since_us: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) use entity::Model as Wanted;
use entity::{ActiveModel, Column, Entity};

/// Alerts that are taken in one round.
const SOME: u64 = 100;

/// Notes that a case wants what an alert used.
pub(crate) async fn want(tx: &Tx, school: &str, case_id: &str, alert_id: &str) -> Result<()> {
    let row = ActiveModel {
        alert_id: Set(alert_id.to_owned()),
        case_id: Set(case_id.to_owned()),
        school_id: Set(school.to_owned()),
        next_us: Set(micros(tx.now())),
        tries: Set(0),
        since_us: Set(micros(tx.now())),
    };
    let noted = OnConflict::columns([Column::AlertId, Column::CaseId]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(noted).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// What is wanted now, of every school.
pub(crate) async fn due(tx: &Tx) -> Result<Vec<Wanted>> {
    let due = Entity::find().filter(Column::NextUs.lte(micros(tx.now()))).order_by_asc(Column::NextUs);
    Ok(due.limit(SOME).all(tx.db()).await?)
}

/// Takes the note away; answers whether it was there.
pub(crate) async fn done(tx: &Tx, wanted: &Wanted) -> Result<bool> {
    let id = (wanted.alert_id.clone(), wanted.case_id.clone());
    Ok(Entity::delete_by_id(id).exec(tx.db()).await?.rows_affected == 1)
}

impl Wanted {
    /// Since when it is wanted.
    pub(crate) fn since(&self, now: OffsetDateTime) -> OffsetDateTime {
        moment(self.since_us).filter(|_| self.since_us > 0).unwrap_or(now)
    }
}

/// Has it asked for later, once it was asked for in vain so often.
pub(crate) async fn put_off(tx: &Tx, wanted: &Wanted, tries: i32, until: OffsetDateTime) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::NextUs, Expr::value(micros(until)))
        .col_expr(Column::Tries, Expr::value(tries))
        .col_expr(Column::SinceUs, Expr::value(micros(wanted.since(tx.now()))))
        .filter(Column::AlertId.eq(wanted.alert_id.as_str()))
        .filter(Column::CaseId.eq(wanted.case_id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}
