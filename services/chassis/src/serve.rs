//! A service as a process runs it: its rpcs behind the wall, its relay, inboxes, checkpoints and health.

mod checkpoints;
mod denial;
mod health;
pub mod wall;

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::serve::{ListenerExt as _, TapIo};
use ed25519_dalek::SigningKey;
use sea_orm_migration::MigratorTrait;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tonic::{Response, Status, service::Routes};
use tracing::{Instrument as _, error, info, warn};

use crate::{
    access::Access,
    caller::{Caller, Signer, Trust},
    clock::SharedClock,
    config,
    db::{Observer, Store},
    error::{Error, Kind, Result},
    event::{Bus, Consumer, inbox::Inbox, relay},
    id::Ids,
    seal::KeyRing,
    telemetry,
    upstream::Upstreams,
};

pub use checkpoints::checkpoint;
pub use denial::settle;
pub use health::{built_from, ending, health_routes};

/// The largest message a service takes or gives, in bytes.
pub const MAX_MESSAGE: usize = 16 << 20;
/// How long a listener goes on taking calls after it said that it serves no longer, so that callers can go elsewhere.
pub const LEAD: Duration = Duration::from_millis(500);
/// How long what is under way may take to finish after that.
const GRACE: Duration = Duration::from_secs(10);
/// How long everything a service runs beside its rpcs may take to end.
const DRAIN: Duration = Duration::from_secs(10);

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
    /// Whether the process is to end.
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

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
    origin: String,
    checkpoint_key: Arc<SigningKey>,
    shutdown: Shutdown,
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
        let (origin, key) = (setup.origin(), setup.checkpoint_key.clone());
        let checkpoints = checkpoints::run(store.clone(), origin.clone(), key.clone(), setup.shutdown.clone());
        let denials = denial::tend(store.clone(), setup.shutdown.clone());
        let tasks = vec![spawn(relay), spawn(checkpoints), spawn(denials)];
        let shutdown = setup.shutdown.clone();
        Ok(Self { name: setup.name, store, grpc, tasks, origin, checkpoint_key: key, shutdown })
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
        let name = proto::contract::rpcs().iter().map(|rpc| rpc.service()).find(|s| wall::service_name(s) == self.name);
        spawn(health::watch(self.store.clone(), reporter, name.unwrap_or_default(), self.shutdown.clone()));
        let mut routes = Routes::new(health);
        if let Ok(reflection) = reflection() {
            routes = routes.add_service(reflection);
        }
        let (store, shutdown) = (self.store.clone(), self.shutdown.clone());
        self.grpc
            .clone()
            .merge(routes.into_axum_router().reset_fallback())
            .merge(health_routes(self.name, self.store.clone(), move || {
                let (store, shutdown) = (store.clone(), shutdown.clone());
                async move { if shutdown.is_said() { Err(ending()) } else { store.ready().await } }
            }))
            .fallback(|| async { Status::unimplemented("there is no such rpc").into_http::<axum::body::Body>() })
    }

    /// Waits for everything it runs to end, after shutdown was said, and for no longer than a while: what the bus or
    /// the database keeps waiting is taken up at the next start. Then it signs the history as it stands.
    pub async fn drain(self) {
        let deadline = tokio::time::Instant::now() + DRAIN;
        for mut task in self.tasks {
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                warn!(service = self.name, "a task did not end in time");
                task.abort();
            }
        }
        let last = async {
            denial::settle(&self.store, i64::MAX).await?;
            checkpoint(&self.store, &self.origin, &self.checkpoint_key).await
        };
        match tokio::time::timeout(DRAIN, last).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(service = self.name, %error, "the last checkpoint could not be signed"),
            Err(_) => warn!(service = self.name, "the last checkpoint could not be signed in time"),
        }
    }
}

/// The reflection service over the whole contract, and over the health that every process answers.
///
/// # Errors
/// `Internal` where the descriptors cannot be read.
pub fn reflection()
-> Result<tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(Error::internal)
}

/// A listener whose connections send each piece as soon as there is one: held back until the other side has acknowledged
/// the last, an answer of two pieces takes 40 ms more.
pub fn at_once(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|connection| {
        // Without it the connection is slower and no less right.
        let _ = connection.set_nodelay(true);
    })
}

/// Serves a router until shutdown, then a moment longer, then lets what is under way finish, within a deadline: streams
/// that nobody ends do not keep the process.
///
/// # Errors
/// `Internal` where the listener fails.
pub async fn serve(listener: TcpListener, router: axum::Router, mut shutdown: Shutdown) -> Result<()> {
    let mut told = shutdown.clone();
    let serving = axum::serve(at_once(listener), router).with_graceful_shutdown(async move {
        told.wait().await;
        tokio::time::sleep(LEAD).await;
    });
    let over = async {
        shutdown.wait().await;
        tokio::time::sleep(LEAD + GRACE).await;
    };
    tokio::select! {
        served = async { serving.await } => served.map_err(Error::internal),
        () = over => Ok(()),
    }
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
                && let Err(error) = denial::record(store, caller).await
            {
                warn!(%error, "a denial could not be recorded");
            }
        }
        Kind::Invalid | Kind::Unauthenticated | Kind::Missing | Kind::Conflict | Kind::Stale | Kind::Exhausted => {}
        Kind::Unavailable => {
            if let Some(cause) = error.source() {
                warn!(%cause, "something that is needed is not there");
            }
        }
    }
    info!(reason = error.reason_name(), "refused");
    error.into()
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

#[cfg(test)]
mod tests;
