//! How feeds do, in the database: what is expected of them, how they were last seen, and the ledger of school days.

use std::collections::{BTreeSet, HashMap};

use chassis::{
    clock::london,
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use time::{Date, OffsetDateTime};

use super::{
    coverage_entity::{
        coverage_day, coverage_hour, coverage_recount, delivery_seen, feed_coverage, feed_rhythm, school_year,
    },
    entity::feed,
    feed::Feed,
    micros, moment,
};
use crate::coverage::{
    Coverage, Fields, Hour, SchoolYear, day::Day, look::Replay, minutes::Minutes, rhythm::Rhythm, trouble::Kind,
};

/// Events from which on a delivery can be called one that came before.
const REPLAYED: i64 = 20;

/// A feed with what is known of how it does.
pub(crate) struct Watched {
    pub(crate) feed: Feed,
    pub(crate) received_at: Option<OffsetDateTime>,
    pub(crate) rhythm: Option<Rhythm>,
    pub(crate) coverage: Coverage,
}

/// The schools that have feeds, by id.
pub(crate) async fn schools(tx: &Tx) -> Result<Vec<String>> {
    let ids = feed::Entity::find().select_only().column(feed::Column::SchoolId).distinct();
    Ok(ids.order_by_asc(feed::Column::SchoolId).into_tuple().all(tx.db()).await?)
}

/// Every feed of the scope's school, by name.
pub(crate) async fn feeds(tx: &Tx) -> Result<Vec<Watched>> {
    let school = tx.scope().school()?.as_str();
    let rows = feed::Entity::find()
        .filter(feed::Column::SchoolId.eq(school))
        .order_by_asc(feed::Column::Name)
        .order_by_asc(feed::Column::Id)
        .all(tx.db())
        .await?;
    // Both are read once for all: a school may have a thousand feeds.
    let of_school = feed_rhythm::Column::SchoolId.eq(school);
    let rhythms = feed_rhythm::Entity::find().filter(of_school).all(tx.db()).await?;
    let mut rhythms: HashMap<String, Vec<u8>> = rhythms.into_iter().map(|row| (row.id, row.body)).collect();
    let of_school = feed_coverage::Column::SchoolId.eq(school);
    let coverages = feed_coverage::Entity::find().filter(of_school).all(tx.db()).await?;
    let mut coverages: HashMap<String, Vec<u8>> = coverages.into_iter().map(|row| (row.feed_id, row.body)).collect();
    let feed = |row: feed::Model| watched(&row, rhythms.remove(&row.id), coverages.remove(&row.id));
    rows.into_iter().map(feed).collect()
}

/// One feed of the scope's school.
pub(crate) async fn feed(tx: &Tx, id: &str) -> Result<Watched> {
    let school = tx.scope().school()?;
    let row = feed::Entity::find_by_id(id).filter(feed::Column::SchoolId.eq(school.as_str())).one(tx.db()).await?;
    let row = row.ok_or_else(Error::missing)?;
    let rhythm = feed_rhythm::Entity::find_by_id(id).one(tx.db()).await?;
    let coverage = feed_coverage::Entity::find_by_id(id).one(tx.db()).await?;
    watched(&row, rhythm.map(|row| row.body), coverage.map(|row| row.body))
}

fn watched(row: &feed::Model, rhythm: Option<Vec<u8>>, coverage: Option<Vec<u8>>) -> Result<Watched> {
    let rhythm = rhythm.map(|body| serde_json::from_slice(&body)).transpose()?.flatten();
    let coverage = coverage.map(|body| serde_json::from_slice(&body)).transpose()?.unwrap_or_default();
    let received_at = row.received_us.and_then(moment);
    Ok(Watched { feed: serde_json::from_slice(&row.body)?, received_at, rhythm, coverage })
}

/// Locks how a feed does until the transaction ends, so that two that look at once find each thing once.
pub(crate) async fn lock(tx: &Tx, feed: &Feed) -> Result<()> {
    keep(tx, feed, None).await?;
    feed_coverage::Entity::find_by_id(feed.id.as_str()).lock_exclusive().one(tx.db()).await?;
    Ok(())
}

/// Keeps how a feed does; where nothing is said, only that there is something to keep.
pub(crate) async fn keep(tx: &Tx, feed: &Feed, coverage: Option<&Coverage>) -> Result<()> {
    use feed_coverage::Column;
    let silent = coverage.is_some_and(|coverage| {
        coverage.troubles.iter().any(|trouble| matches!(trouble.kind, Kind::Silent | Kind::Late))
    });
    let row = feed_coverage::ActiveModel {
        feed_id: Set(feed.id.to_string()),
        school_id: Set(feed.school_id.clone()),
        silent: Set(silent.into()),
        body: Set(serde_json::to_vec(coverage.unwrap_or(&Coverage::default()))?),
    };
    let mut there = OnConflict::column(Column::FeedId);
    match coverage {
        Some(_) => there.update_columns([Column::Silent, Column::Body]),
        None => there.do_nothing(),
    };
    feed_coverage::Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// How many of the school's feeds are silent or late.
pub(crate) async fn silent(tx: &Tx) -> Result<u64> {
    let school = tx.scope().school()?;
    let all = feed_coverage::Entity::find().filter(feed_coverage::Column::SchoolId.eq(school.as_str()));
    Ok(all.filter(feed_coverage::Column::Silent.eq(1)).count(tx.db()).await?)
}

/// States what is expected of a feed; answers what its body holds.
pub(crate) async fn keep_rhythm(tx: &Tx, feed: &Feed, rhythm: Option<&Rhythm>) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(&rhythm)?;
    let row = feed_rhythm::ActiveModel {
        id: Set(feed.id.to_string()),
        school_id: Set(feed.school_id.clone()),
        body: Set(body.clone()),
    };
    let replace = OnConflict::column(feed_rhythm::Column::Id).update_column(feed_rhythm::Column::Body).to_owned();
    feed_rhythm::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// The hours of a feed from a moment on, oldest first.
pub(crate) async fn hours(tx: &Tx, feed_id: &str, from: OffsetDateTime) -> Result<Vec<Hour>> {
    let rows = coverage_hour::Entity::find()
        .filter(coverage_hour::Column::FeedId.eq(feed_id))
        .filter(coverage_hour::Column::HourUs.gte(super::intake::hour(micros(from))))
        .order_by_asc(coverage_hour::Column::HourUs)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().filter_map(hour).collect())
}

/// The first hour that any of some feeds had an event in.
pub(crate) async fn first_event(tx: &Tx, feeds: &[Watched]) -> Result<Option<OffsetDateTime>> {
    use coverage_hour::Column;
    let first = coverage_hour::Entity::find()
        .filter(Column::FeedId.is_in(feeds.iter().map(|watched| watched.feed.id.as_str())))
        .filter(Column::Events.gt(0_i64))
        .select_only()
        .column_as(Column::HourUs.min(), "first")
        .into_tuple::<Option<i64>>()
        .one(tx.db())
        .await?;
    Ok(first.flatten().and_then(moment))
}

fn hour(row: coverage_hour::Model) -> Option<Hour> {
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    Some(Hour {
        start: moment(row.hour_us)?,
        events: number(row.events),
        minutes: Minutes::from_column(row.minutes),
        received: number(row.received),
        malformed: number(row.malformed),
        duplicates: number(row.duplicates),
        ahead: number(row.ahead),
        lag: row.lag_min_s.zip(row.lag_max_s),
        batches: number(row.batches),
        fields: Fields {
            observed: number(row.observed),
            device: number(row.device),
            address: number(row.address),
            person: number(row.person),
            time: number(row.timed),
            content: number(row.content),
            category: number(row.mapped),
        },
    })
}

/// Deliveries since a moment of which nine events of ten had come before in others.
pub(crate) async fn replays(tx: &Tx, feed_id: &str, from: OffsetDateTime) -> Result<Vec<Replay>> {
    use delivery_seen::Column;
    let rows = delivery_seen::Entity::find()
        .filter(Column::FeedId.eq(feed_id))
        .filter(Column::LastUs.gte(micros(from)))
        .filter(Column::Events.gte(REPLAYED))
        .filter(Expr::col(Column::Duplicates).mul(10).gte(Expr::col(Column::Events).mul(9)))
        .order_by_asc(Column::LastUs)
        .limit(20)
        .all(tx.db())
        .await?;
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let replay = |row: delivery_seen::Model| {
        let (events, duplicates) = (number(row.events), number(Ord::min(row.duplicates, row.events)));
        Some(Replay { delivery_id: row.delivery_id, events, duplicates, at: moment(row.last_us)? })
    };
    Ok(rows.into_iter().filter_map(replay).collect())
}

/// When a school works and how long it keeps its logs; none where no policy of it was ever heard of.
pub(crate) async fn year(tx: &Tx, school: &str) -> Result<Option<SchoolYear>> {
    let row = school_year::Entity::find_by_id(school).one(tx.db()).await?;
    Ok(row.map(|row| serde_json::from_slice(&row.body)).transpose()?.flatten())
}

/// Keeps when a school works and how long it keeps its logs; where nothing is said, only that there is such a school.
pub(crate) async fn keep_year(tx: &Tx, school: &str, year: Option<&SchoolYear>) -> Result<()> {
    let row = school_year::ActiveModel {
        school_id: Set(school.to_owned()),
        body: Set(serde_json::to_vec(&year)?),
        counted_until: Set(String::new()),
        deleted_month: Set(0),
    };
    let mut there = OnConflict::column(school_year::Column::SchoolId);
    match year {
        Some(_) => there.update_column(school_year::Column::Body),
        None => there.do_nothing(),
    };
    school_year::Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Locks what is kept of a school's days until the transaction ends.
pub(crate) async fn lock_year(tx: &Tx, school: &str) -> Result<()> {
    keep_year(tx, school, None).await?;
    school_year::Entity::find_by_id(school).lock_exclusive().one(tx.db()).await?;
    Ok(())
}

/// The last school day that was counted; none before the first.
pub(crate) async fn counted_until(tx: &Tx, school: &str) -> Result<Option<Date>> {
    let row = school_year::Entity::find_by_id(school).one(tx.db()).await?;
    Ok(row.and_then(|row| date(&row.counted_until)))
}

/// Notes the last school day that was counted.
pub(crate) async fn count_until(tx: &Tx, school: &str, until: Date) -> Result<()> {
    school_year::Entity::update_many()
        .col_expr(school_year::Column::CountedUntil, Expr::value(until.to_string()))
        .filter(school_year::Column::SchoolId.eq(school))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A day as a column holds it.
pub(crate) fn date(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// Days of a school that were counted already and of which something came.
fn counted(school: &str, until: Date) -> Condition {
    let of_school = coverage_recount::Column::SchoolId.eq(school);
    Condition::all().add(of_school).add(coverage_recount::Column::Date.lte(until.to_string()))
}

/// The days of a school, of those counted, of which more came; they are no longer noted.
pub(crate) async fn take_recounts(tx: &Tx, school: &str, until: Date) -> Result<Vec<Date>> {
    let of_school = counted(school, until);
    let rows = coverage_recount::Entity::find().filter(of_school.clone()).limit(32).all(tx.db()).await?;
    let dates: Vec<&str> = rows.iter().map(|row| row.date.as_str()).collect();
    let these = coverage_recount::Column::Date.is_in(dates);
    coverage_recount::Entity::delete_many().filter(of_school).filter(these).exec(tx.db()).await?;
    Ok(rows.iter().filter_map(|row| date(&row.date)).collect())
}

/// Whether a school has such days.
pub(crate) async fn has_recounts(tx: &Tx, school: &str, until: Date) -> Result<bool> {
    Ok(coverage_recount::Entity::find().filter(counted(school, until)).limit(1).count(tx.db()).await? > 0)
}

/// One day as it was counted last; of the school as a whole where the feed is empty.
pub(crate) async fn day(tx: &Tx, school: &str, feed_id: &str, date: Date) -> Result<Option<Day>> {
    let id = (school.to_owned(), feed_id.to_owned(), date.to_string());
    let row = coverage_day::Entity::find_by_id(id).one(tx.db()).await?;
    row.map(|row| Ok(serde_json::from_slice(&row.body)?)).transpose()
}

/// The days from one until another, in London, on which anything was heard of a feed of the scope's school: an event that happened
/// then, or a sign of life.
pub(crate) async fn heard_days(tx: &Tx, from: Date, until: Date) -> Result<BTreeSet<Date>> {
    use coverage_hour::Column;
    let feeds = feed::Entity::find().filter(feed::Column::SchoolId.eq(tx.scope().school()?.as_str()));
    let feeds: Vec<String> = feeds.select_only().column(feed::Column::Id).into_tuple().all(tx.db()).await?;
    let midnight = |day: Date| micros(chassis::calendar::on(day, time::Time::MIDNIGHT));
    let hours: Vec<i64> = coverage_hour::Entity::find()
        .filter(Column::FeedId.is_in(feeds))
        .filter(Column::HourUs.gte(midnight(from)))
        .filter(Column::HourUs.lt(midnight(until)))
        .filter(Condition::any().add(Column::Events.gt(0_i64)).add(Column::Minutes.ne(0_i64)))
        .select_only()
        .column(Column::HourUs)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(hours.into_iter().filter_map(moment).map(|hour| london(hour).date()).collect())
}

/// Keeps a day as it is counted now.
pub(crate) async fn keep_day(tx: &Tx, school: &str, feed_id: &str, day: &Day) -> Result<()> {
    use coverage_day::Column;
    let row = coverage_day::ActiveModel {
        school_id: Set(school.to_owned()),
        feed_id: Set(feed_id.to_owned()),
        date: Set(day.date.to_string()),
        counted_us: Set(micros(tx.now())),
        body: Set(serde_json::to_vec(day)?),
    };
    let replace = OnConflict::columns([Column::SchoolId, Column::FeedId, Column::Date])
        .update_columns([Column::CountedUs, Column::Body])
        .to_owned();
    coverage_day::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A page of days, the newest first, each with when it was counted.
pub(crate) async fn days(tx: &Tx, feed_id: &str, page: &Page) -> Result<(Vec<(Day, Option<OffsetDateTime>)>, String)> {
    use coverage_day::Column;
    let school = tx.scope().school()?;
    let mut all =
        coverage_day::Entity::find().filter(Column::SchoolId.eq(school.as_str())).filter(Column::FeedId.eq(feed_id));
    if let Some(after) = page.after() {
        all = all.filter(Column::Date.lt(after));
    }
    let mut rows = all.order_by_desc(Column::Date).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.date.clone());
    let mut days = Vec::with_capacity(rows.len());
    for row in rows {
        days.push((serde_json::from_slice(&row.body)?, moment(row.counted_us)));
    }
    Ok((days, next))
}
