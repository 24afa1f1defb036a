//! The store of one service: a database reached only through transactions that carry a `Scope`. State, history and
//! outgoing events commit together; a repeated request gets its first answer.

mod audit;
pub mod migration;
pub(crate) mod once;
mod schema;

use std::{sync::Arc, time::Duration};

use prost::Message;
use proto::event::v1::{Envelope, envelope::Event};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, QueryResult,
    Statement, TransactionOptions, TransactionTrait as _,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::{
    caller::Scope,
    clock::{SharedClock, micros, moment, timestamp},
    config,
    error::{Error, Result},
    history::{self, Act},
    id::{EventId, Ids},
    seal::KeyRing,
};
pub use audit::{audit, newest_checkpoint};
pub use migration::{tenant_table, tenant_table_with};
use once::OnceKey;
pub use once::RecordKey;

/// A service's database.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    name: &'static str,
    db: DatabaseConnection,
    clock: SharedClock,
    ids: Ids,
    ring: Arc<KeyRing>,
    doorbell: Notify,
    /// The migrations this program is written for.
    schema: Vec<String>,
    /// How long an event stays in the outbox after it was carried.
    keep_events: Option<Duration>,
}

/// How long a database may take to say that it is well.
const ANSWER: Duration = Duration::from_secs(2);

/// Told of every statement a store runs: for benchmarks, which run the same bare.
pub type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

/// One statement that reads a row by a key, a transaction by itself, as each engine has it.
pub struct Glance {
    /// `$1` is the key.
    pub sqlite: &'static str,
    /// Calls a function with the scope's schools (`$1`), its reach (`$2`) and the key (`$3`). The function tells
    /// row-level security of the scope, for as long as the statement lasts, and then reads.
    pub postgres: &'static str,
}

/// What a transaction under a request id turns out to be.
#[expect(clippy::large_enum_variant, reason = "it is matched at once and never kept")]
pub enum Once<R> {
    /// The request is new: do the work.
    Fresh(Tx),
    /// It was answered before: this is the answer.
    Answered(R),
}

impl Store {
    /// Opens the database of the service `name`, and brings its tables up to date where it may: SQLite's always,
    /// PostgreSQL's where the owner's login is given. A process that holds only its own login finds them made.
    ///
    /// # Errors
    /// `Unavailable` where it cannot be reached or its tables are older than the program; `Internal` where a migration
    /// fails.
    pub async fn open<M: MigratorTrait>(
        name: &'static str,
        database: &config::Database,
        clock: SharedClock,
        ids: Ids,
        ring: Arc<KeyRing>,
        observer: Option<Observer>,
    ) -> Result<Self> {
        if database.migrate_url.is_some() {
            migrate::<M>(database).await?;
        }
        let mut db = connect(&database.url, database.max_connections).await?;
        if let Some(observer) = observer {
            db.set_metric_callback(move |query| observer(query.statement));
        }
        if db.get_database_backend() == DatabaseBackend::Sqlite {
            schema::bring_up::<M>(&db).await?;
        }
        let schema = schema::of::<M>();
        schema::check(&db, &schema).await?;
        let day = Duration::from_secs(24 * 60 * 60);
        let keep_events = (database.keep_events_days > 0).then(|| day * database.keep_events_days);
        Ok(Self(Arc::new(Inner { name, db, clock, ids, ring, doorbell: Notify::new(), schema, keep_events })))
    }

    /// Whether the database answers, and has the tables this program is written for.
    ///
    /// # Errors
    /// `Unavailable` where it does not.
    pub async fn ready(&self) -> Result<()> {
        match tokio::time::timeout(ANSWER, schema::check(&self.0.db, &self.0.schema)).await {
            Ok(checked) => checked,
            Err(_) => Err(Error::unavailable("the database does not answer")),
        }
    }

    /// How long the oldest event has waited to be carried; none where none waits.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn oldest_waiting(&self) -> Result<Option<Duration>> {
        let oldest = "SELECT MIN(event_id) AS oldest FROM outbox WHERE published_us IS NULL";
        let row = self.0.db.query_one_raw(Statement::from_string(self.0.db.get_database_backend(), oldest)).await?;
        let oldest: Option<String> = row.map(|row| row.try_get("", "oldest")).transpose()?.flatten();
        let made = oldest.and_then(|id| crate::id::made(&id));
        Ok(made.map(|made| Duration::try_from(self.0.clock.now() - made).unwrap_or_default()))
    }

    pub(crate) fn keep_events(&self) -> Option<Duration> {
        self.0.keep_events
    }

    /// The service the store belongs to.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// The keys that seal what it holds.
    pub fn ring(&self) -> &KeyRing {
        &self.0.ring
    }

    /// The source of its ids.
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// The clock it runs by.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// The connection, for the relay, the checkpoints and health: never for a service's own tables.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.0.db
    }

    /// Rung whenever a commit left something to announce.
    pub(crate) fn doorbell(&self) -> &Notify {
        &self.0.doorbell
    }

    /// Begins a transaction within a scope. It rolls back unless it is committed, and commits only with an act.
    ///
    /// # Errors
    /// `Unavailable` where the database cannot be reached.
    pub async fn begin(&self, scope: &Scope) -> Result<Tx> {
        let tx = begin(&self.0.db, scope).await?;
        Ok(Tx {
            store: self.clone(),
            tx,
            scope: scope.clone(),
            now: micros(self.0.clock.now()),
            acts: Vec::new(),
            once: None,
            announced: false,
            silent: false,
        })
    }

    /// Reads one row within a scope in one round trip. It is for what is asked so often that four would be too many, and
    /// leaves no entry in the history.
    ///
    /// # Errors
    /// `Unavailable` where the database cannot be reached.
    pub async fn glance(&self, scope: &Scope, glance: &Glance, key: &str) -> Result<Option<QueryResult>> {
        let backend = self.0.db.get_database_backend();
        let statement = if backend == DatabaseBackend::Postgres {
            let (schools, reach) = known_as(scope);
            Statement::from_sql_and_values(backend, glance.postgres, [schools.into(), reach.into(), key.into()])
        } else {
            Statement::from_sql_and_values(backend, glance.sqlite, [key.into()])
        };
        Ok(self.0.db.query_one_raw(statement).await?)
    }

    /// Begins a transaction for a request that may come twice: the second time, its first answer comes back.
    ///
    /// # Errors
    /// `Invalid` where the request id is no UUID; `Conflict` where it was used for another request.
    pub async fn begin_once<R: Message + Default>(
        &self,
        scope: &Scope,
        request_id: &str,
        request: &impl Message,
    ) -> Result<Once<R>> {
        self.begin_once_under(scope, request_id, request, once::none).await
    }

    /// The same for a service whose records have keys of their own, under which answers about them are kept.
    ///
    /// # Errors
    /// As `begin_once`; and whatever `keys` says of a record that is there no more.
    pub async fn begin_once_under<R: Message + Default>(
        &self,
        scope: &Scope,
        request_id: &str,
        request: &impl Message,
        keys: RecordKey,
    ) -> Result<Once<R>> {
        let id = uuid::Uuid::try_parse(request_id)
            .map_err(|_| Error::invalid("request_id", "Enter a UUID, a new one for each new request"))?;
        let digest = Sha256::digest(request.encode_to_vec()).to_vec();
        let mut tx = self.begin(scope).await?;
        let key = OnceKey { actor: scope.actor(), request_id: id.to_string(), digest, keys };
        match key.find::<R>(&tx).await? {
            Some(answer) => Ok(Once::Answered(answer)),
            None => {
                tx.once = Some(key);
                Ok(Once::Fresh(tx))
            }
        }
    }
}

/// Brings a database's tables up to date with its owner's login, where that is given.
///
/// # Errors
/// `Unavailable` where it cannot be reached; `Internal` where a migration fails.
pub async fn migrate<M: MigratorTrait>(database: &config::Database) -> Result<()> {
    let owner = connect(database.migrate_url.as_ref().unwrap_or(&database.url), 1).await?;
    schema::bring_up::<M>(&owner).await?;
    owner.close().await?;
    Ok(())
}

async fn connect(url: &str, max_connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        // SQLite has one writer, and every transaction here writes its history: one connection queues fairly.
        .max_connections(if url.starts_with("sqlite:") { 1 } else { max_connections })
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        // One that was in use a moment ago is there: to ask it each time were one more round trip for every request.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
        });
    Database::connect(options)
        .await
        .map_err(|source| Error::unavailable("the database cannot be reached: check its address").because(source))
}

/// A scope as row-level security knows it: its schools and its desk, and its reach.
fn known_as(scope: &Scope) -> (String, &'static str) {
    (scope.holders().join(","), if scope.authority() { "authority" } else { "schools" })
}

/// Begins a transaction that row-level security knows the scope of.
pub(crate) async fn begin(db: &DatabaseConnection, scope: &Scope) -> Result<DatabaseTransaction> {
    let tx = db
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    tell(&tx, scope).await?;
    Ok(tx)
}

/// Tells row-level security of a transaction's scope, from here on.
async fn tell(tx: &DatabaseTransaction, scope: &Scope) -> Result<()> {
    let backend = tx.get_database_backend();
    if backend == DatabaseBackend::Postgres {
        let (schools, reach) = known_as(scope);
        tx.execute_raw(Statement::from_sql_and_values(
            backend,
            "SELECT set_config('hedgerow.schools', $1, true), set_config('hedgerow.reach', $2, true)",
            [schools.into(), reach.into()],
        ))
        .await?;
    }
    Ok(())
}

/// A transaction within a scope.
pub struct Tx {
    store: Store,
    tx: DatabaseTransaction,
    scope: Scope,
    now: OffsetDateTime,
    acts: Vec<Act>,
    once: Option<OnceKey>,
    announced: bool,
    silent: bool,
}

impl Tx {
    /// The connection for statements; what it may reach is the scope's.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// The scope it was begun with.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The moment of the act, the same throughout.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// The source of new ids.
    pub fn ids(&self) -> &Ids {
        &self.store.0.ids
    }

    /// The keys that seal.
    pub fn ring(&self) -> &KeyRing {
        &self.store.0.ring
    }

    /// Goes on within another scope of the same actor. Lines of one delivery that belong to several schools are taken in
    /// one school after the other, each within its own rows, and commit together.
    ///
    /// # Errors
    /// `Internal` where somebody else would act: a fault of ours. `Unavailable` where the database cannot be reached.
    pub async fn enter(&mut self, scope: &Scope) -> Result<()> {
        if scope.actor() != self.scope.actor() {
            return Err(Error::internal("a transaction cannot go on as somebody else"));
        }
        tell(&self.tx, scope).await?;
        self.scope = scope.clone();
        Ok(())
    }

    /// Says what was done, at the school of the scope as it is now; it is written with the commit.
    pub fn record(&mut self, act: Act) {
        self.acts.push(act.within(self.scope.school().ok().map(ToString::to_string)));
    }

    /// Announces an event at the scope's school, or the authority's where the scope is wider.
    ///
    /// # Errors
    /// Where the outbox cannot be written.
    pub async fn announce(&mut self, aggregate_id: &str, event: Event) -> Result<()> {
        let school = self.scope.school().map(ToString::to_string).unwrap_or_default();
        self.announce_at(&school, aggregate_id, event).await
    }

    /// Announces an event at a school. Of one thing the later event is never the earlier one: a transaction that began first and
    /// waited for another says the other's moment.
    ///
    /// # Errors
    /// Where the outbox cannot be written.
    pub async fn announce_at(&mut self, school: &str, aggregate_id: &str, event: Event) -> Result<()> {
        let backend = self.tx.get_database_backend();
        let last = Statement::from_sql_and_values(
            backend,
            "SELECT aggregate_seq, envelope FROM outbox WHERE aggregate_id = $1 ORDER BY aggregate_seq DESC LIMIT 1",
            [aggregate_id.into()],
        );
        let (last, before): (i64, Option<OffsetDateTime>) = match self.tx.query_one_raw(last).await? {
            Some(row) => {
                let envelope: Vec<u8> = row.try_get("", "envelope")?;
                let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
                (row.try_get("", "aggregate_seq")?, envelope.event_time.as_ref().and_then(moment))
            }
            None => (0, None),
        };
        let happened = before.map_or(self.now, |before| before.max(self.now));
        let envelope = Envelope {
            event_id: self.ids().next::<EventId>().to_string(),
            source: self.store.0.name.to_owned(),
            school_id: school.to_owned(),
            aggregate_id: aggregate_id.to_owned(),
            sequence: u64::try_from(last + 1).unwrap_or_default(),
            event_time: Some(timestamp(happened)),
            traceparent: crate::telemetry::current_traceparent(),
            event: Some(event),
        };
        let insert = Statement::from_sql_and_values(
            backend,
            "INSERT INTO outbox (event_id, aggregate_id, aggregate_seq, envelope) VALUES ($1, $2, $3, $4)",
            [envelope.event_id.clone().into(), aggregate_id.into(), (last + 1).into(), envelope.encode_to_vec().into()],
        );
        self.tx.execute_raw(insert).await?;
        self.announced = true;
        Ok(())
    }

    /// Keeps the answer for when the same request comes again.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn answer(&mut self, response: &impl Message) -> Result<()> {
        match self.once.take() {
            Some(key) => key.keep(self, None, response).await,
            None => Ok(()),
        }
    }

    /// The same for an answer about a record: it is kept under the record's own key and goes with the record.
    ///
    /// # Errors
    /// Where it cannot be written, or the record has no key.
    pub async fn answer_about(&mut self, record_id: &str, response: &impl Message) -> Result<()> {
        match self.once.take() {
            Some(key) => key.keep(self, Some(record_id), response).await,
            None => Ok(()),
        }
    }

    /// Commits with nothing recorded: for work that is no act of anybody, such as keeping a copy.
    pub fn silent(&mut self) {
        self.silent = true;
    }

    /// Commits state, history and events together.
    ///
    /// # Errors
    /// `Internal` where nothing was recorded: no act goes without its entry.
    pub async fn commit(self) -> Result<()> {
        let Self { store, tx, scope, now, acts, announced, silent, .. } = self;
        if acts.is_empty() && !silent {
            return Err(Error::internal("a transaction recorded no act"));
        }
        if !acts.is_empty() {
            history::append(&tx, &scope, acts, now, || store.0.ids.request_id()).await?;
        }
        tx.commit().await?;
        if announced {
            store.0.doorbell.notify_one();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
