//! Which filter feeds are silent or late, each by itself, in each generation: whichever event of a feed comes first. An event of one
//! feed says nothing of the others: how many they were when it was announced may be overtaken by what another feed announced
//! at the same moment.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    db::Tx,
    error::Result,
    event::{Envelope, Event},
};
use sea_orm::Value;

use super::{
    cell::{CHUNK, places},
    run,
};
use crate::fact::order;

/// The troubles with which a feed is not heard.
const UNHEARD: [&str; 2] = ["silent", "late"];

/// A trouble of a feed: school, feed and which.
type Trouble<'a> = (&'a str, &'a str, &'a str);

/// Keeps what events say of feeds beside what others said, and how many of each of their schools are not heard.
pub(crate) async fn keep(tx: &Tx, generation: i64, envelopes: &[Envelope]) -> Result<()> {
    let mut all: BTreeMap<Trouble<'_>, (String, bool)> = BTreeMap::new();
    for envelope in envelopes.iter().filter(|envelope| !envelope.school_id.is_empty()) {
        let Some(Event::FeedCoverageChanged(changed)) = &envelope.event else { continue };
        if UNHEARD.contains(&changed.state.as_str()) {
            let said = (order(envelope), changed.ended);
            let trouble = (envelope.school_id.as_str(), envelope.aggregate_id.as_str(), changed.state.as_str());
            let kept = all.entry(trouble).or_default();
            if said.0 > kept.0 {
                *kept = said;
            }
        }
    }
    let row = |((school, feed, trouble), (said_at, ended)): (&Trouble<'_>, &(String, bool))| -> [Value; 6] {
        let ended = i64::from(*ended);
        [generation.into(), (*school).into(), (*feed).into(), (*trouble).into(), said_at.as_str().into(), ended.into()]
    };
    let rows: Vec<[Value; 6]> = all.iter().map(row).collect();
    for chunk in rows.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO feed_trouble AS t (generation, school_id, feed_id, trouble, said_at, ended) VALUES {} \
             ON CONFLICT (generation, school_id, feed_id, trouble) DO UPDATE SET \
             ended = CASE WHEN excluded.said_at > t.said_at THEN excluded.ended ELSE t.ended END, \
             said_at = CASE WHEN excluded.said_at > t.said_at THEN excluded.said_at ELSE t.said_at END",
            places(chunk.len(), 6)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    let schools: Vec<&str> = all.keys().map(|(school, ..)| *school).collect::<BTreeSet<_>>().into_iter().collect();
    for chunk in schools.chunks(CHUNK) {
        // A feed that is silent and late is one feed.
        let sql = format!(
            "UPDATE school_state SET silent_feeds = (SELECT COUNT(DISTINCT t.feed_id) FROM feed_trouble t \
             WHERE t.generation = school_state.generation AND t.school_id = school_state.school_id AND t.ended = 0) \
             WHERE school_id IN (VALUES {}) AND generation = ${}",
            places(chunk.len(), 1),
            chunk.len() + 1
        );
        let mut values: Vec<Value> = chunk.iter().map(|school| Value::from(*school)).collect();
        values.push(generation.into());
        run(tx, &sql, values).await?;
    }
    Ok(())
}
