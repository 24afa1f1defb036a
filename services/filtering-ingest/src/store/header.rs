//! The row of names that came last in a delivery, sealed: a sender writes it.

use chassis::{db::Tx, error::Result};
use sea_orm::{ActiveValue::Set, EntityTrait as _, sea_query::OnConflict};

use super::{
    entity::delivery_header::{ActiveModel, Column, Entity},
    feed::Feed,
    key, open, seal,
};

fn place(delivery_id: &str) -> String {
    format!("delivery_header|{delivery_id}")
}

/// The row of names of a delivery; none where none came.
pub(crate) async fn load(tx: &Tx, feed: &Feed, delivery_id: &str) -> Result<Option<String>> {
    let id = (feed.id.to_string(), delivery_id.to_owned());
    let Some(row) = Entity::find_by_id(id).one(tx.db()).await? else { return Ok(None) };
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    open(&key, &row.body, &place(delivery_id)).map(Some)
}

/// Keeps it for the lines that come later.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, delivery_id: &str, header: &str) -> Result<()> {
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    let row = ActiveModel {
        feed_id: Set(feed.id.to_string()),
        delivery_id: Set(delivery_id.to_owned()),
        school_id: Set(feed.school_id.clone()),
        body: Set(seal(&key, &header, &place(delivery_id))?),
    };
    let mut replace = OnConflict::columns([Column::FeedId, Column::DeliveryId]);
    replace.update_column(Column::Body);
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}
