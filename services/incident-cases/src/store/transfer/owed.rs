//! What of a child protection file a school keeps about a learner, whoever may read it, and whether a school that they went to
//! has it already. What is about adults is no part of such a file: it makes nothing due and leaves no trace here.

use std::collections::BTreeMap;

use chassis::{db::Tx, error::Result};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{of, part};
use crate::{
    concern::Concern,
    learner::Learner,
    store::{
        case,
        concern::{self, cases_of},
        entity::{case_file, concern as concern_table},
        learner_record, open_all, search,
    },
};

/// Every record with a mark that changes as more is written in it: cases and concerns in which the learner has a part, those
/// that may be about them by the names in them, and files from schools before.
pub(crate) async fn kept(tx: &Tx, learner: &Learner) -> Result<BTreeMap<String, u64>> {
    let school = learner.school_id.as_str();
    let mut ids = learner_record::of(tx, &learner.id).await?;
    ids.extend(cases_of(tx, &ids).await?);
    let cases: Vec<(String, i64)> = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::Id, case_file::Column::Version])
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::Id.is_in(&ids))
        .filter(case::adult().not())
        .into_tuple()
        .all(tx.db())
        .await?;
    let case_ids = cases.iter().map(|(id, _)| id.as_str());
    let alone = Condition::all().add(concern_table::Column::Id.is_in(&ids)).add(concern_table::Column::CaseId.eq(""));
    let rows = concern_table::Entity::find()
        .filter(concern_table::Column::SchoolId.eq(school))
        .filter(concern_table::Column::Office.eq(""))
        .filter(Condition::any().add(alone).add(concern_table::Column::CaseId.is_in(case_ids)))
        .filter(search::listed())
        .all(tx.db())
        .await?;
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    let concerns: Vec<Concern> = open_all(tx, school, rows, concern::place).await?;
    let mut kept: BTreeMap<String, u64> =
        cases.into_iter().map(|(id, version)| (id, u64::try_from(version).unwrap_or_default())).collect();
    kept.extend(concerns.iter().map(|concern| (concern.id.to_string(), written(concern))));
    let unsaid = search::unsaid_ids(tx, learner).await?;
    kept.extend(unsaid.into_iter().map(|id| (format!("unsaid {id}"), 0)));
    let files = of(tx, school, &learner.id, &["received"], false).await?;
    kept.extend(files.into_iter().map(|file| (file.id.to_string(), 0)));
    Ok(kept)
}

/// How much was written in a concern since it was recorded.
fn written(concern: &Concern) -> u64 {
    let written = concern.additions.len() + concern.duties.len() + concern.earlier.len();
    u64::try_from(written + usize::from(concern.outcome.is_some())).unwrap_or(u64::MAX)
}

/// Whether a file is owed to the next school: something is kept about the learner, and the school that received their file
/// for this move does not have all of it.
pub(crate) async fn owed(tx: &Tx, learner: &Learner) -> Result<bool> {
    let kept = kept(tx, learner).await?;
    if kept.is_empty() {
        return Ok(false);
    }
    let school = learner.school_id.as_str();
    let Some(last) = of(tx, school, &learner.id, &["received"], true).await?.pop() else { return Ok(true) };
    let went = part(tx, school, &last.id).await?.map(|part| part.went).unwrap_or_default();
    Ok(kept.iter().any(|(id, mark)| went.get(id) != Some(mark)))
}
