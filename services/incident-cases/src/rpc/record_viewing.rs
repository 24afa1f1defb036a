//! Writes the viewing log.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordViewingRequest, RecordViewingResponse};
use tonic::Request;

use super::work::{Done, name, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Viewing},
};

pub(super) async fn record_viewing(app: &App, request: Request<RecordViewingRequest>) -> Result<RecordViewingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "purpose", &request.purpose, &["decide", "report", "unavoidable"]);
    name(&mut v, "second_adult", "the second adult present", &request.second_adult);
    name(&mut v, "place", "where on the premises", &request.place);
    words(&mut v, "how", "what was looked at and how", &request.how);
    words(&mut v, "afterwards", "what was done with it afterwards", &request.afterwards);
    one_of(&mut v, "same_sex", &request.same_sex, &["yes", "no", "not_possible"]);
    let viewed_at = v.happened("view_time", request.view_time.as_ref(), app.store.clock().now());
    let themselves = chassis::names::near(&request.second_adult, scope.account_name());
    let fix = "Enter another adult than yourself, who does not look; where their name is like yours, enter it in full";
    v.check(!themselves, "second_adult", fix);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.view(by, |agreement_id| Viewing {
            id: ids.next(),
            agreement_id,
            purpose: request.purpose.clone(),
            second_adult: text(&request.second_adult),
            place: text(&request.place),
            how: text(&request.how),
            afterwards: text(&request.afterwards),
            same_sex: request.same_sex.clone(),
            viewed_at: viewed_at.unwrap_or(by.at),
            stamp: by.stamp(),
        })?;
        Ok(Done::new("viewing.recorded").detail("purpose", &request.purpose))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordViewingResponse { case: Some(case) }).await
}
