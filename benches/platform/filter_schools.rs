//! What takes as long for many schools as for one: the same number of lines in batches of the same size, once to 450 feeds of
//! as many schools, once to one feed, through the gRPC door into PostgreSQL, one batch after the other. In turns in one run.

use std::time::Instant;

use chassis::testing::Engine;

use crate::{
    Result,
    figures::{Samples, ms},
    filter_lines,
    filter_world::{self, Site, World},
};

/// Schools of an authority.
const SCHOOLS: usize = 450;
/// Lines of a batch.
const LINES: usize = 500;
/// How often each is measured.
const ROUNDS: usize = 5;

/// Prints how the two compare.
pub async fn measure() -> Result<()> {
    let world = World::open(Engine::Postgres).await?;
    let mut sites = Vec::with_capacity(SCHOOLS);
    for _ in 0..SCHOOLS {
        sites.push(world.site().await?);
    }
    let one = world.site().await?;
    let (mut many, mut single) = (Samples::default(), Samples::default());
    for round in 0..=ROUNDS {
        let (log, _) = filter_lines::log(LINES * SCHOOLS, world.second() - 600, 1_000);
        let lines: Vec<&str> = log.split_inclusive('\n').collect();
        let begun = Instant::now();
        for (site, lines) in sites.iter().zip(lines.chunks(LINES)) {
            send(site, round * LINES, lines).await?;
        }
        let took = begun.elapsed();
        let begun = Instant::now();
        for (place, lines) in lines.chunks(LINES).enumerate() {
            send(&one, (round * SCHOOLS + place) * LINES, lines).await?;
        }
        // The first round warms both sides up.
        if round > 0 {
            many.push(took);
            single.push(begun.elapsed());
        }
    }
    world.close().await;
    println!("{} lines in {SCHOOLS} batches, one after the other, n = {ROUNDS}, medians:", LINES * SCHOOLS);
    println!("to {SCHOOLS} feeds of as many schools: {}; to one feed: {}", ms(many.at(50)), ms(single.at(50)));
    println!("ratio {:.2} (worked for: 1.10 at most)", many.at(50).as_secs_f64() / single.at(50).as_secs_f64());
    Ok(())
}

/// Sends the next lines of a site's delivery.
async fn send(site: &Site, done: usize, lines: &[&str]) -> Result<()> {
    let batch = site.batch("the day", u64::try_from(done)? + 1, &lines.concat(), false);
    filter_world::check(&site.send(vec![batch]).await?, lines.len())
}
