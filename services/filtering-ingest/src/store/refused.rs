//! How often deliveries of a feed, or of a sender, were refused whole or from somewhere on, by why. Nobody is in it. A sender's
//! id stands in the place of the feed's and of the school's.

use chassis::{clock::timestamp, db::Tx, error::Result};
use proto::filtering_ingest::v1::RefusedDelivery;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{
    entity::refused_delivery::{ActiveModel, Column, Entity, Model},
    micros, moment,
};

/// Counts one more of a feed, or of a sender; `holder` is the school, or the sender, whose row it is.
pub(crate) async fn count(tx: &Tx, of: &str, holder: &str, reason: &str) -> Result<()> {
    let row = ActiveModel {
        feed_id: Set(of.to_owned()),
        reason: Set(reason.to_owned()),
        school_id: Set(holder.to_owned()),
        deliveries: Set(1),
        last_us: Set(micros(tx.now())),
    };
    let mut add = OnConflict::columns([Column::FeedId, Column::Reason]);
    add.update_column(Column::LastUs);
    add.value(Column::Deliveries, Expr::col((Entity, Column::Deliveries)).add(1_i64));
    Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Those of a feed, or of a sender, by their reasons.
pub(crate) async fn of(tx: &Tx, of: &str) -> Result<Vec<RefusedDelivery>> {
    let all = Entity::find().filter(Column::FeedId.eq(of)).order_by_asc(Column::Reason).all(tx.db()).await?;
    let told = |row: Model| RefusedDelivery {
        reason: row.reason,
        deliveries: u64::try_from(row.deliveries).unwrap_or_default(),
        last_time: moment(row.last_us).map(timestamp),
    };
    Ok(all.into_iter().map(told).collect())
}
