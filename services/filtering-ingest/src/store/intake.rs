//! What became of a batch, written in one transaction: ledger, rejected lines, episodes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{
    entity::{episode, ledger_hour, rejected_line},
    feed::Feed,
};
use crate::{
    alert::Alert,
    episode::Episode,
    intake::{self, Taken},
    ledger::Counts,
    observation::Rejected,
    rejected::{Stretch, stretches},
    unread::Unread,
};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;
/// Rows written by one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

/// The hour a moment lies in.
pub(crate) fn hour(at_us: i64) -> i64 {
    at_us - at_us.rem_euclid(HOUR)
}

/// Adds a batch to the ledger of the hour it was received in, and to what is to be told of that hour.
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
        add.value(column, Expr::col((ledger_hour::Entity, column)).add(number(n)));
    }
    ledger_hour::Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    super::untold::add(tx, feed, counts, hour(at_us)).await
}

/// Writes the lines that were not taken: reason and place, nothing of their text. Those that follow one another stand
/// together.
pub(crate) async fn reject(
    tx: &Tx,
    feed: &Feed,
    delivery_id: &str,
    rejected: &[(u64, Rejected)],
    at_us: i64,
) -> Result<()> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = |Stretch { line, until, lines, why }: &Stretch| rejected_line::ActiveModel {
        id: Set(format!("{at_us:020}|{delivery_id}|{line:012}|{}", feed.id)),
        feed_id: Set(feed.id.to_string()),
        school_id: Set(feed.school_id.clone()),
        delivery_id: Set(delivery_id.to_owned()),
        line: Set(number(*line)),
        until_line: Set(Some(number(*until))),
        lines: Set(Some(number(*lines))),
        reason: Set(why.reason.to_owned()),
        detail: Set(why.detail.to_owned()),
        received_us: Set(at_us),
    };
    for chunk in stretches(rejected).chunks(CHUNK) {
        rejected_line::Entity::insert_many(chunk.iter().map(row)).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Counts lines that were rejected when they came in an hour as what they are read as now, which is so many records more than
/// lines.
pub(crate) async fn recount(tx: &Tx, feed: &Feed, (counts, further): (Counts, u64), at_us: i64) -> Result<()> {
    use ledger_hour::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut update = ledger_hour::Entity::update_many();
    for (column, n) in [
        (Column::Kept, counts.kept),
        (Column::Folded, counts.folded),
        (Column::Excepted, counts.excepted),
        (Column::Noise, counts.noise),
        (Column::Alerts, counts.alerts),
    ] {
        update = update.col_expr(column, Expr::col(column).add(number(n)));
    }
    let read = number(counts.received.saturating_sub(counts.rejected + further));
    update
        .col_expr(Column::Received, Expr::col(Column::Received).add(number(further)))
        .col_expr(Column::Rejected, Expr::col(Column::Rejected).sub(read))
        .filter(Column::FeedId.eq(feed.id.as_str()))
        .filter(Column::HourUs.eq(hour(at_us)))
        .exec(tx.db())
        .await?;
    // Others were told of the lines when they came, and are told of the alerts alone.
    match counts.alerts {
        0 => Ok(()),
        alerts => super::untold::add(tx, feed, Counts { alerts, ..Counts::default() }, hour(at_us)).await,
    }
}

/// Counts searches that waited, and were counted as kept within the hour they came in, as what became of them since.
pub(crate) async fn recount_kept(tx: &Tx, feed: &Feed, since: &BTreeMap<i64, Counts>) -> Result<()> {
    use ledger_hour::Column;
    let mut hours: BTreeMap<i64, Counts> = BTreeMap::new();
    for (at_us, counts) in since {
        hours.entry(hour(*at_us)).or_default().add(*counts);
    }
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    for (hour_us, counts) in hours {
        let moved = counts.folded + counts.excepted + counts.noise;
        if moved == 0 {
            continue;
        }
        ledger_hour::Entity::update_many()
            .col_expr(Column::Kept, Expr::col(Column::Kept).sub(number(moved)))
            .col_expr(Column::Folded, Expr::col(Column::Folded).add(number(counts.folded)))
            .col_expr(Column::Excepted, Expr::col(Column::Excepted).add(number(counts.excepted)))
            .col_expr(Column::Noise, Expr::col(Column::Noise).add(number(counts.noise)))
            .filter(Column::FeedId.eq(feed.id.as_str()))
            .filter(Column::HourUs.eq(hour_us))
            .filter(Column::Kept.gte(number(moved)))
            .exec(tx.db())
            .await?;
        super::untold::recount_kept(tx, feed, counts, hour_us).await?;
    }
    Ok(())
}

/// Takes lines that are read by now off the list of those that were rejected.
pub(crate) async fn accept(tx: &Tx, feed: &Feed, delivery_id: &str, read: &[Unread], at_us: i64) -> Result<()> {
    use rejected_line::Column;
    let listed = rejected_line::Entity::find()
        .filter(Column::FeedId.eq(feed.id.as_str()))
        .filter(Column::DeliveryId.eq(delivery_id))
        .filter(Column::ReceivedUs.eq(at_us))
        .all(tx.db())
        .await?;
    for row in listed {
        // From before lines stood together each has an entry of its own.
        let within = row.line..=row.until_line.unwrap_or(row.line);
        let of_it = |unread: &&Unread| {
            let line = i64::try_from(unread.line).unwrap_or(i64::MAX);
            (unread.reason == row.reason && unread.detail == row.detail) && within.contains(&line)
        };
        let gone = i64::try_from(read.iter().filter(of_it).count()).unwrap_or(i64::MAX);
        let left = row.lines.unwrap_or(1).saturating_sub(gone);
        if gone > 0 && left <= 0 {
            rejected_line::Entity::delete_by_id(row.id).exec(tx.db()).await?;
        } else if gone > 0 {
            let some =
                rejected_line::ActiveModel { id: Unchanged(row.id), lines: Set(Some(left)), ..Default::default() };
            rejected_line::Entity::update(some).exec(tx.db()).await?;
        }
    }
    Ok(())
}

/// Names persons and devices by a keyed hash that tells nobody who: the same one each time.
#[derive(Default)]
pub(crate) struct Actors(HashMap<String, [u8; 32]>);

impl Actors {
    /// The name of somebody at the scope's school.
    pub(crate) fn name(&mut self, tx: &Tx, school: &str, who: &str) -> String {
        super::hex(&self.token(tx, school, who))
    }

    /// The beginning of that name, by which what they did is found among what is kept.
    pub(crate) fn mark(&mut self, tx: &Tx, school: &str, who: &str) -> u64 {
        self.token(tx, school, who).first_chunk().map_or(0, |mark| u64::from_be_bytes(*mark))
    }

    fn token(&mut self, tx: &Tx, school: &str, who: &str) -> [u8; 32] {
        if let Some(known) = self.0.get(who) {
            return *known;
        }
        let token = tx.ring().token(school, &who.to_lowercase());
        self.0.insert(who.to_owned(), token);
        token
    }
}

/// The beginning of a name; none where it is no name.
pub(crate) fn mark_of(name: &str) -> Option<u64> {
    u64::from_str_radix(name.get(..16)?, 16).ok()
}

/// The episodes of these ids that there are, held until the transaction ends; no others are read.
pub(crate) async fn episodes(tx: &Tx, ids: &BTreeSet<String>) -> Result<HashMap<String, Episode>> {
    let school = tx.scope().school()?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut known = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = episode::Entity::find()
            .filter(episode::Column::SchoolId.eq(school.as_str()))
            .filter(episode::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(episode::Column::Id)
            .lock_exclusive()
            .all(tx.db())
            .await?;
        for row in rows {
            known.insert(row.id, Episode::read(&row.body));
        }
    }
    Ok(known)
}

/// Forgets what an alert was raised from, so that nothing more is folded into it.
pub(crate) async fn forget_episode(tx: &Tx, alert: &Alert) -> Result<()> {
    let id = intake::episode(&alert.actor, &alert.theme, &alert.tier);
    let school = tx.scope().school()?;
    let of_it = episode::Entity::delete_many().filter(episode::Column::Id.eq(id));
    of_it.filter(episode::Column::SchoolId.eq(school.as_str())).exec(tx.db()).await?;
    Ok(())
}

/// Writes episodes as they now are.
pub(crate) async fn keep_episodes(tx: &Tx, school: &str, episodes: &HashMap<String, Episode>) -> Result<()> {
    let mut rows = Vec::with_capacity(episodes.len());
    for (id, episode) in episodes {
        rows.push(episode::ActiveModel {
            id: Set(id.clone()),
            school_id: Set(school.to_owned()),
            body: Set(serde_json::to_vec(episode)?),
        });
    }
    for chunk in rows.chunks(CHUNK) {
        let replace = OnConflict::column(episode::Column::Id).update_column(episode::Column::Body).to_owned();
        let insert = episode::Entity::insert_many(chunk.iter().cloned()).on_conflict(replace);
        insert.exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
