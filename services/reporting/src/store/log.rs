//! The log of every event that was heard, and the one way in which events become figures: from the bus as they come, and from
//! the log when figures are counted anew.

use std::collections::BTreeMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::Envelope,
};
use prost::Message as _;
use time::OffsetDateTime;

use super::{
    cell::{self, Cells},
    micros, moment, row, rows, run, state,
};
use crate::{
    fact::{announced, as_of, facts, kind, order, slot},
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
    /// The last place of the log.
    pub(crate) last_seq: i64,
    /// When the newest event that is counted in happened.
    pub(crate) newest: Option<OffsetDateTime>,
}

fn progress_of(row: Option<sea_orm::QueryResult>) -> Result<Progress> {
    let row = row.ok_or_else(|| Error::internal("it is not known how far events are counted"))?;
    let newest: Option<i64> = row.try_get("", "newest_us")?;
    Ok(Progress {
        generation: row.try_get("", "generation")?,
        building: row.try_get("", "building")?,
        built_seq: row.try_get("", "built_seq")?,
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
    let held = row(
        tx,
        "UPDATE progress SET last_seq = last_seq + 1, \
         newest_us = CASE WHEN newest_us IS NULL OR newest_us < $1 THEN $2 ELSE newest_us END WHERE id = 1 RETURNING *",
        vec![us.into(), us.into()],
    )
    .await?;
    let progress = progress_of(held)?;
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
    take(tx, progress.generation, std::slice::from_ref(envelope)).await
}

/// Counts events in a generation of figures.
pub(crate) async fn take(tx: &Tx, generation: i64, envelopes: &[Envelope]) -> Result<()> {
    let mut cells = Cells::default();
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    for envelope in envelopes.iter().filter(|envelope| !envelope.school_id.is_empty()) {
        let school = envelope.school_id.as_str();
        let before = states.remove(school).unwrap_or_default();
        states.insert(school.to_owned(), before.and(State::of(envelope)));
        match envelope.event.as_ref().and_then(slot) {
            None => cells.add(school, facts(envelope), 1),
            Some(slot) => say(tx, generation, &slot, envelope, &mut cells).await?,
        }
    }
    cell::add(tx, generation, &cells).await?;
    state::keep(tx, generation, states).await
}

/// Counts an event that takes the place of an earlier one of its slot, and gives way to a later one: from when it was known until
/// the later one was known, whichever of them is heard first.
async fn say(tx: &Tx, generation: i64, slot: &str, envelope: &Envelope, cells: &mut Cells) -> Result<()> {
    let (school, at) = (envelope.school_id.as_str(), order(envelope));
    let before = beside(tx, (generation, school, slot), "s.said_at < $4 ORDER BY s.said_at DESC", &at).await?;
    let after = beside(tx, (generation, school, slot), "s.said_at > $4 ORDER BY s.said_at", &at).await?;
    run(
        tx,
        "INSERT INTO statement (generation, school_id, slot, said_at, event_id) VALUES ($1, $2, $3, $4, $5)",
        vec![generation.into(), school.into(), slot.into(), at.into(), envelope.event_id.as_str().into()],
    )
    .await?;
    cells.add(school, facts(envelope), 1);
    if let Some(before) = &before {
        cells.add(school, as_of(before, envelope), -1);
    }
    if let Some(after) = &after {
        cells.add(school, as_of(envelope, after), -1);
        if let Some(before) = &before {
            cells.add(school, as_of(before, after), 1);
        }
    }
    Ok(())
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
