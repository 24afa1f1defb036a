//! What is past its term, deleted a little at a time, and what was deleted, kept for good.

use chassis::{db::Tx, error::Result, history::Act, id::least_at};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    block::BlockId,
    convert::ObservationId,
    coverage_entity::{delivery_seen, fingerprint_hour, log_deletion, school_year},
    entity::{
        alert, alert_gone, delivery, delivery_header, episode, observation, observation_block, record_key,
        rejected_line,
    },
    micros, moment,
};
use crate::{
    alert::AlertId,
    episode::Episode,
    keeping::{month_start, months_of},
};

chassis::id!(/** One time that what was past its term was deleted. */ pub(crate) struct DeletionId = "lgd");

/// Rows of a kind that go in one transaction.
const SOME: u64 = 500;
/// Months of observations that are made ahead.
const AHEAD: i64 = 2;
/// The most months that are made at once.
const MOST: i64 = 120;

/// What was deleted of a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub(crate) id: DeletionId,
    pub(crate) school_id: String,
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub(crate) at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub(crate) before: OffsetDateTime,
    pub(crate) gone: Gone,
}

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Gone {
    pub(crate) observations: u64,
    pub(crate) rejected_lines: u64,
    pub(crate) alerts: u64,
    pub(crate) episodes: u64,
    pub(crate) deliveries: u64,
    pub(crate) fingerprints: u64,
}

impl Gone {
    fn all(&self) -> u64 {
        let Self { observations, rejected_lines, alerts, episodes, deliveries, fingerprints } = self;
        observations + rejected_lines + alerts + episodes + deliveries + fingerprints
    }

    fn add(&mut self, other: &Self) {
        self.observations += other.observations;
        self.rejected_lines += other.rejected_lines;
        self.alerts += other.alerts;
        self.episodes += other.episodes;
        self.deliveries += other.deliveries;
        self.fingerprints += other.fingerprints;
    }
}

/// Deletes some of what the scope's school kept before a moment; answers whether there may be more. Observations are left
/// where they go by the month.
pub(crate) async fn delete_some(tx: &mut Tx, before: OffsetDateTime, observations: bool) -> Result<bool> {
    let school = tx.scope().school()?.to_string();
    let mut gone = Gone::default();
    if observations {
        gone.observations = old_observations(tx, &school, before).await?;
    }
    gone.rejected_lines = old_lines(tx, &school, before).await?;
    let alerts = old_alerts(tx, &school, before).await?;
    gone.alerts = u64::try_from(alerts.len()).unwrap_or_default();
    gone.episodes = old_episodes(tx, &school, before).await?;
    gone.deliveries = old_deliveries(tx, &school, before).await?;
    if gone.all() == 0 {
        tx.silent();
        return Ok(false);
    }
    let kept = note(tx, &school, before, &gone).await?;
    tx.record(act(&kept, &gone).gone("alert", &alerts));
    Ok(true)
}

/// What was deleted, in the history: how much, and nothing of it.
fn act((deletion, body): &(Deletion, Vec<u8>), gone: &Gone) -> Act {
    Act::new("logs.deleted", deletion.id.as_str())
        .school(&deletion.school_id)
        .detail("before", deletion.before.date().to_string())
        .detail("observations", gone.observations)
        .detail("rejected_lines", gone.rejected_lines)
        .detail("alerts", gone.alerts)
        .detail("episodes", gone.episodes)
        .detail("deliveries", gone.deliveries)
        .detail("fingerprints", gone.fingerprints)
        .state("log_deletion", body)
}

/// Blocks, and what is in none yet; answers how many observations that were.
async fn old_observations(tx: &Tx, school: &str, before: OffsetDateTime) -> Result<u64> {
    let blocks: Vec<(String, i64)> = observation_block::Entity::find()
        .select_only()
        .columns([observation_block::Column::Id, observation_block::Column::Count])
        .filter(observation_block::Column::SchoolId.eq(school))
        .filter(observation_block::Column::Id.lt(least_at::<BlockId>(before)))
        // Held, and in the order: what another process deletes meanwhile is counted there and not here.
        .order_by_asc(observation_block::Column::Id)
        .limit(SOME)
        .lock_exclusive()
        .into_tuple()
        .all(tx.db())
        .await?;
    let gone: i64 = blocks.iter().map(|(_, count)| count).sum();
    let these = observation_block::Column::Id.is_in(blocks.into_iter().map(|(id, _)| id));
    observation_block::Entity::delete_many().filter(these).exec(tx.db()).await?;
    let ids: Vec<String> = observation::Entity::find()
        .select_only()
        .column(observation::Column::Id)
        .filter(observation::Column::SchoolId.eq(school))
        .filter(observation::Column::Id.lt(least_at::<ObservationId>(before)))
        .limit(SOME)
        .into_tuple()
        .all(tx.db())
        .await?;
    let these = observation::Column::Id.is_in(ids);
    let single = observation::Entity::delete_many().filter(these).exec(tx.db()).await?.rows_affected;
    Ok(u64::try_from(gone).unwrap_or_default() + single)
}

/// Whether observations of the scope's school are left of what was kept before a moment.
pub(crate) async fn is_left(tx: &Tx, before: OffsetDateTime) -> Result<bool> {
    let school = tx.scope().school()?.as_str();
    let blocks = observation_block::Entity::find()
        .filter(observation_block::Column::SchoolId.eq(school))
        .filter(observation_block::Column::Id.lt(least_at::<BlockId>(before)));
    let single = observation::Entity::find()
        .filter(observation::Column::SchoolId.eq(school))
        .filter(observation::Column::Id.lt(least_at::<ObservationId>(before)));
    Ok(blocks.limit(1).count(tx.db()).await? + single.limit(1).count(tx.db()).await? > 0)
}

async fn old_lines(tx: &Tx, school: &str, before: OffsetDateTime) -> Result<u64> {
    let ids: Vec<String> = rejected_line::Entity::find()
        .select_only()
        .column(rejected_line::Column::Id)
        .filter(rejected_line::Column::SchoolId.eq(school))
        .filter(rejected_line::Column::ReceivedUs.lt(micros(before)))
        .limit(SOME)
        .into_tuple()
        .all(tx.db())
        .await?;
    let these = rejected_line::Column::Id.is_in(ids);
    Ok(rejected_line::Entity::delete_many().filter(these).exec(tx.db()).await?.rows_affected)
}

/// With an alert goes its key, so that no copy of its row can be read either.
async fn old_alerts(tx: &Tx, school: &str, before: OffsetDateTime) -> Result<Vec<String>> {
    let ids: Vec<String> = alert::Entity::find()
        .select_only()
        .column(alert::Column::Id)
        .filter(alert::Column::SchoolId.eq(school))
        .filter(alert::Column::Id.lt(least_at::<AlertId>(before)))
        .order_by_asc(alert::Column::Id)
        .limit(SOME)
        .lock_exclusive()
        .into_tuple()
        .all(tx.db())
        .await?;
    let keys = record_key::Column::RecordId.is_in(&ids);
    record_key::Entity::delete_many().filter(keys).exec(tx.db()).await?;
    alert::Entity::delete_many().filter(alert::Column::Id.is_in(&ids)).exec(tx.db()).await?;
    let (gone_us, before_us) = (micros(tx.now()), micros(before));
    let rows = ids.iter().map(|id| alert_gone::ActiveModel {
        alert_id: Set(id.clone()),
        school_id: Set(school.to_owned()),
        gone_us: Set(gone_us),
        before_us: Set(before_us),
    });
    if !ids.is_empty() {
        alert_gone::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(ids)
}

/// When an alert of the scope's school was deleted, and up to when everything was; none where none with that id was.
pub(crate) async fn alert_gone(tx: &Tx, id: &str) -> Result<Option<(OffsetDateTime, OffsetDateTime)>> {
    let school = tx.scope().school()?.as_str();
    let row = alert_gone::Entity::find_by_id(id).filter(alert_gone::Column::SchoolId.eq(school)).one(tx.db()).await?;
    Ok(row.and_then(|row| moment(row.gone_us).zip(moment(row.before_us))))
}

/// Episodes say themselves when they were.
async fn old_episodes(tx: &Tx, school: &str, before: OffsetDateTime) -> Result<u64> {
    let mut after = String::new();
    loop {
        let rows = episode::Entity::find()
            .filter(episode::Column::SchoolId.eq(school))
            .filter(episode::Column::Id.gt(after.as_str()))
            .order_by_asc(episode::Column::Id)
            .limit(SOME)
            .all(tx.db())
            .await?;
        let Some(last) = rows.last() else { return Ok(0) };
        after.clone_from(&last.id);
        let mut old = Vec::new();
        for row in rows {
            if Episode::read(&row.body).last_at().is_none_or(|at| at < before) {
                old.push(row.id);
            }
        }
        if !old.is_empty() {
            let these = episode::Column::Id.is_in(old);
            return Ok(episode::Entity::delete_many().filter(these).exec(tx.db()).await?.rows_affected);
        }
    }
}

/// With a delivery goes how far it was, and the names of its columns: sent again after so long, it would be a new one.
async fn old_deliveries(tx: &Tx, school: &str, before: OffsetDateTime) -> Result<u64> {
    let rows = delivery_seen::Entity::find()
        .filter(delivery_seen::Column::SchoolId.eq(school))
        .filter(delivery_seen::Column::LastUs.lt(micros(before)))
        .limit(SOME)
        .all(tx.db())
        .await?;
    forget_deliveries(tx, &rows).await
}

/// Deletes some deliveries of senders to which nothing came since a moment; answers how many. Such a row is the sender's
/// own, and no school's.
pub(crate) async fn delete_sender_deliveries(tx: &Tx, before: OffsetDateTime) -> Result<u64> {
    // Here alone: numbers have methods of the same names.
    use sea_orm::sea_query::ExprTrait as _;

    use delivery_seen::Column;
    let rows = delivery_seen::Entity::find()
        .filter(Expr::col(Column::FeedId).eq(Expr::col(Column::SchoolId)))
        .filter(Column::LastUs.lt(micros(before)))
        .limit(SOME)
        .all(tx.db())
        .await?;
    forget_deliveries(tx, &rows).await
}

async fn forget_deliveries(tx: &Tx, rows: &[delivery_seen::Model]) -> Result<u64> {
    for row in rows {
        let id = (row.feed_id.clone(), row.delivery_id.clone());
        delivery::Entity::delete_by_id(id.clone()).exec(tx.db()).await?;
        delivery_header::Entity::delete_by_id(id.clone()).exec(tx.db()).await?;
        delivery_seen::Entity::delete_by_id(id).exec(tx.db()).await?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or_default())
}

/// Adds to what was deleted up to a moment; answers it, and what its body holds.
async fn note(tx: &Tx, school: &str, before: OffsetDateTime, gone: &Gone) -> Result<(Deletion, Vec<u8>)> {
    let last = deletions(tx, school, 1).await?.into_iter().find(|deletion| deletion.before == before);
    let mut deletion = last.unwrap_or_else(|| Deletion {
        id: tx.ids().next(),
        school_id: school.to_owned(),
        at: tx.now(),
        before,
        gone: Gone::default(),
    });
    deletion.gone.add(gone);
    let body = serde_json::to_vec(&deletion)?;
    let row = log_deletion::ActiveModel {
        id: Set(deletion.id.to_string()),
        school_id: Set(school.to_owned()),
        body: Set(body.clone()),
    };
    let replace = OnConflict::column(log_deletion::Column::Id).update_column(log_deletion::Column::Body).to_owned();
    log_deletion::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok((deletion, body))
}

/// What was deleted of a school, the newest first.
pub(crate) async fn deletions(tx: &Tx, school: &str, most: u64) -> Result<Vec<Deletion>> {
    let rows = log_deletion::Entity::find()
        .filter(log_deletion::Column::SchoolId.eq(school))
        .order_by_desc(log_deletion::Column::Id)
        .limit(most)
        .all(tx.db())
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// The month up to whose beginning a school's logs were deleted; 0 before the first time.
pub(crate) async fn deleted_month(tx: &Tx, school: &str) -> Result<i64> {
    Ok(school_year::Entity::find_by_id(school).one(tx.db()).await?.map_or(0, |row| row.deleted_month))
}

/// Notes that month.
pub(crate) async fn delete_until(tx: &Tx, school: &str, month: i64) -> Result<()> {
    super::coverage::keep_year(tx, school, None).await?;
    school_year::Entity::update_many()
        .col_expr(school_year::Column::DeletedMonth, Expr::value(month))
        .filter(school_year::Column::SchoolId.eq(school))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Deletes some fingerprints of hours before a moment; answers how many.
pub(crate) async fn delete_fingerprints(tx: &Tx, before: OffsetDateTime) -> Result<u64> {
    let rows = fingerprint_hour::Entity::find()
        .select_only()
        .columns([fingerprint_hour::Column::FeedId, fingerprint_hour::Column::HourUs])
        .filter(fingerprint_hour::Column::HourUs.lt(micros(before)))
        .limit(SOME)
        .into_tuple::<(String, i64)>()
        .all(tx.db())
        .await?;
    for id in &rows {
        fingerprint_hour::Entity::delete_by_id(id.clone()).exec(tx.db()).await?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or_default())
}

/// Whether observations go by the month here.
pub(crate) fn by_month(tx: &Tx) -> bool {
    tx.db().get_database_backend() == DatabaseBackend::Postgres
}

/// Makes the months of observations that there are and that are to come.
pub(crate) async fn make_months(tx: &Tx) -> Result<()> {
    let backend = tx.db().get_database_backend();
    let now = months_of(tx.now());
    let oldest = Statement::from_string(backend, "SELECT MIN(id) AS oldest FROM observation_block_rest");
    let row = tx.db().query_one_raw(oldest).await?;
    let oldest: Option<String> = row.map(|row| row.try_get("", "oldest")).transpose()?.flatten();
    let first = oldest.and_then(|id| chassis::id::made(&id)).map_or(now, months_of).min(now).max(now - MOST);
    for month in first..=now + AHEAD {
        let values: [sea_orm::Value; 3] = [name(month).into(), least(month).into(), least(month + 1).into()];
        let make = "SELECT observation_block_month($1, $2, $3)";
        tx.db().execute_raw(Statement::from_sql_and_values(backend, make, values)).await?;
    }
    Ok(())
}

/// The name of a month's part: `2026_11`.
fn name(month: i64) -> String {
    let start = month_start(month);
    format!("{:04}_{:02}", start.year(), u8::from(start.month()))
}

fn least(month: i64) -> String {
    least_at::<BlockId>(month_start(month))
}

/// Drops the months of observations before one, of all schools; says of each school how many went.
pub(crate) async fn drop_months(tx: &mut Tx, before: OffsetDateTime) -> Result<()> {
    let backend = tx.db().get_database_backend();
    let (least, single) = (least_at::<BlockId>(before), least_at::<ObservationId>(before));
    let counts = Statement::from_sql_and_values(
        backend,
        "SELECT school_id, SUM(observations)::BIGINT AS n FROM (\
         SELECT school_id, count AS observations FROM observation_block WHERE id < $1 \
         UNION ALL SELECT school_id, 1 FROM observation WHERE id < $2) AS old GROUP BY school_id ORDER BY school_id",
        [least.clone().into(), single.clone().into()],
    );
    let mut schools = Vec::new();
    for row in tx.db().query_all_raw(counts).await? {
        let (school, n): (String, i64) = (row.try_get("", "school_id")?, row.try_get("", "n")?);
        schools.push((school, u64::try_from(n).unwrap_or_default()));
    }
    let drop = "SELECT observation_block_drop($1)";
    let values: [sea_orm::Value; 1] = [name(months_of(before)).into()];
    tx.db().execute_raw(Statement::from_sql_and_values(backend, drop, values)).await?;
    // What was never sorted into a month, or never put into a block.
    observation_block::Entity::delete_many().filter(observation_block::Column::Id.lt(least)).exec(tx.db()).await?;
    observation::Entity::delete_many().filter(observation::Column::Id.lt(single)).exec(tx.db()).await?;
    for (school, observations) in &schools {
        let gone = Gone { observations: *observations, ..Gone::default() };
        let kept = note(tx, school, before, &gone).await?;
        tx.record(act(&kept, &gone));
    }
    if schools.is_empty() {
        tx.silent();
    }
    Ok(())
}
