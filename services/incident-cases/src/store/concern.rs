//! Concerns in the database.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::{access, case, entity::concern, holder, key_at, key_for, micros, moment, new_key, open, open_all, seal};
use time::OffsetDateTime;

use crate::{
    case::{
        Case,
        access::{Need, Office, Verdict},
    },
    concern::{Concern, Origin, Outcome, wait::Level},
};

/// How many that have waited too long are looked for at once.
const AT_ONCE: u64 = 200;

/// Concerns that are looked through for one that may be about the same.
const LOOKED_AT: u64 = 500;

/// What the column says of the gravest. Smaller numbers were written by earlier versions, whose columns say less than the bodies,
/// until they are read out of those anew.
pub(super) const GRAVEST: i32 = 20;

pub(super) fn place(id: &str) -> String {
    format!("concern|{id}")
}

/// The case it is part of; empty where none.
pub(crate) fn case_of(concern: &Concern) -> &str {
    match &concern.outcome {
        Some(Outcome::InCase { case_id, .. }) => case_id,
        Some(Outcome::NoFurtherAction { .. }) | None => "",
    }
}

/// How much was added since it was read; a concern that nobody read is unread with all that belongs to it.
fn added(concern: &Concern) -> i32 {
    let unread = if concern.read.is_some() { concern.unread_additions() } else { 0 };
    i32::try_from(unread).unwrap_or(i32::MAX)
}

/// How urgent it is that somebody decides, as the column has it, the gravest first: what people report by whether the child
/// is safe, alerts by their severity, as their clocks have it (`Concern::urgency`). An alert stands behind what a person
/// reports that is as pressing: a filter says nothing of where the child is now. What is decided comes last.
pub(super) fn urgency(concern: &Concern) -> i32 {
    let grave = match (&concern.outcome, &concern.origin) {
        (Some(_), _) => 6,
        (None, Origin::Alert { severity, .. }) => match severity.as_str() {
            "critical" => 1,
            "high" => 3,
            "medium" => 4,
            _ => 5,
        },
        (None, Origin::Staff { .. } | Origin::Public(_)) => match concern.report.safe_now.as_str() {
            "no" => 0,
            "yes" => 4,
            _ => 2,
        },
    };
    GRAVEST + grave
}

/// The cases that concerns are part of, whoever may read them.
pub(crate) async fn cases_of(tx: &Tx, ids: &[String]) -> Result<Vec<String>> {
    let school = tx.scope().school()?.as_str();
    let rows = concern::Entity::find()
        .select_only()
        .column(concern::Column::CaseId)
        .filter(concern::Column::SchoolId.eq(school))
        .filter(concern::Column::Id.is_in(ids))
        .filter(concern::Column::CaseId.ne(""));
    Ok(rows.into_tuple().all(tx.db()).await?)
}

/// Writes a new concern; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, concern: &Concern) -> Result<Vec<u8>> {
    let id = concern.id.as_str();
    let key = new_key(tx, id, &holder(&concern.school_id, concern.office.is_some())).await?;
    let mut kept = concern.clone();
    super::vouch(tx, &mut kept.names);
    let body = seal(&key, &kept, &place(id))?;
    let row = concern::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(concern.school_id.clone()),
        state: Set(concern.state().to_owned()),
        reporter: Set(concern.reporter().to_owned()),
        case_id: Set(case_of(concern).to_owned()),
        was_read: Set(i32::from(concern.read.is_some())),
        added: Set(added(concern)),
        created_us: Set(micros(concern.recorded_at)),
        escalate_us: Set(escalate_us(concern)),
        escalated: Set(escalated(concern)),
        urgency: Set(urgency(concern)),
        office: Set(offices(concern).to_owned()),
        alert_id: Set(concern.alert().to_owned()),
        body: Set(body.clone()),
    };
    concern::Entity::insert(row).exec_without_returning(tx.db()).await?;
    super::search::begin_concern(tx, concern).await?;
    Ok(body)
}

/// When it is passed on, as the column has it.
fn escalate_us(concern: &Concern) -> i64 {
    concern.next_escalation().map_or(i64::MAX, micros)
}

/// What the column says of one that is passed on beyond the school.
const AUTHORITY: i32 = 4;

/// How far it was passed on, as the column has it.
fn escalated(concern: &Concern) -> i32 {
    match concern.level() {
        None => 0,
        Some(Level::Deputy) => 1,
        Some(Level::Head) => 2,
        Some(Level::Chair) => 3,
        Some(Level::Authority) => AUTHORITY,
    }
}

/// Who takes it on, as the column has it.
pub(super) fn offices(concern: &Concern) -> &'static str {
    match concern.office {
        None if concern.not_the_heads() => access::LEAD_ALONE,
        None => "",
        Some(Office::Head) if concern.level() >= Some(Level::Chair) => access::BOTH,
        Some(office) => office.code(),
    }
}

/// Writes what became of a concern; answers what its body holds.
pub(crate) async fn update(tx: &Tx, concern: &Concern) -> Result<Vec<u8>> {
    let id = concern.id.as_str();
    let mut kept = concern.clone();
    super::vouch(tx, &mut kept.names);
    let body = seal(&key_for(tx, id, &concern.school_id, concern.office.is_some()).await?, &kept, &place(id))?;
    let row = concern::ActiveModel {
        id: Unchanged(id.to_owned()),
        state: Set(concern.state().to_owned()),
        case_id: Set(case_of(concern).to_owned()),
        was_read: Set(i32::from(concern.read.is_some())),
        added: Set(added(concern)),
        escalate_us: Set(escalate_us(concern)),
        escalated: Set(escalated(concern)),
        urgency: Set(urgency(concern)),
        office: Set(offices(concern).to_owned()),
        body: Set(body.clone()),
        ..Default::default()
    };
    concern::Entity::update(row).exec(tx.db()).await?;
    super::retention::keep_concern(tx, concern).await?;
    super::search::keep_concern(tx, concern).await?;
    Ok(body)
}

/// One concern of the scope's school that the caller may do with what they were let in for; one that is part of a case is
/// found by whoever may read the case.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Concern> {
    let concern = found(tx, id).await?;
    let verdict = match case_of(&concern) {
        "" => access::concern_verdict(tx, &concern),
        id if case::readable(tx, id).await? => Verdict::Yes,
        _ => Verdict::No,
    };
    match verdict {
        Verdict::Yes => Ok(concern),
        Verdict::Denied | Verdict::RowOnly => Err(Error::denied()),
        Verdict::No => Err(Error::missing()),
    }
}

/// One concern of the scope's school that one account recorded.
pub(crate) async fn load_own(tx: &Tx, id: &str, reporter: &str) -> Result<Concern> {
    let concern = found(tx, id).await?;
    if !reporter.is_empty() && concern.reporter() == reporter { Ok(concern) } else { Err(Error::missing()) }
}

/// The row, held until the end of the transaction: whoever reads a concern first, names its learners or decides on it
/// writes all of it, and would undo what another wrote meanwhile.
pub(super) async fn found(tx: &Tx, id: &str) -> Result<Concern> {
    let school = tx.scope().school()?;
    let row = concern::Entity::find_by_id(id).filter(concern::Column::SchoolId.eq(school.as_str()));
    let row = row.lock_exclusive().one(tx.db()).await?;
    read(tx, row.ok_or_else(Error::missing)?).await
}

/// Whether the caller reads a concern for the school: the lead and deputies, the head once it was passed on to them, and
/// whoever takes it on, or the case it is part of, where it is about an adult.
pub(crate) async fn read_for_the_school(tx: &Tx, concern: &Concern) -> Result<bool> {
    match case_of(concern) {
        "" => Ok(concern.may(access::reader(tx), Need::Work)),
        // Whoever reads beyond their rights reads for nobody else, and changes nothing.
        id if !case::by_right(tx, id).await? => Ok(false),
        _ if access::reader(tx).lead => Ok(true),
        id => {
            let case = case::look(tx, id).await?.0;
            // Of a child's case the head reads for the school where they work it.
            Ok(case.adult() || case.may(access::reader(tx), Need::Work) == Verdict::Yes)
        }
    }
}

async fn read(tx: &Tx, row: concern::Model) -> Result<Concern> {
    open(&key_at(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// A concern that nobody has read, for the service itself.
pub(crate) async fn waiting(tx: &Tx, id: &str) -> Result<Option<Concern>> {
    let unread = concern::Entity::find_by_id(id).filter(concern::Column::WasRead.eq(0)).lock_exclusive();
    match unread.one(tx.db()).await? {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// The concern that came from a filter alert, for the service itself; held until the transaction ends.
pub(crate) async fn of_alert(tx: &Tx, alert_id: &str) -> Result<Option<Concern>> {
    let school = tx.scope().school()?;
    let row = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::AlertId.eq(alert_id))
        .lock_exclusive();
    match row.one(tx.db()).await? {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// A concern that has waited too long.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) school_id: String,
    pub(crate) escalate_us: i64,
}

/// A concern that nobody at its school has read in time.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Unheld {
    pub(crate) id: String,
    pub(crate) school_id: String,
    created_us: i64,
}

impl Unheld {
    /// Since when it waits.
    pub(crate) fn since(&self) -> Option<OffsetDateTime> {
        moment(self.created_us)
    }
}

/// Concerns of every school that were passed on to the authority and that nobody has read, the first first: those about children,
/// or those about adults.
pub(crate) async fn unheld(tx: &Tx, of_children: bool) -> Result<Vec<Unheld>> {
    let office = match of_children {
        true => concern::Column::Office.eq(""),
        false => concern::Column::Office.ne(""),
    };
    let all = concern::Entity::find()
        .select_only()
        .columns([concern::Column::Id, concern::Column::SchoolId, concern::Column::CreatedUs])
        .filter(concern::Column::WasRead.eq(0))
        .filter(concern::Column::State.eq("new"))
        .filter(concern::Column::Escalated.eq(AUTHORITY))
        .filter(office)
        .order_by_asc(concern::Column::CreatedUs);
    Ok(all.into_model::<Unheld>().all(tx.db()).await?)
}

/// Concerns of every school that have waited too long, the longest first, after the one given.
pub(crate) async fn due(tx: &Tx, after: Option<&(i64, String)>) -> Result<Vec<Due>> {
    let (by_time, by_id) = (concern::Column::EscalateUs, concern::Column::Id);
    let mut all = concern::Entity::find()
        .select_only()
        .columns([by_id, concern::Column::SchoolId, by_time])
        .filter(concern::Column::WasRead.eq(0))
        .filter(by_time.lte(micros(tx.now())));
    if let Some((at, id)) = after {
        all = all
            .filter(Condition::any().add(by_time.gt(*at)).add(Condition::all().add(by_time.eq(*at)).add(by_id.gt(id))));
    }
    let ordered = all.order_by_asc(by_time).order_by_asc(by_id).limit(AT_ONCE);
    Ok(ordered.into_model::<Due>().all(tx.db()).await?)
}

/// Unread concerns of every school about adults whose clock still runs, after the one given: whoever takes them on may be away.
pub(crate) async fn in_office(tx: &Tx, after: &str) -> Result<Vec<Due>> {
    let (by_time, by_id) = (concern::Column::EscalateUs, concern::Column::Id);
    let all = concern::Entity::find()
        .select_only()
        .columns([by_id, concern::Column::SchoolId, by_time])
        .filter(concern::Column::WasRead.eq(0))
        .filter(by_time.gt(micros(tx.now())))
        .filter(by_time.lt(i64::MAX))
        .filter(concern::Column::Office.is_in([Office::Head.code(), Office::Chair.code(), access::BOTH]))
        .filter(by_id.gt(after));
    Ok(all.order_by_asc(by_id).limit(AT_ONCE).into_model::<Due>().all(tx.db()).await?)
}

/// A page of the school's concerns that the caller may read, and how many there are: the gravest first, of those as grave
/// what nobody has read, then the oldest.
pub(crate) async fn list(
    tx: &Tx,
    state: &str,
    added: bool,
    alert_id: &str,
    page: &Page,
) -> Result<(Vec<Concern>, String, u64)> {
    let school = tx.scope().school()?;
    let mut all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(access::concerns(tx)?)
        // Part of a case, and not said yet of which: nobody's to list.
        .filter(Condition::any().add(concern::Column::State.ne("in_case")).add(concern::Column::CaseId.ne("")));
    let (unread, passed_on) = (concern::Column::WasRead.eq(0), concern::Column::Escalated.gt(0));
    all = match state {
        "" => all,
        "unread" => all.filter(concern::Column::State.eq("new")).filter(unread),
        "escalated" => all.filter(concern::Column::State.eq("new")).filter(unread).filter(passed_on),
        state => all.filter(concern::Column::State.eq(state)),
    };
    if added {
        all = all.filter(concern::Column::Added.gt(0));
    }
    if !alert_id.is_empty() {
        all = all.filter(concern::Column::AlertId.eq(alert_id));
    }
    let total = all.clone().count(tx.db()).await?;
    let (need, read) = (concern::Column::Urgency, concern::Column::WasRead);
    if let Some((urgency, was_read, created, id)) = page.after().and_then(cursor) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (at, by_id) = (concern::Column::CreatedUs, concern::Column::Id);
        let later = Condition::any().add(at.gt(created)).add(Condition::all().add(at.eq(created)).add(by_id.gt(id)));
        let later = Condition::any().add(read.gt(was_read)).add(Condition::all().add(read.eq(was_read)).add(later));
        all = all.filter(Condition::any().add(need.gt(urgency)).add(Condition::all().add(need.eq(urgency)).add(later)));
    }
    let ordered = all
        .order_by_asc(need)
        .order_by_asc(read)
        .order_by_asc(concern::Column::CreatedUs)
        .order_by_asc(concern::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}|{}|{}", row.urgency, row.was_read, row.created_us, row.id));
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, school.as_str(), rows, place).await?, next, total))
}

fn cursor(text: &str) -> Option<(i32, i32, i64, String)> {
    let mut parts = text.splitn(4, '|');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (urgency, was_read, created) = (number()?, number()?, number()?);
    Some((i32::try_from(urgency).ok()?, i32::try_from(was_read).ok()?, created, parts.next()?.to_owned()))
}

/// The concerns about adults that the caller may decide on, are part of no case and are unread, or were added to since.
pub(crate) async fn unannounced(tx: &Tx) -> Result<Vec<Concern>> {
    let school = tx.scope().school()?;
    let all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::Office.ne(""))
        .filter(concern::Column::State.eq("new"))
        .filter(Condition::any().add(concern::Column::WasRead.eq(0)).add(concern::Column::Added.gt(0)))
        .filter(access::free_concerns(tx));
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    let mut waiting: Vec<Concern> = open_all(tx, school.as_str(), rows, place).await?;
    // The table narrows, the concern itself decides.
    waiting.retain(|concern| concern.may(access::reader(tx), Need::Work));
    Ok(waiting)
}

/// The concerns in cases that the caller may read, open or closed, that were added to since they were read.
pub(crate) async fn added_in_cases(tx: &Tx) -> Result<Vec<Concern>> {
    let school = tx.scope().school()?;
    let all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::CaseId.ne(""))
        .filter(concern::Column::Added.gt(0))
        .filter(access::few_concerns(tx)?);
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school.as_str(), rows, place).await
}

/// Those of the school's concerns with these ids that the caller may read.
pub(crate) async fn readable_all(tx: &Tx, ids: &[String]) -> Result<Vec<Concern>> {
    let school = tx.scope().school()?;
    let mut concerns = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(super::AT_ONCE) {
        let some = concern::Entity::find()
            .filter(concern::Column::SchoolId.eq(school.as_str()))
            .filter(concern::Column::Id.is_in(chunk))
            .filter(access::few_concerns(tx)?);
        let rows = some.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
        concerns.extend(open_all::<Concern>(tx, school.as_str(), rows, place).await?);
    }
    Ok(concerns)
}

/// The concerns of a case, for whoever may read that: they are a part of it.
pub(crate) async fn of_case(tx: &Tx, case: &Case) -> Result<Vec<Concern>> {
    Ok(of_cases(tx, &[case]).await?.into_iter().map(|(_, concern)| concern).collect())
}

/// The concerns of some cases of one school, for whoever may read those, each with the id of its case.
pub(crate) async fn of_cases(tx: &Tx, cases: &[&Case]) -> Result<Vec<(String, Concern)>> {
    let Some(school) = cases.first().map(|case| case.school_id.as_str()) else { return Ok(Vec::new()) };
    let ids = cases.iter().filter(|case| !case.concern_ids.is_empty()).map(|case| case.id.as_str());
    let ids: Vec<&str> = ids.collect();
    let mut all = Vec::new();
    for some in ids.chunks(super::AT_ONCE) {
        let found = concern::Entity::find()
            .filter(concern::Column::SchoolId.eq(school))
            .filter(concern::Column::CaseId.is_in(some.iter().copied()))
            .order_by_asc(concern::Column::Id);
        let rows = found.all(tx.db()).await?;
        let of: Vec<String> = rows.iter().map(|row| row.case_id.clone()).collect();
        let opened = open_all(tx, school, rows.into_iter().map(|row| (row.id, row.body)), place).await?;
        all.extend(of.into_iter().zip(opened));
    }
    Ok(all)
}

/// Concerns recorded since a moment that the caller may read, the latest first.
pub(crate) async fn since(tx: &Tx, at: OffsetDateTime) -> Result<Vec<Concern>> {
    let school = tx.scope().school()?;
    let all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::CreatedUs.gte(micros(at)))
        .filter(access::concerns(tx)?)
        .order_by_desc(concern::Column::CreatedUs)
        .limit(LOOKED_AT);
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school.as_str(), rows, place).await
}

/// A page of the concerns that one account recorded, newest first.
pub(crate) async fn list_of(tx: &Tx, reporter: &str, page: &Page) -> Result<(Vec<Concern>, String)> {
    let school = tx.scope().school()?;
    let mut all = concern::Entity::find()
        .filter(concern::Column::SchoolId.eq(school.as_str()))
        .filter(concern::Column::Reporter.eq(reporter));
    if let Some(after) = page.after() {
        all = all.filter(concern::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(concern::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, school.as_str(), rows, place).await?, next))
}
