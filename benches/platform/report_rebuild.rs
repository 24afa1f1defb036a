//! A year of an authority's case events counted anew from the log, as `hedgerow reports rebuild` does, until the new figures have
//! taken the place of the old; none of them may differ.

use std::time::Duration;

use crate::{
    Result,
    figures::Samples,
    report_world::{SCHOOLS, World},
};

/// Concerns of all schools on a school day: some 60,000 in the year.
const CONCERNS: usize = 260;
/// How often all is counted anew.
const ROUNDS: usize = 2;
/// In which time that is to be done.
const WORKED_FOR: Duration = Duration::from_secs(300);

/// Prints what it takes.
pub async fn measure() -> Result<()> {
    let mut world = World::open().await?;
    let concerns = world.year(CONCERNS).await?;
    // Where there is nothing yet, everything is new.
    let (first, _) = world.rebuild().await?;
    let mut samples = Samples::default();
    for _ in 0..ROUNDS {
        let (took, changed) = world.rebuild().await?;
        if changed != 0 {
            return Err(format!("{changed} figures differ from those before").into());
        }
        samples.push(took);
    }
    let events = world.logged;
    world.close().await;
    let longest = samples.at(100);
    let verdict = if longest < WORKED_FOR { "holds" } else { "MISSED" };
    println!(
        "a year of {SCHOOLS} schools counted anew: {concerns} concerns and what follows from them, {events} events, n = {ROUNDS}: \
         {:.1} s at most (worked for: under {} s: {verdict}), {:.0} events a second; the first time, where there were none, {:.1} s",
        longest.as_secs_f64(),
        WORKED_FOR.as_secs(),
        events as f64 / samples.at(50).as_secs_f64(),
        first.as_secs_f64()
    );
    Ok(())
}
