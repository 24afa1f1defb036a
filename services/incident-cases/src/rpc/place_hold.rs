//! Holds a record: it is not destroyed while the hold stands.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{PlaceHoldRequest, PlaceHoldResponse};
use tonic::Request;

use super::{
    keeping::{keeping, target},
    work::{one_of, words},
};
use crate::{
    App,
    case::By,
    retention::{HoldId, Standing, hold::Kind},
    store::retention::Record,
};

pub(super) async fn place_hold(app: &App, request: Request<PlaceHoldRequest>) -> Result<PlaceHoldResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &Kind::ALL.map(|(code, _)| code));
    words(&mut v, "reason", "why, and who asked for it", &request.reason);
    v.finish()?;
    let act = |record: &mut Record, _: &Standing, by: By<'_>, ids: &Ids| {
        let kind = Kind::of(&request.kind).unwrap_or(Kind::Legal);
        let reason = request.reason.trim().to_owned();
        record.retention_mut().hold(by, &ids.next::<HoldId>(), kind, reason);
        Ok(Act::new("retention.held", record.id()).detail("kind", kind.code()))
    };
    let respond = |retention| PlaceHoldResponse { retention: Some(retention) };
    keeping(app, &caller, &request, target!(request, Agrees), act, respond).await
}
