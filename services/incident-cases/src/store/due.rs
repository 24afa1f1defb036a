//! What is due, in the database: kept with every write of a case, and seen by whoever may read the case.

use std::collections::HashMap;

use chassis::{calendar::on, clock::london, db::Tx, error::Result, page::Page};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _},
};
use time::{Duration, OffsetDateTime, Time};

use super::{access, case, case_due, entity::case_file, micros};
use crate::case::{
    Case,
    due::{Due, Kind},
};

/// Cases whose dues are kept afterwards at once.
const AT_ONCE: u64 = 100;

/// An account as the table of dues knows it.
pub(super) fn token(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("has due {account_id}")).to_vec()
}

fn due_us(due: &Due) -> i64 {
    due.at.map_or(i64::MAX, micros)
}

fn row(tx: &Tx, case: &Case, due: &Due) -> case_due::Model {
    case_due::Model {
        school_id: case.school_id.clone(),
        case_id: case.id.to_string(),
        kind: due.kind.code().to_owned(),
        item: due.item.clone(),
        due_us: due_us(due),
        owner_token: due.owner.as_ref().map(|id| token(tx, &case.school_id, id)).unwrap_or_default(),
        statutory: due.statutory.into(),
    }
}

/// Keeps what is due in a new case.
pub(crate) async fn insert(tx: &Tx, case: &Case) -> Result<()> {
    let rows: Vec<_> = case.dues().iter().map(|due| case_due::ActiveModel::from(row(tx, case, due))).collect();
    if !rows.is_empty() {
        case_due::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Keeps what is due in a case that was worked on, in place of what was.
pub(crate) async fn replace(tx: &Tx, case: &Case) -> Result<()> {
    let of_case = Condition::all()
        .add(case_due::Column::SchoolId.eq(case.school_id.as_str()))
        .add(case_due::Column::CaseId.eq(case.id.as_str()));
    let mut before = case_due::Entity::find().filter(of_case.clone()).all(tx.db()).await?;
    let mut after: Vec<_> = case.dues().iter().map(|due| row(tx, case, due)).collect();
    let place = |row: &case_due::Model| (row.kind.clone(), row.item.clone());
    before.sort_by_key(place);
    after.sort_by_key(place);
    if before == after {
        return Ok(());
    }
    case_due::Entity::delete_many().filter(of_case).exec(tx.db()).await?;
    insert(tx, case).await
}

/// Of which things that are due one asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Whose; anybody's where none, nobody's where empty.
    pub(crate) owner: Option<String>,
    /// What is due before that is left out.
    pub(crate) from: Option<OffsetDateTime>,
    /// What is due after that is left out.
    pub(crate) until: Option<OffsetDateTime>,
    /// Of these kinds alone; of any where none is named.
    pub(crate) kinds: Vec<&'static str>,
}

/// The moment before which what was due is overdue, as `clock::word` has it: an hour ago, or the beginning of today.
pub(crate) fn overdue_before(now: OffsetDateTime) -> OffsetDateTime {
    Ord::max(on(london(now).date(), Time::MIDNIGHT), now - Duration::HOUR)
}

/// What is due in the cases that the caller may read. Both engines read the school's rows, which are those of open cases
/// (`case_due_next`, or the primary key), and look each case up by its own key: closed cases cost nothing, however many
/// there are.
pub(super) fn seen(tx: &Tx) -> Result<Select<case_due::Entity>> {
    let school = tx.scope().school()?.as_str();
    let here = case_due::Entity::find().filter(case_due::Column::SchoolId.eq(school));
    Ok(here.filter(access::of_cases(tx, "case_due")?))
}

/// A page of what is due.
pub(crate) struct Found {
    /// The cases, by id.
    pub(crate) cases: HashMap<String, Case>,
    /// What is due, each with the id of its case.
    pub(crate) dues: Vec<(String, Due)>,
    /// Where the next page begins.
    pub(crate) next: String,
    /// How much there is in all.
    pub(crate) total: u64,
}

/// What is asked for, of what the caller may read.
fn narrowed(tx: &Tx, asked: &Asked) -> Result<Select<case_due::Entity>> {
    let school = tx.scope().school()?.as_str();
    let (by_time, by_kind) = (case_due::Column::DueUs, case_due::Column::Kind);
    let mut all = seen(tx)?;
    if let Some(owner) = &asked.owner {
        let token = if owner.is_empty() { Vec::new() } else { token(tx, school, owner) };
        all = all.filter(case_due::Column::OwnerToken.eq(token));
    }
    if let Some(from) = asked.from {
        all = all.filter(by_time.gte(micros(from)));
    }
    if let Some(until) = asked.until {
        all = all.filter(by_time.lt(micros(until)));
    }
    if !asked.kinds.is_empty() {
        all = all.filter(by_kind.is_in(asked.kinds.iter().copied()));
    }
    Ok(all)
}

/// How much of what is asked for is due in cases that the caller may read.
pub(crate) async fn count(tx: &Tx, asked: &Asked) -> Result<u64> {
    Ok(narrowed(tx, asked)?.count(tx.db()).await?)
}

/// A page of what is due in cases that the caller may read, the earliest first.
pub(crate) async fn list(tx: &Tx, asked: &Asked, page: &Page) -> Result<Found> {
    let (by_time, by_case) = (case_due::Column::DueUs, case_due::Column::CaseId);
    let (by_kind, by_item) = (case_due::Column::Kind, case_due::Column::Item);
    let mut all = narrowed(tx, asked)?;
    let total = all.clone().count(tx.db()).await?;
    if let Some((at, case, kind, item)) = page.after().and_then(cursor) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let after_item = Condition::all().add(by_kind.eq(kind.as_str())).add(by_item.gt(item));
        let after_kind = Condition::any().add(by_kind.gt(kind)).add(after_item);
        let after_case =
            Condition::any().add(by_case.gt(case.as_str())).add(Condition::all().add(by_case.eq(case)).add(after_kind));
        all =
            all.filter(Condition::any().add(by_time.gt(at)).add(Condition::all().add(by_time.eq(at)).add(after_case)));
    }
    let ordered = all.order_by_asc(by_time).order_by_asc(by_case).order_by_asc(by_kind).order_by_asc(by_item);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}|{}|{}", row.due_us, row.case_id, row.kind, row.item));
    let cases = of(tx, rows.iter().map(|row| row.case_id.clone())).await?;
    let found = rows.iter().filter_map(|row| {
        // The table narrows, the case itself decides.
        let case = cases.get(&row.case_id)?;
        let same = |due: &Due| due.kind.code() == row.kind && due.item == row.item;
        Some((row.case_id.clone(), case.dues().into_iter().find(same)?))
    });
    let dues = found.collect();
    Ok(Found { cases, dues, next, total })
}

/// The cases that the caller may read in which something of these kinds is due, the first opened first.
pub(crate) async fn cases_with(tx: &Tx, kinds: &[Kind]) -> Result<Vec<Case>> {
    let ids = seen(tx)?
        .filter(case_due::Column::Kind.is_in(kinds.iter().map(|kind| kind.code())))
        .select_only()
        .column(case_due::Column::CaseId)
        .distinct();
    let ids: Vec<String> = ids.into_tuple().all(tx.db()).await?;
    let mut cases: Vec<Case> = case::readable_all(tx, &ids).await?.into_values().collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(cases)
}

/// The cases with these ids that the caller may read.
pub(super) async fn of(tx: &Tx, ids: impl Iterator<Item = String>) -> Result<HashMap<String, Case>> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    case::readable_all(tx, &ids).await
}

fn cursor(text: &str) -> Option<(i64, String, String, String)> {
    let mut parts = text.splitn(4, '|');
    Some((parts.next()?.parse().ok()?, parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// How much is due of one person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnerSum {
    /// The account; empty for what is nobody's.
    pub(crate) account_id: String,
    /// How much of it is overdue.
    pub(crate) overdue: u64,
    /// How much is due in all.
    pub(crate) all: u64,
}

#[derive(Debug, FromQueryResult)]
struct Group {
    owner_token: Vec<u8>,
    overdue: i64,
    whole: i64,
    one_case: String,
}

/// How much is due in cases that the caller may read, by whose it is; most overdue first.
pub(crate) async fn owners(tx: &Tx, now: OffsetDateTime) -> Result<Vec<OwnerSum>> {
    let school = tx.scope().school()?.as_str().to_owned();
    let late = Expr::case(case_due::Column::DueUs.lt(micros(overdue_before(now))), 1).finally(0);
    let groups = seen(tx)?
        .filter(case_due::Column::DueUs.lt(i64::MAX))
        .select_only()
        .column(case_due::Column::OwnerToken)
        .expr_as(Expr::expr(late).sum(), "overdue")
        .column_as(case_due::Column::CaseId.count(), "whole")
        .column_as(case_due::Column::CaseId.min(), "one_case")
        .group_by(case_due::Column::OwnerToken);
    let groups = groups.into_model::<Group>().all(tx.db()).await?;
    // The table knows a keyed hash; who that is says any case in which something is theirs.
    let cases = of(tx, groups.iter().map(|group| group.one_case.clone())).await?;
    let mut sums = Vec::new();
    for group in groups {
        let mut owners = cases.get(&group.one_case).into_iter().flat_map(Case::owners);
        let known = owners.find(|account| token(tx, &school, account) == group.owner_token);
        let account_id = known.unwrap_or_default().to_owned();
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        sums.push(OwnerSum { account_id, overdue: number(group.overdue), all: number(group.whole) });
    }
    sums.sort_by(|a, b| (b.overdue, b.all, &a.account_id).cmp(&(a.overdue, a.all, &b.account_id)));
    Ok(sums)
}

/// Open cases from before what is due was kept as it is now, as school and id.
pub(crate) async fn without(tx: &Tx) -> Result<Vec<(String, String)>> {
    let kept = case_due::Entity::find().select_only().column(case_due::Column::CaseId);
    let unsaid = kept.clone().filter(case_due::Column::Statutory.eq(-1));
    let lacking = Condition::any()
        .add(case_file::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(kept)))
        .add(case_file::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(unsaid)));
    let rows = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::SchoolId, case_file::Column::Id])
        .filter(case_file::Column::State.eq("open"))
        .filter(lacking)
        .limit(AT_ONCE);
    Ok(rows.into_tuple().all(tx.db()).await?)
}

/// Keeps what is due in a case of the scope's school and which steps were done, for the service itself.
pub(crate) async fn catch_up(tx: &Tx, case_id: &str) -> Result<()> {
    let case = case::of_service(tx, case_id).await?;
    super::workload::keep_steps(tx, &case, None).await?;
    replace(tx, &case).await
}
