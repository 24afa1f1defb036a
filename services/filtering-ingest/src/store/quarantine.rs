//! Lines that wait because their school is not known: sealed with their sender's own key, bounded in age and size, and
//! counted by key and reason.

use std::collections::BTreeMap;

use chassis::{db::Tx, error::Result, page::Page, seal::DataKey};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    entity::{quarantine, record_key},
    key, key_or_new, micros,
};
use crate::{
    routing::Part,
    sender::{Sender, SenderId},
};

chassis::id!(/** Lines that wait. */ pub(crate) struct HeldId = "qua");

/// What of one sender may wait, in bytes.
pub(crate) const BYTES_MAX: u64 = 64 << 20;
/// Under how many keys it may.
pub(crate) const KEYS_MAX: usize = 1_000;
/// How long lines wait: as long as exports may come late.
pub(crate) const LONGEST: time::Duration = time::Duration::days(8);

/// What waits of a sender under one key for one reason.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Group {
    pub(crate) routing_key: String,
    pub(crate) reason: String,
    pub(crate) lines: i64,
    pub(crate) critical: i64,
    pub(crate) bytes: i64,
    pub(crate) first_us: i64,
    pub(crate) last_us: i64,
}

/// Lines that wait together: those of one batch with one key.
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) sender_id: String,
    pub(crate) received_us: i64,
    pub(crate) delivery_id: String,
    pub(crate) lines: u64,
    /// Each line after its number, sealed.
    sealed: Vec<u8>,
}

fn place(id: &str) -> String {
    format!("quarantine|{id}")
}

/// The key that seals what waits of a sender, made where there is none yet. The scope is the sender's.
pub(crate) async fn seal_of(tx: &Tx, sender: &SenderId) -> Result<DataKey> {
    let known = record_key::Entity::find_by_id(sender.as_str()).one(tx.db()).await?;
    match known {
        Some(_) => key(tx, sender.as_str(), sender.as_str()).await,
        None => key_or_new(tx, sender.as_str(), sender.as_str()).await,
    }
}

fn grouped() -> sea_orm::Select<quarantine::Entity> {
    use quarantine::Column;
    quarantine::Entity::find()
        .select_only()
        .column(Column::RoutingKey)
        .column(Column::Reason)
        // Sums of large numbers are of a type of their own on PostgreSQL.
        .column_as(Expr::col(Column::Lines).sum().cast_as("BIGINT"), "lines")
        .column_as(Expr::col(Column::Critical).sum().cast_as("BIGINT"), "critical")
        .column_as(Expr::col(Column::Bytes).sum().cast_as("BIGINT"), "bytes")
        .column_as(Expr::col(Column::ReceivedUs).min(), "first_us")
        .column_as(Expr::col(Column::ReceivedUs).max(), "last_us")
        .group_by(Column::RoutingKey)
        .group_by(Column::Reason)
}

/// What waits of a sender.
pub(crate) async fn groups(tx: &Tx, sender_id: &str) -> Result<Vec<Group>> {
    let all = grouped().filter(quarantine::Column::SenderId.eq(sender_id));
    Ok(all.into_model::<Group>().all(tx.db()).await?)
}

/// A page of it, by key.
pub(crate) async fn list(tx: &Tx, sender_id: &str, page: &Page) -> Result<(Vec<Group>, String)> {
    use quarantine::Column;
    let mut all = grouped().filter(Column::SenderId.eq(sender_id));
    if let Some((key, reason)) = page.after().and_then(|text| text.split_once('\n')) {
        let same = Condition::all().add(Column::RoutingKey.eq(key)).add(Column::Reason.gt(reason));
        all = all.filter(Condition::any().add(Column::RoutingKey.gt(key)).add(same));
    }
    let ordered = all.order_by_asc(Column::RoutingKey).order_by_asc(Column::Reason).limit(page.limit());
    let mut rows = ordered.into_model::<Group>().all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}\n{}", row.routing_key, row.reason));
    Ok((rows, next))
}

/// Lets lines wait.
pub(crate) async fn hold(
    tx: &Tx,
    sender: &Sender,
    delivery_id: &str,
    held: &BTreeMap<(String, &'static str), Part>,
    received_us: i64,
) -> Result<()> {
    if held.is_empty() {
        return Ok(());
    }
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let key = seal_of(tx, &sender.id).await?;
    let rows = held.iter().map(|((routing_key, reason), part)| {
        let id = tx.ids().next::<HeldId>().to_string();
        let sealed = key.seal(&part.numbered(), &place(&id));
        quarantine::ActiveModel {
            id: Set(id),
            sender_id: Set(sender.id.to_string()),
            routing_key: Set(routing_key.clone()),
            reason: Set((*reason).to_owned()),
            lines: Set(number(part.len())),
            critical: Set(number(part.critical)),
            bytes: Set(i64::try_from(part.lines.len()).unwrap_or(i64::MAX)),
            received_us: Set(received_us),
            delivery_id: Set(delivery_id.to_owned()),
            due: Set(0),
            body: Set(sealed),
        }
    });
    let rows: Vec<quarantine::ActiveModel> = rows.collect();
    for chunk in rows.chunks(500) {
        quarantine::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Says that all that waits of a sender is to be looked at anew.
pub(crate) async fn look_again(tx: &Tx, sender_id: &str) -> Result<()> {
    quarantine::Entity::update_many()
        .col_expr(quarantine::Column::Due, Expr::value(1))
        .filter(quarantine::Column::SenderId.eq(sender_id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// How many lines of a sender wait under a key.
pub(crate) async fn under(tx: &Tx, sender_id: &str, routing_key: &str) -> Result<u64> {
    let groups = groups(tx, sender_id).await?;
    let of_key = groups.iter().filter(|group| group.routing_key == routing_key);
    Ok(of_key.map(|group| u64::try_from(group.lines).unwrap_or_default()).sum())
}

fn waiting(row: quarantine::Model) -> Waiting {
    Waiting {
        id: row.id,
        sender_id: row.sender_id,
        received_us: row.received_us,
        delivery_id: row.delivery_id,
        lines: u64::try_from(row.lines).unwrap_or_default(),
        sealed: row.body,
    }
}

/// The next lines that are to be looked at anew, after those of a moment and an id; none where none are.
pub(crate) async fn next_due(tx: &Tx, after: Option<&(i64, String)>) -> Result<Option<Waiting>> {
    use quarantine::Column;
    let mut due = quarantine::Entity::find().filter(Column::Due.eq(1));
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::ReceivedUs.eq(*at)).add(Column::Id.gt(id));
        due = due.filter(Condition::any().add(Column::ReceivedUs.gt(*at)).add(same));
    }
    let due = due.order_by_asc(Column::ReceivedUs).order_by_asc(Column::Id);
    Ok(due.lock_exclusive().one(tx.db()).await?.map(waiting))
}

/// How many of those that have waited for too long are let go of at once: each may be a whole batch.
const LET_GO: u64 = 20;

/// Lines that have waited for long enough, as many as are let go of at once; held until the transaction ends, so that two
/// that look at once count them once.
pub(crate) async fn expired(tx: &Tx) -> Result<Vec<Waiting>> {
    let before = micros(tx.now() - LONGEST);
    let old = quarantine::Entity::find().filter(quarantine::Column::ReceivedUs.lt(before));
    let ordered = old.order_by_asc(quarantine::Column::ReceivedUs).order_by_asc(quarantine::Column::Id);
    let rows = ordered.limit(LET_GO).lock_exclusive().all(tx.db()).await?;
    Ok(rows.into_iter().map(waiting).collect())
}

/// Opens lines that wait. The scope is the sender's.
pub(crate) async fn open(tx: &Tx, held: &Waiting) -> Result<Vec<u8>> {
    key(tx, &held.sender_id, &held.sender_id).await?.open(&held.sealed, &place(&held.id))
}

/// Lets go of lines that waited.
pub(crate) async fn forget(tx: &Tx, held: &[Waiting]) -> Result<()> {
    let ids: Vec<&str> = held.iter().map(|held| held.id.as_str()).collect();
    quarantine::Entity::delete_many().filter(quarantine::Column::Id.is_in(ids)).exec(tx.db()).await?;
    Ok(())
}

/// Lets lines wait on, no more to be looked at until somebody says so again.
pub(crate) async fn wait_on(tx: &Tx, held: &Waiting) -> Result<()> {
    let row = quarantine::ActiveModel { id: Unchanged(held.id.clone()), due: Set(0), ..Default::default() };
    quarantine::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}
