//! Cases: the list, and one case as it stands. Each act on a case is a page of its own, in a file of its own.

pub mod access;
pub mod act;
pub mod agreement;
pub mod assign;
pub mod chain;
pub mod chronology;
pub mod class;
pub mod close;
pub mod consultation;
pub mod debrief;
pub mod decide;
pub mod device;
pub mod entry;
pub mod export;
pub mod fact;
pub mod field;
pub mod held;
pub mod invite;
pub mod involvement;
pub mod lesson;
pub mod log;
pub mod material;
pub mod page;
pub mod pages;
pub mod parents;
pub mod part;
pub mod print;
pub mod records;
pub mod refer;
pub mod referral;
pub mod report;
pub mod routes;
pub mod searches;
pub mod significant;
pub mod step;

use axum::extract::{Path, Query};
use chassis::{clock::moment, error::Error};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{Case, CaseAddition, CaseStep, GetCaseRequest, GetCaseResponse, ListCasesRequest},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    concern::{Filter, Listed},
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Due, Head, Link, Pager},
    words::{self, Codes},
};

/// The states of a case.
pub const STATES: Codes = &[("open", "Open"), ("closed", "Closed")];

/// Who may see a case, as lists have it.
pub const LEVELS: Codes = &[
    ("open", "Open to the lead, deputies and the head"),
    ("restricted", "Restricted to those named"),
    ("hidden", "Hidden but for those named"),
    ("adult", "About an adult"),
];

/// The registers that cases are kept apart in.
const REGISTERS: Codes = &[
    ("children", "About children"),
    ("allegations", "Allegations against adults"),
    ("low_level", "Low-level concerns about adults"),
];

/// The register that is shown where none was chosen: a chair of governors works no case on a child.
fn usual(visit: &Visit, listed: &Listed) -> String {
    let children = |role: &Role| matches!(role, Role::Dsl | Role::DeputyDsl | Role::Head);
    match (listed.register.as_str(), listed.level.as_str()) {
        ("", "") if visit.roles().iter().any(children) => "children".to_owned(),
        ("", "") => "allegations".to_owned(),
        (chosen, _) => chosen.to_owned(),
    }
}

/// The address of a register, in a state; both as they are where empty.
fn place(path: &str, register: &str, state: &str) -> String {
    let asked = [("register", register), ("state", state)].into_iter().filter(|(_, value)| !value.is_empty());
    let asked: Vec<String> = asked.map(|(name, value)| format!("{name}={value}")).collect();
    if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) }
}

/// What is found beside the cases, and the permission without which it is not opened.
const OTHERS: [(&str, &str, Permission); 9] = [
    ("Search: a child, a case or a concern", "/search", Permission::CaseRead),
    ("What is due, and whose it is", "/due", Permission::CaseRead),
    ("Concerns: what was reported, and what became of it", "/concerns", Permission::CaseRead),
    ("Children: the roll, and what each has to do with", "/learners", Permission::LearnerRead),
    ("Devices: what is held, with the police or released", "/devices", Permission::CaseRead),
    ("Searches: of people, possessions and devices", "/searches", Permission::CaseRead),
    ("Adults: what is recorded about each", "/adults", Permission::CaseRead),
    ("Download a list as a table (CSV), without names", "/cases/export", Permission::CaseRead),
    ("How long records are kept", "/retention", Permission::CaseRead),
];

/// The list of cases.
#[derive(Debug, Serialize)]
pub struct Cases {
    head: Head,
    others: Vec<Link>,
    total: String,
    registers: Vec<Filter>,
    filters: Vec<Filter>,
    /// Of which level they are alone; empty where of any.
    of_level: String,
    cases: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    kind: String,
    opened: String,
    state: String,
    due: Due,
    /// Whether its reader sees only that there is such a case.
    restricted: bool,
}

impl Page for Cases {
    const TEMPLATE: &'static str = "cases.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use super::concern::filters;

        let page = |cases| Self {
            head: Head::new("Cases", vec![Link::new("Home", "/")]),
            others: vec![
                Link::new("Concerns", "/schools/sch_1/concerns"),
                Link::new("Children", "/schools/sch_1/learners"),
            ],
            total: "1 case".into(),
            registers: filters("/schools/sch_1/cases", "register", "children", REGISTERS),
            filters: filters("/schools/sch_1/cases", "state", "", STATES),
            of_level: "Open to the lead, deputies and the head".into(),
            cases,
            pager: Pager::new("/schools/sch_1/cases", &[], "x", ""),
        };
        let restricted =
            Case { reference: "2026-015".into(), state: "open".into(), restricted: true, ..Case::default() };
        let lines = [sample(), restricted]
            .map(|case| Line::new(&case, "/schools/sch_1/cases", time::macros::datetime!(2026-11-26 09:00 UTC)));
        vec![page(lines.into()), page(vec![])]
    }
}

impl Line {
    fn new(case: &Case, path: &str, now: OffsetDateTime) -> Self {
        if case.restricted {
            return Self {
                link: Link::new(case.reference.clone(), format!("{path}/{}/break-glass", case.case_id)),
                kind: "Restricted to those it names".to_owned(),
                opened: String::new(),
                state: words::called(STATES, &case.state),
                due: Due::default(),
                restricted: true,
            };
        }
        let next = case.next_due_time.as_ref().and_then(moment);
        let word = next.map_or("", |at| words::due_word(at, now));
        let due = case.next_due_time.as_ref().filter(|_| case.state == "open");
        Self {
            link: Link::new(case.reference.clone(), format!("{path}/{}", case.case_id)),
            kind: case.procedure_title.clone(),
            opened: words::day(case.create_time.as_ref()).unwrap_or_default(),
            state: words::called(STATES, &case.state),
            due: due.map(|at| Due::new(word, Some(at))).unwrap_or_default(),
            restricted: false,
        }
    }
}

/// Lists cases.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let register = usual(&visit, &listed);
    let asked = ListCasesRequest {
        school_id: visit.school.clone(),
        state: listed.state.clone(),
        page_size: 50,
        page_token: listed.page_token.clone(),
        level: listed.level.clone(),
        register: register.clone(),
    };
    let answer = heard(visit.cases()?.list_cases(ask(asked))).await?;
    let (path, now) = (visit.at("/cases"), visit.now());
    // Whoever came for a level sees it in every register, and chooses among its states.
    let one = |(code, text): &(&str, &str)| {
        Filter::new(Link::new(*text, place(&path, code, &listed.state)), *code == register)
    };
    let of_state = |(code, text): &(&str, &str)| {
        Filter::new(Link::new(*text, place(&path, &register, code)), *code == listed.state)
    };
    let states: Vec<_> = [("", "All")].iter().chain(STATES).map(of_state).collect();
    let page = Cases {
        head: Head::new("Cases", visit.crumbs(&[])),
        others: OTHERS
            .iter()
            .filter(|(_, _, needs)| visit.may(*needs))
            .map(|(text, place, _)| Link::new(*text, visit.at(place)))
            .collect(),
        total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "case", "cases"),
        registers: REGISTERS.iter().map(one).collect(),
        filters: states,
        of_level: if listed.level.is_empty() { String::new() } else { words::called(LEVELS, &listed.level) },
        cases: answer.cases.iter().map(|case| Line::new(case, &path, now)).collect(),
        pager: Pager::new(
            &path,
            &[("state", &listed.state), ("level", &listed.level), ("register", &register)],
            &listed.page_token,
            &answer.next_page_token,
        ),
    };
    visit.page(&page)
}

/// A case as far as the visitor may see it, and until when where it is open to them beyond their rights.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn seen(visit: &Visit, case_id: &str) -> Result<(Case, Option<prost_types::Timestamp>), Error> {
    let (case, answer) = whole(visit, case_id).await?;
    Ok((case, answer.break_glass_expire_time))
}

/// A case with which the visitor may do what a permission lets them: one that is open to them beyond their rights is for
/// reading and nothing else, and whoever oversees a case does not work it.
///
/// # Errors
/// Where there is none that the visitor may know of, or it is not theirs to do this with.
pub async fn to_work(visit: &Visit, case_id: &str, permission: Permission) -> Result<Case, Error> {
    match seen(visit, case_id).await? {
        (case, None) if !case.restricted && may(visit, &case, permission) => Ok(case),
        (_, _) => Err(Error::denied()),
    }
}

/// The same, and the answer with what else belongs to it.
async fn whole(visit: &Visit, case_id: &str) -> Result<(Case, GetCaseResponse), Error> {
    let asked = GetCaseRequest { school_id: visit.school.clone(), case_id: case_id.to_owned() };
    let mut answer = heard(visit.cases()?.get_case(ask(asked))).await?;
    Ok((answer.case.take().ok_or_else(Error::missing)?, answer))
}

/// One case as the service keeps it.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, case_id: &str) -> Result<Case, Error> {
    let (case, _) = seen(visit, case_id).await?;
    // Whoever may only know that there is such a case has no page of it.
    if case.restricted { Err(Error::denied()) } else { Ok(case) }
}

/// Whether the visitor's part in a case lets them do what their role may do in some case: on a child's case the head
/// and the chair oversee, and the lead, those it names and those whose it or an open step of it is work.
pub fn may(visit: &Visit, case: &Case, permission: Permission) -> bool {
    let works = matches!(permission, Permission::CaseWork | Permission::CaseRefer);
    visit.may(permission) && (!works || leads(visit) || has_part(case, &visit.visitor.account_id))
}

/// Whether the visitor is the lead or a deputy: nobody else works what belongs to no case.
pub fn leads(visit: &Visit) -> bool {
    visit.roles().iter().any(|role| matches!(role, Role::Dsl | Role::DeputyDsl))
}

/// Whether a case is on an adult, names an account, or is given to it with all or one of its open steps.
fn has_part(case: &Case, account_id: &str) -> bool {
    let access = case.access.clone().unwrap_or_default();
    let ended = |state: &str| matches!(state, "done" | "deviated");
    let step = |step: &CaseStep| step.owner_account_id == account_id && !ended(&step.state);
    access.subject.is_some()
        || access.member_account_ids.iter().any(|member| member == account_id)
        || case.owner_account_id == account_id
        || case.steps.iter().any(step)
}

/// The accounts of everybody who did something in a case.
fn accounts(case: &Case) -> Vec<&str> {
    let ids = case.entries.iter().flat_map(|e| e.marks.iter().map(|m| &m.account_id).chain([&e.account_id]));
    let facts = case.facts.iter().chain(&case.earlier_facts);
    let ids = ids.chain(facts.flat_map(|f| [&f.account_id, &f.agreed_by_account_id]));
    let ids = ids.chain(case.consultations.iter().map(|c| &c.account_id));
    let ids = ids.chain(case.referrals.iter().map(|r| &r.account_id)).chain(case.debrief.iter().map(|d| &d.account_id));
    let ids = ids.chain(case.referral_drafts.iter().map(|draft| &draft.account_id));
    let ids = ids.chain(case.reopenings.iter().map(|reopening| &reopening.account_id));
    let moved = case.steps.iter().flat_map(|step| step.due_moves.iter().map(|moved| &moved.account_id));
    let ids = ids.chain(moved).chain(case.steps.iter().map(|step| &step.account_id));
    let ids = ids.chain(case.proposed_lessons.iter().map(|lesson| &lesson.account_id));
    let ids = ids.chain(case.parents_decisions.iter().map(|d| &d.account_id)).chain(part::accounts(case));
    let ids = ids
        .chain(case.steps.iter().map(|step| &step.owner_account_id))
        .chain([&case.owner_account_id, &case.opened_by_account_id]);
    let ids = ids.chain(case.steps.iter().flat_map(|step| step.earlier.iter().map(|earlier| &earlier.account_id)));
    let ids = ids.chain(records::accounts(case)).map(String::as_str);
    ids.chain(case.access.iter().flat_map(access::accounts)).collect()
}

/// Their names.
async fn named(visit: &Visit, case: &Case, additions: &[CaseAddition]) -> People {
    let reporters = additions.iter().map(|addition| addition.account_id.as_str());
    visit.people(accounts(case).into_iter().chain(reporters)).await
}

/// What reporters added to the concerns of a case, each with when, newest first.
fn added(
    case: &Case,
    additions: &[CaseAddition],
    people: &People,
    concerns: &str,
) -> Vec<(Option<prost_types::Timestamp>, page::Event)> {
    let event = |addition: &CaseAddition| {
        let number = case.concern_ids.iter().position(|id| *id == addition.concern_id).map_or(1, |place| place + 1);
        let when = words::stamp(addition.create_time.as_ref()).unwrap_or_default();
        let by = match addition.account_id.as_str() {
            "" => when,
            account => format!("{when}, by {}", people.name(account)),
        };
        let unread = if addition.read_time.is_none() { "Nobody has opened it with its concern yet" } else { "" };
        let link = Link::new("Open the concern", format!("{concerns}/{}", addition.concern_id));
        let event = page::Event::new(format!("Added to concern {number}"), by, addition.text.clone());
        (addition.create_time, event.more(unread).link(link))
    };
    additions.iter().rev().map(event).collect()
}

/// Shows one case.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (case, GetCaseResponse { break_glass_expire_time: until, additions, .. }) = whole(&visit, &case_id).await?;
    if case.restricted {
        return visit.to(&visit.at(&format!("/cases/{case_id}/break-glass")));
    }
    let people = named(&visit, &case, &additions).await;
    let added = added(&case, &additions, &people, &visit.at("/concerns"));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    let may = |permission| until.is_none() && may(&visit, &case, permission);
    let page = page::CasePage::new(&case, &people, crumbs, &|path| visit.at(path), &may);
    visit.page(&page.open_until(until.as_ref()).with(added.into_iter().map(|(_, event)| event).collect()))
}

#[cfg(test)]
pub mod example;
#[cfg(test)]
pub use example::case as sample;
