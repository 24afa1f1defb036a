//! The events of any school's web filter, judged by that school's own policy.
//!
//! - `line`, `looks`, `profile`, `observation`: from bytes to events in common terms
//! - `category`, `search`, `lexicon`, `noise`, `judge`, `episode`: what an event means
//! - `intake`, `ledger`, `seen`: a batch worked through and accounted for
//! - `coverage`, `watch`: whether feeds do what is expected of them
//! - `keeping`, `forget`: how long what they reported is kept
//! - `rpc`: the map of the service, one line per rpc
//! - `store`: the only code that touches the database
//! - `consume`: the policies it judges by

pub mod category;
mod consume;
pub mod coverage;
pub mod episode;
mod forget;
pub mod intake;
pub mod judge;
pub mod keeping;
pub mod ledger;
pub mod lexicon;
pub mod line;
pub mod looks;
pub mod noise;
pub mod observation;
pub mod profile;
mod rpc;
pub mod search;
pub mod seen;
mod store;
#[cfg(test)]
mod tests;
mod watch;

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
    filtering_ingest::v1::filtering_ingest_server::FilteringIngestServer,
    policy_registry::v1::{GetSchoolRequest, policy_registry_client::PolicyRegistryClient},
};
use time::OffsetDateTime;
use tonic::service::Routes;

/// What every rpc of the service is given.
#[derive(Clone)]
pub(crate) struct App {
    store: Store,
    clock: SharedClock,
    upstreams: Upstreams,
    signer: Arc<Signer>,
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
    let app = App {
        store: store.clone(),
        clock: setup.clock.clone(),
        upstreams: setup.upstreams.clone(),
        signer: setup.signer.clone(),
    };
    let rpcs = FilteringIngestServer::new(rpc::Service { app: app.clone() })
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let running = Running::start(&setup, store, Routes::new(rpcs))?;
    let watching = watch::run(app.clone(), setup.shutdown.clone());
    let forgetting = forget::run(app.clone(), setup.shutdown.clone());
    let running = running.listen(&setup, consume::KeepSchoolYear { app: app.clone() }).await;
    let running = running.listen(&setup, consume::KeepPolicy { app }).await;
    Ok(running.beside(watching).beside(forgetting))
}

/// What one line of a log would become.
pub struct Tried {
    /// Its number, from 1.
    pub line: u64,
    /// The event as JSON, or why the line is not taken.
    pub outcome: Result<String, observation::Rejected>,
}

/// Reads a log without a server and stores nothing.
///
/// # Errors
/// `Invalid` where there is no such profile, or the bytes are no log of it.
pub fn try_lines(profile: &str, bytes: &[u8]) -> Result<Vec<Tried>> {
    check_profile(profile)?;
    let context = profile::Context { time_zone: "Europe/London", received_at: OffsetDateTime::UNIX_EPOCH };
    looks::check(profile, bytes, context).map_err(|why| Error::invalid("file", why))?;
    let read = |line: Result<line::Line, observation::Rejected>| {
        let observation = line.and_then(|line| profile::read(profile, &line.text, context))?;
        Ok(serde_json::to_string(&observation).unwrap_or_default())
    };
    Ok((1..).zip(line::lines(bytes)).map(|(line, text)| Tried { line, outcome: read(text) }).collect())
}

fn check_profile(name: &str) -> Result<()> {
    match profile::PROFILES.contains(&name) {
        true => Ok(()),
        false => Err(Error::invalid("profile", format!("Select one of: {}", profile::PROFILES.join(", ")))),
    }
}
