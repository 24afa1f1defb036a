//! The devices of a case with their chains, its searches, and what was told outside the school.

use axum::extract::Path;
use chassis::{error::Error, id::SchoolId};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AddCustodyEventRequest, Case, CustodyEntry, CustodyEvent, Disclosure, ListCustodyRequest,
        ListDisclosuresRequest, ListSearchesRequest, Search,
    },
};
use serde::Serialize;

use super::{
    act,
    device::{GROUNDS, RECIPIENTS},
    fetch,
    material::BODIES,
    page::Event,
    pages::{filled, past},
    to_work,
};
use crate::{
    console::{
        learner::told::standing,
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// Where a device is.
pub(super) const STATES: Codes = &[("held", "Held"), ("with_police", "With the police"), ("released", "Released")];
const KINDS: Codes = &[
    ("moved", "Moved to another place"),
    ("examined", "Examined"),
    ("handed_to_police", "Handed to the police"),
    ("returned_by_police", "Returned by the police"),
    ("released_to_parent", "Released to a parent"),
];

/// That an earlier link was recorded by mistake.
const CORRECTED: (&str, &str) = ("corrected", "Something in the chain was recorded by mistake");

/// That a device of no case belongs to one.
pub(super) const PUT_IN_CASE: (&str, &str) = ("put_in_case", "Put into a case");

/// What a page is called on which a chain is added to, and what stands first on it.
pub(super) const TITLE: &str = "Add to the chain of a device";
pub(super) const LEAD: &str = "A device leaves the school only by what is recorded here. Nothing of the chain can be changed later: a mistake is corrected by saying so here, and what happened instead is added after that.";

/// Devices, searches and disclosures of one case.
#[derive(Debug, Serialize)]
pub struct Devices {
    head: Head,
    devices: Vec<Event>,
    searches: Vec<Event>,
    disclosures: Vec<Event>,
}

impl Page for Devices {
    const TEMPLATE: &'static str = "devices.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let head = || Head::new("Devices, searches and disclosures", vec![Link::new("Home", "/")]).of("2026-014");
        let event = CustodyEvent {
            number: 1,
            kind: "taken".into(),
            place: "Safe".into(),
            account_id: "acc_1".into(),
            ..CustodyEvent::default()
        };
        let device = CustodyEntry {
            item: "Phone <blue>".into(),
            state: "held".into(),
            owner: "Zed <Quill>".into(),
            events: vec![event],
            ..CustodyEntry::default()
        };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let search = Search { kind: "person".into(), found: true, result: "A phone".into(), ..Search::default() };
        let told =
            Disclosure { recipient_kind: "police".into(), shared: true, what: "All".into(), ..Disclosure::default() };
        let asked = Disclosure {
            recipient_kind: "other_school".into(),
            state: "declined".into(),
            state_reason: "No <child> of ours".into(),
            ..told.clone()
        };
        let running =
            Disclosure { shared_incident_id: "shi_1".into(), shared_disclosure_id: "six_1".into(), ..told.clone() };
        vec![
            Self {
                head: head(),
                devices: vec![device_event(&device, &people, Some("/schools/sch_1/cases/cas_1"), None)],
                searches: vec![search_event(&search, "Phone <blue>")],
                disclosures: vec![
                    disclosure_event(&told, None, Some("/schools/sch_1")),
                    disclosure_event(&asked, Some("Harrowmere <High> School"), None),
                    disclosure_event(&running, Some("Harrowmere <High> School"), Some("/schools/sch_1")),
                ],
            },
            Self { head: head(), devices: vec![], searches: vec![], disclosures: vec![] },
        ]
    }
}

/// A device with its chain, and who did what in it; `here` is the page below which its chain is added to.
pub(super) fn device_event(device: &CustodyEntry, people: &People, here: Option<&str>, due: Option<String>) -> Event {
    let chain = device.events.iter().map(|link| {
        let recorded_by = people.name(&link.account_id);
        let (kind, person) = match link.kind.as_str() {
            // The owner stands above the chain.
            "taken" if link.taken_by.is_empty() => (format!("Taken by {recorded_by}"), ""),
            "taken" => (format!("Taken by {}, recorded by {recorded_by}", link.taken_by), ""),
            kind if kind == CORRECTED.0 => {
                (format!("Number {} was recorded by mistake, as {recorded_by} says", link.corrects), "")
            }
            kind if kind == PUT_IN_CASE.0 => (format!("{} by {recorded_by}", PUT_IN_CASE.1), ""),
            kind => (format!("{}, recorded by {recorded_by}", words::called(KINDS, kind)), link.person.as_str()),
        };
        let when = words::stamp(link.event_time.as_ref()).unwrap_or_default();
        let who = if link.kind == "examined" { "Examined by" } else { "To or from" };
        let (present, note) = (link.present.as_str(), link.note.as_str());
        let parts = [("Kept at", link.place.as_str()), (who, person), ("Also there", present), ("Note", note)];
        let parts: String = parts
            .iter()
            .filter(|(_, said)| !said.is_empty())
            .map(|(label, said)| format!("\n{label}: {said}"))
            .collect();
        let mistaken = if link.mistaken { " (by mistake)" } else { "" };
        format!("{}. {kind}{mistaken}, {when}{parts}", link.number)
    });
    let more = chain.collect::<Vec<_>>().join("\n");
    let owner = if device.owner.is_empty() { String::new() } else { format!("\nWhose it is: {}", device.owner) };
    let text = format!("{}. {}{owner}", words::called(GROUNDS, &device.ground), device.reason);
    let state = words::called(STATES, &device.state);
    let state = due.map_or(state.clone(), |due| format!("{state}, {due}"));
    let event = Event::new(device.item.clone(), state, text).more(more);
    match (here, way(device)) {
        (Some(here), Some(way)) => event.link(Link::new(way, format!("{here}/custody/{}", device.custody_id))),
        _ => event,
    }
}

/// What can be done with the chain of a device: of one that was released, a mistake can be corrected.
pub(super) fn way(device: &CustodyEntry) -> Option<&'static str> {
    match device.state.as_str() {
        "released" if mistakable(device).next().is_none() => None,
        "released" => Some("Correct a mistake in the chain"),
        _ => Some("Add to the chain"),
    }
}

/// What may have been recorded by mistake after a device was taken.
fn mistakable(device: &CustodyEntry) -> impl Iterator<Item = (String, String)> + '_ {
    let may = |link: &&CustodyEvent| KINDS.iter().any(|(kind, _)| *kind == link.kind) && !link.mistaken;
    device.events.iter().filter(may).map(|link| {
        let when = words::stamp(link.event_time.as_ref()).unwrap_or_default();
        (link.number.to_string(), format!("{}. {}, {when}", link.number, words::called(KINDS, &link.kind)))
    })
}

/// Who did something with one of some devices.
pub(super) async fn hands(visit: &Visit, devices: &[CustodyEntry]) -> People {
    visit.people(devices.iter().flat_map(|device| &device.events).map(|link| link.account_id.as_str())).await
}

/// A search; `device` is the one in custody of which the contents were searched, empty where it is none or not known here.
pub(super) fn search_event(search: &Search, device: &str) -> Event {
    let found = if search.found { format!("Found: {}", search.result) } else { "Nothing was found".to_owned() };
    let who = format!("Searched by {}, with {}", search.searched_by, search.present);
    let when = words::stamp(search.search_time.as_ref()).unwrap_or_default();
    let device = if device.is_empty() { String::new() } else { format!("\nThe device: {device}") };
    Event::new(search.searched.clone(), when, format!("{}\n{who}{device}", search.reason)).more(found)
}

/// What the device is called of which a search says that its contents were searched; empty where it says none.
fn searched<'a>(search: &Search, devices: &'a [CustodyEntry]) -> &'a str {
    let of = devices.iter().find(|device| !search.custody_id.is_empty() && device.custody_id == search.custody_id);
    of.map_or("", |device| device.item.as_str())
}

/// Whether the recipient of a disclosure is a school of the platform.
fn school(told: &Disclosure) -> bool {
    told.recipient_kind == "other_school" && told.recipient.parse::<SchoolId>().is_ok()
}

/// Something told outside the school; `school` is what a school of the platform is called. Below `place` whoever shares incidents
/// ends what another school is shown.
fn disclosure_event(told: &Disclosure, school: Option<&str>, place: Option<&str>) -> Event {
    let whom = match school {
        Some(school) => school.to_owned(),
        // Bodies that take reports are kept by their codes.
        None if told.recipient_kind == "reporting_body" => words::called(BODIES, &told.recipient),
        None => told.recipient.clone(),
    };
    let title = format!("{}: {whom}", words::called(RECIPIENTS, &told.recipient_kind));
    let shared = standing(&told.state, false, told.shared);
    let taken = if told.state == "told" { told.state_time.as_ref() } else { None };
    let when = words::stamp(taken.or(told.create_time.as_ref())).unwrap_or_default();
    let event = Event::new(title, format!("{shared}, {when}"), told.what.clone())
        .more(told.reason.clone())
        .noted(&told.state_reason);
    let Some(place) = place.filter(|_| !told.shared_disclosure_id.is_empty()) else { return event };
    // Whether or not the school is in the incident still.
    let end = format!("{place}/shared-incidents/{}/disclosures/{}", told.shared_incident_id, told.shared_disclosure_id);
    event.link(Link::new("End what they are shown", end))
}

/// The devices of a case.
pub(super) async fn devices(visit: &Visit, case_id: &str) -> Result<Vec<CustodyEntry>, Error> {
    let asked =
        ListCustodyRequest { school_id: visit.school.clone(), case_id: case_id.to_owned(), ..Default::default() };
    Ok(heard(visit.cases()?.list_custody(ask(asked))).await?.entries)
}

/// Shows them.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let school_id = visit.school.clone();
    let searches = ListSearchesRequest { school_id: school_id.clone(), case_id: case_id.clone(), ..Default::default() };
    let searches = heard(visit.cases()?.list_searches(ask(searches))).await?.searches;
    let told = ListDisclosuresRequest { school_id, case_id: case_id.clone(), ..Default::default() };
    let mut told = heard(visit.cases()?.list_disclosures(ask(told))).await?.disclosures;
    // A school of the platform is kept by its id, and read by its name.
    for one in told.iter_mut().filter(|one| one.recipient.starts_with("sch_")) {
        one.recipient = visit.school_name(&one.recipient).await;
    }
    let here = visit.at(&format!("/cases/{case_id}"));
    let works = case.state == "open" && super::may(&visit, &case, Permission::CaseWork);
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    let devices = devices(&visit, &case_id).await?;
    let shares = visit.may(Permission::CaseShare).then(|| visit.at(""));
    let people = hands(&visit, &devices).await;
    let mut disclosures = Vec::new();
    for one in &told {
        let name = if school(one) { Some(visit.school_name(&one.recipient).await) } else { None };
        disclosures.push(disclosure_event(one, name.as_deref(), shares.as_deref()));
    }
    visit.page(&Devices {
        head: Head::new("Devices, searches and disclosures", crumbs).of(case.reference.clone()),
        devices: devices
            .iter()
            .map(|device| device_event(device, &people, works.then_some(here.as_str()), None))
            .collect(),
        searches: searches.iter().map(|search| search_event(search, searched(search, &devices))).collect(),
        disclosures,
    })
}

/// What is asked of a link in the chain of a device: only about mistakes where it was released.
pub fn fields(device: &CustodyEntry) -> Vec<Field> {
    let mistakes: Vec<(String, String)> = mistakable(device).collect();
    let choices = || mistakes.iter().map(|(number, text)| (number.as_str(), text.as_str()));
    let which = |label: &str| Field::select("corrects", label).choices([("", "None")]).choices(choices());
    let wrong = "What was wrong?";
    if device.state == "released" {
        return vec![
            Field::radios("kind", "What is it?", &[]).choices([CORRECTED]).value(CORRECTED.0),
            which("What was recorded by mistake?"),
            Field::long_text("note", wrong),
        ];
    }
    let mut fields = vec![
        Field::radios("kind", "What happened to it?", KINDS),
        Field::name("person", "To whom was it given, or who examined it?"),
        Field::name("place", "Where is it from now on?"),
        Field::name("present", "Who else was there? (optional)"),
        Field::long_text("note", "Anything else, such as a receipt or the officer’s number? (optional)"),
        Field::moment("event_time", "When? (optional)").hint("Leave this empty if it was just now."),
    ];
    if !mistakes.is_empty() {
        if let Some(kind) = fields.first_mut() {
            *kind = kind.clone().choices([CORRECTED]);
        }
        let label = "If something was recorded by mistake: what? (optional)";
        fields.insert(1, which(label).hint("Say under Anything else what was wrong."));
    }
    fields
}

fn link_page(visit: &Visit, case: &Case, device: &CustodyEntry) -> FormPage {
    let path = format!("custody/{}", device.custody_id);
    act::page(visit, case, TITLE, &path, "Add it", fields(device)).lead(LEAD)
}

/// A device of a case.
async fn device(visit: &Visit, case_id: &str, custody_id: &str) -> Result<CustodyEntry, Error> {
    let all = devices(visit, case_id).await?;
    all.into_iter().find(|device| device.custody_id == custody_id).ok_or_else(Error::missing)
}

/// Asks for a link.
pub async fn show_link(visit: Visit, Path((_, case_id, custody_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    let device = device(&visit, &case_id, &custody_id).await?;
    visit.page(&link_page(&visit, &case, &device))
}

/// Adds it.
pub async fn add_link(Path((_, case_id, custody_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &custody_id, &answers) {
        Ok(command) => heard(visit.cases()?.add_custody_event(ask(command))).await,
        Err(error) => Err(error),
    };
    // What is asked is about the device as it is, also where the answers were refused.
    let bare = CustodyEntry { custody_id: custody_id.clone(), ..CustodyEntry::default() };
    let device = if done.is_err() { device(&visit, &case_id, &custody_id).await.unwrap_or(bare) } else { bare };
    act::settle(&visit, &case_id, &answers, done, "chain", |case| link_page(&visit, case, &device)).await
}

/// What was answered, as the command.
pub(super) fn command(visit: &Visit, custody_id: &str, answers: &Answers) -> Result<AddCustodyEventRequest, Error> {
    filled(answers, &[("kind", "Select what happened to it")])?;
    let corrects = answers.text("kind") == CORRECTED.0;
    if corrects {
        filled(answers, &[("corrects", "Select what was recorded by mistake"), ("note", "Enter what was wrong")])?;
    }
    Ok(AddCustodyEventRequest {
        school_id: visit.school.clone(),
        custody_id: custody_id.to_owned(),
        kind: answers.text("kind"),
        place: answers.text("place"),
        person: answers.text("person"),
        present: answers.text("present"),
        note: answers.text("note"),
        event_time: past(visit, answers, "event_time")?,
        request_id: answers.request_id(),
        case_id: answers.text("case_id"),
        corrects: if corrects { answers.text("corrects").parse().unwrap_or_default() } else { 0 },
    })
}

/// A device in a state, with something that may have been a mistake.
#[cfg(test)]
pub fn sample(state: &str) -> CustodyEntry {
    let event = |number: u32, kind: &str| CustodyEvent { number, kind: kind.into(), ..CustodyEvent::default() };
    CustodyEntry {
        custody_id: "cus_1".into(),
        state: state.into(),
        events: vec![event(1, "taken"), event(2, "moved")],
        ..CustodyEntry::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_device_is_only_corrected() {
        let asks =
            |state: &str, name: &str| format!("{:?}", fields(&sample(state))).contains(&format!("name: \"{name}\""));
        assert!(asks("released", "corrects") && asks("released", "note") && !asks("released", "place"));
        assert!(asks("held", "corrects") && asks("held", "place"));
        let only_taken = |state: &str| CustodyEntry { events: Vec::new(), ..sample(state) };
        assert_eq!((way(&only_taken("released")), way(&only_taken("held"))), (None, Some("Add to the chain")));
    }

    #[test]
    fn a_search_of_what_is_on_a_device_says_which() {
        let device =
            |id: &str, item: &str| CustodyEntry { custody_id: id.into(), item: item.into(), ..Default::default() };
        let devices = [device("cus_1", "Blue phone"), device("cus_2", "Tablet")];
        let of = |custody_id: &str| Search { custody_id: custody_id.into(), ..Search::default() };
        for (custody_id, called) in [("cus_2", "Tablet"), ("cus_3", ""), ("", "")] {
            assert_eq!(searched(&of(custody_id), &devices), called, "{custody_id}");
        }
    }
}
