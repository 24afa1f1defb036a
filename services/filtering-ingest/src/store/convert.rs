//! What was kept one by one, before there were blocks, put into blocks a little at a time. Only the service has the keys, so
//! it is done as it starts. What cannot be opened stays where it is, and is told of.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Kind, Result},
    id::made,
    seal::DataKey,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use time::OffsetDateTime;
use tracing::{info, warn};

use super::{
    block::{insert, kept_then, sealed},
    entity::observation,
    intake::Actors,
    key, open,
};
use crate::{block::Builder, keeping::months_of, observation::Observation};

chassis::id!(/** An observation as it was kept before there were blocks. */ pub(crate) struct ObservationId = "obs");

/// Rows that go into blocks in one transaction.
const SOME: u64 = 2000;
/// Rows deleted by one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

/// Puts all of them into blocks.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn all(store: &Store) -> Result<()> {
    let system = Scope::system(store.name());
    let (mut after, mut put, mut left) = (String::new(), 0_usize, 0_usize);
    loop {
        let mut tx = store.begin(&system).await?;
        tx.silent();
        let Some(some) = next(&tx, &after).await? else { break };
        tx.commit().await?;
        (put, left, after) = (put + some.put, left + some.left, some.last);
    }
    if put > 0 {
        info!(service = store.name(), observations = put, "observations were put into blocks");
    }
    if left > 0 {
        warn!(service = store.name(), observations = left, "observations cannot be opened and stay as they are");
    }
    Ok(())
}

/// What became of some of them.
struct Put {
    last: String,
    put: usize,
    left: usize,
}

/// Observations of one school, feed and month.
struct Part {
    kept_at: OffsetDateTime,
    stored: Builder,
}

/// Puts those after this one into blocks; none where there are no more.
async fn next(tx: &Tx, after: &str) -> Result<Option<Put>> {
    let rows = observation::Entity::find()
        .filter(observation::Column::Id.gt(after))
        .order_by_asc(observation::Column::Id)
        .limit(SOME)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let Some(last) = rows.last().map(|row| row.id.clone()) else { return Ok(None) };
    let all = rows.len();
    let mut keys: HashMap<String, Option<DataKey>> = HashMap::new();
    let mut parts: BTreeMap<(String, String, i64), Part> = BTreeMap::new();
    let mut done = Vec::with_capacity(all);
    for row in rows {
        if !keys.contains_key(&row.feed_id) {
            let found = match key(tx, &row.feed_id, &row.school_id).await {
                Ok(key) => Some(key),
                Err(error) if error.kind() == Kind::Unavailable => return Err(error),
                Err(_) => None,
            };
            keys.insert(row.feed_id.clone(), found);
        }
        let place = format!("observation|{}", row.id);
        let opened = keys.get(&row.feed_id).and_then(Option::as_ref).map(|key| open(key, &row.body, &place));
        let (Some(Ok(observed)), Some(kept_at)) = (opened, made(&row.id)) else { continue };
        let observed: Observation<'static> = observed;
        let part = parts.entry((row.school_id, row.feed_id, months_of(kept_at)));
        let part = part.or_insert_with(|| Part { kept_at, stored: Builder::default() });
        part.stored.add(&observed, &row.category);
        done.push(row.id);
    }
    for ((school, feed_id, _), Part { kept_at, stored }) in parts {
        let key = key(tx, &feed_id, &school).await?;
        let (of, mut actors) = ((feed_id.as_str(), school.as_str()), Actors::default());
        let blocks = stored.finish().into_iter();
        let rows = blocks.map(|block| sealed(tx, &key, kept_then(tx, kept_at), of, block, &mut actors));
        insert(tx, rows.collect()).await?;
    }
    for chunk in done.chunks(CHUNK) {
        let these = observation::Column::Id.is_in(chunk);
        observation::Entity::delete_many().filter(these).exec(tx.db()).await?;
    }
    Ok(Some(Put { last, put: done.len(), left: all - done.len() }))
}

/// Keeps an observation as it was done before there were blocks.
#[cfg(test)]
pub(crate) async fn keep_singly(tx: &Tx, feed_id: &str, school: &str, observed: &Observation<'_>) -> Result<()> {
    use sea_orm::ActiveValue::Set;

    let id = tx.ids().next::<ObservationId>().to_string();
    let key = key(tx, feed_id, school).await?;
    let row = observation::ActiveModel {
        body: Set(super::seal(&key, observed, &format!("observation|{id}"))?),
        id: Set(id),
        school_id: Set(school.to_owned()),
        feed_id: Set(feed_id.to_owned()),
        event_us: Set(super::micros(observed.event_at)),
        category: Set("unmapped".to_owned()),
        outcome: Set(observed.outcome.as_str().to_owned()),
        actor: Set(String::new()),
    };
    observation::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}
