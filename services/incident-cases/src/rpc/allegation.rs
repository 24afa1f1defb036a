//! What every act on an allegation has in common: at the desk, once, by somebody who is not kept out of it.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    case::{Refusal, record::Stamp},
    desk::allegation::Allegation,
    store,
};

/// Which allegation, under which request.
pub(super) struct Target<'a> {
    pub(super) desk: &'a str,
    pub(super) allegation_id: &'a str,
    pub(super) request_id: &'a str,
    /// The version the caller means; any where empty.
    pub(super) etag: &'a str,
    /// The act as the history names it.
    pub(super) action: &'static str,
}

/// The allegation that a request about one names.
macro_rules! target {
    ($request:expr, $action:expr) => {
        $crate::rpc::allegation::Target {
            desk: &$request.desk,
            allegation_id: &$request.allegation_id,
            request_id: &$request.request_id,
            etag: "",
            action: $action,
        }
    };
}
pub(super) use target;

/// Who acts, and when.
pub(super) fn stamp(scope: &Scope, tx: &Tx) -> Stamp {
    Stamp { by: scope.account_text().to_owned(), at: tx.now() }
}

/// Does something with an allegation: `check` looks at what was sent, `act` decides.
pub(super) async fn work<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    check: impl FnOnce(&mut Violations),
    act: impl FnOnce(&mut Allegation, Stamp) -> std::result::Result<(), Refusal>,
    respond: impl FnOnce(pb::Allegation) -> R,
) -> Result<R> {
    let scope = caller.at_desk(target.desk)?;
    let about = |_: &R| About::Allegation(target.allegation_id.to_owned());
    let mut tx = match once(app, &scope, target.request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut one = store::allegation::load(&tx, target.allegation_id).await?;
    let mut v = Violations::new();
    check(&mut v);
    v.finish()?;
    if !target.etag.is_empty() && target.etag != one.version.to_string() {
        return Err(Error::changed());
    }
    act(&mut one, stamp(&scope, &tx))?;
    let body = store::allegation::update(&tx, &mut one).await?;
    tx.record(Act::new(target.action, one.id.as_str()).state("allegation", &body));
    let response = respond(convert::desk::allegation(&one, tx.now()));
    tx.answer_about(one.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
