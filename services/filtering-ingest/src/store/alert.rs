//! Alerts in the database, sealed: who, where and what was typed.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{entity::alert, key, new_key, open, seal};
use crate::lexicon::severity_rank;

chassis::id!(/** An alert. */ pub(crate) struct AlertId = "alt");

/// A notice raised from an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alert {
    pub(crate) id: AlertId,
    pub(crate) school_id: String,
    pub(crate) feed_id: String,
    pub(crate) theme: String,
    pub(crate) severity: String,
    pub(crate) route: String,
    pub(crate) rule_id: String,
    pub(crate) basis: String,
    pub(crate) because: String,
    pub(crate) user: String,
    pub(crate) identity_confidence: String,
    pub(crate) device: String,
    pub(crate) client_ip: String,
    pub(crate) host: String,
    pub(crate) search_terms: String,
    pub(crate) withheld: bool,
    pub(crate) outcome: String,
    pub(crate) vendor_categories: Vec<String>,
    pub(crate) event_at: OffsetDateTime,
    pub(crate) count: u64,
    pub(crate) raised_at: OffsetDateTime,
    pub(crate) policy_version: u32,
    pub(crate) answer: Option<Answer>,
}

/// How an alert was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) verdict: String,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: OffsetDateTime,
}

impl Alert {
    /// `new`, `true`, `understandable`, `false`.
    pub(crate) fn verdict(&self) -> &str {
        self.answer.as_ref().map_or("new", |answer| answer.verdict.as_str())
    }
}

fn place(id: &str) -> String {
    format!("alert|{id}")
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
        severity_rank: Set(severity_rank(&raised.severity).into()),
        body: Set(body.clone()),
    };
    alert::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes an alert that counted on or was answered; answers what its body holds.
pub(crate) async fn update(tx: &Tx, changed: &Alert) -> Result<Vec<u8>> {
    let id = changed.id.as_str();
    let body = seal(&key(tx, id, &changed.school_id).await?, changed, &place(id))?;
    let row = alert::ActiveModel {
        id: Unchanged(id.to_owned()),
        verdict: Set(changed.verdict().to_owned()),
        answered: Set(changed.answer.is_some().into()),
        severity_rank: Set(severity_rank(&changed.severity).into()),
        body: Set(body.clone()),
        ..Default::default()
    };
    alert::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// One alert of the scope's school.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Alert> {
    let school = tx.scope().school()?;
    let row = alert::Entity::find_by_id(id).filter(alert::Column::SchoolId.eq(school.as_str())).lock_exclusive();
    read(tx, row.one(tx.db()).await?.ok_or_else(Error::missing)?).await
}

async fn read(tx: &Tx, row: alert::Model) -> Result<Alert> {
    open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// A page of the school's alerts, unanswered and gravest first, and how many there are.
pub(crate) async fn list(tx: &Tx, verdict: &str, page: &Page) -> Result<(Vec<Alert>, String, u64)> {
    let school = tx.scope().school()?;
    let mut all = alert::Entity::find().filter(alert::Column::SchoolId.eq(school.as_str()));
    if !verdict.is_empty() {
        all = all.filter(alert::Column::Verdict.eq(verdict));
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
    let mut alerts = Vec::with_capacity(rows.len());
    for row in rows {
        alerts.push(read(tx, row).await?);
    }
    Ok((alerts, next, total))
}

fn cursor(text: &str) -> Option<(i32, i32, String)> {
    let mut parts = text.splitn(3, '|');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}
