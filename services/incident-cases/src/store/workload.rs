//! How the work stands, counted in the database: no case is opened but one for each account, to say who that is.

use std::collections::HashMap;

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, SimpleExpr},
};
use time::{Duration, OffsetDateTime};

use super::{
    access, case_due,
    due::{self, overdue_before},
    entity::concern,
    micros, moment,
};
use crate::{
    case::{Case, due::Kind},
    workload::{Done, Sum, weeks},
};

/// By how much clocks of two processes may differ, so that no step done between two writes is left out.
const APART: Duration = Duration::HOUR;

mod step_end {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_step_end")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub step_id: String,
        pub done_us: i64,
        /// A keyed hash of the account that did it, as what is due has it.
        pub account_token: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps which steps of a case were done since it was last written; all of them where none is said.
pub(crate) async fn keep_steps(tx: &Tx, case: &Case, written: Option<OffsetDateTime>) -> Result<()> {
    let since = written.map(|at| at - APART);
    let rows = case.steps.iter().filter_map(|step| {
        // One that was left out with a reason was not done.
        let end = step.end.as_ref().filter(|end| end.reason.is_empty() && !end.by.is_empty())?;
        since.is_none_or(|since| since <= end.at).then(|| step_end::ActiveModel {
            school_id: Set(case.school_id.clone()),
            case_id: Set(case.id.to_string()),
            step_id: Set(step.id.clone()),
            done_us: Set(micros(end.at)),
            account_token: Set(due::token(tx, &case.school_id, &end.by)),
        })
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [step_end::Column::SchoolId, step_end::Column::CaseId, step_end::Column::StepId];
    let replace = OnConflict::columns(columns)
        .update_columns([step_end::Column::DoneUs, step_end::Column::AccountToken])
        .to_owned();
    step_end::Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// How many rows meet a condition.
fn counted(condition: Condition) -> SimpleExpr {
    let one = Expr::case(condition, 1).finally(0);
    Expr::expr(one).sum()
}

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// A row of sums, of whoever a token is; one case in which something is theirs says who.
#[derive(Debug, FromQueryResult)]
struct DueGroup {
    owner_token: Vec<u8>,
    kind: String,
    statutory: i32,
    whole: i64,
    overdue: i64,
    soon: i64,
    earliest: i64,
    one_case: String,
}

#[derive(Debug, FromQueryResult)]
struct DoneGroup {
    account_token: Vec<u8>,
    this_week: i64,
    last_week: i64,
    one_case: String,
}

/// What is due in cases that the caller may read, by whose it is and what, and who did steps this week and last. What is due
/// before `soon` and not overdue is due soon. The rows of the first are those of the school's open cases; of the second
/// those of two weeks (`case_step_end_done`). Each case is looked up by its key.
pub(crate) async fn sums(tx: &Tx, soon: OffsetDateTime) -> Result<(Vec<Sum>, Vec<Done>)> {
    let now = tx.now();
    let late = micros(overdue_before(now));
    let by_time = case_due::Column::DueUs;
    let groups = due::seen(tx)?
        .select_only()
        .columns([case_due::Column::OwnerToken, case_due::Column::Kind, case_due::Column::Statutory])
        .column_as(case_due::Column::CaseId.count(), "whole")
        .expr_as(counted(Condition::all().add(by_time.lt(late))), "overdue")
        .expr_as(counted(Condition::all().add(by_time.gte(late)).add(by_time.lt(micros(soon)))), "soon")
        .column_as(by_time.min(), "earliest")
        .column_as(case_due::Column::CaseId.min(), "one_case")
        .group_by(case_due::Column::OwnerToken)
        .group_by(case_due::Column::Kind)
        .group_by(case_due::Column::Statutory);
    let groups = groups.into_model::<DueGroup>().all(tx.db()).await?;
    let (this_week, last_week) = weeks(now);
    let (this_week, last_week) = (micros(this_week), micros(last_week));
    let by_done = step_end::Column::DoneUs;
    let done = step_end::Entity::find()
        .filter(step_end::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(by_done.gte(last_week))
        .filter(access::of_cases(tx, "case_step_end")?)
        .select_only()
        .column(step_end::Column::AccountToken)
        .expr_as(counted(Condition::all().add(by_done.gte(this_week))), "this_week")
        .expr_as(counted(Condition::all().add(by_done.lt(this_week))), "last_week")
        .column_as(step_end::Column::CaseId.min(), "one_case")
        .group_by(step_end::Column::AccountToken);
    let done = done.into_model::<DoneGroup>().all(tx.db()).await?;
    let places = groups.iter().map(|group| (&group.owner_token, &group.one_case));
    let places = places.chain(done.iter().map(|group| (&group.account_token, &group.one_case)));
    let accounts = accounts(tx, places).await?;
    let account = |token: &Vec<u8>| accounts.get(token).cloned().unwrap_or_default();
    let sums = groups.iter().filter_map(|group| {
        Some(Sum {
            owner: account(&group.owner_token),
            kind: Kind::of(&group.kind)?,
            statutory: group.statutory == 1,
            whole: number(group.whole),
            overdue: number(group.overdue),
            soon: number(group.soon),
            earliest: moment(group.earliest),
        })
    });
    let done = done.iter().map(|group| Done {
        account_id: account(&group.account_token),
        this_week: number(group.this_week),
        last_week: number(group.last_week),
    });
    Ok((sums.collect(), done.filter(|done| !done.account_id.is_empty()).collect()))
}

/// Which accounts tokens are, each with a case that names it.
async fn accounts<'a>(
    tx: &Tx,
    places: impl Iterator<Item = (&'a Vec<u8>, &'a String)>,
) -> Result<HashMap<Vec<u8>, String>> {
    let school = tx.scope().school()?.to_string();
    let places: HashMap<&Vec<u8>, &String> = places.filter(|(token, _)| !token.is_empty()).collect();
    let cases = due::of(tx, places.values().map(|id| (*id).clone())).await?;
    let found = places.into_iter().filter_map(|(wanted, id)| {
        let mut hands = cases.get(id)?.hands();
        let account = hands.find(|account| due::token(tx, &school, account) == *wanted)?;
        Some((wanted.clone(), account.to_owned()))
    });
    Ok(found.collect())
}

/// Concerns about which nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Waiting {
    /// How many.
    pub(crate) count: u64,
    /// How many were passed on.
    pub(crate) passed_on: u64,
    /// When the oldest came.
    pub(crate) oldest: Option<OffsetDateTime>,
}

#[derive(Debug, FromQueryResult)]
struct WaitingGroup {
    was_read: i32,
    whole: i64,
    passed_on: i64,
    oldest: i64,
}

/// Concerns that the caller may read and about which nobody has decided: those that nobody has read, and the others. They
/// are found by `concern_inbox`; none of them is part of a case, so that no case is looked up.
pub(crate) async fn waiting(tx: &Tx) -> Result<(Waiting, Waiting)> {
    let groups = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(concern::Column::State.eq("new"))
        .filter(access::free_concerns(tx))
        .select_only()
        .column(concern::Column::WasRead)
        .column_as(concern::Column::Id.count(), "whole")
        .expr_as(counted(Condition::all().add(concern::Column::Escalated.gt(0))), "passed_on")
        .column_as(concern::Column::CreatedUs.min(), "oldest")
        .group_by(concern::Column::WasRead);
    let (mut unread, mut read) = (Waiting::default(), Waiting::default());
    for group in groups.into_model::<WaitingGroup>().all(tx.db()).await? {
        let side = if group.was_read == 0 { &mut unread } else { &mut read };
        *side =
            Waiting { count: number(group.whole), passed_on: number(group.passed_on), oldest: moment(group.oldest) };
    }
    Ok((unread, read))
}
