//! An authority's peak held: 25,000 lines a second to the feeds of many schools through the gRPC door into PostgreSQL, for as
//! long as is asked for; how much memory the process has meanwhile, with everything that runs in it, and how long an alert of
//! the highest severity takes from its line being sent to standing in the lead's inbox.

use std::time::{Duration, Instant};

use chassis::testing::{Bed, Engine, Person};
use proto::{
    filtering_ingest::v1::Counts,
    incident_cases::v1::{ListConcernsRequest, incident_cases_client::IncidentCasesClient},
};
use tokio::task::JoinSet;

use crate::{
    Result,
    figures::Samples,
    filter_lines,
    filter_world::{self, Site, World},
    school,
};

/// Lines a second.
const RATE: usize = 25_000;
/// Feeds that send once a second each, in turn.
const FEEDS: usize = 50;
/// Schools beside them whose alerts are waited for.
const WATCHED: usize = 4;
/// Seconds it is held where nothing else is asked for.
const SECONDS: u64 = 60;
/// Seconds after which memory counts: until then buffers and pools fill.
const SETTLED: u64 = 10;
/// How long an alert is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is worked for: memory in MiB, and the 99th percentile of the time to an alert.
const WORKED_FOR: (u64, Duration) = (300, Duration::from_secs(1));

/// Prints how it was held.
pub async fn measure() -> Result<()> {
    let seconds = filter_world::asked("FILTER_HOLD_S", SECONDS)?;
    let mut bed = Bed::new(Engine::Postgres)?;
    let registry = policy_registry::start(bed.setup("policy-registry").await?).await?;
    bed.add(&registry);
    let cases = incident_cases::start(bed.setup("incident-cases").await?).await?;
    bed.add(&cases);
    let world = World::in_bed(bed).await?;
    school::template(&world.bed).await?;
    let mut watched = Vec::with_capacity(WATCHED);
    for nth in 0..WATCHED {
        let (id, dsl) = school::with_policy(&world.bed, nth).await?;
        watched.push((world.site_of(id).await?, dsl));
    }
    let mut sites = Vec::with_capacity(FEEDS);
    for _ in 0..FEEDS {
        sites.push(world.site().await?);
    }
    let (begun, start) = (Instant::now(), world.second());
    let until = begun + Duration::from_secs(seconds);
    let mut feeds = JoinSet::new();
    for (nth, site) in sites.into_iter().enumerate() {
        feeds.spawn(hold(site, nth, start, begun, until));
    }
    let mut alerts = JoinSet::new();
    for (nth, (site, dsl)) in watched.into_iter().enumerate() {
        alerts.spawn(watch(site, dsl, nth, start, begun, until));
    }
    let memory = memory(until, begun).await?;
    let (mut sent, mut behind) = (0, Duration::ZERO);
    while let Some(held) = feeds.join_next().await {
        let (lines, late) = held??;
        sent += lines;
        behind = behind.max(late);
    }
    let took = begun.elapsed();
    let mut told = Samples::default();
    while let Some(samples) = alerts.join_next().await {
        told.extend(&samples??);
    }
    world.close().await;
    let cores = std::thread::available_parallelism()?;
    println!("{RATE} lines a second to {FEEDS} feeds for {seconds} s, {cores} cores for all of it:");
    println!(
        "{sent} lines acknowledged, {:.0} a second, all accounted for; a batch was at most {:.2} s late",
        sent as f64 / took.as_secs_f64(),
        behind.as_secs_f64()
    );
    let (first, most, last) = memory;
    println!(
        "resident, with whoever sends and three services: {first} MiB after {SETTLED} s, {most} at most, {last} at the end \
         (worked for: flat under {} MiB)",
        WORKED_FOR.0
    );
    println!("from a line to the lead's inbox: {} (worked for: p99 under {:?})", told.line(), WORKED_FOR.1);
    Ok(())
}

/// Sends a feed's share once a second; answers how many lines were acknowledged, and how late the latest batch was.
async fn hold(site: Site, nth: usize, start: i64, begun: Instant, until: Instant) -> Result<(usize, Duration)> {
    const SHARE: usize = RATE / FEEDS;
    let (mut sent, mut late, mut all) = (0, Duration::ZERO, Counts::default());
    // Each at its own place within the second.
    let mut next = begun + Duration::from_secs(1) * u32::try_from(nth)? / u32::try_from(FEEDS)?;
    for second in start.. {
        if next >= until {
            break;
        }
        tokio::time::sleep_until(next.into()).await;
        let mut lines = String::with_capacity(SHARE * 150);
        (0..SHARE).for_each(|n| filter_lines::add(&mut lines, sent + n + nth * 7, second));
        let counts = site.send(vec![site.batch("held", u64::try_from(sent)? + 1, &lines, false)]).await?;
        sent += SHARE;
        all.received += counts.received;
        all.kept += counts.kept;
        all.noise += counts.noise;
        all.folded += counts.folded;
        all.excepted += counts.excepted;
        all.rejected += counts.rejected;
        late = late.max(next.elapsed());
        next += Duration::from_secs(1);
    }
    filter_world::check(&all, sent)?;
    Ok((sent, late))
}

/// Sends a grave search every other second, each by somebody else, and waits until its concern is in the inbox.
async fn watch(site: Site, dsl: Person, nth: usize, start: i64, begun: Instant, until: Instant) -> Result<Samples> {
    let mut samples = Samples::default();
    let mut there = inbox(&dsl, &site.school).await?;
    let mut next = begun + Duration::from_millis(500) * u32::try_from(nth)?;
    for line in 1_u32.. {
        if next >= until {
            break;
        }
        tokio::time::sleep_until(next.into()).await;
        let second = start + i64::from(line) * 2;
        let search = format!(
            "{second}.000 80 10.20.4.9 TCP_MISS/200 9100 GET https://www.google.com/search?q=i+want+to+kill+myself \
             w{nth}x{line} HIER_DIRECT/192.0.2.9 text/html\n"
        );
        let sent = Instant::now();
        let counts = site.send(vec![site.batch("watched", line.into(), &search, false)]).await?;
        if counts.alerts != 1 {
            return Err(format!("a grave search raised {} alerts", counts.alerts).into());
        }
        while inbox(&dsl, &site.school).await? <= there {
            if sent.elapsed() > PATIENCE {
                return Err("an alert did not reach the inbox".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        samples.push(sent.elapsed());
        there += 1;
        next += Duration::from_secs(2);
    }
    Ok(samples)
}

/// How many concerns are in a lead's inbox.
async fn inbox(dsl: &Person, school: &str) -> Result<i32> {
    let request = ListConcernsRequest { school_id: school.to_owned(), page_size: 1, ..ListConcernsRequest::default() };
    let mut cases = IncidentCasesClient::new(dsl.to("incident-cases")?);
    Ok(cases.list_concerns(request).await?.into_inner().total_size)
}

/// Looks at the process's memory once a second: once it has settled, at most, and at the end.
async fn memory(until: Instant, begun: Instant) -> Result<(u64, u64, u64)> {
    let (mut first, mut most, mut last) = (0, 0, 0);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_secs(1)).await;
        last = resident()?;
        if begun.elapsed() >= Duration::from_secs(SETTLED) {
            first = if first == 0 { last } else { first };
            most = most.max(last);
        }
    }
    Ok((first, most, last))
}

/// The process's resident memory in MiB.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system does not say")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? >> 10)
}
