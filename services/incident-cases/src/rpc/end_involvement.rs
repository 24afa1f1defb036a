//! Ends a person's part in a case, with the reason; what is recorded of it stays.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{EndInvolvementRequest, EndInvolvementResponse};
use tonic::Request;

use super::work::{Done, Target, target, words, work};
use crate::{
    App,
    case::{By, Case, InvolvementId, Refusal},
    store,
};

pub(super) async fn end_involvement(
    app: &App,
    request: Request<EndInvolvementRequest>,
) -> Result<EndInvolvementResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why this person’s part ends", &request.reason);
    v.finish()?;
    let id: InvolvementId = request.involvement_id.parse().map_err(|_| Error::missing())?;
    let target = Target { etag: &request.etag, ..target!(request) };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let part = case.involvements.iter().find(|part| part.id == id);
        if part.is_some_and(|part| !case.sees(part, store::access::reader_of(&scope))) {
            return Err(Refusal::Missing);
        }
        case.end_part(by, &id, request.reason.trim().to_owned())?;
        Ok(Done::new("involvement.ended"))
    };
    work(app, &caller, &request, target, act, |case, _| EndInvolvementResponse { case: Some(case) }).await
}
