//! What every act on a case has in common: who, may they, once, load, decide, record, reply.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::Ids,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::convert;
use crate::{
    App,
    case::{By, Case, Refusal},
    store,
};

/// What an act on a case left behind, beside the case.
pub(super) struct Done {
    /// The act as the history names it.
    action: &'static str,
    details: Vec<(&'static str, String)>,
    events: Vec<Event>,
}

impl Done {
    pub(super) fn new(action: &'static str) -> Self {
        Self { action, details: Vec::new(), events: Vec::new() }
    }

    pub(super) fn detail(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.details.push((key, value.into()));
        self
    }

    pub(super) fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }
}

/// Which case, under which request.
pub(super) struct Target<'a> {
    pub(super) school_id: &'a str,
    pub(super) case_id: &'a str,
    pub(super) request_id: &'a str,
    /// The version the caller means; any where empty.
    pub(super) etag: &'a str,
}

/// Works a case: `act` decides, everything else is the same for every act.
pub(super) async fn work<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    act: impl FnOnce(&mut Case, By<'_>, &Ids) -> Result<Done, Refusal>,
    respond: impl FnOnce(pb::Case, &Case) -> R,
) -> Result<R> {
    let scope = caller.at(target.school_id)?;
    let mut tx = match app.store.begin_once(&scope, target.request_id, request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut case = store::case::load(&tx, target.case_id).await?;
    if !target.etag.is_empty() && target.etag != case.etag() {
        return Err(Error::changed());
    }
    let by = By { account_id: scope.account_text(), at: tx.now() };
    let done = act(&mut case, by, tx.ids())?;
    let body = store::case::update(&tx, &mut case).await?;
    let act = Act::new(done.action, case.id.as_str()).detail("procedure", case.procedure.id.clone());
    let act = done.details.into_iter().fold(act, |act, (key, value)| act.detail(key, value));
    tx.record(act.state("case_file", &body));
    for event in done.events {
        tx.announce(case.id.as_str(), event).await?;
    }
    let response = respond(convert::case(&case, tx.now()), &case);
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
