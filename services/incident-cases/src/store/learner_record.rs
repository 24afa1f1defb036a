//! Which concerns and cases a learner has to do with: found by a keyed token, so that whoever holds the database cannot
//! tell which learner it is.

use std::collections::HashMap;

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{OnConflict, SelectStatement},
};

use super::entity::learner_record as link;
use crate::learner::LearnerId;

pub(super) fn token(tx: &Tx, school: &str, learner: &LearnerId) -> Vec<u8> {
    tx.ring().token(school, &format!("records of {learner}")).to_vec()
}

/// Says that a record has to do with these learners, besides those it had to do with before.
pub(crate) async fn add(tx: &Tx, record_id: &str, learners: &[LearnerId]) -> Result<()> {
    if learners.is_empty() {
        return Ok(());
    }
    let school = tx.scope().school()?.to_string();
    let rows = learners.iter().map(|learner| link::ActiveModel {
        school_id: Set(school.clone()),
        learner_token: Set(token(tx, &school, learner)),
        record_id: Set(record_id.to_owned()),
    });
    let columns = [link::Column::SchoolId, link::Column::LearnerToken, link::Column::RecordId];
    let again = OnConflict::columns(columns).do_nothing().to_owned();
    link::Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Says that a record has to do with these learners and no others.
pub(crate) async fn replace(tx: &Tx, record_id: &str, learners: &[LearnerId]) -> Result<()> {
    link::Entity::delete_many()
        .filter(link::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(link::Column::RecordId.eq(record_id))
        .exec(tx.db())
        .await?;
    add(tx, record_id, learners).await
}

/// Which of the records that a query selects some learners have to do with, each with the learner; newest first.
pub(super) async fn of_some(
    tx: &Tx,
    learners: &[LearnerId],
    records: SelectStatement,
    most: u64,
) -> Result<Vec<(String, LearnerId)>> {
    let school = tx.scope().school()?.to_string();
    let tokens: HashMap<Vec<u8>, &LearnerId> = learners.iter().map(|id| (token(tx, &school, id), id)).collect();
    let rows = link::Entity::find()
        .filter(link::Column::SchoolId.eq(school))
        .filter(link::Column::LearnerToken.is_in(tokens.keys().cloned()))
        .filter(link::Column::RecordId.in_subquery(records))
        .order_by_desc(link::Column::RecordId)
        .limit(most)
        .all(tx.db())
        .await?;
    let named = |row: link::Model| Some((row.record_id, (*tokens.get(&row.learner_token)?).clone()));
    Ok(rows.into_iter().filter_map(named).collect())
}

/// The ids of the records that a learner has to do with.
pub(super) fn ids(tx: &Tx, learner: &LearnerId) -> Result<SelectStatement> {
    let school = tx.scope().school()?.to_string();
    let theirs = link::Entity::find()
        .select_only()
        .column(link::Column::RecordId)
        .filter(link::Column::LearnerToken.eq(token(tx, &school, learner)))
        .filter(link::Column::SchoolId.eq(school));
    Ok(theirs.into_query())
}

/// The records that a learner has to do with, oldest first of each kind.
pub(crate) async fn of(tx: &Tx, learner: &LearnerId) -> Result<Vec<String>> {
    let school = tx.scope().school()?.to_string();
    let rows = link::Entity::find()
        .filter(link::Column::LearnerToken.eq(token(tx, &school, learner)))
        .filter(link::Column::SchoolId.eq(school))
        .order_by_asc(link::Column::RecordId)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.record_id).collect())
}
