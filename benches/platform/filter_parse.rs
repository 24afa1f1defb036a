//! Lines of a filter to typed observations, one core: Squid's native log by its profile, against a bare splitter that finds
//! the blanks of the same lines and makes nothing of them. Both in turns in one run; lines lost and misread are counted.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use filtering_ingest::{
    line,
    observation::{Confidence, Outcome},
    profile::{self, Context, Reader},
};
use time::macros::datetime;

use crate::{Result, figures::Samples};

/// Lines of a log. Its shapes are those of published lines, in the shares a school's proxy has them.
const LINES: usize = 1_000_000;
/// How often each is measured.
const ROUNDS: usize = 7;
/// Lines a second that are worked for.
const WORKED_FOR: f64 = 1_000_000.0;

/// What was made of a line, so that a misread one shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    read: usize,
    blocked: usize,
    users: usize,
    searches: usize,
}

/// Prints what reading takes.
pub fn measure() -> Result<()> {
    let (log, expected) = log();
    let bytes = log.len();
    let (mut ours, mut bare) = (Samples::default(), Samples::default());
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        let fields = split(log.as_bytes());
        let splitting = begun.elapsed();
        let begun = Instant::now();
        let sums = read(log.as_bytes())?;
        let reading = begun.elapsed();
        if sums != expected {
            return Err(format!("lines were lost or misread: {sums:?}, and not {expected:?}").into());
        }
        black_box(fields);
        // The first round warms both sides up.
        if round > 0 {
            bare.push(splitting);
            ours.push(reading);
        }
    }
    let rate = |took: Duration| LINES as f64 / took.as_secs_f64();
    let (own, split) = (rate(ours.at(50)), rate(bare.at(50)));
    println!("Squid native, {LINES} lines, {} MiB, one core, n = {ROUNDS}, medians:", bytes >> 20);
    println!("to typed observations: {own:.0} lines a second (worked for: {WORKED_FOR:.0}); 0 lost, 0 misread");
    println!("bare splitter of the same lines: {split:.0} lines a second; ratio {:.2}", split / own);
    Ok(())
}

/// Finds the blanks, as little as any reader must do.
fn split(log: &[u8]) -> usize {
    let mut fields = 0;
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', log) {
        fields += memchr::memchr_iter(b' ', &log[from..end]).count();
        from = end + 1;
    }
    fields
}

fn read(log: &[u8]) -> Result<Sums> {
    let profile = profile::named("squid").ok_or("there is no profile for Squid")?;
    let context = Context { time_zone: "Europe/London", received_at: datetime!(2026-11-16 18:00 UTC) };
    let mut reader = Reader::new(profile, None);
    let mut sums = Sums::default();
    for line in line::lines(log) {
        let line = line?;
        let observation = black_box(reader.read(&line, context)?);
        sums.read += 1;
        sums.blocked += usize::from(observation.outcome == Outcome::Blocked);
        sums.users += usize::from(observation.identity_confidence == Confidence::Likely);
        sums.searches += usize::from(observation.search.is_some());
    }
    Ok(sums)
}

/// A log of many accounts and hosts, the same at every run.
fn log() -> (String, Sums) {
    let mut log = String::with_capacity(LINES * 140);
    let mut sums = Sums { read: LINES, ..Sums::default() };
    for n in 0..LINES {
        let (user, host, client) = (n * 7919 % 2_000, n * 104_729 % 5_000, n * 31 % 250);
        let at = format!("{}.{:03}", 1_794_816_000 + n / 50, n % 1_000);
        let line = match n % 20 {
            0..=8 => format!(
                "{at} {:6} 10.20.4.{client} TCP_TUNNEL/200 {} CONNECT www{host}.shop.example:443 u{user} HIER_DIRECT/192.0.2.{client} -",
                n % 90_000,
                n % 70_000
            ),
            9..=15 => format!(
                "{at} {:6} 10.20.4.{client} TCP_MISS/200 {} GET https://cdn{host}.parts.example/assets/{n:x}/main.js?v={user} u{user} HIER_DIRECT/192.0.2.{client} application/javascript",
                n % 900,
                n % 70_000
            ),
            16 => {
                sums.blocked += 1;
                format!(
                    "{at} {:6} 10.20.4.{client} TCP_DENIED/403 4100 GET http://games{host}.example/play u{user} HIER_NONE/- text/html",
                    n % 9
                )
            }
            17 => format!(
                "{at} {:6} 10.20.4.{client} TCP_DENIED/407 3900 CONNECT larkspur.example:443 - HIER_NONE/- text/html",
                n % 9
            ),
            18 => {
                sums.searches += 1;
                format!(
                    "{at} {:6} 10.20.4.{client} TCP_MISS/200 9100 GET https://www.google.com/search?q=roman+roads+{host} u{user} HIER_DIRECT/192.0.2.{client} text/html",
                    n % 900
                )
            }
            _ => format!(
                "{at} {:6} 10.20.4.{client} TCP_MISS_ABORTED/000 0 GET http://slow{host}.example/ u{user} HIER_DIRECT/192.0.2.{client} -",
                n % 9_000
            ),
        };
        sums.users += usize::from(n % 20 != 17);
        log.push_str(&line);
        log.push('\n');
    }
    (log, sums)
}
