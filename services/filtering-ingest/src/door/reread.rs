//! Rejected lines whose text is kept, read again: by the profile that their feed is set to now. What is read goes the way of any
//! line, in its order, with its own times, and alerts say that they are late; the rest waits on.

use std::collections::HashSet;

use chassis::{caller::Scope, error::Result, history::Act, serve::Shutdown};
use time::OffsetDateTime;

use super::{Arrival, replay::in_words};
use crate::{
    App,
    intake::Further,
    profile::Context,
    routing,
    rpc::ingest_lines,
    store::{self, unread},
    unread::batch,
};

/// What reading some of them counts as, in bytes.
const SHARE: usize = 64 << 10;
/// As whom it is done.
const WHO: &str = "rejected_lines";

/// Reads what is due, and lets go of what was kept for long enough.
///
/// # Errors
/// Where what is due cannot be looked for.
pub(super) async fn settle(app: &App, shutdown: &Shutdown) -> Result<()> {
    let mut tx = app.store.begin(&Scope::system(WHO)).await?;
    tx.silent();
    unread::expire(&tx).await?;
    tx.commit().await?;
    let mut after = None;
    while !shutdown.is_said() {
        let before = after.clone();
        match one(app, &mut after).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            // These are tried again next time; those of others do not wait for them.
            Err(error) if after != before => tracing::warn!(%error, "rejected lines could not be read again"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the next lines that are due after those read already; false where none are.
async fn one(app: &App, after: &mut Option<(i64, String)>) -> Result<bool> {
    let system = Scope::system(WHO);
    // The turn comes before the transaction: whoever has one may need the connection.
    let _turn = app.turns.take(WHO, SHARE).await?;
    let mut tx = app.store.begin(&system).await?;
    tx.silent();
    let Some(kept) = unread::next_due(&tx, after.as_ref()).await? else { return Ok(false) };
    *after = Some((kept.received_us, kept.id.clone()));
    // Of a sender of several schools: where a key of theirs turns out to stand for another one, their alerts go there.
    let sender = store::sender::of_feed(&tx, &kept.feed_id).await?;
    // Of one of several schools nobody can say whose the further records of a line are, whether or not its profile is there.
    let shared = sender.as_ref().is_some_and(|sender| sender.single().is_none());
    let further = if shared { Further::Pass } else { Further::Read };
    let routed = match sender {
        // By a profile that is there no more nobody could say where a line belongs, and its lines are read all the same.
        Some(sender) => store::profile::of(&tx, "", &sender.profile).await.ok().map(|profile| (profile, sender)),
        None => None,
    };
    let scope = Scope::own(WHO, &kept.school_id.parse().map_err(chassis::error::Error::internal)?);
    tx.enter(&scope).await?;
    let feed = store::feed::hold(&tx, &kept.feed_id).await?;
    let mut spool = unread::text(&tx, &kept).await?;
    let profile = store::profile::of_feed(&tx, &feed).await?;
    if spool.header.is_none() && profile.is_headed() {
        spool.header = store::header::load(&tx, &feed, &kept.delivery_id).await?;
    }
    let received_at = store::moment(kept.received_us).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let read = spool.readable(&profile, Context { time_zone: &feed.time_zone, received_at }, further);
    if !read.is_empty() {
        let numbers: Vec<u64> = read.iter().map(|unread| unread.line).collect();
        let lines = batch(&read);
        let header = spool.header.as_deref();
        let keys = |number: u64| {
            let raw = read.iter().find(|unread| unread.line == number).map(|unread| unread.text.as_bytes());
            let keys = routed
                .as_ref()
                .zip(raw)
                .map(|((profile, sender), raw)| routing::keys_of(sender, Some(&**profile), header, raw, received_at));
            keys.unwrap_or_default()
        };
        let keys: &(dyn Fn(u64) -> Vec<String> + Sync) = &keys;
        let late = format!("; late: it could not be read for {}", in_words(tx.now() - received_at));
        let arrival = Arrival {
            lines: lines.as_bytes(),
            first_line: 1,
            done: 0,
            delivery_id: &kept.delivery_id,
            received_at,
            numbers: &numbers,
            header,
            further,
            late: &late,
            keys: routed.is_some().then_some(keys),
        };
        let judged = ingest_lines::judge(&tx, &scope, &feed, &arrival).await?;
        // A row of names is read by, and is no line that was taken.
        let still: HashSet<u64> = judged.taken.rejected.iter().map(|(line, _)| *line).collect();
        let counts = ingest_lines::write_again(&mut tx, &feed, &arrival, judged).await?;
        let taken: Vec<_> = read.into_iter().filter(|unread| !still.contains(&unread.line)).collect();
        store::intake::accept(&tx, &feed, &kept.delivery_id, &taken, kept.received_us).await?;
        let gone: HashSet<u64> = taken.iter().map(|unread| unread.line).collect();
        spool.lines.retain(|unread| !gone.contains(&unread.line));
        tx.record(
            Act::new("rejected_line.read", feed.id.as_str())
                .detail("lines", taken.len())
                .detail("alerts", counts.alerts)
                .detail("left", spool.lines.len()),
        );
    }
    unread::leave(&tx, &kept, &spool).await?;
    tx.commit().await?;
    Ok(true)
}
