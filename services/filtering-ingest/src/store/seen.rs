//! What batches show of their feeds, in the database: by the hour, and of which deliveries there were.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chassis::{clock::london, db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, Statement, Value,
    sea_query::{Expr, OnConflict},
};
use time::{Duration, OffsetDateTime};

use super::{
    coverage_entity::{coverage_recount, delivery_seen, fingerprint_hour, rollup_hour},
    feed::Feed,
    micros, moment,
};
use crate::{
    coverage::Hour,
    door::Arrival,
    profile::{Context, Profile},
    seen::{
        self, Happened, Known, Seen,
        fingerprint::{Fingerprints, Sketch},
    },
};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// How far back a day is counted anew for what comes late.
const RECOUNTED: Duration = Duration::days(8);
/// Rows written by one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

/// What is known of a feed before a batch that is read by `profile`, whose columns, where its log names them, have the names of
/// `header`.
pub(crate) async fn known(
    tx: &Tx,
    feed: &Feed,
    profile: &Profile,
    arrival: &Arrival<'_>,
    header: Option<&str>,
) -> Result<Known> {
    let secret = tx.ring().token(&feed.school_id, &format!("fingerprints|{}", feed.id));
    let fingerprints = Fingerprints::new(&secret);
    let context = Context { time_zone: &feed.time_zone, received_at: arrival.received_at };
    let hours = seen::hours_of(arrival.lines, profile, header, context).into_iter().map(|hour| hour * SECOND);
    let rows = fingerprint_hour::Entity::find()
        .filter(fingerprint_hour::Column::FeedId.eq(feed.id.as_str()))
        .filter(fingerprint_hour::Column::HourUs.is_in(hours))
        .all(tx.db())
        .await?;
    let hours: HashMap<i64, Sketch> =
        rows.into_iter().map(|row| (row.hour_us / SECOND, Sketch::from_bytes(&row.body))).collect();
    let hours = Arc::new(hours);
    Ok(Known { fingerprints, delivery: fingerprints.of_delivery(arrival.delivery_id), hours })
}

/// Writes what a batch showed. Rows are written in one order, so that two batches never wait for each other in a ring.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, delivery_id: &str, seen: &Seen) -> Result<()> {
    let now = tx.now();
    let mut duplicates = 0;
    for (hour, happened) in &seen.happened {
        duplicates += compare(tx, feed, *hour, seen, happened).await?;
    }
    let arrived = Hour { duplicates, ..seen.arrived(now) };
    let mut hours: HashMap<i64, Hour> = HashMap::from([(micros(arrived.start), arrived)]);
    for (hour, happened) in &seen.happened {
        let us = hour * SECOND;
        let kept = hours.entry(us).or_insert_with(|| Hour::empty(moment(us).unwrap_or(now)));
        kept.events += happened.events;
        for minute in (0..60).filter(|minute| happened.minutes.heard(*minute)) {
            kept.minutes.hear(minute);
        }
    }
    let mut sorted: Vec<&Hour> = hours.values().collect();
    sorted.sort_by_key(|hour| hour.start);
    for hour in sorted {
        add(tx, feed, hour).await?;
    }
    roll_up(tx, feed, seen).await?;
    note(tx, feed, delivery_id, seen, duplicates).await?;
    recount(tx, &feed.school_id, seen).await
}

/// Takes what a delivery brought of an hour's fingerprints in; answers how many of its events had come before. Nobody else
/// writes them meanwhile: whoever works a batch holds its feed.
async fn compare(tx: &Tx, feed: &Feed, hour: i64, seen: &Seen, happened: &Happened) -> Result<u64> {
    if happened.brought.is_empty() {
        return Ok(0);
    }
    let id = (feed.id.to_string(), hour * SECOND);
    let mut sketch = match seen.sketch(hour) {
        Some(sketch) => sketch.clone(),
        None => {
            let row = fingerprint_hour::Entity::find_by_id(id.clone()).one(tx.db()).await?;
            row.map(|row| Sketch::from_bytes(&row.body)).unwrap_or_default()
        }
    };
    let before = sketch.take(seen.delivery(), &happened.brought);
    let row = fingerprint_hour::ActiveModel {
        feed_id: Set(id.0),
        hour_us: Set(id.1),
        school_id: Set(feed.school_id.clone()),
        body: Set(sketch.bytes()),
    };
    let replace = OnConflict::columns([fingerprint_hour::Column::FeedId, fingerprint_hour::Column::HourUs])
        .update_column(fingerprint_hour::Column::Body)
        .to_owned();
    fingerprint_hour::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(before)
}

/// Columns that add up.
const ADDED: [&str; 12] = [
    "events",
    "received",
    "malformed",
    "duplicates",
    "ahead",
    "batches",
    "observed",
    "device",
    "address",
    "person",
    "timed",
    "content",
];

/// Adds to an hour of a feed.
pub(crate) async fn add(tx: &Tx, feed: &Feed, hour: &Hour) -> Result<()> {
    let mut sets: Vec<String> = ADDED
        .iter()
        .chain(&["mapped"])
        .map(|column| format!("{column} = coverage_hour.{column} + excluded.{column}"))
        .collect();
    sets.push("minutes = coverage_hour.minutes | excluded.minutes".to_owned());
    for (column, than) in [("lag_min_s", "<"), ("lag_max_s", ">")] {
        sets.push(format!(
            "{column} = CASE WHEN coverage_hour.{column} IS NULL OR excluded.{column} {than} coverage_hour.{column} \
             THEN COALESCE(excluded.{column}, coverage_hour.{column}) ELSE coverage_hour.{column} END"
        ));
    }
    let sql = format!(
        "INSERT INTO coverage_hour (feed_id, hour_us, school_id, minutes, lag_min_s, lag_max_s, {}, mapped) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         ON CONFLICT (feed_id, hour_us) DO UPDATE SET {}",
        ADDED.join(", "),
        sets.join(", ")
    );
    let fields = hour.fields;
    let counts = [
        hour.events,
        hour.received,
        hour.malformed,
        hour.duplicates,
        hour.ahead,
        hour.batches,
        fields.observed,
        fields.device,
        fields.address,
        fields.person,
        fields.time,
        fields.content,
        fields.category,
    ];
    let mut values: Vec<Value> = vec![
        feed.id.as_str().into(),
        micros(hour.start).into(),
        feed.school_id.as_str().into(),
        hour.minutes.column().into(),
        hour.lag.map(|(least, _)| least).into(),
        hour.lag.map(|(_, most)| most).into(),
    ];
    values.extend(counts.map(|n| Value::from(i64::try_from(n).unwrap_or(i64::MAX))));
    let statement = Statement::from_sql_and_values(tx.db().get_database_backend(), sql, values);
    tx.db().execute_raw(statement).await?;
    Ok(())
}

/// Counts events by hour, category and outcome: nobody is in it.
async fn roll_up(tx: &Tx, feed: &Feed, seen: &Seen) -> Result<()> {
    use rollup_hour::Column;
    let mut counts: Vec<(i64, &str, &str, u64)> = Vec::new();
    for (hour, happened) in &seen.happened {
        counts.extend(happened.counts.iter().map(|(category, outcome, n)| (*hour, category, outcome, n)));
    }
    counts.sort_unstable();
    let row = |(hour, category, outcome, count): &(i64, &str, &str, u64)| rollup_hour::ActiveModel {
        feed_id: Set(feed.id.to_string()),
        hour_us: Set(hour * SECOND),
        category: Set((*category).to_owned()),
        outcome: Set((*outcome).to_owned()),
        school_id: Set(feed.school_id.clone()),
        count: Set(i64::try_from(*count).unwrap_or(i64::MAX)),
    };
    for chunk in counts.chunks(CHUNK) {
        let add = OnConflict::columns([Column::FeedId, Column::HourUs, Column::Category, Column::Outcome])
            .value(Column::Count, Expr::cust("rollup_hour.count + excluded.count"))
            .to_owned();
        let rows = chunk.iter().map(row);
        rollup_hour::Entity::insert_many(rows).on_conflict(add).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Notes what a delivery brought so far.
async fn note(tx: &Tx, feed: &Feed, delivery_id: &str, seen: &Seen, duplicates: u64) -> Result<()> {
    use delivery_seen::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = delivery_seen::ActiveModel {
        feed_id: Set(feed.id.to_string()),
        delivery_id: Set(delivery_id.to_owned()),
        school_id: Set(feed.school_id.clone()),
        events: Set(number(seen.fields.observed)),
        duplicates: Set(number(duplicates)),
        last_us: Set(micros(tx.now())),
    };
    let more = OnConflict::columns([Column::FeedId, Column::DeliveryId])
        .value(Column::Events, Expr::cust("delivery_seen.events + excluded.events"))
        .value(Column::Duplicates, Expr::cust("delivery_seen.duplicates + excluded.duplicates"))
        .update_column(Column::LastUs)
        .to_owned();
    delivery_seen::Entity::insert(row).on_conflict(more).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Has days counted anew of which something came: once they are counted, the day itself among them.
async fn recount(tx: &Tx, school: &str, seen: &Seen) -> Result<()> {
    let today = london(tx.now()).date();
    let first = tx.now() - RECOUNTED;
    let hours = seen.happened.keys().filter_map(|hour| OffsetDateTime::from_unix_timestamp(*hour).ok());
    let dates: BTreeSet<_> = hours.filter(|at| *at > first).map(|at| london(at).date()).collect();
    for date in dates.into_iter().filter(|date| *date <= today) {
        let row = coverage_recount::ActiveModel { school_id: Set(school.to_owned()), date: Set(date.to_string()) };
        let columns = [coverage_recount::Column::SchoolId, coverage_recount::Column::Date];
        let there = OnConflict::columns(columns).do_nothing().to_owned();
        coverage_recount::Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
