//! People's parts in a case: how they are shown, corrected and ended.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{Case, EndInvolvementRequest, Involvement, InvolvementChange, UpdateInvolvementRequest},
};
use serde::Serialize;

use super::{access, act, to_work};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Link, Row},
        words,
    },
};

/// One person's part, as the page of a case shows it.
#[derive(Debug, Serialize)]
pub struct Person {
    person: String,
    record: String,
    part: String,
    year_group: String,
    /// By what the other schools of a shared incident know them.
    label: String,
    vulnerabilities: String,
    /// What it said before, and how it ended.
    past: Vec<String>,
    ended: bool,
    links: Vec<Link>,
}

/// Everybody who has or had a part.
pub fn people(
    case: &Case,
    names: &People,
    here: &str,
    at: &dyn Fn(&str) -> String,
    may: &dyn Fn(Permission) -> bool,
) -> Vec<Person> {
    let works = case.state == "open" && may(Permission::CaseWork);
    let reads = may(Permission::LearnerRead);
    let person = |i: &Involvement| Person {
        person: called(i),
        record: if i.learner_id.is_empty() || !reads {
            String::new()
        } else {
            at(&format!("/learners/{}", i.learner_id))
        },
        part: words::called(words::PARTS, &i.role),
        year_group: i.year_group.clone(),
        label: if case.shared_incident_id.is_empty() { String::new() } else { i.label.clone() },
        vulnerabilities: vulnerable(&i.vulnerabilities),
        past: past(i, names),
        ended: i.end.is_some(),
        links: if works && i.end.is_none() && !i.withheld { links(i, here) } else { Vec::new() },
    };
    case.involvements.iter().map(person).collect()
}

/// Whose part it is, as far as the visitor sees it.
pub fn called(i: &Involvement) -> String {
    match (i.withheld, i.shown_to.as_str()) {
        (true, _) => "Kept to the lead".to_owned(),
        (false, "lead") => format!("{} (kept to the lead)", i.person),
        (false, _) => i.person.clone(),
    }
}

fn links(i: &Involvement, here: &str) -> Vec<Link> {
    let id = &i.involvement_id;
    let parents = Link::new("Record what parents are told", format!("{here}/parents-decisions/new?involvement={id}"));
    let part = [
        Link::new("Correct their part", format!("{here}/involvements/{id}")),
        Link::new("End their part", format!("{here}/involvements/{id}/end")),
    ];
    (i.role != "subject_adult").then_some(parents).into_iter().chain(part).collect()
}

/// What a part said before, and how it ended, oldest first.
pub fn past(i: &Involvement, names: &People) -> Vec<String> {
    let by = |account_id: &str| names.name(account_id);
    let changed = i.changes.iter().map(|change| {
        let when = words::stamp(change.create_time.as_ref()).unwrap_or_default();
        let who = by(&change.account_id);
        format!("{} until {when}. Corrected by {who}: {}", before(change), change.reason)
    });
    let ended = i.end.iter().map(|end| {
        let when = words::stamp(end.create_time.as_ref()).unwrap_or_default();
        format!("Ended {when} by {}: {}", by(&end.account_id), end.reason)
    });
    changed.chain(ended).collect()
}

/// What a part said before it was corrected.
pub fn before(change: &InvolvementChange) -> String {
    let mut told = vec![words::called(words::PARTS, &change.role)];
    if !change.year_group.is_empty() {
        told.push(format!("year {}", change.year_group));
    }
    if !change.vulnerabilities.is_empty() {
        told.push(vulnerable(&change.vulnerabilities).to_lowercase());
    }
    told.join(", ")
}

fn vulnerable(codes: &[String]) -> String {
    codes.iter().map(|v| words::called(words::VULNERABILITIES, v)).collect::<Vec<_>>().join(", ")
}

/// The accounts named in the parts of a case.
pub fn accounts(case: &Case) -> impl Iterator<Item = &String> {
    let changed = case.involvements.iter().flat_map(|i| i.changes.iter().map(|change| &change.account_id));
    changed.chain(case.involvements.iter().filter_map(|i| i.end.as_ref()).map(|end| &end.account_id))
}

/// What is asked to correct a part. Vulnerabilities in words of their own stay to choose.
pub fn fields(i: &Involvement) -> Vec<Field> {
    let known = |v: &&String| words::VULNERABILITIES.iter().all(|(code, _)| code != v);
    let own = i.vulnerabilities.iter().filter(known).map(|v| (v.as_str(), v.as_str()));
    vec![
        Field::radios("role", "Their part in this case", words::PARTS).value(&i.role),
        super::involvement::year_group().value(i.year_group.clone()),
        Field::checkboxes("vulnerabilities", "What may make them more vulnerable? (optional)", words::VULNERABILITIES)
            .choices(own)
            .values(i.vulnerabilities.clone()),
        super::involvement::shown_to().value(i.shown_to.clone()),
        Field::long_text("reason", "Why is it corrected?").hint("What it said before stays, with your name."),
    ]
}

/// What is asked to end a part.
pub fn end_fields() -> Vec<Field> {
    let hint = "What is recorded of them stays. Nothing more is asked about their parents or their support.";
    vec![Field::long_text("reason", "Why does their part end?").hint(hint)]
}

/// The page that corrects a part, with those who may be the adult of the case; the one that ends it, where none are given.
fn page(visit: &Visit, case: &Case, id: &str, colleagues: Option<&[Colleague]>) -> FormPage {
    let bare = Involvement { involvement_id: id.to_owned(), ..Involvement::default() };
    let i = case.involvements.iter().find(|i| i.involvement_id == id).unwrap_or(&bare);
    let mut page = match colleagues {
        None => {
            act::page(visit, case, "End a person’s part", &format!("involvements/{id}/end"), "End it", end_fields())
        }
        Some(colleagues) => {
            let mut asked = fields(i);
            if access::asks_adult(case) {
                asked.extend(access::adult_fields(colleagues, true));
            }
            act::page(visit, case, "Correct a person’s part", &format!("involvements/{id}"), "Save", asked)
        }
    };
    page.rows.extend(Row::some("Person", Some(i.person.clone())));
    if colleagues.is_none() && !i.role.is_empty() {
        page.rows.push(Row::new("Part", words::called(words::PARTS, &i.role)));
    }
    page
}

async fn asked(visit: Visit, case_id: &str, id: &str, ends: bool) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, case_id, Permission::CaseWork).await?;
    if case.involvements.iter().all(|i| i.involvement_id != id) {
        return Err(Error::missing().into());
    }
    if ends {
        return visit.page(&page(&visit, &case, id, None));
    }
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    visit.page(&page(&visit, &case, id, Some(&colleagues)))
}

/// Asks what to correct.
pub async fn show(visit: Visit, Path((_, case_id, id)): Path<(String, String, String)>) -> Answer {
    asked(visit, &case_id, &id, false).await
}

/// Asks why it ends.
pub async fn show_end(visit: Visit, Path((_, case_id, id)): Path<(String, String, String)>) -> Answer {
    asked(visit, &case_id, &id, true).await
}

/// Corrects it.
pub async fn correct(Path((_, case_id, id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = UpdateInvolvementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        involvement_id: id.clone(),
        role: answers.text("role"),
        year_group: answers.text("year_group"),
        vulnerabilities: answers.all("vulnerabilities"),
        reason: answers.text("reason"),
        etag: String::new(),
        request_id: answers.request_id(),
        subject: None,
        works_elsewhere: !answers.all("works_elsewhere").is_empty(),
        shown_to: answers.text("shown_to"),
    };
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    let mut v = Violations::new();
    v.check(!command.role.is_empty(), "role", "Select their part in this case");
    v.check(!command.reason.is_empty(), "reason", "Enter why it is corrected");
    let answered = match v.finish() {
        Ok(()) => access::adult_of(&visit, &answers).await,
        Err(error) => Err(error),
    };
    let done = match answered {
        Ok(subject) => {
            heard(visit.cases()?.update_involvement(ask(UpdateInvolvementRequest { subject, ..command }))).await
        }
        Err(error) => Err(error),
    };
    let done = done.map_err(access::at_fields);
    act::settle(&visit, &case_id, &answers, done, "part", |case| page(&visit, case, &id, Some(&colleagues))).await
}

/// Ends it.
pub async fn end(Path((_, case_id, id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = EndInvolvementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        involvement_id: id.clone(),
        reason: answers.text("reason"),
        etag: String::new(),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.reason.is_empty(), "reason", "Enter why their part ends");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.end_involvement(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "part", |case| page(&visit, case, &id, None)).await
}
