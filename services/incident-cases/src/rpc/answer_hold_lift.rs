//! Answers, as the second person, whether a hold is lifted.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{AnswerHoldLiftRequest, AnswerHoldLiftResponse};
use tonic::Request;

use super::{
    keeping::{done_with, keeping, target},
    work::words,
};
use crate::{
    App,
    case::By,
    retention::{
        AskId, Standing,
        decide::{Answered, Refused},
    },
    store::retention::Record,
};

pub(super) async fn answer_hold_lift(
    app: &App,
    request: Request<AnswerHoldLiftRequest>,
) -> Result<AnswerHoldLiftResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why you agree or refuse", &request.reason);
    v.finish()?;
    let ask: Option<AskId> = request.ask_id.parse().ok();
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, _: &Ids| {
        let answered = Answered {
            id: ask.ok_or(Refused::Missing)?,
            destroys: false,
            agreed: request.agreed,
            reason: request.reason.trim().to_owned(),
        };
        record.retention_mut().answer(by, answered, standing)?;
        done_with(record, standing, by);
        Ok(Act::new("retention.lift_answered", record.id()).detail("agreed", request.agreed))
    };
    let respond = |retention| AnswerHoldLiftResponse { retention: Some(retention) };
    keeping(app, &caller, &request, target!(request, Agrees), act, respond).await
}
