//! What of a child protection file a school keeps about a learner, whoever may read it, and whether a school that they went to
//! has it already. What is about adults is no part of such a file: it makes nothing due and leaves no trace here.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{db::Tx, error::Result};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{of, parts};
use crate::{
    case::access::{Level, Verdict},
    concern::Concern,
    learner::{Learner, LearnerId},
    store::{
        access, case,
        concern::{self, cases_of},
        entity::{case_file, concern as concern_table},
        learner_record, open_all, search,
        shared_entity::shared_item,
    },
    transfer::{OWED_ANEW, Part, Transfer},
};

/// What of an incident that schools share goes with a child.
const SHARED: [&str; 4] = ["decision", "entry", "minutes", "task"];

/// What is kept about a learner.
pub(crate) struct Kept {
    /// Every record with a mark that changes as more is written in it: cases and concerns in which the learner has a part,
    /// what the school wrote of such a case in an incident that it shares, those that may be about them by the names in them, and
    /// files from schools before.
    marks: BTreeMap<String, u64>,
    /// The case that a record is, or is part of; nothing of what is part of none.
    case_of: BTreeMap<String, String>,
}

/// What the next school does not have yet.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    /// Whether any of it is known to everybody who sends files.
    pub(crate) open: bool,
    /// The cases that some of those may not know of.
    pub(crate) cases: BTreeSet<String>,
}

impl Kept {
    fn in_case(&self, record: &str) -> Option<&String> {
        self.case_of.get(record).filter(|case| !case.is_empty())
    }

    /// The marks of what the caller sends: of every record but those of cases that they may not read.
    pub(crate) async fn of_caller(&self, tx: &Tx) -> Result<BTreeMap<String, u64>> {
        let cases: BTreeSet<&String> = self.case_of.values().filter(|case| !case.is_empty()).collect();
        let cases: Vec<String> = cases.into_iter().cloned().collect();
        let readable = case::readable_all(tx, &cases).await?;
        let theirs = |record: &&String| self.in_case(record).is_none_or(|case| readable.contains_key(case));
        Ok(self.marks.iter().filter(|(id, _)| theirs(id)).map(|(id, mark)| (id.clone(), *mark)).collect())
    }

    /// What of it is not among what went.
    pub(crate) async fn without(&self, tx: &Tx, school: &str, went: &BTreeMap<String, u64>) -> Result<Owed> {
        let owed: Vec<&String> =
            self.marks.iter().filter(|(id, mark)| went.get(*id) != Some(*mark)).map(|(id, _)| id).collect();
        let cases: BTreeSet<&String> = owed.iter().filter_map(|id| self.in_case(id)).collect();
        let hidden = kept_from_some(tx, school, &cases).await?;
        let open = owed.iter().any(|id| self.in_case(id).is_none_or(|case| !hidden.contains(case)));
        Ok(Owed { open, cases: hidden })
    }
}

/// Those of some cases that not everybody who sends files may know of: hidden ones, and those that keep somebody out.
async fn kept_from_some(tx: &Tx, school: &str, cases: &BTreeSet<&String>) -> Result<BTreeSet<String>> {
    if cases.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<&str> = cases.iter().map(|id| id.as_str()).collect();
    let hidden: Vec<String> = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::Id.is_in(ids.iter().copied()))
        .filter(case_file::Column::Level.eq(Level::Hidden.code()))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(hidden.into_iter().chain(access::keeping_out(tx, school, &ids).await?).collect())
}

/// What is kept about a learner, whoever may read it.
pub(crate) async fn kept(tx: &Tx, learner: &Learner) -> Result<Kept> {
    let school = learner.school_id.as_str();
    let mut ids = learner_record::of(tx, &learner.id).await?;
    ids.extend(cases_of(tx, &ids).await?);
    let cases: Vec<(String, i64, String)> = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::Id, case_file::Column::Version, case_file::Column::SharedIncidentId])
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::Id.is_in(&ids))
        .filter(case::adult().not())
        .into_tuple()
        .all(tx.db())
        .await?;
    let case_ids = cases.iter().map(|(id, ..)| id.as_str());
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
    let mut case_of: BTreeMap<String, String> = cases.iter().map(|(id, ..)| (id.clone(), id.clone())).collect();
    case_of.extend(concerns.iter().map(|one| (one.id.to_string(), concern::case_of(one).to_owned())));
    let shared = written_shared(tx, school, cases.iter().map(|(.., shared)| shared.as_str())).await?;
    let mut marks = BTreeMap::new();
    for (id, version, shared_incident_id) in cases {
        if let Some(count) = shared.get(&shared_incident_id) {
            let name = format!("shared {id}");
            case_of.insert(name.clone(), id.clone());
            marks.insert(name, u64::try_from(*count).unwrap_or_default());
        }
        marks.insert(id, u64::try_from(version).unwrap_or_default());
    }
    marks.extend(concerns.iter().map(|concern| (concern.id.to_string(), written(concern))));
    for (id, case) in search::unsaid_ids(tx, learner).await? {
        let unsaid = format!("unsaid {id}");
        case_of.insert(unsaid.clone(), case);
        marks.insert(unsaid, 0);
    }
    let files = of(tx, school, &learner.id, &["received"], false).await?;
    marks.extend(files.into_iter().map(|file| (file.id.to_string(), 0)));
    Ok(Kept { marks, case_of })
}

/// How much a school wrote in incidents that it shares with others, of what goes with a child, by the incident.
async fn written_shared<'a>(
    tx: &Tx,
    school: &str,
    incidents: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, i64>> {
    let ids: BTreeSet<&str> = incidents.filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let counted: Vec<(String, i64)> = shared_item::Entity::find()
        .select_only()
        .column(shared_item::Column::SharedIncidentId)
        .column_as(shared_item::Column::Id.count(), "written")
        .filter(shared_item::Column::SharedIncidentId.is_in(ids))
        .filter(shared_item::Column::Holder.eq(school))
        .filter(shared_item::Column::Kind.is_in(SHARED))
        .group_by(shared_item::Column::SharedIncidentId)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(counted.into_iter().collect())
}

/// How much was written in a concern since it was recorded.
fn written(concern: &Concern) -> u64 {
    let written = concern.additions.len() + concern.duties.len() + concern.earlier.len();
    u64::try_from(written + usize::from(concern.outcome.is_some())).unwrap_or(u64::MAX)
}

/// What went to the school that the learner's file went to last, by the transfers in some states: several people may have sent
/// what each of them may read.
async fn went(tx: &Tx, learner: &Learner, states: &[&str]) -> Result<BTreeMap<String, u64>> {
    let school = learner.school_id.as_str();
    let mut all = of(tx, school, &learner.id, states, true).await?;
    all.sort_by_key(|transfer| transfer.sent.as_ref().map(|sent| sent.who.at));
    let to = |transfer: &Transfer| {
        let outside = transfer.outside.as_ref().map(|school| (school.name.clone(), school.urn.clone()));
        (transfer.to_school_id.clone(), outside)
    };
    let Some(last) = all.last().map(to) else { return Ok(BTreeMap::new()) };
    let there: Vec<&str> = all.iter().filter(|one| to(one) == last).map(|one| one.id.as_str()).collect();
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for (record, mark) in parts(tx, school, &there).await?.into_values().flat_map(|part| part.went) {
        // Marks grow as more is written; of two files the one with more of a record counts, whichever came first.
        let kept = all.entry(record).or_insert(mark);
        if *kept == OWED_ANEW || (mark != OWED_ANEW && mark > *kept) {
            *kept = mark;
        }
    }
    Ok(all)
}

/// The school of the platform that received a learner's file last, for this move; none where there is none.
pub(super) async fn has_it(tx: &Tx, learner: &Learner) -> Result<Option<String>> {
    let school = learner.school_id.as_str();
    let all = of(tx, school, &learner.id, &["received"], true).await?;
    let Some(last) = all.iter().max_by_key(|transfer| transfer.sent.as_ref().map(|sent| sent.who.at)) else {
        return Ok(None);
    };
    let parts = parts(tx, school, &[last.id.as_str()]).await?;
    let there = parts.values().any(Part::counts_for_the_move) && !last.to_school_id.is_empty();
    Ok(there.then(|| last.to_school_id.clone()))
}

/// Whether nothing at all is kept that goes with a learner.
pub(crate) async fn nothing_kept(tx: &Tx, learner: &Learner) -> Result<bool> {
    Ok(kept(tx, learner).await?.marks.is_empty())
}

/// What is owed to the next school: what is kept about the learner, and the school that received their file for this move does
/// not have.
pub(crate) async fn owed(tx: &Tx, learner: &Learner) -> Result<Owed> {
    let received = went(tx, learner, &["received"]).await?;
    kept(tx, learner).await?.without(tx, &learner.school_id, &received).await
}

/// What is neither there nor on its way.
pub(super) async fn unsent(tx: &Tx, learner: &Learner) -> Result<Owed> {
    let gone = went(tx, learner, &["sent", "received"]).await?;
    kept(tx, learner).await?.without(tx, &learner.school_id, &gone).await
}

/// Whether a file of a learner went to a school of the platform for this move before, by transfers in some states: what goes
/// there then is more of the same file.
pub(crate) async fn went_before(
    tx: &Tx,
    (school, learner): (&str, &LearnerId),
    to: &str,
    states: &[&str],
) -> Result<bool> {
    let all = of(tx, school, learner, states, true).await?;
    let there: Vec<&str> = all.iter().filter(|one| one.to_school_id == to).map(|one| one.id.as_str()).collect();
    Ok(parts(tx, school, &there).await?.values().any(Part::counts_for_the_move))
}

/// Whether the caller may know of one of these cases.
pub(crate) async fn knows_one(tx: &Tx, cases: &BTreeSet<String>) -> Result<bool> {
    let ids: Vec<String> = cases.iter().cloned().collect();
    Ok(case::known_all(tx, &ids).await?.iter().any(|(_, verdict)| *verdict != Verdict::No))
}
