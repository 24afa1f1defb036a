//! A day's export of one large school, as a filter's portal writes it, taken in through the gRPC door into PostgreSQL as one
//! delivery.

use chassis::testing::Engine;

use crate::{
    Result,
    figures::Samples,
    filter_lines,
    filter_world::{self, BATCH, World},
};

/// Lines of the day: four times what a school of the authority has on average.
const LINES: usize = 1_500_000;
/// Lines in a second, for eight hours.
const A_SECOND: usize = 52;
/// How often it is measured.
const ROUNDS: usize = 3;
/// Seconds in which it is to be through.
const WORKED_FOR: u64 = 60;

/// Prints what it takes.
pub async fn measure() -> Result<()> {
    let world = World::open(Engine::Postgres).await?;
    let mut samples = Samples::default();
    for _ in 0..ROUNDS {
        let (log, _) = filter_lines::log(LINES, world.second() - 30_000, A_SECOND);
        let site = world.site().await?;
        let batches = site.delivery("the day", &log, BATCH);
        drop(log);
        let (took, counts) = filter_world::send_at_once(vec![(site, batches)]).await?;
        filter_world::check(&counts, LINES)?;
        samples.push(took);
    }
    world.close().await;
    let median = samples.at(50).as_secs_f64();
    println!("A day's export of a large school, {LINES} lines, one delivery, n = {ROUNDS}, median:");
    println!("{median:.1} s (worked for: {WORKED_FOR} s at most), {:.0} lines a second", LINES as f64 / median);
    Ok(())
}
