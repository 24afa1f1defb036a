//! Messages to programs at rest, from when they are made until they are taken or given up.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};
use time::Duration;

pub use super::entity::webhook_attempt::Model as Attempt;
use super::{
    entity::{webhook, webhook_attempt},
    micros,
    notice::{REMEMBERED, micros_of},
};
use crate::webhooks::{MessageId, Webhook};

/// How long a process has what it took: longer than any program may take to answer.
const LEASE: Duration = Duration::minutes(2);
/// How many messages are taken at once.
const AT_ONCE: u64 = 32;

/// Keeps a new message, to be sent now.
///
/// # Errors
/// Where it cannot be kept.
pub async fn insert(tx: &Tx, hook: &Webhook, kind: &str, payload: String) -> Result<Attempt> {
    let now = micros(tx.now());
    let row = Attempt {
        id: tx.ids().next::<MessageId>().to_string(),
        webhook_id: hook.id.clone(),
        school_id: hook.school.clone(),
        kind: kind.to_owned(),
        payload,
        created_us: now,
        due_us: now,
        state: "queued".to_owned(),
        tries: 0,
        tried_us: None,
        lease_us: 0,
        status: 0,
        error: String::new(),
    };
    webhook_attempt::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(row)
}

fn free(now: i64) -> Condition {
    Condition::all()
        .add(webhook_attempt::Column::State.eq("queued"))
        .add(webhook_attempt::Column::DueUs.lte(now))
        .add(webhook_attempt::Column::LeaseUs.lte(now))
}

/// Takes what is due for programs that are told, those that wait longest first; what another process has stays with it.
///
/// # Errors
/// Where it cannot be taken.
pub async fn take(tx: &Tx) -> Result<Vec<Attempt>> {
    let now = micros(tx.now());
    let on = Query::select()
        .column(webhook::Column::Id)
        .from(webhook::Entity)
        .and_where(webhook::Column::Enabled.eq(true))
        .to_owned();
    let due = webhook_attempt::Entity::find()
        .filter(free(now))
        .filter(webhook_attempt::Column::WebhookId.in_subquery(on))
        .order_by_asc(webhook_attempt::Column::DueUs)
        .limit(AT_ONCE);
    let mut taken = Vec::new();
    for mut row in due.all(tx.db()).await? {
        let lease = now + micros_of(LEASE);
        let update = webhook_attempt::Entity::update_many()
            .col_expr(webhook_attempt::Column::LeaseUs, Expr::value(lease))
            .filter(webhook_attempt::Column::Id.eq(row.id.as_str()))
            .filter(free(now));
        if update.exec(tx.db()).await?.rows_affected == 1 {
            row.lease_us = lease;
            taken.push(row);
        }
    }
    Ok(taken)
}

/// Keeps what became of a message.
///
/// # Errors
/// Where it cannot be kept.
pub async fn update(tx: &Tx, attempt: &Attempt) -> Result<()> {
    let mut row = attempt.clone().into_active_model();
    row = row.reset_all();
    match row.update(tx.db()).await {
        // Its webhook was deleted meanwhile.
        Ok(_) | Err(sea_orm::DbErr::RecordNotUpdated) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A message to a webhook.
///
/// # Errors
/// `Missing` where there is none.
pub async fn at(tx: &Tx, hook: &Webhook, id: &str) -> Result<Attempt> {
    let theirs = webhook_attempt::Column::WebhookId.eq(hook.id.as_str());
    webhook_attempt::Entity::find_by_id(id.to_owned()).filter(theirs).one(tx.db()).await?.ok_or_else(Error::missing)
}

/// Lets a message be sent again, now.
///
/// # Errors
/// `Conflict` where it is on its way.
pub async fn replay(tx: &Tx, mut attempt: Attempt) -> Result<Attempt> {
    if attempt.state == "queued" {
        return Err(Error::wrong_state("this message is on its way"));
    }
    attempt.state = "queued".to_owned();
    (attempt.tries, attempt.due_us, attempt.lease_us) = (0, micros(tx.now()), 0);
    update(tx, &attempt).await?;
    Ok(attempt)
}

/// A page of messages to a webhook, newest first.
///
/// # Errors
/// Where they cannot be read.
pub async fn list(tx: &Tx, hook: &Webhook, page: &Page) -> Result<Vec<Attempt>> {
    let mut query = webhook_attempt::Entity::find()
        .filter(webhook_attempt::Column::WebhookId.eq(hook.id.as_str()))
        .order_by_desc(webhook_attempt::Column::Id)
        .limit(page.limit());
    if let Some(after) = page.after() {
        query = query.filter(webhook_attempt::Column::Id.lt(after));
    }
    Ok(query.all(tx.db()).await?)
}

/// Forgets messages of long ago.
///
/// # Errors
/// Where they cannot be forgotten.
pub async fn sweep(tx: &Tx) -> Result<()> {
    let old = webhook_attempt::Column::CreatedUs.lte(micros(tx.now() - REMEMBERED));
    webhook_attempt::Entity::delete_many().filter(old).exec(tx.db()).await?;
    Ok(())
}
