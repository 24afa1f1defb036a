//! Adds a dated entry to a case; entries are never changed.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AddEntryRequest, AddEntryResponse};
use tonic::Request;

use super::work::{Done, Target, words, work};
use crate::{App, case::Case};

pub(super) async fn add_entry(app: &App, request: Request<AddEntryRequest>) -> Result<AddEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "what happened", &request.text);
    if request.significant {
        words(&mut violations, "impact", "what it meant for the child", &request.impact);
    }
    violations.finish()?;
    let corrects = match request.corrects_entry_id.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::missing())?),
    };
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: crate::case::By<'_>, ids: &Ids| {
        let impact = request.significant.then(|| request.impact.trim().to_owned());
        case.add_entry(by, ids.next(), (request.text.trim().to_owned(), impact), corrects)?;
        Ok(Done::new("entry.added").detail("significant", request.significant.to_string()))
    };
    work(app, &caller, &request, target, act, |case, _| AddEntryResponse { case: Some(case) }).await
}
