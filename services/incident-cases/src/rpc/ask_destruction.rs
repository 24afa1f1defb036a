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
    keeping::{Target, done_with, keeping, put_to, target},
    work::{account, words},
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
    let (caller, mut request) = Caller::split(request)?;
    // The gateway says who is there: a call that is repeated once somebody came or went is the same call.
    let present = std::mem::take(&mut request.present_account_ids);
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is needed no more", &request.reason);
    let second = account(&mut v, "second_account_id", &request.second_account_id);
    v.finish()?;
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, ids: &Ids| {
        done_with(record, standing, by);
        let reason = request.reason.trim().to_owned();
        record.retention_mut().ask(by, ids.next(), Asked::Destroy, reason, standing)?;
        put_to(record, by, second)?;
        let act = Act::new("retention.destruction_asked", record.id());
        Ok(second.into_iter().fold(act, |act, account| act.detail("names", account)))
    };
    let respond = |retention| AskDestructionResponse { retention: Some(retention) };
    let target = Target { present: &present, ..target!(request, Works) };
    keeping(app, &caller, &request, target, act, respond).await
}
