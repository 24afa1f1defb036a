//! The log of every event that was heard, and the one way in which events become figures: from the bus as they come, and from
//! the log when figures are counted anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::{Envelope, Event},
};
use prost::Message as _;
use sea_orm::Value;
use time::OffsetDateTime;

use super::{
    cell::{self, CHUNK, Cells, places},
    closed, feeds, micros, moment, moved,
    rebuild::{COUNTED_BY, MIXED},
    row, rows, run, state, waiting,
};
use crate::{
    fact::{Slot, Which, alert::of_alert, announced, as_of, counts, facts, kind, order, slots},
    state::State,
};

/// How far events are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The generation of figures that is answered.
    pub(crate) generation: i64,
    /// The one that is being counted anew.
    pub(crate) building: Option<i64>,
    /// Up to which place of the log that one is counted.
    pub(crate) built_seq: i64,
    /// By which code that one is counted; empty where none is.
    pub(crate) built_by: String,
    /// By which code the figures that are answered were counted; with a mark where other code counted some of them since.
    pub(crate) counted_by: String,
    /// The last place of the log.
    pub(crate) last_seq: i64,
    /// When the newest event that is counted in happened.
    pub(crate) newest: Option<OffsetDateTime>,
}

impl Progress {
    /// Whether some of the figures that are answered were counted otherwise than they are counted now.
    pub(crate) fn outdated(&self) -> bool {
        self.last_seq > 0 && self.counted_by != *COUNTED_BY
    }
}

fn progress_of(row: Option<sea_orm::QueryResult>) -> Result<Progress> {
    let row = row.ok_or_else(|| Error::internal("it is not known how far events are counted"))?;
    let newest: Option<i64> = row.try_get("", "newest_us")?;
    Ok(Progress {
        generation: row.try_get("", "generation")?,
        building: row.try_get("", "building")?,
        built_seq: row.try_get("", "built_seq")?,
        built_by: row.try_get("", "built_by")?,
        counted_by: row.try_get("", "counted_by")?,
        last_seq: row.try_get("", "last_seq")?,
        newest: newest.and_then(moment),
    })
}

/// How far events are counted.
pub(crate) async fn progress(tx: &Tx) -> Result<Progress> {
    progress_of(row(tx, "SELECT * FROM progress WHERE id = 1", Vec::new()).await?)
}

/// The same, and nobody counts an event or moves figures until the transaction ends.
pub(crate) async fn hold(tx: &Tx) -> Result<Progress> {
    progress_of(row(tx, "UPDATE progress SET id = id WHERE id = 1 RETURNING *", Vec::new()).await?)
}

/// How many events could not be taken in, and wait.
pub(crate) async fn waiting(tx: &Tx) -> Result<u32> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM dead_letter WHERE consumer = $1";
    let row = row(tx, sql, vec![crate::consume::NAME.into()]).await?;
    let waiting: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default();
    Ok(u32::try_from(waiting).unwrap_or(u32::MAX))
}

/// Hears an event: it is logged, and counted in the figures that are answered. Events are logged one after the other, so that
/// whoever counts from the log and has come to its end has missed none.
pub(crate) async fn hear(tx: &Tx, envelope: &Envelope) -> Result<()> {
    let us = micros(announced(envelope));
    // An event that nothing is counted of leaves no trace, not even when it was.
    let (newest, mut values): (&str, Vec<Value>) = if counts(envelope) {
        ("CASE WHEN newest_us IS NULL OR newest_us < $1 THEN $2 ELSE newest_us END", vec![us.into(), us.into()])
    } else {
        ("newest_us", Vec::new())
    };
    // What counts the first event has counted them all, until other code counts one.
    let at = values.len();
    let own = Value::from(COUNTED_BY.as_str());
    values.extend([own.clone(), own]);
    let counted_by = format!(
        "CASE WHEN last_seq = 0 THEN ${} WHEN counted_by = ${} OR counted_by = '' OR counted_by LIKE '%{MIXED}' \
         THEN counted_by ELSE counted_by || '{MIXED}' END",
        at + 1,
        at + 2
    );
    let sql = format!(
        "UPDATE progress SET last_seq = last_seq + 1, newest_us = {newest}, counted_by = {counted_by} \
         WHERE id = 1 RETURNING *"
    );
    let progress = progress_of(row(tx, &sql, values).await?)?;
    run(
        tx,
        "INSERT INTO event_log (seq, event_id, school_id, time_us, kind, envelope) VALUES ($1, $2, $3, $4, $5, $6)",
        vec![
            progress.last_seq.into(),
            envelope.event_id.as_str().into(),
            envelope.school_id.as_str().into(),
            us.into(),
            envelope.event.as_ref().map(kind).unwrap_or_default().into(),
            envelope.encode_to_vec().into(),
        ],
    )
    .await?;
    let cells = take(tx, progress.generation, std::slice::from_ref(envelope)).await?;
    moved::note(tx, moved::COUNTED, &cells.moved()).await
}

/// Counts events in a generation of figures; answers what that came to.
pub(crate) async fn take(tx: &Tx, generation: i64, envelopes: &[Envelope]) -> Result<Cells> {
    let mut cells = Cells::default();
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    let mut said = Vec::new();
    for envelope in envelopes.iter().filter(|envelope| !envelope.school_id.is_empty()) {
        let school = envelope.school_id.as_str();
        let before = states.remove(school).unwrap_or_default();
        states.insert(school.to_owned(), before.and(State::of(envelope)));
        if let Some(Event::PolicyPublished(policy)) = &envelope.event {
            closed::keep(tx, generation, envelope, &policy.closed_days).await?;
        }
        let slots = slots(envelope);
        if slots.is_empty() {
            cells.add(school, facts(envelope), 1);
        }
        said.extend(slots.into_iter().map(|slot| (slot, envelope)));
    }
    say(tx, generation, &said, &mut cells).await?;
    cell::add(tx, generation, &cells).await?;
    state::keep(tx, generation, states).await?;
    feeds::keep(tx, generation, envelopes).await?;
    waiting::keep(tx, generation, envelopes).await?;
    Ok(cells)
}

/// What was said of some slots, each a school's, by place in order.
type Said = BTreeMap<(String, String), BTreeMap<String, Envelope>>;

/// Counts events that are about the same as others. Where the last counts, one takes the place of an earlier one and gives way to a
/// later one: from when each was known until the later one was known, whichever of them is heard first. Where the first counts, others
/// never did. Where they count together, what they came to gives way to what they come to with this one.
async fn say(tx: &Tx, generation: i64, said: &[(Slot, &Envelope)], cells: &mut Cells) -> Result<()> {
    let mut there = match said {
        [] => return Ok(()),
        [(slot, envelope)] if slot.which != Which::Together => neighbours(tx, generation, &slot.name, envelope).await?,
        several => all_of(tx, generation, several).await?,
    };
    let mut statements: Vec<[Value; 5]> = Vec::with_capacity(said.len());
    for (slot, envelope) in said {
        let (school, at) = (envelope.school_id.as_str(), order(envelope));
        let of_slot = there.entry((school.to_owned(), slot.name.clone())).or_default();
        statements.push([
            generation.into(),
            school.into(),
            slot.name.as_str().into(),
            at.as_str().into(),
            envelope.event_id.as_str().into(),
        ]);
        let before = of_slot.range::<String, _>(..at.clone()).next_back().map(|(_, before)| before);
        let after =
            of_slot.range::<String, _>((Bound::Excluded(at.clone()), Bound::Unbounded)).next().map(|(_, after)| after);
        match slot.which {
            Which::Together => {
                cells.add(school, of_alert(of_slot.values()), -1);
                of_slot.insert(at, (*envelope).clone());
                cells.add(school, of_alert(of_slot.values()), 1);
                continue;
            }
            Which::First if before.is_some() => {}
            Which::First => {
                cells.add(school, slot.facts(envelope), 1);
                if let Some(after) = after {
                    cells.add(school, slot.facts(after), -1);
                }
            }
            Which::Last => {
                cells.add(school, slot.facts(envelope), 1);
                if let Some(before) = before {
                    cells.add(school, as_of(before, envelope), -1);
                }
                if let Some(after) = after {
                    cells.add(school, as_of(envelope, after), -1);
                    if let Some(before) = before {
                        cells.add(school, as_of(before, after), 1);
                    }
                }
            }
        }
        of_slot.insert(at, (*envelope).clone());
    }
    for chunk in statements.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO statement (generation, school_id, slot, said_at, event_id) VALUES {}",
            places(chunk.len(), 5)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

/// What stands next to one event of a slot, before it and after it.
async fn neighbours(tx: &Tx, generation: i64, slot: &str, envelope: &Envelope) -> Result<Said> {
    let (school, at) = (envelope.school_id.as_str(), order(envelope));
    let before = beside(tx, (generation, school, slot), "s.said_at < $4 ORDER BY s.said_at DESC", &at).await?;
    let after = beside(tx, (generation, school, slot), "s.said_at > $4 ORDER BY s.said_at", &at).await?;
    let found = before.into_iter().chain(after).map(|other| (order(&other), other)).collect();
    Ok(Said::from([((school.to_owned(), slot.to_owned()), found)]))
}

/// Everything that was said of the slots of many events.
async fn all_of(tx: &Tx, generation: i64, said: &[(Slot, &Envelope)]) -> Result<Said> {
    let slots: BTreeSet<(&str, &str)> =
        said.iter().map(|(slot, envelope)| (envelope.school_id.as_str(), slot.name.as_str())).collect();
    let slots: Vec<(&str, &str)> = slots.into_iter().collect();
    let mut all = Said::new();
    for chunk in slots.chunks(CHUNK) {
        let sql = format!(
            "SELECT s.school_id AS school_id, s.slot AS slot, l.envelope AS envelope \
             FROM statement s JOIN event_log l ON l.event_id = s.event_id \
             WHERE (s.school_id, s.slot) IN (VALUES {}) AND s.generation = ${}",
            places(chunk.len(), 2),
            2 * chunk.len() + 1
        );
        let mut values: Vec<Value> =
            chunk.iter().flat_map(|(school, slot)| [Value::from(*school), Value::from(*slot)]).collect();
        values.push(generation.into());
        for row in rows(tx, &sql, values).await? {
            let (school, slot): (String, String) = (row.try_get("", "school_id")?, row.try_get("", "slot")?);
            let envelope = envelope_of(&row)?;
            all.entry((school, slot)).or_default().insert(order(&envelope), envelope);
        }
    }
    Ok(all)
}

/// The event of a slot that stands next to a place in order.
async fn beside(
    tx: &Tx,
    (generation, school, slot): (i64, &str, &str),
    next: &str,
    at: &str,
) -> Result<Option<Envelope>> {
    let sql = format!(
        "SELECT l.envelope AS envelope FROM statement s JOIN event_log l ON l.event_id = s.event_id \
         WHERE s.generation = $1 AND s.school_id = $2 AND s.slot = $3 AND {next} LIMIT 1"
    );
    let row = row(tx, &sql, vec![generation.into(), school.into(), slot.into(), at.into()]).await?;
    row.map(|row| envelope_of(&row)).transpose()
}

/// What was last announced of a school's policy by a moment: what is in force, when its review is due and what it promises.
pub(crate) async fn policy(tx: &Tx, school: &str, until: OffsetDateTime) -> Result<Option<Envelope>> {
    // A few of them, so that of two of one moment the later can be told by its place.
    let sql = "SELECT envelope FROM event_log WHERE kind = 'PolicyPublished' AND school_id = $1 AND time_us <= $2 \
               ORDER BY time_us DESC LIMIT 8";
    let rows = rows(tx, sql, vec![school.into(), micros(until).into()]).await?;
    let events: Vec<Envelope> = rows.iter().map(envelope_of).collect::<Result<_>>()?;
    Ok(events.into_iter().max_by_key(order))
}

/// What was announced of entries of a school's registers by a moment, in order.
pub(crate) async fn entries(tx: &Tx, school: &str, until: OffsetDateTime) -> Result<Vec<Envelope>> {
    let sql = "SELECT envelope FROM event_log WHERE kind = 'RegisterEntryAdded' AND school_id = $1 AND time_us <= $2";
    let rows = rows(tx, sql, vec![school.into(), micros(until).into()]).await?;
    let mut events: Vec<Envelope> = rows.iter().map(envelope_of).collect::<Result<_>>()?;
    events.sort_by_cached_key(order);
    Ok(events)
}

/// What desks of the authority published, the latest first.
pub(crate) async fn desk_years(tx: &Tx) -> Result<Vec<Envelope>> {
    let sql = "SELECT envelope FROM event_log WHERE kind = 'DeskFiguresPublished' ORDER BY seq DESC";
    rows(tx, sql, Vec::new()).await?.iter().map(envelope_of).collect()
}

/// The event of a row of the log.
pub(crate) fn envelope_of(row: &sea_orm::QueryResult) -> Result<Envelope> {
    let bytes: Vec<u8> = row.try_get("", "envelope")?;
    Envelope::decode(bytes.as_slice()).map_err(Error::internal)
}
