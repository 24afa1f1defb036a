//! What becomes due by itself: searches that were left standing while somebody typed, and alerts that nobody opened in
//! time. Every process of the service looks; whoever comes first does it.

pub(crate) mod counted;

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::SchoolId,
    serve::Shutdown,
};
use proto::event::v1::AlertPassedOn;
use tracing::warn;

use crate::{
    intake,
    rpc::raising,
    seen::Known,
    store::{self, intake::Actors},
};

/// How often it looks: what was typed about self-harm waits no longer than it must.
const EVERY: Duration = Duration::from_secs(2);
/// Every how many looks it looks for alerts that nobody opened, which wait for minutes.
const ALERTS_EVERY: u32 = 5;
/// Every how many looks it tells how lines were accounted for.
const COUNTS_EVERY: u32 = 3;

/// Looks until shutdown. First it reads out of alerts from before what their columns do not say.
pub(crate) async fn run(store: Store, mut shutdown: Shutdown) {
    let mut looks: u32 = 0;
    let mut caught_up = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = standing(&store).await {
            warn!(service = store.name(), %error, "searches that were left standing could not be looked for");
        }
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(ALERTS_EVERY)
            && let Err(error) = pass(&store).await
        {
            warn!(service = store.name(), %error, "alerts that wait unopened could not be looked for");
        }
        if looks.is_multiple_of(COUNTS_EVERY)
            && let Err(error) = counted::pass(&store).await
        {
            warn!(service = store.name(), %error, "how lines were counted could not be looked for");
        }
        if !caught_up {
            match catch_up(&store).await {
                Ok(()) => caught_up = true,
                Err(error) => warn!(service = store.name(), %error, "older alerts are not counted by theme yet"),
            }
        }
    }
}

/// Reads the theme and the user out of alerts from before they had columns.
///
/// # Errors
/// Where they cannot be looked for.
pub(crate) async fn catch_up(store: &Store) -> Result<()> {
    let mut after = String::new();
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let some = store::alert::without_columns(&tx, &after).await?;
        tx.silent();
        tx.commit().await?;
        let Some((last, _)) = some.last() else { return Ok(()) };
        after.clone_from(last);
        for (id, school) in &some {
            let mut tx = store.begin(&own(store, school)?).await?;
            // The columns say what the body says: nobody's act. One that cannot be read stays as it is.
            match store::alert::read_columns(&tx, id).await {
                Ok(()) => {
                    tx.silent();
                    tx.commit().await?;
                }
                Err(error) => {
                    warn!(alert.id = id, %error, "an older alert is not counted by theme, nor found by its user")
                }
            }
        }
    }
}

fn own(store: &Store, school: &str) -> Result<Scope> {
    let school: SchoolId = school.parse().map_err(|_| Error::internal("a row of no school"))?;
    Ok(Scope::own(store.name(), &school))
}

/// Judges what was left standing at every school; answers how many alerts that raised.
///
/// # Errors
/// Where it cannot be looked for.
pub(crate) async fn standing(store: &Store) -> Result<usize> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    let feeds = store::suggestion::feeds_with_some(&tx).await?;
    tx.silent();
    tx.commit().await?;
    let mut raised = 0;
    for (school, feed) in feeds {
        match settle(store, &school, &feed).await {
            Ok(alerts) => raised += alerts,
            // The others are judged all the same; these are tried again.
            Err(error) => warn!(feed.id = feed, %error, "searches that were left standing could not be judged"),
        }
    }
    Ok(raised)
}

async fn settle(store: &Store, school: &str, feed_id: &str) -> Result<usize> {
    let mut tx = store.begin(&own(store, school)?).await?;
    let feed = store::feed::hold(&tx, feed_id).await?;
    let standing = store::suggestion::over(&tx, feed_id).await?;
    if standing.is_empty() {
        return Ok(0);
    }
    let (rules, exceptions) = (store::rules(&tx, school).await?, store::exception::holding(&tx).await?);
    let (profile, known) = (store::profile::of_feed(&tx, &feed).await?, Known::default());
    let by = raising::by(&feed, &profile, None, &rules, &exceptions, &known);
    let mut taken = intake::left_standing(standing, &by);
    raising::fold(&tx, &feed, &mut taken, &mut Actors::default()).await?;
    let now_us = store::micros(tx.now());
    // Their lines were counted when they came; only the alerts are new.
    store::intake::count(&tx, &feed, &taken, now_us).await?;
    let alerts = raising::write(&mut tx, &feed, &mut taken, &rules.times, "").await?;
    tx.record(Act::new("search.left_standing", feed_id).detail("alerts", alerts.len()));
    tx.commit().await?;
    Ok(alerts.len())
}

/// Passes on whatever is due at every school; answers how much that was.
///
/// # Errors
/// Where what is due cannot be looked for.
pub(crate) async fn pass(store: &Store) -> Result<u32> {
    let (mut passed, mut after) = (0, None);
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let due = store::alert::due(&tx, after.as_ref()).await?;
        tx.silent();
        tx.commit().await?;
        let Some(last) = due.last() else { return Ok(passed) };
        after = Some((last.pass_us, last.id.clone()));
        for row in &due {
            match one(store, &row.school_id, &row.id).await {
                Ok(true) => passed += 1,
                Ok(false) => {}
                // The others are passed on all the same; this one is tried again.
                Err(error) => warn!(alert.id = row.id, %error, "an alert that waits unopened could not be passed on"),
            }
        }
    }
}

async fn one(store: &Store, school: &str, id: &str) -> Result<bool> {
    let mut tx = store.begin(&own(store, school)?).await?;
    let Some(mut alert) = store::alert::find(&tx, id).await? else { return Ok(false) };
    let times = store::rules(&tx, school).await?.times;
    let Some(to) = alert.pass_on(tx.now(), &times) else { return Ok(false) };
    let body = store::alert::update(&tx, &alert).await?;
    tx.record(Act::new("alert.passed_on", id).detail("to", to).state("alert", &body));
    let waited_s = alert.waited_s(tx.now());
    let event = AlertPassedOn { to: to.to_owned(), waited_s, tier: alert.tier.clone() };
    tx.announce(id, Event::AlertPassedOn(event)).await?;
    tx.commit().await?;
    Ok(true)
}
