//! Opening a case, against the very SQL it runs: every statement of the service is noted with its values, and each
//! opening's are run bare, in one transaction, on a second database that holds the same.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    config::Database,
    serve::Running,
    testing::{self, Bed, Engine, Person},
};
use proto::incident_cases::v1::{
    NewCase, RecordConcernRequest, TriageConcernRequest, incident_cases_client::IncidentCasesClient,
    triage_concern_request::Decision,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, DatabaseConnection, Statement, TransactionOptions, TransactionTrait as _,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{Result, figures::Samples, load, school};

/// Openings measured.
const OPENINGS: usize = 300;
/// Openings before those, to warm both sides up.
const WARM: usize = 20;
/// How long nothing may be run before the background is taken to rest.
const QUIET: Duration = Duration::from_millis(15);

/// What the service's store ran, and how much of it there was. What it runs while an authority's records are loaded is
/// counted and let go.
#[derive(Default)]
struct Noted {
    statements: Mutex<Vec<Statement>>,
    count: AtomicUsize,
    loading: AtomicBool,
}

impl Noted {
    fn note(&self, statement: &Statement) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if !self.loading.load(Ordering::Relaxed) {
            self.statements.lock().unwrap_or_else(PoisonError::into_inner).push(statement.clone());
        }
    }

    fn loading(&self, loading: bool) {
        self.loading.store(loading, Ordering::Relaxed);
    }

    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.statements.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until relay, inboxes and checkpoints have nothing left to do.
    async fn quiet(&self) {
        let mut before = usize::MAX;
        while before != self.count.load(Ordering::Relaxed) {
            before = self.count.load(Ordering::Relaxed);
            tokio::time::sleep(QUIET).await;
        }
    }
}

/// Prints what an opening takes on an engine; where it is asked for, beside the records of a whole authority, and with it
/// what a search takes there.
pub async fn measure(engine: Engine, beside: Option<load::Size>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let noted = Arc::new(Noted::default());
    let school = School::open(engine, &folder, &noted, beside).await?;
    let mut concerns = Vec::new();
    for _ in 0..OPENINGS + WARM {
        concerns.push(school.concern().await?);
    }
    noted.quiet().await;
    let bare = bare(engine, &folder).await?;
    for statement in noted.take() {
        bare.setup.execute_raw(statement).await?;
    }
    let (mut opened, mut ran, mut wrote) = <(Samples, Samples, Samples)>::default();
    let (mut statements, mut usual) = (0, None);
    for (number, concern) in concerns.into_iter().enumerate() {
        let begun = Instant::now();
        school.open_case(concern).await?;
        let took = begun.elapsed();
        noted.quiet().await;
        let (transaction, after) = split(noted.take())?;
        // Where more ran than at the first, the background ran in the midst of it, and cannot be told from the opening.
        if transaction.len() > *usual.get_or_insert(transaction.len()) {
            for statement in transaction.into_iter().chain(after) {
                bare.setup.execute_raw(statement).await?;
            }
            continue;
        }
        // Nor where it ran between the opening's own statements: alone they are another transaction's, and refused.
        let Ok(alone) = run(&bare.app, &transaction).await else {
            for statement in transaction.into_iter().chain(after) {
                bare.setup.execute_raw(statement).await?;
            }
            continue;
        };
        for statement in after {
            bare.setup.execute_raw(statement).await?;
        }
        if number >= WARM {
            statements = transaction.len();
            opened.push(took);
            ran.push(alone.0);
            wrote.push(alone.1);
        }
    }
    if opened.count() * 2 < OPENINGS {
        return Err("the background ran beside most openings: measure again where less else runs".into());
    }
    println!("{engine:?}: opening a case through the service: {}", opened.line());
    println!("{engine:?}: its {statements} statements bare: {}", ran.line());
    println!("{engine:?}: of which its writes and the commit: {}", wrote.line());
    let ratio = |other: &Samples| opened.at(50).as_secs_f64() / other.at(50).as_secs_f64();
    println!("{engine:?}: ratio of medians {:.2} (to its writes alone {:.2})", ratio(&ran), ratio(&wrote));
    Ok(())
}

/// The opening's own transaction, which ends with its entry in the history, and what the background ran beside it.
fn split(mut statements: Vec<Statement>) -> Result<(Vec<Statement>, Vec<Statement>)> {
    let last = statements.iter().rposition(|statement| statement.sql.contains("INSERT INTO history"));
    let last = last.ok_or("an opening wrote no history: the statements are not those of an opening")?;
    let after = statements.split_off(last + 1);
    let (beside, own): (Vec<_>, Vec<_>) = statements.into_iter().partition(relay);
    Ok((own, beside.into_iter().chain(after).collect()))
}

/// Whether a statement is the relay's.
fn relay(statement: &Statement) -> bool {
    ["FROM outbox WHERE published_us", "UPDATE outbox SET published_us"].iter().any(|sql| statement.sql.contains(sql))
}

/// Runs the statements in one transaction; answers how long all of it took, and how long the writes and the commit.
async fn run(db: &DatabaseConnection, statements: &[Statement]) -> Result<(Duration, Duration)> {
    let begun = Instant::now();
    let mut reading = Duration::ZERO;
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(immediate).await?;
    for statement in statements {
        if statement.sql.starts_with("SELECT") {
            let read = Instant::now();
            tx.query_all_raw(statement.clone()).await?;
            reading += read.elapsed();
        } else {
            tx.execute_raw(statement.clone()).await?;
        }
    }
    tx.commit().await?;
    let all = begun.elapsed();
    Ok((all, all.saturating_sub(reading)))
}

/// A second database with the same tables: as its login sees it, and as somebody who may write anything.
struct Bare {
    app: DatabaseConnection,
    setup: DatabaseConnection,
}

async fn bare(engine: Engine, folder: &TempDir) -> Result<Bare> {
    let mut bed = Bed::new(engine)?;
    let mut setup = bed.setup("incident-cases").await?;
    if engine == Engine::Sqlite {
        setup.database = file(folder, "bare");
    }
    let database = setup.database.clone();
    // Starting the service makes the tables; it ends with the bed.
    let running = incident_cases::start(setup).await?;
    bed.add(&running);
    drop(bed);
    running.drain().await;
    let app = connect(&database.url).await?;
    let setup = match engine {
        Engine::Sqlite => app.clone(),
        Engine::Postgres => {
            let server = testing::server("POSTGRES")?;
            let name = database.url.rsplit('/').next().unwrap_or_default();
            connect(&format!("{server}/{name}")).await?
        }
    };
    Ok(Bare { app, setup })
}

/// Connects as the services do.
pub async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).foreign_keys(true)
    });
    Ok(sea_orm::Database::connect(options).await?)
}

/// An SQLite database in a folder.
pub fn file(folder: &TempDir, name: &str) -> Database {
    let url = format!("sqlite:{}?mode=rwc", folder.path().join(format!("{name}.sqlite3")).display());
    Database { url, migrate_url: None, max_connections: 1, ..Database::default() }
}

/// A school with a policy in force, its lead and the services they call.
struct School {
    id: String,
    dsl: Person,
    _bed: Bed,
    _running: [Running; 2],
}

impl School {
    async fn open(engine: Engine, folder: &TempDir, noted: &Arc<Noted>, beside: Option<load::Size>) -> Result<Self> {
        let mut bed = Bed::new(engine)?;
        let registry = policy_registry::start(bed.setup("policy-registry").await?).await?;
        bed.add(&registry);
        let mut setup = bed.setup("incident-cases").await?;
        if engine == Engine::Sqlite {
            setup.database = file(folder, "service");
        }
        let url = setup.database.url.clone();
        let observed = noted.clone();
        setup.observer = Some(Arc::new(move |statement: &Statement| observed.note(statement)));
        let cases = incident_cases::start(setup).await?;
        bed.add(&cases);
        // The second database has the tables already.
        noted.take();
        school::template(&bed).await?;
        if let Some(size) = beside {
            noted.loading(true);
            let loaded = load::fill(&bed, size).await?;
            if engine == Engine::Postgres {
                // What the server does by itself within the hour: plans follow from it.
                let name = url.rsplit('/').next().unwrap_or_default();
                let server = connect(&format!("{}/{name}", testing::server("POSTGRES")?)).await?;
                server.execute_unprepared("VACUUM ANALYZE").await?;
                // Nor does a question wait while what was loaded is written out.
                server.execute_unprepared("CHECKPOINT").await?;
            }
            // What the background began while it was loaded is over before anything is measured.
            noted.quiet().await;
            load::search(engine, &loaded).await?;
            noted.quiet().await;
            noted.loading(false);
        }
        let (id, dsl) = school::with_policy(&bed, 0).await?;
        Ok(Self { id, dsl, _bed: bed, _running: [registry, cases] })
    }

    fn client(&self) -> Result<IncidentCasesClient<chassis::upstream::Upstream>> {
        Ok(IncidentCasesClient::new(self.dsl.to("incident-cases")?))
    }

    async fn concern(&self) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.id.clone(),
            about: "A learner of Year 9".into(),
            safe_now: "yes".into(),
            narrative: "A learner was sent an unkind message in the evening and showed it to me. ".repeat(5),
            request_id: self.dsl.request_id(),
            ..RecordConcernRequest::default()
        };
        Ok(self.client()?.record_concern(request).await?.into_inner().concern.unwrap_or_default().concern_id)
    }

    async fn open_case(&self, concern_id: String) -> Result<()> {
        let case = NewCase { procedure_id: "P1".into(), risks: vec!["contact".into()], subject: None };
        let request = TriageConcernRequest {
            school_id: self.id.clone(),
            concern_id,
            decision: Some(Decision::NewCase(case)),
            request_id: self.dsl.request_id(),
            again: String::new(),
        };
        self.client()?.triage_concern(request).await?;
        Ok(())
    }
}
