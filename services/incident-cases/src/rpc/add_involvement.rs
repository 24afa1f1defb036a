//! Names a person's part in a case. A part is set per person and never copied to the others.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AddInvolvementRequest, AddInvolvementResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case, Involvement},
    rules::NAME_MAX,
};

const ROLES: [&str; 6] = ["victim", "alleged_perpetrator", "witness", "affected", "subject_adult", "reporter"];

pub(super) async fn add_involvement(
    app: &App,
    request: Request<AddInvolvementRequest>,
) -> Result<AddInvolvementResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("person", "the person's name", &request.person, NAME_MAX);
    violations.check(ROLES.contains(&request.role.as_str()), "role", format!("Select one of: {}", ROLES.join(", ")));
    violations.check(request.year_group.chars().count() <= 20, "year_group", "Text must be 20 characters or less");
    violations.check(
        request.vulnerabilities.len() <= 20 && request.vulnerabilities.iter().all(|v| v.chars().count() <= NAME_MAX),
        "vulnerabilities",
        "Select up to 20, each 200 characters or less",
    );
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, _: By<'_>, ids: &Ids| {
        case.add_involvement(Involvement {
            id: ids.next(),
            person: request.person.trim().to_owned(),
            role: request.role.clone(),
            year_group: request.year_group.trim().to_owned(),
            vulnerabilities: request.vulnerabilities.clone(),
        })?;
        Ok(Done::new("involvement.added").detail("role", &request.role))
    };
    work(app, &caller, &request, target, act, |case, _| AddInvolvementResponse { case: Some(case) }).await
}
