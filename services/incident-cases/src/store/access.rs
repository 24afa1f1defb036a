//! Who may see what, in the database: the one place through which cases, and whatever belongs to a case, are reached.
//! Lists are narrowed by the same rule that one record is answered by (`Case::may`), as SQL over keyed tokens.

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result},
    names,
};
use proto::access::v1::{Permission, Role};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait as _, QueryFilter as _, Statement, Value,
    sea_query::{Expr, OnConflict, SimpleExpr},
};

use super::case_grant;
use crate::{
    case::{
        Case,
        access::{ADULT, Level, Need, Office, Reader, Verdict},
    },
    concern::Concern,
};

/// What the column says of a concern that both the head and the chair see.
pub(crate) const BOTH: &str = "both";

/// What the column says of a concern that the lead and deputies see, and the head does not.
pub(crate) const LEAD_ALONE: &str = "lead_alone";

const MEMBER: &str = "member";
const CONFLICTED: &str = "conflicted";

/// Who asks, and for what.
pub(crate) fn reader(tx: &Tx) -> Reader<'_> {
    reader_of(tx.scope())
}

/// The same, before a transaction is begun.
pub(crate) fn reader_of(scope: &Scope) -> Reader<'_> {
    Reader {
        account_id: scope.account_text(),
        name: scope.account_name(),
        lead: scope.has(Role::Dsl) || scope.has(Role::DeputyDsl),
        dsl: scope.has(Role::Dsl),
        head: scope.has(Role::Head),
        chair: scope.has(Role::Chair),
    }
}

/// What the rpc's permission asks of a case; nothing is let in over a case that no rule let in.
fn need(tx: &Tx) -> Option<Need> {
    match tx.scope().permission()? {
        Permission::CaseRead | Permission::ConcernRead | Permission::LearnerRead | Permission::WorkloadRead => {
            Some(Need::Read)
        }
        Permission::CaseClose | Permission::CaseAgree | Permission::LessonRaise => Some(Need::Close),
        // A photo of a note is added to a case by whoever works it, let in as somebody who records.
        Permission::CaseWork
        | Permission::CaseRefer
        | Permission::CaseShare
        | Permission::ConcernTriage
        | Permission::ConcernRecord => Some(Need::Work),
        // Let in for something else: over no case.
        Permission::Unspecified
        | Permission::Public
        | Permission::Self_
        | Permission::AccountManage
        | Permission::WebhookManage
        | Permission::SchoolRead
        | Permission::SchoolCreate
        | Permission::TemplateRead
        | Permission::TemplatePublish
        | Permission::PolicyRead
        | Permission::PolicyEdit
        | Permission::PolicyApprove
        | Permission::PolicyRatify
        | Permission::PolicyPublish
        | Permission::RegisterRead
        | Permission::RegisterKeep
        | Permission::DutyAnswer
        | Permission::PolicyPublishEmergency
        | Permission::PolicyComment
        | Permission::DocumentLint
        | Permission::LearnerManage
        | Permission::PublicReportManage
        | Permission::FeedRead
        | Permission::FeedManage
        | Permission::FeedIngest
        | Permission::AlertRead
        | Permission::AlertAnswer
        | Permission::ExceptionRead
        | Permission::ExceptionAsk
        | Permission::ExceptionDecide
        | Permission::RecipientKeep
        | Permission::SenderManage
        | Permission::ReportSign
        | Permission::ReportRead
        | Permission::ReportReadAuthority
        | Permission::ProfileRead
        | Permission::ProfileKeep
        | Permission::QuestionWrite
        | Permission::SelfReviewRead
        | Permission::FiguresRebuild
        | Permission::CoverKeep
        | Permission::DeskRead
        | Permission::DeskWork
        | Permission::ShareOversee
        | Permission::HistoryRead => None,
    }
}

/// Whether the caller was let in to read and for nothing else.
pub(crate) fn only_reads(tx: &Tx) -> bool {
    need(tx) == Some(Need::Read)
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

/// What the caller may do with a concern that is part of no case.
pub(crate) fn concern_verdict(tx: &Tx, concern: &Concern) -> Verdict {
    match need(tx) {
        Some(need) if concern.may(reader(tx), need) => Verdict::Yes,
        Some(_) if concern.may(reader(tx), Need::Read) => Verdict::Denied,
        Some(_) | None => Verdict::No,
    }
}

/// Refuses what belongs to no case to those who have only cases: a chair of governors.
pub(crate) fn outside(tx: &Tx) -> Result<()> {
    let who = reader(tx);
    let works = need(tx).is_some_and(|need| need != Need::Work);
    if who.lead || (who.head && works) { Ok(()) } else { Err(Error::denied()) }
}

/// Refuses the answering of requests to those who have only single cases. The head answers as well as the lead: what is
/// recorded about adults is the head's, and nobody else's to give.
pub(crate) fn answers_requests(tx: &Tx) -> Result<()> {
    let who = reader(tx);
    if who.lead || who.head { Ok(()) } else { Err(Error::denied()) }
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

/// Those of a name as the table of grants knows them: every two words of it, so that one shared by two names finds both.
fn name_tokens(tx: &Tx, school: &str, name: &str) -> Vec<Vec<u8>> {
    names::pairs(name).iter().map(|pair| token(tx, school, &format!("of the name {pair}"))).collect()
}

/// Keeps whom a case names and whom it keeps out, in place of those before.
pub(crate) async fn keep(tx: &Tx, case: &Case) -> Result<()> {
    let (id, school) = (case.id.as_str(), case.school_id.as_str());
    case_grant::Entity::delete_many()
        .filter(case_grant::Column::SchoolId.eq(school))
        .filter(case_grant::Column::CaseId.eq(id))
        .exec(tx.db())
        .await?;
    let row = |part: &str, account_token: Vec<u8>| case_grant::ActiveModel {
        school_id: Set(school.to_owned()),
        account_token: Set(account_token),
        part: Set(part.to_owned()),
        case_id: Set(id.to_owned()),
    };
    let members = case.access.members.iter().map(|account| row(MEMBER, token(tx, school, account)));
    let kept_out = case.access.kept_out().map(|account| row(CONFLICTED, token(tx, school, account)));
    let mut of_name: Vec<Vec<u8>> =
        case.access.kept_out_names().flat_map(|name| name_tokens(tx, school, name)).collect();
    of_name.sort_unstable();
    of_name.dedup();
    let of_name = of_name.into_iter().map(|token| row(CONFLICTED, token));
    let rows: Vec<_> = members.chain(kept_out).chain(of_name).collect();
    if !rows.is_empty() {
        case_grant::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Those of some cases of a school that keep somebody out.
pub(crate) async fn keeping_out(tx: &Tx, school: &str, cases: &[&str]) -> Result<Vec<String>> {
    let rows = case_grant::Entity::find()
        .filter(case_grant::Column::SchoolId.eq(school))
        .filter(case_grant::Column::Part.eq(CONFLICTED))
        .filter(case_grant::Column::CaseId.is_in(cases.iter().copied()))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.case_id).collect())
}

/// Keeps whom a concern keeps out: what was said once of a conflict is never taken back.
pub(crate) async fn keep_out(tx: &Tx, concern: &Concern) -> Result<()> {
    let (id, school) = (concern.id.as_str(), concern.school_id.as_str());
    let row = |account: &String| case_grant::ActiveModel {
        school_id: Set(school.to_owned()),
        account_token: Set(token(tx, school, account)),
        part: Set(CONFLICTED.to_owned()),
        case_id: Set(id.to_owned()),
    };
    let rows: Vec<_> = concern.kept_out.iter().map(row).collect();
    if !rows.is_empty() {
        let known = [
            case_grant::Column::SchoolId,
            case_grant::Column::AccountToken,
            case_grant::Column::Part,
            case_grant::Column::CaseId,
        ];
        let twice = OnConflict::columns(known).do_nothing().to_owned();
        case_grant::Entity::insert_many(rows).on_conflict(twice).exec_without_returning(tx.db()).await?;
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

/// A condition in SQL as it grows: every value is bound, none is written into it.
pub(super) struct Condition {
    /// Whether the engine numbers its values, `$1`; else they are `?`.
    numbered: bool,
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    pub(super) fn new(tx: &Tx) -> Self {
        let numbered = tx.db().get_database_backend() == DatabaseBackend::Postgres;
        Self { numbered, sql: String::new(), values: Vec::new() }
    }

    pub(super) fn say(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    pub(super) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.numbered {
            let place = format!("${}", self.values.len());
            return self.say(&place);
        }
        self.say("?")
    }

    fn one_of(&mut self, column: &str, not: bool, values: &[&str]) -> &mut Self {
        self.say(column).say(if not { " NOT IN (" } else { " IN (" });
        for (i, value) in values.iter().enumerate() {
            self.say(if i == 0 { "" } else { ", " }).value(*value);
        }
        self.say(")")
    }

    /// The case names the account, or keeps it or its name out.
    fn granted(&mut self, school: &str, tokens: &[Vec<u8>], part: &str) -> &mut Self {
        self.say("case_file.id IN (SELECT case_grant.case_id FROM case_grant WHERE case_grant.school_id = ");
        self.value(school).say(" AND case_grant.account_token IN (");
        for (i, token) in tokens.iter().enumerate() {
            self.say(if i == 0 { "" } else { ", " }).value(token.clone());
        }
        self.say(") AND case_grant.part = ").value(part).say(")")
    }

    /// The rows of `case_file` that the caller may see.
    pub(super) fn seen(&mut self, tx: &Tx, school: &str, sight: Sight) -> &mut Self {
        let who = reader(tx);
        let own = [token(tx, school, who.account_id)];
        let known_as: Vec<Vec<u8>> = own.iter().cloned().chain(name_tokens(tx, school, who.name)).collect();
        let open = Level::Open.code();
        self.say("(NOT (").granted(school, &known_as, CONFLICTED).say(") AND (").granted(school, &own, MEMBER);
        if who.lead || who.head {
            let levels = [open, Level::Restricted.code()];
            let levels = if sight == Sight::Row { &levels[..] } else { &levels[..1] };
            self.say(" OR (").one_of("case_file.procedure_id", true, &ADULT).say(" AND ");
            self.one_of("case_file.level", false, levels).say(")");
        }
        // Whatever its procedure: who takes it on says that it is on an adult.
        for (holds, office) in [(who.head, Office::Head), (who.chair, Office::Chair)] {
            if holds {
                self.say(" OR case_file.level = ").value(office.code());
            }
        }
        // A case on an adult from before there were levels is the head's.
        if who.head {
            self.say(" OR (").one_of("case_file.procedure_id", false, &ADULT).say(" AND case_file.level = ");
            self.value(open).say(")");
        }
        self.say("))")
    }

    /// The rows of `concern` that are part of no case and that the caller may read.
    fn free(&mut self, tx: &Tx) -> &mut Self {
        let who = reader(tx);
        self.say("(concern.case_id = ").value("").say(" AND (concern.office IN (");
        let offices = [
            (who.lead || who.head, ""),
            (who.lead && !who.head, LEAD_ALONE),
            (who.head, Office::Head.code()),
            (who.chair, Office::Chair.code()),
        ];
        // Nobody's, so that the list is never empty.
        self.value("nobody");
        for (_, office) in offices.into_iter().chain([(who.head || who.chair, BOTH)]).filter(|(theirs, _)| *theirs) {
            self.say(", ").value(office);
        }
        self.say(") AND NOT EXISTS (SELECT 1 FROM case_grant WHERE case_grant.school_id = concern.school_id");
        self.say(" AND case_grant.case_id = concern.id AND case_grant.part = ").value(CONFLICTED);
        let school = tx.scope().school().map(|school| school.as_str().to_owned()).unwrap_or_default();
        self.say(" AND case_grant.account_token = ").value(token(tx, &school, who.account_id)).say(")))")
    }

    /// The rows of `concern` that the caller may read.
    fn read(&mut self, tx: &Tx, school: &str) -> &mut Self {
        self.say("(").free(tx);
        self.say(" OR concern.case_id IN (SELECT case_file.id FROM case_file WHERE case_file.school_id = ");
        self.value(school).say(" AND ").seen(tx, school, Sight::All).say("))")
    }

    /// The same, each concern's case looked up by its key: for a few concerns among many cases.
    pub(super) fn read_few(&mut self, tx: &Tx, school: &str) -> &mut Self {
        self.say("(").free(tx).say(" OR ").of_case(tx, school, "concern").say(")")
    }

    /// The rows of a table with a `case_id` whose case the caller may read, each case looked up by its key.
    fn of_case(&mut self, tx: &Tx, school: &str, table: &str) -> &mut Self {
        self.say("EXISTS (SELECT 1 FROM case_file WHERE case_file.id = ").say(table).say(".case_id");
        self.say(" AND case_file.school_id = ").value(school).say(" AND ").seen(tx, school, Sight::All).say(")")
    }

    /// The whole of a query.
    pub(super) fn into_statement(self, tx: &Tx) -> Statement {
        Statement::from_sql_and_values(tx.db().get_database_backend(), self.sql, self.values)
    }

    fn into_expr(self) -> SimpleExpr {
        Expr::cust_with_values(self.sql, self.values)
    }
}

/// The cases of a school that the caller may see, over `case_file`.
pub(crate) fn cases(tx: &Tx, school: &str, sight: Sight) -> SimpleExpr {
    let mut condition = Condition::new(tx);
    condition.seen(tx, school, sight);
    condition.into_expr()
}

/// The concerns of a school that the caller may read, over `concern`.
pub(crate) fn concerns(tx: &Tx) -> Result<SimpleExpr> {
    let mut condition = Condition::new(tx);
    condition.read(tx, tx.scope().school()?.as_str());
    Ok(condition.into_expr())
}

/// The concerns of a school that are part of no case and that the caller may read, over `concern`.
pub(crate) fn free_concerns(tx: &Tx) -> SimpleExpr {
    let mut condition = Condition::new(tx);
    condition.free(tx);
    condition.into_expr()
}

/// The concerns of a school that the caller may read, over `concern`, where a few are asked for by their ids.
pub(crate) fn few_concerns(tx: &Tx) -> Result<SimpleExpr> {
    let mut condition = Condition::new(tx);
    condition.read_few(tx, tx.scope().school()?.as_str());
    Ok(condition.into_expr())
}

/// What belongs to a case the caller may read, over a table with a `case_id` that belongs to cases alone: each case is
/// looked up by its key, so that what is asked of costs, and not how many cases there are.
pub(crate) fn of_cases(tx: &Tx, table: &str) -> Result<SimpleExpr> {
    let mut condition = Condition::new(tx);
    condition.of_case(tx, tx.scope().school()?.as_str(), table);
    Ok(condition.into_expr())
}

/// What belongs to a case or concern the caller may read, or to none where that is theirs to read, over a table with a
/// `case_id`.
pub(crate) fn belongings(tx: &Tx, table: &str) -> Result<SimpleExpr> {
    let school = tx.scope().school()?.as_str();
    let column = format!("{table}.case_id");
    let mut condition = Condition::new(tx);
    condition.say("(");
    if reads_outside(tx) {
        condition.say(&column).say(" = ").value("").say(" OR ");
    }
    condition.say(&column).say(" IN (SELECT case_file.id FROM case_file WHERE case_file.school_id = ");
    condition.value(school).say(" AND ").seen(tx, school, Sight::All).say(") OR ");
    condition.say(&column).say(" IN (SELECT concern.id FROM concern WHERE concern.school_id = ");
    condition.value(school).say(" AND ").read(tx, school).say("))");
    Ok(condition.into_expr())
}
