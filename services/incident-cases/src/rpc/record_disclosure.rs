//! Records that something was told outside the school, or that it was decided not to.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordDisclosureRequest, RecordDisclosureResponse};
use tonic::Request;

use super::work::{Done, name, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case},
    custody::Disclosure,
};

const RECIPIENTS: [&str; 7] = ["agency", "police", "other_school", "employer", "public", "reporting_body", "other"];

pub(super) async fn record_disclosure(
    app: &App,
    request: Request<RecordDisclosureRequest>,
) -> Result<RecordDisclosureResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "recipient_kind", &request.recipient_kind, &RECIPIENTS);
    name(&mut v, "recipient", "to whom", &request.recipient);
    words(&mut v, "what", "what was told, or would have been", &request.what);
    one_of(&mut v, "basis", &request.basis, &["safeguarding", "legal_duty", "consent", "vital_interest"]);
    words(&mut v, "reason", "why, or why not", &request.reason);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        if request.shared {
            case.may_disclose(&request.recipient_kind, by.at)?;
            case.use_override(&request.recipient_kind);
        } else {
            case.working()?;
        }
        let told = Disclosure {
            id: ids.next(),
            item: String::new(),
            involvement: String::new(),
            school_id: case.school_id.clone(),
            case_id: case.id.to_string(),
            recipient_kind: request.recipient_kind.clone(),
            recipient: text(&request.recipient),
            shared: request.shared,
            what: text(&request.what),
            basis: request.basis.clone(),
            reason: text(&request.reason),
            stamp: by.stamp(),
        };
        Ok(Done::new("case.disclosed").detail("shared", request.shared.to_string()).disclosure(told))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordDisclosureResponse { case: Some(case) }).await
}
