//! `make bench`: what the platform takes, measured on the machine at hand and printed. Absolute figures are this machine's;
//! what is worked for is stated beside each, and a case opening is compared with its own SQL run bare in the same run.

#[path = "platform/documents.rs"]
mod documents;
#[path = "platform/effective.rs"]
mod effective;
#[path = "platform/embedded.rs"]
mod embedded;
#[path = "platform/figures.rs"]
mod figures;
#[path = "platform/filter_export.rs"]
mod filter_export;
#[path = "platform/filter_hold.rs"]
mod filter_hold;
#[path = "platform/filter_ingest.rs"]
mod filter_ingest;
#[path = "platform/filter_judge.rs"]
mod filter_judge;
#[path = "platform/filter_lines.rs"]
mod filter_lines;
#[path = "platform/filter_parse.rs"]
mod filter_parse;
#[path = "platform/filter_schools.rs"]
mod filter_schools;
#[path = "platform/filter_world.rs"]
mod filter_world;
#[path = "platform/load.rs"]
mod load;
#[path = "platform/opening.rs"]
mod opening;
#[path = "platform/pages.rs"]
mod pages;
#[path = "platform/report_authority.rs"]
mod report_authority;
#[path = "platform/report_events.rs"]
mod report_events;
#[path = "platform/report_pdf.rs"]
mod report_pdf;
#[path = "platform/report_rebuild.rs"]
mod report_rebuild;
#[path = "platform/report_world.rs"]
mod report_world;
#[path = "platform/rollout.rs"]
mod rollout;
#[path = "platform/school.rs"]
mod school;
#[path = "platform/sharing.rs"]
mod sharing;

use std::error::Error;

use chassis::testing::Engine;

/// Whatever went wrong: a benchmark that cannot run says so and ends.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let parts: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|named| named == part);
    if wanted("start") || wanted("pages") {
        let demo = embedded::Demo::make()?;
        if wanted("start") {
            demo.start_and_rest().await?;
        }
        if wanted("pages") {
            pages::measure(&demo).await?;
        }
    }
    if wanted("documents") {
        documents::measure()?;
    }
    filters(wanted).await?;
    reports(wanted).await?;
    if wanted("opening") {
        opening::measure(Engine::Sqlite, None).await?;
        opening::measure(Engine::Postgres, None).await?;
    }
    if wanted("sharing") {
        sharing::measure(Engine::Sqlite).await?;
        sharing::measure(Engine::Postgres).await?;
    }
    // Only where it is asked for: loading takes a quarter of an hour.
    if parts.iter().any(|part| part == "authority") {
        opening::measure(Engine::Postgres, Some(load::Size::asked()?)).await?;
    }
    if wanted("effective") {
        effective::measure(Engine::Sqlite).await?;
        effective::measure(Engine::Postgres).await?;
    }
    if wanted("rollout") {
        rollout::measure().await?;
    }
    Ok(())
}

/// The parts about filter logs.
async fn filters(wanted: impl Fn(&str) -> bool) -> Result<()> {
    if wanted("filter_parse") {
        filter_parse::measure()?;
    }
    if wanted("filter_judge") {
        filter_judge::measure()?;
    }
    if wanted("filter_ingest") {
        filter_ingest::measure().await?;
    }
    if wanted("filter_hold") {
        filter_hold::measure().await?;
    }
    if wanted("filter_schools") {
        filter_schools::measure().await?;
    }
    if wanted("filter_export") {
        filter_export::measure().await?;
    }
    Ok(())
}

/// The parts about figures of a whole authority. Loading takes some minutes.
async fn reports(wanted: impl Fn(&str) -> bool) -> Result<()> {
    if wanted("report_rebuild") {
        report_rebuild::measure().await?;
    }
    if wanted("report_authority") || wanted("report_pdf") {
        let mut world = report_world::World::open().await?;
        world.years().await?;
        let (took, _) = world.rebuild().await?;
        println!("five years of {} schools: {} events counted in {took:.0?}", report_world::SCHOOLS, world.logged);
        if wanted("report_pdf") {
            report_pdf::measure(&world).await?;
        }
        if wanted("report_authority") {
            report_authority::measure(&mut world).await?;
        }
        world.close().await;
    }
    Ok(())
}
