//! Names a person's part in a case. A part is set per person and never copied to the others.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddInvolvementRequest, AddInvolvementResponse},
};
use tonic::Request;

use super::{
    convert,
    work::{Done, Target, one_of, work},
};
use crate::{
    App,
    case::{By, Case, Involvement, kept::LEAD, person::ROLES},
    learner::{self, Learner},
    rules::NAME_MAX,
    store,
};

pub(super) async fn add_involvement(
    app: &App,
    request: Request<AddInvolvementRequest>,
) -> Result<AddInvolvementResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let learner = match request.learner_id.as_str() {
        "" => None,
        id => Some(on_roll(app, &scope, id).await?),
    };
    let called = learner.as_ref().map(|learner| learner.record.called()).unwrap_or_default();
    let year = learner.as_ref().map(|learner| learner.record.year_group.as_str()).unwrap_or_default();
    let first =
        |sent: &str, known: &str| if sent.trim().is_empty() { known.to_owned() } else { sent.trim().to_owned() };
    let person = first(&request.person, &called);
    let year_group = learner::year_group(&first(&request.year_group, year));
    let mut violations = Violations::new();
    violations.line("person", "the person's name", &person, NAME_MAX);
    one_of(&mut violations, "role", &request.role, ROLES);
    of_school(&mut violations, &year_group);
    // What the roll says of somebody on it is said there.
    let rolls = year.is_empty() || year_group == year;
    violations.check(
        rolls,
        "year_group",
        format!("Leave it out: the roll says {year}. Change it there if it is wrong"),
    );
    vulnerabilities(&mut violations, &request.vulnerabilities);
    shown_to(&mut violations, &request.shown_to);
    let about = convert::access::said(&mut violations, request.subject.as_ref());
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.before_part(by, &request.role, (about, request.works_elsewhere))?;
        let part = Involvement {
            id: ids.next(),
            person: person.clone(),
            role: request.role.clone(),
            year_group: year_group.clone(),
            vulnerabilities: request.vulnerabilities.clone(),
            learner: learner.as_ref().map(|learner| learner.id.clone()),
            changes: Vec::new(),
            ended: None,
            kept: (request.shown_to == LEAD).then(|| by.stamp()),
            joined_at: Some(by.at),
        };
        case.add_involvement(by, part)?;
        Ok(Done::new("involvement.added").detail("role", &request.role))
    };
    work(app, &caller, &request, target, act, |case, _| AddInvolvementResponse { case: Some(case) }).await
}

/// To whom a part is shown, by its code; to everybody who may read the case, or as before, where empty.
pub(super) fn shown_to(v: &mut Violations, code: &str) {
    v.check(["", "everybody", LEAD].contains(&code), "shown_to", "Select one of: everybody, lead");
}

/// A year group as schools have them, or none: other schools read it beside a child’s label.
pub(super) fn of_school(v: &mut Violations, year_group: &str) {
    let known = year_group.is_empty() || !learner::key_stage(year_group).is_empty();
    v.check(known, "year_group", "Enter Nursery, Reception, or a year from 1 to 13");
}

/// Vulnerabilities, as codes or in words.
pub(super) fn vulnerabilities(v: &mut Violations, said: &[String]) {
    let field = "vulnerabilities";
    let lines = said.iter().all(|line| chassis::text::line(line).is_none());
    v.check(lines, field, "Enter each on one line, without control characters");
    let few = said.len() <= 20 && said.iter().all(|line| line.chars().count() <= NAME_MAX);
    v.check(few, field, "Select up to 20, each 200 characters or less");
}

/// A learner of the school's roll; the act itself notes who was named.
async fn on_roll(app: &App, scope: &Scope, id: &str) -> Result<Learner> {
    // Working a case is not reading the roll: whoever may not writes the name as they know it.
    if !scope.may(Permission::LearnerRead) {
        return Err(Error::denied());
    }
    let mut tx = app.store.begin(scope).await?;
    let learner = store::learner::load(&tx, id).await?;
    tx.silent();
    tx.commit().await?;
    Ok(learner)
}
