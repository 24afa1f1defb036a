//! The text of rejected lines: sealed with their feed's key, bounded in age and size.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::rejected_text::{ActiveModel, Column, Entity, Model},
    feed::Feed,
    key, micros, open, seal,
};
use crate::unread::Spool;

chassis::id!(/** Rejected lines of one batch. */ pub(crate) struct UnreadId = "unr");

/// What of one feed is kept, in bytes; what comes beyond it is counted and listed alone.
pub(crate) const BYTES_MAX: u64 = 16 << 20;
/// How long it is kept: as long as what waits in quarantine.
pub(crate) const LONGEST: time::Duration = super::quarantine::LONGEST;

/// Rejected lines of one batch, still sealed.
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) school_id: String,
    pub(crate) feed_id: String,
    pub(crate) delivery_id: String,
    pub(crate) received_us: i64,
    sealed: Vec<u8>,
}

fn place(id: &str) -> String {
    format!("rejected_text|{id}")
}

fn kept(row: Model) -> Kept {
    Kept {
        id: row.id,
        school_id: row.school_id,
        feed_id: row.feed_id,
        delivery_id: row.delivery_id,
        received_us: row.received_us,
        sealed: row.body,
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// How many lines of a feed are kept, and their bytes.
pub(crate) async fn held(tx: &Tx, feed_id: &str) -> Result<(u64, u64)> {
    let sums: Option<(Option<i64>, Option<i64>)> = Entity::find()
        .select_only()
        // Sums of large numbers are of a type of their own on PostgreSQL.
        .column_as(Expr::col(Column::Lines).sum().cast_as("BIGINT"), "lines")
        .column_as(Expr::col(Column::Bytes).sum().cast_as("BIGINT"), "bytes")
        .filter(Column::FeedId.eq(feed_id))
        .into_tuple()
        .one(tx.db())
        .await?;
    let (lines, bytes) = sums.unwrap_or_default();
    let of = |n: Option<i64>| u64::try_from(n.unwrap_or_default()).unwrap_or_default();
    Ok((of(lines), of(bytes)))
}

/// Keeps the rejected lines of a batch of a feed of the scope's school, where there is room.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, delivery_id: &str, spool: &Spool, received_us: i64) -> Result<()> {
    if spool.lines.is_empty() {
        return Ok(());
    }
    let bytes = u64::try_from(spool.bytes()).unwrap_or(u64::MAX);
    if held(tx, feed.id.as_str()).await?.1.saturating_add(bytes) > BYTES_MAX {
        return Ok(());
    }
    let id = tx.ids().next::<UnreadId>().to_string();
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    let row = ActiveModel {
        body: Set(seal(&key, spool, &place(&id))?),
        id: Set(id),
        school_id: Set(feed.school_id.clone()),
        feed_id: Set(feed.id.to_string()),
        delivery_id: Set(delivery_id.to_owned()),
        lines: Set(number(spool.lines.len())),
        bytes: Set(number(spool.bytes())),
        received_us: Set(received_us),
        due: Set(0),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Opens what is kept. The scope is its school's.
pub(crate) async fn text(tx: &Tx, kept: &Kept) -> Result<Spool> {
    open(&key(tx, &kept.feed_id, &kept.school_id).await?, &kept.sealed, &place(&kept.id))
}

/// Some of what is kept of a feed, the newest first, from one of them on.
pub(crate) async fn from(tx: &Tx, feed_id: &str, id: &str, most: u64) -> Result<Vec<Kept>> {
    let mut all = Entity::find().filter(Column::FeedId.eq(feed_id));
    if !id.is_empty() {
        all = all.filter(Column::Id.lte(id));
    }
    Ok(all.order_by_desc(Column::Id).limit(most).all(tx.db()).await?.into_iter().map(kept).collect())
}

/// Says that all that is kept of a feed is to be read again.
pub(crate) async fn look_again(tx: &Tx, feed_id: &str) -> Result<()> {
    let all = Entity::update_many().col_expr(Column::Due, Expr::value(1)).filter(Column::FeedId.eq(feed_id));
    all.exec(tx.db()).await?;
    Ok(())
}

/// The next lines that are to be read again, after those of a moment and an id; none where none are.
pub(crate) async fn next_due(tx: &Tx, after: Option<&(i64, String)>) -> Result<Option<Kept>> {
    let mut due = Entity::find().filter(Column::Due.eq(1));
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::ReceivedUs.eq(*at)).add(Column::Id.gt(id));
        due = due.filter(Condition::any().add(Column::ReceivedUs.gt(*at)).add(same));
    }
    let due = due.order_by_asc(Column::ReceivedUs).order_by_asc(Column::Id);
    Ok(due.lock_exclusive().one(tx.db()).await?.map(kept))
}

/// Keeps what could not be read again either, and lets go of the rest. The scope is its school's.
pub(crate) async fn leave(tx: &Tx, kept: &Kept, spool: &Spool) -> Result<()> {
    if spool.lines.is_empty() {
        Entity::delete_by_id(kept.id.clone()).exec(tx.db()).await?;
        return Ok(());
    }
    let key = key(tx, &kept.feed_id, &kept.school_id).await?;
    let row = ActiveModel {
        id: Unchanged(kept.id.clone()),
        lines: Set(number(spool.lines.len())),
        bytes: Set(number(spool.bytes())),
        due: Set(0),
        body: Set(seal(&key, spool, &place(&kept.id))?),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Lets go of what was kept for long enough.
pub(crate) async fn expire(tx: &Tx) -> Result<()> {
    let old = Column::ReceivedUs.lt(micros(tx.now() - LONGEST));
    Entity::delete_many().filter(old).exec(tx.db()).await?;
    Ok(())
}

/// Where a page of lines begins: an entry, and a line of it.
///
/// # Errors
/// `Invalid` where it is no such place.
pub(crate) fn begins(token: &str) -> Result<(String, usize)> {
    if token.is_empty() {
        return Ok((String::new(), 0));
    }
    let place = token.split_once('|').and_then(|(id, line)| Some((id.to_owned(), line.parse().ok()?)));
    place.ok_or_else(|| Error::invalid("page_token", "Send the token of the page before, or none"))
}
