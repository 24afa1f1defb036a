//! Keeps a record until a later review.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{KeepLongerRequest, KeepLongerResponse};
use time::Date;
use tonic::Request;

use super::{
    convert::retention::day,
    keeping::{keeping, target},
    work::words,
};
use crate::{App, case::By, retention::Standing, store::retention::Record};

pub(super) async fn keep_longer(app: &App, request: Request<KeepLongerRequest>) -> Result<KeepLongerResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let review_on = day(&request.review_date).ok().flatten();
    v.check(review_on.is_some(), "review_date", "Enter the date as 2041-03-27");
    words(&mut v, "reason", "why it is kept longer", &request.reason);
    v.finish()?;
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, _: &Ids| {
        let reason = request.reason.trim().to_owned();
        record.retention_mut().keep_longer(by, review_on.unwrap_or(Date::MAX), reason, standing)?;
        Ok(Act::new("retention.kept_longer", record.id()))
    };
    let respond = |retention| KeepLongerResponse { retention: Some(retention) };
    keeping(app, &caller, &request, target!(request, Works), act, respond).await
}
