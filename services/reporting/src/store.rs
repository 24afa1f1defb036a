//! The only code of the service that touches its database: counts, and the state of policies and feeds.

mod entity;
pub(crate) mod migration;

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use time::OffsetDateTime;

use crate::report::Tallies;
pub(crate) use entity::school_state::Model as SchoolState;
use entity::{school_state, tally};

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
    Ok(rows.into_iter().map(|row| ((row.line, row.part), number(row.count))).collect())
}

/// Keeps that there is a school.
pub(crate) async fn know_school(tx: &Tx, school: &str) -> Result<()> {
    let nothing = OnConflict::column(school_state::Column::SchoolId).do_nothing().to_owned();
    let row =
        school_state::ActiveModel { school_id: Set(school.to_owned()), error_findings: Set(0), ..Default::default() };
    school_state::Entity::insert(row).on_conflict(nothing).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Keeps how the policy in force at a school stands.
pub(crate) async fn keep_policy(tx: &Tx, school: &str, due: Option<OffsetDateTime>, errors: u32) -> Result<()> {
    know_school(tx, school).await?;
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
    know_school(tx, school).await?;
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
