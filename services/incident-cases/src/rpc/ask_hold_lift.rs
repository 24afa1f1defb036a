//! Asks a second person to lift a hold.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{AskHoldLiftRequest, AskHoldLiftResponse};
use tonic::Request;

use super::{
    keeping::{done_with, keeping, put_to, target},
    work::{account, words},
};
use crate::{
    App,
    case::By,
    retention::{Standing, decide::Asked},
    store::retention::Record,
};

pub(super) async fn ask_hold_lift(app: &App, request: Request<AskHoldLiftRequest>) -> Result<AskHoldLiftResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is needed no more", &request.reason);
    let second = account(&mut v, "second_account_id", &request.second_account_id);
    v.finish()?;
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, ids: &Ids| {
        done_with(record, standing, by);
        let (asked, reason) = (Asked::Lift(request.hold_id.clone()), request.reason.trim().to_owned());
        record.retention_mut().ask(by, ids.next(), asked, reason, standing)?;
        put_to(record, by, second)?;
        let act = Act::new("retention.lift_asked", record.id());
        Ok(second.into_iter().fold(act, |act, account| act.detail("names", account)))
    };
    let respond = |retention| AskHoldLiftResponse { retention: Some(retention) };
    keeping(app, &caller, &request, target!(request, Works), act, respond).await
}
