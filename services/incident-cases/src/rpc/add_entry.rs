//! Adds a dated entry to a case; entries are never changed.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AddEntryRequest, AddEntryResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{App, case::Case, rules::NARRATIVE_MAX};

pub(super) async fn add_entry(app: &App, request: Request<AddEntryRequest>) -> Result<AddEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("text", "what happened", &request.text, NARRATIVE_MAX);
    if request.significant {
        violations.text("impact", "what it meant for the child", &request.impact, NARRATIVE_MAX);
    }
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: crate::case::By<'_>, ids: &Ids| {
        let impact = request.significant.then(|| request.impact.trim().to_owned());
        case.add_entry(by, ids.next(), request.text.trim().to_owned(), impact)?;
        Ok(Done::new("entry.added").detail("significant", request.significant.to_string()))
    };
    work(app, &caller, &request, target, act, |case, _| AddEntryResponse { case: Some(case) }).await
}
