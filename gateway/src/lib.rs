//! The one door: pages, JSON over HTTP, gRPC and gRPC-Web on one port. Every route is on this screen.
//!
//! - `routes`: what answers what; `arrival`, `headers`, `limits`, `pace`, `refusal`: what all of them share
//! - `json`, `openapi`: the contract over HTTP, derived from its descriptors
//! - `lines`: logs over HTTP, and from the console
//! - `calendar`: a school's calendar, for whoever knows its secret address
//! - `proxy`: the contract over gRPC, carried to its services in the caller's name
//! - `door`, `accounts`, `sessions`, `tries`, `passwords`: who comes in
//! - `unsent`: what somebody wrote and could not send because the session had ended
//! - `notices`, `webhooks`: people and programs that are told, by a link and without a name
//! - `need`: why a school needs help
//! - `rpc`, `store`: the Accounts, Notices and Oversight services and their tables
//! - `console`, `visitor`: the pages, and the person who looks at them
//! - `config`, `app`, `health`: what it is told, what routes are given, whether it can answer

pub mod accounts;
mod adult;
mod app;
mod arrival;
mod calendar;
mod colleague;
pub mod config;
pub mod console;
mod door;
mod file_names;
mod headers;
mod health;
mod json;
pub mod limits;
mod lines;
mod need;
pub mod notices;
pub mod openapi;
mod pace;
mod pages;
mod passwords;
mod present;
mod proxy;
mod refusal;
mod rounds;
mod rpc;
pub mod sessions;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tries;
mod unsent;
pub mod visitor;
mod webhooks;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use chassis::{
    db::Store,
    error::{Error, Result},
    serve::{LEAD, Running, Setup, Shutdown, health_routes, spawn},
    upstream::Upstreams,
};
use proto::{
    access::v1::{accounts_server::AccountsServer, notices_server::NoticesServer, oversight_server::OversightServer},
    contract,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, NotForContentType, Predicate as _},
};

pub use app::App;
use config::{Console, Place};
use door::Door;
use pages::brand::Brand;
use sessions::{Sessions, redis::RedisSessions};
use store::{session::SessionTable, unsent_form::UnsentForms};
use tries::{MemoryTries, Tries};

/// How often sessions that are over, and forms past their time, are forgotten.
const SWEEP: Duration = Duration::from_secs(600);

/// How long what is under way may take to finish at shutdown.
const GRACE: Duration = Duration::from_secs(10);

/// Every route. What is not here is not answered.
fn routes(app: &App, health: Router, tools: Router) -> Router {
    let pages = console::routes()
        .layer(from_fn_with_state(app.clone(), unsent::keep))
        .layer(from_fn(headers::refuse_cross_site));
    let http = Router::new()
        .route("/openapi.json", get(openapi::serve))
        .route("/calendar/{file}", get(calendar::serve))
        .route("/problems/{reason}", get(json::problem::page))
        .route("/v1/{*path}", any(json::answer));
    let services: BTreeSet<&str> = contract::rpcs().iter().map(contract::Rpc::service).collect();
    let grpc = services
        .iter()
        .fold(Router::new(), |grpc, service| grpc.route(&format!("/{service}/{{method}}"), post(proxy::grpc)));
    let grpc = grpc.merge(tools.with_state(())).route_layer(GrpcWebLayer::new());
    pages
        .merge(http)
        .merge(grpc)
        .merge(health.with_state(()))
        .fallback(refusal::nothing_there)
        .layer(DefaultBodyLimit::max(limits::MAX_BODY))
        .layer(from_fn_with_state(app.clone(), limits::guard))
        .layer(CompressionLayer::new().compress_when(pages_and_json()))
        .layer(from_fn_with_state(app.clone(), arrival::receive))
        .layer(from_fn_with_state(app.clone(), headers::dress))
        .with_state(app.clone())
}

/// What is compressed on its way out: never a stream, which would wait for its compressor.
fn pages_and_json() -> impl tower_http::compression::Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/grpc"))
}

/// A gateway that runs.
pub struct Gateway {
    app: App,
    running: Running,
    router: Router,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the gateway: its own store and Accounts service, and the routes before them and the other services.
///
/// # Errors
/// Where the store cannot be opened; `Invalid` where a setting does not fit.
pub async fn start(setup: Setup, config: Console, redis_url: Option<&str>) -> Result<Gateway> {
    config.check()?;
    let store = open_store(&setup).await?;
    let brand = Brand::read(&config)?;
    let lasting = config.lasting();
    let (sessions, tries): (Arc<dyn Sessions>, Arc<dyn Tries>) = match (config.sessions, redis_url) {
        (Place::Redis, Some(url)) => {
            let redis = RedisSessions::new(url, lasting)?;
            (Arc::new(redis.clone()), Arc::new(redis))
        }
        (Place::Redis, None) => {
            return Err(Error::invalid("redis_url", "Enter the address of the Redis that keeps the sessions"));
        }
        (Place::Database, _) => (Arc::new(SessionTable::new(store.clone(), lasting)), Arc::new(MemoryTries::default())),
    };
    let failures = usize::try_from(config.failed_sign_ins).unwrap_or(usize::MAX);
    let door = Door::new(store.clone(), sessions, tries, passwords::Passwords::new()?, lasting, failures);
    let schools = rpc::Schools { upstreams: setup.upstreams.clone(), signer: setup.signer.clone() };
    let client = webhooks::client::Client::new(config.webhooks.allow_loopback)?;
    let notices = rpc::NoticesService::new(door.clone(), schools.clone(), client.clone(), &config);
    let notices = NoticesServer::new(notices);
    let oversight = rpc::OversightService { door: door.clone(), schools: schools.clone() };
    let oversight = OversightServer::new(oversight);
    let accounts = AccountsServer::new(rpc::AccountsService { door: door.clone(), schools });
    let mut open = Upstreams::default();
    open.add_here(setup.name, Routes::new(accounts.clone()).into_axum_router().reset_fallback());
    let told = notices::consume::Told { mail: config.smtp.on(), address: config.address.clone() };
    let running =
        Running::start(&setup, store.clone(), Routes::new(accounts).add_service(notices).add_service(oversight))?;
    let running = running.listen(&setup, told).await;
    let sender = webhooks::send::Sender::new(store.clone(), client, &config);
    let post = notices::post::Post::new(store.clone(), &config)?;
    let mut upstreams = setup.upstreams.clone();
    upstreams.add_here(setup.name, running.grpc());
    let app = App::new(app::Inner {
        limits: limits::Limits::new(config.rate, config.burst),
        pace: pace::Pace::of(&config),
        unsent: UnsentForms::new(store.clone()),
        brand,
        door,
        signer: setup.signer.clone(),
        open: open.to(setup.name)?,
        upstreams,
        clock: setup.clock.clone(),
        ids: setup.ids.clone(),
        config,
    });
    let (reporter, health) = tonic_health::server::health_reporter();
    let mut tools = Routes::new(health);
    if app.config().reflection {
        tools = tools.add_service(chassis::serve::reflection()?);
    }
    let ready = {
        let (app, shutdown) = (app.clone(), setup.shutdown.clone());
        move || health::ready(app.clone(), shutdown.clone())
    };
    let wells = health_routes(setup.name, app.door().store().clone(), ready);
    let router = routes(&app, wells, tools.into_axum_router().reset_fallback());
    let mut tasks = vec![
        spawn(health::watch(app.clone(), reporter, setup.shutdown.clone())),
        spawn(rounds::run(sender, setup.shutdown.clone())),
        spawn(sweep(app.clone(), setup.shutdown.clone())),
    ];
    if let Some(post) = post {
        let asking = notices::unannounced::Unannounced::new(app.clone());
        tasks.extend([spawn(rounds::run(asking, setup.shutdown.clone())), spawn(rounds::run(post, setup.shutdown))]);
    }
    Ok(Gateway { app, running, router, tasks })
}

/// Brings the gateway's tables up to date, with the login of whoever owns them.
///
/// # Errors
/// Where its database cannot be reached.
pub async fn migrate(database: &chassis::config::Database) -> Result<()> {
    chassis::db::migrate::<store::Migrations>(database).await
}

/// Opens the gateway's store alone: for commands that make accounts while no gateway runs.
///
/// # Errors
/// Where the database cannot be reached or brought up to date.
pub async fn open_store(setup: &Setup) -> Result<Store> {
    setup.store::<store::Migrations>().await
}

/// Makes an installation's first account, an officer of the authority, who makes all others. Done again, it changes
/// nothing.
///
/// # Errors
/// `Invalid` where name or password will not do; `Conflict` where there are accounts, and none of this name.
pub async fn bootstrap(setup: &Setup, name: &str, password: &str) -> Result<()> {
    let store = open_store(setup).await?;
    accounts::first(&store, name, password).await?;
    // No process runs yet that would sign what was just written.
    chassis::serve::checkpoint(&store, &setup.origin(), &setup.checkpoint_key).await
}

async fn sweep(app: App, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = app.door().sessions().sweep(app.now()).await {
            tracing::warn!(%error, "sessions that are over could not be forgotten");
        }
        if let Err(error) = app.unsent().sweep(app.now()).await {
            tracing::warn!(%error, "unsent forms past their time could not be forgotten");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = shutdown.wait() => return,
        }
    }
}

impl Gateway {
    /// Its state, for whoever shares its process.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Its store, for commands that make accounts.
    pub fn store(&self) -> &Store {
        self.app.door().store()
    }

    /// Makes the first account, as `bootstrap` does.
    ///
    /// # Errors
    /// As there.
    pub async fn bootstrap(&self, name: &str, password: &str) -> Result<()> {
        accounts::first(self.store(), name, password).await
    }

    /// Everything it answers, for callers in this process; `serve` is for listeners.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves a listener until shutdown, then lets what is under way finish. A listener must be served this way:
    /// through the bare router nobody has an address, so that no flood is stopped and all count as one at sign-in.
    ///
    /// # Errors
    /// `Internal` where the listener fails.
    pub async fn serve(&self, listener: TcpListener, mut shutdown: Shutdown) -> Result<()> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let mut told = shutdown.clone();
        let serving = axum::serve(chassis::serve::at_once(listener), service).with_graceful_shutdown(async move {
            told.wait().await;
            tokio::time::sleep(LEAD).await;
        });
        let grace = async {
            shutdown.wait().await;
            tokio::time::sleep(LEAD + GRACE).await;
        };
        tokio::select! {
            served = serving => served.map_err(Error::internal),
            // Streams that nobody ends do not keep the process.
            () = grace => Ok(()),
        }
    }

    /// Waits for everything it runs to end, after shutdown was said.
    pub async fn drain(self) {
        for task in self.tasks {
            let _ = tokio::time::timeout(Duration::from_secs(10), task).await;
        }
        self.running.drain().await;
    }
}
