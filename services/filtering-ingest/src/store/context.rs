//! What stands beside an alert, read out of the observations of the same person.

use chassis::{db::Tx, error::Result};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use time::OffsetDateTime;

use super::{entity::observation, key, micros, moment, open};
use crate::{context::Event, rules::CONTEXT_MOST};

/// The user actions of somebody at the scope's school between two moments: when, the gravest category, what is stored.
pub(crate) async fn of(
    tx: &Tx,
    actor: &str,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<Vec<(OffsetDateTime, String, Event)>> {
    let school = tx.scope().school()?;
    let rows = observation::Entity::find()
        .filter(observation::Column::SchoolId.eq(school.as_str()))
        .filter(observation::Column::Actor.eq(actor))
        .filter(observation::Column::EventUs.between(micros(from), micros(to)))
        .order_by_asc(observation::Column::EventUs)
        .order_by_asc(observation::Column::Id)
        .limit(CONTEXT_MOST)
        .all(tx.db())
        .await?;
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
