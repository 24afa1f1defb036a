//! What stands beside an alert, read out of the observations of the same person.

use chassis::{db::Tx, error::Result};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use time::OffsetDateTime;

use super::{entity::observation, key, micros, moment, open};
use crate::{context::Event, rules::CONTEXT_MOST};

/// The user actions of somebody at the scope's school around a moment, from one until another: when, the gravest category,
/// what is stored. Where there are too many they are those next to the moment, on either side of it.
pub(crate) async fn of(
    tx: &Tx,
    actor: &str,
    around: OffsetDateTime,
    (from, to): (OffsetDateTime, OffsetDateTime),
) -> Result<Vec<(OffsetDateTime, String, Event)>> {
    use observation::Column;
    let school = tx.scope().school()?;
    let theirs = observation::Entity::find()
        .filter(Column::SchoolId.eq(school.as_str()))
        .filter(Column::Actor.eq(actor))
        .limit(CONTEXT_MOST / 2);
    let (around, from, to) = (micros(around), micros(from), micros(to));
    let before = theirs.clone().filter(Column::EventUs.between(from, around));
    let mut rows = before.order_by_desc(Column::EventUs).order_by_desc(Column::Id).all(tx.db()).await?;
    rows.reverse();
    let after = theirs.filter(Column::EventUs.gt(around)).filter(Column::EventUs.lte(to));
    rows.extend(after.order_by_asc(Column::EventUs).order_by_asc(Column::Id).all(tx.db()).await?);
    let mut events = Vec::with_capacity(rows.len());
    let mut opened: Option<(String, chassis::seal::DataKey)> = None;
    for row in rows {
        let feed_key = match opened.take() {
            Some((feed, feed_key)) if feed == row.feed_id => feed_key,
            _ => key(tx, &row.feed_id, &row.school_id).await?,
        };
        let event: Event = open(&feed_key, &row.body, &format!("observation|{}", row.id))?;
        opened = Some((row.feed_id, feed_key));
        if let Some(at) = moment(row.event_us) {
            events.push((at, row.category, event));
        }
    }
    Ok(events)
}
