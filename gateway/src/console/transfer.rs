//! Children's files on their way to the next school: what waits for whom, one transfer with its proof, and a file that
//! was received. `send` has what the sending school does, `receive` what the receiving one does, `outside` what goes to
//! and comes from schools outside the platform, `names` which names in it
//! are blacked out, `late` what the authority sees.

#[cfg(test)]
mod example;
pub mod late;
pub mod names;
pub mod outside;
mod page;
pub mod receive;
pub mod send;

pub use page::TransferPage;

use axum::{
    extract::{DefaultBodyLimit, Path, Query},
    routing::{get, post},
};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        GetTransferRequest, GetTransferredFileRequest, GetTransferredFileResponse, Learner, ListTransfersRequest,
        Transfer, TransferItem, TransferLeftOut,
    },
};
use serde::Serialize;

use super::{
    Below,
    case::page::Event,
    learner::told_apart,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Field, FormPage},
    part::{Due, From, Head, Link, Pager, Row},
    words::{self, Codes},
};

/// What the list of them is called.
pub const TITLE: &str = "Files to the next school";

/// How a transfer stands.
const STATES: Codes = &[
    ("planned", "Planned: the child is still on the roll"),
    ("due", "To be sent"),
    ("sent", "Sent, not received yet"),
    ("received", "Received"),
    ("returned", "Sent back"),
    ("withdrawn", "Taken back, or none goes"),
];

/// Why a file is sent back.
pub const RETURNS: Codes = &[
    ("wrong_school", "The child does not come to this school"),
    ("wrong_child", "It is another child’s file"),
    ("sent_in_error", "It was sent in error"),
];

/// How a school outside the platform says that it has a file.
pub const MEANS: Codes =
    &[("telephone", "On the telephone"), ("in_person", "In person"), ("letter", "By letter"), ("email", "By e-mail")];

/// What does not go.
const LEFT_OUT: Codes = &[
    ("another_person", "about somebody else alone"),
    ("material", "suspect material and who viewed it"),
    ("other_school", "written by another school in a shared incident"),
];

/// The pages of transfers, below a school.
pub fn pages() -> Vec<Below> {
    vec![
        ("/transfers", get(list)),
        ("/transfers/{transfer_id}", get(show)),
        ("/transfers/{transfer_id}/file", get(file)),
        ("/transfers/{transfer_id}/withdraw", get(send::show_withdraw).post(send::withdraw)),
        ("/transfers/{transfer_id}/none", get(send::show_none).post(send::none)),
        ("/transfers/{transfer_id}/receive", get(receive::show).post(receive::receive)),
        ("/transfers/{transfer_id}/receive/find", post(receive::find)),
        ("/transfers/{transfer_id}/return", get(receive::show_return).post(receive::give_back)),
        ("/transfers/{transfer_id}/package", get(outside::show_make).post(outside::make)),
        ("/transfers/{transfer_id}/receipt", get(outside::show_receipt).post(outside::receipt)),
        ("/learners/{learner_id}/transfers", get(of_learner)),
        ("/learners/{learner_id}/transfers/outside/new", get(outside::show_new)),
        ("/learners/{learner_id}/transfers/outside/check", post(outside::check)),
        ("/learners/{learner_id}/transfers/outside/send", post(outside::send)),
        (
            "/learners/{learner_id}/transfers/import",
            get(outside::show_import).post(outside::import).layer(DefaultBodyLimit::max(outside::LARGEST + (64 << 10))),
        ),
        ("/learners/{learner_id}/transfers/new", get(send::show_new)),
        ("/learners/{learner_id}/transfers/check", post(send::check)),
        ("/learners/{learner_id}/transfers/send", post(send::send)),
        ("/learners/{learner_id}/transfers/advance", get(send::show_advance).post(send::advance)),
    ]
}

/// The transfers of a school, or of one child.
#[derive(Debug, Serialize)]
pub struct Transfers {
    head: Head,
    acts: Vec<Link>,
    /// Those that wait for this school.
    ours: Vec<Event>,
    /// Those that wait for another school.
    theirs: Vec<Event>,
    /// Those that came to their end.
    ended: Vec<Event>,
    pager: Pager,
}

/// A file that was received.
#[derive(Debug, Serialize)]
pub struct TransferredFile {
    head: Head,
    rows: Vec<Row>,
    /// Whether everything was found as it was sent.
    intact: bool,
    left_out: Vec<String>,
    items: Vec<Event>,
}

impl Page for Transfers {
    const TEMPLATE: &'static str = "transfers.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let all = [example::due(), example::incoming(), example::sent(), example::received(), example::returned()];
        let page = |all: &[Transfer]| {
            let acts = vec![Link::new("Send the file", "/schools/sch_1/learners/lrn_1/transfers/new")];
            let names = all.iter().map(|_| "Harrowmere <High> School".to_owned()).collect::<Vec<_>>();
            Self::new(Head::new(TITLE, vec![Link::new("Home", "/")]), acts, all, &names, "/schools/sch_1/transfers")
        };
        vec![page(&all), page(&[])]
    }
}

impl Page for TransferredFile {
    const TEMPLATE: &'static str = "transferred_file.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let whole = example::file();
        let broken =
            GetTransferredFileResponse { intact: false, items: Vec::new(), left_out: Vec::new(), ..whole.clone() };
        [whole, broken].iter().map(|file| Self::new(file, "Harrowmere <High> School", Vec::new())).collect()
    }
}

/// How a number of a file begins, as it is read out.
pub fn read_out(digest: &str) -> String {
    let digits: Vec<char> = digest.chars().take(16).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A transfer by what is to be done with it, where that is done.
pub fn link(visit: &Visit, one: &Transfer) -> Link {
    let school = match (&one.outside, other(one)) {
        (Some(outside), _) => outside.name.clone(),
        (None, "") => String::new(),
        (None, other) => visit.directory.known(other).unwrap_or_else(|| "another school".to_owned()),
    };
    Link::new(called(one, &school), visit.at(&format!("/transfers/{}", one.transfer_id)))
}

/// The other school of a transfer, where it is one of the platform; empty while there is none.
pub fn other(transfer: &Transfer) -> &str {
    if transfer.direction == "out" { &transfer.to_school_id } else { &transfer.from_school_id }
}

/// What the other schools are called, in the order of the transfers.
async fn names(visit: &Visit, transfers: &[Transfer]) -> Vec<String> {
    let mut names = Vec::new();
    for transfer in transfers {
        names.push(match (&transfer.outside, other(transfer)) {
            (Some(outside), _) => outside.name.clone(),
            (None, "") => String::new(),
            (None, school) => visit.school_name(school).await,
        });
    }
    names
}

/// What a transfer is called: by its direction and the other school, and by no child.
pub fn called(transfer: &Transfer, school: &str) -> String {
    match (transfer.direction.as_str(), school) {
        ("out", "") if transfer.rest => "The rest of a file that was sent".to_owned(),
        ("out", "") if transfer.later => "What was written after a child left".to_owned(),
        ("out", "") => "A file to be passed on".to_owned(),
        ("out", school) => format!("A file to {school}"),
        (_, school) => format!("A file from {school}"),
    }
}

/// By when, in words.
pub fn due(transfer: &Transfer) -> Due {
    let day = words::named_day(&transfer.due_date);
    let text = match transfer.due_word.as_str() {
        "" => String::new(),
        "overdue" => format!("Overdue: was due {day}"),
        "due_today" => format!("Due today, {day}"),
        _ => format!("Due {day}"),
    };
    Due { code: transfer.due_word.clone(), text }
}

/// Whether it is still to be sent.
fn to_send(transfer: &Transfer) -> bool {
    transfer.direction == "out" && matches!(transfer.state.as_str(), "planned" | "due")
}

/// Whether it waits for the school that looks at it: whoever sent one outside the platform asks whether it is there.
pub fn waits_here(transfer: &Transfer) -> bool {
    to_send(transfer) || transfer.state == "sent" && (transfer.direction == "in" || transfer.outside.is_some())
}

impl Transfers {
    fn new(head: Head, acts: Vec<Link>, transfers: &[Transfer], names: &[String], here: &str) -> Self {
        let (mut ours, mut theirs, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        for (transfer, school) in transfers.iter().zip(names) {
            let when = match due(transfer).text {
                text if text.is_empty() => words::day(transfer.create_time.as_ref()).unwrap_or_default(),
                text => text,
            };
            let link = Link::new("Open", format!("{here}/{}", transfer.transfer_id));
            let state = words::called(STATES, &transfer.state);
            let event = Event::new(called(transfer, school), when, state).link(link);
            if waits_here(transfer) {
                ours.push(event);
            } else if transfer.state == "sent" {
                theirs.push(event);
            } else {
                ended.push(event);
            }
        }
        Self { head, acts, ours, theirs, ended, pager: Pager::default() }
    }
}

/// One entry of a file.
pub fn entry(item: &TransferItem) -> Event {
    let when = words::stamp(item.happen_time.as_ref()).unwrap_or_default();
    let record = match item.origin_name.as_str() {
        "" => item.record.clone(),
        origin => format!("{}, a record of {origin}", item.record),
    };
    let event = Event::new(format!("{}. {}", item.number, item.kind), format!("{when}, {record}"), item.text.clone());
    if item.redacted { event.more("Names of others, or an address, are taken out.") } else { event }
}

/// What does not go, in words.
pub fn left_out(all: &[TransferLeftOut]) -> Vec<String> {
    let line = |one: &TransferLeftOut| {
        let count = words::counted(u64::try_from(one.count).unwrap_or_default(), "entry", "entries");
        format!("{count} {}", words::called(LEFT_OUT, &one.why))
    };
    all.iter().map(line).collect()
}

impl TransferredFile {
    fn new(file: &GetTransferredFileResponse, school: &str, crumbs: Vec<Link>) -> Self {
        let child = file.child.clone().unwrap_or_default();
        let transfer = file.transfer.clone().unwrap_or_default();
        let rows = [
            ("From", words::sentence(school)),
            ("Child", format!("{} {}", child.given_name, child.family_name)),
            ("Date of birth", words::named_day(&child.birth_date)),
            ("Sent", words::stamp(transfer.send_time.as_ref()).unwrap_or_default()),
        ];
        Self {
            head: Head::new("A file that you received", crumbs).of(called(&transfer, school)),
            rows: rows.into_iter().filter_map(|(key, value)| Row::some(key, Some(value))).collect(),
            intact: file.intact,
            left_out: left_out(&file.left_out),
            items: file.items.iter().map(entry).collect(),
        }
    }
}

/// A file that came from a school before, as the child's own page says it.
pub fn came_from(school: &str, href: &str, entries: i32, at: Option<&prost_types::Timestamp>) -> Event {
    let count = words::counted(u64::try_from(entries).unwrap_or_default(), "entry", "entries");
    let when = words::day(at).map(|day| format!("Received {day}")).unwrap_or_default();
    let text = format!("{count}. What it tells is not among the concerns and cases below.");
    Event::new(format!("A child protection file from {school}"), when, text).link(Link::new("Read the file", href))
}

/// A file that is still to be passed on, as the child's own page says it; `expected` has the child on its list.
pub fn to_pass_on(one: &Transfer, expected: &str, href: &str) -> Event {
    let when = match due(one).text {
        text if text.is_empty() => words::day(one.create_time.as_ref()).unwrap_or_default(),
        text => text,
    };
    let state = match one.rest {
        true => "Left behind by somebody who sent the file and may not know of it".to_owned(),
        false => words::called(STATES, &one.state),
    };
    let text = match expected {
        "" => state,
        school => format!("{state}. {school} has the child on its list."),
    };
    let title = match (one.rest, one.later) {
        (true, _) => "The rest of a file, to be passed on",
        (false, true) => "What was written after the child left, to be passed on",
        (false, false) => "A child protection file to be passed on",
    };
    Event::new(title, when, text).link(Link::new("Open", href))
}

/// One of a child who is on another school's list.
#[cfg(test)]
pub fn planned() -> Transfer {
    Transfer { state: "planned".into(), direction: "out".into(), ..example::due() }
}

/// The files of a child that were received here, and one that is still to be passed on.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn of_child(visit: &Visit, learner_id: &str) -> Result<Vec<Event>, Error> {
    let mut files = Vec::new();
    for one in all_of(visit, learner_id).await? {
        let here = visit.at(&format!("/transfers/{}", one.transfer_id));
        if to_send(&one) {
            files.push(to_pass_on(&one, &expected(visit, &one).await, &here));
        } else if one.direction == "in" && one.state == "received" {
            let name = names(visit, std::slice::from_ref(&one)).await.pop().unwrap_or_default();
            let at = one.receipt.as_ref().and_then(|receipt| receipt.receive_time.as_ref());
            files.push(came_from(&name, &format!("{here}/file"), one.item_count, at));
        }
    }
    Ok(files)
}

/// The transfers of a child, newest first.
async fn all_of(visit: &Visit, learner_id: &str) -> Result<Vec<Transfer>, Error> {
    let asked = ListTransfersRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.to_owned(),
        ..ListTransfersRequest::default()
    };
    Ok(heard(visit.cases()?.list_transfers(ask(asked))).await?.transfers)
}

/// What the school is called that has the child of a file on its list; empty where none is known to.
async fn expected(visit: &Visit, one: &Transfer) -> String {
    match one.expected_school_id.as_str() {
        "" => String::new(),
        school => visit.school_name(school).await,
    }
}

/// The school that has a child on its list whose file is still to be passed on; empty where none is known to.
async fn expected_of(visit: &Visit, learner_id: &str) -> Result<String, Error> {
    let open = all_of(visit, learner_id).await?.into_iter().find(to_send);
    Ok(open.map(|one| one.expected_school_id).unwrap_or_default())
}

/// The way to a transfer.
pub fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Children", visit.at("/learners")), (TITLE, visit.at("/transfers"))])
}

/// Where a transfer is, and the way to what lies below it.
fn below(visit: &Visit, id: &str) -> (String, Vec<Link>) {
    let here = visit.at(&format!("/transfers/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Transfer", here.clone()));
    (here, crumbs)
}

/// A form about a transfer, sent to `act` below it.
fn form_below(visit: &Visit, id: &str, title: &str, (act, button): (&str, &str), fields: Vec<Field>) -> FormPage {
    let (here, crumbs) = below(visit, id);
    visit.form_page(Head::new(title, crumbs), format!("{here}/{act}"), button, fields)
}

/// Where a child's transfers are, and the way there.
fn way(visit: &Visit, learner_id: &str) -> (String, Vec<Link>) {
    let child = visit.at(&format!("/learners/{learner_id}"));
    let here = format!("{child}/transfers");
    let crumbs = [("Children", visit.at("/learners")), ("A child’s record", child), (TITLE, here.clone())];
    (here, visit.crumbs(&crumbs))
}

/// A form about the file of a child, sent to `act` below the child's transfers.
fn form_of(visit: &Visit, child: &Learner, title: &str, (act, button): (&str, &str), fields: Vec<Field>) -> FormPage {
    let (here, crumbs) = way(visit, &child.learner_id);
    let page = visit.form_page(Head::new(title, crumbs), format!("{here}/{act}"), button, fields);
    FormPage { rows: vec![Row::new("Child", told_apart(child))], ..page }
}

/// Whether somebody sends and receives files: the lead and deputies.
pub fn shares(visit: &Visit) -> bool {
    visit.may(Permission::CaseShare)
}

/// Those that wait for somebody.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn waiting(visit: &Visit) -> Result<Vec<Transfer>, Error> {
    let asked = ListTransfersRequest {
        school_id: visit.school.clone(),
        waiting: true,
        page_size: 200,
        ..ListTransfersRequest::default()
    };
    let mut all = heard(visit.cases()?.list_transfers(ask(asked))).await?.transfers;
    // Those without a day come last.
    all.sort_by(|a, b| (a.due_date.is_empty(), &a.due_date).cmp(&(b.due_date.is_empty(), &b.due_date)));
    Ok(all)
}

async fn listed(visit: &Visit, learner_id: &str, from: &From) -> Result<(Vec<Transfer>, Vec<String>, String), Error> {
    let asked = ListTransfersRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.to_owned(),
        page_token: from.page_token.clone(),
        ..ListTransfersRequest::default()
    };
    let answer = heard(visit.cases()?.list_transfers(ask(asked))).await?;
    let names = names(visit, &answer.transfers).await;
    Ok((answer.transfers, names, answer.next_page_token))
}

/// Lists them.
pub async fn list(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let (transfers, names, next) = listed(&visit, "", &from).await?;
    let head = Head::new(TITLE, visit.crumbs(&[("Children", visit.at("/learners"))]));
    let here = visit.at("/transfers");
    let page = Transfers::new(head, Vec::new(), &transfers, &names, &here);
    visit.page(&Transfers { pager: Pager::new(&here, &[], &from.page_token, &next), ..page })
}

/// Lists one child's.
pub async fn of_learner(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let (transfers, names, next) = listed(&visit, &id, &from).await?;
    let child = visit.at(&format!("/learners/{id}"));
    let here = format!("{child}/transfers");
    let mut acts = Vec::new();
    if shares(&visit) {
        acts.push(Link::new("Send this child’s file to another school", format!("{here}/new")));
        acts.push(Link::new("Send it to a school outside the platform", format!("{here}/outside/new")));
        acts.push(Link::new("Take in a file from a school outside the platform", format!("{here}/import")));
        acts.push(Link::new("Decide on sharing ahead of the move", format!("{here}/advance")));
    }
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners")), ("A child’s record", child)]);
    let page = Transfers::new(Head::new(TITLE, crumbs), acts, &transfers, &names, &visit.at("/transfers"));
    visit.page(&Transfers { pager: Pager::new(&here, &[], &from.page_token, &next), ..page })
}

/// One transfer.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, id: &str) -> Result<Transfer, Error> {
    let asked = GetTransferRequest { school_id: visit.school.clone(), transfer_id: id.to_owned() };
    heard(visit.cases()?.get_transfer(ask(asked))).await?.transfer.ok_or_else(Error::missing)
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let one = fetch(&visit, &id).await?;
    let name = names(&visit, std::slice::from_ref(&one)).await.pop().unwrap_or_default();
    let expected = if to_send(&one) { expected(&visit, &one).await } else { String::new() };
    let schools = (name.as_str(), expected.as_str());
    visit.page(&TransferPage::new(&one, schools, shares(&visit), &|path| visit.at(path), crumbs(&visit)))
}

/// Shows a file that was received.
pub async fn file(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let asked = GetTransferredFileRequest { school_id: visit.school.clone(), transfer_id: id.clone() };
    let file = heard(visit.cases()?.get_transferred_file(ask_patiently(asked))).await?;
    let one = file.transfer.clone().unwrap_or_default();
    let from = names(&visit, std::slice::from_ref(&one)).await.pop().unwrap_or_default();
    visit.page(&TransferredFile::new(&file, &from, below(&visit, &id).1))
}
