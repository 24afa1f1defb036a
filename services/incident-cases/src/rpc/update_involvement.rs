//! Corrects a person's part in a case, with the reason; what it said before is kept.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{UpdateInvolvementRequest, UpdateInvolvementResponse};
use tonic::Request;

use super::{
    add_involvement::{of_school, shown_to, vulnerabilities},
    convert,
    work::{Done, Target, one_of, target, words, work},
};
use crate::{
    App,
    case::{
        By, Case, InvolvementId, Refusal,
        kept::LEAD,
        person::{Part, ROLES},
    },
    learner, store,
};

pub(super) async fn update_involvement(
    app: &App,
    request: Request<UpdateInvolvementRequest>,
) -> Result<UpdateInvolvementResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    if !request.role.is_empty() {
        one_of(&mut v, "role", &request.role, ROLES);
    }
    let year_group = learner::year_group(&request.year_group);
    of_school(&mut v, &year_group);
    vulnerabilities(&mut v, &request.vulnerabilities);
    shown_to(&mut v, &request.shown_to);
    words(&mut v, "reason", "why it is corrected", &request.reason);
    let about = convert::access::said(&mut v, request.subject.as_ref());
    v.finish()?;
    let id: InvolvementId = request.involvement_id.parse().map_err(|_| Error::missing())?;
    let target = Target { etag: &request.etag, ..target!(request) };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let said = case.involvements.iter().find(|i| i.id == id).ok_or(Refusal::Missing)?;
        if !case.sees(said, store::access::reader_of(&scope)) {
            return Err(Refusal::Missing);
        }
        let kept = if request.shown_to.is_empty() { said.kept.is_some() } else { request.shown_to == LEAD };
        let role = if request.role.is_empty() { said.role.clone() } else { request.role.clone() };
        let detail = role.clone();
        // Who was the adult already is asked about no second time.
        if role != said.role || about.is_some() || request.works_elsewhere {
            case.before_part(by, &role, (about, request.works_elsewhere))?;
        }
        let now = Part { role, year_group: year_group.clone(), vulnerabilities: request.vulnerabilities.clone(), kept };
        case.correct_part(by, &id, now, request.reason.trim().to_owned())?;
        Ok(Done::new("involvement.corrected").detail("role", detail))
    };
    work(app, &caller, &request, target, act, |case, _| UpdateInvolvementResponse { case: Some(case) }).await
}
