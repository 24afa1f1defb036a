//! The schools of roll-outs in the database: who waits, and what it came to.

use chassis::{db::Tx, error::Result, page::Page};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockBehavior, LockType},
};

pub(crate) use super::entity::rollout_school::Model;
use super::{
    entity::rollout_school::{ActiveModel, Column, Entity},
    narrow, wide,
};
use crate::instance::proposal::RolloutId;

/// A school waits.
pub(crate) const WAITING: &str = "waiting";
/// A school has its draft.
pub(crate) const MERGED: &str = "merged";
/// A school was passed over.
pub(crate) const SKIPPED: &str = "skipped";
/// A school's draft was discarded again.
pub(crate) const UNDONE: &str = "undone";
/// How many rows are written at once.
const AT_ONCE: usize = 500;

/// How a roll-out stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub schools: u32,
    pub waiting: u32,
    pub merged: u32,
    pub skipped: u32,
    pub untouched: u32,
    pub proposals: u32,
    pub undone: u32,
}

/// Lets schools wait.
pub(crate) async fn insert(tx: &Tx, rollout: &RolloutId, schools: &[String]) -> Result<()> {
    for chunk in schools.chunks(AT_ONCE) {
        let rows = chunk.iter().map(|school| ActiveModel {
            rollout_id: Set(rollout.to_string()),
            school_id: Set(school.clone()),
            state: Set(WAITING.to_owned()),
            why: Set(String::new()),
            instance_id: Set(None),
            own_instance_id: Set(None),
            own_state: Set(None),
            from_template_version: Set(0),
            moved: Set(0),
            proposals: Set(0),
            statutory: Set(0),
        });
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Schools that wait, at most so many, which no other process takes while the transaction lasts.
pub(crate) async fn take(tx: &Tx, rollout: &RolloutId, most: u64) -> Result<Vec<String>> {
    let rows = Entity::find()
        .filter(Column::RolloutId.eq(rollout.as_str()))
        .filter(Column::State.eq(WAITING))
        .order_by_asc(Column::SchoolId)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.school_id).collect())
}

/// Writes what it came to at a school.
pub(crate) async fn update(tx: &Tx, row: &Model) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(row.state.as_str()))
        .col_expr(Column::Why, Expr::value(row.why.as_str()))
        .col_expr(Column::InstanceId, Expr::value(row.instance_id.clone()))
        .col_expr(Column::OwnInstanceId, Expr::value(row.own_instance_id.clone()))
        .col_expr(Column::OwnState, Expr::value(row.own_state.clone()))
        .col_expr(Column::FromTemplateVersion, Expr::value(row.from_template_version))
        .col_expr(Column::Moved, Expr::value(row.moved))
        .col_expr(Column::Proposals, Expr::value(row.proposals))
        .col_expr(Column::Statutory, Expr::value(row.statutory))
        .filter(Column::RolloutId.eq(row.rollout_id.as_str()))
        .filter(Column::SchoolId.eq(row.school_id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The schools of a roll-out that are in a state, for whoever changes them; of these schools where any are named.
pub(crate) async fn hold(tx: &Tx, rollout: &RolloutId, states: &[&str], schools: &[String]) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .filter(Column::RolloutId.eq(rollout.as_str()))
        .filter(Column::State.is_in(states.iter().copied()))
        .order_by_asc(Column::SchoolId)
        .lock_exclusive();
    if !schools.is_empty() {
        query = query.filter(Column::SchoolId.is_in(schools));
    }
    Ok(query.all(tx.db()).await?)
}

/// Which of these schools the roll-out is for.
pub(crate) async fn among(tx: &Tx, rollout: &RolloutId, schools: &[String]) -> Result<Vec<String>> {
    let query = Entity::find().filter(Column::RolloutId.eq(rollout.as_str())).filter(Column::SchoolId.is_in(schools));
    Ok(query.all(tx.db()).await?.into_iter().map(|row| row.school_id).collect())
}

/// A page of the schools of a roll-out, by id.
pub(crate) async fn list(tx: &Tx, rollout: &RolloutId, page: &Page) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .filter(Column::RolloutId.eq(rollout.as_str()))
        .order_by_asc(Column::SchoolId)
        .limit(page.limit());
    if let Some(after) = page.after() {
        query = query.filter(Column::SchoolId.gt(after));
    }
    Ok(query.all(tx.db()).await?)
}

/// How a roll-out stands.
pub(crate) async fn progress(tx: &Tx, rollout: &RolloutId) -> Result<Progress> {
    // The same text in both places: with a value bound into each, PostgreSQL takes them for two expressions.
    let none = Expr::cust("proposals = 0");
    let rows: Vec<(String, bool, i64, Option<i64>)> = Entity::find()
        .select_only()
        .column(Column::State)
        .column_as(none.clone(), "untouched")
        .column_as(Column::SchoolId.count(), "schools")
        .column_as(Expr::cust("CAST(SUM(proposals) AS BIGINT)"), "asked")
        .filter(Column::RolloutId.eq(rollout.as_str()))
        .group_by(Column::State)
        .group_by(none)
        .into_tuple()
        .all(tx.db())
        .await?;
    let mut progress = Progress::default();
    for (state, untouched, schools, asked) in rows {
        let schools = narrow(schools);
        progress.schools += schools;
        match state.as_str() {
            WAITING => progress.waiting += schools,
            MERGED => {
                progress.merged += schools;
                progress.proposals += narrow(asked.unwrap_or_default());
                if untouched {
                    progress.untouched += schools;
                }
            }
            UNDONE => progress.undone += schools,
            _ => progress.skipped += schools,
        }
    }
    Ok(progress)
}

/// A row as it is once its school was passed over.
pub(crate) fn skipped(rollout: &RolloutId, school: &str, why: &str) -> Model {
    Model {
        rollout_id: rollout.to_string(),
        school_id: school.to_owned(),
        state: SKIPPED.to_owned(),
        why: why.to_owned(),
        instance_id: None,
        own_instance_id: None,
        own_state: None,
        from_template_version: 0,
        moved: 0,
        proposals: 0,
        statutory: 0,
    }
}

/// A number as the tables have it.
pub(crate) fn number(number: u32) -> i64 {
    wide(number)
}
