//! The row of names that came last in a delivery, sealed: a sender writes it.

use chassis::{db::Tx, error::Result};
use sea_orm::{ActiveValue::Set, EntityTrait as _, sea_query::OnConflict};

use super::{
    entity::delivery_header::{ActiveModel, Column, Entity},
    feed::Feed,
    key, open,
    quarantine::seal_of,
    seal,
};
use crate::sender::Sender;

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

/// The row of names of a sender's delivery, whose lines are of several schools; none where none came. The scope is the
/// sender's.
pub(crate) async fn of_sender(tx: &Tx, sender: &Sender, delivery_id: &str) -> Result<Option<String>> {
    let id = (sender.id.to_string(), delivery_id.to_owned());
    let Some(row) = Entity::find_by_id(id).one(tx.db()).await? else { return Ok(None) };
    open(&seal_of(tx, &sender.id).await?, &row.body, &place(delivery_id)).map(Some)
}

/// Keeps it for the lines that come later. The scope is the sender's.
pub(crate) async fn keep_of_sender(tx: &Tx, sender: &Sender, delivery_id: &str, header: Option<&str>) -> Result<()> {
    let Some(header) = header else { return Ok(()) };
    let key = seal_of(tx, &sender.id).await?;
    put(tx, sender.id.as_str(), delivery_id, sender.id.as_str(), seal(&key, &header, &place(delivery_id))?).await
}

/// Keeps it for the lines that come later.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, delivery_id: &str, header: &str) -> Result<()> {
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    put(tx, feed.id.as_str(), delivery_id, &feed.school_id, seal(&key, &header, &place(delivery_id))?).await
}

async fn put(tx: &Tx, of: &str, delivery_id: &str, holder: &str, body: Vec<u8>) -> Result<()> {
    let row = ActiveModel {
        feed_id: Set(of.to_owned()),
        delivery_id: Set(delivery_id.to_owned()),
        school_id: Set(holder.to_owned()),
        body: Set(body),
    };
    let mut replace = OnConflict::columns([Column::FeedId, Column::DeliveryId]);
    replace.update_column(Column::Body);
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}
