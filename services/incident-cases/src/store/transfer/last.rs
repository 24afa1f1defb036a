//! Whether a file that is sent back is had by a school beside the one that sends it back: the last copy of what happened to a
//! child is not destroyed because it came to the wrong place.

use chassis::{db::Tx, error::Result};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};

use super::{of, parts, table};
use crate::{
    store::entity::{case_file, concern},
    transfer::Part,
};

/// Whether another school than the one that has received a file has what is in it, by what the school that sent it keeps and
/// by what the receiving school keeps of it. Whoever holds the learner of the sending school decides it for the
/// transaction: nobody destroys a record of theirs meanwhile.
pub(crate) async fn had_elsewhere(tx: &Tx, theirs: &Part, own: Option<&Part>) -> Result<bool> {
    if keeps_what_went(tx, theirs).await? {
        return Ok(true);
    }
    match own {
        Some(own) => went_on(tx, own).await,
        None => Ok(false),
    }
}

/// Whether a school that sent a file keeps every record that went in it. What is not known is not kept.
async fn keeps_what_went(tx: &Tx, part: &Part) -> Result<bool> {
    let school = part.school_id.as_str();
    let all = |wanted: usize, found: u64| u64::try_from(wanted).is_ok_and(|wanted| wanted == found);
    let (cases, concerns): (Vec<&str>, Vec<&str>) = (part.went_of("cas_").collect(), part.went_of("con_").collect());
    let files: Vec<&str> = part.went_of("trf_").collect();
    if cases.is_empty() && concerns.is_empty() && files.is_empty() {
        return Ok(false);
    }
    let kept = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::Id.is_in(cases.iter().copied()))
        .count(tx.db())
        .await?;
    if !all(cases.len(), kept) {
        return Ok(false);
    }
    let kept = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school))
        .filter(concern::Column::Id.is_in(concerns.iter().copied()))
        .count(tx.db())
        .await?;
    if !all(concerns.len(), kept) {
        return Ok(false);
    }
    // Held: whoever sends such a file back waits, and counts anew.
    let kept = table::Entity::find()
        .filter(table::Column::ToSchoolId.eq(school))
        .filter(table::Column::Id.is_in(files.iter().copied()))
        .filter(table::Column::State.eq("received"))
        .lock_exclusive()
        .all(tx.db())
        .await?;
    Ok(kept.len() == files.len())
}

/// Whether another school has confirmed receipt of a file that the receiving school passed on.
async fn went_on(tx: &Tx, own: &Part) -> Result<bool> {
    let received = of(tx, &own.school_id, &own.learner_id, &["received"], true).await?;
    let ids: Vec<&str> = received.iter().map(|one| one.id.as_str()).collect();
    let parts = parts(tx, &own.school_id, &ids).await?;
    Ok(parts.values().any(|part| part.went.contains_key(own.transfer_id.as_str())))
}
