//! Records what one child was offered and whether they took it up.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordSupportRequest, RecordSupportResponse};
use tonic::Request;

use super::work::{Done, maybe, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, InvolvementId, record::Support},
};

pub(super) async fn record_support(app: &App, request: Request<RecordSupportRequest>) -> Result<RecordSupportResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "offer", "what was offered", &request.offer);
    one_of(&mut v, "uptake", &request.uptake, &["accepted", "declined", "waiting"]);
    maybe(&mut v, "note", &request.note);
    let child: Option<InvolvementId> = request.involvement_id.parse().ok();
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.support(
            by,
            Support {
                id: ids.next(),
                involvement_id: child.ok_or(crate::case::Refusal::Missing)?,
                offer: text(&request.offer),
                uptake: request.uptake.clone(),
                note: text(&request.note),
                stamp: by.stamp(),
            },
        )?;
        Ok(Done::new("support.recorded").detail("uptake", &request.uptake))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordSupportResponse { case: Some(case) }).await
}
