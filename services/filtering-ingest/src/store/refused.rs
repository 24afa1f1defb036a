//! How often deliveries of a feed were refused whole or from somewhere on, by why. Nobody is in it.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, sea_query::OnConflict,
};

use super::{
    entity::refused_delivery::{ActiveModel, Column, Entity, Model},
    feed::Feed,
    micros,
};

/// Counts one more of a feed that is held.
pub(crate) async fn count(tx: &Tx, feed: &Feed, reason: &str) -> Result<()> {
    let id = (feed.id.to_string(), reason.to_owned());
    let before = Entity::find_by_id(id).one(tx.db()).await?.map_or(0, |row| row.deliveries);
    let row = ActiveModel {
        feed_id: Set(feed.id.to_string()),
        reason: Set(reason.to_owned()),
        school_id: Set(feed.school_id.clone()),
        deliveries: Set(before.saturating_add(1)),
        last_us: Set(micros(tx.now())),
    };
    let mut replace = OnConflict::columns([Column::FeedId, Column::Reason]);
    replace.update_columns([Column::Deliveries, Column::LastUs]);
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Those of a feed, by their reasons.
pub(crate) async fn of(tx: &Tx, feed_id: &str) -> Result<Vec<Model>> {
    let all = Entity::find().filter(Column::FeedId.eq(feed_id)).order_by_asc(Column::Reason);
    Ok(all.all(tx.db()).await?)
}
