//! Saved questions that are due: whoever is to be told is told that the table is ready, and of no figure. Every process of the
//! service looks; whoever comes first tells.

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::SchoolId,
    serve::Shutdown,
};
use proto::event::v1::QuestionDue;
use tracing::warn;

use crate::store;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);

/// Looks until shutdown.
pub(crate) async fn run(store: Store, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = pass(&store).await {
            warn!(service = store.name(), %error, "saved questions that are due could not be looked for");
        }
    }
}

/// Tells of whatever is due; answers how much that was.
///
/// # Errors
/// Where it cannot be looked for.
pub(crate) async fn pass(store: &Store) -> Result<u32> {
    let (mut told, mut after) = (0, None);
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let due = store::question::due(&tx, after.as_ref()).await?;
        tx.silent();
        tx.commit().await?;
        if due.is_empty() {
            return Ok(told);
        }
        for row in &due {
            match one(store, &row.school_id, &row.id).await {
                Ok(true) => told += 1,
                Ok(false) => {}
                // The others are told of all the same; this one is tried again.
                Err(error) => warn!(question.id = row.id, %error, "a saved question that is due could not be told of"),
            }
        }
        after = due.into_iter().next_back();
    }
}

/// Tells of one, where nobody else has; answers whether it did.
async fn one(store: &Store, school: &str, id: &str) -> Result<bool> {
    let scope = if school.is_empty() {
        Scope::system(store.name())
    } else {
        let school: SchoolId = school.parse().map_err(|_| Error::internal("a question of no school"))?;
        Scope::own(store.name(), &school)
    };
    let mut tx = store.begin(&scope).await?;
    let Some(saved) = store::question::hold_due(&tx, school, id).await? else { return Ok(false) };
    store::question::put_off(&tx, &saved.id, saved.every.next(tx.now())).await?;
    let account_id = if saved.shared { String::new() } else { saved.account_id };
    tx.announce(saved.id.as_str(), Event::QuestionDue(QuestionDue { account_id })).await?;
    tx.record(Act::new("question.due", saved.id.as_str()).detail("every", saved.every.name()));
    tx.commit().await?;
    Ok(true)
}
