//! Recording, child by child, that parents were told, or why not.

use axum::extract::{Path, Query};
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, Involvement, ParentsDecision, RecordParentsDecisionRequest},
};
use serde::Deserialize;

use super::{act, page::Event, to_work};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Link,
        words::{self, Codes},
    },
};

const TOLD: Codes = &[("yes", "They were told"), ("no", "They are not told")];

/// How parents are told.
const WAYS: Codes = &[
    ("in_person", "In person"),
    ("telephone", "By telephone"),
    ("video", "By video call"),
    ("letter", "By letter"),
    ("message", "By e-mail or message"),
];

/// Which child the page begins with.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    involvement: String,
}

/// What is asked.
pub fn fields(case: &Case, chosen: &str) -> Vec<Field> {
    let children = case.involvements.iter().filter(|i| child(i));
    let choices = children.map(|i| (i.involvement_id.as_str(), i.person.as_str()));
    vec![
        Field::radios("involvement_id", "Whose parents?", &[]).choices(choices).value(chosen),
        Field::radios("told", "What was decided?", TOLD),
        Field::name("told_by", "If they were told: who told them?"),
        Field::name("told_whom", "If they were told: who was told?").hint("For example, the mother, or both parents."),
        Field::moment("told_time", "If they were told: when?").hint("For example, 27 11 2025 and 9:30am."),
        Field::radios("told_how", "If they were told: how?", WAYS),
        Field::long_text("reason", "What was said and how did they take it, or why are they not told?"),
    ]
}

/// Whether somebody's parents may be to be told.
fn child(i: &Involvement) -> bool {
    i.end.is_none() && !matches!(i.role.as_str(), "subject_adult" | "reporter")
}

fn page(visit: &Visit, case: &Case, chosen: &str) -> FormPage {
    let title = "Record what parents are told";
    let page = |fields, button| act::page(visit, case, title, "parents-decisions", button, fields);
    let children = case.involvements.iter().any(child);
    if children {
        return page(fields(case, chosen), "Record the decision");
    }
    // A question without an answer to choose is none: there is no form before a child is named.
    let mut page = page(Vec::new(), "").lead(
        "No child is named in this case yet. Add each child first, then record here what their parents are told.",
    );
    page.others.insert(0, Link::new("Add a person", visit.at(&format!("/cases/{}/involvements/new", case.case_id))));
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&page(&visit, &case, &which.involvement))
}

/// Records it.
pub async fn record(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.record_parents_decision(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "parents", |case| page(&visit, case, "")).await
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordParentsDecisionRequest, Error> {
    let told = answers.text("told") == "yes";
    let mut v = Violations::new();
    v.check(!answers.text("involvement_id").is_empty(), "involvement_id", "Select whose parents");
    v.check(!answers.text("told").is_empty(), "told", "Select what was decided");
    let asks = [
        ("told_by", "Enter who told them"),
        ("told_whom", "Enter who was told"),
        ("told_how", "Select how they were told"),
    ];
    for (field, fix) in asks {
        v.check(!told || !answers.text(field).is_empty(), field, fix);
    }
    let why = if told { "Enter what was said and how they took it" } else { "Enter why they are not told" };
    v.check(!answers.text("reason").is_empty(), "reason", why);
    v.finish()?;
    let told_time = if told { answers.moment("told_time", "The date they were told", visit.now())? } else { None };
    if told && told_time.is_none() {
        return Err(Error::invalid("told_time", "Enter when they were told"));
    }
    // What is written about a telling that was none is not sent.
    let of_telling = |field: &str| if told { answers.text(field) } else { String::new() };
    Ok(RecordParentsDecisionRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        involvement_id: answers.text("involvement_id"),
        told,
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        told_by: of_telling("told_by"),
        told_time: told_time.map(timestamp),
        told_whom: of_telling("told_whom"),
        told_how: of_telling("told_how"),
    })
}

/// The decisions of a case on telling parents, newest first.
pub fn events(case: &Case, people: &People) -> Vec<Event> {
    case.parents_decisions.iter().rev().map(|decision| event(case, decision, people)).collect()
}

/// One decision as it is shown: who told whom, when and how.
pub fn event(case: &Case, decision: &ParentsDecision, people: &People) -> Event {
    let child = case.involvements.iter().find(|i| i.involvement_id == decision.involvement_id);
    let child = child.map_or("A child", |i| i.person.as_str());
    let title = format!("{child}: parents {}", if decision.told { "were told" } else { "were not told" });
    let when = words::stamp(decision.create_time.as_ref()).unwrap_or_default();
    let when = format!("{when}, by {}", people.name(&decision.account_id));
    let telling = words::stamp(decision.told_time.as_ref()).map(|at| {
        let how = words::called(WAYS, &decision.told_how).to_lowercase();
        format!("{} told {} {how}, {at}", decision.told_by, decision.told_whom)
    });
    Event::new(title, when, decision.reason.clone()).more(telling.unwrap_or_default())
}
