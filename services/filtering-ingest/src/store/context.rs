//! What stands beside an alert, read out of the observations of the same person.

use chassis::{db::Tx, error::Result};
use time::OffsetDateTime;

use super::{block, intake::mark_of};
use crate::{context::Event, rules::CONTEXT_MOST};

/// The user actions of somebody at the scope's school around a moment, from one until another: when, the gravest category,
/// what is read of it. Where there are too many they are those next to the moment, on either side of it.
pub(crate) async fn of(
    tx: &Tx,
    actor: &str,
    around: OffsetDateTime,
    (from, to): (OffsetDateTime, OffsetDateTime),
) -> Result<Vec<(OffsetDateTime, String, Event)>> {
    let Some(mark) = mark_of(actor) else { return Ok(Vec::new()) };
    let most = usize::try_from(CONTEXT_MOST / 2).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    let next_to = |events: &mut Vec<(OffsetDateTime, String, Event)>| {
        events.sort_by_key(|(at, ..)| *at);
        let before = events.partition_point(|(at, ..)| *at <= around);
        events.truncate(before.saturating_add(most));
        events.drain(..before.saturating_sub(most));
    };
    block::of(tx, mark, from, to, |block| {
        let own = block.rows().filter(|row| row.actor == mark);
        let within = own.filter(|row| (from..=to).contains(&row.observation.event_at));
        events
            .extend(within.map(|row| (row.observation.event_at, row.category.to_owned(), Event::of(&row.observation))));
        // What a device does that never stops is not gathered up.
        if events.len() > most.saturating_mul(4) {
            next_to(&mut events);
        }
    })
    .await?;
    next_to(&mut events);
    Ok(events)
}
