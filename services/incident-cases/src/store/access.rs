//! Who may see what, in the database: the one place through which cases, and whatever belongs to a case, are reached.
//! Lists are narrowed by the same rule that one record is answered by (`Case::may`), as SQL over keyed tokens.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use proto::access::v1::{Permission, Role};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, Value,
    sea_query::{Expr, SimpleExpr},
};

use super::case_grant;
use crate::case::{
    Case,
    access::{ADULT, Need, Reader, Verdict},
};

const MEMBER: &str = "member";
const CONFLICTED: &str = "conflicted";

/// Who asks, and for what.
fn reader(tx: &Tx) -> Reader<'_> {
    let scope = tx.scope();
    Reader {
        account_id: scope.account_text(),
        lead: scope.has(Role::Dsl) || scope.has(Role::DeputyDsl),
        head: scope.has(Role::Head),
        chair: scope.has(Role::Chair),
    }
}

/// What the rpc's permission asks of a case; nothing is let in over a case that no rule let in.
fn need(tx: &Tx) -> Option<Need> {
    match tx.scope().permission()? {
        Permission::CaseRead | Permission::ConcernRead | Permission::LearnerRead => Some(Need::Read),
        Permission::CaseClose | Permission::CaseAgree | Permission::LessonRaise => Some(Need::Close),
        _ => Some(Need::Work),
    }
}

/// What the caller may do with a case under the permission they were let in by.
pub(crate) fn verdict(tx: &Tx, case: &Case) -> Verdict {
    let Some(need) = need(tx) else { return Verdict::No };
    let conflicted: Vec<&str> = case.access.kept_out().collect();
    // The access rules are asked as well: whoever is in conflict is refused by them too.
    if !conflicted.is_empty() && !tx.scope().clear_of(&conflicted) {
        return Verdict::No;
    }
    case.may(reader(tx), need)
}

/// Refuses what belongs to no case to those who have only cases: a chair of governors.
pub(crate) fn outside(tx: &Tx) -> Result<()> {
    let who = reader(tx);
    let works = need(tx).is_some_and(|need| need != Need::Work);
    if who.lead || (who.head && works) { Ok(()) } else { Err(Error::denied()) }
}

/// Whether the caller reads what belongs to no case.
pub(crate) fn reads_outside(tx: &Tx) -> bool {
    let who = reader(tx);
    who.lead || who.head
}

/// An account as the table of grants knows it.
fn token(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("sees cases {account_id}")).to_vec()
}

/// Keeps whom a case names and whom it keeps out, in place of those before.
pub(crate) async fn keep(tx: &Tx, case: &Case) -> Result<()> {
    let (id, school) = (case.id.as_str(), case.school_id.as_str());
    case_grant::Entity::delete_many()
        .filter(case_grant::Column::SchoolId.eq(school))
        .filter(case_grant::Column::CaseId.eq(id))
        .exec(tx.db())
        .await?;
    let row = |part: &str, account: &str| case_grant::ActiveModel {
        school_id: Set(school.to_owned()),
        account_token: Set(token(tx, school, account)),
        part: Set(part.to_owned()),
        case_id: Set(id.to_owned()),
    };
    let members = case.access.members.iter().map(|account| row(MEMBER, account));
    let rows: Vec<_> = members.chain(case.access.kept_out().map(|account| row(CONFLICTED, account))).collect();
    if !rows.is_empty() {
        case_grant::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// The level as the column has it: for a case on an adult, who takes it on.
pub(crate) fn column(case: &Case) -> &'static str {
    if case.adult() { case.access.office.code() } else { case.access.level.code() }
}

/// What is asked of the rows of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// That there is one may be known.
    Row,
    /// It may be read.
    All,
}

/// The rows of `case_file` that the caller may see, as a condition in SQL and its values.
fn rule(tx: &Tx, school: &str, sight: Sight) -> (String, Vec<Value>) {
    let who = reader(tx);
    let own = token(tx, school, who.account_id);
    let adult = ADULT.map(|id| format!("'{id}'")).join(", ");
    let granted = "case_file.id IN (SELECT case_id FROM case_grant WHERE school_id = ? AND account_token = ? AND part = ?)";
    let mut ways = vec![granted.to_owned()];
    if who.lead || who.head {
        let levels = if sight == Sight::Row { "'open', 'restricted'" } else { "'open'" };
        ways.push(format!("(case_file.procedure_id NOT IN ({adult}) AND case_file.level IN ({levels}))"));
    }
    for (holds, levels) in [(who.head, "'open', 'head'"), (who.chair, "'chair'")] {
        if holds {
            ways.push(format!("(case_file.procedure_id IN ({adult}) AND case_file.level IN ({levels}))"));
        }
    }
    let sql = format!("(NOT ({granted}) AND ({}))", ways.join(" OR "));
    let values = |part: &str| [Value::from(school.to_owned()), Value::from(own.clone()), Value::from(part.to_owned())];
    (sql, [values(CONFLICTED), values(MEMBER)].concat())
}

/// The cases of a school that the caller may see, over `case_file`.
pub(crate) fn cases(tx: &Tx, school: &str, sight: Sight) -> SimpleExpr {
    let (sql, values) = rule(tx, school, sight);
    Expr::cust_with_values(sql, values)
}

/// What belongs to a case the caller may read, or to none where that is theirs to read, over a table with a `case_id`.
pub(crate) fn belongings(tx: &Tx, table: &str) -> Result<SimpleExpr> {
    let school = tx.scope().school()?.as_str();
    let (sql, mut values) = rule(tx, school, Sight::All);
    let none = if reads_outside(tx) { format!("{table}.case_id = '' OR ") } else { String::new() };
    let sql = format!(
        "({none}{table}.case_id IN (SELECT case_file.id FROM case_file WHERE case_file.school_id = ? AND {sql}))"
    );
    values.insert(0, Value::from(school.to_owned()));
    Ok(Expr::cust_with_values(sql, values))
}
