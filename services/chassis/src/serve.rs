//! A service as a process runs it: its rpcs behind the wall, its relay, inboxes, checkpoints and health.

pub mod wall;

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use ed25519_dalek::SigningKey;
use sea_orm_migration::MigratorTrait;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tonic::{Response, Status, service::Routes};
use tracing::{Instrument as _, error, info, warn};

use crate::{
    access::Access,
    caller::{Caller, Scope, Signer, Trust},
    clock::SharedClock,
    config,
    db::{Observer, Store},
    error::{Error, Kind, Result},
    event::{Bus, Consumer, inbox::Inbox, relay},
    history::Act,
    id::Ids,
    seal::KeyRing,
    telemetry,
    upstream::Upstreams,
};

/// The largest message a service takes or gives, in bytes.
pub const MAX_MESSAGE: usize = 16 << 20;
/// How often a checkpoint is signed while the history grows.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// Told once, when the process is to end.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// Ends a process: everything that holds a `Shutdown` hears it.
pub struct Ending(watch::Sender<bool>);

impl Ending {
    /// A pair of the one who says and the many who hear.
    pub fn new() -> (Self, Shutdown) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Shutdown(receiver))
    }

    /// Says that the process is to end.
    pub fn end(&self) {
        let _ = self.0.send(true);
    }
}

impl Shutdown {
    /// Waits until the process is to end.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|ending| *ending).await;
    }
}

/// What a service is started with.
#[derive(Clone)]
pub struct Setup {
    /// The service's name, `incident-cases`: the audience of its tokens and the origin of its history.
    pub name: &'static str,
    /// The clock.
    pub clock: SharedClock,
    /// The source of ids.
    pub ids: Ids,
    /// Where its database is.
    pub database: config::Database,
    /// The keys that seal.
    pub ring: Arc<KeyRing>,
    /// The key its checkpoints are signed with.
    pub checkpoint_key: Arc<SigningKey>,
    /// What carries events.
    pub bus: Arc<dyn Bus>,
    /// Whose tokens it accepts.
    pub trust: Arc<Trust>,
    /// Signs its own calls to other services.
    pub signer: Arc<Signer>,
    /// Who may do what.
    pub access: Arc<Access>,
    /// The ways to other services.
    pub upstreams: Upstreams,
    /// Told when the process is to end.
    pub shutdown: Shutdown,
    /// Told of every statement; nobody in production.
    pub observer: Option<Observer>,
}

impl Setup {
    /// Opens the service's store with its migrations.
    ///
    /// # Errors
    /// Where the database cannot be reached or brought up to date.
    pub async fn store<M: MigratorTrait>(&self) -> Result<Store> {
        let (clock, ids, ring) = (self.clock.clone(), self.ids.clone(), self.ring.clone());
        Store::open::<M>(self.name, &self.database, clock, ids, ring, self.observer.clone()).await
    }

    /// The name of the service's history.
    pub fn origin(&self) -> String {
        format!("hedgerow/{}", self.name)
    }
}

/// A service that runs.
pub struct Running {
    /// Its name.
    pub name: &'static str,
    /// Its store.
    pub store: Store,
    grpc: axum::Router,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts the service around its rpcs: the wall before them, the relay and the checkpoints beside them.
    ///
    /// # Errors
    /// `Internal` where an rpc names no permission: such a service does not start.
    pub fn start(setup: &Setup, store: Store, routes: Routes) -> Result<Self> {
        if let Some(rpc) = proto::contract::rpcs().iter().find(|rpc| !wall::guarded(rpc)) {
            return Err(Error::internal(format!("{} names no permission", rpc.path)));
        }
        let wall = wall::Wall::new(setup.name, setup.trust.clone(), setup.access.clone(), setup.clock.clone());
        let grpc = routes.into_axum_router().reset_fallback().layer(wall);
        let relay = relay::run(store.clone(), setup.bus.clone(), setup.shutdown.clone());
        let checkpoints =
            checkpoints(store.clone(), setup.origin(), setup.checkpoint_key.clone(), setup.shutdown.clone());
        let tasks = vec![spawn(relay), spawn(checkpoints)];
        Ok(Self { name: setup.name, store, grpc, tasks })
    }

    /// Lets a consumer listen.
    #[must_use]
    pub async fn listen(mut self, setup: &Setup, consumer: impl Consumer) -> Self {
        let inbox = Inbox::new(self.store.clone(), consumer);
        let (bus, shutdown) = (setup.bus.clone(), setup.shutdown.clone());
        self.tasks.push(spawn(inbox.clone().tend(setup.shutdown.clone())));
        let (ready, subscribed) = tokio::sync::oneshot::channel();
        self.tasks.push(spawn(async move {
            // A bus within the process subscribes at once; one outside reads on until shutdown.
            let mut subscribe = std::pin::pin!(bus.subscribe(inbox, shutdown));
            let done = poll_fn(|context| Poll::Ready(subscribe.as_mut().poll(context).is_ready())).await;
            let _ = ready.send(());
            if !done {
                subscribe.await;
            }
        }));
        let _ = subscribed.await;
        self
    }

    /// Lets work of the service's own go on beside its rpcs; its end is waited for when the service drains.
    #[must_use]
    pub fn beside(mut self, work: impl Future<Output = ()> + Send + 'static) -> Self {
        self.tasks.push(spawn(work));
        self
    }

    /// Its rpcs, for a caller in this very process.
    pub fn grpc(&self) -> axum::Router {
        self.grpc.clone()
    }

    /// Its rpcs with health, reflection and version, for a listener.
    pub async fn router(&self) -> axum::Router {
        let (reporter, health) = tonic_health::server::health_reporter();
        let name = proto::contract::rpcs().iter().find(|rpc| wall::service_name(rpc.service()) == self.name);
        if let Some(rpc) = name {
            reporter.set_service_status(rpc.service(), tonic_health::ServingStatus::Serving).await;
        }
        let mut routes = Routes::new(health);
        if let Ok(reflection) = reflection() {
            routes = routes.add_service(reflection);
        }
        let store = self.store.clone();
        self.grpc
            .clone()
            .merge(routes.into_axum_router().reset_fallback())
            .merge(health_routes(self.name, move || ready(store.clone())))
            .fallback(|| async { Status::unimplemented("there is no such rpc").into_http::<axum::body::Body>() })
    }

    /// Waits for everything it runs to end, after shutdown was said.
    pub async fn drain(self) {
        for task in self.tasks {
            let _ = tokio::time::timeout(Duration::from_secs(10), task).await;
        }
    }
}

/// The reflection service over the whole contract.
///
/// # Errors
/// `Internal` where the descriptors cannot be read.
pub fn reflection()
-> Result<tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTOR_SET)
        .build_v1()
        .map_err(Error::internal)
}

/// `/livez`, `/readyz` and `/version` of a process.
pub fn health_routes<F, R>(name: &'static str, ready: F) -> axum::Router
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send,
{
    use axum::{Json, http::StatusCode, routing::get};
    let ready = move || {
        let ready = ready.clone();
        async move {
            match ready().await {
                Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
                Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")),
            }
        }
    };
    let version = serde_json::json!({
        "name": name,
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("HEDGEROW_COMMIT").unwrap_or("unknown"),
    });
    axum::Router::new()
        .route("/livez", get(|| async { "live\n" }))
        .route("/readyz", get(ready))
        .route("/version", get(move || async move { Json(version) }))
}

/// Whether a store answers.
///
/// # Errors
/// `Unavailable` where it does not.
pub async fn ready(store: Store) -> Result<()> {
    use sea_orm::ConnectionTrait as _;
    store.connection().execute_unprepared("SELECT 1 FROM history_head").await?;
    Ok(())
}

/// Serves a router until shutdown, then lets what is under way finish.
///
/// # Errors
/// `Internal` where the listener fails.
pub async fn serve(listener: TcpListener, router: axum::Router, mut shutdown: Shutdown) -> Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(async move { shutdown.wait().await })
        .await
        .map_err(Error::internal)
}

/// Runs an rpc's handler: traced, its refusal logged once and, where the caller's role was at fault, in the history.
///
/// # Errors
/// The handler's, as the wire has it.
pub async fn answer<T, R, F, H>(store: &Store, request: tonic::Request<T>, handler: H) -> Result<Response<R>, Status>
where
    H: FnOnce(tonic::Request<T>) -> F,
    F: Future<Output = Result<R>>,
{
    let caller = request.extensions().get::<Caller>().cloned();
    let rpc = caller.as_ref().map(|c| c.rpc().name()).unwrap_or_default();
    let span = tracing::info_span!("rpc", rpc.method = rpc, request.id = caller.as_ref().map(Caller::request_id));
    if let Some(caller) = &caller {
        telemetry::set_parent(&span, &caller.traceparent);
    }
    async {
        match handler(request).await {
            Ok(response) => Ok(Response::new(response)),
            Err(error) => Err(refuse(store, caller.as_ref(), error).await),
        }
    }
    .instrument(span)
    .await
}

/// Turns a refusal into what the wire has, after it was logged and, where need be, recorded.
pub async fn refuse(store: &Store, caller: Option<&Caller>, error: Error) -> Status {
    use std::error::Error as _;
    match error.kind() {
        Kind::Internal => {
            let id = store.ids().request_id();
            let mut source = error.source();
            while let Some(cause) = source {
                error!(error.id = id, cause = %cause, "a fault");
                source = cause.source();
            }
            return Error::internal("logged").with("error_id", id).into();
        }
        Kind::Denied => {
            if let Some(caller) = caller
                && let Err(error) = record_denial(store, caller).await
            {
                warn!(%error, "a denial could not be recorded");
            }
        }
        Kind::Invalid
        | Kind::Unauthenticated
        | Kind::Missing
        | Kind::Conflict
        | Kind::Stale
        | Kind::Exhausted
        | Kind::Unavailable => {}
    }
    info!(reason = error.reason_name(), "refused");
    error.into()
}

/// A denial rolled its own transaction back, so it is recorded in another.
async fn record_denial(store: &Store, caller: &Caller) -> Result<()> {
    let mut tx = store.begin(&Scope::system("wall")).await?;
    tx.record(
        Act::new("rpc.denied", caller.rpc().name())
            .detail("actor", caller.actor())
            .detail("request", caller.request_id()),
    );
    tx.commit().await
}

/// Signs a checkpoint whenever the history has grown.
async fn checkpoints(store: Store, origin: String, key: Arc<SigningKey>, mut shutdown: Shutdown) {
    loop {
        let ending = tokio::select! {
            () = tokio::time::sleep(CHECKPOINT) => false,
            () = shutdown.wait() => true,
        };
        if let Err(error) = checkpoint(&store, &origin, &key).await {
            warn!(service = store.name(), %error, "a checkpoint could not be signed");
        }
        if ending {
            return;
        }
    }
}

/// Signs the history as it stands, unless that was done.
///
/// # Errors
/// Where the database cannot be read or written.
pub async fn checkpoint(store: &Store, origin: &str, key: &SigningKey) -> Result<()> {
    use crate::history::{checkpoint::Checkpoint, tree::Frontier};
    use sea_orm::{ConnectionTrait as _, Statement};
    let db = store.connection();
    let backend = db.get_database_backend();
    let head = Statement::from_string(
        backend,
        "SELECT size, frontier FROM history_head WHERE size > (SELECT COALESCE(MAX(size), 0) FROM checkpoint)",
    );
    let Some(row) = db.query_one_raw(head).await? else { return Ok(()) };
    let tree = Frontier::read(row.try_get("", "size")?, &row.try_get::<Vec<u8>>("", "frontier")?)?;
    let note = Checkpoint { origin: origin.to_owned(), size: tree.size(), root: tree.root() }.sign(key);
    let now = i64::try_from(store.clock().now().unix_timestamp_nanos() / 1_000).unwrap_or_default();
    db.execute_raw(Statement::from_sql_and_values(
        backend,
        "INSERT INTO checkpoint (size, time_us, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [tree.size().into(), now.into(), note.into()],
    ))
    .await?;
    Ok(())
}

/// Starts a task that belongs to a service; its end is waited for when the service drains.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(task.in_current_span())
}

/// Waits for the operator to end the process: an interrupt or a termination signal.
pub async fn until_told() {
    let mut signals = JoinSet::new();
    signals.spawn(async {
        let _ = tokio::signal::ctrl_c().await;
    });
    #[cfg(unix)]
    signals.spawn(async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    });
    signals.join_next().await;
}
