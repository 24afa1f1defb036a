//! Cases in the database.

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Kind, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, sea_query::Expr,
};

use super::{
    AT_ONCE,
    access::{self, Sight},
    entity::case_file,
    holder, key_at, key_for, micros, new_key, open, open_all, seal,
};
use crate::case::{
    Case,
    access::{ADULT, ALLEGATION, LOW_LEVEL, Level, Office, Verdict},
};

/// Open cases that are looked through for what a concern may belong to.
const LOOKED_AT: u64 = 500;

/// The lists that cases are kept apart in: allegations and low-level concerns are registers of their own (rule ALL-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Register {
    /// All of them together.
    All,
    /// Those about children.
    Children,
    /// Those about adults but low-level concerns.
    Allegations,
    /// Low-level concerns about adults.
    LowLevel,
}

impl Register {
    /// The register of a code; all where it is empty.
    pub(crate) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "" => Self::All,
            "children" => Self::Children,
            "allegations" => Self::Allegations,
            "low_level" => Self::LowLevel,
            _ => return None,
        })
    }
}

pub(super) fn place(id: &str) -> String {
    format!("case|{id}")
}

fn due(case: &Case) -> i64 {
    case.next_due().map_or(i64::MAX, micros)
}

/// By which procedure it is worked, as the column has it: a low-level concern that went on as an allegation stands among those.
fn worked_by(case: &Case) -> &str {
    if case.allegation() { ALLEGATION } else { &case.procedure.id }
}

/// Writes a new case; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, case: &Case) -> Result<Vec<u8>> {
    let id = case.id.as_str();
    let key = new_key(tx, id, &holder(&case.school_id, case.adult())).await?;
    let mut kept = case.clone();
    super::vouch(tx, &mut kept.names);
    let body = seal(&key, &kept, &place(id))?;
    let row = case_file::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(case.school_id.clone()),
        state: Set(case.state().to_owned()),
        procedure_id: Set(worked_by(case).to_owned()),
        due_us: Set(due(case)),
        level: Set(access::column(case).to_owned()),
        shared_incident_id: Set(case.shared_incident_id.clone().unwrap_or_default()),
        version: Set(i64::try_from(case.version).unwrap_or_default()),
        body: Set(body.clone()),
    };
    case_file::Entity::insert(row).exec_without_returning(tx.db()).await?;
    if case.adult() {
        access::keep(tx, case).await?;
    }
    super::due::insert(tx, case).await?;
    super::workload::keep_steps(tx, case, None).await?;
    super::search::begin_case(tx, case).await?;
    super::case_mark::stale(tx, case).await?;
    Ok(body)
}

/// Writes a case that was worked on, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn update(tx: &Tx, case: &mut Case) -> Result<Vec<u8>> {
    let before = i64::try_from(case.version).unwrap_or_default();
    case.version += 1;
    super::vouch(tx, &mut case.names);
    let touched = case.touched_at.replace(tx.now());
    let id = case.id.as_str();
    let body = seal(&key_for(tx, id, &case.school_id, case.adult()).await?, case, &place(id))?;
    let written = case_file::Entity::update_many()
        .col_expr(case_file::Column::State, Expr::value(case.state()))
        .col_expr(case_file::Column::DueUs, Expr::value(due(case)))
        .col_expr(case_file::Column::ProcedureId, Expr::value(worked_by(case)))
        .col_expr(case_file::Column::Level, Expr::value(access::column(case)))
        .col_expr(case_file::Column::SharedIncidentId, Expr::value(case.shared_incident_id.clone().unwrap_or_default()))
        .col_expr(case_file::Column::Version, Expr::value(before + 1))
        .col_expr(case_file::Column::Body, Expr::value(body.clone()))
        .filter(case_file::Column::Id.eq(id))
        .filter(case_file::Column::Version.eq(before))
        .exec(tx.db())
        .await?;
    if written.rows_affected != 1 {
        return Err(Error::changed());
    }
    let learners: Vec<_> = case.involvements.iter().filter_map(|i| i.learner.clone()).collect();
    super::learner_record::add(tx, id, &learners).await?;
    super::due::replace(tx, case).await?;
    super::workload::keep_steps(tx, case, touched).await?;
    super::retention::keep_case(tx, case).await?;
    super::search::keep_case(tx, case).await?;
    super::case_mark::stale(tx, case).await?;
    Ok(body)
}

/// Keeps by which procedure the low-level concerns of the scope's school are worked, with what is due in them and when they are
/// reviewed, where the columns say another one than the case itself; for the service itself.
pub(crate) async fn keep_procedures(tx: &Tx, school: &str) -> Result<()> {
    let rows = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::ProcedureId.eq(LOW_LEVEL))
        .lock_exclusive();
    let rows = rows.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    let cases: Vec<Case> = open_all(tx, school, rows, place).await?;
    for case in cases.iter().filter(|case| worked_by(case) != LOW_LEVEL) {
        case_file::Entity::update_many()
            .col_expr(case_file::Column::ProcedureId, Expr::value(worked_by(case)))
            .col_expr(case_file::Column::DueUs, Expr::value(due(case)))
            .filter(case_file::Column::Id.eq(case.id.as_str()))
            .exec(tx.db())
            .await?;
        super::due::replace(tx, case).await?;
        super::retention::keep_case(tx, case).await?;
        super::case_mark::stale(tx, case).await?;
    }
    Ok(())
}

/// One case of the scope's school that the caller may do with what they were let in for.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Case> {
    match look(tx, id).await? {
        (case, Verdict::Yes) => Ok(case),
        (_, Verdict::RowOnly | Verdict::Denied) => Err(Error::denied()),
        (_, Verdict::No) => Err(Error::missing()),
    }
}

/// One case of the scope's school, and what the caller may do with it; missing where there is none for them. Whoever may
/// only know that there is one reads it while it is open to them beyond that.
pub(crate) async fn look(tx: &Tx, id: &str) -> Result<(Case, Verdict)> {
    if id.is_empty() {
        return Err(Error::invalid("case_id", "Enter the case, such as cas_01k…"));
    }
    let school = tx.scope().school()?;
    let row = case_file::Entity::find_by_id(id).filter(case_file::Column::SchoolId.eq(school.as_str())).one(tx.db());
    let case = read(tx, row.await?.ok_or_else(Error::missing)?).await?;
    match access::verdict(tx, &case) {
        Verdict::No => Err(Error::missing()),
        Verdict::RowOnly if super::break_glass::until(tx, &case).await?.is_some() => Ok((case, Verdict::Yes)),
        verdict => Ok((case, verdict)),
    }
}

/// Those of the school's cases with these ids that the caller may read, by id.
pub(crate) async fn readable_all(tx: &Tx, ids: &[String]) -> Result<HashMap<String, Case>> {
    let known = known_all(tx, ids).await?.into_iter();
    Ok(known.filter(|(_, verdict)| *verdict == Verdict::Yes).map(|(case, _)| (case.id.to_string(), case)).collect())
}

/// Those of the school's cases with these ids that the caller may know of, and what they may do with each.
pub(crate) async fn known_all(tx: &Tx, ids: &[String]) -> Result<Vec<(Case, Verdict)>> {
    let school = tx.scope().school()?;
    let mut cases = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        let rows = case_file::Entity::find()
            .filter(case_file::Column::SchoolId.eq(school.as_str()))
            .filter(case_file::Column::Id.is_in(chunk))
            .all(tx.db())
            .await?;
        let rows = rows.into_iter().map(|row| (row.id, row.body));
        let opened: Vec<Case> = open_all(tx, school.as_str(), rows, place).await?;
        let judged = opened.into_iter().map(|case| (access::verdict(tx, &case), case));
        cases.extend(judged.filter(|(verdict, _)| *verdict != Verdict::No).map(|(verdict, case)| (case, verdict)));
    }
    Ok(cases)
}

/// Every case on an adult that the caller may read.
pub(crate) async fn on_adults(tx: &Tx) -> Result<Vec<Case>> {
    let school = tx.scope().school()?.as_str();
    let all = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(adult())
        .filter(access::cases(tx, school, Sight::All));
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school, rows, place).await
}

/// The open cases that the caller may read, those on adults or the others, the latest first.
pub(crate) async fn open_readable(tx: &Tx, on_adults: bool) -> Result<Vec<Case>> {
    let school = tx.scope().school()?.as_str();
    let all = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::State.eq("open"))
        .filter(access::cases(tx, school, Sight::All))
        .filter(if on_adults { adult() } else { adult().not() })
        .order_by_desc(case_file::Column::Id)
        .limit(LOOKED_AT);
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school, rows, place).await
}

/// The open cases that the caller may read and of which nothing is announced: those on adults, and hidden ones.
pub(crate) async fn unannounced(tx: &Tx) -> Result<Vec<Case>> {
    let school = tx.scope().school()?.as_str();
    let all = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::State.eq("open"))
        .filter(adult().add(case_file::Column::Level.eq(Level::Hidden.code())))
        .filter(access::cases(tx, school, Sight::All));
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    let mut cases: Vec<Case> = open_all(tx, school, rows, place).await?;
    // The table narrows, the case itself decides.
    cases.retain(|case| access::verdict(tx, case) == Verdict::Yes);
    Ok(cases)
}

/// Cases on adults: of one that turned out to be, the column says who takes it on.
pub(super) fn adult() -> Condition {
    Condition::any()
        .add(case_file::Column::ProcedureId.is_in(ADULT))
        .add(case_file::Column::Level.is_in([Office::Head.code(), Office::Chair.code()]))
}

/// One case of the scope's school, for the service itself.
pub(crate) async fn of_service(tx: &Tx, id: &str) -> Result<Case> {
    read(tx, case_file::Entity::find_by_id(id).one(tx.db()).await?.ok_or_else(Error::missing)?).await
}

/// The same, held until the end of the transaction; none where the school keeps it no longer.
pub(crate) async fn held_of_service(tx: &Tx, id: &str) -> Result<Option<Case>> {
    match case_file::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await? {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Every case on an adult of the scope's school, for the service itself.
pub(crate) async fn on_adults_of_service(tx: &Tx) -> Result<Vec<Case>> {
    let school = tx.scope().school()?.as_str();
    let all = case_file::Entity::find().filter(case_file::Column::SchoolId.eq(school)).filter(adult());
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school, rows, place).await
}

/// Whether what belongs to a case is the caller's to read, as the case is.
pub(crate) async fn readable(tx: &Tx, id: &str) -> Result<bool> {
    if by_right(tx, id).await? {
        return Ok(true);
    }
    Ok(super::break_glass::now(tx, id).await?.is_some() && matches!(look(tx, id).await, Ok((_, Verdict::Yes))))
}

/// Whether a case is the caller's to read without anything being opened to them beyond that.
pub(crate) async fn by_right(tx: &Tx, id: &str) -> Result<bool> {
    let school = tx.scope().school()?;
    let found = case_file::Entity::find_by_id(id)
        .filter(case_file::Column::SchoolId.eq(school.as_str()))
        .filter(access::cases(tx, school.as_str(), Sight::All));
    Ok(found.count(tx.db()).await? > 0)
}

/// The cases through which a school has or had part in a shared incident; `earlier` are those that belong to another one since.
fn through(shared_incident_id: &str, school: &str, earlier: &[&str]) -> Select<case_file::Entity> {
    let through = Condition::any()
        .add(case_file::Column::SharedIncidentId.eq(shared_incident_id))
        .add(case_file::Column::Id.is_in(earlier.iter().copied()));
    case_file::Entity::find().filter(case_file::Column::SchoolId.eq(school)).filter(through)
}

/// Whether the school has or had part in a shared incident through a case that the caller may not read; `earlier` are those that
/// belong to another one since.
pub(crate) async fn hides_shared(tx: &Tx, shared_incident_id: &str, school: &str, earlier: &[&str]) -> Result<bool> {
    let own = through(shared_incident_id, school, earlier);
    Ok(own.clone().count(tx.db()).await? > own.filter(access::cases(tx, school, Sight::All)).count(tx.db()).await?)
}

/// The shared incidents that go with a case: those it belongs or belonged to that are in the record of no other case of its school.
pub(crate) async fn shared_of(tx: &Tx, case: &Case) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for id in case.shared_ids() {
        let sharing = match super::shared::peek(tx, id, &case.school_id).await {
            Ok(sharing) => Some(sharing),
            Err(error) if error.kind() == Kind::Missing => None,
            Err(error) => return Err(error),
        };
        let earlier = sharing.iter().flat_map(|sharing| sharing.earlier_of(&case.school_id)).collect::<Vec<_>>();
        let others = through(id, &case.school_id, &earlier).filter(case_file::Column::Id.ne(case.id.as_str()));
        if others.count(tx.db()).await? == 0 {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// The cases through which a school has part in a shared incident, the first first, and whether each is open.
pub(crate) async fn linked(tx: &Tx, shared_incident_id: &str, school: &str) -> Result<Vec<(String, bool)>> {
    let own = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::SharedIncidentId.eq(shared_incident_id))
        .order_by_asc(case_file::Column::Id);
    Ok(own.all(tx.db()).await?.into_iter().map(|row| (row.id, row.state == "open")).collect())
}

async fn read(tx: &Tx, row: case_file::Model) -> Result<Case> {
    open(&key_at(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// A page of the school's cases that the caller may know of, nearest due date first, and how many there are.
pub(crate) async fn list(
    tx: &Tx,
    (state, level, register): (&str, &str, Register),
    page: &Page,
) -> Result<(Vec<(Case, Verdict)>, String, u64)> {
    let school = tx.scope().school()?;
    let mut all = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school.as_str()))
        .filter(access::cases(tx, school.as_str(), Sight::Row));
    if !state.is_empty() {
        all = all.filter(case_file::Column::State.eq(state));
    }
    all = match level {
        "" => all,
        "adult" => all.filter(adult()),
        level => all.filter(case_file::Column::ProcedureId.is_not_in(ADULT)).filter(case_file::Column::Level.eq(level)),
    };
    let kind = case_file::Column::ProcedureId;
    all = match register {
        Register::All => all,
        Register::Children => all.filter(adult().not()),
        Register::Allegations => all.filter(adult()).filter(kind.ne(LOW_LEVEL)),
        Register::LowLevel => all.filter(kind.eq(LOW_LEVEL)),
    };
    let total = all.clone().count(tx.db()).await?;
    if let Some((due, id)) = page.after().and_then(|text| text.split_once('|')) {
        let due: i64 = due.parse().unwrap_or_default();
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (by_due, by_id) = (case_file::Column::DueUs, case_file::Column::Id);
        all = all
            .filter(Condition::any().add(by_due.gt(due)).add(Condition::all().add(by_due.eq(due)).add(by_id.gt(id))));
    }
    let ordered = all.order_by_asc(case_file::Column::DueUs).order_by_asc(case_file::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}", row.due_us, row.id));
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    let cases: Vec<Case> = open_all(tx, school.as_str(), rows, place).await?;
    // The table narrows, the case itself decides.
    let judged = cases.into_iter().map(|case| {
        let verdict = access::verdict(tx, &case);
        (case, verdict)
    });
    Ok((judged.filter(|(_, verdict)| *verdict != Verdict::No).collect(), next, total))
}
