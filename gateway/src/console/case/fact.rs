//! Making a fact of a case known: first which, then its value. Its steps appear, and done ones stay.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{Case, Fact, RecordFactRequest},
};
use serde::Deserialize;

use super::{access, act, fetch, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Link, Row},
        words,
    },
};

/// Which fact.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    name: String,
}

/// What is asked about one fact.
pub fn fields(name: &str) -> Vec<Field> {
    vec![Field::radios("value", &words::called(words::FACTS, name), words::fact_values(name))]
}

/// Whether a fact is said by somebody. That the police advised follows from the talk with them.
fn settable(name: &str) -> bool {
    name != "police_advice" && words::FACTS.iter().any(|(known, _)| *known == name)
}

/// What is asked first. How an allegation ended follows from its step, and is put right from where it stands; nobody looks at
/// indecent images of children.
pub fn choice(case: &Case) -> Vec<Field> {
    let asked = |name: &str| {
        settable(name) && name != "allegation_outcome" && (name, case.procedure_id.as_str()) != ("viewing_needed", "P4")
    };
    let set = words::FACTS.iter().copied().filter(|(name, _)| asked(name));
    vec![Field::radios("name", "Which fact?", &[]).choices(set)]
}

/// Whether a fact may say that the case is about an adult who works here.
fn of_adult(name: &str) -> bool {
    matches!(name, "subject" | "iioc_variant")
}

fn page(visit: &Visit, case: &Case, name: &str, colleagues: &[Colleague]) -> FormPage {
    let mut asked = fields(name);
    if case.facts.iter().any(|fact| fact.name == name) {
        let hint = "Needed where a gate or a step rests on what is recorded now. Where the change would open a gate in the \
                    gravest kinds of incident, or is to how an allegation ended, a second person is asked first.";
        let danger = name == "immediate_danger";
        let why = if danger { "What ended the danger, or why does it change?" } else { "Why does it change?" };
        asked.push(Field::long_text("reason", why).hint(hint));
    }
    if of_adult(name) && access::asks_adult(case) {
        asked.extend(access::adult_fields(colleagues, false));
    }
    let mut page = act::page(visit, case, "Record a fact", "facts", "Record the fact", asked);
    page.form = page.form.carrying("name", name).carrying("etag", case.etag.clone());
    // Whoever is told that somebody changed it reads here what it says now.
    let known = case.facts.iter().filter(|fact| fact.name == name);
    page.rows = known.map(|fact| Row::new("What is recorded now", said(fact))).collect();
    let before = case.earlier_facts.iter().rev().filter(|fact| fact.name == name);
    page.rows.extend(before.map(|fact| Row::new("Before that", said(fact))));
    let here = visit.at(&format!("/cases/{}/facts/new", case.case_id));
    page.others = vec![Link::new("Choose another fact", here)];
    page
}

fn said(fact: &Fact) -> String {
    let value = words::called(words::fact_values(&fact.name), &fact.value);
    let when = words::stamp(fact.create_time.as_ref()).map(|when| format!("\n{when}")).unwrap_or_default();
    let why = if fact.reason.is_empty() { String::new() } else { format!("\n{}", fact.reason) };
    format!("{value}{when}{why}")
}

fn choice_page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Record a fact", "facts/choose", "Go on", choice(case))
}

/// Those who may be the adult; a fact is recorded even where colleagues cannot be asked for: then by name.
async fn known(visit: &Visit, name: &str) -> Vec<Colleague> {
    if of_adult(name) { access::colleagues(visit).await.unwrap_or_default() } else { Vec::new() }
}

/// Asks which fact, or its value.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    if settable(&which.name) {
        visit.page(&page(&visit, &case, &which.name, &known(&visit, &which.name).await))
    } else {
        visit.page(&choice_page(&visit, &case))
    }
}

/// Goes on to the value of the fact chosen.
pub async fn choose(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let name = answers.text("name");
    if settable(&name) {
        return visit.to(&visit.at(&format!("/cases/{case_id}/facts/new?name={name}")));
    }
    let case = fetch(&visit, &case_id).await?;
    visit.again(choice_page(&visit, &case), &answers, Error::invalid("name", "Select which fact"), "")
}

/// Records it.
pub async fn record(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let name = answers.text("name");
    let said = answers.text("value");
    let colleagues = known(&visit, &name).await;
    let command = RecordFactRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        name: name.clone(),
        value: said.clone(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
        subject: None,
        reason: answers.text("reason"),
    };
    let done = match access::adult_of(&visit, &answers).await {
        _ if command.value.is_empty() => Err(Error::invalid("value", "Select what is known")),
        Ok(subject) => heard(visit.cases()?.record_fact(ask(RecordFactRequest { subject, ..command }))).await,
        Err(error) => Err(error),
    };
    let done = done.map_err(access::at_fields);
    let notice = match done.as_ref().ok().and_then(|done| done.case.as_ref()) {
        Some(case) if !case.facts.iter().any(|fact| fact.name == name && fact.value == said) => "fact_asked",
        Some(_) if (name.as_str(), said.as_str()) == ("immediate_danger", "yes") => "fact_danger",
        _ => "fact",
    };
    act::settle(&visit, &case_id, &answers, done, notice, |case| page(&visit, case, &name, &colleagues)).await
}
