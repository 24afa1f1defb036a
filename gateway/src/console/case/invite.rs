//! Inviting another school into a case: shut until the talk with police or the front door is recorded.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, InviteSchoolRequest},
};

use super::{act, to_work};
use crate::{
    console::{
        posted::Posted,
        shared_incident::item::no_learner_meant,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Link,
    },
};

/// What is asked; `schools` are ids and names.
pub fn fields(schools: &[(String, String)]) -> Vec<Field> {
    let choices = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let school = Field::select("to_school_id", "Which school?").choices([("", "Choose a school")]).choices(choices);
    vec![
        school,
        Field::long_text("summary", "What should the other school know to begin with?")
            .hint("No names. Write “Learner 1” instead. They read it only once they have accepted."),
        Field::name("contact", "Whom should they ring?")
            .hint("A name and a telephone number. It stands in the invitation."),
        no_learner_meant(),
    ]
}

fn page(visit: &Visit, case: &Case, schools: &[(String, String)]) -> FormPage {
    let mut page =
        act::page(visit, case, "Invite another school", "invite-school", "Send the invitation", fields(schools));
    if case.gates.iter().any(|gate| gate.gate_id == "G-HOLD" && !gate.open) {
        "Nothing is sent before the talk with police or the front door is recorded, and with the police where the procedure has them asked first.".clone_into(&mut page.warning);
        let talk = visit.at(&format!("/cases/{}/consultations/new", case.case_id));
        page.others.push(Link::new("Record a talk with police or the front door", talk));
    }
    let already = if case.shared_incident_id.is_empty() {
        ""
    } else {
        "This case is shared already: what you write becomes an entry that every school in the incident reads at once, whether or not the invitation is accepted."
    };
    page.lead(already).lead("The invitation says nothing of any child. Once it is accepted, both schools see the shared part and nothing of each other’s case.")
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let case = to_work(&visit, &case_id, Permission::CaseShare).await?;
    let schools = visit.other_schools().await?;
    visit.page(&page(&visit, &case, &schools))
}

/// Invites it.
pub async fn send(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("to_school_id").is_empty(), "to_school_id", "Select which school");
    v.check(!answers.text("summary").is_empty(), "summary", "Enter what it should know to begin with");
    v.check(!answers.text("contact").is_empty(), "contact", "Enter whom it should ring");
    let command = InviteSchoolRequest {
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        to_school_id: answers.text("to_school_id"),
        summary: answers.text("summary"),
        contact: answers.text("contact"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.invite_school(ask(command))).await,
        Err(error) => Err(error),
    };
    let schools = if done.is_err() { visit.other_schools().await? } else { Vec::new() };
    act::settle(&visit, &case_id, &answers, done, "invited", |case| page(&visit, case, &schools)).await
}
