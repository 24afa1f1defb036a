//! Lists the schools at which a concern about an adult waits that neither the head nor the chair has read in time.

use std::collections::HashSet;

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    desk::Desk,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{ListUnheldConcernsRequest, ListUnheldConcernsResponse, UnheldConcern};
use tonic::Request;

use crate::{
    App,
    store::{self, concern::Unheld},
};

pub(super) async fn list_unheld_concerns(
    app: &App,
    request: Request<ListUnheldConcernsRequest>,
) -> Result<ListUnheldConcernsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    // Whom schools talk to about adults: no other desk has anything to do there.
    if scope.desk() != Some(Desk::Lado) {
        return Err(Error::missing());
    }
    let mut unheld = unheld(app).await?;
    let mut seen = HashSet::new();
    // Of a school that one waits there, and not how many.
    unheld.retain(|one| seen.insert(one.school_id.clone()));
    let mut tx = app.store.begin(&scope).await?;
    tx.record(Act::new("unheld_concerns.listed", request.desk).detail("count", unheld.len()));
    tx.commit().await?;
    let one = |one: Unheld| UnheldConcern { since_time: one.since().map(timestamp), school_id: one.school_id };
    Ok(ListUnheldConcernsResponse { schools: unheld.into_iter().map(one).collect() })
}

/// Those of every school: they are no desk's rows, so the service itself reads them, and nothing of what they hold.
pub(super) async fn unheld(app: &App) -> Result<Vec<Unheld>> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let unheld = store::concern::unheld(&tx).await?;
    tx.silent();
    tx.commit().await?;
    Ok(unheld)
}
