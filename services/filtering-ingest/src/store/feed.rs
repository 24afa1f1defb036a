//! Feeds and their ledgers in the database.

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use serde::{Deserialize, Serialize};

use super::entity::{feed, ledger_hour, rejected_line};
use crate::ledger::Counts;

chassis::id!(/** A feed. */ pub(crate) struct FeedId = "fee");

/// One school's source of filter events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Feed {
    pub(crate) id: FeedId,
    pub(crate) school_id: String,
    pub(crate) name: String,
    pub(crate) profile: String,
    pub(crate) time_zone: String,
    pub(crate) hosts: HashMap<String, String>,
    /// The filter's groups with the tier the school gives each.
    #[serde(default)]
    pub(crate) groups: HashMap<String, String>,
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub(crate) created_at: time::OffsetDateTime,
    /// When the school had it no more; none while it has.
    #[serde(default, with = "time::serde::timestamp::microseconds::option", skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<time::OffsetDateTime>,
}

impl Feed {
    /// Whether something may be expected of it on a day: not on the day it ended, nor after it.
    pub(crate) fn is_there(&self, date: time::Date) -> bool {
        self.ended_at.is_none_or(|at| chassis::clock::london(at).date() > date)
    }
}

/// Writes a new feed; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, feed: &Feed) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(feed)?;
    super::new_key(tx, feed.id.as_str(), &feed.school_id).await?;
    let row = feed::ActiveModel {
        id: Set(feed.id.to_string()),
        school_id: Set(feed.school_id.clone()),
        name: Set(feed.name.clone()),
        received_us: Set(None),
        body: Set(body.clone()),
    };
    feed::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes a feed as it now is; answers what its body holds.
pub(crate) async fn update(tx: &Tx, now: &Feed) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(now)?;
    let row = feed::ActiveModel {
        id: Unchanged(now.id.to_string()),
        name: Set(now.name.clone()),
        body: Set(body.clone()),
        ..Default::default()
    };
    feed::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Whether a feed of the scope's school that has not ended is called so, besides one.
pub(crate) async fn is_called(tx: &Tx, name: &str, besides: &str) -> Result<bool> {
    let school = tx.scope().school()?;
    let rows = feed::Entity::find().filter(feed::Column::SchoolId.eq(school.as_str())).all(tx.db()).await?;
    for row in rows.iter().filter(|row| row.id != besides && row.name.to_lowercase() == name.to_lowercase()) {
        let feed: Feed = serde_json::from_slice(&row.body)?;
        if feed.ended_at.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One feed of the scope's school.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Feed> {
    let school = tx.scope().school()?;
    let row = feed::Entity::find_by_id(id).filter(feed::Column::SchoolId.eq(school.as_str())).one(tx.db()).await?;
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}

/// The ids of the scope's school's feeds that have not ended.
pub(crate) async fn running(tx: &Tx) -> Result<Vec<String>> {
    let school = tx.scope().school()?;
    let all = feed::Entity::find().filter(feed::Column::SchoolId.eq(school.as_str())).order_by_asc(feed::Column::Id);
    let mut running = Vec::new();
    for row in all.all(tx.db()).await? {
        let feed: Feed = serde_json::from_slice(&row.body)?;
        if feed.ended_at.is_none() {
            running.push(row.id);
        }
    }
    Ok(running)
}

/// When the scope's school got its first feed; none where it has none.
pub(crate) async fn first(tx: &Tx) -> Result<Option<time::OffsetDateTime>> {
    let school = tx.scope().school()?;
    let rows = feed::Entity::find().filter(feed::Column::SchoolId.eq(school.as_str())).all(tx.db()).await?;
    let mut first = None;
    for row in rows {
        let feed: Feed = serde_json::from_slice(&row.body)?;
        first = Some(first.map_or(feed.created_at, |first| std::cmp::min(first, feed.created_at)));
    }
    Ok(first)
}

/// One feed of the scope's school, held until the transaction ends: two batches of one feed are worked one after the other,
/// so that neither undoes the episodes of the other.
pub(crate) async fn hold(tx: &Tx, id: &str) -> Result<Feed> {
    let school = tx.scope().school()?;
    let row = feed::Entity::find_by_id(id).filter(feed::Column::SchoolId.eq(school.as_str())).lock_exclusive();
    Ok(serde_json::from_slice(&row.one(tx.db()).await?.ok_or_else(Error::missing)?.body)?)
}

/// When a feed's last line arrived; none where none did.
pub(crate) async fn last_line(tx: &Tx, id: &str) -> Result<Option<time::OffsetDateTime>> {
    let row = feed::Entity::find_by_id(id).one(tx.db()).await?;
    Ok(row.and_then(|row| row.received_us).and_then(super::moment))
}

/// Notes when a feed's last line arrived.
pub(crate) async fn received(tx: &Tx, id: &str, at_us: i64) -> Result<()> {
    feed::Entity::update_many()
        .col_expr(feed::Column::ReceivedUs, Expr::value(at_us))
        .filter(feed::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A page of the school's feeds with when their last line arrived and their whole ledgers.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<(Vec<(Feed, Option<i64>, Counts)>, String)> {
    let school = tx.scope().school()?;
    let mut all = feed::Entity::find().filter(feed::Column::SchoolId.eq(school.as_str()));
    if let Some((name, id)) = page.after().and_then(|text| text.split_once('\n')) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (by_name, by_id) = (feed::Column::Name, feed::Column::Id);
        all = all.filter(
            Condition::any().add(by_name.gt(name)).add(Condition::all().add(by_name.eq(name)).add(by_id.gt(id))),
        );
    }
    let ordered = all.order_by_asc(feed::Column::Name).order_by_asc(feed::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}\n{}", row.name, row.id));
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut totals = totals(tx, &ids).await?;
    let mut feeds = Vec::with_capacity(rows.len());
    for row in rows {
        let total = totals.remove(&row.id).unwrap_or_default();
        feeds.push((serde_json::from_slice(&row.body)?, row.received_us, total));
    }
    Ok((feeds, next))
}

/// A feed's ledger as a whole, as the database sums it up.
#[derive(FromQueryResult)]
struct Total {
    feed_id: String,
    received: i64,
    kept: i64,
    folded: i64,
    excepted: i64,
    noise: i64,
    rejected: i64,
    alerts: i64,
}

/// The whole ledgers of some feeds; nothing of one to which nothing came.
async fn totals(tx: &Tx, feeds: &[&str]) -> Result<HashMap<String, Counts>> {
    use ledger_hour::Column;
    let mut sums = ledger_hour::Entity::find().select_only().column(Column::FeedId);
    for (column, name) in [
        (Column::Received, "received"),
        (Column::Kept, "kept"),
        (Column::Folded, "folded"),
        (Column::Excepted, "excepted"),
        (Column::Noise, "noise"),
        (Column::Rejected, "rejected"),
        (Column::Alerts, "alerts"),
    ] {
        // Sums of large numbers are of a type of their own on PostgreSQL.
        sums = sums.column_as(Expr::col(column).sum().cast_as("BIGINT"), name);
    }
    let rows = sums.filter(Column::FeedId.is_in(feeds.iter().copied())).group_by(Column::FeedId);
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let counts = |row: &Total| Counts {
        received: number(row.received),
        kept: number(row.kept),
        folded: number(row.folded),
        excepted: number(row.excepted),
        noise: number(row.noise),
        rejected: number(row.rejected),
        alerts: number(row.alerts),
    };
    let rows = rows.into_model::<Total>().all(tx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.feed_id.clone(), counts(&row))).collect())
}

/// The whole ledger of a feed.
pub(crate) async fn total(tx: &Tx, feed_id: &str) -> Result<Counts> {
    Ok(totals(tx, &[feed_id]).await?.remove(feed_id).unwrap_or_default())
}

/// A page of the hours of a feed's ledger, newest first, the whole, and where the next page begins.
pub(crate) async fn hours(tx: &Tx, feed_id: &str, page: &Page) -> Result<(Vec<(i64, Counts)>, Counts, String)> {
    let mut all = ledger_hour::Entity::find().filter(ledger_hour::Column::FeedId.eq(feed_id));
    if let Some(after) = page.after().and_then(|text| text.parse::<i64>().ok()) {
        all = all.filter(ledger_hour::Column::HourUs.lt(after));
    }
    let mut rows = all.order_by_desc(ledger_hour::Column::HourUs).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.hour_us.to_string());
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let counts = |row: &ledger_hour::Model| Counts {
        received: number(row.received),
        kept: number(row.kept),
        folded: number(row.folded),
        excepted: number(row.excepted),
        noise: number(row.noise),
        rejected: number(row.rejected),
        alerts: number(row.alerts),
    };
    let total = total(tx, feed_id).await?;
    Ok((rows.iter().map(|row| (row.hour_us, counts(row))).collect(), total, next))
}

/// A page of a feed's rejected lines, newest first.
pub(crate) async fn rejected(tx: &Tx, feed_id: &str, page: &Page) -> Result<(Vec<rejected_line::Model>, String)> {
    let mut all = rejected_line::Entity::find().filter(rejected_line::Column::FeedId.eq(feed_id));
    if let Some(after) = page.after() {
        all = all.filter(rejected_line::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(rejected_line::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    Ok((rows, next))
}
