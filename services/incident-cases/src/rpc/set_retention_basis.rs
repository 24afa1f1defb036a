//! Says what a review is reckoned from where neither the roll nor the record says it.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
    id::Ids,
};
use proto::incident_cases::v1::{SetRetentionBasisRequest, SetRetentionBasisResponse};
use tonic::Request;

use super::{
    convert::retention::day,
    keeping::{Target, keeping, target},
    work::words,
};
use crate::{
    App,
    case::By,
    retention::{Basis, Standing},
    store::retention::Record,
};

pub(super) async fn set_retention_basis(
    app: &App,
    request: Request<SetRetentionBasisRequest>,
) -> Result<SetRetentionBasisResponse> {
    let (caller, mut request) = Caller::split(request)?;
    // The gateway says who is there: a call that is repeated once somebody came or went is the same call.
    let present = std::mem::take(&mut request.present_account_ids);
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let (born, left) = (day(&request.born_date), day(&request.left_date));
    v.check(born.is_ok(), "born_date", "Enter the date as 1984-03-27");
    v.check(left.is_ok(), "left_date", "Enter the date as 2026-07-21");
    words(&mut v, "reason", "how that is known", &request.reason);
    v.finish()?;
    let act = |record: &mut Record, standing: &Standing, by: By<'_>, _: &Ids| {
        let basis = Basis {
            born_on: born.unwrap_or_default(),
            left_on: left.unwrap_or_default(),
            sexual_abuse: request.sexual_abuse,
            reason: request.reason.trim().to_owned(),
            stamp: by.stamp(),
        };
        record.retention_mut().say_basis(basis, standing.present)?;
        Ok(Act::new("retention.basis_set", record.id()))
    };
    let respond = |retention| SetRetentionBasisResponse { retention: Some(retention) };
    let target = Target { present: &present, ..target!(request, Works) };
    keeping(app, &caller, &request, target, act, respond).await
}
