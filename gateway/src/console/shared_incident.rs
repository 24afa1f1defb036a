//! The part of an incident that its schools share: who is in it, entries, tasks, decisions, minutes, under role labels.
//! Nothing of any school's case. `act` has one form for each act, `item` corrects and
//! withdraws what was written, `list` has the incidents of a school, `learner` who its learners are to whom.

pub mod act;
#[cfg(test)]
mod example;
pub mod item;
pub mod learner;
pub mod list;

#[cfg(test)]
pub use example::{sample, sample_names};

use std::collections::HashMap;

use axum::{
    extract::Path,
    routing::{get, post},
};
use chassis::{desk::Desk, error::Error};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AddSharedEntryRequest, GetSharedIncidentRequest, Invitation, SharedChange, SharedDecision, SharedIncident,
        SharedMinutes, SharedTask,
    },
};
use serde::Serialize;

use super::{
    Below, authority,
    case::page::Event,
    posted::Posted,
    register::day,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Link, Row},
    words::{self, Codes},
};

/// How somebody stands to it.
const STANDINGS: Codes = &[("lead", "Leads it"), ("member", "In it"), ("left", "Left"), ("removed", "Was removed")];

/// Who came and went.
const CHANGES: Codes = &[
    ("joined", "came in"),
    ("left", "left"),
    ("removed", "was removed by the school that leads"),
    ("removed_by_authority", "was removed by the authority"),
    ("lead_passed", "leads from now on"),
    ("officer_asked", "was invited"),
    ("officer_joined", "came in"),
    ("closed", "closed the incident"),
    ("reopened", "opened the incident again"),
];

/// The pages of shared incidents at a school.
pub fn pages() -> Vec<Below> {
    vec![
        ("/shared-incidents", get(list::show)),
        ("/shared-incidents/{shared_incident_id}", get(show)),
        ("/shared-incidents/{shared_incident_id}/entries", post(add_entry)),
        ("/shared-incidents/{shared_incident_id}/tasks/{task_id}", get(act::show_done).post(act::done)),
        (
            "/shared-incidents/{shared_incident_id}/learners/{learner_id}",
            get(learner::show_disclose).post(learner::disclose),
        ),
        (
            "/shared-incidents/{shared_incident_id}/disclosures/{disclosure_id}",
            get(learner::show_stop).post(learner::stop),
        ),
        (
            "/shared-incidents/{shared_incident_id}/items/{shared_item_id}/correct",
            get(item::show_correct).post(item::correct),
        ),
        (
            "/shared-incidents/{shared_incident_id}/items/{shared_item_id}/withdraw",
            get(item::show_withdraw).post(item::withdraw),
        ),
        ("/shared-incidents/{shared_incident_id}/{act}", get(act::show).post(act::send)),
    ]
}

/// The shared part.
#[derive(Debug, Serialize)]
pub struct SharedPage {
    head: Head,
    kind: String,
    rows: Vec<Row>,
    acts: Vec<Link>,
    /// What it was opened with.
    opening: Vec<Event>,
    learners: Vec<Event>,
    tasks: Vec<Event>,
    decisions: Vec<Event>,
    minutes: Vec<Event>,
    entries: Vec<Event>,
    changes: Vec<Event>,
    /// Invitations that wait, each with the way to take it back; for the school that leads.
    waiting: Vec<Waiting>,
    /// Those that were declined or taken back; for the same.
    ended: Vec<Event>,
    form: Option<Form>,
}

/// An invitation that waits.
#[derive(Debug, Serialize)]
struct Waiting {
    whom: String,
    form: Form,
}

impl Page for SharedPage {
    const TEMPLATE: &'static str = "shared_incident.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/e", "Add the entry", "1".into(), fields());
        let place =
            Place { own: "sch_1", here: "/schools/sch_1/shared-incidents/shi_1", crumbs: vec![Link::new("Home", "/")] };
        let mut full = Self::new(&sample(), &sample_names(), place, Some(form()));
        let take_back = Form::new("/w", "Take it back", "1".into(), Vec::new());
        full.waiting.push(Waiting { whom: "Thistledown Grange School".into(), form: take_back });
        let wrong = form().refused(&Error::invalid("text", "Enter what the schools should know"), "");
        let bare = SharedIncident { shared_incident_id: "shi_1".into(), ..Default::default() };
        let place = Place { own: "sch_2", here: "/x", crumbs: vec![Link::new("Home", "/")] };
        vec![full, Self::new(&bare, &sample_names(), place, Some(wrong))]
    }
}

/// What is asked of an entry.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("text", "What should every school of this incident know?")
            .hint("No names: write “Learner 1” instead."),
    ]
}

/// What the schools of an incident are called to whoever reads it.
#[derive(Debug)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// Of these schools.
    pub async fn of<'a>(visit: &Visit, schools: impl Iterator<Item = &'a str>) -> Self {
        let mut names = HashMap::new();
        for id in schools {
            if visit.school.is_empty() && visit.directory.known(id).is_none() {
                // What they are called is then known; without it the page is still there.
                let _ = authority::schools(visit)
                    .await
                    .inspect_err(|error| tracing::warn!(%error, "schools have no names now"));
            }
            let name = match visit.directory.known(id) {
                _ if id == visit.school => "your school".to_owned(),
                Some(name) => name,
                None if visit.school.is_empty() => "a school".to_owned(),
                None => visit.school_name(id).await,
            };
            names.insert(id.to_owned(), name);
        }
        Self(names)
    }

    /// A school.
    pub fn school(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| "another school".to_owned())
    }

    /// A school or a desk; the authority where it is neither.
    pub fn who(&self, school_id: &str, desk: &str) -> String {
        match Desk::of(desk) {
            Some(desk) => format!("the authority’s {}", desk.words()),
            None if school_id.is_empty() => "the authority".to_owned(),
            None => self.school(school_id),
        }
    }
}

/// Where a shared incident is shown, and to whom.
pub struct Place<'a> {
    /// Their school; empty at a desk.
    pub own: &'a str,
    /// The address of its page.
    pub here: &'a str,
    /// The way there.
    pub crumbs: Vec<Link>,
}

impl Place<'_> {
    /// The page of a case of the same school.
    fn case(&self, case_id: &str) -> String {
        let school = self.here.split_once("/shared-incidents").map_or("", |(school, _)| school);
        format!("{school}/cases/{case_id}")
    }
}

/// What the act of an address is called on the page.
fn acts(shared: &SharedIncident, place: &Place<'_>) -> Vec<Link> {
    let leads = !place.own.is_empty() && place.own == shared.lead_school_id;
    // Whoever is in it still comes and goes once it is closed; nothing is added.
    let goes = |act| matches!(act, act::Act::Remove | act::Act::Lead | act::Act::Leave | act::Act::Reopen);
    let closed = shared.close_time.is_some();
    // Whoever was always alone in it goes although they lead: their case is free then.
    let alone = leads && shared.members.len() == 1;
    let may = |act: act::Act| act.offered(place.own, leads) || (alone && act == act::Act::Leave);
    let all = act::Act::ALL.into_iter().filter(|(act, ..)| may(*act));
    let all = all.filter(|(act, ..)| if closed { goes(*act) } else { *act != act::Act::Reopen });
    let all = all.map(|(_, address, title)| Link::new(title, format!("{}/{address}", place.here)));
    let case = shared.own_case_ids.first().filter(|_| leads && !closed);
    let invite = case.map(|case| Link::new("Invite another school", format!("{}/invite-school", place.case(case))));
    invite.into_iter().chain(all).collect()
}

/// What an entry corrects or adds to, in words.
fn corrected(shared: &SharedIncident, id: &str) -> String {
    let of = |time: &Option<prost_types::Timestamp>| words::stamp(time.as_ref()).unwrap_or_default();
    let entry =
        shared.entries.iter().find(|one| one.entry_id == id).map(|one| format!("an entry of {}", of(&one.create_time)));
    let task =
        || shared.tasks.iter().find(|one| one.task_id == id).map(|one| format!("a task of {}", of(&one.create_time)));
    let decision = || {
        let found = shared.decisions.iter().find(|one| one.decision_id == id);
        found.map(|one| format!("a decision of {}", of(&one.create_time)))
    };
    let minutes = || {
        let found = shared.minutes.iter().find(|one| one.minutes_id == id);
        found.map(|one| format!("minutes of {}", of(&one.create_time)))
    };
    let found = entry.or_else(task).or_else(decision).or_else(minutes);
    found.unwrap_or_else(|| "what the incident was opened with".to_owned())
}

/// Labels that earlier versions kept are of the school that opened it.
fn learners(shared: &SharedIncident, names: &Names, place: &Place<'_>) -> Vec<Event> {
    let known: Vec<&str> = shared.learners.iter().map(|one| one.label.as_str()).collect();
    let earlier = shared.learner_labels.iter().filter(|label| !known.contains(&label.as_str()));
    let earlier = earlier.map(|label| Event::new(label, "", ""));
    earlier
        .chain(shared.learners.iter().map(|one| learner::event(one, names, shared, (place.own, place.here))))
        .collect()
}

impl SharedPage {
    /// The page of one.
    pub fn new(shared: &SharedIncident, names: &Names, place: Place<'_>, form: Option<Form>) -> Self {
        let stamp = |time: &Option<prost_types::Timestamp>, school: &str, desk: &str| {
            format!("{}, by {}", words::stamp(time.as_ref()).unwrap_or_default(), names.who(school, desk))
        };
        let mut rows = Vec::new();
        rows.extend(Row::some("Opened", words::stamp(shared.create_time.as_ref())));
        rows.extend(Row::some("Closed", words::stamp(shared.close_time.as_ref())));
        for case in shared.own_case_ids.iter().filter(|_| !place.own.is_empty()) {
            rows.push(Row::new("Your case of it", "Open the case").to(place.case(case)));
        }
        for member in &shared.members {
            let ended = words::stamp(member.end_time.as_ref()).map(|at| format!(", {at}")).unwrap_or_default();
            let state = words::called(STANDINGS, &member.state);
            rows.push(Row::new(
                words::sentence(&names.who(&member.school_id, &member.desk)),
                format!("{state}{ended}"),
            ));
        }
        for part in &shared.own_parts {
            let said = match (&part.create_time, part.closed) {
                (None, _) => "has not said yet".to_owned(),
                (Some(_), true) => format!("closed. {}", part.reason),
                (Some(_), false) => format!("not closed: {}", part.reason),
            };
            rows.push(Row::new(format!("Own part of {}", names.school(&part.school_id)), words::sentence(said.trim())));
        }
        let item =
            |event: Event, id: &str, author: &str| item::event(event, id, shared, (place.own, author, place.here));
        let task = |task: &SharedTask| {
            let due = if task.due_date.is_empty() { String::new() } else { format!(", by {}", day(&task.due_date)) };
            let title = words::sentence(&format!("{}{due}", names.school(&task.owner_school_id)));
            let event = Event::new(title, stamp(&task.create_time, &task.school_id, ""), task.text.clone());
            let theirs = place.own == task.owner_school_id || place.own == shared.lead_school_id;
            let gone = shared.withdrawals.iter().any(|gone| gone.shared_item_id == task.task_id);
            let event = match &task.done {
                Some(done) => {
                    event.more(format!("Done {}: {}", stamp(&done.create_time, &done.school_id, ""), done.note))
                }
                None if theirs && !gone && !place.own.is_empty() && shared.close_time.is_none() => {
                    event.link(Link::new("It is done", format!("{}/tasks/{}", place.here, task.task_id)))
                }
                None if !gone && shared.close_time.is_some() => event.more("Not done when the incident was closed"),
                None => event,
            };
            item(event, &task.task_id, &task.school_id)
        };
        let decision = |one: &SharedDecision| {
            let more = format!("Why: {}\nSeen to by {}", one.reason, names.school(&one.owner_school_id));
            let event =
                Event::new("Decision", stamp(&one.create_time, &one.school_id, ""), one.text.clone()).more(more);
            item(event, &one.decision_id, &one.school_id)
        };
        let minutes = |one: &SharedMinutes| {
            let title = format!("Strategy discussion, {}", words::stamp(one.held_time.as_ref()).unwrap_or_default());
            let next =
                if one.next_date.is_empty() { String::new() } else { format!("\nMeet again: {}", day(&one.next_date)) };
            let text = format!("There: {}\nDiscussed: {}", one.present, one.discussed);
            let event = Event::new(title, stamp(&one.create_time, &one.school_id, ""), text)
                .more(format!("Decided: {}\nNext: {}{next}", one.decided, one.next));
            item(event, &one.minutes_id, &one.school_id)
        };
        let change = |one: &SharedChange| {
            let whom = names.who(&one.whom_school_id, &one.whom_desk);
            let title = words::sentence(&format!("{whom} {}", words::called(CHANGES, &one.change)));
            Event::new(title, stamp(&one.create_time, &one.school_id, &one.desk), one.reason.clone())
        };
        let entries = shared.entries.iter().rev().map(|entry| {
            let desk = if entry.school_id.is_empty() { Desk::Safeguarding.name() } else { "" };
            let title = match entry.corrects_entry_id.as_str() {
                "" => "Entry".to_owned(),
                id => format!("Correction of, or addition to, {}", corrected(shared, id)),
            };
            let event = Event::new(title, stamp(&entry.create_time, &entry.school_id, desk), entry.text.clone());
            item(event, &entry.entry_id, &entry.school_id)
        });
        let opener = shared.members.first().map_or("", |member| member.school_id.as_str());
        let opening = Event::new("Opened with", stamp(&shared.create_time, opener, ""), shared.summary.clone());
        let opening = item(opening, &shared.shared_incident_id, opener);
        let ended = |one: &Invitation| {
            let whom = words::sentence(&names.who(&one.to_school_id, &one.to_desk));
            let state = if one.state == "declined" { "Declined" } else { "Taken back" };
            let when = words::stamp(one.answer_time.as_ref()).unwrap_or_default();
            Event::new(whom, format!("{state} {when}"), one.reason.clone())
        };
        Self {
            head: Head::new("Shared incident", place.crumbs.clone()),
            kind: shared.title.clone(),
            rows,
            acts: acts(shared, &place),
            opening: vec![opening],
            learners: learners(shared, names, &place),
            tasks: shared.tasks.iter().rev().map(task).collect(),
            decisions: shared.decisions.iter().rev().map(decision).collect(),
            minutes: shared.minutes.iter().rev().map(minutes).collect(),
            entries: entries.collect(),
            changes: shared.changes.iter().rev().map(change).collect(),
            waiting: Vec::new(),
            ended: shared.ended_invitations.iter().map(ended).collect(),
            form: form.filter(|_| shared.close_time.is_none()),
        }
    }
}

/// Everybody it names.
pub fn named(shared: &SharedIncident) -> impl Iterator<Item = &str> {
    let members = shared.members.iter().map(|member| member.school_id.as_str());
    let asked = shared.invitations.iter().chain(&shared.ended_invitations).map(|asked| asked.to_school_id.as_str());
    members.chain(asked).filter(|id| !id.is_empty())
}

/// One that the visitor's school is in.
///
/// # Errors
/// `Missing` where it is not.
pub async fn fetch(visit: &Visit, shared_incident_id: &str) -> Result<SharedIncident, Error> {
    let asked =
        GetSharedIncidentRequest { school_id: visit.school.clone(), shared_incident_id: shared_incident_id.to_owned() };
    heard(visit.cases()?.get_shared_incident(ask(asked))).await?.shared_incident.ok_or_else(Error::missing)
}

/// The way to the page of one.
pub fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Shared incidents", visit.at("/shared-incidents"))])
}

async fn page(visit: &Visit, shared: &SharedIncident, form: Form) -> SharedPage {
    let names = Names::of(visit, named(shared)).await;
    let here = visit.at(&format!("/shared-incidents/{}", shared.shared_incident_id));
    let place = Place { own: &visit.school, here: &here, crumbs: crumbs(visit) };
    let mut page = SharedPage::new(shared, &names, place, Some(form));
    for asked in &shared.invitations {
        let whom = words::sentence(&names.who(&asked.to_school_id, &asked.to_desk));
        let action = visit.at(&format!("/invitations/{}/withdraw", asked.invitation_id));
        let form = visit.form(action, "Take the invitation back", Vec::new());
        page.waiting.push(Waiting { whom, form });
    }
    page
}

fn form(visit: &Visit, shared_incident_id: &str) -> Form {
    let mut fields = fields();
    fields.push(item::no_learner_meant());
    visit.form(visit.at(&format!("/shared-incidents/{shared_incident_id}/entries")), "Add the entry", fields)
}

/// Shows the shared part.
pub async fn show(visit: Visit, Path((_, shared_incident_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let shared = fetch(&visit, &shared_incident_id).await?;
    let form = form(&visit, &shared_incident_id);
    visit.page(&page(&visit, &shared, form).await)
}

/// Adds to it.
pub async fn add_entry(Path((_, shared_incident_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddSharedEntryRequest {
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        corrects_shared_item_id: String::new(),
        school_id: visit.school.clone(),
        shared_incident_id: shared_incident_id.clone(),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.add_shared_entry(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{shared_incident_id}?done=entry"))),
        Err(error) => {
            let form = visit.mended(form(&visit, &shared_incident_id), &answers, &error, "")?;
            let shared = fetch(&visit, &shared_incident_id).await?;
            visit.page_again(&page(&visit, &shared, form).await, &error)
        }
    }
}
