//! Deletes what is past its term, at night: kept observations, rejected lines, alerts, episodes and deliveries by the school's
//! own term, fingerprints after eight days. What was counted by the hour names nobody and stays. Every process of the service
//! does it; what one has deleted the others do not find. Small blocks of observations are put together on the way.

use std::time::Duration as Wait;

use chassis::{
    caller::Scope,
    clock::london,
    error::{Error, Result},
    id::SchoolId,
    serve::Shutdown,
};
use time::OffsetDateTime;
use tracing::warn;

use crate::{
    App,
    keeping::{MONTHS, kept_from, months_of},
    seen::FINGERPRINTS_KEPT,
    store,
};

/// How often it is looked whether there is anything to do.
const EVERY: Wait = Wait::from_secs(600);
/// How long the rest of the database has between two slices.
const BETWEEN: Wait = Wait::from_millis(50);
/// The hours in London in which is deleted.
const NIGHT: std::ops::Range<u8> = 1..6;

/// Deletes until shutdown.
pub(crate) async fn run(app: App, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        let night = NIGHT.contains(&london(app.clock.now()).hour());
        if let Err(error) = pass(&app, night).await {
            warn!(service = app.store.name(), %error, "what is past its term is kept for now");
        }
    }
}

/// Makes the months to come, and at night deletes what is past its term.
///
/// # Errors
/// Where the database cannot be reached, or is busy.
pub(crate) async fn pass(app: &App, night: bool) -> Result<()> {
    let system = Scope::system(app.store.name());
    let mut tx = app.store.begin(&system).await?;
    tx.silent();
    let by_month = store::keeping::by_month(&tx);
    if by_month {
        store::keeping::make_months(&tx).await?;
    }
    let schools = store::coverage::schools(&tx).await?;
    tx.commit().await?;
    if !night {
        return Ok(());
    }
    // An older process may have gone on keeping them one by one while this one started.
    if let Err(error) = store::convert::all(&app.store).await {
        // What is past its term goes all the same, in whatever form it is.
        warn!(%error, "observations are not put into blocks for now");
    }
    let now = app.clock.now();
    fingerprints(app, &system).await?;
    deliveries_of_senders(app, &system, kept_from(now, MONTHS)).await?;
    let mut terms = Vec::with_capacity(schools.len());
    for school in schools {
        let school: SchoolId = school.parse().map_err(|_| Error::internal("a feed of no school"))?;
        let before = term(app, &school, now).await?;
        terms.push((school, before));
    }
    // Months that every school is done with go whole; what one school keeps for less time than others goes a little at a time.
    let known: Option<Vec<OffsetDateTime>> = terms.iter().map(|(_, before)| *before).collect();
    let all = known.and_then(|known| known.into_iter().min());
    if by_month && !terms.is_empty() {
        let dropped = match all {
            Some(all) => drop_months(app, &system, all).await,
            // One that keeps its logs for longer than any other would lose them with the others' months: what others have
            // past their terms goes a little at a time.
            None => Ok(()),
        };
        if let Err(error) = dropped {
            // They are busy: it is tried again, and what is of one school goes meanwhile.
            warn!(%error, "months that are past their term are kept for now");
        }
    }
    for (school, before) in &terms {
        if let Err(error) = store::merge::of_school(&app.store, school).await {
            // What is past its term goes all the same.
            warn!(school.id = school.as_str(), %error, "small blocks of observations stay apart");
        }
        let Some(before) = before else {
            warn!(school.id = school.as_str(), "how long a school keeps its logs is not known yet: nothing is deleted");
            continue;
        };
        let observations = !by_month || Some(*before) != all;
        if let Err(error) = of_school(app, school, *before, observations).await {
            // The others' goes all the same; this one's is tried again.
            warn!(school.id = school.as_str(), %error, "what a school has past its term is kept for now");
        }
    }
    Ok(())
}

async fn drop_months(app: &App, system: &Scope, before: OffsetDateTime) -> Result<()> {
    let mut tx = app.store.begin(system).await?;
    store::keeping::drop_months(&mut tx, before).await?;
    tx.commit().await
}

/// From when on a school keeps its logs; none where nobody could say for how long yet.
async fn term(app: &App, school: &SchoolId, now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
    let mut tx = app.store.begin(&Scope::own(app.store.name(), school)).await?;
    let year = store::coverage::year(&tx, school.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    Ok(year.map(|year| kept_from(now, year.keep_months)))
}

/// Deletes what a school kept before a moment; observations are left where they go by the month. The month is done with once nothing
/// of it is left.
pub(crate) async fn of_school(app: &App, school: &SchoolId, before: OffsetDateTime, observations: bool) -> Result<()> {
    let scope = Scope::own(app.store.name(), school);
    let month = months_of(before);
    let mut tx = app.store.begin(&scope).await?;
    let done = store::keeping::deleted_month(&tx, school.as_str()).await? >= month;
    tx.silent();
    tx.commit().await?;
    if done {
        return Ok(());
    }
    loop {
        let mut tx = app.store.begin(&scope).await?;
        let more = store::keeping::delete_some(&mut tx, before, observations).await?;
        // A month that could not go as a whole is looked at again.
        if !more && !store::keeping::is_left(&tx, before).await? {
            store::keeping::delete_until(&tx, school.as_str(), month).await?;
        }
        tx.commit().await?;
        if !more {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Fingerprints tell nobody, not even what they are of; they go after as long as exports may come late.
async fn fingerprints(app: &App, system: &Scope) -> Result<()> {
    loop {
        let mut tx = app.store.begin(system).await?;
        let before = tx.now() - FINGERPRINTS_KEPT;
        let gone = store::keeping::delete_fingerprints(&tx, before).await?;
        tx.silent();
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// How far the deliveries of senders are goes after as long as logs are usually kept: a connection of syslog is one of them.
async fn deliveries_of_senders(app: &App, system: &Scope, before: OffsetDateTime) -> Result<()> {
    loop {
        let mut tx = app.store.begin(system).await?;
        let gone = store::keeping::delete_sender_deliveries(&tx, before).await?;
        tx.silent();
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN).await;
    }
}
