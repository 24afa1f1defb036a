//! Naming a person's part in a case.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{AddInvolvementRequest, Case, LearnerMatch},
};

use super::{access, act, fetch, to_work};
use crate::{
    console::{
        learner::{self, naming},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        words::{self, Codes},
    },
};

/// What is answered for somebody who is not on the roll.
const NOBODY: &str = "nobody";

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::name("person", "Full name").hint("Other schools never see it: they see “Learner 2, Year 9”."),
        Field::radios("role", "Their part in this case", words::PARTS),
        year_group(),
        Field::checkboxes("vulnerabilities", "What may make them more vulnerable? (optional)", words::VULNERABILITIES),
        shown_to().value("everybody"),
    ]
}

/// To whom a part may be shown.
const SHOWN: Codes =
    &[("everybody", "Everybody who may read the case"), ("lead", "The lead and the head, and me if I keep it so")];

/// Who sees whose part it is.
pub fn shown_to() -> Field {
    let hint = "Only a witness or a reporter who is not linked to the roll can be kept to the lead. Others see that there is \
                one, and not who. Leave the name out of what you write in the case, too.";
    Field::radios("shown_to", "Who sees whose part this is?", SHOWN).hint(hint)
}

/// A year group, as schools have them.
pub fn year_group() -> Field {
    Field::select("year_group", "Year group (optional)")
        .choices([("", "Not known, or as the roll says")])
        .choices(words::YEAR_GROUPS.iter().copied())
}

fn page(visit: &Visit, case: &Case, colleagues: &[Colleague]) -> FormPage {
    let mut asked = fields();
    if access::asks_adult(case) {
        asked.extend(access::adult_fields(colleagues, true));
    }
    act::page(visit, case, "Add a person", "involvements", "Add the person", asked)
}

/// The same page, once the roll has somebody of that name: is it one of them?
fn asked_again(visit: &Visit, case: &Case, colleagues: &[Colleague], found: &[LearnerMatch]) -> FormPage {
    let mut page = page(visit, case, colleagues);
    page.form.fields.insert(1, on_roll(found));
    page
}

/// Asks whether somebody is one of those on the roll.
pub fn on_roll(found: &[LearnerMatch]) -> Field {
    let found = found.iter().filter_map(|found| found.learner.as_ref());
    let texts: Vec<(String, String)> = found.map(|l| (l.learner_id.clone(), learner::told_apart(l))).collect();
    Field::radios("learner", "Is it one of these on the roll?", &[])
        .choices(texts.iter().map(|(id, text)| (id.as_str(), text.as_str())))
        .choices([(NOBODY, "No, it is somebody else")])
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    visit.page(&page(&visit, &case, &colleagues))
}

/// Adds them.
pub async fn add(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddInvolvementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        person: answers.text("person"),
        role: answers.text("role"),
        year_group: answers.text("year_group"),
        vulnerabilities: answers.all("vulnerabilities"),
        request_id: answers.request_id(),
        learner_id: Some(answers.text("learner")).filter(|id| id != NOBODY).unwrap_or_default(),
        subject: None,
        works_elsewhere: !answers.all("works_elsewhere").is_empty(),
        shown_to: answers.text("shown_to"),
    };
    let mut v = Violations::new();
    v.check(!command.person.is_empty(), "person", "Enter their full name");
    v.check(!command.role.is_empty(), "role", "Select their part in this case");
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    let answered = match v.finish() {
        Ok(()) => access::adult_of(&visit, &answers).await,
        Err(error) => Err(error),
    };
    // Whoever has a name of the roll is asked about once; who is not a learner is not looked for.
    let mut found = Vec::new();
    if command.role != "subject_adult" {
        found = naming::likely(&visit, &command.person).await;
    }
    if answered.is_ok() && answers.text("learner").is_empty() && !found.is_empty() {
        let case = fetch(&visit, &case_id).await?;
        let mut page = asked_again(&visit, &case, &colleagues, &found);
        page.form = page.form.answered(&answers);
        page.warning = "Somebody of this name is on the roll: say who it is, then add the person.".to_owned();
        return visit.page(&page);
    }
    let done = match answered {
        Ok(subject) => heard(visit.cases()?.add_involvement(ask(AddInvolvementRequest { subject, ..command }))).await,
        Err(error) => Err(error),
    };
    let done = done.map_err(access::at_fields);
    act::settle(&visit, &case_id, &answers, done, "person", |case| match found.is_empty() {
        true => page(&visit, case, &colleagues),
        false => asked_again(&visit, case, &colleagues, &found),
    })
    .await
}
