//! Saved questions: one's own and those that are shared. What they are called stands on their pages, and in no address or title.

use axum::extract::{Path, Query};
use chassis::error::{Error, Kind};
use proto::{
    access::v1::Permission,
    reporting::v1::{
        DeleteQuestionRequest, GetQuestionRequest, ListQuestionsRequest, ListQuestionsResponse, MeasureDefinition,
        SaveQuestionRequest, SavedQuestion, TableQuestion,
    },
};
use serde::Deserialize;

use super::{NAMES, Pairs, TablePage, answer, asked, at, crumbs, measures, needs, pairs, query, said, schools};
use crate::{
    console::{
        known::{self, Known, Nothing},
        notices,
        policy::entries::{Entries, Entry},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// How often a notice leads to a question.
const EVERY: Codes = &[
    ("never", "Never"),
    ("weekly", "Every Monday"),
    ("monthly", "On the first day of each month"),
    ("termly", "On the first day of each term"),
];
/// The kind of notice that leads to a question.
const DUE: &str = "question.due";
const SHARED: Codes = &[("no", "I alone"), ("yes", "Everybody who reads the figures here")];

/// Which question an address names.
#[derive(Debug, Deserialize)]
pub struct Which {
    question_id: String,
}

/// Where a list begins.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    page_token: String,
}

/// What is asked to save one.
pub fn fields(saved: Option<&SavedQuestion>) -> Vec<Field> {
    let name = Field::text("name", "What do you call it?").hint("So that you find it again. Name nobody.");
    let shared = Field::radios("shared", "Who finds it?", SHARED);
    let every = Field::radios("every", "When should a notice lead to it?", EVERY)
        .hint("The notice holds a link and no figure. That of a shared question goes to everybody who finds it.");
    match saved {
        None => vec![name, shared.value("no"), every.value("never")],
        Some(saved) => {
            let told = if saved.every.is_empty() { "never" } else { &saved.every };
            vec![
                name.value(saved.name.clone()),
                shared.value(if saved.shared { "yes" } else { "no" }),
                every.value(told),
            ]
        }
    }
}

async fn fetch(visit: &Visit, question_id: &str) -> Result<SavedQuestion, Error> {
    let asked = GetQuestionRequest { school_id: visit.school.clone(), question_id: question_id.to_owned() };
    heard(visit.reporting()?.get_question(ask(asked))).await?.question.ok_or_else(Error::missing)
}

/// What is kept of a question, but for what it asks.
fn kept(saved: &SavedQuestion) -> Vec<Row> {
    let every = if saved.every.is_empty() { "never" } else { &saved.every };
    let finds = match (saved.shared, saved.yours) {
        (false, _) => "You alone",
        (true, true) => "Everybody who reads the figures here: you share it",
        (true, false) => "Everybody who reads the figures here: a colleague shares it",
    };
    let rows = [
        Row::some("Who finds it", Some(finds.to_owned())),
        Row::some("Notice", Some(words::called(EVERY, every))),
        Row::some("Next notice", words::stamp(saved.due_time.as_ref())),
        Row::some("Saved", words::stamp(saved.save_time.as_ref())),
    ];
    rows.into_iter().flatten().collect()
}

/// That measures of a question are gone; empty where none is.
fn warning(saved: &SavedQuestion, all: &[MeasureDefinition]) -> String {
    if saved.withdrawn.is_empty() {
        return String::new();
    }
    let title = |key: &String| {
        let known = all.iter().find(|measure| measure.key == *key);
        known.map_or_else(|| "one that there is no more".to_owned(), |measure| words::sentence(&measure.title))
    };
    let titles: Vec<String> = saved.withdrawn.iter().map(title).collect();
    format!(
        "A measure of this question was withdrawn ({}). Change what is asked, or ask for the time before.",
        titles.join(", ")
    )
}

pub(super) fn list_page(
    answer: &ListQuestionsResponse,
    crumbs: Vec<Link>,
    (reports, all): (&str, &[MeasureDefinition]),
    page_token: &str,
) -> Entries {
    let entry = |saved: &SavedQuestion| {
        let mut rows = said(&saved.question.clone().unwrap_or_default(), all);
        rows.extend(kept(saved));
        rows.extend(Row::some("Look at it", Some(warning(saved, all))));
        let link = Link::new("Show the table", format!("{reports}/questions/{}", saved.question_id));
        Entry { title: saved.name.clone(), rows, links: vec![link], ..Entry::default() }
    };
    Entries {
        head: Head::new("Saved questions", crumbs),
        lead: vec!["A saved question is answered anew each time it is opened.".to_owned()],
        links: vec![Link::new("Put a table together", format!("{reports}/ask"))],
        entries: answer.questions.iter().map(entry).collect(),
        none: "No question is saved yet.",
        pager: Pager::new(&format!("{reports}/questions"), &[], page_token, &answer.next_page_token),
        ..Entries::default()
    }
}

/// Lists them.
pub async fn list(visit: Visit, Known(from): Known<From>) -> Answer {
    needs(&visit)?;
    let asked =
        ListQuestionsRequest { school_id: visit.school.clone(), page_size: 50, page_token: from.page_token.clone() };
    let answer = heard(visit.reporting()?.list_questions(ask(asked))).await?;
    let all = measures(&visit).await?;
    let reports = at(&visit, "");
    let mut page = list_page(&answer, crumbs(&visit, &[]), (&reports, &all), &from.page_token);
    if answer.questions.iter().any(|saved| !saved.every.is_empty()) {
        let silence = notices::none_comes(&visit, DUE).await?;
        page.lead.extend((!silence.is_empty()).then_some(silence));
    }
    visit.page(&page)
}

fn beneath(visit: &Visit) -> Vec<Link> {
    crumbs(visit, &[("Saved questions", at(visit, "/questions"))])
}

pub(super) fn page(saved: &SavedQuestion, all: &[MeasureDefinition], crumbs: Vec<Link>, reports: &str) -> TablePage {
    let question = saved.question.clone().unwrap_or_default();
    let mut rows = vec![Row::new("Name", saved.name.clone())];
    rows.extend(said(&question, all));
    rows.extend(kept(saved));
    let mut links =
        vec![Link::new("Ask for something else from here", format!("{reports}/ask?{}", query(&question, &[])))];
    if saved.yours {
        let id = [("question_id", saved.question_id.as_str())];
        links = vec![
            Link::new("Change what is asked", format!("{reports}/ask?{}", query(&question, &id))),
            Link::new(
                "Change its name, who finds it or when a notice comes",
                format!("{reports}/questions/new?{}", query(&question, &id)),
            ),
            Link::new("Delete the question", format!("{reports}/questions/{}/delete", saved.question_id)),
        ];
    }
    TablePage {
        head: Head::new("Saved question", crumbs),
        warning: warning(saved, all),
        links,
        rows,
        ..TablePage::default()
    }
}

/// Shows one with its tables as they are now.
pub async fn show(visit: Visit, Path(which): Path<Which>, Known(Nothing {}): Known<Nothing>) -> Answer {
    needs(&visit)?;
    let (saved, all) = tokio::try_join!(fetch(&visit, &which.question_id), measures(&visit))?;
    let question = saved.question.clone().unwrap_or_default();
    let reports = at(&visit, "");
    let mut page = page(&saved, &all, beneath(&visit), &reports);
    if !saved.every.is_empty() && page.warning.is_empty() {
        page.warning = notices::none_comes(&visit, DUE).await?;
        page.links.extend((!page.warning.is_empty()).then(notices::link));
    }
    match answer(&visit, &question, "").await {
        Ok(found) => {
            let names = schools(&visit).await?;
            visit.page(&page.answered(&found, &names, (&format!("{reports}/ask"), &query(&question, &[]))))
        }
        // What was asked when it was saved is not answered any more: the page says so, and how it is changed.
        Err(error) if error.kind() == Kind::Invalid => {
            if saved.withdrawn.is_empty() {
                let fixes: Vec<String> = error.violations().iter().map(|v| words::sentence(&v.message)).collect();
                page.warning = format!("This question cannot be answered. {}", fixes.join(" "));
            }
            visit.page(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The page that saves what an address or a form asks.
async fn save_page(visit: &Visit, question: &TableQuestion, question_id: &str) -> Result<FormPage, Error> {
    let all = measures(visit).await?;
    let saved = match question_id {
        "" => None,
        id => Some(fetch(visit, id).await?),
    };
    let title = if saved.is_none() { "Save the question" } else { "Change the saved question" };
    let head = Head::new(title, beneath(visit));
    let mut page = visit.form_page(head, at(visit, "/questions"), "Save the question", fields(saved.as_ref()));
    for (name, value) in pairs(question) {
        page.form = page.form.carrying(&name, value);
    }
    if !question_id.is_empty() {
        page.form = page.form.carrying("question_id", question_id);
    }
    page.rows = said(question, &all);
    let silence = notices::none_comes(visit, DUE).await?;
    let elsewhere = (!silence.is_empty()).then(notices::link);
    page = page.lead(&silence);
    page.others = vec![Link::new(
        "Change what is asked",
        format!("{}?{}", at(visit, "/ask"), query(question, &[("question_id", question_id)])),
    )];
    page.others.extend(elsewhere);
    Ok(page)
}

/// Asks what it is to be called.
pub async fn show_new(visit: Visit, Query(pairs): Query<Pairs>) -> Answer {
    visit.needs(Permission::QuestionWrite)?;
    known::check(&pairs, &NAMES)?;
    let answers = Answers::new(pairs);
    let question = asked(&answers);
    if question.measures.is_empty() {
        return visit.to(&at(&visit, "/ask"));
    }
    visit.page(&save_page(&visit, &question, &answers.text("question_id")).await?)
}

/// Saves it.
pub async fn save(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::QuestionWrite)?;
    let (question, question_id) = (asked(&answers), answers.text("question_id"));
    let every = answers.text("every");
    let command = SaveQuestionRequest {
        school_id: visit.school.clone(),
        question_id: question_id.clone(),
        name: answers.text("name"),
        question: Some(question.clone()),
        shared: answers.text("shared") == "yes",
        every: if every == "never" { String::new() } else { every },
        request_id: answers.request_id(),
    };
    match heard(visit.reporting()?.save_question(ask(command))).await {
        Ok(answer) => {
            let saved = answer.question.unwrap_or_default();
            visit.to(&at(&visit, &format!("/questions/{}?done=question_saved", saved.question_id)))
        }
        Err(error) => {
            let page = save_page(&visit, &question, &question_id).await?;
            visit.again(page, &answers, error, &at(&visit, "/questions"))
        }
    }
}

async fn delete_page(visit: &Visit, question_id: &str) -> Result<FormPage, Error> {
    let saved = fetch(visit, question_id).await?;
    if !saved.yours {
        return Err(Error::missing());
    }
    let here = at(visit, &format!("/questions/{question_id}"));
    let head = Head::new("Delete the question", beneath(visit));
    let mut page = visit.form_page(head, format!("{here}/delete"), "Delete the question", Vec::new());
    page.form = page.form.grave();
    page.rows = vec![Row::new("Name", saved.name)];
    Ok(page.lead("Nobody finds it any more, and no notice leads to it. Figures stay as they are."))
}

/// Asks.
pub async fn show_delete(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::QuestionWrite)?;
    visit.page(&delete_page(&visit, &which.question_id).await?)
}

/// Deletes it.
pub async fn delete(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::QuestionWrite)?;
    let command = DeleteQuestionRequest {
        school_id: visit.school.clone(),
        question_id: which.question_id.clone(),
        request_id: answers.request_id(),
    };
    match heard(visit.reporting()?.delete_question(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, "/questions?done=question_deleted")),
        Err(error) => {
            let page = delete_page(&visit, &which.question_id).await?;
            visit.again(page, &answers, error, &at(&visit, "/questions"))
        }
    }
}

#[cfg(test)]
pub fn sample() -> SavedQuestion {
    let now = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
    SavedQuestion {
        question_id: "que_1".into(),
        school_id: "sch_1".into(),
        name: "For the <governors>".into(),
        question: Some(super::samples::question()),
        shared: true,
        every: "monthly".into(),
        due_time: now,
        saved_by_account_id: "acc_1".into(),
        save_time: now,
        withdrawn: Vec::new(),
        yours: true,
    }
}

#[cfg(test)]
pub fn samples() -> Vec<Entries> {
    let all = [super::samples::measure()];
    let gone = SavedQuestion {
        withdrawn: vec!["cases_dreamt".into()],
        every: String::new(),
        shared: false,
        due_time: None,
        ..sample()
    };
    let answer = ListQuestionsResponse { questions: vec![sample(), gone], next_page_token: "x".into() };
    let crumbs = || vec![Link::new("Home", "/")];
    vec![
        list_page(&answer, crumbs(), ("/schools/sch_1/reports", &all), ""),
        list_page(&ListQuestionsResponse::default(), crumbs(), ("/reports", &[]), ""),
    ]
}
