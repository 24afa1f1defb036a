//! The searches of the school, whichever case they belong to, and those of none: every one is recorded, whether or not
//! anything was found (rule SEA-01).

use axum::extract::{Path, Query};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, ListSearchesRequest, Search},
};
use serde::Serialize;

use super::{
    act,
    chain::{self, search_event},
    device,
    page::Event,
    to_work,
};
use crate::{
    console::{
        concern::Listed,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, FormPage},
        part::{Head, Link, Pager},
    },
};

/// What the page of a new one is called.
const TITLE: &str = "Record a search";

/// The list.
#[derive(Debug, Serialize)]
pub struct Searches {
    head: Head,
    /// Where one is recorded that belongs to no case; none for those who may not.
    record: Link,
    searches: Vec<Event>,
    pager: Pager,
}

impl Page for Searches {
    const TEMPLATE: &'static str = "searches.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let search = Search {
            kind: "possessions".into(),
            searched: "A bag <blue>".into(),
            searched_by: "Ms Ali".into(),
            present: "Mr Bun".into(),
            ..Search::default()
        };
        let of_a_case = Search { case_id: "cas_1".into(), found: true, result: "A phone".into(), ..search.clone() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |record, searches| Self {
            head: Head::new("Searches", vec![Link::new("Home", "/")]),
            record,
            searches,
            pager: Pager::new("/schools/sch_1/searches", &[], "", ""),
        };
        let searches = [&search, &of_a_case].map(|search| listed_event(search, &at));
        vec![page(Link::new(TITLE, "/x"), searches.into()), page(Link::default(), Vec::new())]
    }
}

/// A search, with the way to its case where it belongs to one.
fn listed_event(search: &Search, at: &dyn Fn(&str) -> String) -> Event {
    let event = search_event(search, "");
    match search.case_id.as_str() {
        "" => event,
        case => event.link(Link::new("Open its case’s searches", at(&format!("/cases/{case}/devices")))),
    }
}

/// Whether the visitor records what belongs to no case: the head and the chair of governors have single cases.
fn works(visit: &Visit) -> bool {
    visit.may(Permission::CaseWork) && super::leads(visit)
}

/// Lists them, the latest first.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = ListSearchesRequest {
        school_id: visit.school.clone(),
        page_token: listed.page_token.clone(),
        ..ListSearchesRequest::default()
    };
    let answer = heard(visit.cases()?.list_searches(ask(asked))).await?;
    let record = if works(&visit) { Link::new(TITLE, visit.at("/searches/new")) } else { Link::default() };
    visit.page(&Searches {
        head: Head::new("Searches", visit.crumbs(&[("Cases", visit.at("/cases"))])),
        record,
        searches: answer.searches.iter().map(|search| listed_event(search, &|path| visit.at(path))).collect(),
        pager: Pager::new(&visit.at("/searches"), &[], &listed.page_token, &answer.next_page_token),
    })
}

/// What is asked of a search; `devices` are those of its case, by id.
pub fn fields(devices: &[(String, String)]) -> Vec<Field> {
    let mut asked = device::search_fields();
    if !devices.is_empty() {
        let choices = devices.iter().map(|(id, item)| (id.as_str(), item.as_str()));
        let held = Field::select("custody_id", "Which device, where what is on it was searched? (optional)");
        asked.insert(1, held.choices([("", "None of those in custody")]).choices(choices));
    }
    asked
}

/// The devices of a case, as a choice.
async fn devices(visit: &Visit, case_id: &str) -> Vec<(String, String)> {
    let found = chain::devices(visit, case_id).await.unwrap_or_default();
    found.into_iter().map(|device| (device.custody_id, device.item)).collect()
}

fn case_page(visit: &Visit, case: &Case, devices: &[(String, String)]) -> FormPage {
    let mut page = act::page(visit, case, TITLE, "searches", "Record the search", fields(devices));
    page.form = page.form.carrying("etag", case.etag.clone());
    page
}

/// Asks what was searched in a case.
pub async fn show_in_case(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&case_page(&visit, &case, &devices(&visit, &case_id).await))
}

/// Records it.
pub async fn record_in_case(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let devices = devices(&visit, &case_id).await;
    let done = match device::search_command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.record_search(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "search", |case| case_page(&visit, case, &devices)).await
}

fn page(visit: &Visit) -> FormPage {
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Searches", visit.at("/searches"))]);
    visit.form_page(Head::new(TITLE, crumbs), visit.at("/searches/new"), "Record the search", fields(&[])).lead(
        "For a search of a person or of possessions that belongs to no case. What is on a device is looked at in a case, \
         whose facts say whether it may be.",
    )
}

/// Asks what was searched.
pub async fn show_new(visit: Visit) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&page(&visit))
}

/// Records it.
pub async fn record(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match device::search_command(&visit, "", &answers) {
        Ok(command) => heard(visit.cases()?.record_search(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/searches?done=search")),
        Err(error) => visit.again(page(&visit), &answers, error, &visit.at("/searches")),
    }
}
