//! Whether a process can answer: over HTTP for its operator, over gRPC for programs. Both follow the database, and say
//! no as soon as the process is to end. Events that wait are told apart: a service whose bus is gone still records what
//! it is told, so nobody should be turned away from it.

use std::{future::Future, sync::OnceLock, time::Duration};

use tonic_health::{ServingStatus, server::HealthReporter};

use super::Shutdown;
use crate::{
    db::Store,
    error::{Error, Result},
};

/// How often health is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long an event may wait to be carried before that is a fault.
const WAIT: Duration = Duration::from_secs(5 * 60);
/// The name under which gRPC health tells of waiting events.
const EVENTS: &str = "events";

/// The commit the program was built from, once it said so.
static COMMIT: OnceLock<&'static str> = OnceLock::new();

/// Says which commit the program was built from. The program knows, and not this crate: else every commit would have
/// everything that stands on it built anew.
pub fn built_from(commit: &'static str) {
    let _ = COMMIT.set(commit);
}

/// What a process says that is to end.
pub fn ending() -> Error {
    Error::unavailable("this process is ending")
}

/// Tells a service's health under its full name, and its events', until shutdown; then it serves no longer.
pub(super) async fn watch(store: Store, reporter: HealthReporter, name: &'static str, mut shutdown: Shutdown) {
    let status = |well: bool| if well { ServingStatus::Serving } else { ServingStatus::NotServing };
    loop {
        let ready = status(store.ready().await.is_ok());
        let carried = status(events(&store).await.is_ok());
        for (name, status) in [("", ready), (name, ready), (EVENTS, carried)] {
            reporter.set_service_status(name, status).await;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => break,
        }
    }
    for name in ["", name, EVENTS] {
        reporter.set_service_status(name, ServingStatus::NotServing).await;
    }
}

/// Whether events are carried in time.
async fn events(store: &Store) -> Result<()> {
    match tokio::time::timeout(EVERY, store.oldest_waiting()).await {
        Ok(Ok(Some(waited))) if waited > WAIT => {
            Err(Error::unavailable(format!("events have waited for {} minutes: see to the bus", waited.as_secs() / 60)))
        }
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(Error::unavailable("the database does not answer")),
    }
}

/// `/livez`, `/readyz`, `/readyz/events` and `/version` of a process.
pub fn health_routes<F, R>(name: &'static str, store: Store, ready: F) -> axum::Router
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send,
{
    use axum::{Json, http::StatusCode, routing::get};
    let answer = |well: Result<()>| match well {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")),
    };
    let ready = move || {
        let ready = ready.clone();
        async move { answer(ready().await) }
    };
    let carried = move || {
        let store = store.clone();
        async move { answer(events(&store).await) }
    };
    let version = serde_json::json!({
        "name": name,
        "version": env!("CARGO_PKG_VERSION"),
        "commit": COMMIT.get().copied().unwrap_or("unknown"),
    });
    axum::Router::new()
        .route("/livez", get(|| async { "live\n" }))
        .route("/readyz", get(ready))
        .route("/readyz/events", get(carried))
        .route("/version", get(move || async move { Json(version) }))
}
