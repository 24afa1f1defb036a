//! Lines of a filter through the gRPC door into PostgreSQL: judged, rolled up, sealed and durable when acknowledged; beside a
//! bare COPY, on one connection, of rows of the same lines that are kept, unjudged and in the clear, with the indexes that
//! rows kept one by one have. In turns in one run, each round with schools and a table of its own.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use chassis::testing::{self, Engine};
use sea_orm::{
    ConnectionTrait as _,
    sqlx::{Connection as _, postgres::PgConnection},
};

use crate::{
    Result,
    figures::Samples,
    filter_lines,
    filter_world::{self, BATCH, World},
    opening,
};

/// Lines of a round.
const LINES: usize = 400_000;
/// Schools that send at once.
const SCHOOLS: usize = 4;
/// How often each is measured.
const ROUNDS: usize = 5;
/// Events accounted for, and rows kept, in a second, that are worked for on two cores.
const WORKED_FOR: (f64, f64) = (400_000.0, 141_000.0);

/// Prints what taking in costs.
pub async fn measure() -> Result<()> {
    let world = World::open(Engine::Postgres).await?;
    let name = world.database.url.rsplit('/').next().unwrap_or_default().to_owned();
    let url = format!("{}/{name}", testing::server("POSTGRES")?);
    let owner = opening::connect(&url).await?;
    let mut copy = PgConnection::connect(&url).await?;
    let (mut ours, mut bare) = (Samples::default(), Samples::default());
    let (mut kept, mut stored) = (0, 0);
    for round in 0..=ROUNDS {
        let (log, _) = filter_lines::log(LINES / SCHOOLS, world.second() - 600, 200);
        let mut deliveries = Vec::new();
        for _ in 0..SCHOOLS {
            let site = world.site().await?;
            let batches = site.delivery("one", &log, BATCH);
            deliveries.push((site, batches));
        }
        let (took, counts) = filter_world::send_at_once(deliveries).await?;
        filter_world::check(&counts, LINES)?;
        kept = counts.kept;
        let rows = rows(&log);
        let copied = copied(&mut copy, &owner, &rows, round).await?;
        if copied.1 != kept {
            return Err(format!("{kept} lines are kept, and {} were copied", copied.1).into());
        }
        // The first round warms both sides up.
        if round > 0 {
            ours.push(took);
            bare.push(copied.0);
            stored += kept;
        }
    }
    let size = "SELECT (SUM(pg_total_relation_size(i.inhrelid)))::BIGINT AS n FROM pg_inherits i \
                WHERE i.inhparent = 'observation_block'::regclass";
    let size = sea_orm::Statement::from_string(sea_orm::DatabaseBackend::Postgres, size);
    let size: i64 = owner.query_one_raw(size).await?.ok_or("the table of blocks is not there")?.try_get("", "n")?;
    copy.close().await?;
    world.close().await;
    let rate = |n: f64, samples: &Samples| n / samples.at(50).as_secs_f64();
    let (all, rows) = (LINES as f64, kept as f64);
    let cores = std::thread::available_parallelism()?;
    println!(
        "Through the gRPC door into PostgreSQL, {LINES} lines of {SCHOOLS} schools a round, {cores} cores for both"
    );
    println!("and for whoever sends, n = {ROUNDS}, medians:");
    println!("{:.0} events accounted for a second (worked for: {:.0})", rate(all, &ours), WORKED_FOR.0);
    println!("{:.0} rows kept a second (worked for: {:.0})", rate(rows, &ours), WORKED_FOR.1);
    println!("bare COPY of rows of the same lines on one connection: {:.0} rows a second", rate(rows, &bare));
    println!(
        "ratio of events accounted for to rows copied {:.2}, of rows kept to rows copied {:.2}",
        rate(all, &ours) / rate(rows, &bare),
        rate(rows, &ours) / rate(rows, &bare)
    );
    // What the first round kept is in the table, too.
    println!("{:.1} bytes on disk for each that is kept, indexes among them", size as f64 / (stored + kept) as f64);
    Ok(())
}

/// Rows of the lines that are kept, for as many schools, as COPY takes them.
fn rows(log: &str) -> String {
    let mut rows = String::with_capacity(log.len() * SCHOOLS * 2);
    for school in 0..SCHOOLS {
        for (n, line) in log.lines().enumerate().filter(|(n, _)| kept_one(*n)) {
            let (at, _) = line.split_once('.').unwrap_or_default();
            // Writing into a text does not fail.
            let _ = writeln!(
                rows,
                "obs_{school:02}{n:024}\tsch_{school:026}\tfee_{school:026}\t{at}000000\tunmapped\tallowed\t{:064x}\t{line}",
                n * 7919 % 2_000
            );
        }
    }
    rows
}

/// Whether the n-th line of a log is kept: what is neither part of a page, nor a question who it is, nor a fault.
fn kept_one(n: usize) -> bool {
    matches!(n % 20, 0..=8 | 16 | 18)
}

async fn copied(
    copy: &mut PgConnection,
    owner: &sea_orm::DatabaseConnection,
    rows: &str,
    round: usize,
) -> Result<(Duration, u64)> {
    let table = format!("copied_{round}");
    let create = format!(
        "CREATE TABLE {table} (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, \
         event_us BIGINT NOT NULL, category TEXT NOT NULL, outcome TEXT NOT NULL, actor TEXT NOT NULL, \
         body TEXT NOT NULL); \
         CREATE INDEX {table}_time ON {table} (school_id, event_us); \
         CREATE INDEX {table}_actor ON {table} (school_id, actor, event_us)"
    );
    owner.execute_unprepared(&create).await?;
    let begun = Instant::now();
    let mut into = copy.copy_in_raw(&format!("COPY {table} FROM STDIN")).await?;
    into.send(rows.as_bytes()).await?;
    let count = into.finish().await?;
    Ok((begun.elapsed(), count))
}
