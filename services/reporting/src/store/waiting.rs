//! Which concerns were passed on because nobody had read them, and whether somebody has since, in each generation: whichever event of
//! a concern comes first. A concern is an id, and nothing of it is kept but when.

use std::collections::BTreeMap;

use chassis::{
    db::Tx,
    error::Result,
    event::{Envelope, Event},
};
use sea_orm::Value;
use time::OffsetDateTime;

use super::{
    cell::{CHUNK, places},
    micros, moment, rows, run,
};
use crate::fact::{announced, order, passed_on_unread};

/// What events say of one concern. Two of them come to the same whichever is taken in first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Waiting {
    /// Since when it waits, in microseconds: when it was recorded.
    since_us: Option<i64>,
    /// The last event that passed it on, by its place in order; empty where none did.
    passed_at: String,
    /// The last event that says that it was read or decided about; empty where none did.
    over_at: String,
}

impl Waiting {
    /// What one event says; nothing where it is about something else.
    fn of(envelope: &Envelope) -> Option<Self> {
        let at = order(envelope);
        match &envelope.event {
            // Where the rota led to nobody it is passed on at once: its own time is not over by then.
            Some(Event::ConcernEscalated(passed))
                if passed_on_unread(&passed.reason) && passed.reason != "nobody_there" =>
            {
                let since = micros(announced(envelope)).saturating_sub(passed.waited_s.saturating_mul(1_000_000));
                Some(Self { since_us: Some(since), passed_at: at, over_at: String::new() })
            }
            // What is decided about was read; that it was read is announced since a later version only.
            Some(Event::ConcernRead(_) | Event::ConcernTriaged(_)) => Some(Self { over_at: at, ..Self::default() }),
            _ => None,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            since_us: [self.since_us, other.since_us].into_iter().flatten().min(),
            passed_at: self.passed_at.max(other.passed_at),
            over_at: self.over_at.max(other.over_at),
        }
    }
}

/// Keeps what events say of concerns beside what others said.
pub(crate) async fn keep(tx: &Tx, generation: i64, envelopes: &[Envelope]) -> Result<()> {
    let mut all: BTreeMap<(&str, &str), Waiting> = BTreeMap::new();
    for envelope in envelopes.iter().filter(|envelope| !envelope.school_id.is_empty()) {
        if let Some(said) = Waiting::of(envelope) {
            let concern = (envelope.school_id.as_str(), envelope.aggregate_id.as_str());
            let before = all.remove(&concern).unwrap_or_default();
            all.insert(concern, before.and(said));
        }
    }
    let row = |((school, concern), waiting): ((&str, &str), Waiting)| -> [Value; 6] {
        let Waiting { since_us, passed_at, over_at } = waiting;
        [generation.into(), school.into(), concern.into(), since_us.into(), passed_at.into(), over_at.into()]
    };
    let all: Vec<[Value; 6]> = all.into_iter().map(row).collect();
    for chunk in all.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO concern_waiting AS w (generation, school_id, concern_id, since_us, passed_at, over_at) VALUES {} \
             ON CONFLICT (generation, school_id, concern_id) DO UPDATE SET \
             since_us = CASE WHEN w.since_us IS NULL OR excluded.since_us < w.since_us THEN excluded.since_us ELSE w.since_us END, \
             passed_at = CASE WHEN excluded.passed_at > w.passed_at THEN excluded.passed_at ELSE w.passed_at END, \
             over_at = CASE WHEN excluded.over_at > w.over_at THEN excluded.over_at ELSE w.over_at END",
            places(chunk.len(), 6)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

/// The schools where a concern that was passed on is still unread, each with since when the oldest of them waits.
pub(crate) async fn unread(tx: &Tx) -> Result<BTreeMap<String, OffsetDateTime>> {
    let sql = "SELECT school_id, CAST(MIN(since_us) AS BIGINT) AS since FROM concern_waiting \
               WHERE generation = (SELECT generation FROM progress WHERE id = 1) AND passed_at > over_at GROUP BY school_id";
    let mut unread = BTreeMap::new();
    for row in rows(tx, sql, Vec::new()).await? {
        let since: Option<i64> = row.try_get("", "since")?;
        if let Some(since) = since.and_then(moment) {
            unread.insert(row.try_get("", "school_id")?, since);
        }
    }
    Ok(unread)
}
