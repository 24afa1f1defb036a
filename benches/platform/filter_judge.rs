//! Lines of a filter parsed and judged on one core, beside parsed alone: Squid's native log, a policy with rules for every
//! theme that filters name, the whole lexicon, a school's own list of sites; what is kept is put into blocks, and the blocks
//! packed. All in turns in one run; every line is accounted for.

use std::{
    collections::HashMap,
    hint::black_box,
    time::{Duration, Instant},
};

use filtering_ingest::{
    block::Packed,
    intake::{self, Feed},
    judge::{AlertRule, Rules},
    ledger::Counts,
    line,
    profile::{self, Context, Reader},
    seen::Known,
};
use time::{OffsetDateTime, macros::datetime};

use crate::{
    Result,
    figures::Samples,
    filter_lines::{self, MORNING},
};

/// Lines of the log.
const LINES: usize = 1_000_000;
/// How often each is measured.
const ROUNDS: usize = 7;
/// Bytes of a batch, as the doors take them.
const BATCH: usize = 1 << 20;
/// Lines a second that are worked for.
const WORKED_FOR: f64 = 500_000.0;
/// When they are taken to arrive.
const ARRIVED: OffsetDateTime = datetime!(2026-11-16 14:00 UTC);
/// Sites on the school's own list.
const SITES: usize = 1_000;

/// What judging came to.
#[derive(Default)]
struct Judged {
    counts: Counts,
    judging: Duration,
    packing: Duration,
    kept: usize,
    bytes: usize,
}

/// Prints what judging takes.
pub fn measure() -> Result<()> {
    let (log, sums) = filter_lines::log(LINES, MORNING, 50);
    let (mut parsed, mut judged, mut packed) = <(Samples, Samples, Samples)>::default();
    let mut last = Judged::default();
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        let read = parse(&log)?;
        let parsing = begun.elapsed();
        last = judge(&log)?;
        if read != sums.read || last.counts.received != u64::try_from(sums.read)? || !last.counts.balanced() {
            return Err(format!("lines were lost: {read} read, {:?}", last.counts).into());
        }
        // The first round warms all of them up.
        if round > 0 {
            parsed.push(parsing);
            judged.push(last.judging);
            packed.push(last.judging + last.packing);
        }
    }
    let rate = |samples: &Samples| LINES as f64 / samples.at(50).as_secs_f64();
    println!("Squid native, {LINES} lines, one core, n = {ROUNDS}, medians:");
    println!("parsed: {:.0} lines a second", rate(&parsed));
    println!(
        "parsed and judged: {:.0} lines a second (worked for: {WORKED_FOR:.0}); ratio to parsing {:.2}",
        rate(&judged),
        judged.at(50).as_secs_f64() / parsed.at(50).as_secs_f64()
    );
    println!(
        "the same and packed into blocks: {:.0} lines a second; {} kept, {:.1} bytes each",
        rate(&packed),
        last.kept,
        last.bytes as f64 / last.kept.max(1) as f64
    );
    println!("of these lines {} are kept and {} are noise", last.counts.kept, last.counts.noise);
    Ok(())
}

fn parse(log: &str) -> Result<usize> {
    let profile = profile::named("squid").ok_or("there is no profile for Squid")?;
    let context = Context { time_zone: "Europe/London", received_at: ARRIVED };
    let mut reader = Reader::new(profile, None);
    let mut read = 0;
    for line in line::lines(log.as_bytes()) {
        let line = line?;
        black_box(reader.read(&line, context)?);
        read += 1;
    }
    Ok(read)
}

/// Rules on what filters name, as a policy has them.
fn rules() -> Rules {
    let by = |theme: &str, basis: &str, severity: &str| AlertRule {
        id: format!("filter.{theme}"),
        theme: theme.to_owned(),
        basis: basis.to_owned(),
        severity: severity.to_owned(),
        route: "dsl".to_owned(),
        threshold: 1,
        ..AlertRule::default()
    };
    let mut alerts = Vec::new();
    for theme in ["pornography", "drugs", "proxy_circumvention", "violence_gore", "hate_discrimination"] {
        alerts.push(by(theme, "category", "medium"));
        alerts.push(by(theme, "search", "medium"));
    }
    Rules { version: 1, alerts, ..Rules::default() }
}

fn judge(log: &str) -> Result<Judged> {
    let profile = profile::named("squid").ok_or("there is no profile for Squid")?;
    let (rules, groups, known) = (rules(), HashMap::new(), Known::default());
    let hosts: HashMap<String, String> =
        (0..SITES).map(|n| (format!("site{n}.example"), "gaming".to_owned())).collect();
    let feed = Feed {
        profile,
        header: None,
        time_zone: "Europe/London",
        hosts: &hosts,
        groups: &groups,
        rules: &rules,
        exceptions: &[],
        known: &known,
        further: filtering_ingest::intake::Further::Read,
        live: true,
    };
    let mut all = Judged::default();
    for batch in filter_lines::batches(log, BATCH) {
        let begun = Instant::now();
        let mut taken = black_box(intake::read(batch.as_bytes(), 1, 0, ARRIVED, &feed, Vec::new()));
        all.judging += begun.elapsed();
        all.counts.add(taken.counts);
        let begun = Instant::now();
        for block in std::mem::take(&mut taken.stored).finish() {
            let Packed { count, body, .. } = black_box(block.pack(|who| u64::try_from(who.len()).unwrap_or_default()));
            all.kept += usize::try_from(count)?;
            all.bytes += body.len();
        }
        all.packing += begun.elapsed();
    }
    Ok(all)
}
