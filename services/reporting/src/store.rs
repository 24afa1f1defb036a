//! The only code of the service that touches its database: counts, and the state of policies and feeds.

mod entity;
pub(crate) mod migration;
pub(crate) mod report_version;

use chassis::{
    calendar::Term,
    db::Tx,
    error::{Error, Result},
};
use proto::event::v1::CoverageDayCounted;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use time::OffsetDateTime;

use crate::report::Tallies;
pub(crate) use entity::school_state::Model as SchoolState;
use entity::{coverage_day, school_state, tally};

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// A column's moment.
pub(crate) fn moment(us: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).ok()
}

/// Adds to a count.
pub(crate) async fn count(tx: &Tx, school: &str, term: &str, key: &str, part: &str, by: u64) -> Result<()> {
    use tally::Column;
    let by = i64::try_from(by).unwrap_or(i64::MAX);
    let row = tally::ActiveModel {
        school_id: Set(school.to_owned()),
        term_id: Set(term.to_owned()),
        line: Set(key.to_owned()),
        part: Set(part.to_owned()),
        count: Set(by),
    };
    let add = OnConflict::columns([Column::SchoolId, Column::TermId, Column::Line, Column::Part])
        .value(Column::Count, Expr::col((tally::Entity, Column::Count)).add(by))
        .to_owned();
    tally::Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The counts of a school's term.
pub(crate) async fn tallies(tx: &Tx, school: &str, term: &str) -> Result<Tallies> {
    let rows = tally::Entity::find()
        .filter(tally::Column::SchoolId.eq(school))
        .filter(tally::Column::TermId.eq(term))
        .all(tx.db())
        .await?;
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let mut tallies: Tallies = rows.into_iter().map(|row| ((row.line, row.part), number(row.count))).collect();
    for (line, count) in coverage(tx, school, term).await? {
        tallies.insert((line.to_owned(), String::new()), count);
    }
    Ok(tallies)
}

/// How many school days of a term are counted, how many of them were covered, and the minutes of their gaps; nothing where
/// none is counted.
async fn coverage(tx: &Tx, school: &str, term: &str) -> Result<Vec<(&'static str, u64)>> {
    let days = coverage_day::Entity::find()
        .filter(coverage_day::Column::SchoolId.eq(school))
        .filter(coverage_day::Column::TermId.eq(term))
        .filter(coverage_day::Column::State.ne("learning"))
        .all(tx.db())
        .await?;
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let number = |n: usize| u64::try_from(n).unwrap_or_default();
    let gaps: i64 = days.iter().map(|day| day.gap_minutes).sum();
    Ok(vec![
        ("monitoring_days", number(days.len())),
        ("monitoring_coverage", number(days.iter().filter(|day| day.state == "covered").count())),
        ("monitoring_gap_minutes", u64::try_from(gaps).unwrap_or_default()),
    ])
}

/// Keeps how far a school day was covered, in place of what was said of it before.
pub(crate) async fn keep_coverage_day(tx: &Tx, school: &str, day: &CoverageDayCounted) -> Result<()> {
    use coverage_day::Column;
    let Some(date) = date(&day.date) else { return Ok(()) };
    let row = coverage_day::ActiveModel {
        school_id: Set(school.to_owned()),
        date: Set(day.date.clone()),
        term_id: Set(Term::at(date.midnight().assume_utc() + time::Duration::hours(12)).id()),
        state: Set(day.state.clone()),
        gap_minutes: Set(day.gap_minutes.into()),
    };
    let replace = OnConflict::columns([Column::SchoolId, Column::Date])
        .update_columns([Column::State, Column::GapMinutes])
        .to_owned();
    coverage_day::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

fn date(text: &str) -> Option<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// Keeps how many of a school's feeds are silent or late.
pub(crate) async fn keep_silent(tx: &Tx, school: &str, feeds: u32) -> Result<()> {
    school_state::Entity::update_many()
        .col_expr(school_state::Column::SilentFeeds, Expr::value(i64::from(feeds)))
        .filter(school_state::Column::SchoolId.eq(school))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Keeps that there is a school, and from when: the earliest moment that anything is known to have happened there.
pub(crate) async fn know_school(tx: &Tx, school: &str, at: OffsetDateTime) -> Result<()> {
    use school_state::Column;
    let nothing = OnConflict::column(Column::SchoolId).do_nothing().to_owned();
    let row = school_state::ActiveModel {
        school_id: Set(school.to_owned()),
        error_findings: Set(0),
        silent_feeds: Set(0),
        known_us: Set(Some(micros(at))),
        ..Default::default()
    };
    school_state::Entity::insert(row).on_conflict(nothing).exec_without_returning(tx.db()).await?;
    school_state::Entity::update_many()
        .col_expr(Column::KnownUs, Expr::value(Some(micros(at))))
        .filter(Column::SchoolId.eq(school))
        .filter(Column::KnownUs.gt(micros(at)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The first term of a school on the platform.
///
/// # Errors
/// `Missing` where there is no such school.
pub(crate) async fn first_term(tx: &Tx, school: &str) -> Result<Option<Term>> {
    let state = school_state::Entity::find_by_id(school).one(tx.db()).await?.ok_or_else(Error::missing)?;
    from(tx, &state).await
}

/// From which term on a school is counted. What was written before that was kept has its first counts to tell.
pub(crate) async fn from(tx: &Tx, state: &SchoolState) -> Result<Option<Term>> {
    if let Some(at) = state.known_us.and_then(moment) {
        return Ok(Some(Term::at(at)));
    }
    let terms: Vec<String> = tally::Entity::find()
        .select_only()
        .column(tally::Column::TermId)
        .filter(tally::Column::SchoolId.eq(&state.school_id))
        .distinct()
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(terms.iter().filter_map(|term| term.parse().ok()).min_by_key(|term: &Term| term.start()))
}

/// Keeps how the policy in force at a school stands.
pub(crate) async fn keep_policy(tx: &Tx, school: &str, due: Option<OffsetDateTime>, errors: u32) -> Result<()> {
    school_state::Entity::update_many()
        .col_expr(school_state::Column::ReviewDueUs, Expr::value(due.map(micros)))
        .col_expr(school_state::Column::ErrorFindings, Expr::value(i64::from(errors)))
        .filter(school_state::Column::SchoolId.eq(school))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Keeps when a school's feeds last sent.
pub(crate) async fn keep_feed(tx: &Tx, school: &str, at: OffsetDateTime) -> Result<()> {
    school_state::Entity::update_many()
        .col_expr(school_state::Column::LastFeedUs, Expr::value(Some(micros(at))))
        .filter(school_state::Column::SchoolId.eq(school))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Every school there is, by id.
pub(crate) async fn schools(tx: &Tx) -> Result<Vec<SchoolState>> {
    Ok(school_state::Entity::find().order_by_asc(school_state::Column::SchoolId).all(tx.db()).await?)
}
