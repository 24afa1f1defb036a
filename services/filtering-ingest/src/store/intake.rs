//! What became of a batch, written in one transaction: ledger, rejected lines, what is kept, episodes.

use std::collections::HashMap;

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{
    entity::{episode, ledger_hour, observation, rejected_line},
    feed::Feed,
    key, micros, seal,
};
use crate::{episode::Episode, intake::Taken, observation::Rejected};

chassis::id!(/** A kept observation. */ pub(crate) struct ObservationId = "obs");

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;
/// Rows written by one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

/// The hour a moment lies in.
pub(crate) fn hour(at_us: i64) -> i64 {
    at_us - at_us.rem_euclid(HOUR)
}

/// Adds a batch to the ledger of the hour it was received in.
pub(crate) async fn count(tx: &Tx, feed: &Feed, taken: &Taken, at_us: i64) -> Result<()> {
    use ledger_hour::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let counts = taken.counts;
    let row = ledger_hour::ActiveModel {
        feed_id: Set(feed.id.to_string()),
        hour_us: Set(hour(at_us)),
        school_id: Set(feed.school_id.clone()),
        received: Set(number(counts.received)),
        kept: Set(number(counts.kept)),
        folded: Set(number(counts.folded)),
        excepted: Set(number(counts.excepted)),
        rejected: Set(number(counts.rejected)),
        alerts: Set(number(counts.alerts)),
    };
    let mut add = OnConflict::columns([Column::FeedId, Column::HourUs]);
    for (column, n) in [
        (Column::Received, counts.received),
        (Column::Kept, counts.kept),
        (Column::Folded, counts.folded),
        (Column::Excepted, counts.excepted),
        (Column::Rejected, counts.rejected),
        (Column::Alerts, counts.alerts),
    ] {
        add.value(column, Expr::col((ledger_hour::Entity, column)).add(number(n)));
    }
    ledger_hour::Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes the lines that were not taken: reason and place, nothing of their text.
pub(crate) async fn reject(
    tx: &Tx,
    feed: &Feed,
    delivery_id: &str,
    rejected: &[(u64, Rejected)],
    at_us: i64,
) -> Result<()> {
    let row = |(line, rejected): &(u64, Rejected)| rejected_line::ActiveModel {
        id: Set(format!("{at_us:020}|{delivery_id}|{line:012}|{}", feed.id)),
        feed_id: Set(feed.id.to_string()),
        school_id: Set(feed.school_id.clone()),
        delivery_id: Set(delivery_id.to_owned()),
        line: Set(i64::try_from(*line).unwrap_or(i64::MAX)),
        reason: Set(rejected.reason.to_owned()),
        detail: Set(rejected.detail.to_owned()),
        received_us: Set(at_us),
    };
    for chunk in rejected.chunks(CHUNK) {
        rejected_line::Entity::insert_many(chunk.iter().map(row)).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Writes what is kept of user actions, sealed.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, taken: &Taken) -> Result<()> {
    if taken.kept.is_empty() {
        return Ok(());
    }
    let key = key(tx, feed.id.as_str(), &feed.school_id).await?;
    for chunk in taken.kept.chunks(CHUNK) {
        let mut rows = Vec::with_capacity(chunk.len());
        for (observed, categories) in chunk {
            let id = tx.ids().next::<ObservationId>().to_string();
            rows.push(observation::ActiveModel {
                body: Set(seal(&key, observed, &format!("observation|{id}"))?),
                id: Set(id),
                school_id: Set(feed.school_id.clone()),
                feed_id: Set(feed.id.to_string()),
                event_us: Set(micros(observed.event_at)),
                category: Set(categories.first().copied().unwrap_or("unmapped").to_owned()),
                outcome: Set(observed.outcome.as_str().to_owned()),
            });
        }
        observation::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// The episodes of a school that were touched lately.
pub(crate) async fn episodes(tx: &Tx) -> Result<HashMap<String, Episode>> {
    let school = tx.scope().school()?;
    let rows = episode::Entity::find().filter(episode::Column::SchoolId.eq(school.as_str())).all(tx.db()).await?;
    rows.into_iter().map(|row| Ok((row.id, serde_json::from_slice(&row.body)?))).collect()
}

/// Writes episodes as they now are.
pub(crate) async fn keep_episodes(tx: &Tx, school: &str, episodes: &HashMap<String, Episode>) -> Result<()> {
    for (id, episode) in episodes {
        let row = episode::ActiveModel {
            id: Set(id.clone()),
            school_id: Set(school.to_owned()),
            body: Set(serde_json::to_vec(episode)?),
        };
        let replace = OnConflict::column(episode::Column::Id).update_column(episode::Column::Body).to_owned();
        episode::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
