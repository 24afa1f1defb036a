//! Lists the schools at which a concern waits that nobody there has read in time who may: about an adult, neither the head nor the
//! chair; about a child who may not be safe, neither the lead, a deputy nor the head.

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
    // Whom schools talk to about adults, and who answers for children: no other desk has anything to do there.
    let desk =
        scope.desk().filter(|desk| matches!(desk, Desk::Lado | Desk::Safeguarding)).ok_or_else(Error::missing)?;
    let mut unheld = unheld(app, desk).await?;
    let mut seen = HashSet::new();
    // Of a school that one waits there, and not how many.
    unheld.retain(|one| seen.insert(one.school_id.clone()));
    let mut tx = app.store.begin(&scope).await?;
    tx.record(Act::new("unheld_concerns.listed", request.desk).detail("count", unheld.len()));
    tx.commit().await?;
    let one = |one: Unheld| UnheldConcern { since_time: one.since().map(timestamp), school_id: one.school_id };
    Ok(ListUnheldConcernsResponse { schools: unheld.into_iter().map(one).collect() })
}

/// Those of every school that a desk is told of: they are no desk's rows, so the service itself reads them, and nothing of what they
/// hold.
pub(super) async fn unheld(app: &App, desk: Desk) -> Result<Vec<Unheld>> {
    let of_children = match desk {
        Desk::Lado => false,
        Desk::Safeguarding => true,
        Desk::FrontDoor | Desk::Prevent => return Ok(Vec::new()),
    };
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let unheld = store::concern::unheld(&tx, of_children).await?;
    tx.silent();
    tx.commit().await?;
    Ok(unheld)
}
