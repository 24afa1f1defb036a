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
    keeping::{kept_from, months_of},
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
    store::convert::all(&app.store).await?;
    fingerprints(app, &system).await?;
    let now = app.clock.now();
    let mut terms = Vec::with_capacity(schools.len());
    for school in schools {
        let school: SchoolId = school.parse().map_err(|_| Error::internal("a feed of no school"))?;
        let before = term(app, &school, now).await?;
        terms.push((school, before));
    }
    // Months that every school is done with go whole; what one school keeps for less time than others goes a little at a time.
    let all = terms.iter().map(|(_, before)| *before).min();
    if let Some(all) = all.filter(|_| by_month) {
        let mut tx = app.store.begin(&system).await?;
        store::keeping::drop_months(&mut tx, all).await?;
        tx.commit().await?;
    }
    for (school, before) in &terms {
        if let Err(error) = store::merge::of_school(&app.store, school).await {
            // What is past its term goes all the same.
            warn!(service = app.store.name(), %error, "small blocks of observations stay apart");
        }
        let observations = !by_month || Some(*before) != all;
        of_school(app, school, *before, observations).await?;
    }
    Ok(())
}

/// From when on a school keeps its logs.
async fn term(app: &App, school: &SchoolId, now: OffsetDateTime) -> Result<OffsetDateTime> {
    let mut tx = app.store.begin(&Scope::own(app.store.name(), school)).await?;
    let year = store::coverage::year(&tx, school.as_str()).await?.unwrap_or_default();
    tx.silent();
    tx.commit().await?;
    Ok(kept_from(now, year.keep_months))
}

async fn of_school(app: &App, school: &SchoolId, before: OffsetDateTime, observations: bool) -> Result<()> {
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
        if !more {
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
