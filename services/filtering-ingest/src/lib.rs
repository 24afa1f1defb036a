//! The events of any school's web filter, judged by that school's own policy.
//!
//! - `line`, `looks`, `profile`, `observation`: from bytes to events in common terms
//! - `category`, `search`, `lexicon`, `tier`, `noise`, `judge`: what an event means
//! - `suggestion`, `exception`, `episode`, `sighting`: what of it may alert
//! - `block`, `hashed`: what is kept, many observations in one compact form
//! - `intake`, `ledger`, `rejected`, `seen`, `delivery`: a batch worked through and accounted for, and how far its delivery is
//! - `coverage`, `watch`: whether feeds do what is expected of them
//! - `keeping`, `forget`: how long what they reported is kept
//! - `sender`, `routing`: who sends, and which school a line belongs to
//! - `door`, `turns`: what every way in does with a batch, and whose turn it is
//! - `alert`, `recipient`, `wait`, `context`, `precision`: what becomes of an alert
//! - `trend`: whether the alerts of a theme became more than chance explains
//! - `severity`, `rules`: the words and the numbers
//! - `rpc`: the map of the service, one line per rpc
//! - `store`: the only code that touches the database
//! - `consume`: the policies it judges by, what became of alerts elsewhere, and which schools are closed
//! - `escalate`: what becomes due by itself; `escalate/counted` tells others how lines were accounted for

pub mod alert;
pub mod block;
pub mod category;
mod consume;
pub mod context;
pub mod coverage;
pub mod delivery;
mod door;
pub mod episode;
mod escalate;
pub mod exception;
mod forget;
pub mod hashed;
pub mod intake;
pub mod judge;
pub mod keeping;
pub mod ledger;
pub mod lexicon;
pub mod line;
pub mod looks;
pub mod noise;
pub mod observation;
pub mod precision;
pub mod profile;
pub mod recipient;
pub mod rejected;
pub mod routing;
mod rpc;
pub mod rules;
pub mod search;
pub mod seen;
pub mod sender;
pub mod severity;
pub mod sighting;
mod store;
pub mod suggestion;
#[cfg(test)]
mod tests;
pub mod text;
pub mod tier;
pub mod trend;
pub mod turns;
pub mod unread;
pub mod wait;
mod watch;
mod withhold;

use std::sync::Arc;

use chassis::{
    caller::{Caller, Signer},
    clock::SharedClock,
    db::Store,
    error::{Error, Result},
    serve::{MAX_MESSAGE, Running, Setup},
    upstream::{Upstream, Upstreams},
};
use proto::{
    filtering_ingest::v1::{filtering_ingest_server::FilteringIngestServer, senders_server::SendersServer},
    policy_registry::v1::{GetSchoolRequest, policy_registry_client::PolicyRegistryClient},
};
use tonic::service::Routes;

pub use door::syslog::Syslog;
use door::{replay::Bell, turn::Turns};

/// What every rpc of the service is given.
#[derive(Clone)]
pub(crate) struct App {
    store: Store,
    clock: SharedClock,
    upstreams: Upstreams,
    signer: Arc<Signer>,
    turns: Turns,
    bell: Bell,
}

impl App {
    /// The way to the policy registry, on the service's own behalf.
    fn policy_registry(&self) -> Result<PolicyRegistryClient<Upstream>> {
        let client = PolicyRegistryClient::new(self.upstreams.as_service("policy-registry", &self.signer)?);
        Ok(client.max_decoding_message_size(MAX_MESSAGE))
    }

    /// Checks that there is a school, where the caller's appointment there does not prove it already: of
    /// schools the service knows no more than their feeds, so it asks.
    ///
    /// # Errors
    /// `Missing` where there is none; `Unavailable` where the registry cannot say.
    async fn there_is(&self, caller: &Caller, school: &str) -> Result<()> {
        if caller.appointed_at(school) {
            return Ok(());
        }
        let request = GetSchoolRequest { school_id: school.to_owned() };
        let asked = self.policy_registry()?.get_school(chassis::upstream::request(request)).await;
        asked.map(|_| ()).map_err(|status| Error::from_status(&status))
    }
}

/// How many batches are worked at once: as many as leave connections to the database for whoever asks meanwhile.
fn at_once(database: &chassis::config::Database) -> usize {
    let connections = if database.url.starts_with("sqlite:") { 1 } else { database.max_connections };
    usize::try_from(connections.div_ceil(2)).unwrap_or(1)
}

/// Brings the service's tables up to date, with the login of whoever owns them.
///
/// # Errors
/// Where its database cannot be reached.
pub async fn migrate(database: &chassis::config::Database) -> chassis::error::Result<()> {
    chassis::db::migrate::<store::migration::Migrations>(database).await
}

/// Starts the service without syslog.
///
/// # Errors
/// Where its database cannot be reached or brought up to date.
pub async fn start(setup: Setup) -> Result<Running> {
    start_with(setup, Syslog::default()).await
}

/// Starts the service.
///
/// # Errors
/// As `start`; `Invalid` where a door of syslog cannot be opened.
pub async fn start_with(setup: Setup, syslog: Syslog) -> Result<Running> {
    syslog.check()?;
    let doors = door::syslog::Doors::open(syslog).await?;
    let store = setup.store::<store::migration::Migrations>().await?;
    store::convert::all(&store).await?;
    // The lists are read before the first line comes: whoever sends a search does not wait for them.
    let lists = tokio::task::spawn_blocking(lexicon::lists)
        .await
        .map_err(|_| Error::internal("the lists could not be read"))?;
    if lists.is_empty() {
        return Err(Error::internal("the lists of words could not be read"));
    }
    let app = App {
        store: store.clone(),
        clock: setup.clock.clone(),
        upstreams: setup.upstreams.clone(),
        signer: setup.signer.clone(),
        turns: Turns::new(at_once(&setup.database)),
        bell: Bell::default(),
    };
    let rpcs = FilteringIngestServer::new(rpc::Service { app: app.clone() })
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let senders = SendersServer::new(rpc::senders::Service { app: app.clone() });
    let running = Running::start(&setup, store.clone(), Routes::new(rpcs).add_service(senders))?;
    let shutdown = || setup.shutdown.clone();
    let running = running
        .beside(escalate::run(store, shutdown()))
        .beside(door::replay::run(app.clone(), shutdown()))
        .beside(doors.run(app.clone(), setup.access.clone(), shutdown()))
        .beside(watch::run(app.clone(), shutdown()))
        .beside(forget::run(app.clone(), shutdown()));
    let running = running.listen(&setup, consume::KeepSchoolYear { app: app.clone() }).await;
    let running = running.listen(&setup, consume::KeepPolicy { app }).await;
    let running = running.listen(&setup, consume::EndFeeds).await;
    Ok(running.listen(&setup, consume::FollowConcern).await)
}
