//! Lessons: changes to the policy that something taught; raised, answered, put to the authority, answered there.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        AnswerForwardedLessonRequest, AnswerLessonRequest, ForwardLessonRequest, Instance, Lesson,
        ListForwardedLessonsRequest, ListInstancesRequest, ListLessonsRequest, ListTemplatesRequest,
        RaiseLessonRequest, Template,
    },
};
use serde::Deserialize;

use super::{
    entries::{Entries, Entry},
    name, template,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Fault, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, Form, FormPage},
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

const SOURCES: Codes = &[
    ("debrief", "The debrief of a case"),
    ("review", "A review"),
    ("consultation", "A consultation"),
    ("training", "Training"),
    ("other", "Something else"),
];
const OUTCOMES: Codes = &[("adopted", "Adopted"), ("declined", "Declined")];

/// Which page of lessons.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    page_token: String,
}

fn rows(lesson: &Lesson, template: &Template) -> Vec<Row> {
    let mut rows = vec![Row::new("What should change", lesson.text.clone())];
    if !lesson.clause_id.is_empty() {
        rows.push(Row::new("Clause", name::of_template(template, &lesson.clause_id)));
    }
    if !lesson.step_id.is_empty() {
        rows.push(Row::new("Step", name::of_step(template, &lesson.step_id)));
    }
    rows.extend(Row::some("Recorded", words::stamp(lesson.create_time.as_ref())));
    let answered = |key: &str, outcome: &str, version: String, answer: &str| {
        let text = words::called(OUTCOMES, outcome);
        (!outcome.is_empty()).then(|| Row::new(key, format!("{text}{version}\n{answer}")))
    };
    let version = |n: u32, of: &str| if n > 0 { format!(" in {of} {n}") } else { String::new() };
    let own = version(lesson.adopted_version, "version");
    rows.extend(answered("The school’s answer", &lesson.outcome, own, &lesson.answer));
    rows.extend(Row::some("Put to the authority", words::stamp(lesson.forward_time.as_ref())));
    let theirs = version(lesson.adopted_template_version, "template version");
    rows.extend(answered("The authority’s answer", &lesson.authority_outcome, theirs, &lesson.authority_answer));
    rows
}

fn entry(visit: &Visit, lesson: &Lesson, template: &Template, edits: bool) -> Entry {
    let here = visit.at(&format!("/policy/lessons/{}", lesson.lesson_id));
    let answer =
        (edits && lesson.outcome.is_empty()).then(|| Link::new("Answer this lesson", format!("{here}/answer")));
    let forward = (edits && lesson.forward_time.is_none())
        .then(|| visit.form(format!("{here}/forward"), "Put this lesson to the authority", Vec::new()));
    Entry {
        title: words::called(SOURCES, &lesson.source),
        rows: rows(lesson, template),
        acts: forward.into_iter().collect(),
        links: answer.into_iter().collect(),
    }
}

fn crumbs(visit: &Visit, beneath: bool) -> Vec<Link> {
    let mut crumbs = visit.crumbs(&[("Policy", visit.at("/policy"))]);
    if beneath {
        crumbs.push(Link::new("Lessons", visit.at("/policy/lessons")));
    }
    crumbs
}

async fn page(visit: &Visit, which: &Which, form: Option<Form>) -> Result<Entries, Fault> {
    let (school_id, page_token) = (visit.school.clone(), which.page_token.clone());
    let asked = ListLessonsRequest { school_id, page_size: 50, page_token };
    let answer = heard(visit.registry()?.list_lessons(ask(asked))).await?;
    let (place, edits) = (visit.at("/policy/lessons"), visit.may(Permission::PolicyEdit));
    let template = template(visit).await;
    Ok(Entries {
        head: Head::new("Lessons", crumbs(visit, false)),
        lead: vec![
            "A lesson is a change to the policy that a case, a review or training taught. It names nobody.".to_owned(),
        ],
        links: vec![Link::new("Record a lesson", format!("{place}/new"))],
        entries: answer.lessons.iter().map(|lesson| entry(visit, lesson, &template, edits)).collect(),
        none: "No lesson has been recorded yet.",
        pager: Pager::new(&place, &[], &which.page_token, &answer.next_page_token),
        form,
        ..Entries::default()
    })
}

/// Lists the school's.
pub async fn list(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::LessonRaise)?;
    visit.page(&page(&visit, &which, None).await?)
}

/// What is asked of a lesson.
pub fn raise_fields(template: &Template) -> Vec<Field> {
    let first = [
        Field::radios("source", "Where does it come from?", SOURCES),
        Field::long_text("text", "What should change, and why?").hint("Name nobody. 2,000 characters or less."),
    ];
    first.into_iter().chain(matter_fields(template)).collect()
}

/// Which clause or step a lesson is about.
pub fn matter_fields(template: &Template) -> [Field; 2] {
    let choose = |field: &str, label: &str, of: &[(String, String)]| {
        let all = of.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        Field::select(field, label).choices(std::iter::once(("", "None in particular")).chain(all))
    };
    [
        choose("clause_id", "Which clause is it about? (optional)", &name::clauses(template)),
        choose("step_id", "Which step of a procedure is it about? (optional)", &name::steps(template)),
    ]
}

async fn raise_page(visit: &Visit) -> FormPage {
    let head = Head::new("Record a lesson", crumbs(visit, true));
    let fields = raise_fields(&template(visit).await);
    visit.form_page(head, visit.at("/policy/lessons"), "Record the lesson", fields)
}

/// Asks for one.
pub async fn show_raise(visit: Visit) -> Answer {
    visit.needs(Permission::LessonRaise)?;
    visit.page(&raise_page(&visit).await)
}

/// Records it.
pub async fn raise(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RaiseLessonRequest {
        school_id: visit.school.clone(),
        source: answers.text("source"),
        clause_id: answers.text("clause_id"),
        step_id: answers.text("step_id"),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    let done = if command.source.is_empty() {
        Err(Error::invalid("source", "Select where it comes from"))
    } else {
        heard(visit.registry()?.raise_lesson(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&visit.at("/policy/lessons?done=lesson")),
        Err(error) => visit.again(raise_page(&visit).await, &answers, error, ""),
    }
}

/// What is asked of an answer; `version` names the number that is asked for, of these versions.
pub fn answer_fields(version: &str, label: &str, versions: &[(u32, String)]) -> Vec<Field> {
    let numbers: Vec<(String, String)> =
        versions.iter().map(|(n, state)| (n.to_string(), format!("Version {n}{state}"))).collect();
    let numbers = numbers.iter().map(|(n, text)| (n.as_str(), text.as_str()));
    let choices = std::iter::once(("", "It is not adopted")).chain(numbers);
    vec![
        Field::radios("outcome", "What becomes of it?", OUTCOMES),
        Field::long_text("answer", "Why, or how?"),
        Field::select(version, label).choices(choices),
    ]
}

/// The outcome and the number of the version, as they were answered.
fn answered(answers: &Answers, version: &str) -> Result<(String, u32), Error> {
    let (outcome, number) = (answers.text("outcome"), answers.text(version));
    if outcome.is_empty() {
        return Err(Error::invalid("outcome", "Select what becomes of it"));
    }
    let number = if number.is_empty() { Some(0) } else { number.parse().ok() };
    number.map(|number| (outcome, number)).ok_or_else(|| Error::invalid(version, "Enter the number of a version"))
}

async fn answer_page(visit: &Visit, lesson_id: &str) -> Result<FormPage, Error> {
    let asked = ListLessonsRequest { school_id: visit.school.clone(), page_size: 1000, ..Default::default() };
    let lessons = heard(visit.registry()?.list_lessons(ask(asked))).await?.lessons;
    let lesson = lessons.into_iter().find(|lesson| lesson.lesson_id == lesson_id).ok_or_else(Error::missing)?;
    let asked = ListInstancesRequest { school_id: visit.school.clone(), ..Default::default() };
    let instances = heard(visit.registry()?.list_instances(ask(asked))).await?.instances;
    let state = |of: &Instance| format!(" ({})", super::state(of.state()).to_lowercase());
    let versions: Vec<_> = instances.iter().map(|of| (of.version, state(of))).collect();
    let head = Head::new("Answer a lesson", crumbs(visit, true));
    let action = visit.at(&format!("/policy/lessons/{lesson_id}/answer"));
    let fields = answer_fields("adopted_version", "Which version of the policy adopts it?", &versions);
    let mut page =
        visit.form_page(head, action, "Save the answer", fields).lead("The answer cannot be changed afterwards.");
    page.rows = rows(&lesson, &template(visit).await);
    Ok(page)
}

/// Asks for the school's answer.
pub async fn show_answer(visit: Visit, Path((_, lesson_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&answer_page(&visit, &lesson_id).await?)
}

/// The school answers.
pub async fn answer(Path((_, lesson_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match answered(&answers, "adopted_version") {
        Ok((outcome, adopted_version)) => {
            let command = AnswerLessonRequest {
                school_id: visit.school.clone(),
                lesson_id: lesson_id.clone(),
                outcome,
                answer: answers.text("answer"),
                adopted_version,
                request_id: answers.request_id(),
            };
            heard(visit.registry()?.answer_lesson(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/policy/lessons?done=lesson_answered")),
        Err(error) => {
            visit.again(answer_page(&visit, &lesson_id).await?, &answers, error, &visit.at("/policy/lessons"))
        }
    }
}

/// Puts it to the authority.
pub async fn forward(Path((_, lesson_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (school_id, request_id) = (visit.school.clone(), answers.request_id());
    let command = ForwardLessonRequest { school_id, lesson_id, request_id };
    match heard(visit.registry()?.forward_lesson(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/policy/lessons?done=lesson_forwarded")),
        Err(error) => {
            let form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            visit.page_again(&page(&visit, &Which::default(), Some(form)).await?, &error)
        }
    }
}

/// Lists what schools put to the authority.
pub async fn list_forwarded(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let asked = ListForwardedLessonsRequest { page_size: 50, page_token: which.page_token.clone() };
    let answer = heard(visit.registry()?.list_forwarded_lessons(ask(asked))).await?;
    let template = template(&visit).await;
    let mut entries = Vec::new();
    for lesson in &answer.lessons {
        let school = visit.school_name(&lesson.school_id).await;
        let answer = Link::new("Answer this lesson", format!("/lessons/{}/answer", lesson.lesson_id));
        entries.push(Entry {
            title: words::sentence(&school),
            rows: rows(lesson, &template),
            links: if lesson.authority_outcome.is_empty() { vec![answer] } else { Vec::new() },
            ..Entry::default()
        });
    }
    visit.page(&Entries {
        head: Head::new("Lessons from schools", visit.crumbs(&[("Template", "/template".to_owned())])),
        lead: vec!["What schools propose for the template. A lesson names nobody.".to_owned()],
        entries,
        none: "No school has put a lesson to the authority yet.",
        pager: Pager::new("/lessons", &[], &which.page_token, &answer.next_page_token),
        ..Entries::default()
    })
}

async fn authority_answer_page(visit: &Visit, lesson_id: &str) -> Result<FormPage, Error> {
    let asked = ListForwardedLessonsRequest { page_size: 1000, ..Default::default() };
    let lessons = heard(visit.registry()?.list_forwarded_lessons(ask(asked))).await?.lessons;
    let lesson = lessons.into_iter().find(|lesson| lesson.lesson_id == lesson_id).ok_or_else(Error::missing)?;
    let asked = ListTemplatesRequest { page_size: 1000, ..Default::default() };
    let templates = heard(visit.registry()?.list_templates(ask(asked))).await?.templates;
    let versions: Vec<_> = templates.iter().map(|template| (template.version, String::new())).collect();
    let crumbs = visit.crumbs(&[("Template", "/template".to_owned()), ("Lessons from schools", "/lessons".to_owned())]);
    let fields = answer_fields("adopted_template_version", "Which template version adopts it?", &versions);
    let head = Head::new("Answer a lesson", crumbs);
    let page = visit.form_page(head, format!("/lessons/{lesson_id}/answer"), "Save the answer", fields);
    let mut page = page.lead("The school reads the answer. It cannot be changed afterwards.");
    page.rows = vec![Row::new("School", words::sentence(&visit.school_name(&lesson.school_id).await))];
    page.rows.extend(rows(&lesson, &template(visit).await));
    Ok(page)
}

/// Asks for the authority's answer.
pub async fn show_authority_answer(visit: Visit, Path(lesson_id): Path<String>) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    visit.page(&authority_answer_page(&visit, &lesson_id).await?)
}

/// The authority answers.
pub async fn authority_answer(Path(lesson_id): Path<String>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match answered(&answers, "adopted_template_version") {
        Ok((outcome, adopted_template_version)) => {
            let command = AnswerForwardedLessonRequest {
                lesson_id: lesson_id.clone(),
                outcome,
                answer: answers.text("answer"),
                adopted_template_version,
                request_id: answers.request_id(),
            };
            heard(visit.registry()?.answer_forwarded_lesson(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to("/lessons?done=lesson_answered"),
        Err(error) => visit.again(authority_answer_page(&visit, &lesson_id).await?, &answers, error, "/lessons"),
    }
}
