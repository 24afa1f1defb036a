//! Receiving a child's file: somebody says whose of the roll it is, or sends it back.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{LearnerMatch, ReceiveTransferRequest, ReturnTransferRequest, Transfer},
};

use super::{RETURNS, below, fetch, form_below};
use crate::{
    console::{
        learner::{
            naming::{Naming, query},
            search, told_apart,
        },
        posted::Posted,
        shared_incident::item::no_learner_meant,
        visit::{Answer, Fault, Visit, ask, ask_patiently, heard},
    },
    pages::{
        form::{Field, Form, FormPage},
        part::{Head, Link},
        words,
    },
};

/// Those to choose from.
pub fn choices(found: &[LearnerMatch]) -> Vec<Field> {
    let all = found.iter().filter_map(|found| found.learner.as_ref());
    let texts: Vec<(String, String)> = all.map(|one| (one.learner_id.clone(), told_apart(one))).collect();
    let choices = texts.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    vec![
        Field::radios("learner_id", "Whose file is it?", &[])
            .hint("The name and the date of birth in the file must be this child’s. Otherwise nothing is received.")
            .choices(choices),
    ]
}

fn search_form(visit: &Visit, id: &str) -> Form {
    visit.form(visit.at(&format!("/transfers/{id}/receive/find")), "Search", query())
}

async fn page(visit: &Visit, one: &Transfer, form: Form, choice: Option<Form>, sought: bool) -> Naming {
    let (_, crumbs) = below(visit, &one.transfer_id);
    let school = words::sentence(&visit.school_name(&one.from_school_id).await);
    Naming {
        head: Head::new("Confirm receipt", crumbs),
        lead: "Ring the school that sends the file, and ask whose it is:".into(),
        about: format!("{school}: {}", one.contact),
        form,
        choice,
        sought,
        add: match visit.may(Permission::LearnerManage) {
            true => Link::new("Add the child to the roll", visit.at("/learners/new")),
            false => Link::default(),
        },
    }
}

fn choice(visit: &Visit, id: &str, found: &[LearnerMatch]) -> Option<Form> {
    let action = visit.at(&format!("/transfers/{id}/receive"));
    (!found.is_empty()).then(|| visit.form(action, "Confirm receipt", choices(found)))
}

/// Asks whose it is.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let one = fetch(&visit, &id).await?;
    visit.page(&page(&visit, &one, search_form(&visit, &id), None, false).await)
}

/// Searches for the child.
pub async fn find(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseShare)?;
    let one = fetch(&visit, &id).await?;
    let mut v = Violations::new();
    v.check(!answers.text("query").is_empty(), "query", "Enter part of a name or a date of birth");
    let found = match v.finish() {
        Ok(()) => search(&visit, &answers.text("query")).await,
        Err(error) => Err(error),
    };
    let form = search_form(&visit, &id);
    match found {
        Ok(found) => {
            let choice = choice(&visit, &id, &found);
            visit.page(&page(&visit, &one, form.answered(&answers), choice, true).await)
        }
        Err(error) => {
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, &one, form, None, false).await, &error)
        }
    }
}

/// Confirms receipt.
pub async fn receive(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("learner_id").is_empty(), "learner_id", "Select whose file it is");
    let command = ReceiveTransferRequest {
        school_id: visit.school.clone(),
        transfer_id: id.clone(),
        learner_id: answers.text("learner_id"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.receive_transfer(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_received"))),
        Err(error) => {
            let one = fetch(&visit, &id).await?;
            let chosen = chosen(&visit, &answers.text("learner_id")).await?;
            let form = choice(&visit, &id, &chosen)
                .unwrap_or_else(|| visit.form(String::new(), "Confirm receipt", Vec::new()));
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, &one, search_form(&visit, &id), Some(form), true).await, &error)
        }
    }
}

/// The child that was chosen, to be shown again.
async fn chosen(visit: &Visit, learner_id: &str) -> Result<Vec<LearnerMatch>, Fault> {
    if learner_id.is_empty() {
        return Ok(Vec::new());
    }
    let learner = crate::console::learner::fetch(visit, learner_id).await?;
    Ok(vec![LearnerMatch { learner: Some(learner), ..LearnerMatch::default() }])
}

/// What is asked to send a file back.
pub fn return_fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "What is wrong?", RETURNS),
        Field::long_text("reason", "What should the other school know?").hint("No names. They read this."),
        no_learner_meant(),
    ]
}

/// What is asked where a school outside the platform sent a file back.
pub fn came_back_fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "What was wrong?", RETURNS),
        Field::long_text("reason", "Who said so, and what became of the file there?").hint("No names of children."),
        no_learner_meant(),
    ]
}

/// The form: of a file that this school sends back, or that a school outside the platform had received and sends back.
async fn return_page(visit: &Visit, id: &str) -> Result<FormPage, Error> {
    let one = fetch(visit, id).await?;
    if one.direction == "out" {
        let page =
            form_below(visit, id, "A file that came back", ("return", "Record that it came back"), came_back_fields());
        return Ok(page.lead(
            "The school outside the platform sent it back, or says that it destroyed it. The file is due again by the same clock.",
        ));
    }
    let page = form_below(visit, id, "Send a file back", ("return", "Send the file back"), return_fields());
    Ok(page.lead(
        "From then on nobody at your school can read anything of it. Where the school that sent it no longer has the \
         records, send them on first: the last copy is not destroyed.",
    ))
}

/// Asks why.
pub async fn show_return(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&return_page(&visit, &id).await?)
}

/// Sends it back.
pub async fn give_back(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("kind").is_empty(), "kind", "Select what is wrong");
    v.check(
        !answers.text("reason").is_empty(),
        "reason",
        "Enter what the other school should know, or what became of the file there",
    );
    let command = ReturnTransferRequest {
        school_id: visit.school.clone(),
        transfer_id: id.clone(),
        kind: answers.text("kind"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.return_transfer(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_returned"))),
        Err(error) => visit.again(return_page(&visit, &id).await?, &answers, error, ""),
    }
}
