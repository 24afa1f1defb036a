//! The authority's page: its figures over all schools, after five years, as a browser gets it and as its rpc answers; beside the
//! same question asked of raw rows by SQL, in the same run; then once more with ten times the events of feeds.

use std::time::Instant;

use chassis::event::{Bus as _, Event};
use proto::{
    event::v1::{ConcernRecorded, Envelope},
    reporting::v1::{AuthorityReport, GetAuthorityReportRequest, reporting_client::ReportingClient},
};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};

use crate::{
    Result,
    figures::{Samples, ms},
    pages::Browser,
    report_world::{OBSERVATIONS, SCHOOLS, World},
};

/// How often the page is read.
const PAGES: usize = 300;
/// How often before that: what was never printed is printed, and connections warm up.
const WARM: usize = 10;
/// One in so many times the raw rows are asked, too.
const RAW_EVERY: usize = 15;
/// How often it is read after something was counted.
const AFTER: usize = 40;
/// What is worked for: the 99th percentile in milliseconds.
const WORKED_FOR: f64 = 50.0;

/// The sums of every fact at every school, in a term and in the one before it.
const RAW: &str = "
SELECT school_id, fact, day >= '2026-09-01' AS now, SUM(count)::BIGINT AS n FROM raw_fact
WHERE day >= '2026-04-16' AND day < '2027-01-01' GROUP BY 1, 2, 3";

/// What was measured with so many raw rows.
#[derive(Default)]
struct Asked {
    page: Samples,
    rpc: Samples,
    raw: Samples,
}

/// Prints what the page takes.
pub async fn measure(world: &mut World) -> Result<()> {
    let mut browser = world.console().await?;
    let few = ask(world, &mut browser).await?;
    println!(
        "The authority's page on PostgreSQL: {SCHOOLS} schools, five years, {} million observations, {} events, {} raw rows:",
        OBSERVATIONS / 1_000_000,
        world.logged,
        world.raw
    );
    few.print();
    world.tenfold().await?;
    let (took, _) = world.rebuild().await?;
    let many = ask(world, &mut browser).await?;
    println!(
        "with ten times as many of the feeds' events: {} events, {} raw rows (counted anew in {:.0?}):",
        world.logged, world.raw, took
    );
    many.print();
    let grew = |of: fn(&Asked) -> &Samples| of(&many).at(99).as_secs_f64() / of(&few).at(99).as_secs_f64();
    println!(
        "tenfold, the p99 grows by {:.2} (page), {:.2} (its rpc), {:.2} (raw rows) (worked for: flat)",
        grew(|asked| &asked.page),
        grew(|asked| &asked.rpc),
        grew(|asked| &asked.raw)
    );
    let mut after = Samples::default();
    for nth in 0..AFTER {
        let concern = Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
        let envelope = Envelope {
            event_id: world.bed.ids.next::<chassis::id::EventId>().to_string(),
            school_id: world.schools.get(nth * 7 % SCHOOLS).cloned().unwrap_or_default(),
            event_time: Some(chassis::clock::timestamp(world.bed.now())),
            event: Some(concern),
            ..Envelope::default()
        };
        world.bus.publish(&envelope).await?;
        let begun = Instant::now();
        page(&mut browser).await?;
        after.push(begun.elapsed());
    }
    println!("the page right after a concern was counted, which is judged anew: {}", after.line());
    Ok(())
}

impl Asked {
    fn print(&self) {
        let p99 = self.page.at(99).as_secs_f64() * 1_000.0;
        let verdict = if p99 < WORKED_FOR { "holds" } else { "MISSED" };
        println!("  the page: {} (worked for: p99 under {WORKED_FOR:.0} ms: {verdict})", self.page.line());
        println!("  its rpc: {}", self.rpc.line());
        let ratio = self.raw.at(50).as_secs_f64() / self.rpc.at(50).as_secs_f64();
        println!("  the same question of raw rows: p50 {}; ratio to the rpc {ratio:.1}", ms(self.raw.at(50)));
    }
}

async fn ask(world: &World, browser: &mut Browser) -> Result<Asked> {
    let begun = Instant::now();
    let report = rpc(world).await?;
    println!("the first time, when everything is judged and printed: {}", ms(begun.elapsed()));
    let read = report.lines.iter().find(|line| line.key == "lines_received").and_then(|line| line.figure.clone());
    let read = read.map(|figure| figure.value).unwrap_or_default();
    let counted = raw(world).await?;
    if report.schools.len() != SCHOOLS || read == 0 || read != counted {
        return Err(format!("{read} lines are on the page, and {counted} among the raw rows").into());
    }
    for _ in 0..WARM {
        page(browser).await?;
    }
    let mut asked = Asked::default();
    for nth in 0..PAGES {
        let begun = Instant::now();
        page(browser).await?;
        asked.page.push(begun.elapsed());
        let begun = Instant::now();
        rpc(world).await?;
        asked.rpc.push(begun.elapsed());
        if nth.is_multiple_of(RAW_EVERY) {
            let begun = Instant::now();
            raw(world).await?;
            asked.raw.push(begun.elapsed());
        }
    }
    Ok(asked)
}

async fn page(browser: &mut Browser) -> Result<()> {
    match browser.get("/authority").await? {
        (200, _) => Ok(()),
        (status, _) => Err(format!("the authority's page answers {status}").into()),
    }
}

async fn rpc(world: &World) -> Result<AuthorityReport> {
    let client = ReportingClient::new(world.officer.to("reporting")?);
    let mut client = client.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
    let asked = GetAuthorityReportRequest { term_id: "2026-autumn".into(), ..GetAuthorityReportRequest::default() };
    Ok(client.get_authority_report(asked).await?.into_inner().report.unwrap_or_default())
}

/// Asks the raw rows; answers how many lines were received in the term.
async fn raw(world: &World) -> Result<u64> {
    let rows = world.owner.query_all_raw(Statement::from_string(DatabaseBackend::Postgres, RAW)).await?;
    let mut lines = 0;
    for row in rows {
        let (fact, now, n): (String, bool, i64) =
            (row.try_get("", "fact")?, row.try_get("", "now")?, row.try_get("", "n")?);
        if now && fact == "line_received" {
            lines += u64::try_from(n)?;
        }
    }
    Ok(lines)
}
