//! Concerns, cases, procedures, referrals, and incidents shared between schools.
//!
//! - `concern`, `case`, `custody`, `shared_incident`, `learner`: what is kept, and how it may change
//! - `attachment`, `image`, `public_report`: photos of notes, and the page on which people without an account report
//! - `contact`, `compare`: contacts that cases of several schools have in common
//! - `across`: what waits between the school and others, and who was told what about a learner
//! - `cover`: who reads concerns when, who stands in, and how long a concern may wait
//! - `desk`: what the authority's desks keep of their own
//! - `procedure`, `gate`: the steps of a case's pinned policy, and what refuses until facts are recorded
//! - `route`: the routes to agencies, and what a filled-in form lacks
//! - `retention`: how long records are kept, what holds them, and who destroys them
//! - `search`: how records are found again by what one remembers of them
//! - `lesson`: which names a text holds that leaves a case
//! - `subject_access`: what is kept about a learner, given to whoever may ask, without what is others'
//! - `transfer`: a child's file handed over to the next school
//! - `unannounced`: what waits for somebody and is announced to nobody
//! - `workload`: what is overdue and of whom, as counts
//! - `sheet`: lists as tables without a name or a written word
//! - `rules`: numbers with a legal source
//! - `rpc`: the map of the service, one line per rpc
//! - `store`: the only code that touches the database
//! - `consume`: what it learns from other services
//! - `escalate`: passes on what nobody reads in time
//! - `hashing`: how many passphrases are hashed at once
//! - `alert_evidence`: takes what filter alerts used into the cases they led to

pub mod across;
mod alert_evidence;
pub mod attachment;
pub mod case;
mod compare;
pub mod concern;
mod consume;
pub mod contact;
pub mod content;
pub mod cover;
pub mod custody;
pub mod desk;
mod error;
mod escalate;
pub mod gate;
mod hashing;
pub mod image;
pub mod learner;
pub mod lesson;
pub mod procedure;
pub mod public_report;
pub mod retention;
pub mod route;
mod rpc;
pub mod rules;
pub mod search;
pub mod shared_incident;
pub mod sheet;
mod store;
pub mod subject_access;
pub mod transfer;
pub mod unannounced;
pub mod workload;

use std::sync::Arc;

use chassis::{
    caller::Signer,
    db::Store,
    error::Result,
    serve::{MAX_MESSAGE, Running, Setup},
    upstream::{Upstream, Upstreams},
};
use ed25519_dalek::SigningKey;
use proto::{
    incident_cases::v1::incident_cases_server::IncidentCasesServer,
    policy_registry::v1::policy_registry_client::PolicyRegistryClient,
};
use tonic::service::Routes;

/// What every rpc of the service is given.
#[derive(Clone)]
pub(crate) struct App {
    store: Store,
    upstreams: Upstreams,
    signer: Arc<Signer>,
    /// Signs the manifests of files that are handed over, as it signs the checkpoints of the history.
    signing_key: Arc<SigningKey>,
    hashing: hashing::Hashing,
}

impl App {
    /// The way to the policy registry, on the service's own behalf.
    fn policy_registry(&self) -> Result<PolicyRegistryClient<Upstream>> {
        let client = PolicyRegistryClient::new(self.upstreams.as_service("policy-registry", &self.signer)?);
        Ok(client.max_decoding_message_size(MAX_MESSAGE))
    }
}

/// Brings the service's tables up to date, with the login of whoever owns them.
///
/// # Errors
/// Where its database cannot be reached.
pub async fn migrate(database: &chassis::config::Database) -> chassis::error::Result<()> {
    chassis::db::migrate::<store::migration::Migrations>(database).await
}

/// Starts the service.
///
/// # Errors
/// Where its database cannot be reached or brought up to date.
pub async fn start(setup: Setup) -> Result<Running> {
    let store = setup.store::<store::migration::Migrations>().await?;
    // Concerns are taken in whether or not old ones can be read.
    if let Err(error) = store::upgrade::concerns(&store).await {
        tracing::warn!(%error, "what earlier versions kept of concerns could not all be read out of them");
    }
    if let Err(error) = store::contact::write_anew(&store).await {
        tracing::warn!(%error, "contacts that earlier versions wrote otherwise could not all be written anew");
    }
    if let Err(error) = store::case_mark::write_anew(&store).await {
        tracing::warn!(%error, "adults whom earlier versions wrote otherwise could not all be written anew");
    }
    let escalating = escalate::run(store.clone(), setup.shutdown.clone());
    let catching_up = store::search::catch_up(store.clone(), setup.shutdown.clone());
    let comparing = compare::run(store.clone(), setup.shutdown.clone());
    let keeping = store::retention::catch_up(store.clone(), setup.shutdown.clone());
    let app = App {
        store: store.clone(),
        upstreams: setup.upstreams.clone(),
        signer: setup.signer.clone(),
        signing_key: setup.checkpoint_key.clone(),
        hashing: hashing::Hashing::default(),
    };
    let rpcs = IncidentCasesServer::new(rpc::Service { app: app.clone() })
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let running = Running::start(&setup, store, Routes::new(rpcs))?;
    let running = running.listen(&setup, consume::KeepSchool).await;
    let taking = alert_evidence::run(app.clone(), setup.shutdown.clone());
    let running = running.listen(&setup, consume::KeepPolicy { app: app.clone() }).await;
    let running = running.listen(&setup, consume::ConcernFromAlert { app }).await;
    Ok(running.beside(escalating).beside(catching_up).beside(comparing).beside(keeping).beside(taking))
}

#[cfg(test)]
mod tests;
