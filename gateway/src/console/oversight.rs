//! What the authority does about reviews: which schools are late, reminding them, asking for reviews.

use chassis::{clock::moment, error::Error};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{RaiseReviewsRequest, RemindSchoolsRequest},
    reporting::v1::GetAuthorityReportRequest,
};

use super::{
    authority::schools,
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

/// The schools, those whose review is late first, each with its day.
async fn late(visit: &Visit) -> Result<Vec<(String, String)>, Error> {
    let asked = GetAuthorityReportRequest { term_id: String::new() };
    let report = async { heard(visit.reporting()?.get_authority_report(ask(asked))).await };
    let (report, schools) = tokio::try_join!(report, schools(visit))?;
    let (rows, now) = (report.report.unwrap_or_default().schools, visit.now());
    let due = |id: &str| rows.iter().find(|row| row.school_id == id).and_then(|row| row.review_due_time.as_ref());
    let mut late: Vec<_> = schools
        .iter()
        .filter_map(|school| match due(&school.school_id).and_then(moment) {
            Some(at) if at >= now => None,
            Some(at) => {
                Some((Some(at), school.school_id.clone(), format!("{}: was due {}", school.name, words::date(at))))
            }
            None => Some((None, school.school_id.clone(), format!("{}: no policy with a review date", school.name))),
        })
        .collect();
    late.sort();
    Ok(late.into_iter().map(|(_, id, text)| (id, text)).collect())
}

/// What is asked of the schools that are late.
pub fn late_fields(late: &[(String, String)]) -> Vec<Field> {
    let choices = late.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    vec![Field::checkboxes("school_ids", "Which schools do you want to remind?", &[]).choices(choices)]
}

async fn late_page(visit: &Visit) -> Result<FormPage, Fault> {
    let late = late(visit).await?;
    let head = Head::new("Overdue reviews", visit.crumbs(&[]));
    let mut page = if late.is_empty() {
        let page = visit.form_page(head, "/reviews/new".to_owned(), "Ask schools for a review", raise_fields());
        page.lead("No school’s review is overdue. You can ask all schools for a review:")
    } else {
        let page = visit.form_page(head, "/reviews/choose".to_owned(), "Continue", late_fields(&late));
        page.lead(&words::counted(u64::try_from(late.len()).unwrap_or_default(), "school is late", "schools are late"))
    };
    page.others =
        vec![Link::new("Ask all schools for a review", "/reviews/new"), Link::new("Lessons from schools", "/lessons")];
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
    let crumbs = visit.crumbs(&[("Overdue reviews", "/reviews".to_owned())]);
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
    let head = Head::new("Ask all schools for a review", visit.crumbs(&[("Overdue reviews", "/reviews".to_owned())]));
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
        due_date: answers.text("due_date"),
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
