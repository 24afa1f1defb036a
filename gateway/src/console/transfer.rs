//! Children's files on their way to the next school: what waits for whom, one transfer with its proof, and a file that
//! was received. `send` has what the sending school does, `receive` what the receiving one does, `late` what the
//! authority sees.

#[cfg(test)]
mod example;
pub mod late;
pub mod receive;
pub mod send;

use axum::{
    extract::{Path, Query},
    routing::{get, post},
};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        GetTransferRequest, GetTransferredFileRequest, GetTransferredFileResponse, ListTransfersRequest, Transfer,
        TransferItem, TransferLeftOut,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    Below,
    case::page::Event,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    part::{Due, Head, Link, Pager, Row},
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
    ("withdrawn", "Withdrawn"),
];

/// Why a file is sent back.
pub const RETURNS: Codes = &[
    ("wrong_school", "The child does not come to this school"),
    ("wrong_child", "It is another child’s file"),
    ("sent_in_error", "It was sent in error"),
];

/// Why a file came back, or none went.
const ENDS: Codes = &[
    ("wrong_school", "The child does not come to this school"),
    ("wrong_child", "It is another child’s file"),
    ("sent_in_error", "It was sent in error"),
    ("withdrawn", "Withdrawn by the school that sends it"),
    ("back_on_roll", "The child is back on the roll"),
];

/// By which half of the rule.
const RULES: Codes = &[
    ("in_year", "Within 5 days: the child moved during the year"),
    ("new_term", "Within the first 5 days of the new term"),
];

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
        ("/transfers/{transfer_id}/receive", get(receive::show).post(receive::receive)),
        ("/transfers/{transfer_id}/receive/find", post(receive::find)),
        ("/transfers/{transfer_id}/return", get(receive::show_return).post(receive::give_back)),
        ("/learners/{learner_id}/transfers", get(of_learner)),
        ("/learners/{learner_id}/transfers/new", get(send::show_new)),
        ("/learners/{learner_id}/transfers/check", post(send::check)),
        ("/learners/{learner_id}/transfers/send", post(send::send)),
        ("/learners/{learner_id}/transfers/advance", get(send::show_advance).post(send::advance)),
    ]
}

/// Where the list begins.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    page_token: String,
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

/// One transfer.
#[derive(Debug, Serialize)]
pub struct TransferPage {
    head: Head,
    rows: Vec<Row>,
    acts: Vec<Link>,
    /// What both schools keep to prove it.
    proof: Vec<Row>,
    advances: Vec<Event>,
    /// What to know now.
    note: String,
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

impl Page for TransferPage {
    const TEMPLATE: &'static str = "transfer.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |one: &Transfer, shares| Self::new(one, "Harrowmere <High> School", shares, &at, Vec::new());
        let all = [
            example::due(),
            example::incoming(),
            example::sent(),
            example::received(),
            example::received_here(),
            example::returned(),
        ];
        all.iter().map(|one| page(one, true)).chain([page(&example::incoming(), false)]).collect()
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

/// The other school of a transfer; empty while there is none.
pub fn other(transfer: &Transfer) -> &str {
    if transfer.direction == "out" { &transfer.to_school_id } else { &transfer.from_school_id }
}

/// What the other schools are called, in the order of the transfers.
async fn names(visit: &Visit, transfers: &[Transfer]) -> Vec<String> {
    let mut names = Vec::new();
    for transfer in transfers {
        let school = other(transfer);
        names.push(if school.is_empty() { String::new() } else { visit.school_name(school).await });
    }
    names
}

/// What a transfer is called: by its direction and the other school, and by no child.
pub fn called(transfer: &Transfer, school: &str) -> String {
    match (transfer.direction.as_str(), school) {
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

/// Whether it waits for the school that looks at it.
pub fn waits_here(transfer: &Transfer) -> bool {
    match transfer.direction.as_str() {
        "out" => matches!(transfer.state.as_str(), "planned" | "due"),
        _ => transfer.state == "sent",
    }
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

impl TransferPage {
    fn new(one: &Transfer, school: &str, shares: bool, at: &dyn Fn(&str) -> String, crumbs: Vec<Link>) -> Self {
        let here = at(&format!("/transfers/{}", one.transfer_id));
        let child = at(&format!("/learners/{}", one.learner_id));
        let out = one.direction == "out";
        let mut rows = vec![Row::new("State", words::called(STATES, &one.state))];
        rows.extend(Row::some(if out { "To" } else { "From" }, Some(words::sentence(school))));
        if !one.learner_id.is_empty() {
            rows.push(Row::new("Child", "Open the child’s record").to(child.clone()));
        }
        rows.extend(Row::some("By when", Some(due(one).text)));
        rows.extend(Row::some("Rule", Some(words::called(RULES, &one.due_rule)).filter(|_| !one.due_rule.is_empty())));
        if one.days_late > 0 {
            rows.push(Row::new(
                "Late",
                words::counted(u64::try_from(one.days_late).unwrap_or_default(), "day", "days"),
            ));
        }
        rows.extend(Row::some("Whom to ring there", Some(one.contact.clone())));
        if one.item_count > 0 {
            rows.push(Row::new("Entries", words::number(u64::try_from(one.item_count).unwrap_or_default())));
        }
        let by = |name: &str, at: Option<&prost_types::Timestamp>| {
            let who = if name.is_empty() { String::new() } else { format!(", by {name}") };
            words::stamp(at).map(|at| at + &who)
        };
        rows.extend(Row::some("Sent", by(&one.sent_by, one.send_time.as_ref())));
        if let Some(receipt) = &one.receipt {
            rows.extend(Row::some("Received", by(&receipt.name, receipt.receive_time.as_ref())));
        }
        if let Some(end) = &one.end {
            let ended = by(&end.name, end.end_time.as_ref()).unwrap_or_default();
            rows.push(Row::new("Ended", format!("{ended}\n{}\n{}", words::called(ENDS, &end.kind), end.reason)));
        }
        let mut acts = Vec::new();
        let mut act = |may: bool, text: &str, place: String| {
            if may {
                acts.push(Link::new(text, place));
            }
        };
        let (waits, state) = (waits_here(one), one.state.as_str());
        act(shares && out && waits, "Choose the school and look at what goes", format!("{child}/transfers/new"));
        act(shares && out && waits, "Decide on sharing ahead of the move", format!("{child}/transfers/advance"));
        act(shares && out && waits, "Record that no file goes", format!("{here}/withdraw"));
        act(shares && out && state == "sent", "Take the file back", format!("{here}/withdraw"));
        act(shares && !out && waits, "Confirm receipt", format!("{here}/receive"));
        act(!out && state == "received", "Read the file", format!("{here}/file"));
        act(shares && !out && matches!(state, "sent" | "received"), "Send the file back", format!("{here}/return"));
        let mut proof = Vec::new();
        proof.extend(Row::some("SHA-256 of what was sent", Some(one.digest.clone())));
        proof.extend(Row::some(
            "SHA-256 of what was received",
            one.receipt.as_ref().map(|receipt| receipt.digest.clone()),
        ));
        proof.extend(Row::some("Signature", Some(one.signature.clone())));
        let advance = |one: &proto::incident_cases::v1::TransferAdvance| {
            let title =
                if one.share { "Something is shared ahead of the move" } else { "Nothing is shared ahead of the move" };
            Event::new(title, words::stamp(one.create_time.as_ref()).unwrap_or_default(), one.reason.clone())
        };
        let note = match (out, state) {
            (false, "sent") => {
                "You see nothing of the child until you confirm receipt. Ring the other school: they tell you whose file it is."
            }
            (true, "received") if one.copy_rule == "not_kept" => {
                "The authority’s rule is that the school that sends a file keeps no copy: ask for your own records to be destroyed."
            }
            (true, "received") => "Your own records stay as long as any others.",
            _ => "",
        };
        Self {
            head: Head::new("A file to the next school", crumbs).of(called(one, school)),
            rows,
            acts,
            proof,
            advances: one.advances.iter().map(advance).collect(),
            note: note.to_owned(),
        }
    }
}

/// One entry of a file.
pub fn entry(item: &TransferItem) -> Event {
    let when = words::stamp(item.happen_time.as_ref()).unwrap_or_default();
    let event =
        Event::new(format!("{}. {}", item.number, item.kind), format!("{when}, {}", item.record), item.text.clone());
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

/// The way to a transfer.
pub fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Children", visit.at("/learners")), (TITLE, visit.at("/transfers"))])
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
    visit.page(&TransferPage::new(&one, &name, shares(&visit), &|path| visit.at(path), crumbs(&visit)))
}

/// Shows a file that was received.
pub async fn file(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let asked = GetTransferredFileRequest { school_id: visit.school.clone(), transfer_id: id.clone() };
    let file = heard(visit.cases()?.get_transferred_file(ask_patiently(asked))).await?;
    let from = file.transfer.as_ref().map(|one| one.from_school_id.clone()).unwrap_or_default();
    let mut crumbs = crumbs(&visit);
    crumbs.push(Link::new("Transfer", visit.at(&format!("/transfers/{id}"))));
    visit.page(&TransferredFile::new(&file, &visit.school_name(&from).await, crumbs))
}
