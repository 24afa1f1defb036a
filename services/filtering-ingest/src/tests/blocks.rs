//! What is kept in blocks, and what was kept before there were any.

use chassis::{caller::Scope, db::Tx};
use sea_orm::{ConnectionTrait as _, Statement};
use time::macros::datetime;

use super::*;
use crate::{
    forget,
    profile::{Context, read},
};

const CONTEXT: Context<'static> = Context { time_zone: "UTC", received_at: datetime!(2026-11-24 09:00 UTC) };

impl World {
    async fn within<T>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let mut tx = self.app.store.begin(&Scope::consumer(&self.school, "evt")).await?;
        tx.silent();
        let done = work(&tx).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Blocks, and the observations they say they hold; observations that are in none.
    async fn kept(&self) -> Result<(i64, i64, i64)> {
        self.within(async |tx: &Tx| {
            let number = async |sql: &str| -> Result<i64> {
                let row = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
                row.map_or(Ok(0), |row| row.try_get("", "n").map_err(Error::internal))
            };
            Ok((
                number("SELECT COUNT(*) AS n FROM observation_block").await?,
                number("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS n FROM observation_block").await?,
                number("SELECT COUNT(*) AS n FROM observation").await?,
            ))
        })
        .await
    }

    async fn beside(&self, alert: &str) -> Result<Vec<String>> {
        let request = GetAlertContextRequest { school_id: self.school.clone(), alert_id: alert.to_owned() };
        Ok(call!(self.dsl, get_alert_context, request)?.lines.into_iter().map(|line| line.host).collect())
    }
}

async fn every_line_that_is_kept_is_in_one_block_of_its_hour(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let site = |second: u32| line(second, &format!("http://site-{second}.example/"));
    let log: String = [1, 2, 3_700, 3_701, 3_702].into_iter().map(site).collect();
    let taken = world.deliver("one", &log).await?;
    assert_eq!(taken.counts.map(|counts| counts.kept), Some(5));
    assert_eq!(world.kept().await?, (2, 5, 0));
    world.deliver("one", &log).await?;
    assert_eq!(world.kept().await?, (2, 5, 0), "sent again, kept once");
    Ok(())
}

async fn what_was_kept_one_by_one_is_put_into_blocks_and_goes_when_it_would_have_gone(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let search = line(600, "https://www.google.com/search?q=i+want+to+die");
    let alert = world.deliver("one", &search).await?.alert_ids.concat();
    let before = line(1, "http://weather-window.example/");
    let Ok(old) = read("squid", before.trim_end(), CONTEXT) else { unreachable!("the line can be read") };
    world.within(async |tx: &Tx| store::convert::keep_singly(tx, &world.feed, &world.school, &old).await).await?;
    assert_eq!(world.kept().await?, (1, 1, 1));
    for _ in 0..2 {
        store::convert::all(&world.app.store).await?;
        assert_eq!(world.kept().await?, (2, 2, 0));
    }
    assert_eq!(world.beside(&alert).await?, ["weather-window.example", "www.google.com"]);
    let year = crate::coverage::SchoolYear::default();
    world.within(async |tx: &Tx| store::coverage::keep_year(tx, &world.school, Some(&year)).await).await?;
    // Its term runs from when it was kept, and not from when it was put into a block.
    for (now, left) in [(datetime!(2027-11-30 02:00 UTC), 2), (datetime!(2027-12-01 02:00 UTC), 0)] {
        world.bed.clock.set(now);
        forget::pass(&world.app, true).await?;
        assert_eq!(world.kept().await?.1, left, "{now}");
    }
    Ok(())
}

async fn small_blocks_of_an_hour_that_is_over_are_put_together_and_nothing_is_lost(engine: Engine) -> Result<()> {
    /// Four in the morning of the day that it is, after the first second of `line`.
    const FOUR: u32 = 666_900;
    let world = world(engine).await?;
    let school: chassis::id::SchoolId = world.school.parse().map_err(Error::internal)?;
    let sites: Vec<String> = (0..10).map(|n| format!("site-{n}.example")).collect();
    for (second, site) in (FOUR..).zip(&sites) {
        world.deliver(site, &line(second, &format!("http://{site}/"))).await?;
    }
    let search = line(FOUR + 60, "https://www.google.com/search?q=i+want+to+die");
    let alert = world.deliver("search", &search).await?.alert_ids.concat();
    assert_eq!(world.kept().await?, (11, 11, 0));
    let beside = world.beside(&alert).await?;
    assert_eq!((&beside[..10], beside.len()), (sites.as_slice(), 11));
    for _ in 0..2 {
        store::merge::of_school(&world.app.store, &school).await?;
        assert_eq!(world.kept().await?, (1, 11, 0));
        assert_eq!(world.beside(&alert).await?, beside);
    }
    Ok(())
}

on_both_engines!(
    every_line_that_is_kept_is_in_one_block_of_its_hour,
    small_blocks_of_an_hour_that_is_over_are_put_together_and_nothing_is_lost,
    what_was_kept_one_by_one_is_put_into_blocks_and_goes_when_it_would_have_gone,
);
