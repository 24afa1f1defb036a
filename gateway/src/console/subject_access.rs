//! Requests for what the school keeps about a child: who asked and by when it is answered, and what is decided about each
//! record. `item` has one record, `give` several that call for no thought, `answer` the file and the clock.

pub mod answer;
#[cfg(test)]
mod example;
pub mod give;
pub mod item;

use axum::{
    extract::{Path, Query},
    routing::get,
};
use chassis::error::{Error, Violations};
#[cfg(test)]
pub use example::sample;
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{
        AccessItem, AccessRequest, GetAccessRequestRequest, GetAccessRequestResponse, ListAccessRequestsRequest,
        ReceiveAccessRequestRequest,
    },
};
use serde::Serialize;

use super::{
    Below,
    case::page::Event,
    learner,
    people::People,
    posted::Posted,
    register::day,
    search,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form, FormPage},
    part::{From, Head, Link, Pager, Row},
    words::{self, Codes},
};

/// The states of a request.
const STATES: Codes = &[("open", "Open"), ("paused", "The clock stands still"), ("answered", "Answered")];
/// What may be decided about a record.
pub const DECISIONS: Codes = &[
    ("undecided", "Not decided"),
    ("release", "Given"),
    ("release_redacted", "Given with words taken out"),
    ("withhold", "Kept back"),
];
/// What is said where the answer is without something that the reader puts in.
const ADDS: &str = "What only some may read is still to be added";
/// How many a page of the list shows.
const SHOWN: i32 = 50;
/// How much of a record the list of them shows, in characters.
const BRIEF: usize = 240;
/// What the list of them is called.
pub const TITLE: &str = "Subject access requests";

/// The pages of requests, below a school.
pub fn pages() -> Vec<Below> {
    vec![
        ("/access-requests", get(list)),
        ("/learners/{learner_id}/access-requests", get(of_learner).post(receive)),
        ("/learners/{learner_id}/access-requests/new", get(show_new)),
        ("/access-requests/{access_request_id}", get(show)),
        ("/access-requests/{access_request_id}/clock", get(answer::show_clock).post(answer::clock)),
        ("/access-requests/{access_request_id}/extension", get(answer::show_extension).post(answer::extend)),
        ("/access-requests/{access_request_id}/items/{item_id}", get(item::show).post(item::decide)),
        ("/access-requests/{access_request_id}/give", get(give::show).post(give::give)),
        ("/access-requests/{access_request_id}/answer", get(answer::show).post(answer::send)),
    ]
}

/// The requests of a school, or about one child.
#[derive(Debug, Serialize)]
pub struct AccessRequests {
    head: Head,
    acts: Vec<Link>,
    requests: Vec<Event>,
    pager: Pager,
}

/// One request with its records.
#[derive(Debug, Serialize)]
pub struct AccessRequestPage {
    head: Head,
    rows: Vec<Row>,
    /// What is left to decide.
    left: String,
    acts: Vec<Link>,
    pauses: Vec<Event>,
    items: Vec<Event>,
    /// Looks for records that nobody linked to the child; none once it is answered.
    find: Option<Form>,
}

impl Page for AccessRequests {
    const TEMPLATE: &'static str = "access_requests.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let answered = sample().access_request.unwrap_or_default();
        let open = AccessRequest { state: "open".into(), export: None, due_word: "overdue".into(), ..answered.clone() };
        let page = |requests: &[AccessRequest]| Self {
            head: Head::new(TITLE, vec![Link::new("Home", "/")]),
            acts: vec![Link::new("Take in a request", "/schools/sch_1/learners/lrn_1/access-requests/new")],
            requests: requests.iter().map(|asked| line(asked, "/schools/sch_1/access-requests")).collect(),
            pager: Pager::new("/schools/sch_1/access-requests", &[], "", "x"),
        };
        vec![page(&[answered, open]), page(&[])]
    }
}

impl Page for AccessRequestPage {
    const TEMPLATE: &'static str = "access_request.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let file = sample();
        let open =
            AccessRequest { state: "paused".into(), export: None, ..file.access_request.clone().unwrap_or_default() };
        let open = GetAccessRequestResponse { access_request: Some(open), ..file.clone() };
        let answered = file.access_request.clone().unwrap_or_default();
        let further = answered.export.clone().into_iter().collect();
        let adds = AccessRequest { adds: true, due_word: "due".into(), further, ..answered };
        let adds = GetAccessRequestResponse { access_request: Some(adds), ..file.clone() };
        let none = GetAccessRequestResponse { items: Vec::new(), undecided: 0, ..open.clone() };
        let page = |file: &GetAccessRequestResponse, decides| {
            Self::new(
                file,
                "Sam <Oak>",
                &people,
                decides,
                "/schools/sch_1/access-requests/sar_1",
                "/schools/sch_1/learners/lrn_1",
                Vec::new(),
            )
        };
        let find = || Some(Form::new("/schools/sch_1/search", "Search", "1".into(), search::fields()));
        let open_page = page(&open, true).finding(find(), "Sam <Oak>", true);
        vec![page(&file, true), page(&adds, true), open_page, page(&open, false), page(&none, true)]
    }
}

/// By when it is answered, in words.
pub fn due(asked: &AccessRequest) -> String {
    let day = day(&asked.due_date);
    match asked.due_word.as_str() {
        "overdue" => format!("Overdue: was due {day}"),
        "due_today" => format!("Due today, {day}"),
        "" => String::new(),
        _ => format!("Due {day}"),
    }
}

fn line(asked: &AccessRequest, here: &str) -> Event {
    let state = words::called(STATES, &asked.state);
    let when = match &asked.export {
        Some(export) => {
            let answered = format!("{state} {}", words::day(export.create_time.as_ref()).unwrap_or_default());
            if asked.adds { format!("{answered}. {ADDS}: {}", due(asked)) } else { answered }
        }
        None => format!("{state}. {}", due(asked)),
    };
    let link = Link::new("Open the request", format!("{here}/{}", asked.access_request_id));
    Event::new(format!("Received {}", day(&asked.received_date)), when, asked.requested_by.clone()).link(link)
}

/// Whether somebody decides what is given: the lead and deputies, and the head, whose the records about adults are.
pub fn decides(visit: &Visit) -> bool {
    let answers = |role: &Role| matches!(role, Role::Dsl | Role::DeputyDsl | Role::Head);
    visit.may(Permission::CaseWork) && visit.roles().iter().any(answers)
}

/// The way to a request.
fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Children", visit.at("/learners")), (TITLE, visit.at("/access-requests"))])
}

async fn listed(visit: &Visit, learner_id: &str, from: &From) -> Result<(Vec<Event>, String), Error> {
    let asked = ListAccessRequestsRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.to_owned(),
        page_size: SHOWN,
        page_token: from.page_token.clone(),
        unanswered: false,
    };
    let answer = heard(visit.cases()?.list_access_requests(ask(asked))).await?;
    let here = visit.at("/access-requests");
    Ok((answer.access_requests.iter().map(|asked| line(asked, &here)).collect(), answer.next_page_token))
}

/// Requests that nobody has answered, the first to be answered first.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn waiting(visit: &Visit) -> Result<Vec<AccessRequest>, Error> {
    let asked = ListAccessRequestsRequest {
        school_id: visit.school.clone(),
        unanswered: true,
        page_size: 200,
        ..ListAccessRequestsRequest::default()
    };
    let mut requests = heard(visit.cases()?.list_access_requests(ask(asked))).await?.access_requests;
    requests.sort_by(|a, b| a.due_date.cmp(&b.due_date));
    Ok(requests)
}

/// The school's requests.
pub async fn list(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (requests, next) = listed(&visit, "", &from).await?;
    let head = Head::new(TITLE, visit.crumbs(&[("Children", visit.at("/learners"))]));
    let pager = Pager::new(&visit.at("/access-requests"), &[], &from.page_token, &next);
    visit.page(&AccessRequests { head, acts: Vec::new(), requests, pager })
}

/// The requests about one child.
pub async fn of_learner(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (requests, next) = listed(&visit, &id, &from).await?;
    let child = visit.at(&format!("/learners/{id}"));
    let here = format!("{child}/access-requests");
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners")), ("A child’s record", child)]);
    let acts = decides(&visit).then(|| Link::new("Take in a request", format!("{here}/new")));
    let pager = Pager::new(&here, &[], &from.page_token, &next);
    visit.page(&AccessRequests { head: Head::new(TITLE, crumbs), acts: acts.into_iter().collect(), requests, pager })
}

/// What is asked of a new request.
pub fn fields() -> Vec<Field> {
    vec![
        Field::day("received_date", "When did it come?").hint("For example, 27/3/2026."),
        Field::long_text("requested_by", "Who asks, and how may they?")
            .hint("The child, a parent, or somebody they have authorised, and how you know."),
    ]
}

fn new_page(visit: &Visit, learner_id: &str) -> FormPage {
    let child = visit.at(&format!("/learners/{learner_id}"));
    let here = format!("{child}/access-requests");
    let crumbs =
        visit.crumbs(&[("Children", visit.at("/learners")), ("A child’s record", child), (TITLE, here.clone())]);
    visit.form_page(Head::new("Take in a request", crumbs), here, "Take it in", fields()).lead(
        "It is answered within one month of the day it came. You can stop the clock while you wait to know who asks.",
    )
}

/// Asks who asks.
pub async fn show_new(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&new_page(&visit, &learner_id))
}

/// Takes it in.
pub async fn receive(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("received_date").is_empty(), "received_date", "Enter the day it came, such as 27/3/2026");
    v.check(!answers.text("requested_by").is_empty(), "requested_by", "Enter who asks, and how they may");
    let command = ReceiveAccessRequestRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.clone(),
        requested_by: answers.text("requested_by"),
        received_date: answers.day("received_date"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.receive_access_request(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => {
            let id = answer.access_request.unwrap_or_default().access_request_id;
            visit.to(&visit.at(&format!("/access-requests/{id}?done=access_request")))
        }
        Err(error) => visit.again(new_page(&visit, &learner_id), &answers, error, ""),
    }
}

/// A request with its records.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, id: &str) -> Result<GetAccessRequestResponse, Error> {
    let asked = GetAccessRequestRequest { school_id: visit.school.clone(), access_request_id: id.to_owned() };
    heard(visit.cases()?.get_access_request(ask_patiently(asked))).await
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let file = fetch(&visit, &id).await?;
    let asked = file.access_request.clone().unwrap_or_default();
    let child = learner::fetch(&visit, &asked.learner_id).await?;
    let paused = asked.pauses.iter().flat_map(|pause| [&pause.account_id, &pause.resume_account_id]);
    let ids = paused.chain(asked.export.iter().map(|export| &export.account_id)).chain([&asked.account_id]);
    let ids = ids.chain(asked.further.iter().map(|export| &export.account_id));
    let ids = ids.chain(asked.extension.iter().map(|extension| &extension.account_id));
    let people = visit.people(ids.map(String::as_str)).await;
    let here = visit.at(&format!("/access-requests/{id}"));
    let about = visit.at(&format!("/learners/{}", asked.learner_id));
    let name = learner::called(&child);
    let page = AccessRequestPage::new(&file, &name, &people, decides(&visit), &here, &about, crumbs(&visit));
    visit.page(&page.finding(search::form(&visit), &name, asked.export.is_none()))
}

impl AccessRequestPage {
    fn new(
        file: &GetAccessRequestResponse,
        name: &str,
        people: &People,
        decides: bool,
        here: &str,
        child: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let asked = file.access_request.clone().unwrap_or_default();
        let at = |time: &Option<prost_types::Timestamp>| words::stamp(time.as_ref()).unwrap_or_default();
        let (open, adds) = (asked.export.is_none(), asked.adds);
        let mut rows = vec![
            Row::new("About", name).to(child),
            Row::new("Asked by", asked.requested_by.clone()),
            Row::new("Received", day(&asked.received_date)),
            Row::new("State", words::called(STATES, &asked.state)),
        ];
        rows.extend(Row::some("To be answered by", Some(due(&asked))));
        if let Some(extension) = &asked.extension {
            let by = format!("{}, by {}", at(&extension.create_time), people.name(&extension.account_id));
            rows.push(Row::new("More time taken", format!("{by}\n{}", extension.reason)));
        }
        if let Some(export) = &asked.export {
            let by = format!("{}, by {}", at(&export.create_time), people.name(&export.account_id));
            rows.push(Row::new("Answered", format!("{by}\n{}\n{}", export.format.to_uppercase(), export.reason)));
            rows.push(Row::new("SHA-256 of the file", export.digest.clone()));
        }
        for export in &asked.further {
            let by = format!("{}, by {}", at(&export.create_time), people.name(&export.account_id));
            rows.push(Row::new(
                "Added to the answer",
                format!("{by}\n{}\n{}", export.format.to_uppercase(), export.reason),
            ));
            rows.push(Row::new("SHA-256 of what was added", export.digest.clone()));
        }
        if adds {
            let why = "The answer is without records that you may read and whoever made it may not. Decide on these, and make \
                       a further answer of them.";
            rows.push(Row::new(ADDS, why));
        }
        let undecided = file.items.iter().find(|item| item.state == "undecided" && item.decidable);
        let mut acts = Vec::new();
        if decides && (open || adds) {
            acts.extend(
                undecided.map(|next| Link::new("Decide on the next record", format!("{here}/items/{}", next.item_id))),
            );
            let plain = give::plain(file).count();
            if plain > 1 {
                acts.push(Link::new(format!("Give several records whole ({plain})"), format!("{here}/give")));
            }
        }
        if decides && open {
            let clock = if asked.state == "paused" { "Start the clock again" } else { "Stop the clock" };
            acts.push(Link::new(clock, format!("{here}/clock")));
            if asked.extension.is_none() {
                acts.push(Link::new("Take up to two months more", format!("{here}/extension")));
            }
        }
        if decides && undecided.is_none() && (adds || asked.state == "open") {
            let words = if adds { "Make the further answer" } else { "Make the answer" };
            acts.push(Link::new(words, format!("{here}/answer")));
        }
        let pause = |pause: &proto::incident_cases::v1::AccessPause| {
            let by = format!("{}, by {}", at(&pause.pause_time), people.name(&pause.account_id));
            let event = Event::new("The clock was stopped", by, pause.reason.clone());
            match &pause.resume_time {
                None => event,
                Some(_) => {
                    let by = people.name(&pause.resume_account_id);
                    event.more(format!("Started again {}, by {by}: {}", at(&pause.resume_time), pause.resume_reason))
                }
            }
        };
        let left = u64::try_from(file.undecided).unwrap_or_default();
        let total = words::counted(u64::try_from(file.items.len()).unwrap_or_default(), "record", "records");
        Self {
            head: Head::new("A subject access request", crumbs),
            rows,
            left: format!("{total}, {left} of them not decided"),
            acts,
            pauses: asked.pauses.iter().map(pause).collect(),
            items: file.items.iter().map(|item| record(item, here, decides)).collect(),
            find: None,
        }
    }

    /// With a way to records that nobody linked to the child, while it is open.
    fn finding(self, form: Option<Form>, name: &str, open: bool) -> Self {
        let form = form.filter(|_| open).map(|mut form| {
            form.button = "Look for records that name them".to_owned();
            form.fields = form.fields.into_iter().map(|field| field.value(name)).collect();
            form
        });
        Self { find: form, ..self }
    }
}

/// When a record was, and where it belongs.
fn place(item: &AccessItem) -> String {
    let at = item.happen_time.as_ref();
    let when = match item.happen_time_kind.as_str() {
        "day" => words::day(at).unwrap_or_default(),
        "unknown" => format!("Recorded {}", words::stamp(at).unwrap_or_default()),
        _ => words::stamp(at).unwrap_or_default(),
    };
    if item.reference.is_empty() { when } else { format!("{when}, case {}", item.reference) }
}

/// What a record begins with.
fn brief(item: &AccessItem) -> String {
    let brief: String = item.text.chars().take(BRIEF).collect();
    let more = if item.text.chars().count() > BRIEF { "…" } else { "" };
    format!("{brief}{more}")
}

/// One record in the list of them.
fn record(item: &AccessItem, here: &str, decides: bool) -> Event {
    let state = words::called(DECISIONS, &item.state);
    let way = match item.state.as_str() {
        _ if !decides || !item.decidable => "Read it",
        "undecided" => "Decide on it",
        _ => "Change the decision",
    };
    let link = Link::new(way, format!("{here}/items/{}", item.item_id));
    Event::new(format!("{}. {}", item.number, item.kind), place(item), brief(item)).more(state).link(link)
}
