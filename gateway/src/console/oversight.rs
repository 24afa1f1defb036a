//! What the authority does about reviews: which schools are late, reminding them, asking for reviews.

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Adoption, RaiseReviewsRequest, RemindSchoolsRequest},
};

use super::{
    authority::standing,
    policy::review::raise_fields,
    posted::Posted,
    visit::{Answer, Fault, Visit, ask, heard},
};
use crate::pages::{
    form::{Answers, Field, FormPage},
    part::{Head, Link},
    words::{self, Codes},
};

/// What schools are reminded of.
const ABOUT: Codes = &[
    ("review", "The review of the policy"),
    ("ratification", "The governors’ ratification"),
    ("proposals", "The template’s proposals"),
    ("findings", "Findings in the policy"),
];

/// What is late at a school, in words; the reason to remind of comes first.
fn what(adoption: &Adoption) -> Vec<String> {
    let mut late = Vec::new();
    if adoption.review_overdue {
        late.push(format!("Yearly review: was due {}", words::named_day(&adoption.review_due_date)));
    }
    if adoption.overdue_reviews > 0 {
        let count = u64::from(adoption.overdue_reviews);
        late.push(words::counted(
            count,
            "review that was asked for is overdue",
            "reviews that were asked for are overdue",
        ));
    }
    if adoption.ratify_overdue {
        let day = words::named_day(&adoption.ratify_by_date);
        late.push(format!("Ratification of an emergency change: was due {day}"));
    }
    if adoption.overdue_proposals > 0 {
        let count = u64::from(adoption.overdue_proposals);
        late.push(words::counted(
            count,
            "question of the template is past its day",
            "questions of the template are past their day",
        ));
    }
    if adoption.version == 0 {
        late.push("No policy is in force".to_owned());
    }
    late
}

/// The schools where something is late, those that need help first: id, name, and what is late.
async fn late(visit: &Visit) -> Result<Vec<(String, String, String)>, Error> {
    let mut late = standing(visit, "overdue").await?;
    let bare = standing(visit, "no_policy").await?;
    let more: Vec<_> =
        bare.into_iter().filter(|bare| late.iter().all(|known| known.school_id != bare.school_id)).collect();
    late.extend(more);
    Ok(late.into_iter().map(|one| (one.school_id.clone(), one.name.clone(), what(&one).join(". "))).collect())
}

/// What is asked of the schools that are late.
pub fn late_fields(late: &[(String, String, String)]) -> Vec<Field> {
    let field = Field::checkboxes("school_ids", "Which schools do you want to remind?", &[]);
    vec![late.iter().fold(field, |field, (id, name, what)| field.choice(id, name, what))]
}

async fn late_page(visit: &Visit) -> Result<FormPage, Fault> {
    let late = late(visit).await?;
    let head = Head::new("Overdue reviews and ratifications", visit.crumbs(&[]));
    let mut page = if late.is_empty() {
        let page = visit.form_page(head, "/reviews/new".to_owned(), "Ask all schools for a review", raise_fields());
        page.lead("Nothing is overdue at any school. You can ask all schools for a review:")
    } else {
        let page = visit.form_page(head, "/reviews/choose".to_owned(), "Continue", late_fields(&late));
        page.lead(&words::counted(u64::try_from(late.len()).unwrap_or_default(), "school is late", "schools are late"))
    };
    if !late.is_empty() {
        page.others.push(Link::new("Ask all schools for a review", "/reviews/new"));
    }
    page.others.push(Link::new("How schools stand with the template", "/adoptions"));
    page.others.push(Link::new("Lessons from schools", "/lessons"));
    Ok(page)
}

/// Lists the schools that are late.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    visit.page(&late_page(&visit).await?)
}

/// What is asked of a reminder.
pub fn remind_fields() -> Vec<Field> {
    vec![
        Field::radios("about", "What are they reminded of?", ABOUT),
        Field::long_text("note", "Do you want to add anything? (optional)")
            .hint("Name nobody. The head, the lead and the chair read this."),
    ]
}

fn remind_page(visit: &Visit, answers: &Answers) -> FormPage {
    let chosen = answers.all("school_ids");
    let crumbs = visit.crumbs(&[("Overdue", "/reviews".to_owned())]);
    let head = Head::new("Remind schools", crumbs);
    let mut page = visit.form_page(head, "/reviews/remind".to_owned(), "Send the reminder", remind_fields());
    let count = u64::try_from(chosen.len()).unwrap_or_default();
    page.form = chosen.into_iter().fold(page.form, |form, id| form.carrying("school_ids", id));
    page.lead(&format!("It goes to {}.", words::counted(count, "school", "schools")))
}

/// Takes the choice, and asks what to send.
pub async fn choose(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::TemplatePublish)?;
    if answers.all("school_ids").is_empty() {
        let error = Error::invalid("school_ids", "Select at least one school");
        return visit.again(late_page(&visit).await?, &answers, error, "");
    }
    visit.page(&remind_page(&visit, &answers))
}

/// Sends it.
pub async fn remind(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RemindSchoolsRequest {
        school_ids: answers.all("school_ids"),
        about: answers.text("about"),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    let done = if command.about.is_empty() {
        Err(Error::invalid("about", "Select what they are reminded of"))
    } else {
        heard(visit.registry()?.remind_schools(ask(command))).await
    };
    match done {
        Ok(_) => visit.to("/reviews?done=reminded"),
        Err(error) => visit.again(remind_page(&visit, &answers), &answers, error, "/reviews"),
    }
}

fn raise_page(visit: &Visit) -> FormPage {
    let head = Head::new("Ask all schools for a review", visit.crumbs(&[("Overdue", "/reviews".to_owned())]));
    let page = visit.form_page(head, "/reviews/new".to_owned(), "Ask all schools", raise_fields());
    page.lead("Every school of the authority gets a review of its own, with this reason and day.")
}

/// Asks what for.
pub async fn show_raise(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    visit.page(&raise_page(&visit))
}

/// Asks for them.
pub async fn raise(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RaiseReviewsRequest {
        school_ids: Vec::new(),
        trigger: answers.text("trigger"),
        note: answers.text("note"),
        due_date: answers.day("due_date"),
        request_id: answers.request_id(),
    };
    let done = if command.trigger.is_empty() {
        Err(Error::invalid("trigger", "Select what asks for it"))
    } else {
        heard(visit.registry()?.raise_reviews(ask(command))).await
    };
    match done {
        Ok(_) => visit.to("/reviews?done=reviews"),
        Err(error) => visit.again(raise_page(&visit), &answers, error, ""),
    }
}
