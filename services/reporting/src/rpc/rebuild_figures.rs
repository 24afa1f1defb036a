//! Counts all figures anew from the log of events, so many events a call; the last call puts them in the place of the old.

use std::time::{Duration, Instant};

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::reporting::v1::{RebuildFiguresRequest, RebuildFiguresResponse};
use tonic::Request;

use crate::{
    App,
    store::rebuild::{Step, step},
};

/// Events counted in one transaction: while it lasts, no event is heard.
const BATCH: u32 = 4_000;
/// Transactions of one call at most.
const BATCHES: usize = 10;
/// After so long a call begins no other: on any machine it ends within any deadline.
const LONG: Duration = Duration::from_secs(2);

pub(super) async fn rebuild_figures(
    app: &App,
    request: Request<RebuildFiguresRequest>,
) -> Result<RebuildFiguresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let begun = Instant::now();
    for batch in 1..=BATCHES {
        let mut tx = app.store.begin(&scope).await?;
        let Step { counted, logged, changed } = step(&tx, BATCH, request.check_only).await?;
        if batch < BATCHES && begun.elapsed() < LONG && changed.is_none() {
            tx.silent();
            tx.commit().await?;
            continue;
        }
        let action = match (changed, request.check_only) {
            (None, _) => "figures.counting",
            (Some(_), true) => "figures.checked",
            (Some(_), false) => "figures.rebuilt",
        };
        tx.record(Act::new(action, "figures").detail("events", counted).detail("changed", changed.unwrap_or_default()));
        tx.commit().await?;
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        return Ok(RebuildFiguresResponse {
            done: changed.is_some(),
            events_counted: number(counted),
            events_logged: number(logged),
            figures_changed: number(changed.unwrap_or_default()),
        });
    }
    Err(Error::internal("a call that counts no batch"))
}
