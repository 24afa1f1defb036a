//! What is kept of other services: the policy in force at each school, and which schools there are.

use chassis::{db::Tx, error::Result};
use sea_orm::{ActiveValue::Set, EntityTrait as _, QuerySelect as _, sea_query::OnConflict};

use super::entity::{known_school, policy_copy};
use crate::{cover::clocks::Clocks, procedure::Pinned};

/// Keeps the policy now in force at a school.
pub(crate) async fn keep_policy(tx: &Tx, school: &str, policy: &Pinned) -> Result<()> {
    let row = policy_copy::ActiveModel {
        school_id: Set(school.to_owned()),
        version: Set(policy.version.into()),
        body: Set(serde_json::to_vec(policy)?),
        clocks: Set(serde_json::to_string(&policy.clocks)?),
    };
    let replace = OnConflict::column(policy_copy::Column::SchoolId)
        .update_columns([policy_copy::Column::Version, policy_copy::Column::Body, policy_copy::Column::Clocks])
        .to_owned();
    policy_copy::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The policy last known to be in force at a school.
pub(crate) async fn policy(tx: &Tx, school: &str) -> Result<Option<Pinned>> {
    let row = policy_copy::Entity::find_by_id(school).one(tx.db()).await?;
    row.map(|row| Ok(serde_json::from_slice(&row.body)?)).transpose()
}

/// Whether the policy in force at a school is known, without reading it: it is long.
pub(crate) async fn knows_policy(tx: &Tx, school: &str) -> Result<bool> {
    let kept = policy_copy::Entity::find_by_id(school).select_only().column(policy_copy::Column::Version);
    Ok(kept.into_tuple::<i64>().one(tx.db()).await?.is_some())
}

/// How long concerns may wait at a school; as usual where no policy of it is known.
pub(crate) async fn clocks(tx: &Tx, school: &str) -> Result<Clocks> {
    let kept = policy_copy::Entity::find_by_id(school).select_only().column(policy_copy::Column::Clocks);
    match kept.into_tuple::<String>().one(tx.db()).await? {
        Some(clocks) if !clocks.is_empty() => Ok(serde_json::from_str(&clocks)?),
        // Kept before there were clocks: such a policy says when the school is closed.
        Some(_) => {
            let closed_days = policy(tx, school).await?.map(|policy| policy.closed_days).unwrap_or_default();
            Ok(Clocks { closed_days, ..Clocks::default() })
        }
        None => Ok(Clocks::default()),
    }
}

/// Keeps that there is a school.
pub(crate) async fn keep_school(tx: &Tx, school: &str) -> Result<()> {
    let row = known_school::ActiveModel { school_id: Set(school.to_owned()) };
    let nothing = OnConflict::column(known_school::Column::SchoolId).do_nothing().to_owned();
    known_school::Entity::insert(row).on_conflict(nothing).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Whether there is such a school.
pub(crate) async fn knows_school(tx: &Tx, school: &str) -> Result<bool> {
    Ok(known_school::Entity::find_by_id(school).one(tx.db()).await?.is_some())
}

/// Every school there is.
pub(crate) async fn schools(tx: &Tx) -> Result<Vec<String>> {
    Ok(known_school::Entity::find().all(tx.db()).await?.into_iter().map(|row| row.school_id).collect())
}
