//! The consultation on a version: opened, comments recorded and answered, closed. Comments stay readable for good.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{
        AddCommentRequest, AnswerCommentRequest, CloseConsultationRequest, Comment, Instance, InstanceState,
        ListCommentsRequest, OpenConsultationRequest, Template,
    },
};
use serde::Deserialize;

use super::{
    entries::{Entries, Entry},
    name, template_of,
    version::fetch,
};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Fault, Visit, ask, heard},
    },
    pages::{
        form::{Field, Form, FormPage},
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// Whose comment it is.
const AUDIENCES: Codes =
    &[("staff", "Staff"), ("learner", "Learners"), ("parent", "Parents and carers"), ("governor", "Governors")];
/// What becomes of a comment.
const OUTCOMES: Codes =
    &[("adopted", "Adopted: the text is changed"), ("declined", "Declined"), ("noted", "Noted: nothing to change")];

/// Which page of comments.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    page_token: String,
}

fn place(visit: &Visit, instance_id: &str) -> String {
    visit.at(&format!("/policy/versions/{instance_id}"))
}

fn crumbs(visit: &Visit, instance_id: &str, beneath: bool) -> Vec<Link> {
    let here = place(visit, instance_id);
    let mut crumbs = visit.crumbs(&[("Policy", visit.at("/policy")), ("Version", here.clone())]);
    if beneath {
        crumbs.push(Link::new("Consultation", format!("{here}/consultation")));
    }
    crumbs
}

fn rows(instance: &Instance) -> Vec<Row> {
    let mut rows = vec![Row::new("State", super::state(instance.state()))];
    if let Some(consultation) = &instance.consultation {
        rows.extend(Row::some("Opened", words::stamp(consultation.open_time.as_ref())));
        rows.push(Row::new("Last day for comments", words::named_day(&consultation.until_date)));
        rows.extend(Row::some("Ended", words::stamp(consultation.close_time.as_ref())));
    }
    rows
}

/// What was said, about what.
fn said(comment: &Comment, instance: &Instance, template: &Template) -> Vec<Row> {
    let about = match comment.clause_key.as_str() {
        "" => "The whole policy".to_owned(),
        key => name::of_clause(instance, template, key),
    };
    vec![Row::new("About", about), Row::new("What was said", comment.text.clone())]
}

fn entry(comment: &Comment, mut rows: Vec<Row>, people: &People, here: &str, answers: bool) -> Entry {
    let when = words::stamp(comment.create_time.as_ref()).unwrap_or_default();
    rows.push(Row::new("Recorded", format!("{when}, by {}", people.name(&comment.account_id))));
    let waits = comment.outcome.is_empty();
    if !waits {
        rows.push(Row::new("Answer", format!("{}\n{}", words::called(OUTCOMES, &comment.outcome), comment.answer)));
    }
    let answer = Link::new("Answer this comment", format!("{here}/comments/{}/answer", comment.comment_id));
    Entry {
        title: words::called(AUDIENCES, &comment.audience),
        rows,
        links: if waits && answers { vec![answer] } else { Vec::new() },
        ..Entry::default()
    }
}

async fn page(visit: &Visit, instance_id: &str, which: &Which, form: Option<Form>) -> Result<Entries, Fault> {
    let instance = fetch(visit, instance_id).await?;
    let asked = ListCommentsRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.to_owned(),
        page_size: 50,
        page_token: which.page_token.clone(),
    };
    let answer = heard(visit.registry()?.list_comments(ask(asked))).await?;
    let template = template_of(visit, &instance).await;
    let people = visit.people(answer.comments.iter().map(|comment| comment.account_id.as_str())).await;
    let (here, edits) = (place(visit, instance_id), visit.may(Permission::PolicyEdit));
    let mut links = Vec::new();
    let mut acts = Vec::new();
    match instance.state() {
        InstanceState::Consultation => {
            links.push(Link::new("Comment on the whole policy", format!("{here}/comments/new")));
            links.push(Link::new("Read the text and comment on a clause", format!("{here}/text")));
            if edits {
                let close = visit.form(format!("{here}/consultation/close"), "Close the consultation", Vec::new());
                acts.push(close.carrying("etag", instance.etag.clone()));
            }
        }
        InstanceState::Draft if edits => {
            links.push(Link::new("Open a consultation", format!("{here}/consultation/open")));
        }
        _ => {}
    }
    if instance.state() != InstanceState::Consultation {
        links.push(Link::new("Read the text of this version", format!("{here}/text")));
    }
    let path = format!("{here}/consultation");
    Ok(Entries {
        head: Head::new("Consultation", crumbs(visit, instance_id, false)).of(format!("Version {}", instance.version)),
        rows: rows(&instance),
        links,
        acts,
        entries: answer
            .comments
            .iter()
            .map(|comment| entry(comment, said(comment, &instance, &template), &people, &here, edits))
            .collect(),
        none: "Nobody has commented on this version yet.",
        pager: Pager::new(&path, &[], &which.page_token, &answer.next_page_token),
        form,
        ..Entries::default()
    })
}

/// Shows what was said.
pub async fn show(visit: Visit, Path((_, instance_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::PolicyComment)?;
    visit.page(&page(&visit, &instance_id, &which, None).await?)
}

/// What is asked to open one.
pub fn open_fields() -> Vec<Field> {
    let hint = "For example, 27/3/2027. It closes by itself at the end of that day.";
    vec![Field::day("until_date", "Last day for comments").hint(hint)]
}

fn open_page(visit: &Visit, instance_id: &str, etag: &str) -> FormPage {
    let head = Head::new("Open a consultation", crumbs(visit, instance_id, true));
    let action = format!("{}/consultation/open", place(visit, instance_id));
    let mut page = visit.form_page(head, action, "Open the consultation", open_fields());
    page.form = page.form.carrying("etag", etag);
    page.lead("Staff and governors comment here themselves. What learners and parents say is recorded by whoever heard it. The head can approve the version once the consultation has ended.")
}

/// Asks for the last day.
pub async fn show_open(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&open_page(&visit, &instance_id, &instance.etag))
}

/// Opens it.
pub async fn open(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = OpenConsultationRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        until_date: answers.day("until_date"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = format!("{}/consultation", place(&visit, &instance_id));
    match heard(visit.registry()?.open_consultation(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=consultation_opened")),
        Err(error) => {
            let page = open_page(&visit, &instance_id, &answers.text("etag"));
            visit.again(page, &answers, error, &here)
        }
    }
}

/// Closes it.
pub async fn close(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CloseConsultationRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.close_consultation(ask(command))).await {
        Ok(_) => visit.to(&format!("{}/consultation?done=consultation_closed", place(&visit, &instance_id))),
        Err(error) => {
            let form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            visit.page_again(&page(&visit, &instance_id, &Which::default(), Some(form)).await?, &error)
        }
    }
}

/// What is asked of a comment.
pub fn comment_fields() -> Vec<Field> {
    vec![
        Field::radios("audience", "Whose comment is it?", AUDIENCES),
        Field::long_text("text", "What was said?").hint("Name nobody."),
    ]
}

/// The audience that somebody in these roles belongs to; none where it is to be asked.
fn own_audience(visit: &Visit) -> &'static str {
    let roles = visit.roles();
    if roles.iter().any(|role| matches!(role, Role::Governor | Role::Chair)) {
        return "governor";
    }
    if visit.may(Permission::PolicyEdit) { "" } else { "staff" }
}

/// Which clause a comment is about.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    #[serde(default)]
    clause: String,
}

async fn comment_page(visit: &Visit, instance_id: &str, clause: &str) -> Result<FormPage, Error> {
    let instance = fetch(visit, instance_id).await?;
    let head =
        Head::new("Record a comment", crumbs(visit, instance_id, true)).of(format!("Version {}", instance.version));
    let action = format!("{}/comments", place(visit, instance_id));
    let mut fields = comment_fields();
    if let Some(audience) = fields.first_mut() {
        *audience = audience.clone().value(own_audience(visit));
    }
    let mut page = visit.form_page(head, action, "Record the comment", fields);
    let found = instance.clauses.iter().find(|one| one.clause_key == clause);
    page.rows = match found {
        Some(one) => {
            let template = template_of(visit, &instance).await;
            let text = super::clause::filled(&one.text, &instance.parameters, &template);
            vec![Row::new("Section", super::section_title(&template, &one.section_id)), Row::new("The clause", text)]
        }
        None => vec![Row::new("About", "The whole policy")],
    };
    page.form = page.form.carrying("clause_key", found.map_or("", |_| clause));
    Ok(page)
}

/// Asks for a comment.
pub async fn show_comment(
    visit: Visit,
    Path((_, instance_id)): Path<(String, String)>,
    Query(about): Query<About>,
) -> Answer {
    visit.needs(Permission::PolicyComment)?;
    visit.page(&comment_page(&visit, &instance_id, &about.clause).await?)
}

/// Records it.
pub async fn comment(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddCommentRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        audience: answers.text("audience"),
        clause_key: answers.text("clause_key"),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    let here = format!("{}/consultation", place(&visit, &instance_id));
    let done = if command.audience.is_empty() {
        Err(Error::invalid("audience", "Select whose comment it is"))
    } else {
        heard(visit.registry()?.add_comment(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&format!("{here}?done=comment")),
        Err(error) => {
            let page = comment_page(&visit, &instance_id, &answers.text("clause_key")).await?;
            visit.again(page, &answers, error, &here)
        }
    }
}

/// What is asked of an answer.
pub fn answer_fields() -> Vec<Field> {
    vec![Field::radios("outcome", "What becomes of it?", OUTCOMES), Field::long_text("answer", "Why, or how?")]
}

async fn answer_page(visit: &Visit, instance_id: &str, comment_id: &str) -> Result<FormPage, Error> {
    let instance = fetch(visit, instance_id).await?;
    let (school_id, page_size) = (visit.school.clone(), 1000);
    let asked = ListCommentsRequest { school_id, instance_id: instance_id.to_owned(), page_size, ..Default::default() };
    let comments = heard(visit.registry()?.list_comments(ask(asked))).await?.comments;
    let comment = comments.into_iter().find(|comment| comment.comment_id == comment_id).ok_or_else(Error::missing)?;
    let head =
        Head::new("Answer a comment", crumbs(visit, instance_id, true)).of(format!("Version {}", instance.version));
    let action = format!("{}/comments/{comment_id}/answer", place(visit, instance_id));
    let page = visit.form_page(head, action, "Save the answer", answer_fields());
    let mut page = page.lead("Everybody who may comment reads the answer. It cannot be changed afterwards.");
    page.rows = vec![Row::new("From", words::called(AUDIENCES, &comment.audience))];
    page.rows.extend(said(&comment, &instance, &template_of(visit, &instance).await));
    Ok(page)
}

/// Asks for an answer.
pub async fn show_answer(visit: Visit, Path((_, instance_id, comment_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&answer_page(&visit, &instance_id, &comment_id).await?)
}

/// Answers.
pub async fn answer(Path((_, instance_id, comment_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AnswerCommentRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        comment_id: comment_id.clone(),
        outcome: answers.text("outcome"),
        answer: answers.text("answer"),
        request_id: answers.request_id(),
    };
    let here = format!("{}/consultation", place(&visit, &instance_id));
    let done = if command.outcome.is_empty() {
        Err(Error::invalid("outcome", "Select what becomes of it"))
    } else {
        heard(visit.registry()?.answer_comment(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&format!("{here}?done=comment_answered")),
        Err(error) => visit.again(answer_page(&visit, &instance_id, &comment_id).await?, &answers, error, &here),
    }
}
