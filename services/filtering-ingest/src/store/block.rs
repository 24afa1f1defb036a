//! Kept observations in the database: in blocks, each sealed once with its feed's key.

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    id::least_at,
    seal::DataKey,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::{entity::observation_block, intake::Actors, key, merge, micros};
use crate::block::{self, Block, Builder, Opened};

chassis::id!(/** Kept observations of one feed and hour. */ pub(crate) struct BlockId = "obl");

/// Blocks written by one statement: a batch rarely makes more, and one of them may be large.
const CHUNK: usize = 50;
/// Blocks that are read at once.
const AT_ONCE: usize = 16;
/// Characters of an id that tell when it was made: its prefix, the line below it, and ten.
const TIME: usize = 14;

fn place(id: &str) -> String {
    format!("observation_block|{id}")
}

/// Writes observations of a feed of the scope's school.
pub(crate) async fn keep(tx: &Tx, feed_id: &str, school: &str, stored: Builder, actors: &mut Actors) -> Result<()> {
    if stored.is_empty() {
        return Ok(());
    }
    let key = key(tx, feed_id, school).await?;
    let mut rows = Vec::new();
    for block in stored.finish() {
        let id = tx.ids().next::<BlockId>().to_string();
        rows.push(sealed(tx, &key, id, (feed_id, school), block, actors));
        if rows.len() == CHUNK {
            insert(tx, std::mem::take(&mut rows)).await?;
        }
    }
    insert(tx, rows).await
}

/// A block as its row.
pub(super) fn sealed(
    tx: &Tx,
    key: &DataKey,
    id: String,
    (feed_id, school): (&str, &str),
    block: Block,
    actors: &mut Actors,
) -> observation_block::ActiveModel {
    let packed = block.pack(|who| actors.mark(tx, school, who));
    observation_block::ActiveModel {
        body: Set(key.seal(&packed.body, &place(&id))),
        id: Set(id),
        school_id: Set(school.to_owned()),
        feed_id: Set(feed_id.to_owned()),
        hour_us: Set(block::hour_us(packed.first)),
        first_us: Set(micros(packed.first)),
        last_us: Set(micros(packed.last)),
        count: Set(packed.count.into()),
        actors: Set(packed.actor_bytes()),
    }
}

/// A new id as it would have been made at a moment: by it a block goes when what is in it would have gone.
pub(super) fn kept_then(tx: &Tx, at: OffsetDateTime) -> String {
    let new = tx.ids().next::<BlockId>().to_string();
    let (then, random) = (least_at::<BlockId>(at), new.get(TIME..).unwrap_or_default());
    format!("{}{random}", then.get(..TIME).unwrap_or_default())
}

/// Writes blocks.
pub(super) async fn insert(tx: &Tx, rows: Vec<observation_block::ActiveModel>) -> Result<()> {
    if !rows.is_empty() {
        observation_block::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Reads what somebody did at the scope's school between two moments, block after block: `each` is given every block that
/// holds any of it.
pub(crate) async fn of(
    tx: &Tx,
    actor: u64,
    from: OffsetDateTime,
    to: OffsetDateTime,
    mut each: impl FnMut(&Opened),
) -> Result<()> {
    use observation_block::{Column, Entity};
    let mut beside = held(tx, from, to).await?;
    // Whoever had to wait while blocks were put together sees neither the old ones nor the new: it is looked once more, and
    // what is held by then stays.
    while block::hour_us(from) <= micros(tx.now() - merge::OVER) {
        let again = held(tx, from, to).await?;
        let same = again.iter().map(|(id, _)| id).eq(beside.iter().map(|(id, _)| id));
        beside = again;
        if same {
            break;
        }
    }
    let holding = beside.into_iter().filter(|(_, actors)| block::names(actors, actor)).map(|(id, _)| id);
    let ids: Vec<String> = holding.collect();
    let mut keys: HashMap<String, DataKey> = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows = Entity::find()
            .filter(Column::Id.is_in(some))
            .order_by_asc(Column::FirstUs)
            .order_by_asc(Column::Id)
            .all(tx.db())
            .await?;
        for row in rows {
            if !keys.contains_key(&row.feed_id) {
                keys.insert(row.feed_id.clone(), key(tx, &row.feed_id, &row.school_id).await?);
            }
            if let Some(key) = keys.get(&row.feed_id) {
                each(&opened(key, &row)?);
            }
        }
    }
    Ok(())
}

/// The blocks of the scope's school that may hold something of a time, and by whom; held until the transaction ends.
async fn held(tx: &Tx, from: OffsetDateTime, to: OffsetDateTime) -> Result<Vec<(String, Vec<u8>)>> {
    use observation_block::{Column, Entity};
    let school = tx.scope().school()?;
    let beside = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Actors])
        .filter(Column::SchoolId.eq(school.as_str()))
        .filter(Column::HourUs.between(block::hour_us(from), block::hour_us(to)))
        .filter(Column::FirstUs.lte(micros(to)))
        .filter(Column::LastUs.gte(micros(from)))
        // In the order, and held so, that nobody puts them together meanwhile.
        .order_by_asc(Column::Id)
        .lock_shared()
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(beside)
}

/// A block opened.
pub(super) fn opened(key: &DataKey, row: &observation_block::Model) -> Result<Opened> {
    let body = key.open(&row.body, &place(&row.id))?;
    Opened::read(&body, &row.actors).ok_or_else(|| Error::internal("a block of observations cannot be read"))
}
