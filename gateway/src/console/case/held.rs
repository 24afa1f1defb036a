//! The devices of the school, whichever case they belong to, and those of none: taken against the rules, and given back to a parent
//! when the day is over.

use axum::extract::{Path, Query};
use chassis::{clock::moment, error::Error};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CustodyEntry, ListCasesRequest, ListCustodyRequest},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    chain::{self, LEAD, PUT_IN_CASE, STATES, TITLE, device_event},
    device,
    page::Event,
};
use crate::{
    console::{
        concern::{Filter, Listed, filters},
        home::list::{Item, Waiting, count},
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, FormPage},
        part::{Due, Head, Link, Pager},
        words,
    },
};

/// How many devices of a state are asked for at once.
const MANY: i32 = 1000;

/// What the school holds, has given to the police or released, whichever case it belongs to.
#[derive(Debug, Serialize)]
pub struct Held {
    head: Head,
    /// Where one is recorded that belongs to no case; none for those who may not.
    take: Link,
    filters: Vec<Filter>,
    devices: Vec<Event>,
    pager: Pager,
}

impl Page for Held {
    const TEMPLATE: &'static str = "held.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let device = CustodyEntry {
            custody_id: "cus_1".into(),
            item: "Phone <blue>".into(),
            state: "held".into(),
            ..CustodyEntry::default()
        };
        let of_a_case = CustodyEntry { case_id: "cas_1".into(), ..device.clone() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |take, devices| Self {
            head: Head::new("Devices", vec![Link::new("Home", "/")]),
            take,
            filters: filters("/schools/sch_1/devices", "state", "held", STATES),
            devices,
            pager: Pager::new("/schools/sch_1/devices", &[], "", ""),
        };
        let devices = [&device, &of_a_case].map(|device| held_event(device, &People::of(&[]), true, &at));
        vec![page(Link::new("Record a device taken", "/x"), devices.into()), page(Link::default(), Vec::new())]
    }
}

/// A device with by when it goes back, and the way to its case or, where it belongs to none, to its chain.
fn held_event(device: &CustodyEntry, people: &People, works: bool, at: &dyn Fn(&str) -> String) -> Event {
    let due = words::day(device.release_due_time.as_ref()).filter(|_| device.state == "held");
    let event = device_event(device, people, None, due.map(|day| format!("goes back to a parent by {day}")));
    match device.case_id.as_str() {
        "" => match chain::way(device).filter(|_| works) {
            Some(way) => event.link(Link::new(way, at(&place(device)))),
            None => event,
        },
        case => event.link(Link::new("Open its case’s devices", at(&format!("/cases/{case}/devices")))),
    }
}

/// Where the chain of a device of no case is added to.
fn place(device: &CustodyEntry) -> String {
    format!("/devices/{}", device.custody_id)
}

/// Lists the school's devices.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = ListCustodyRequest {
        school_id: visit.school.clone(),
        state: listed.state.clone(),
        page_token: listed.page_token.clone(),
        ..Default::default()
    };
    let answer = heard(visit.cases()?.list_custody(ask(asked))).await?;
    let people = chain::hands(&visit, &answer.entries).await;
    let path = visit.at("/devices");
    // The head and the chair of governors have single cases, and work nothing that belongs to none.
    let works = visit.may(Permission::CaseWork) && super::leads(&visit);
    let take = if works { Link::new("Record a device taken", visit.at("/devices/new")) } else { Link::default() };
    visit.page(&Held {
        head: Head::new("Devices", visit.crumbs(&[("Cases", visit.at("/cases"))])),
        take,
        filters: filters(&path, "state", &listed.state, STATES),
        devices: answer.entries.iter().map(|one| held_event(one, &people, works, &|path| visit.at(path))).collect(),
        pager: Pager::new(&path, &[("state", &listed.state)], &listed.page_token, &answer.next_page_token),
    })
}

/// Every device in a state.
async fn all(visit: &Visit, state: &str) -> Result<Vec<CustodyEntry>, Error> {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let (school_id, page_size) = (visit.school.clone(), MANY);
        let asked =
            ListCustodyRequest { school_id, state: state.to_owned(), page_size, page_token, ..Default::default() };
        let answer = heard(visit.cases()?.list_custody(ask(asked))).await?;
        found.extend(answer.entries);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(found);
        }
    }
}

/// What is asked of a device that is taken and belongs to no case.
pub fn fields() -> Vec<Field> {
    device::custody::fields(&Case::default())
}

fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Cases", visit.at("/cases")), ("Devices", visit.at("/devices"))])
}

fn take_page(visit: &Visit) -> FormPage {
    let head = Head::new("Record a device taken", crumbs(visit));
    visit.form_page(head, visit.at("/devices/new"), "Record the device", fields()).lead(
        "For a device that belongs to no case: it goes back to a parent when the day is over. Where it may be evidence, \
         open a case and record it there, or put it into one afterwards.",
    )
}

/// Asks what was taken.
pub async fn show_take(visit: Visit) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&take_page(&visit))
}

/// Records it.
pub async fn take(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match device::custody_command(&visit, "", &answers) {
        Ok(command) => heard(visit.cases()?.take_into_custody(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/devices?state=held&done=custody")),
        Err(error) => visit.again(take_page(&visit), &answers, error, &visit.at("/devices")),
    }
}

/// What is asked of a link in the chain of a device of no case: it may be put into one, by reference.
pub fn link_fields(device: &CustodyEntry, cases: &[(String, String)]) -> Vec<Field> {
    let mut fields = chain::fields(device);
    if device.state == "released" {
        return fields;
    }
    if let Some(kind) = fields.first_mut() {
        *kind = kind.clone().choices([PUT_IN_CASE]);
    }
    let choices = cases.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    let case = Field::select("case_id", "Into which case? (optional)").choices([("", "None")]).choices(choices);
    fields.insert(
        1,
        case.hint("Only where it is put into a case. What may be done with it, its facts say from then on."),
    );
    fields
}

/// The open cases of the visitor, as a choice.
async fn open_cases(visit: &Visit) -> Result<Vec<(String, String)>, Error> {
    let asked = ListCasesRequest {
        school_id: visit.school.clone(),
        state: "open".into(),
        page_size: MANY,
        ..ListCasesRequest::default()
    };
    let found = heard(visit.cases()?.list_cases(ask(asked))).await?.cases;
    let own = found.into_iter().filter(|case| !case.restricted);
    Ok(own.map(|case| (case.case_id, format!("{}: {}", case.reference, case.procedure_title))).collect())
}

async fn link_page(visit: &Visit, device: &CustodyEntry) -> FormPage {
    let action = visit.at(&format!("/devices/{}", device.custody_id));
    let cases = open_cases(visit).await.unwrap_or_default();
    visit.form_page(Head::new(TITLE, crumbs(visit)), action, "Add it", link_fields(device, &cases)).lead(LEAD)
}

/// A device of no case, in whatever state.
async fn of_none(visit: &Visit, custody_id: &str) -> Result<CustodyEntry, Error> {
    for (state, _) in STATES {
        let mut all = all(visit, state).await?.into_iter();
        let found = all.find(|device| device.custody_id == custody_id && device.case_id.is_empty());
        if let Some(device) = found {
            return Ok(device);
        }
    }
    Err(Error::missing())
}

/// Asks what happened to a device of no case.
pub async fn show_link(visit: Visit, Path((_, custody_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let device = of_none(&visit, &custody_id).await?;
    visit.page(&link_page(&visit, &device).await)
}

/// Adds it.
pub async fn add_link(Path((_, custody_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match chain::command(&visit, &custody_id, &answers) {
        Ok(command) => heard(visit.cases()?.add_custody_event(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/devices?state=held&done=chain")),
        Err(error) => {
            let device = of_none(&visit, &custody_id).await?;
            visit.again(link_page(&visit, &device).await, &answers, error, &visit.at("/devices"))
        }
    }
}

/// The devices that go back to a parent today, or ought to have.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn to_give_back(visit: &Visit) -> Result<Vec<CustodyEntry>, Error> {
    let mut held = all(visit, "held").await?;
    held.retain(|device| device.release_due_time.is_some());
    held.sort_by_key(|device| device.release_due_time.as_ref().map(|due| (due.seconds, due.nanos)));
    Ok(held)
}

/// The same at home, the longest held first (rule `custody.device_release`, R-239); none where there are none.
pub fn to_give_back_list(
    devices: &[CustodyEntry],
    now: OffsetDateTime,
    shown: usize,
    at: &dyn Fn(&str) -> String,
) -> Option<Waiting> {
    let item = |device: &CustodyEntry| {
        let late = device.release_due_time.as_ref().and_then(moment).is_some_and(|due| due < now);
        let word = if late { "overdue" } else { "due_today" };
        Item {
            link: Link::new(device.item.clone(), at(&place(device))),
            hint: "Goes back to a parent".to_owned(),
            due: Due::new(word, device.release_due_time.as_ref()),
        }
    };
    (!devices.is_empty()).then(|| Waiting {
        id: "devices",
        title: "Devices to give back".to_owned(),
        count: count(devices.len()),
        items: devices.iter().take(shown).map(item).collect(),
        all: Link::new("All devices held", at("/devices?state=held")),
        ..Waiting::default()
    })
}

#[cfg(test)]
mod tests {
    use chassis::clock::timestamp;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_device_that_was_not_given_back_is_overdue_when_its_day_is_over() {
        let device = CustodyEntry {
            custody_id: "cus_1".into(),
            item: "Phone".into(),
            state: "held".into(),
            release_due_time: Some(timestamp(datetime!(2026-11-24 23:59:59 UTC))),
            ..CustodyEntry::default()
        };
        let at = |path: &str| path.to_owned();
        let told = |now| {
            let list = to_give_back_list(std::slice::from_ref(&device), now, 5, &at);
            list.map(|list| (list.items[0].due.code.clone(), list.items[0].link.href.clone()))
        };
        let expected = |word: &str| Some((word.to_owned(), "/devices/cus_1".to_owned()));
        assert_eq!(told(datetime!(2026-11-24 16:00 UTC)), expected("due_today"));
        assert_eq!(told(datetime!(2026-11-25 08:00 UTC)), expected("overdue"));
        assert!(to_give_back_list(&[], datetime!(2026-11-25 08:00 UTC), 5, &at).is_none());
    }
}
