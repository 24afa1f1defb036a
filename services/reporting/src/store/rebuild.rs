//! Figures counted anew from the log, as another generation beside the one that is answered, until it takes that one's place.

use std::sync::LazyLock;

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::Envelope,
};
use sha2::{Digest as _, Sha256};

use super::{
    log::{self, envelope_of},
    row, rows, run,
};

/// What events are counted by: the digest of the very code that counts them. Figures of which some were counted by other code are no
/// figures, and nobody needs to remember to say that a definition changed.
pub(super) static COUNTED_BY: LazyLock<String> = LazyLock::new(|| {
    let mut code = Sha256::new();
    for part in [
        include_str!("../fact.rs"),
        include_str!("../fact/alert.rs"),
        include_str!("../state.rs"),
        include_str!("cell.rs"),
        include_str!("closed.rs"),
        include_str!("feeds.rs"),
        include_str!("log.rs"),
        include_str!("state.rs"),
        include_str!("waiting.rs"),
    ] {
        code.update(part);
    }
    hex::encode(code.finalize())
});

/// What stands behind it once other code counted some of the figures since: while an update is rolled out, both do.
pub(super) const MIXED: char = '+';

/// The tables of figures, with what tells the rows of a generation apart.
const FIGURES: [(&str, &str); 2] =
    [("cell", "fact, school_id, day, dims, known"), ("span_cell", "fact, span, school_id, dims")];
/// The tables of what schools are like, with everything that a row of a generation says.
const STANDING: [(&str, &str); 4] = [
    (
        "school_state",
        "school_id, known_us, review_due_us, error_findings, policy_at, last_feed_us, silent_feeds, phase, area, learners, \
         described_at, fed_us, registered_us",
    ),
    ("feed_trouble", "school_id, feed_id, trouble, said_at, ended"),
    ("closed_day", "school_id, span, known"),
    ("concern_waiting", "school_id, concern_id, since_us, passed_at, over_at"),
];
/// Every table that has generations.
const TABLES: [&str; 7] =
    ["cell", "span_cell", "school_state", "feed_trouble", "closed_day", "statement", "concern_waiting"];

/// How far the counting has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Events counted.
    pub(crate) counted: i64,
    /// Events in the log.
    pub(crate) logged: i64,
    /// Figures that differed, and schools that stood otherwise, once all events are counted.
    pub(crate) changed: Option<i64>,
}

/// Counts the next events of the log. At its end the new figures take the place of the old, or are thrown away where they were
/// only to be compared; it is all one transaction, while which no event is heard. What was begun by another release, and broken off,
/// is begun anew.
pub(crate) async fn step(tx: &Tx, most: u32, check_only: bool) -> Result<Step> {
    let progress = log::hold(tx).await?;
    let (building, from) = match progress.building {
        Some(building) if progress.built_by == *COUNTED_BY => (building, progress.built_seq),
        Some(building) => {
            forget(tx, building).await?;
            (building, 0)
        }
        None => (progress.generation + 1, 0),
    };
    let next = "SELECT envelope FROM event_log WHERE seq > $1 ORDER BY seq LIMIT $2";
    let batch = rows(tx, next, vec![from.into(), i64::from(most).into()]).await?;
    let events: Vec<Envelope> = batch.iter().map(envelope_of).collect::<Result<_>>()?;
    log::take(tx, building, &events).await?;
    // Places of the log follow one another without a gap.
    let counted = from + i64::try_from(events.len()).map_err(Error::internal)?;
    let logged = progress.last_seq;
    if counted < logged {
        let go_on = "UPDATE progress SET building = $1, built_seq = $2, built_by = $3 WHERE id = 1";
        run(tx, go_on, vec![building.into(), counted.into(), COUNTED_BY.as_str().into()]).await?;
        return Ok(Step { counted, logged, changed: None });
    }
    let changed = changed(tx, progress.generation, building).await?;
    let (stays, goes) = if check_only { (progress.generation, building) } else { (building, progress.generation) };
    let counted_by = if check_only { progress.counted_by.as_str() } else { COUNTED_BY.as_str() };
    let over = "UPDATE progress SET generation = $1, building = NULL, built_seq = 0, built_by = '', counted_by = $2 \
                WHERE id = 1";
    run(tx, over, vec![stays.into(), counted_by.into()]).await?;
    forget(tx, goes).await?;
    Ok(Step { counted, logged, changed: Some(changed) })
}

/// Counts the next events anew where figures that are answered were counted by other code; nothing where none are. A process that
/// `begins` takes over from whatever release was there. One that is there already puts right only what other code counted since among
/// its own figures, and leaves it to whoever has taken over.
pub(crate) async fn renew(tx: &Tx, most: u32, begins: bool) -> Result<Option<Step>> {
    let progress = log::hold(tx).await?;
    let own = progress.counted_by.strip_suffix(MIXED) == Some(COUNTED_BY.as_str());
    let theirs = progress.building.is_some() && progress.built_by != *COUNTED_BY;
    if !progress.outdated() || !(begins || own && !theirs) {
        return Ok(None);
    }
    step(tx, most, false).await.map(Some)
}

/// Takes away what was counted in a generation.
async fn forget(tx: &Tx, generation: i64) -> Result<()> {
    for table in TABLES {
        run(tx, &format!("DELETE FROM {table} WHERE generation = $1"), vec![generation.into()]).await?;
    }
    Ok(())
}

/// How many figures differ between two generations, and how many schools stand otherwise or are closed on other days.
async fn changed(tx: &Tx, old: i64, new: i64) -> Result<i64> {
    let mut all = 0;
    for (table, key) in FIGURES {
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM {table} WHERE generation IN ($1, $2) \
             GROUP BY {key} HAVING SUM(CASE WHEN generation = $3 THEN count ELSE -count END) <> 0) AS differing"
        );
        let row = row(tx, &sql, vec![old.into(), new.into(), new.into()]).await?;
        all += row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default();
    }
    for (table, said) in STANDING {
        // A row that is not in both generations word for word.
        let sql = format!(
            "SELECT CAST(COUNT(DISTINCT school_id) AS BIGINT) AS n FROM (SELECT school_id FROM {table} \
             WHERE generation IN ($1, $2) GROUP BY {said} HAVING COUNT(*) <> 2) AS differing"
        );
        let row = row(tx, &sql, vec![old.into(), new.into()]).await?;
        all += row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default();
    }
    Ok(all)
}
