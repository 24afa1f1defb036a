//! What waited, looked at anew: once its key stands for a school, lines go there in their order, with their own times, and
//! alerts say that they are late. Lines that waited for too long are refused, and counted.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result},
    serve::Shutdown,
};
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::routed::{Arrived, act, into_feed};
use crate::{
    App,
    routing::{self, Part},
    sender::{Sender, SenderCounts},
    store::{self, quarantine},
};

/// How often it is looked for lines that nobody rang for: those of a process that ended, and those that are too old.
const LOOK: Duration = Duration::from_secs(30);
/// What looking at some of them counts as, in bytes.
const SHARE: usize = 64 << 10;
/// As whom it is done.
const WHO: &str = "quarantine";

/// Rung when a key was given to a school, and when rejected lines are to be read again.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    /// Says that there is something to look at anew.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Looks at what waits until shutdown.
pub(crate) async fn run(app: App, mut shutdown: Shutdown) {
    loop {
        match settle(&app, &shutdown).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "lines that wait could not be looked at anew"),
        }
        tokio::select! {
            () = app.bell.0.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = shutdown.wait() => return,
        }
    }
}

async fn settle(app: &App, shutdown: &Shutdown) -> Result<()> {
    while !shutdown.is_said() && expire(app).await? {}
    super::reread::settle(app, shutdown).await?;
    let mut after = None;
    while !shutdown.is_said() {
        let before = after.clone();
        match one(app, &mut after).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            // These are tried again next time; those of others do not wait for them.
            Err(error) if after != before => tracing::warn!(%error, "lines that wait could not be looked at anew"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Looks at the next lines that are due after those looked at already; false where none are.
async fn one(app: &App, after: &mut Option<(i64, String)>) -> Result<bool> {
    let system = Scope::system(WHO);
    // The turn comes before the transaction: whoever has one may need the connection.
    let _turn = app.turns.take(WHO, SHARE).await?;
    let mut tx = app.store.begin(&system).await?;
    tx.silent();
    let Some(held) = quarantine::next_due(&tx, after.as_ref()).await? else { return Ok(false) };
    *after = Some((held.received_us, held.id.clone()));
    let Some(sender) = store::sender::any(&tx, &held.sender_id).await? else {
        return Err(Error::internal("lines wait whose sender is not there"));
    };
    let received_at = store::moment(held.received_us).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    tx.enter(&system.of_sender(sender.id.as_str())).await?;
    let waited = quarantine::open(&tx, &held).await?;
    // Only lines of a sender of several schools wait.
    let profile = store::profile::of(&tx, "", &sender.profile).await?;
    let split = routing::split(&sender, Some(&*profile), None, routing::numbered(&waited), received_at);
    let still: u64 = split.held.values().map(Part::len).sum();
    if still == held.lines {
        quarantine::wait_on(&tx, &held).await?;
        tx.commit().await?;
        return Ok(true);
    }
    quarantine::forget(&tx, std::slice::from_ref(&held)).await?;
    quarantine::hold(&tx, &sender, &held.delivery_id, &split.held, held.received_us).await?;
    let refused = u64::try_from(split.refused.len()).unwrap_or_default();
    let mut sum = SenderCounts { received: held.lines - still, refused, ..SenderCounts::default() };
    let late = late(tx.now() - received_at);
    let arrived =
        Arrived { sender: &sender, profile: Some(&*profile), received_at, late: &late, delivery_id: &held.delivery_id };
    for ((place, _), part) in &split.parts {
        tx.enter(&Scope::own(WHO, &place.school_id.parse().map_err(Error::internal)?)).await?;
        let taken = into_feed(&mut tx, place, part, &arrived).await?;
        sum.observations += taken.counts.received - taken.counts.rejected;
        sum.refused += taken.counts.rejected;
    }
    finish(&mut tx, &sender, "lines.replayed", sum, held.received_us).await?;
    tx.commit().await?;
    Ok(true)
}

/// Refuses lines that waited for too long; false where none did.
async fn expire(app: &App) -> Result<bool> {
    let system = Scope::system(WHO);
    let mut tx = app.store.begin(&system).await?;
    tx.silent();
    let old = quarantine::expired(&tx).await?;
    quarantine::forget(&tx, &old).await?;
    let mut hours: BTreeMap<(&str, i64), u64> = BTreeMap::new();
    for held in &old {
        *hours.entry((held.sender_id.as_str(), store::intake::hour(held.received_us))).or_default() += held.lines;
    }
    for ((sender_id, hour_us), lines) in hours {
        tx.enter(&system).await?;
        if let Some(sender) = store::sender::any(&tx, sender_id).await? {
            let sum = SenderCounts { received: lines, refused: lines, ..SenderCounts::default() };
            finish(&mut tx, &sender, "lines.expired", sum, hour_us).await?;
        }
    }
    tx.commit().await?;
    Ok(!old.is_empty())
}

/// Counts lines that left quarantine within the hour they came in, and records it.
async fn finish(tx: &mut Tx, sender: &Sender, action: &'static str, sum: SenderCounts, received_us: i64) -> Result<()> {
    tx.enter(&Scope::system(WHO).of_sender(sender.id.as_str())).await?;
    store::sender::release(tx, sender.id.as_str(), &sum, received_us).await?;
    tx.record(act(action, sender, sum));
    Ok(())
}

/// What an alert says of lines that waited.
fn late(waited: time::Duration) -> String {
    format!("; late: it waited for {} because its school was not known", in_words(waited))
}

/// How long something waited.
pub(super) fn in_words(waited: time::Duration) -> String {
    match (waited.whole_days(), waited.whole_hours()) {
        (0, 0) => "less than an hour".to_owned(),
        (0, 1) => "an hour".to_owned(),
        (0, hours) => format!("{hours} hours"),
        (1, _) => "a day".to_owned(),
        (days, _) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_says_how_late_it_is() {
        let of = |minutes: i64| late(time::Duration::minutes(minutes));
        assert!(of(5).contains("less than an hour") && of(61).contains("for an hour"));
        assert!(
            of(150).contains("for 2 hours") && of(26 * 60).contains("for a day") && of(72 * 60).contains("for 3 days")
        );
    }
}
