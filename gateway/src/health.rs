//! Whether the gateway, and each service behind it, can answer: over HTTP for its operator, over gRPC for programs.

use std::{collections::BTreeSet, time::Duration};

use chassis::{
    error::Result,
    serve::{Shutdown, wall::service_name},
};
use proto::contract;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::app::App;

/// How often the services are asked.
const EVERY: Duration = Duration::from_secs(5);

/// Whether the gateway can let anybody in. It needs its own store and its sessions, and no service: a page that says
/// what is missing is better than none, and concerns are recorded while everything else is down.
///
/// # Errors
/// `Unavailable` with what is missing, or where the process is to end.
pub async fn ready(app: App, shutdown: Shutdown) -> Result<()> {
    if shutdown.is_said() {
        return Err(chassis::serve::ending());
    }
    app.door().store().ready().await?;
    app.door().sessions().ready().await
}

/// Tells each service's health under its full name, until shutdown.
pub async fn watch(app: App, reporter: HealthReporter, mut shutdown: Shutdown) {
    let services: BTreeSet<&str> = contract::rpcs().iter().map(contract::Rpc::service).collect();
    loop {
        for service in &services {
            let up = match app.upstreams().to(&service_name(service)) {
                Ok(upstream) => upstream.reachable().await,
                Err(_) => false,
            };
            let status = if up { ServingStatus::Serving } else { ServingStatus::NotServing };
            reporter.set_service_status(service, status).await;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => break,
        }
    }
    for service in services.into_iter().chain([""]) {
        reporter.set_service_status(service, ServingStatus::NotServing).await;
    }
}
