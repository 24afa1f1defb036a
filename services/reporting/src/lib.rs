//! The figures for leads, heads, governors and the authority, with no child identifiable.
//!
//! - `fact`: what an event adds to the figures; `state`: what it says of how a school stands
//! - `measure`: what is counted, as data
//! - `table`: questions about measures, and how they are counted
//! - `disclosure`: the only way from exact counts to figures that may be seen
//! - `report`: a school's term, and the authority's
//! - `expect`: whether a term's figure is as was to be expected from the terms before
//! - `group`: schools of a phase or an area over terms · `place`: a school among others of its phase
//! - `returns`: what the authority returns, as templates that fill themselves; `return_file`: one as a file
//! - `governor`: the report for governors in sections, and what of it the head signed; `export`: it as a file
//! - `ask`: tables that somebody puts together, and those that are kept; `watch`: tells of those that are due
//! - `renew`: counts figures anew that another release counted
//! - `self_review`: the school's position against the standard and its own policy
//! - `rpc`, `store`, `consume`: the service around them; it only ever counts events, which name no child

mod ask;
mod config;
mod consume;
pub mod disclosure;
pub mod expect;
mod export;
pub mod fact;
mod governor;
pub mod group;
pub mod measure;
pub mod place;
mod renew;
pub mod report;
mod return_file;
pub mod returns;
mod rpc;
mod self_review;
pub mod state;
mod store;
pub mod table;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;

use chassis::{
    db::Store,
    error::Result,
    serve::{Running, Setup},
};
pub use config::Disclosure;
use proto::reporting::v1::reporting_server::ReportingServer;
use tonic::service::Routes;

/// What every rpc of the service is given.
#[derive(Clone)]
pub(crate) struct App {
    store: Store,
    /// What was printed over all schools, as long as it stands.
    kept: Arc<rpc::kept::Kept>,
}

/// Brings the service's tables up to date, with the login of whoever owns them.
///
/// # Errors
/// Where its database cannot be reached.
pub async fn migrate(database: &chassis::config::Database) -> chassis::error::Result<()> {
    chassis::db::migrate::<store::migration::Migrations>(database).await
}

/// Starts the service with the usual threshold.
///
/// # Errors
/// Where its database cannot be reached or brought up to date.
pub async fn start(setup: Setup) -> Result<Running> {
    start_with(setup, Disclosure::default()).await
}

/// Starts the service.
///
/// # Errors
/// As `start`; `Invalid` where the threshold is none.
pub async fn start_with(setup: Setup, disclosure: Disclosure) -> Result<Running> {
    disclosure.check()?;
    disclosure::configure(disclosure.min_cell, disclosure.min_schools);
    let store = setup.store::<store::migration::Migrations>().await?;
    let rpcs = ReportingServer::new(rpc::Service { app: App { store: store.clone(), kept: Arc::default() } });
    let watching = watch::run(store.clone(), setup.shutdown.clone());
    let renewing = renew::run(store.clone(), setup.shutdown.clone());
    let running = Running::start(&setup, store, Routes::new(rpcs))?;
    Ok(running.listen(&setup, consume::Figures).await.beside(watching).beside(renewing))
}
