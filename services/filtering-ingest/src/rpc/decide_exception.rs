//! What approving and refusing an exception have in common.

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{event::v1::ExceptionDecided, filtering_ingest::v1 as pb};

use super::convert;
use crate::{exception::Decided, store};

/// Decides on an exception that waits for it, in the caller's name.
pub(super) async fn decide(tx: &mut Tx, exception_id: &str, approved: bool, reason: &str) -> Result<pb::Exception> {
    let (mut exception, used) = store::exception::load(tx, exception_id).await?;
    let (by, at) = (tx.scope().account_text().to_owned(), tx.now());
    if exception.state(at) != "asked" {
        return Err(Error::wrong_state("it is decided already, or its time is over"));
    }
    if !exception.may_decide(&by) {
        return Err(Error::wrong_state("you asked for it yourself: another person decides"));
    }
    exception.decided = Some(Decided { approved, by, reason: reason.to_owned(), at });
    let body = store::exception::update(tx, &exception).await?;
    let action = if approved { "exception.approved" } else { "exception.refused" };
    let id = exception.id.as_str();
    tx.record(Act::new(action, id).state("exception", &body));
    tx.announce(id, Event::ExceptionDecided(ExceptionDecided { approved })).await?;
    Ok(convert::exception::exception(&exception, used, at))
}
