//! Asks a second person to destroy a record whose review is due.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{AskDestructionRequest, AskDestructionResponse};
use tonic::Request;

use super::{
    keeping::{keeping, target},
    work::words,
};
use crate::{
    App,
    case::By,
    retention::{Standing, decide::Asked},
    store::retention::Record,
};

pub(super) async fn ask_destruction(
    app: &App,
    request: Request<AskDestructionRequest>,
) -> Result<AskDestructionResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is needed no more", &request.reason);
    v.finish()?;
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, ids: &Ids| {
        let reason = request.reason.trim().to_owned();
        record.retention_mut().ask(by, ids.next(), Asked::Destroy, reason, standing)?;
        Ok(Act::new("retention.destruction_asked", record.id()))
    };
    let respond = |retention| AskDestructionResponse { retention: Some(retention) };
    keeping(app, &caller, &request, target!(request, Works), act, respond).await
}
