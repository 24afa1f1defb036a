//! What is wrong in a shared incident: an entry beside it corrects it, and it is shown no more.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddSharedEntryRequest, SharedIncident, WithdrawSharedItemRequest},
};

use super::{Names, crumbs, fetch};
use crate::{
    console::{
        case::page::Event,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link},
        words,
    },
};

/// Asks whether what was refused as a name means something else.
pub fn no_learner_meant() -> Field {
    Field::checkboxes("no_learner_meant", "Was a word refused that names no child?", &[])
        .choices([("yes", "No child is meant: I mean something else")])
        .hint("Your answer is recorded.")
        .folded("A word was refused that names no child")
}

/// What is asked of a correction.
pub fn correct_fields() -> Vec<Field> {
    vec![
        Field::long_text("text", "What is right, or what is to be added?")
            .hint("No names: write “Learner 1” instead. What was written before stays as it is."),
        no_learner_meant(),
    ]
}

/// What is asked of a withdrawal.
pub fn withdraw_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why is it withdrawn?").hint("No names. Every school in it reads this."),
        no_learner_meant(),
    ]
}

/// Something that was written, with what became of it, and with what may be done about it by `own`, whose it may be.
pub fn event(event: Event, id: &str, shared: &SharedIncident, (own, author, here): (&str, &str, &str)) -> Event {
    if let Some(gone) = shared.withdrawals.iter().find(|gone| gone.shared_item_id == id) {
        let when = words::stamp(gone.create_time.as_ref()).unwrap_or_default();
        let seen = if own == author { " The other schools read no word of it any more." } else { "" };
        return event.noted(&format!("Withdrawn {when}: {}{seen}", gone.reason));
    }
    if own.is_empty() {
        return event;
    }
    // Nothing is added to what is closed; what the others still read of it is withdrawn all the same.
    let correct = Link::new("Correct or add to it", format!("{here}/items/{id}/correct"));
    let event = if event.linked() || shared.close_time.is_some() { event } else { event.link(correct) };
    let title = if own == author || own == shared.lead_school_id {
        "Withdraw it"
    } else if shared.learners.iter().any(|one| one.school_id == own) {
        // The school of a child takes their name out.
        "Withdraw it, where it names a child of ours"
    } else {
        return event;
    };
    let withdraw = Link::new(title, format!("{here}/items/{id}/withdraw"));
    if event.linked() { event.also(withdraw) } else { event.link(withdraw) }
}

/// Tasks that nobody has done, in words: they end with the incident.
pub fn undone(shared: &SharedIncident, names: &Names) -> Vec<String> {
    let gone = |id: &str| shared.withdrawals.iter().any(|gone| gone.shared_item_id == id);
    let open = shared.tasks.iter().filter(|task| task.done.is_none() && !gone(&task.task_id));
    open.map(|task| format!("Not done, and ends with it ({}): {}", names.school(&task.owner_school_id), task.text))
        .collect()
}

fn page(visit: &Visit, id: &str, item: &str, (title, act, button): (&str, &str, &str), fields: Vec<Field>) -> FormPage {
    let here = visit.at(&format!("/shared-incidents/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Shared incident", here.clone()));
    visit.form_page(Head::new(title, crumbs), format!("{here}/items/{item}/{act}"), button, fields)
}

fn correct_page(visit: &Visit, id: &str, item: &str) -> FormPage {
    page(visit, id, item, ("Correct or add to it", "correct", "Add it"), correct_fields())
        .lead("Nothing is rewritten: what you write stands beside it, and every school in the incident reads both.")
}

fn withdraw_page(visit: &Visit, id: &str, item: &str) -> FormPage {
    page(visit, id, item, ("Withdraw it", "withdraw", "Withdraw it"), withdraw_fields()).lead(
        "From the next look on nobody but the school that wrote it reads it. That it was there, who withdrew it and why stays. What somebody has read they know: ring them.",
    )
}

/// Asks for a correction.
pub async fn show_correct(visit: Visit, Path((_, id, item)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    fetch(&visit, &id).await?;
    visit.page(&correct_page(&visit, &id, &item))
}

/// Adds it.
pub async fn correct(Path((_, id, item)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddSharedEntryRequest {
        school_id: visit.school.clone(),
        shared_incident_id: id.clone(),
        text: answers.text("text"),
        request_id: answers.request_id(),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        corrects_shared_item_id: item.clone(),
    };
    match heard(visit.cases()?.add_shared_entry(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=entry"))),
        Err(error) => visit.again(correct_page(&visit, &id, &item), &answers, error, ""),
    }
}

/// Asks why something is withdrawn.
pub async fn show_withdraw(visit: Visit, Path((_, id, item)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    fetch(&visit, &id).await?;
    visit.page(&withdraw_page(&visit, &id, &item))
}

/// Withdraws it.
pub async fn withdraw(Path((_, id, item)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it is withdrawn");
    let command = WithdrawSharedItemRequest {
        school_id: visit.school.clone(),
        shared_incident_id: id.clone(),
        shared_item_id: item.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
    };
    let done: Result<_, Error> = match v.finish() {
        Ok(()) => heard(visit.cases()?.withdraw_shared_item(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=shared"))),
        Err(error) => visit.again(withdraw_page(&visit, &id, &item), &answers, error, ""),
    }
}
