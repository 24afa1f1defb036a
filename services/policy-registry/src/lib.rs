//! The policy registry: the authority's templates, every school's tailored policy, and what is in force where and when.
//!
//! - `template`: the template and the checks on its files · `parameter`: its blanks · `agency`: the area's register
//! - `document`: a school's own document taken apart · `import`: read against the template · `lint`: what is wrong in it
//! - `school`, `instance`, `effective`: tenants, versions of their policies, and what is in force
//! - `rollout`: a template version on its way into the schools' policies, three ways
//! - `answers`: what a process keeps of what is in force
//! - `adoption`: how every school stands with the template
//! - `carry`: takes roll-outs to the schools, beside the rpcs
//! - `register`: the school's append-only lists, one engine for all of them
//! - `render`: a version as it is printed, and whose names are
//! - `comment`, `review`, `reminder`, `lesson`, `calendar_feed`: what happens to a policy besides its text · `rules`: numbers
//! - `remembered`: what was made of the last few templates
//! - `rpc`: one file per rpc · `store`: the tables
//! - `check`, `template::model`: for the command line, without a running service

pub mod adoption;
pub mod agency;
mod answers;
pub mod calendar_feed;
mod carry;
pub mod comment;
pub mod distil;
pub mod document;
pub mod effective;
mod expression;
pub mod import;
pub mod instance;
pub mod lesson;
pub mod lint;
pub mod parameter;
pub mod register;
mod remembered;
pub mod reminder;
pub mod render;
pub mod review;
pub mod rollout;
mod rpc;
pub mod rules;
pub mod school;
mod store;
pub mod template;
#[cfg(test)]
mod testing;

use std::{num::NonZero, sync::Arc};

use chassis::{
    db::Store,
    error::Result,
    serve::{MAX_MESSAGE, Running, Setup},
};
use proto::policy_registry::v1::policy_registry_server::PolicyRegistryServer;
use tokio::sync::{Notify, Semaphore};
use tonic::service::Routes;

use answers::Answers;
pub use template::{Problem, SourceFile, check};

/// What every rpc is given.
#[derive(Clone)]
struct App {
    store: Store,
    /// Rung when a roll-out is started.
    bell: Arc<Notify>,
    /// What was in force, as it was answered before.
    answers: Arc<Answers>,
    /// A turn for each processor: reading and judging documents takes no more of them.
    turns: Arc<Semaphore>,
}

/// Brings the service's tables up to date, with the login of whoever owns them.
///
/// # Errors
/// Where its database cannot be reached.
pub async fn migrate(database: &chassis::config::Database) -> chassis::error::Result<()> {
    chassis::db::migrate::<store::Migrations>(database).await
}

/// Starts the service.
///
/// # Errors
/// Where its database cannot be reached or brought up to date.
pub async fn start(setup: Setup) -> Result<Running> {
    let store = setup.store::<store::Migrations>().await?;
    let bell = Arc::new(Notify::new());
    let turns = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));
    let app = App { store: store.clone(), bell: bell.clone(), answers: Arc::default(), turns };
    let service = PolicyRegistryServer::new(rpc::Service { app: app.clone() })
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let carrying = carry::run(store.clone(), bell, setup.shutdown.clone());
    let routes = rpc::encoded::before(Routes::new(service).into_axum_router(), app);
    Ok(Running::start(&setup, store, routes.into())?.beside(carrying))
}
