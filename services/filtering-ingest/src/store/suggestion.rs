//! Suggestions that nothing has followed yet, sealed with their feed's key: what was typed is in them.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{entity::suggestion, feed::Feed, key, micros, open, seal};
use crate::{rules::TYPED_WITHIN, suggestion::Standing};

chassis::id!(/** A suggestion that stands. */ pub(crate) struct SuggestionId = "sug");

/// Rows of one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

fn place(id: &str) -> String {
    format!("suggestion|{id}")
}

async fn read(tx: &Tx, feed_id: &str, rows: Vec<suggestion::Model>) -> Result<Vec<Standing>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let key = key(tx, feed_id, &first.school_id).await?;
    let one = |row: suggestion::Model| {
        let standing: Standing = open(&key, &row.body, &place(&row.id))?;
        Ok(Standing { id: Some(row.id), received_us: row.received_us, ..standing })
    };
    rows.into_iter().map(one).collect()
}

/// Those of a feed, oldest first.
pub(crate) async fn of(tx: &Tx, feed_id: &str) -> Result<Vec<Standing>> {
    let all = suggestion::Entity::find().filter(suggestion::Column::FeedId.eq(feed_id));
    read(tx, feed_id, all.order_by_asc(suggestion::Column::Id).all(tx.db()).await?).await
}

/// Those of a feed that nothing can follow any more: so long ago they were received.
pub(crate) async fn over(tx: &Tx, feed_id: &str) -> Result<Vec<Standing>> {
    let all = suggestion::Entity::find()
        .filter(suggestion::Column::FeedId.eq(feed_id))
        .filter(suggestion::Column::ReceivedUs.lte(micros(tx.now() - TYPED_WITHIN)));
    read(tx, feed_id, all.order_by_asc(suggestion::Column::Id).all(tx.db()).await?).await
}

/// The feeds, with their schools, that have such: all of them, since one whose suggestions cannot be judged, or that has very
/// many, must not stand before the others.
pub(crate) async fn feeds_with_some(tx: &Tx) -> Result<Vec<(String, String)>> {
    let all = suggestion::Entity::find()
        .select_only()
        .columns([suggestion::Column::SchoolId, suggestion::Column::FeedId])
        .distinct()
        .filter(suggestion::Column::ReceivedUs.lte(micros(tx.now() - TYPED_WITHIN)));
    let ordered = all.order_by_asc(suggestion::Column::SchoolId).order_by_asc(suggestion::Column::FeedId);
    Ok(ordered.into_tuple().all(tx.db()).await?)
}

/// Keeps those that stand at the end of a batch.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, standing: &[Standing]) -> Result<()> {
    let new: Vec<&Standing> = standing.iter().filter(|stands| stands.id.is_none()).collect();
    if new.is_empty() {
        return Ok(());
    }
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    let mut rows = Vec::with_capacity(new.len());
    for stands in new {
        let id = tx.ids().next::<SuggestionId>().to_string();
        rows.push(suggestion::ActiveModel {
            body: Set(seal(&key, stands, &place(&id))?),
            id: Set(id),
            school_id: Set(feed.school_id.clone()),
            feed_id: Set(feed.id.to_string()),
            received_us: Set(stands.received_us),
        });
    }
    for chunk in rows.chunks(CHUNK) {
        suggestion::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Lets go of those that stand no longer.
pub(crate) async fn settle(tx: &Tx, ids: &[String]) -> Result<()> {
    for chunk in ids.chunks(CHUNK) {
        suggestion::Entity::delete_many().filter(suggestion::Column::Id.is_in(chunk)).exec(tx.db()).await?;
    }
    Ok(())
}
