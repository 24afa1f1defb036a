//! Notices at rest, from when they are made until they are sent or given up. A process takes some for a while, so that
//! no other sends them meanwhile; what it has not marked by then is taken again.

use chassis::{db::Tx, error::Result, id::AccountId};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use super::{
    entity::{notice, shared_school},
    micros, moment,
};
use crate::notices::{NoticeId, kind::UNANNOUNCED};

/// How long a process has what it took: longer than any mail may take.
const LEASE: Duration = Duration::minutes(5);
/// How long it is remembered what became of a notice.
pub const REMEMBERED: Duration = Duration::days(30);
/// How many accounts are taken at once.
const AT_ONCE: u64 = 50;

/// A notice that is to be made.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Whom it is for.
    pub account_id: &'a AccountId,
    /// The school it is about; empty for the authority.
    pub school: &'a str,
    /// What it tells.
    pub kind: &'a str,
    /// The path it leads to.
    pub link: &'a str,
    /// When it leaves.
    pub due: OffsetDateTime,
}

/// A notice that a process took.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id.
    pub id: String,
    /// The school it is about; empty for the authority.
    pub school: String,
    /// What it tells.
    pub kind: String,
    /// The path it leads to.
    pub link: String,
    /// How often it was tried before.
    pub tries: i64,
    /// When it was tried first.
    pub tried_at: Option<OffsetDateTime>,
}

/// Keeps a new notice; answers its id.
///
/// # Errors
/// Where it cannot be kept.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<String> {
    let id = tx.ids().next::<NoticeId>().to_string();
    let row = notice::ActiveModel {
        account_id: Set(new.account_id.to_string()),
        school_id: Set(new.school.to_owned()),
        kind: Set(new.kind.to_owned()),
        created_us: Set(micros(tx.now())),
        due_us: Set(micros(new.due)),
        state: Set("queued".to_owned()),
        tries: Set(0),
        tried_us: Set(None),
        lease_us: Set(0),
        lease: Set(String::new()),
        error: Set(String::new()),
        body: Set(tx.ring().own_key().seal(new.link.as_bytes(), &place(&id))),
        id: Set(id.clone()),
    };
    row.insert(tx.db()).await?;
    Ok(id)
}

/// Queued, due and in nobody's hands.
fn free(now: i64) -> Condition {
    Condition::all()
        .add(notice::Column::State.eq("queued"))
        .add(notice::Column::DueUs.lte(now))
        .add(notice::Column::LeaseUs.lte(now))
}

/// The accounts for which something is due, those that wait longest first.
///
/// # Errors
/// Where they cannot be read.
pub async fn due(tx: &Tx) -> Result<Vec<AccountId>> {
    let waiting = notice::Entity::find()
        .select_only()
        .column(notice::Column::AccountId)
        .filter(free(micros(tx.now())))
        .group_by(notice::Column::AccountId)
        .order_by_asc(notice::Column::DueUs.min())
        .limit(AT_ONCE);
    let ids: Vec<String> = waiting.into_tuple().all(tx.db()).await?;
    Ok(ids.into_iter().filter_map(|id| id.parse().ok()).collect())
}

/// Takes everything that is due for an account; what another process has stays with it.
///
/// # Errors
/// Where it cannot be taken.
pub async fn take(tx: &Tx, account_id: &AccountId) -> Result<Vec<Taken>> {
    let (now, lease) = (micros(tx.now()), tx.ids().request_id());
    notice::Entity::update_many()
        .col_expr(notice::Column::LeaseUs, Expr::value(now + micros_of(LEASE)))
        .col_expr(notice::Column::Lease, Expr::value(lease.clone()))
        .filter(notice::Column::AccountId.eq(account_id.as_str()))
        .filter(free(now))
        .exec(tx.db())
        .await?;
    let mine = notice::Entity::find().filter(notice::Column::Lease.eq(lease)).order_by_asc(notice::Column::Id);
    let open = |row: notice::Model| {
        let link = tx.ring().own_key().open(&row.body, &place(&row.id))?;
        Ok(Taken {
            link: String::from_utf8_lossy(&link).into_owned(),
            id: row.id,
            school: row.school_id,
            kind: row.kind,
            tries: row.tries,
            tried_at: row.tried_us.map(moment),
        })
    };
    mine.all(tx.db()).await?.into_iter().map(open).collect()
}

/// What became of a notice.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It left.
    Sent,
    /// It is tried again then.
    Again(OffsetDateTime, String),
    /// It is not tried again.
    GivenUp(String),
}

/// Marks what became of a notice. What was sent or given up keeps no link.
///
/// # Errors
/// Where it cannot be marked.
pub async fn mark(tx: &Tx, taken: &Taken, fate: &Fate) -> Result<()> {
    let now = tx.now();
    let mut update = notice::Entity::update_many()
        .col_expr(notice::Column::Tries, Expr::value(taken.tries + 1))
        .col_expr(notice::Column::LeaseUs, Expr::value(0_i64))
        .col_expr(notice::Column::Lease, Expr::value(""));
    update = match fate {
        Fate::Sent => update.col_expr(notice::Column::State, Expr::value("sent")),
        Fate::Again(due, error) => update
            .col_expr(notice::Column::DueUs, Expr::value(micros(*due)))
            .col_expr(notice::Column::TriedUs, Expr::value(micros(taken.tried_at.unwrap_or(now))))
            .col_expr(notice::Column::Error, Expr::value(error.clone())),
        Fate::GivenUp(error) => update
            .col_expr(notice::Column::State, Expr::value("given_up"))
            .col_expr(notice::Column::TriedUs, Expr::value(micros(now)))
            .col_expr(notice::Column::Error, Expr::value(error.clone())),
    };
    if !matches!(fate, Fate::Again(..)) {
        update = update.col_expr(notice::Column::Body, Expr::value(Vec::<u8>::new()));
    }
    update.filter(notice::Column::Id.eq(taken.id.as_str())).exec(tx.db()).await?;
    Ok(())
}

/// Forgets what is still to be sent to an account: all of it, or one kind.
///
/// # Errors
/// Where it cannot be forgotten.
pub async fn forget(tx: &Tx, account_id: &AccountId, kind: Option<&str>) -> Result<()> {
    let queued =
        Condition::all().add(notice::Column::AccountId.eq(account_id.as_str())).add(notice::Column::State.eq("queued"));
    let which = match kind {
        Some(kind) => queued.add(notice::Column::Kind.eq(kind)),
        None => queued,
    };
    notice::Entity::delete_many().filter(which).exec(tx.db()).await?;
    Ok(())
}

/// How many notices to an account were given up.
///
/// # Errors
/// Where they cannot be counted.
pub async fn given_up(tx: &Tx, account_id: &AccountId) -> Result<u64> {
    let lost = Condition::all()
        .add(notice::Column::AccountId.eq(account_id.as_str()))
        .add(notice::Column::State.eq("given_up"));
    let since = notice::Column::CreatedUs.gt(micros(tx.now() - REMEMBERED));
    Ok(notice::Entity::find().filter(lost).filter(since).count(tx.db()).await?)
}

/// An account whose notices were given up.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The account.
    pub account_id: String,
    /// How many.
    pub count: u32,
    /// Why the last one was.
    pub error: String,
    /// When that was.
    pub last_at: OffsetDateTime,
}

/// The accounts whose notices were given up, most first. Those of what is announced to nobody are not among them: that
/// there were any would tell that something waits for somebody. Their own page counts them (`given_up`).
///
/// # Errors
/// Where they cannot be read.
pub async fn failures(tx: &Tx) -> Result<Vec<Failure>> {
    let rows = notice::Entity::find()
        .filter(notice::Column::State.eq("given_up"))
        .filter(notice::Column::Kind.ne(UNANNOUNCED.code))
        .filter(notice::Column::CreatedUs.gt(micros(tx.now() - REMEMBERED)))
        .order_by_desc(notice::Column::TriedUs)
        .limit(10_000)
        .all(tx.db())
        .await?;
    let mut failures: Vec<Failure> = Vec::new();
    for row in rows {
        match failures.iter_mut().find(|failure| failure.account_id == row.account_id) {
            Some(failure) => failure.count += 1,
            None => failures.push(Failure {
                account_id: row.account_id,
                count: 1,
                error: row.error,
                last_at: moment(row.tried_us.unwrap_or(row.created_us)),
            }),
        }
    }
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    failures.truncate(200);
    Ok(failures)
}

/// Forgets what became of notices long ago.
///
/// # Errors
/// Where it cannot be forgotten.
pub async fn sweep(tx: &Tx) -> Result<()> {
    let old = notice::Column::CreatedUs.lte(micros(tx.now() - REMEMBERED));
    notice::Entity::delete_many().filter(old).filter(notice::Column::State.ne("queued")).exec(tx.db()).await?;
    Ok(())
}

/// Keeps which school opened an incident to others.
///
/// # Errors
/// Where it cannot be kept.
pub async fn keep_shared(tx: &Tx, shared_incident_id: &str, school: &str) -> Result<()> {
    if shared_by(tx, shared_incident_id).await?.is_none() {
        let row = shared_school::ActiveModel {
            shared_incident_id: Set(shared_incident_id.to_owned()),
            school_id: Set(school.to_owned()),
        };
        row.insert(tx.db()).await?;
    }
    Ok(())
}

/// The school that opened an incident to others.
///
/// # Errors
/// Where it cannot be read.
pub async fn shared_by(tx: &Tx, shared_incident_id: &str) -> Result<Option<String>> {
    let row = shared_school::Entity::find_by_id(shared_incident_id.to_owned()).one(tx.db()).await?;
    Ok(row.map(|row| row.school_id))
}

/// A duration in microseconds.
pub(super) fn micros_of(duration: Duration) -> i64 {
    i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX)
}

/// Binds a sealed link to its row.
fn place(id: &str) -> String {
    format!("notice|{id}")
}
