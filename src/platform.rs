//! Processes put together: one role each, or all in one.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use chassis::{
    access::Access,
    caller::{GATEWAY, Signer, Trust},
    clock::SharedClock,
    config::Database,
    error::{Error, Result},
    event::{Bus, memory::MemoryBus, redis::RedisBus},
    id::Ids,
    serve::{Ending, Running, Setup, Shutdown},
    upstream::Upstreams,
};

use crate::{
    config::{Config, SERVICES},
    keys,
};

type Start = fn(Setup, &Config) -> Pin<Box<dyn Future<Output = Result<Running>> + Send>>;

type Migrate = fn(Database) -> Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Every process with the function that brings its tables up to date.
const MIGRATIONS: [(&str, Migrate); 5] = [
    ("policy-registry", |database| Box::pin(async move { policy_registry::migrate(&database).await })),
    ("incident-cases", |database| Box::pin(async move { incident_cases::migrate(&database).await })),
    ("filtering-ingest", |database| Box::pin(async move { filtering_ingest::migrate(&database).await })),
    ("reporting", |database| Box::pin(async move { reporting::migrate(&database).await })),
    (GATEWAY, |database| Box::pin(async move { gateway::migrate(&database).await })),
];

/// Brings the tables of one process up to date, and needs nothing but its database.
///
/// # Errors
/// Where it cannot be reached.
pub async fn migrate(config: &Config, process: &str) -> Result<()> {
    match MIGRATIONS.iter().find(|(name, _)| *name == process) {
        Some((_, migrate)) => migrate(config.database(process)?).await,
        None => Err(Error::invalid("process", format!("There is no process {process}"))),
    }
}

/// Every service with the function that starts it, each after those it asks.
const STARTS: [(&str, Start); 4] = [
    ("policy-registry", |setup, _| Box::pin(policy_registry::start(setup))),
    ("filtering-ingest", |setup, config| {
        let syslog = config.syslog.clone();
        Box::pin(filtering_ingest::start_with(setup, syslog))
    }),
    ("incident-cases", |setup, _| Box::pin(incident_cases::start(setup))),
    ("reporting", |setup, config| {
        let disclosure = config.disclosure.clone();
        Box::pin(reporting::start_with(setup, disclosure))
    }),
];

/// What the processes of one installation have in common.
pub struct Parts {
    config: Config,
    keys: PathBuf,
    clock: SharedClock,
    ids: Ids,
    trust: Arc<Trust>,
    access: Arc<Access>,
    bus: Arc<dyn Bus>,
    /// The same, where it is within this process.
    within: Option<Arc<MemoryBus>>,
    shutdown: Shutdown,
    ending: Ending,
}

impl Parts {
    /// Reads keys and access rules and finds the bus.
    ///
    /// # Errors
    /// `Invalid` where a key or an address cannot be read.
    pub async fn new(config: Config, clock: SharedClock) -> Result<Self> {
        let keys = config.keys_dir();
        if config.redis_url.is_none() {
            keys::create(&keys)?;
        }
        let ids = Ids::new(clock.clone());
        let (bus, within): (Arc<dyn Bus>, _) = match &config.redis_url {
            None => {
                let within = Arc::new(MemoryBus::held());
                (within.clone(), Some(within))
            }
            Some(url) => (Arc::new(RedisBus::new(url, ids.request_id()).await?), None),
        };
        let (ending, shutdown) = Ending::new();
        Ok(Self {
            trust: keys::trust(&keys, clock.clone())?,
            access: Arc::new(Access::load().map_err(Error::internal)?),
            config,
            keys,
            clock,
            ids,
            bus,
            within,
            shutdown,
            ending,
        })
    }

    /// What a process is started with.
    ///
    /// # Errors
    /// `Invalid` where its key or database cannot be reached.
    pub fn setup(&self, name: &'static str, upstreams: &Upstreams) -> Result<Setup> {
        let key = keys::signing(&self.keys, name)?;
        Ok(Setup {
            name,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            database: self.config.database(name)?,
            ring: keys::ring(&self.keys, name)?,
            checkpoint_key: Arc::new(key.clone()),
            bus: self.bus.clone(),
            trust: self.trust.clone(),
            signer: Arc::new(Signer::new(name, key, self.clock.clone())),
            access: self.access.clone(),
            upstreams: upstreams.clone(),
            shutdown: self.shutdown.clone(),
            observer: None,
        })
    }

    /// The ways to every service over the network.
    fn network(&self) -> Result<Upstreams> {
        let mut upstreams = Upstreams::default();
        for service in SERVICES {
            upstreams.add_there(service, &self.config.service(service).address)?;
        }
        Ok(upstreams)
    }
}

/// Processes that run.
pub struct Platform {
    /// Their services, in the order they were started in.
    pub services: Vec<Running>,
    /// The gateway's router; none where a single service runs.
    pub gateway: Option<gateway::Gateway>,
    /// The ways to the services.
    pub upstreams: Upstreams,
    /// Told when they are to end.
    pub shutdown: Shutdown,
    ending: Ending,
}

impl Platform {
    /// All roles in one process.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub async fn all(parts: Parts) -> Result<Self> {
        let mut upstreams = Upstreams::default();
        let mut services = Vec::new();
        for (name, start) in STARTS {
            let running = start(parts.setup(name, &upstreams)?, &parts.config).await?;
            upstreams.add_here(name, running.grpc());
            services.push(running);
        }
        let gateway = Some(start_gateway(&parts, &upstreams).await?);
        if let Some(within) = &parts.within {
            within.release();
        }
        Ok(Self { services, gateway, upstreams, shutdown: parts.shutdown, ending: parts.ending })
    }

    /// One role in this process; the others are reached over the network.
    ///
    /// # Errors
    /// `Invalid` where there is no such role; else where it does not start.
    pub async fn role(parts: Parts, role: &str) -> Result<Self> {
        let upstreams = parts.network()?;
        let (services, gateway) = match STARTS.iter().find(|(name, _)| *name == role) {
            Some((name, start)) => (vec![start(parts.setup(name, &upstreams)?, &parts.config).await?], None),
            None if role == GATEWAY => (Vec::new(), Some(start_gateway(&parts, &upstreams).await?)),
            None => return Err(Error::invalid("role", format!("There is no role {role}"))),
        };
        Ok(Self { services, gateway, upstreams, shutdown: parts.shutdown, ending: parts.ending })
    }

    /// Says that everything is to end.
    pub fn say_end(&self) {
        self.ending.end();
    }

    /// Ends everything: what is under way finishes, what waits in outboxes is sent once more.
    pub async fn end(self) {
        self.ending.end();
        // All were told at once, so none need wait for another.
        let mut draining: tokio::task::JoinSet<()> = tokio::task::JoinSet::new();
        for service in self.services {
            draining.spawn(service.drain());
        }
        draining.join_all().await;
        if let Some(gateway) = self.gateway {
            gateway.drain().await;
        }
    }
}

async fn start_gateway(parts: &Parts, upstreams: &Upstreams) -> Result<gateway::Gateway> {
    let setup = parts.setup(GATEWAY, upstreams)?;
    gateway::start(setup, parts.config.gateway.clone(), parts.config.redis_url.as_deref()).await
}
