//! Schools whose tenancy has ended: nothing is taken for them.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{ActiveValue::Set, EntityTrait as _, sea_query::OnConflict};
use time::OffsetDateTime;

use super::{
    entity::closed_school::{ActiveModel, Column, Entity},
    micros,
};

/// Notes that a school is closed.
pub(crate) async fn note(tx: &Tx, school: &str, at: OffsetDateTime) -> Result<()> {
    let row = ActiveModel { school_id: Set(school.to_owned()), closed_us: Set(micros(at)) };
    let there = OnConflict::column(Column::SchoolId).do_nothing().to_owned();
    Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Whether a school is closed.
pub(crate) async fn is(tx: &Tx, school: &str) -> Result<bool> {
    Ok(Entity::find_by_id(school).one(tx.db()).await?.is_some())
}

/// Refuses what nobody does for a school that is closed.
///
/// # Errors
/// `WrongState` where it is.
pub(crate) async fn refuse(tx: &Tx, school: &str) -> Result<()> {
    if is(tx, school).await? {
        return Err(Error::wrong_state(
            "the school is closed: nothing is taken for it any more, stop sending its lines",
        ));
    }
    Ok(())
}
