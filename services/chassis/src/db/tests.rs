//! One suite for both engines: what every service may rely on in its store.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use proto::event::v1::{ConcernRecorded, SchoolCreated};
use sea_orm::{ConnectionTrait as _, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait, sea_orm::DbErr};

use super::*;
use crate::{
    event::{Consumer, inbox::Inbox, relay},
    history::verify::{Against, Fault, Report, verify},
    serve,
    testing::{Bed, Engine},
};

struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::migrations();
        all.push(Box::new(CreateNote));
        all
    }
}

struct CreateNote;

impl MigrationName for CreateNote {
    fn name(&self) -> &'static str {
        "m20261124_000002_create_note"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateNote {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let bytes = migration::bytes_type(manager);
        let table = format!("CREATE TABLE note (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, body {bytes} NOT NULL)");
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "note", "school_id").await
    }
}

async fn write(store: &Store, school: &str, id: &str, body: &str) -> Result<()> {
    let scope = Scope::consumer(school, "evt");
    let mut tx = store.begin(&scope).await?;
    let insert = Statement::from_sql_and_values(
        tx.db().get_database_backend(),
        "INSERT INTO note (id, school_id, body) VALUES ($1, $2, $3)",
        [id.into(), school.into(), body.as_bytes().to_vec().into()],
    );
    tx.db().execute_raw(insert).await?;
    tx.record(Act::new("note.written", id).state("note", body.as_bytes()));
    tx.announce(id, Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false })).await?;
    tx.commit().await
}

async fn notes(store: &Store, scope: &Scope) -> Result<usize> {
    let mut tx = store.begin(scope).await?;
    let all = Statement::from_string(tx.db().get_database_backend(), "SELECT id FROM note");
    let count = tx.db().query_all_raw(all).await?.len();
    tx.silent();
    tx.commit().await?;
    Ok(count)
}

async fn open(engine: Engine) -> Result<(Bed, Store)> {
    let (bed, store, _) = open_with_owner(engine).await?;
    Ok((bed, store))
}

/// Also answers how whoever owns the database reaches it.
async fn open_with_owner(engine: Engine) -> Result<(Bed, Store, Option<String>)> {
    let bed = Bed::new(engine)?;
    let setup = bed.setup("reporting").await?;
    let store = setup.store::<Migrations>().await?;
    Ok((bed, store, setup.database.migrate_url))
}

/// What a check of the store's history finds.
async fn audited(bed: &Bed, store: &Store, kept: &[String]) -> Result<Report> {
    let tx = begin(store.connection(), &Scope::system("verify")).await?;
    let (origin, tables, key) = ("hedgerow/reporting", &["note"], &bed.key("reporting").verifying_key());
    verify(&tx, &Against { origin, key, tables, kept, now: bed.now() }).await
}

/// Whoever owns the database, and can do anything in it.
struct Owner(DatabaseConnection);

impl Owner {
    async fn of(store: &Store, owner: Option<String>) -> Result<Self> {
        let owner = match owner {
            Some(url) => {
                let owner = connect(&url, 1).await?;
                for table in ["history", "note"] {
                    let open = format!(
                        "ALTER TABLE {table} DISABLE TRIGGER ALL; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
                    );
                    owner.execute_unprepared(&open).await?;
                }
                owner
            }
            None => {
                let db = store.connection().clone();
                db.execute_unprepared("DROP TRIGGER history_no_update; DROP TRIGGER history_no_delete").await?;
                db
            }
        };
        Ok(Self(owner))
    }

    /// Changes one row.
    async fn tamper(&self, sql: &str) -> Result<()> {
        assert_eq!(self.0.execute_unprepared(sql).await?.rows_affected(), 1, "{sql}");
        Ok(())
    }
}

async fn a_repeated_request_gets_its_first_answer(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let scope = Scope::consumer(&bed.school(), "evt");
    let id = bed.ids.request_id();
    let request = SchoolCreated { kind: "primary".into() };
    for attempt in 0..2 {
        match store.begin_once::<SchoolCreated>(&scope, &id, &request).await? {
            Once::Fresh(mut tx) => {
                assert_eq!(attempt, 0);
                tx.record(Act::new("note.written", "x"));
                tx.answer(&SchoolCreated { kind: "answered".into() }).await?;
                tx.commit().await?;
            }
            Once::Answered(answer) => assert_eq!((attempt, answer.kind.as_str()), (1, "answered")),
        }
    }
    let other = SchoolCreated { kind: "special".into() };
    let reused = store.begin_once::<SchoolCreated>(&scope, &id, &other).await.err();
    assert_eq!(reused.map(|e| e.reason_name()), Some("REQUEST_ID_REUSED"));
    assert!(store.begin_once::<SchoolCreated>(&scope, "not a uuid", &request).await.is_err());
    Ok(())
}

async fn a_transaction_without_an_act_does_not_commit(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let tx = store.begin(&Scope::consumer(&bed.school(), "evt")).await?;
    assert!(tx.commit().await.is_err());
    Ok(())
}

async fn history_holds_and_a_changed_byte_is_named(engine: Engine) -> Result<()> {
    let (bed, store, owner) = open_with_owner(engine).await?;
    let school = bed.school();
    let key = bed.key("reporting");
    for n in 0..5 {
        write(&store, &school, &format!("n{n}"), "something").await?;
        serve::checkpoint(&store, "hedgerow/reporting", &key).await?;
    }
    let check = async || audited(&bed, &store, &[]).await;
    let report = check().await?;
    assert_eq!((report.entries, report.checkpoints, report.states, report.faults.len()), (5, 5, 5, 0));

    let refused = store.connection().execute_unprepared("UPDATE history SET actor = 'x' WHERE seq = 2").await;
    assert!(refused.is_err(), "the database itself refuses to change history");

    // Whoever owns the database can still do it: that is what the hashes are for.
    let owner = Owner::of(&store, owner).await?;
    let tamper = async |sql: &str| owner.tamper(sql).await;
    tamper("UPDATE history SET actor = 'consumes' WHERE seq = 2").await?;
    let faults = check().await?.faults;
    assert!(matches!(faults.first(), Some(Fault::Entry { seq: 2, .. })), "{faults:?}");
    tamper("UPDATE history SET actor = 'consumer' WHERE seq = 2").await?;
    tamper("UPDATE note SET body = '' WHERE id = 'n3'").await?;
    let faults = check().await?.faults;
    assert!(matches!(faults.as_slice(), [Fault::State { seq: 3, .. }]), "{faults:?}");
    Ok(())
}

async fn the_database_alone_keeps_schools_apart(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let (here, there) = (bed.school(), bed.school());
    write(&store, &here, "a", "x").await?;
    write(&store, &there, "b", "x").await?;
    assert_eq!(notes(&store, &Scope::system("all")).await?, 2);
    // These queries name no school at all: on PostgreSQL row-level security filters them.
    let expected = if engine == Engine::Postgres { 1 } else { 2 };
    assert_eq!(notes(&store, &Scope::consumer(&here, "evt")).await?, expected);
    Ok(())
}

struct Counter(Arc<AtomicUsize>, bool);

#[tonic::async_trait]
impl Consumer for Counter {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "counter"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::ConcernRecorded(_))
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, _: &mut Tx, _: &Envelope, (): ()) -> Result<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        if self.1 { Err(Error::internal("poison")) } else { Ok(()) }
    }
}

async fn an_event_has_its_effect_once(engine: Engine) -> Result<()> {
    use crate::event::{Bus as _, Listener as _, memory::MemoryBus};
    let (bed, store) = open(engine).await?;
    let (count, poisoned) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let bus = MemoryBus::default();
    let (_ending, shutdown) = serve::Ending::new();
    let inbox = Inbox::new(store.clone(), Counter(count.clone(), false));
    bus.subscribe(inbox.clone(), shutdown.clone()).await;
    write(&store, &bed.school(), "a", "x").await?;
    relay::relay(&store, &bus).await?;
    relay::relay(&store, &bus).await?;
    store.connection().execute_unprepared("UPDATE outbox SET published_us = NULL").await?;
    relay::relay(&store, &bus).await?;
    assert_eq!(count.load(Ordering::SeqCst), 1);

    let other = bed.setup("incident-cases").await?.store::<Migrations>().await?;
    let poison = Inbox::new(other.clone(), Counter(poisoned.clone(), true));
    poison
        .deliver(Envelope {
            event_id: "evt_x".into(),
            event: Some(Event::ConcernRecorded(ConcernRecorded::default())),
            ..Envelope::default()
        })
        .await;
    assert_eq!(poisoned.load(Ordering::SeqCst), 5);
    let letters = Statement::from_string(other.connection().get_database_backend(), "SELECT event_id FROM dead_letter");
    assert_eq!(other.connection().query_all_raw(letters).await?.len(), 1);
    Ok(())
}

/// Makes a test of each for both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() -> crate::error::Result<()> { super::$name(crate::testing::Engine::Sqlite).await })* }
        mod postgres { $(#[tokio::test] async fn $name() -> crate::error::Result<()> { super::$name(crate::testing::Engine::Postgres).await })* }
    };
}

mod audit;
mod events;
mod once;
mod tenants;

on_both_engines!(
    a_repeated_request_gets_its_first_answer,
    a_transaction_without_an_act_does_not_commit,
    history_holds_and_a_changed_byte_is_named,
    the_database_alone_keeps_schools_apart,
    an_event_has_its_effect_once,
);
