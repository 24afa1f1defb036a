//! Denials in the history. The first of somebody for an rpc is an entry at once. The same again within the minute is
//! only counted, in a row of its own, and stands in one entry when the minute is over: whoever knocks a thousand times
//! a second cannot hold up the history for those who work.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Statement};
use tracing::warn;

use super::Shutdown;
use crate::{
    caller::{Caller, Scope},
    db::Store,
    error::Result,
    history::Act,
};

/// How often minutes that are over are looked for.
const LOOK: Duration = Duration::from_secs(5);

fn minute(store: &Store) -> i64 {
    store.clock().now().unix_timestamp() / 60
}

/// A denial rolled its own transaction back, so it is recorded in another.
pub(super) async fn record(store: &Store, caller: &Caller) -> Result<()> {
    let (actor, rpc) = (caller.actor(), caller.rpc().name());
    let mut tx = store.begin(&Scope::system("wall")).await?;
    let count = Statement::from_sql_and_values(
        tx.db().get_database_backend(),
        "INSERT INTO denial (actor, rpc, minute, count) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (actor, rpc, minute) DO UPDATE SET count = denial.count + 1 RETURNING count",
        [actor.clone().into(), rpc.into(), minute(store).into()],
    );
    let count: i64 = match tx.db().query_one_raw(count).await? {
        Some(row) => row.try_get("", "count")?,
        None => 1,
    };
    if count == 1 {
        tx.record(Act::new("rpc.denied", rpc).detail("actor", actor).detail("request", caller.request_id()));
    } else {
        tx.silent();
    }
    tx.commit().await
}

/// Puts the counts of minutes that are over into the history, until shutdown.
pub(super) async fn tend(store: Store, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = settle(&store, minute(&store)).await {
            warn!(service = store.name(), %error, "denials are counted and not yet in the history");
        }
    }
}

/// Puts the counts of the minutes before this one into the history.
///
/// # Errors
/// Where the database cannot be read or written; the counts stay.
pub async fn settle(store: &Store, before: i64) -> Result<()> {
    let db = store.connection();
    let backend = db.get_database_backend();
    let over = "SELECT 1 FROM denial WHERE minute < $1 LIMIT 1";
    if db.query_one_raw(Statement::from_sql_and_values(backend, over, [before.into()])).await?.is_none() {
        return Ok(());
    }
    let mut tx = store.begin(&Scope::system("wall")).await?;
    tx.silent();
    let take = "DELETE FROM denial WHERE minute < $1 RETURNING actor, rpc, minute, count";
    for row in tx.db().query_all_raw(Statement::from_sql_and_values(backend, take, [before.into()])).await? {
        let (actor, rpc): (String, String) = (row.try_get("", "actor")?, row.try_get("", "rpc")?);
        let (minute, count): (i64, i64) = (row.try_get("", "minute")?, row.try_get("", "count")?);
        if count > 1 {
            let again = Act::new("rpc.denied_again", rpc).detail("actor", actor).detail("count", count - 1);
            tx.record(again.detail("minute_us", minute * 60_000_000));
        }
    }
    tx.commit().await
}
