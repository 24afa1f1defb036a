//! What tests start services with: a clock they move, keys of their own, a database each on either engine, and callers
//! in any role. Nothing in production calls it.

use std::{
    collections::HashMap,
    process::Command,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

use ed25519_dalek::SigningKey;
use proto::access::v1::{Appointment, Assurance, Role};
use sea_orm::{ConnectionTrait as _, Database};
use sea_orm_migration::MigratorTrait;
use time::{OffsetDateTime, macros::datetime};
use tokio::sync::OnceCell;

use crate::{
    access::Access,
    caller::{GATEWAY, Signer, Trust},
    clock::{Clock as _, ManualClock, timestamp},
    config, db,
    error::{Error, Result},
    event::{Bus, memory::MemoryBus},
    id::{AccountId, Ids, SchoolId},
    seal::KeyRing,
    serve::{Ending, Running, Setup, Shutdown},
    upstream::{Upstream, Upstreams},
};

/// Every process that signs tokens in a test.
const ISSUERS: [&str; 5] = [GATEWAY, "policy-registry", "incident-cases", "filtering-ingest", "reporting"];

/// The engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in memory.
    Sqlite,
    /// PostgreSQL, with an owner that migrates and a login that row-level security binds.
    Postgres,
}

/// A platform in small: what services share in one test.
pub struct Bed {
    /// The clock, which stands still until the test moves it.
    pub clock: Arc<ManualClock>,
    /// The source of ids.
    pub ids: Ids,
    /// The ways to the services started so far.
    pub upstreams: Upstreams,
    bus: Arc<dyn Bus>,
    ring: Arc<KeyRing>,
    engine: Engine,
    keys: HashMap<String, SigningKey>,
    access: Arc<Access>,
    shutdown: Shutdown,
    _ending: Ending,
}

impl Bed {
    /// A platform on an engine, on Tuesday 24 November 2026 at 9 in the morning.
    ///
    /// # Errors
    /// Where the access rules cannot be loaded.
    pub fn new(engine: Engine) -> Result<Self> {
        let clock = ManualClock::new(datetime!(2026-11-24 09:00 UTC));
        let (ending, shutdown) = Ending::new();
        let key = |name: &&str| {
            let mut seed = [0; 32];
            seed[..name.len()].copy_from_slice(name.as_bytes());
            ((*name).to_owned(), SigningKey::from_bytes(&seed))
        };
        Ok(Self {
            ids: Ids::new(clock.clone()),
            clock,
            upstreams: Upstreams::default(),
            bus: Arc::new(MemoryBus::default()),
            ring: Arc::new(KeyRing::generate()),
            engine,
            keys: ISSUERS.iter().map(key).collect(),
            access: access()?,
            shutdown,
            _ending: ending,
        })
    }

    /// The same with another bus.
    #[must_use]
    pub fn with_bus(mut self, bus: Arc<dyn Bus>) -> Self {
        self.bus = bus;
        self
    }

    /// What the service `name` is started with: its own fresh database among it.
    ///
    /// # Errors
    /// Where the database cannot be made.
    pub async fn setup(&self, name: &'static str) -> Result<Setup> {
        let database = match self.engine {
            Engine::Sqlite => in_memory(),
            Engine::Postgres => postgres(name, &self.ids).await?,
        };
        Ok(self.on(name, database))
    }

    /// The same, for the tests of a service itself: its database on PostgreSQL is a copy of one on which its migrations ran
    /// once for all of them.
    ///
    /// # Errors
    /// Where the database cannot be made.
    pub async fn migrated<M: MigratorTrait>(&self, name: &'static str) -> Result<Setup> {
        let database = match self.engine {
            Engine::Sqlite => in_memory(),
            Engine::Postgres => copied::<M>(name, &self.ids).await?,
        };
        Ok(self.on(name, database))
    }

    fn on(&self, name: &'static str, database: config::Database) -> Setup {
        let trusted = self.keys.iter().map(|(name, key)| (name.clone(), key.verifying_key())).collect();
        Setup {
            name,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            database,
            ring: self.ring.clone(),
            checkpoint_key: Arc::new(self.key(name)),
            bus: self.bus.clone(),
            trust: Arc::new(Trust::new(trusted, self.clock.clone())),
            signer: self.signer(name),
            access: self.access.clone(),
            upstreams: self.upstreams.clone(),
            shutdown: self.shutdown.clone(),
            observer: None,
        }
    }

    /// The key of a process.
    pub fn key(&self, name: &str) -> SigningKey {
        self.keys.get(name).cloned().unwrap_or_else(|| SigningKey::from_bytes(&[0; 32]))
    }

    /// Signs as a process does.
    pub fn signer(&self, name: &str) -> Arc<Signer> {
        Arc::new(Signer::new(name, self.key(name), self.clock.clone()))
    }

    /// Adds a running service to the ways there are.
    pub fn add(&mut self, running: &Running) {
        self.upstreams.add_here(running.name, running.grpc());
    }

    /// A person in these roles at these schools (an empty one is the authority).
    pub fn person(&self, roles: &[(Role, &str)]) -> Person {
        let start = Some(timestamp(self.clock.now() - time::Duration::days(400)));
        let appointments = roles
            .iter()
            .map(|(role, school)| Appointment {
                role: (*role).into(),
                school_id: (*school).to_owned(),
                start_time: start,
                end_time: None,
            })
            .collect();
        Person {
            account_id: self.ids.next::<AccountId>().to_string(),
            name: String::new(),
            appointments,
            signer: self.signer(GATEWAY),
            upstreams: self.upstreams.clone(),
            ids: self.ids.clone(),
        }
    }

    /// A new school's id.
    pub fn school(&self) -> String {
        self.ids.next::<SchoolId>().to_string()
    }

    /// The present moment of the test.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

/// Somebody who calls services in a test.
#[derive(Clone)]
pub struct Person {
    /// Their account.
    pub account_id: String,
    name: String,
    appointments: Vec<Appointment>,
    signer: Arc<Signer>,
    upstreams: Upstreams,
    ids: Ids,
}

impl Person {
    /// Their way to a service, with a fresh token.
    ///
    /// # Errors
    /// Where no such service was started before this person was made.
    pub fn to(&self, service: &str) -> Result<Upstream> {
        let assurance = Assurance::SecondFactor;
        let request = self.ids.request_id();
        let token = self.signer.for_named_account(
            service,
            (&self.account_id, &self.name),
            &self.appointments,
            assurance,
            &request,
        );
        self.upstreams.to(service)?.with_token(&token)
    }

    /// The same person, by the name they are shown by to colleagues.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// A new request id.
    pub fn request_id(&self) -> String {
        self.ids.request_id()
    }
}

/// The access rules, read and checked once for all tests of a process.
fn access() -> Result<Arc<Access>> {
    static RULES: OnceLock<Result<Arc<Access>, String>> = OnceLock::new();
    RULES.get_or_init(|| Access::load().map(Arc::new)).clone().map_err(Error::internal)
}

fn in_memory() -> config::Database {
    config::Database { url: "sqlite::memory:".into(), max_connections: 1, ..config::Database::default() }
}

/// Where the test servers are: started once by `tests/servers`, which says.
fn servers() -> Result<&'static HashMap<String, String>> {
    static SERVERS: OnceLock<Result<HashMap<String, String>, String>> = OnceLock::new();
    let start = || {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers");
        let output = Command::new(script).arg("start").output().map_err(|e| format!("{script}: {e}"))?;
        if !output.status.success() {
            return Err(format!("{script} start failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(said.lines().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    };
    SERVERS.get_or_init(start).as_ref().map_err(|e| Error::internal(e.clone()))
}

/// The address of one of the test servers: `POSTGRES` or `REDIS`.
///
/// # Errors
/// Where the servers cannot be started.
pub fn server(name: &str) -> Result<String> {
    servers()?.get(name).cloned().ok_or_else(|| Error::internal(format!("tests/servers did not say {name}")))
}

/// A fresh database on the test server, with an owner that migrates and a login that does not own.
///
/// # Errors
/// Where the server cannot be reached.
pub async fn postgres(service: &str, ids: &Ids) -> Result<config::Database> {
    postgres_at(&server("POSTGRES")?, service, ids).await
}

/// The same on a server of the test's own.
///
/// # Errors
/// Where the server cannot be reached.
pub async fn postgres_at(server: &str, service: &str, ids: &Ids) -> Result<config::Database> {
    let admin = Database::connect(format!("{server}/postgres")).await?;
    let unique: String = ids.request_id().chars().filter(|c| *c != '-').take(16).collect();
    let name = format!("t_{}_{unique}", service.replace('-', "_"));
    let (owner, app) = (format!("{name}_owner"), format!("{name}_app"));
    for statement in [
        format!("CREATE ROLE {owner} LOGIN"),
        format!("CREATE ROLE {app} LOGIN"),
        format!("CREATE DATABASE {name} OWNER {owner}"),
    ] {
        admin.execute_unprepared(&statement).await?;
    }
    admin.close().await?;
    let as_role = |role: &str| format!("{}/{name}", server.replacen("://postgres@", &format!("://{role}@"), 1));
    let own = Database::connect(as_role(&owner)).await?;
    own.execute_unprepared(&format!(
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}; \
         ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {app}"
    ))
    .await?;
    own.close().await?;
    Ok(config::Database {
        url: as_role(&app),
        migrate_url: Some(as_role(&owner)),
        max_connections: 4,
        ..config::Database::default()
    })
}

/// A database that nobody uses but to copy it.
type Migrated = Arc<OnceCell<config::Database>>;

/// One for each service.
static MIGRATED: LazyLock<Mutex<HashMap<&'static str, Migrated>>> = LazyLock::new(Mutex::default);

/// A copy of a database that a service's migrations ran on, with the same owner and login.
async fn copied<M: MigratorTrait>(service: &'static str, ids: &Ids) -> Result<config::Database> {
    let cell = MIGRATED.lock().unwrap_or_else(PoisonError::into_inner).entry(service).or_default().clone();
    let first = cell.get_or_try_init(|| async {
        let database = postgres(service, ids).await?;
        db::migrate::<M>(&database).await?;
        Ok::<_, Error>(database)
    });
    let first = first.await?;
    let (place, from) = first.url.rsplit_once('/').ok_or_else(|| Error::internal("a database has an address"))?;
    let name = format!("{from}_{}", ids.request_id().replace('-', "").get(..16).unwrap_or_default());
    let admin = Database::connect(format!("{}/postgres", server("POSTGRES")?)).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {from} OWNER {from}_owner")).await?;
    admin.close().await?;
    let migrate_url = first.migrate_url.as_ref().and_then(|url| url.rsplit_once('/'));
    Ok(config::Database {
        url: format!("{place}/{name}"),
        migrate_url: migrate_url.map(|(place, _)| format!("{place}/{name}")),
        ..first.clone()
    })
}
