//! Webhooks at rest: address, secrets and keys are sealed to their row.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, sea_query::Expr,
};

use super::{
    entity::{webhook, webhook_attempt},
    micros, moment,
};
use crate::webhooks::{Sealed, Webhook};

/// Keeps a new webhook.
///
/// # Errors
/// Where it cannot be kept.
pub async fn insert(tx: &Tx, hook: &Webhook) -> Result<()> {
    row(tx, hook)?.insert(tx.db()).await?;
    Ok(())
}

/// Keeps a webhook as it is now.
///
/// # Errors
/// Where it cannot be kept.
pub async fn update(tx: &Tx, hook: &Webhook) -> Result<()> {
    row(tx, hook)?.update(tx.db()).await?;
    Ok(())
}

/// Keeps whether a webhook is told and since when nothing arrives, and leaves what somebody may be changing just now.
///
/// # Errors
/// Where it cannot be kept.
pub async fn mark(tx: &Tx, hook: &Webhook) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::Enabled, Expr::value(hook.enabled))
        .col_expr(webhook::Column::Reason, Expr::value(hook.reason.clone()))
        .col_expr(webhook::Column::FailingUs, Expr::value(hook.failing_since.map(micros)))
        .filter(webhook::Column::Id.eq(hook.id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets a webhook, and what was sent and is to be sent to it.
///
/// # Errors
/// Where it cannot be forgotten.
pub async fn delete(tx: &Tx, hook: &Webhook) -> Result<()> {
    let theirs = webhook_attempt::Column::WebhookId.eq(hook.id.as_str());
    webhook_attempt::Entity::delete_many().filter(theirs).exec(tx.db()).await?;
    webhook::Entity::delete_by_id(hook.id.clone()).exec(tx.db()).await?;
    Ok(())
}

/// A webhook of a place: a school, or the authority where that is empty.
///
/// # Errors
/// `Missing` where there is none there.
pub async fn at(tx: &Tx, place: &str, id: &str) -> Result<Webhook> {
    let here = webhook::Column::SchoolId.eq(place);
    let row = webhook::Entity::find_by_id(id.to_owned()).filter(here).one(tx.db()).await?;
    open(tx, row.ok_or_else(Error::missing)?)
}

/// A webhook, wherever it is; none where it was deleted.
///
/// # Errors
/// Where it cannot be read.
pub async fn find(tx: &Tx, id: &str) -> Result<Option<Webhook>> {
    let row = webhook::Entity::find_by_id(id.to_owned()).one(tx.db()).await?;
    row.map(|row| open(tx, row)).transpose()
}

/// The webhooks of a place, oldest first.
///
/// # Errors
/// Where they cannot be read.
pub async fn list(tx: &Tx, place: &str) -> Result<Vec<Webhook>> {
    let here = webhook::Entity::find().filter(webhook::Column::SchoolId.eq(place)).order_by_asc(webhook::Column::Id);
    here.all(tx.db()).await?.into_iter().map(|row| open(tx, row)).collect()
}

/// The webhooks that are told of a kind at a school, the authority's among them where it may be told.
///
/// # Errors
/// Where they cannot be read.
pub async fn told(tx: &Tx, school: &str, kind: &str, authority: bool) -> Result<Vec<Webhook>> {
    let mut place = Condition::any().add(webhook::Column::SchoolId.eq(school));
    if authority {
        place = place.add(webhook::Column::SchoolId.eq(""));
    }
    // A webhook that is off for a fault of its own gets what it missed when it is on again; one off by hand does not.
    let on = Condition::any().add(webhook::Column::Enabled.eq(true)).add(webhook::Column::Reason.eq("failing"));
    let query = webhook::Entity::find().filter(place).filter(on);
    let hooks: Vec<Webhook> = query.all(tx.db()).await?.into_iter().map(|row| open(tx, row)).collect::<Result<_>>()?;
    Ok(hooks.into_iter().filter(|hook| hook.kinds.iter().any(|k| k == kind)).collect())
}

fn row(tx: &Tx, hook: &Webhook) -> Result<webhook::ActiveModel> {
    Ok(webhook::ActiveModel {
        id: Set(hook.id.clone()),
        school_id: Set(hook.school.clone()),
        kinds: Set(hook.kinds.join(" ")),
        enabled: Set(hook.enabled),
        reason: Set(hook.reason.clone()),
        created_us: Set(micros(hook.created_at)),
        failing_us: Set(hook.failing_since.map(micros)),
        body: Set(tx.ring().own_key().seal(&serde_json::to_vec(&hook.sealed)?, &place(&hook.id))),
    })
}

fn open(tx: &Tx, row: webhook::Model) -> Result<Webhook> {
    let sealed: Sealed = serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.id))?)?;
    Ok(Webhook {
        id: row.id,
        school: row.school_id,
        kinds: row.kinds.split_whitespace().map(str::to_owned).collect(),
        enabled: row.enabled,
        reason: row.reason,
        created_at: moment(row.created_us),
        failing_since: row.failing_us.map(moment),
        sealed,
    })
}

/// Binds what is sealed to its row.
fn place(id: &str) -> String {
    format!("webhook|{id}")
}
