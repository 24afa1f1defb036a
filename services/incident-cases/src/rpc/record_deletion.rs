//! Records that material was deleted, behind its gate.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordDeletionRequest, RecordDeletionResponse};
use tonic::Request;

use super::work::{Done, name, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Deletion},
};

pub(super) async fn record_deletion(
    app: &App,
    request: Request<RecordDeletionRequest>,
) -> Result<RecordDeletionResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "what", "what was deleted, in words", &request.what);
    words(&mut v, "location", "where it was", &request.location);
    name(&mut v, "deleted_by", "who deleted it", &request.deleted_by);
    words(&mut v, "advice", "the advice it rests on", &request.advice);
    let confirmed_at = v.happened("confirm_time", request.confirm_time.as_ref(), app.store.clock().now());
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.delete(
            by,
            Deletion {
                id: ids.next(),
                what: text(&request.what),
                location: text(&request.location),
                deleted_by: text(&request.deleted_by),
                advice: text(&request.advice),
                offence_explained: request.offence_explained,
                confirmed_at,
                stamp: by.stamp(),
            },
        )?;
        Ok(Done::new("deletion.recorded"))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordDeletionResponse { case: Some(case) }).await
}
