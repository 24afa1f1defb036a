//! Says later whether an entry belongs in the chronology; the entry stays as it was written.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{SetEntrySignificantRequest, SetEntrySignificantResponse};
use tonic::Request;

use super::work::{Done, Target, target, words, work};
use crate::{
    App,
    case::{By, Case, EntryId},
};

pub(super) async fn set_entry_significant(
    app: &App,
    request: Request<SetEntrySignificantRequest>,
) -> Result<SetEntrySignificantResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    if request.significant {
        words(&mut v, "impact", "what it meant for the child", &request.impact);
    } else {
        v.check(request.impact.is_empty(), "impact", "Leave it out where the entry does not belong in the chronology");
    }
    words(&mut v, "reason", "why this is said now", &request.reason);
    v.finish()?;
    let entry: EntryId = request.entry_id.parse().map_err(|_| Error::missing())?;
    let target = Target { etag: &request.etag, ..target!(request) };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let impact = request.significant.then(|| request.impact.trim().to_owned());
        case.mark(by, &entry, impact, request.reason.trim().to_owned())?;
        Ok(Done::new("entry.marked").detail("significant", request.significant.to_string()))
    };
    work(app, &caller, &request, target, act, |case, _| SetEntrySignificantResponse { case: Some(case) }).await
}
