//! Small blocks of one feed and hour put together at night, once the hour is long over: a door that takes a few lines at a
//! time makes many of them. What was kept in one month stays in one, so that it goes when it would have gone.

use std::collections::BTreeMap;

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Error, Kind, Result},
    id::{SchoolId, made},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::ExprTrait as _,
};
use time::Duration;
use tracing::warn;

use super::{
    block::{insert, kept_then, opened, sealed},
    entity::observation_block::{Column, Entity, Model},
    intake::Actors,
    key, micros,
};
use crate::{block::Builder, keeping::months_of};

/// How long an hour is over before its blocks are put together: little comes later.
pub(super) const OVER: Duration = Duration::hours(3);
/// How far back hours are looked at.
const BACK: Duration = Duration::days(3);
/// Observations below which a block is a small one.
const SMALL: i64 = 512;
/// Small blocks of an hour from which on they are put together.
const MANY: usize = 8;
/// Blocks that are put together in one transaction.
const SOME: u64 = 64;

/// Puts together what is small at a school.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn of_school(store: &Store, school: &SchoolId) -> Result<()> {
    let scope = Scope::own(store.name(), school);
    let mut tx = store.begin(&scope).await?;
    let hours = hours(&tx, school.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    for (feed_id, hour_us) in hours {
        loop {
            let mut tx = store.begin(&scope).await?;
            tx.silent();
            match some(&tx, school.as_str(), &feed_id, hour_us).await {
                Ok(true) => tx.commit().await?,
                Ok(false) => break,
                Err(error) if error.kind() == Kind::Unavailable => return Err(error),
                // Those of other hours are put together all the same.
                Err(error) => {
                    warn!(feed.id = feed_id, hour_us, %error, "blocks of an hour stay apart");
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Feeds with hours that have many small blocks.
async fn hours(tx: &Tx, school: &str) -> Result<Vec<(String, i64)>> {
    let many = i64::try_from(MANY).unwrap_or(i64::MAX);
    let hours = Entity::find()
        .select_only()
        .columns([Column::FeedId, Column::HourUs])
        .filter(Column::SchoolId.eq(school))
        .filter(Column::HourUs.between(micros(tx.now() - BACK), micros(tx.now() - OVER)))
        .filter(Column::Count.lt(SMALL))
        .group_by(Column::FeedId)
        .group_by(Column::HourUs)
        .having(Column::Id.count().gte(many))
        .order_by_asc(Column::HourUs)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(hours)
}

/// Puts some of them together; false where that would make none fewer.
async fn some(tx: &Tx, school: &str, feed_id: &str, hour_us: i64) -> Result<bool> {
    let rows = Entity::find()
        .filter(Column::SchoolId.eq(school))
        .filter(Column::HourUs.eq(hour_us))
        .filter(Column::FeedId.eq(feed_id))
        .filter(Column::Count.lt(SMALL))
        .order_by_asc(Column::Id)
        .limit(SOME)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let mut months: BTreeMap<i64, Vec<Model>> = BTreeMap::new();
    for row in rows {
        let kept_at = made(&row.id).ok_or_else(|| Error::internal("a block says no time"))?;
        months.entry(months_of(kept_at)).or_default().push(row);
    }
    let Some(rows) = months.into_values().max_by_key(Vec::len).filter(|rows| rows.len() >= MANY) else {
        return Ok(false);
    };
    let kept_at = rows.first().and_then(|row| made(&row.id)).ok_or_else(|| Error::internal("a block says no time"))?;
    let key = key(tx, feed_id, school).await?;
    let mut together = Builder::default();
    for row in &rows {
        let before = together.len();
        for one in opened(&key, row)?.rows() {
            together.add(&one.observation, one.category);
        }
        if i64::try_from(together.len() - before).ok() != Some(row.count) {
            return Err(Error::internal("a block does not hold what it says"));
        }
    }
    let blocks = together.finish();
    if blocks.len() >= rows.len() {
        return Ok(false);
    }
    let mut actors = Actors::default();
    let new = blocks
        .into_iter()
        .map(|block| sealed(tx, &key, kept_then(tx, kept_at), (feed_id, school), block, &mut actors))
        .collect();
    insert(tx, new).await?;
    let these = Column::Id.is_in(rows.into_iter().map(|row| row.id));
    Entity::delete_many().filter(these).exec(tx.db()).await?;
    Ok(true)
}
