//! Inviting another school into a case: shut until the talk with police or the front door is recorded.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, InviteSchoolRequest},
};

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Field, FormPage},
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
    ]
}

fn page(visit: &Visit, case: &Case, schools: &[(String, String)]) -> FormPage {
    act::page(visit, case, "Invite another school", "invite-school", "Send the invitation", fields(schools))
        .lead("The invitation says nothing of any child. Once it is accepted, both schools see the shared part and nothing of each other’s case.")
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let case = fetch(&visit, &case_id).await?;
    let schools = visit.other_schools().await?;
    visit.page(&page(&visit, &case, &schools))
}

/// Invites it.
pub async fn send(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = InviteSchoolRequest { no_learner_meant: answers.text("no_learner_meant") == "yes",
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        to_school_id: answers.text("to_school_id"),
        summary: answers.text("summary"),
        contact: answers.text("contact"),
        request_id: answers.request_id(),
    };
    let done = heard(visit.cases()?.invite_school(ask(command))).await;
    let schools = if done.is_err() { visit.other_schools().await? } else { Vec::new() };
    act::settle(&visit, &case_id, &answers, done, "invited", |case| page(&visit, case, &schools)).await
}
