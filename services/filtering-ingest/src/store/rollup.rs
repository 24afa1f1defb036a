//! Counts of events by hour, category and outcome, which stay for ever.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use time::OffsetDateTime;

use super::{
    coverage_entity::{coverage_hour, rollup_hour},
    micros, moment,
};

/// A count of one hour.
pub(crate) struct Rolled {
    pub(crate) at: OffsetDateTime,
    pub(crate) category: String,
    pub(crate) outcome: String,
    pub(crate) count: u64,
}

/// The counts of the scope's school from a moment until another, of one feed or of all, oldest first.
pub(crate) async fn list(tx: &Tx, feed_id: &str, from: OffsetDateTime, to: OffsetDateTime) -> Result<Vec<Rolled>> {
    use rollup_hour::Column;
    let school = tx.scope().school()?;
    let mut all = rollup_hour::Entity::find()
        .select_only()
        .columns([Column::HourUs, Column::Category, Column::Outcome])
        .column_as(Expr::col(Column::Count).sum().cast_as("BIGINT"), "total")
        .filter(Column::SchoolId.eq(school.as_str()))
        .filter(Column::HourUs.gte(micros(from)))
        .filter(Column::HourUs.lt(micros(to)));
    if !feed_id.is_empty() {
        all = all.filter(Column::FeedId.eq(feed_id));
    }
    let rows = all
        .group_by(Column::HourUs)
        .group_by(Column::Category)
        .group_by(Column::Outcome)
        .order_by_asc(Column::HourUs)
        .order_by_asc(Column::Category)
        .order_by_asc(Column::Outcome)
        .into_tuple::<(i64, String, String, i64)>()
        .all(tx.db())
        .await?;
    let rolled = |(hour_us, category, outcome, count): (i64, String, String, i64)| {
        Some(Rolled { at: moment(hour_us)?, category, outcome, count: u64::try_from(count).unwrap_or_default() })
    };
    Ok(rows.into_iter().filter_map(rolled).collect())
}

/// About how many of the events that arrived in that time had come before in another delivery.
pub(crate) async fn duplicates(tx: &Tx, feed_id: &str, from: OffsetDateTime, to: OffsetDateTime) -> Result<u64> {
    use coverage_hour::Column;
    let school = tx.scope().school()?;
    let mut all = coverage_hour::Entity::find()
        .select_only()
        .column(Column::Duplicates)
        .filter(Column::SchoolId.eq(school.as_str()))
        .filter(Column::HourUs.gte(micros(from)))
        .filter(Column::HourUs.lt(micros(to)))
        .filter(Column::Duplicates.gt(0));
    if !feed_id.is_empty() {
        all = all.filter(Column::FeedId.eq(feed_id));
    }
    let rows: Vec<i64> = all.into_tuple().all(tx.db()).await?;
    Ok(rows.into_iter().map(|n| u64::try_from(n).unwrap_or_default()).sum())
}
