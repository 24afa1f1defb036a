//! What was counted of feeds and not told to others yet: a row for each feed and hour, until it is told.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{entity::feed_untold, feed::Feed};
use crate::ledger::Counts;

/// How many are looked for at once.
const AT_ONCE: u64 = 200;

/// A feed and an hour of which something is to be told.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Untold {
    pub(crate) feed_id: String,
    pub(crate) hour_us: i64,
    pub(crate) school_id: String,
}

/// Notes what a batch counted within an hour.
pub(super) async fn add(tx: &Tx, feed: &Feed, counts: Counts, hour_us: i64) -> Result<()> {
    use feed_untold::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = feed_untold::ActiveModel {
        feed_id: Set(feed.id.to_string()),
        hour_us: Set(hour_us),
        school_id: Set(feed.school_id.clone()),
        received: Set(number(counts.received)),
        kept: Set(number(counts.kept)),
        folded: Set(number(counts.folded)),
        excepted: Set(number(counts.excepted)),
        noise: Set(number(counts.noise)),
        rejected: Set(number(counts.rejected)),
        alerts: Set(number(counts.alerts)),
    };
    let mut add = OnConflict::columns([Column::FeedId, Column::HourUs]);
    for (column, n) in [
        (Column::Received, counts.received),
        (Column::Kept, counts.kept),
        (Column::Folded, counts.folded),
        (Column::Excepted, counts.excepted),
        (Column::Noise, counts.noise),
        (Column::Rejected, counts.rejected),
        (Column::Alerts, counts.alerts),
    ] {
        add.value(column, Expr::col((feed_untold::Entity, column)).add(number(n)));
    }
    feed_untold::Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Counts what was counted as kept within an hour as what became of it since, as far as that is not told yet: what was told
/// is not taken back.
pub(super) async fn recount_kept(tx: &Tx, feed: &Feed, counts: Counts, hour_us: i64) -> Result<()> {
    use feed_untold::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let moved = number(counts.folded + counts.excepted + counts.noise);
    feed_untold::Entity::update_many()
        .col_expr(Column::Kept, Expr::col(Column::Kept).sub(moved))
        .col_expr(Column::Folded, Expr::col(Column::Folded).add(number(counts.folded)))
        .col_expr(Column::Excepted, Expr::col(Column::Excepted).add(number(counts.excepted)))
        .col_expr(Column::Noise, Expr::col(Column::Noise).add(number(counts.noise)))
        .filter(Column::FeedId.eq(feed.id.as_str()))
        .filter(Column::HourUs.eq(hour_us))
        .filter(Column::Kept.gte(moved))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Feeds of every school of which something is to be told, after the one given.
pub(crate) async fn some(tx: &Tx, after: Option<&(String, i64)>) -> Result<Vec<Untold>> {
    use feed_untold::Column;
    let mut all = feed_untold::Entity::find().select_only().columns([Column::FeedId, Column::HourUs, Column::SchoolId]);
    if let Some((feed, hour)) = after {
        let same = Condition::all().add(Column::FeedId.eq(feed)).add(Column::HourUs.gt(*hour));
        all = all.filter(Condition::any().add(Column::FeedId.gt(feed)).add(same));
    }
    let ordered = all.order_by_asc(Column::FeedId).order_by_asc(Column::HourUs).limit(AT_ONCE);
    Ok(ordered.into_model::<Untold>().all(tx.db()).await?)
}

/// Takes what is to be told of a feed and an hour; none where another process told it. The feed is held.
pub(crate) async fn take(tx: &Tx, feed_id: &str, hour_us: i64) -> Result<Option<Counts>> {
    let one = (feed_id.to_owned(), hour_us);
    let row = feed_untold::Entity::find_by_id(one.clone()).lock_exclusive().one(tx.db()).await?;
    let Some(row) = row else { return Ok(None) };
    feed_untold::Entity::delete_by_id(one).exec(tx.db()).await?;
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok(Some(Counts {
        received: number(row.received),
        kept: number(row.kept),
        folded: number(row.folded),
        excepted: number(row.excepted),
        noise: number(row.noise),
        rejected: number(row.rejected),
        alerts: number(row.alerts),
    }))
}
