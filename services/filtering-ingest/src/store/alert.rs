//! Alerts in the database, sealed: who, where and what was typed.

use std::collections::HashSet;

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
    text::user_name,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::{KEYS, entity::alert, key, keys, micros, new_key, open, seal};
use crate::{
    alert::{Alert, Readers},
    severity,
};

/// How many that have waited too long are looked for at once.
const AT_ONCE: u64 = 200;

fn place(id: &str) -> String {
    format!("alert|{id}")
}

/// An account in a column: only whoever has the keys can tell whether it is the same.
fn token(tx: &Tx, school: &str, account: &str) -> String {
    match account {
        "" => String::new(),
        account => super::hex(&tx.ring().token(school, &format!("subject|{account}"))),
    }
}

/// What stands in the column of alerts in which the filter wrote no user.
const NOBODY: &str = "-";

/// A user's name at the filter in a column, likewise; without the domain or realm that some products write with it.
pub(crate) fn user_token(tx: &Tx, school: &str, user: &str) -> String {
    match user_name(user).as_str() {
        "" => NOBODY.to_owned(),
        name => super::hex(&tx.ring().token(school, &format!("alert-user|{name}"))),
    }
}

/// When it is passed on, as the column has it.
fn pass_us(alert: &Alert) -> i64 {
    alert.next_pass().map_or(i64::MAX, micros)
}

/// Writes a new alert; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, raised: &Alert) -> Result<Vec<u8>> {
    let id = raised.id.as_str();
    let body = seal(&new_key(tx, id, &raised.school_id).await?, raised, &place(id))?;
    let row = alert::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(raised.school_id.clone()),
        feed_id: Set(raised.feed_id.clone()),
        verdict: Set(raised.verdict().to_owned()),
        answered: Set(0),
        severity_rank: Set(severity::rank(&raised.severity).into()),
        rule_id: Set(raised.rule_id.clone()),
        raised_us: Set(micros(raised.raised_at)),
        readers: Set(raised.readers.0),
        subject: Set(token(tx, &raised.school_id, &raised.subject)),
        pass_us: Set(pass_us(raised)),
        theme: Set(raised.theme.clone()),
        event_us: Set(micros(raised.event_at)),
        user_token: Set(user_token(tx, &raised.school_id, &raised.user)),
        body: Set(body.clone()),
    };
    alert::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes an alert that counted on, was opened, passed on or answered; answers what its body holds.
pub(crate) async fn update(tx: &Tx, changed: &Alert) -> Result<Vec<u8>> {
    let id = changed.id.as_str();
    let body = seal(&key(tx, id, &changed.school_id).await?, changed, &place(id))?;
    let row = alert::ActiveModel {
        id: Unchanged(id.to_owned()),
        verdict: Set(changed.verdict().to_owned()),
        answered: Set(changed.answer.is_some().into()),
        severity_rank: Set(severity::rank(&changed.severity).into()),
        readers: Set(changed.readers.0),
        pass_us: Set(pass_us(changed)),
        theme: Set(changed.theme.clone()),
        event_us: Set(micros(changed.event_at)),
        body: Set(body.clone()),
        ..Default::default()
    };
    alert::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// One alert of the scope's school, whoever may know of it, for the service itself; held until the transaction ends.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Alert> {
    find(tx, id).await?.ok_or_else(Error::missing)
}

/// The same, where there is one.
pub(crate) async fn find(tx: &Tx, id: &str) -> Result<Option<Alert>> {
    let school = tx.scope().school()?;
    let row = alert::Entity::find_by_id(id).filter(alert::Column::SchoolId.eq(school.as_str())).lock_exclusive();
    match row.one(tx.db()).await? {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// One alert of the scope's school that the caller may know of.
pub(crate) async fn load_for(tx: &Tx, id: &str, reader: Readers) -> Result<Alert> {
    let alert = load(tx, id).await?;
    if alert.may_read(reader, tx.scope().account_text()) { Ok(alert) } else { Err(Error::missing()) }
}

async fn read(tx: &Tx, row: alert::Model) -> Result<Alert> {
    open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// Those of a feed of the scope's school that happened from a moment on and were not withdrawn, for the service itself.
pub(crate) async fn of_feed(tx: &Tx, feed_id: &str, from: Option<OffsetDateTime>) -> Result<Vec<Alert>> {
    let all = alert::Entity::find()
        .filter(alert::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(alert::Column::FeedId.eq(feed_id))
        .filter(alert::Column::EventUs.gte(from.map_or(i64::MIN, micros)))
        .filter(alert::Column::Readers.ne(0))
        .order_by_asc(alert::Column::Id);
    read_all(tx, all.all(tx.db()).await?).await
}

/// Several of the scope's school.
async fn read_all(tx: &Tx, rows: Vec<alert::Model>) -> Result<Vec<Alert>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let keys = keys(tx, &ids, tx.scope().school()?.as_str()).await?;
    let one = |row: &alert::Model| open(keys.get(&row.id).ok_or_else(Error::missing)?, &row.body, &place(&row.id));
    rows.iter().map(one).collect()
}

/// Those of the scope's school that the caller may know of.
fn readable(tx: &Tx, reader: Readers) -> Result<Condition> {
    let school = tx.scope().school()?.as_str();
    let own = token(tx, school, tx.scope().account_text());
    let mut readable =
        Condition::all().add(alert::Column::SchoolId.eq(school)).add(alert::Column::Readers.is_in(reader.sets()));
    if !own.is_empty() {
        readable = readable.add(alert::Column::Subject.ne(own));
    }
    Ok(readable)
}

/// Those that were answered among some of the scope's school.
pub(crate) async fn answered(tx: &Tx, ids: &[&str]) -> Result<HashSet<String>> {
    let mut answered = HashSet::new();
    for chunk in ids.chunks(KEYS) {
        let these = alert::Entity::find().select_only().column(alert::Column::Id);
        let these = these.filter(alert::Column::SchoolId.eq(tx.scope().school()?.as_str()));
        let these = these.filter(alert::Column::Id.is_in(chunk.iter().copied())).filter(alert::Column::Answered.ne(0));
        answered.extend(these.into_tuple::<String>().all(tx.db()).await?);
    }
    Ok(answered)
}

/// Which alerts are listed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Which<'a> {
    /// `new` or a verdict; any where empty.
    pub(crate) verdict: &'a str,
    /// The feed they came from; any where empty.
    pub(crate) feed_id: &'a str,
    /// What they are about; any where empty.
    pub(crate) theme: &'a str,
    /// Only those about staff, that are the caller's to answer.
    pub(crate) about_staff: bool,
    /// By whom they are, as the column has it; anybody where there is none.
    pub(crate) users: &'a [String],
}

/// A page of the alerts that the caller may know of, unanswered and gravest first, and how many there are.
pub(crate) async fn list(tx: &Tx, reader: Readers, which: Which<'_>, page: &Page) -> Result<(Vec<Alert>, String, u64)> {
    let mut all = alert::Entity::find().filter(readable(tx, reader)?);
    if !which.verdict.is_empty() {
        all = all.filter(alert::Column::Verdict.eq(which.verdict));
    }
    if !which.feed_id.is_empty() {
        all = all.filter(alert::Column::FeedId.eq(which.feed_id));
    }
    if !which.theme.is_empty() {
        all = all.filter(alert::Column::Theme.eq(which.theme));
    }
    if !which.users.is_empty() {
        all = all.filter(alert::Column::UserToken.is_in(which.users));
    }
    if which.about_staff {
        all = all.filter(alert::Column::Readers.is_in(reader.sets_about_staff()));
    }
    let total = all.clone().count(tx.db()).await?;
    if let Some((answered, rank, id)) = page.after().and_then(cursor) {
        // Spelt out: engines differ in how a condition in plain SQL takes its values.
        let (by_answer, by_rank, by_id) = (alert::Column::Answered, alert::Column::SeverityRank, alert::Column::Id);
        let later =
            Condition::any().add(by_rank.lt(rank)).add(Condition::all().add(by_rank.eq(rank)).add(by_id.gt(id)));
        all = all.filter(
            Condition::any().add(by_answer.gt(answered)).add(Condition::all().add(by_answer.eq(answered)).add(later)),
        );
    }
    let ordered = all
        .order_by_asc(alert::Column::Answered)
        .order_by_desc(alert::Column::SeverityRank)
        .order_by_asc(alert::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}|{}", row.answered, row.severity_rank, row.id));
    Ok((read_all(tx, rows).await?, next, total))
}

fn cursor(text: &str) -> Option<(i32, i32, String)> {
    let mut parts = text.splitn(3, '|');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// The alerts of the scope's school since a moment, whoever may know of them, the latest first.
pub(crate) async fn since(tx: &Tx, at: OffsetDateTime, most: u64) -> Result<Vec<Alert>> {
    let school = tx.scope().school()?;
    let rows = alert::Entity::find()
        .filter(alert::Column::SchoolId.eq(school.as_str()))
        .filter(alert::Column::RaisedUs.gte(micros(at)))
        // What was withdrawn is another school's.
        .filter(alert::Column::Readers.ne(0))
        .order_by_desc(alert::Column::RaisedUs)
        .order_by_asc(alert::Column::Id)
        .limit(most)
        .all(tx.db())
        .await?;
    read_all(tx, rows).await
}

/// How the alerts of each rule were answered since a moment: rule, verdict, how many. Alerts about staff are counted to
/// whoever may know of them, and to nobody else.
pub(crate) async fn answers(tx: &Tx, reader: Readers, since: OffsetDateTime) -> Result<Vec<(String, String, u64)>> {
    let counted = readable(tx, reader)?;
    let rows: Vec<(String, String, i64)> = alert::Entity::find()
        .select_only()
        .columns([alert::Column::RuleId, alert::Column::Verdict])
        .column_as(alert::Column::Id.count(), "alerts")
        .filter(counted)
        // What was kept before there was such a column says no rule.
        .filter(alert::Column::RuleId.ne(""))
        .filter(alert::Column::RaisedUs.gte(micros(since)))
        .group_by(alert::Column::RuleId)
        .group_by(alert::Column::Verdict)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|(rule, verdict, n)| (rule, verdict, u64::try_from(n).unwrap_or_default())).collect())
}

/// How many alerts of each theme that the caller may know of happened in some stretches of time, the earliest first. They are
/// counted over `alert_theme`, and none of them is opened.
pub(crate) async fn themes(
    tx: &Tx,
    reader: Readers,
    stretches: &[(OffsetDateTime, OffsetDateTime)],
) -> Result<Vec<(String, u64)>> {
    let (Some((from, _)), Some((_, until))) = (stretches.first(), stretches.last()) else { return Ok(Vec::new()) };
    let within = |(from, until): &(OffsetDateTime, OffsetDateTime)| {
        let by_time = alert::Column::EventUs;
        Condition::all().add(by_time.gte(micros(*from))).add(by_time.lt(micros(*until)))
    };
    let within = stretches.iter().map(within).fold(Condition::any(), Condition::add);
    let rows: Vec<(String, i64)> = alert::Entity::find()
        .select_only()
        .column(alert::Column::Theme)
        .column_as(alert::Column::Id.count(), "alerts")
        .filter(readable(tx, reader)?)
        .filter(alert::Column::EventUs.gte(micros(*from)))
        .filter(alert::Column::EventUs.lt(micros(*until)))
        .filter(within)
        .group_by(alert::Column::Theme)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|(theme, n)| (theme, u64::try_from(n).unwrap_or_default())).collect())
}

/// Whether some of the school's alerts are from before there was a column of their theme, and not read out yet.
pub(crate) async fn some_without_theme(tx: &Tx) -> Result<bool> {
    let school = tx.scope().school()?.as_str();
    let unread = alert::Entity::find()
        .filter(alert::Column::SchoolId.eq(school))
        .filter(alert::Column::EventUs.eq(0))
        .filter(alert::Column::Theme.eq(""));
    Ok(unread.limit(1).count(tx.db()).await? > 0)
}

/// Some of the alerts of every school that columns say too little of, after one of them: id and school.
pub(crate) async fn without_columns(tx: &Tx, after: &str) -> Result<Vec<(String, String)>> {
    let some = alert::Entity::find()
        .select_only()
        .columns([alert::Column::Id, alert::Column::SchoolId])
        .filter(Condition::any().add(alert::Column::Theme.eq("")).add(alert::Column::UserToken.eq("")))
        .filter(alert::Column::Id.gt(after))
        .order_by_asc(alert::Column::Id)
        .limit(AT_ONCE);
    Ok(some.into_tuple().all(tx.db()).await?)
}

/// Reads out of an alert what its columns do not say yet.
pub(crate) async fn read_columns(tx: &Tx, id: &str) -> Result<()> {
    let Some(alert) = find(tx, id).await? else { return Ok(()) };
    let row = alert::ActiveModel {
        id: Unchanged(id.to_owned()),
        user_token: Set(user_token(tx, &alert.school_id, &alert.user)),
        theme: Set(alert.theme),
        event_us: Set(micros(alert.event_at)),
        ..Default::default()
    };
    alert::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// An alert that has waited too long by its own clock.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) school_id: String,
    pub(crate) pass_us: i64,
}

/// Alerts of every school that have waited too long by their own clocks, the longest first, after the one given.
pub(crate) async fn due(tx: &Tx, after: Option<&(i64, String)>) -> Result<Vec<Due>> {
    let (by_time, by_id) = (alert::Column::PassUs, alert::Column::Id);
    let mut all = alert::Entity::find()
        .select_only()
        .columns([by_id, alert::Column::SchoolId, by_time])
        .filter(by_time.lte(micros(tx.now())));
    if let Some((at, id)) = after {
        all = all
            .filter(Condition::any().add(by_time.gt(*at)).add(Condition::all().add(by_time.eq(*at)).add(by_id.gt(id))));
    }
    let ordered = all.order_by_asc(by_time).order_by_asc(by_id).limit(AT_ONCE);
    Ok(ordered.into_model::<Due>().all(tx.db()).await?)
}
