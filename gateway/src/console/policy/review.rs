//! The reviews of a school's policy: listed, asked for, completed.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{CompleteReviewRequest, ListReviewsRequest, RaiseReviewRequest, Review},
};
use serde::Deserialize;

use super::entries::{Entries, Entry};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// What asks for a review.
pub const TRIGGERS: Codes = &[
    ("national_requirement", "A national requirement is new or changed"),
    ("local_requirement", "A local requirement is new or changed"),
    ("child_protection_concern", "A child protection concern"),
    ("infrastructure_change", "A change to systems, filtering or devices"),
    ("other", "Something else"),
];
const OUTCOMES: Codes = &[
    ("unchanged", "The policy stands as it is"),
    ("revised", "The policy is revised: a later version is in force or on its way"),
];

/// Which page of reviews.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    page_token: String,
}

fn title(review: &Review) -> String {
    if review.trigger == "yearly" { "Yearly review".to_owned() } else { words::called(TRIGGERS, &review.trigger) }
}

fn entry(review: &Review, place: &str, completes: bool) -> Entry {
    let day = words::named_day(&review.due_date);
    let waits = review.outcome.is_empty();
    let mut rows = Vec::new();
    if waits {
        rows.push(Row::new("Due", if review.overdue { format!("Overdue: was due {day}") } else { day }));
    } else {
        rows.push(Row::new("Outcome", words::called(OUTCOMES, &review.outcome)));
        rows.extend(Row::some("Completed", words::stamp(review.complete_time.as_ref())));
        rows.push(Row::new("What was found", review.findings.clone()));
    }
    rows.extend(Row::some("What it is about", Some(review.note.clone())));
    let by = match review.raised_by.as_str() {
        "authority" => Some("The authority".to_owned()),
        "school" => Some("The school".to_owned()),
        _ => None,
    };
    rows.extend(Row::some("Asked for by", by));
    let id = if review.review_id.is_empty() { "yearly" } else { review.review_id.as_str() };
    let link = Link::new("Record what this review came to", format!("{place}/{id}/complete"));
    Entry {
        title: title(review),
        rows,
        links: if waits && completes { vec![link] } else { Vec::new() },
        ..Entry::default()
    }
}

fn crumbs(visit: &Visit, beneath: bool) -> Vec<Link> {
    let mut crumbs = visit.crumbs(&[("Policy", visit.at("/policy"))]);
    if beneath {
        crumbs.push(Link::new("Reviews", visit.at("/policy/reviews")));
    }
    crumbs
}

/// Lists them.
pub async fn list(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let (school_id, page_token) = (visit.school.clone(), which.page_token.clone());
    let asked = ListReviewsRequest { school_id, page_size: 50, page_token };
    let answer = heard(visit.registry()?.list_reviews(ask(asked))).await?;
    let (place, edits) = (visit.at("/policy/reviews"), visit.may(Permission::PolicyEdit));
    let raise = Link::new("Ask for a review", format!("{place}/new"));
    visit.page(&Entries {
        head: Head::new("Policy reviews", crumbs(&visit, false)),
        lead: vec!["The policy is reviewed every year, and whenever rules, risks or systems change.".to_owned()],
        links: if edits { vec![raise] } else { Vec::new() },
        entries: answer.reviews.iter().map(|review| entry(review, &place, edits)).collect(),
        none: "No review is due: no policy is in force yet.",
        pager: Pager::new(&place, &[], &which.page_token, &answer.next_page_token),
        ..Entries::default()
    })
}

/// What is asked to ask for one.
pub fn raise_fields() -> Vec<Field> {
    let hint = "For example, 27/3/2027. Four weeks from today where you leave it empty.";
    vec![
        Field::radios("trigger", "What asks for it?", TRIGGERS),
        Field::long_text("note", "What is it about?").hint("Name nobody."),
        Field::day("due_date", "Last day for it (optional)").hint(hint),
    ]
}

fn raise_page(visit: &Visit) -> FormPage {
    let head = Head::new("Ask for a review", crumbs(visit, true));
    visit.form_page(head, visit.at("/policy/reviews"), "Ask for the review", raise_fields())
}

/// Asks what for.
pub async fn show_raise(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&raise_page(&visit))
}

/// Asks for it.
pub async fn raise(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RaiseReviewRequest {
        school_id: visit.school.clone(),
        trigger: answers.text("trigger"),
        note: answers.text("note"),
        due_date: answers.day("due_date"),
        request_id: answers.request_id(),
    };
    let done = if command.trigger.is_empty() {
        Err(Error::invalid("trigger", "Select what asks for it"))
    } else {
        heard(visit.registry()?.raise_review(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&visit.at("/policy/reviews?done=review")),
        Err(error) => visit.again(raise_page(&visit), &answers, error, ""),
    }
}

/// What is asked to complete one.
pub fn complete_fields() -> Vec<Field> {
    let hint = "Only where the policy stands. For example, 27/3/2027. As late as the template allows where you leave it empty.";
    vec![
        Field::radios("outcome", "What did it come to?", OUTCOMES),
        Field::long_text("findings", "What was looked at and found?").hint("Name nobody."),
        Field::day("next_review_date", "Next review (optional)").hint(hint),
    ]
}

async fn complete_page(visit: &Visit, review_id: &str) -> Result<FormPage, Error> {
    let asked = ListReviewsRequest { school_id: visit.school.clone(), page_size: 1000, ..Default::default() };
    let reviews = heard(visit.registry()?.list_reviews(ask(asked))).await?.reviews;
    let named =
        |review: &Review| if review.review_id.is_empty() { "yearly" } else { review.review_id.as_str() } == review_id;
    let review =
        reviews.into_iter().find(|review| review.outcome.is_empty() && named(review)).ok_or_else(Error::missing)?;
    let head = Head::new("Record what a review came to", crumbs(visit, true)).of(title(&review));
    let action = visit.at(&format!("/policy/reviews/{review_id}/complete"));
    let mut page = visit.form_page(head, action, "Record the review", complete_fields());
    page.rows = entry(&review, "", false).rows;
    Ok(page)
}

/// Asks what it came to.
pub async fn show_complete(visit: Visit, Path((_, review_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&complete_page(&visit, &review_id).await?)
}

/// Completes it.
pub async fn complete(Path((_, review_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CompleteReviewRequest {
        school_id: visit.school.clone(),
        review_id: review_id.clone(),
        outcome: answers.text("outcome"),
        findings: answers.text("findings"),
        next_review_date: answers.day("next_review_date"),
        request_id: answers.request_id(),
    };
    let done = if command.outcome.is_empty() {
        Err(Error::invalid("outcome", "Select what it came to"))
    } else {
        heard(visit.registry()?.complete_review(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&visit.at("/policy/reviews?done=review_completed")),
        Err(error) => visit.again(complete_page(&visit, &review_id).await?, &answers, error, &visit.at("/policy")),
    }
}
