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

use crate::{
    Result,
    figures::Samples,
    filter_lines::{self, Sums},
};

/// Lines of the log.
const LINES: usize = 1_000_000;
/// How often each is measured.
const ROUNDS: usize = 7;
/// Lines a second that are worked for.
const WORKED_FOR: f64 = 1_000_000.0;

/// Prints what reading takes.
pub fn measure() -> Result<()> {
    let (log, expected) = filter_lines::log(LINES, filter_lines::MORNING, 50);
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
