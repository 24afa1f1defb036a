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
#[path = "platform/filter_parse.rs"]
mod filter_parse;
#[path = "platform/governor.rs"]
mod governor;
#[path = "platform/load.rs"]
mod load;
#[path = "platform/opening.rs"]
mod opening;
#[path = "platform/pages.rs"]
mod pages;
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
    if wanted("governor") {
        governor::measure(Engine::Sqlite).await?;
        governor::measure(Engine::Postgres).await?;
    }
    if wanted("filter_parse") {
        filter_parse::measure()?;
    }
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
