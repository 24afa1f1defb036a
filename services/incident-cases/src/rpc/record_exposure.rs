//! Records that a person saw the material.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordExposureRequest, RecordExposureResponse};
use tonic::Request;

use super::work::{Done, maybe, name, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Exposure},
};

pub(super) async fn record_exposure(
    app: &App,
    request: Request<RecordExposureRequest>,
) -> Result<RecordExposureResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    name(&mut v, "person", "who saw it", &request.person);
    words(&mut v, "circumstances", "how it came about", &request.circumstances);
    maybe(&mut v, "support", &request.support);
    let exposed_at = v.happened("expose_time", request.expose_time.as_ref(), app.store.clock().now());
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.expose(
            by,
            Exposure {
                id: ids.next(),
                person: text(&request.person),
                circumstances: text(&request.circumstances),
                support: text(&request.support),
                exposed_at: exposed_at.unwrap_or(by.at),
                stamp: by.stamp(),
            },
        )?;
        Ok(Done::new("exposure.recorded"))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordExposureResponse { case: Some(case) }).await
}
