//! When records are reviewed, in the database. What people decide stands in the record itself; the table beside it is what
//! lists are narrowed by, and is reckoned anew with every write of an ended record and when the roll says something new.

pub(crate) mod destroy;
mod record;

use std::time::Duration;

use chassis::{
    caller::Scope,
    clock::london,
    db::{Store, Tx},
    error::{Error, Kind, Result},
    id::SchoolId,
    page::Page,
    serve::Shutdown,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::{Expr, OnConflict},
};
use time::{Date, OffsetDateTime};

use super::{
    access::{self, Sight},
    case, concern,
    entity::{case_file, concern as concern_table},
    invitation, key_at, learner, learner_record, open, search, subject_access, transfer,
};
use crate::{
    case::{
        Case,
        access::{Need, Verdict},
    },
    concern::{Concern, Outcome},
    learner::LearnerId,
    retention::{
        Child, Retention, Standing,
        hold::{Hold, of_request},
    },
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "retention")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub record_id: String,
        /// `open`, `dated`, or `undated` where nothing says when the review is.
        pub state: String,
        /// The month of the review, counted from year 0; the far future where there is no day.
        pub review_month: i32,
        pub held: i32,
        /// Whether a second person is asked.
        pub asked: i32,
        /// Whether the roll said something new of a learner in it.
        pub stale: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};
pub(crate) use record::Record;

/// Records that are reckoned afterwards at once, and how long others then have the database.
const SOME: u64 = 200;
const BETWEEN: Duration = Duration::from_millis(200);
/// How often it is looked for what the roll said.
const EVERY: Duration = Duration::from_secs(10);

/// What somebody wants to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Read it.
    Reads,
    /// Decide on it, as whoever works it.
    Works,
    /// Answer as the second person.
    Agrees,
}

/// A record that the caller may do this with, and how it stands. Whoever is going to decide on it holds its row until the
/// end of the transaction: nobody else holds, answers or destroys meanwhile.
pub(crate) async fn load(tx: &Tx, id: &str, part: Part) -> Result<(Record, Standing)> {
    let record = if id.starts_with("con_") {
        Record::Concern(Box::new(load_concern(tx, id, part).await?))
    } else {
        if part != Part::Reads {
            let school = tx.scope().school()?.as_str();
            let row = case_file::Entity::find_by_id(id).filter(case_file::Column::SchoolId.eq(school));
            row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
        }
        Record::Case(Box::new(case::load(tx, id).await?))
    };
    if part == Part::Agrees {
        learner::hold(tx, record.learners()).await?;
    }
    let standing = standing(tx, &record).await?;
    Ok((record, standing))
}

async fn load_concern(tx: &Tx, id: &str, part: Part) -> Result<Concern> {
    let concern = concern::found(tx, id).await?;
    let case_id = concern::case_of(&concern);
    if !case_id.is_empty() {
        return match case::readable(tx, case_id).await? {
            true => Err(Error::wrong_state("the concern is part of a case, and is kept and destroyed with it")),
            false => Err(Error::missing()),
        };
    }
    let who = access::reader(tx);
    // In a school with one lead the second person is the head, who reads concerns and does not decide on them.
    let need = if part == Part::Works { Need::Work } else { Need::Read };
    match (concern.may(who, need), concern.may(who, Need::Read)) {
        (true, _) => Ok(concern),
        (false, true) => Err(Error::denied()),
        (false, false) => Err(Error::missing()),
    }
}

/// How a record stands.
pub(crate) async fn standing(tx: &Tx, record: &Record) -> Result<Standing> {
    match record {
        Record::Case(case) => of_case(tx, case).await,
        Record::Concern(concern) => of_concern(tx, concern).await,
    }
}

async fn of_case(tx: &Tx, case: &Case) -> Result<Standing> {
    let mut children = Vec::new();
    for part in case.involvements.iter().filter(|part| part.of_child()) {
        let known = match &part.learner {
            Some(id) => child(tx, id).await?,
            None => None,
        };
        let mut child = known.unwrap_or_default();
        child.send |= part.vulnerabilities.iter().any(|said| said == "send");
        if !part.year_group.is_empty() {
            (child.year_group, child.seen_on) = (part.year_group.clone(), Some(day(case.opened_at)));
        }
        children.push(child);
    }
    let shared_open = match &case.shared_incident_id {
        Some(id) => invitation::waits(tx, id).await?,
        None => false,
    };
    let mut standing = case.how_kept(&children, shared_open);
    for id in &case.concern_ids {
        let added = match concern::found(tx, id).await {
            Ok(concern) => concern,
            Err(error) if error.kind() == Kind::Missing => continue,
            Err(error) => return Err(error),
        };
        standing.added_at = standing.added_at.max(added.additions.last().map(|addition| addition.at));
        standing.unread |= added.unread_additions() > 0;
    }
    let learners = case.involvements.iter().filter_map(|part| part.learner.as_ref());
    standing.holds.extend(requested(tx, learners, [case.id.as_str(), case.id.as_str()]).await?);
    Ok(standing)
}

async fn of_concern(tx: &Tx, concern: &Concern) -> Result<Standing> {
    let mut children = Vec::new();
    for id in &concern.learners {
        children.push(child(tx, id).await?.unwrap_or_default());
    }
    let mut standing = concern.how_kept(&children);
    let ids = [concern.id.as_str(), concern::case_of(concern)];
    standing.holds.extend(requested(tx, concern.learners.iter(), ids).await?);
    Ok(standing)
}

/// The holds of a request for what is kept about one of these, and of a file of theirs that goes elsewhere.
async fn requested<'a>(tx: &Tx, of: impl Iterator<Item = &'a LearnerId> + Clone, ids: [&str; 2]) -> Result<Vec<Hold>> {
    let since = subject_access::waiting_for(tx, of.clone(), ids).await?;
    Ok(since.map(of_request).into_iter().chain(transfer::unreceived(tx, of, ids[1]).await?).collect())
}

/// A child as the roll knows them; none where it does not.
async fn child(tx: &Tx, id: &LearnerId) -> Result<Option<Child>> {
    let learner = match learner::load(tx, id.as_str()).await {
        Ok(learner) => learner,
        Err(error) if error.kind() == Kind::Missing => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Child {
        born_on: learner.record.birth_date,
        send: learner.record.flags.iter().any(|flag| flag == "send"),
        year_group: learner.record.year_group,
        seen_on: Some(day(learner.updated_at)),
    }))
}

fn day(at: OffsetDateTime) -> Date {
    london(at).date()
}

/// A month as the column has it.
fn month(day: Date) -> i32 {
    day.year() * 12 + i32::from(day.month() as u8) - 1
}

/// Keeps when a case that was written is reviewed, unless it is open and nothing was ever said of that.
pub(super) async fn keep_case(tx: &Tx, case: &Case) -> Result<()> {
    if case.closing.is_none() && case.reopenings.is_empty() && case.retention.is_empty() {
        return Ok(());
    }
    let standing = of_case(tx, case).await?;
    keep(tx, (&case.school_id, case.id.as_str()), &standing, &case.retention).await
}

/// Keeps when a concern that was written is reviewed, unless it waits or is part of a case.
pub(super) async fn keep_concern(tx: &Tx, concern: &Concern) -> Result<()> {
    match &concern.outcome {
        Some(Outcome::InCase { .. }) => return forget(tx, &concern.school_id, &[concern.id.to_string()]).await,
        None if concern.retention.is_empty() => return Ok(()),
        Some(Outcome::NoFurtherAction { .. }) | None => {}
    }
    let standing = of_concern(tx, concern).await?;
    keep(tx, (&concern.school_id, concern.id.as_str()), &standing, &concern.retention).await
}

async fn keep(tx: &Tx, (school, id): (&str, &str), standing: &Standing, said: &Retention) -> Result<()> {
    let (state, review_month) = match (standing.closed_at, standing.review_on) {
        (None, _) => ("open", i32::MAX),
        (Some(_), None) => ("undated", i32::MAX),
        (Some(_), Some(day)) => ("dated", month(day)),
    };
    let asked = said.asks.iter().any(|ask| ask.waits(standing, tx.now()));
    let row = ActiveModel {
        school_id: Set(school.to_owned()),
        record_id: Set(id.to_owned()),
        state: Set(state.to_owned()),
        review_month: Set(review_month),
        held: Set(i32::from(!standing.holds.is_empty())),
        asked: Set(i32::from(asked)),
        stale: Set(0),
    };
    let again = OnConflict::columns([Column::SchoolId, Column::RecordId])
        .update_columns([Column::State, Column::ReviewMonth, Column::Held, Column::Asked, Column::Stale])
        .to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok(())
}

async fn forget(tx: &Tx, school: &str, ids: &[String]) -> Result<()> {
    let of_them = Entity::delete_many().filter(Column::SchoolId.eq(school)).filter(Column::RecordId.is_in(ids));
    of_them.exec(tx.db()).await?;
    Ok(())
}

/// Says that the roll knows something new of a learner, so that the records they have to do with are reckoned anew.
pub(crate) async fn stale(tx: &Tx, learner: &LearnerId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Stale, Expr::value(1))
        .filter(Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(Column::RecordId.in_subquery(learner_record::ids(tx, learner)?))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Which records are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// Every one that ended or is held.
    All,
    /// Those whose review is due.
    Due,
    /// Those that are held.
    Held,
    /// Those of which a second person is asked something.
    Asked,
    /// Those of which nothing says when their review is.
    Undated,
}

impl Show {
    /// Every one, with its code.
    pub(crate) const ALL: [(&'static str, Self); 5] =
        [("", Self::All), ("due", Self::Due), ("held", Self::Held), ("asked", Self::Asked), ("undated", Self::Undated)];

    fn shows(self, record: &Record, standing: &Standing, now: OffsetDateTime) -> bool {
        match self {
            Self::All => true,
            Self::Due => standing.due(day(now)),
            Self::Held => !standing.holds.is_empty(),
            Self::Asked => record.retention().asks.iter().any(|ask| ask.waits(standing, now)),
            Self::Undated => standing.closed_at.is_some() && standing.review_on.is_none(),
        }
    }
}

/// A page of the records that the caller may read, the nearest review first; `present` are the accounts that hold a role at the
/// school now.
pub(crate) async fn list(
    tx: &Tx,
    show: Show,
    present: &[String],
    page: &Page,
) -> Result<(Vec<(Record, Standing)>, String)> {
    let school = tx.scope().school()?.as_str();
    let mut readable = Condition::any();
    readable = readable.add(Column::RecordId.in_subquery(search::cases(tx, Sight::All)?));
    readable = readable.add(Column::RecordId.in_subquery(search::concerns(tx)?));
    let mut all = Entity::find().filter(Column::SchoolId.eq(school)).filter(readable);
    all = match show {
        Show::All => all,
        Show::Due => all.filter(Column::ReviewMonth.lte(month(day(tx.now())))),
        Show::Held => all.filter(Column::Held.eq(1)),
        Show::Asked => all.filter(Column::Asked.eq(1)),
        Show::Undated => all.filter(Column::State.eq("undated")),
    };
    let (by_month, by_id) = (Column::ReviewMonth, Column::RecordId);
    if let Some((at, id)) = page.after().and_then(|text| text.split_once('|')) {
        let at: i32 = at.parse().unwrap_or_default();
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let later = Condition::all().add(by_month.eq(at)).add(by_id.gt(id));
        all = all.filter(Condition::any().add(by_month.gt(at)).add(later));
    }
    let ordered = all.order_by_asc(by_month).order_by_asc(by_id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}", row.review_month, row.record_id));
    let ids: Vec<String> = rows.iter().map(|row| row.record_id.clone()).collect();
    let mut cases = case::readable_all(tx, &ids).await?;
    let concerns = search::read_concerns(tx, &ids).await?;
    let mut concerns: std::collections::HashMap<String, Concern> =
        concerns.into_iter().map(|concern| (concern.id.to_string(), concern)).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        // The table narrows, the record itself decides.
        let record = match (cases.remove(&row.record_id), concerns.remove(&row.record_id)) {
            (Some(case), _) if access::verdict(tx, &case) == Verdict::Yes => Record::Case(Box::new(case)),
            (None, Some(concern)) => Record::Concern(Box::new(concern)),
            _ => continue,
        };
        let mut standing = standing(tx, &record).await?;
        standing.present = record.about_one_of(present);
        if show.shows(&record, &standing, tx.now()) {
            found.push((record, standing));
        }
    }
    found.sort_by_key(|(_, standing)| standing.review_on.unwrap_or(Date::MAX));
    Ok((found, next))
}

/// Reckons what ended before this was kept, and what the roll says something new of, beside the work of others.
pub(crate) async fn catch_up(store: Store, mut shutdown: Shutdown) {
    let mut after = [String::new(), String::new()];
    let mut older = true;
    loop {
        let wait = match some(&store, &mut after, older).await {
            Ok(more) => {
                older = more;
                if more { BETWEEN } else { EVERY }
            }
            Err(error) => {
                tracing::warn!(service = store.name(), %error, "when some records are reviewed is not known yet");
                EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shutdown.wait() => return,
        }
    }
}

/// Reckons some of them; answers whether there may be more from before.
pub(crate) async fn some(store: &Store, after: &mut [String; 2], older: bool) -> Result<bool> {
    let [after_case, after_concern] = after;
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let kept = || Entity::find().select_only().column(Column::RecordId).into_query();
    let mut cases: Vec<(String, String)> = Vec::new();
    let mut concerns: Vec<(String, String)> = Vec::new();
    if older {
        cases = case_file::Entity::find()
            .select_only()
            .columns([case_file::Column::SchoolId, case_file::Column::Id])
            .filter(case_file::Column::State.eq("closed"))
            .filter(case_file::Column::Id.gt(after_case.as_str()))
            .filter(case_file::Column::Id.not_in_subquery(kept()))
            .order_by_asc(case_file::Column::Id)
            .limit(SOME)
            .into_tuple()
            .all(tx.db())
            .await?;
        concerns = concern_table::Entity::find()
            .select_only()
            .columns([concern_table::Column::SchoolId, concern_table::Column::Id])
            .filter(concern_table::Column::State.eq("no_further_action"))
            .filter(concern_table::Column::Id.gt(after_concern.as_str()))
            .filter(concern_table::Column::Id.not_in_subquery(kept()))
            .order_by_asc(concern_table::Column::Id)
            .limit(SOME)
            .into_tuple()
            .all(tx.db())
            .await?;
    }
    let stale: Vec<(String, String)> = Entity::find()
        .select_only()
        .columns([Column::SchoolId, Column::RecordId])
        .filter(Column::Stale.eq(1))
        .order_by_asc(Column::RecordId)
        .limit(SOME)
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    for (school, id) in cases.iter().chain(&concerns).chain(&stale) {
        one(store, school, id).await?;
    }
    for (rows, after) in [(&cases, after_case), (&concerns, after_concern)] {
        if let Some((_, last)) = rows.last() {
            after.clone_from(last);
        }
    }
    Ok(!(cases.is_empty() && concerns.is_empty()))
}

/// Reckons one, as it is while nobody else writes it.
async fn one(store: &Store, school: &str, id: &str) -> Result<()> {
    let school: SchoolId = school.parse().map_err(|_| Error::internal("a record of no school"))?;
    let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
    // It says beside the bodies what the bodies say, and is nobody's act.
    tx.silent();
    if let Some(row) = case_file::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await? {
        let opened: Case = open(&key_at(&tx, id, &row.school_id).await?, &row.body, &case::place(id))?;
        keep_case(&tx, &opened).await?;
    } else if let Some(row) = concern_table::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await? {
        let opened: Concern = open(&key_at(&tx, id, &row.school_id).await?, &row.body, &concern::place(id))?;
        keep_concern(&tx, &opened).await?;
    }
    tx.commit().await
}
