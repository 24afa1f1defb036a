//! How long records are kept: the list by their reviews, one record's keeping, and what people decide about it. `decide`
//! has the forms, `certificate` what stays of records that were destroyed.

pub mod certificate;
pub mod decide;

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        GetRetentionRequest, Hold, ListRetentionRequest, ListRetentionResponse, Retention, RetentionAsk,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    case::page::Event,
    concern::{Filter, filters},
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::{
    pages::{
        Page,
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
    present,
};

/// The hold of a request that is not answered yet, which its answer ends and nobody else.
const BY_REQUEST: &str = "by_access_request";
/// The hold of a file that the next school has not received, which its receipt ends.
const BY_TRANSFER: &str = "by_transfer";
/// The hold of an allegation that the designated officer works, which ends when they close it.
const BY_LADO: &str = "by_lado";

/// What decides how long a record is kept.
pub const CLASSES: Codes = &[
    ("child", "About children"),
    ("sexual_abuse", "Touches sexual abuse"),
    ("allegation", "Allegation against an adult"),
    ("allegation_removed", "Allegation found to be malicious or false"),
    ("low_level", "Low-level concern about an adult"),
];

/// Whom or what a record is held for.
pub const KINDS: Codes = &[
    ("police", "The police or a court"),
    ("inquiry", "An inquiry or an appeal"),
    ("request", "Somebody who asks for what is kept about them"),
    ("transfer", "Another school that has not confirmed it received the file"),
    ("legal", "A duty to keep it"),
];

/// How long, by the rule of each class.
const RULES: Codes = &[
    (
        "RET-01",
        "25 years after the child’s birth, 31 with special educational needs or a disability; the youngest counts",
    ),
    ("RET-02", "75 years after it ended, and held until two people lift that"),
    ("RET-03", "Until the adult reaches pension age, 10 years at least; removed where it was malicious or false"),
    ("RET-04", "Until the adult leaves the school"),
];

/// What the day is reckoned from.
const FROM: Codes = &[
    ("birth", "From the date of birth"),
    ("year_group", "An estimate from the year group, and not too early: no date of birth is known"),
    ("closing", "From the day it ended"),
    ("pension_age", "From the adult’s date of birth and the day of the allegation"),
    ("leaving", "From the adult’s last day"),
    ("nothing", "Nothing that is known says it"),
];

/// Which records are listed.
const SHOWN: Codes = &[
    ("due", "Review is due"),
    ("asked", "Waits for a second person"),
    ("held", "Held"),
    ("undated", "No review date yet"),
];

/// What stands against destroying it.
const OBSTACLES: Codes = &[
    ("open", "It is open"),
    ("held", "It is held"),
    ("unread", "Something was added that nobody has read"),
    ("shared", "Another school has not answered its invitation"),
    ("early", "Its review is not due yet"),
    ("undated", "Nothing says when its review is due"),
    ("present", "The adult holds a role at the school still, and it is kept until they leave"),
];

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    page_token: String,
}

/// The list.
#[derive(Debug, Serialize)]
pub struct Records {
    head: Head,
    filters: Vec<Filter>,
    records: Vec<Line>,
    certificates: Link,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    about: String,
    class: String,
    review: String,
    due: bool,
    held: String,
}

/// One record.
#[derive(Debug, Serialize)]
pub struct Keeping {
    head: Head,
    rows: Vec<Row>,
    acts: Vec<Link>,
    asked: Vec<Event>,
    holds: Vec<Event>,
    decided: Vec<Event>,
}

/// A record as lists and pages call it.
pub fn called(record: &Retention) -> String {
    match record.reference.as_str() {
        "" => match words::stamp(record.create_time.as_ref()) {
            Some(when) => format!("A concern of {when}, without further action"),
            None => "A concern without further action".to_owned(),
        },
        reference => format!("Case {reference}"),
    }
}

fn review(record: &Retention) -> String {
    match (record.state.as_str(), record.review_date.as_str()) {
        ("open", _) => "Still open".to_owned(),
        (_, "") => "No date yet".to_owned(),
        (_, day) if record.reckoned_from == "year_group" => format!("{} (estimate)", words::named_day(day)),
        (_, day) => words::named_day(day),
    }
}

fn held(record: &Retention) -> String {
    let kinds: Vec<String> = record.held_for.iter().map(|kind| words::called(KINDS, kind)).collect();
    kinds.join("; ")
}

impl Page for Records {
    const TEMPLATE: &'static str = "retention.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let concern =
            Retention { kind: "concern".into(), reference: String::new(), about: "Leo <A>".into(), ..sample() };
        let concern = Retention { state: "undated".into(), ..concern };
        let concern = Retention { review_date: String::new(), due: false, held_for: Vec::new(), ..concern };
        let answer = ListRetentionResponse { records: vec![sample(), concern], next_page_token: "x".into() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let asked = Asked { show: "due".into(), page_token: String::new() };
        vec![
            Self::new(&answer, &asked, Vec::new(), &at),
            Self::new(&ListRetentionResponse::default(), &Asked::default(), Vec::new(), &at),
        ]
    }
}

impl Records {
    fn new(answer: &ListRetentionResponse, asked: &Asked, crumbs: Vec<Link>, at: &dyn Fn(&str) -> String) -> Self {
        let path = at("/retention");
        let line = |record: &Retention| Line {
            link: Link::new(called(record), format!("{path}/{}", record.record_id)),
            about: record.about.clone(),
            class: words::called(CLASSES, &record.class),
            review: review(record),
            due: record.due,
            held: held(record),
        };
        Self {
            head: Head::new("How long records are kept", crumbs),
            filters: filters(&path, "show", &asked.show, SHOWN),
            records: answer.records.iter().map(line).collect(),
            certificates: Link::new("Certificates of records that were destroyed", at("/certificates")),
            pager: Pager::new(&path, &[("show", &asked.show)], &asked.page_token, &answer.next_page_token),
        }
    }
}

impl Page for Keeping {
    const TEMPLATE: &'static str = "keeping.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let at = |path: &str| format!("/schools/sch_1{path}");
        let bare = Retention {
            record_id: "con_1".into(),
            state: "open".into(),
            obstacle: "open".into(),
            ..Default::default()
        };
        let free = Retention { destroyable: true, obstacle: String::new(), asks: Vec::new(), ..sample() };
        [(sample(), true), (bare, false), (free, true)]
            .map(|(record, may)| Self::new(&record, &people, Vec::new(), &at, &|_| may))
            .into_iter()
            .collect()
    }
}

impl Keeping {
    fn new(
        record: &Retention,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
        may: &dyn Fn(Permission) -> bool,
    ) -> Self {
        let here = at(&format!("/retention/{}", record.record_id));
        let answers = |ask: &RetentionAsk| {
            ask.state == "waits" && may(Permission::CaseAgree) && people.name(&ask.account_id) != "you"
        };
        let asked = |ask: &RetentionAsk| {
            let event = asked_event(ask, people);
            if answers(ask) {
                event.link(Link::new("Answer as the second person", format!("{here}/asks/{}", ask.ask_id)))
            } else {
                event
            }
        };
        let hold = |hold: &Hold| {
            let event = hold_event(hold, people);
            if hold.lift_time.is_none()
                && ![BY_REQUEST, BY_TRANSFER, BY_LADO].contains(&hold.hold_id.as_str())
                && may(Permission::CaseWork)
            {
                event.link(Link::new("Ask for it to be lifted", format!("{here}/holds/{}/lift", hold.hold_id)))
            } else {
                event
            }
        };
        Self {
            head: Head::new("How long it is kept", crumbs).of(called(record)),
            rows: rows(record, at),
            acts: acts(record, &here, may),
            asked: record.asks.iter().rev().map(asked).collect(),
            holds: record.holds.iter().rev().map(hold).collect(),
            decided: decided(record, people),
        }
    }
}

fn rows(record: &Retention, at: &dyn Fn(&str) -> String) -> Vec<Row> {
    let place = match record.kind.as_str() {
        "concern" => format!("/concerns/{}", record.record_id),
        _ => format!("/cases/{}", record.record_id),
    };
    let force = match record.rule_force.as_str() {
        "statutory_guidance" => "Statutory guidance",
        _ => "A suggestion, no law",
    };
    let mut rows = vec![
        Row::new("Record", called(record)).to(at(&place)),
        Row::new("Kind", words::called(CLASSES, &record.class)),
        Row::new("Kept", words::called(RULES, &record.rule_id)),
        Row::new("Says who", format!("{}\n{force}, rule {}", record.rule_source, record.rule_id)),
        Row::new("Review", review(record)),
    ];
    rows.extend(Row::some("About", Some(record.about.clone())));
    rows.extend(Row::some("Ended", words::day(record.close_time.as_ref())));
    rows.push(Row::new("Reckoned", words::called(FROM, &record.reckoned_from)));
    let stands = match record.obstacle.as_str() {
        "" => "Nothing: two people can decide to destroy it".to_owned(),
        obstacle => words::called(OBSTACLES, obstacle),
    };
    rows.push(Row::new("Against destroying it", stands));
    rows.extend(Row::some("Held for", Some(held(record))));
    rows
}

fn acts(record: &Retention, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Link> {
    let works = may(Permission::CaseWork);
    let ended = record.state != "open";
    let asked = record.asked.iter().any(|kind| kind == "destroy");
    let ways = [
        (may(Permission::CaseAgree), "Hold it", "holds"),
        (works && ended, "Keep it longer", "keep"),
        (works, "Say what the review is reckoned from", "basis"),
        (works && record.destroyable && !asked, "Ask for it to be destroyed", "destroy"),
    ];
    let shown = ways.into_iter().filter(|(shown, _, _)| *shown);
    shown.map(|(_, text, path)| Link::new(text, format!("{here}/{path}"))).collect()
}

fn asked_event(ask: &RetentionAsk, people: &People) -> Event {
    let what = if ask.kind == "destroy" { "Destroy the record" } else { "Lift a hold" };
    let state = match ask.state.as_str() {
        "waits" => "waits for a second person",
        "agreed" => "agreed",
        "refused" => "refused",
        _ => "lapsed: ask again",
    };
    let when = words::stamp(ask.create_time.as_ref()).unwrap_or_default();
    let event =
        Event::new(format!("{what}: {state}"), format!("{when}, by {}", people.name(&ask.account_id)), &ask.reason);
    match words::stamp(ask.answer_time.as_ref()) {
        Some(at) => event.more(format!("{at}, by {}: {}", people.name(&ask.answer_account_id), ask.answer_reason)),
        None => event,
    }
}

fn hold_event(hold: &Hold, people: &People) -> Event {
    let by_itself = hold.account_id.is_empty();
    let when = words::stamp(hold.create_time.as_ref()).unwrap_or_default();
    let when = if by_itself { when } else { format!("{when}, by {}", people.name(&hold.account_id)) };
    let reason = match hold.hold_id.as_str() {
        "by_class" => "Whatever touches sexual abuse is held from the first.",
        BY_REQUEST => "Somebody asks for what is kept about a child in it, and has no answer yet.",
        BY_TRANSFER => "A child in it moves, and the next school has not received the file.",
        BY_LADO => "The designated officer (LADO) works the allegation, or has not answered the referral.",
        "by_police_fact" => "It is a fact of the case that the police need it.",
        _ => &hold.reason,
    };
    let title = words::called(KINDS, &hold.kind);
    match words::stamp(hold.lift_time.as_ref()) {
        Some(at) => {
            let (asked, agreed) = (people.name(&hold.lift_asked_account_id), people.name(&hold.lift_agreed_account_id));
            let lifted = format!("Lifted {at}, asked by {asked} and agreed by {agreed}: {}", hold.lift_reason);
            Event::new(format!("{title}: lifted"), when, reason).more(lifted)
        }
        None => Event::new(title, when, reason),
    }
}

fn decided(record: &Retention, people: &People) -> Vec<Event> {
    let kept = record.keeps.iter().rev().map(|kept| {
        let when = words::stamp(kept.create_time.as_ref()).unwrap_or_default();
        let title = format!("Kept until a review on {}", words::named_day(&kept.review_date));
        Event::new(title, format!("{when}, by {}", people.name(&kept.account_id)), kept.reason.clone())
    });
    let said = record.basis.iter().map(|basis| {
        let when = words::stamp(basis.create_time.as_ref()).unwrap_or_default();
        let said = [
            (!basis.born_date.is_empty()).then(|| format!("born {}", words::named_day(&basis.born_date))),
            (!basis.left_date.is_empty()).then(|| format!("left {}", words::named_day(&basis.left_date))),
            basis.sexual_abuse.then(|| "touches sexual abuse".to_owned()),
        ];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let by = format!("{when}, by {}", people.name(&basis.account_id));
        Event::new(format!("Said, and counts where the roll says nothing: {said}"), by, basis.reason.clone())
    });
    said.chain(kept).collect()
}

/// The accounts of everybody who decided something.
fn accounts(record: &Retention) -> impl Iterator<Item = &str> {
    let holds = record.holds.iter();
    let holds = holds.flat_map(|hold| [&hold.account_id, &hold.lift_asked_account_id, &hold.lift_agreed_account_id]);
    let asks = record.asks.iter().flat_map(|ask| [&ask.account_id, &ask.answer_account_id]);
    let kept = record.keeps.iter().map(|kept| &kept.account_id);
    let said = record.basis.iter().map(|basis| &basis.account_id);
    holds.chain(asks).chain(kept).chain(said).map(String::as_str)
}

/// Those that wait for a second person, then those whose review is due.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn waiting(visit: &Visit) -> Result<Vec<Retention>, Error> {
    let present = present::present(&visit.app, &visit.school).await?;
    let asked = |show: &str| ListRetentionRequest {
        school_id: visit.school.clone(),
        show: show.to_owned(),
        page_size: 50,
        present_account_ids: present.clone(),
        ..ListRetentionRequest::default()
    };
    let mut records = heard(visit.cases()?.list_retention(ask(asked("asked")))).await?.records;
    for record in heard(visit.cases()?.list_retention(ask(asked("due")))).await?.records {
        if records.iter().all(|other| other.record_id != record.record_id) {
            records.push(record);
        }
    }
    Ok(records)
}

/// Lists them.
pub async fn list(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let request = ListRetentionRequest {
        school_id: visit.school.clone(),
        show: asked.show.clone(),
        page_size: 50,
        page_token: asked.page_token.clone(),
        present_account_ids: present::present(&visit.app, &visit.school).await?,
    };
    let answer = heard(visit.cases()?.list_retention(ask(request))).await?;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    visit.page(&Records::new(&answer, &asked, crumbs, &|path| visit.at(path)))
}

/// How long one record is kept.
///
/// # Errors
/// Where there is none that the visitor may read.
async fn fetch(visit: &Visit, record_id: &str) -> Result<Retention, Error> {
    let asked = GetRetentionRequest {
        school_id: visit.school.clone(),
        record_id: record_id.to_owned(),
        present_account_ids: present::present(&visit.app, &visit.school).await?,
    };
    let answer = heard(visit.cases()?.get_retention(ask(asked))).await?;
    answer.retention.ok_or_else(Error::missing)
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, record_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let record = fetch(&visit, &record_id).await?;
    let people = visit.people(accounts(&record)).await;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("How long records are kept", visit.at("/retention"))]);
    visit.page(&Keeping::new(&record, &people, crumbs, &|path| visit.at(path), &|permission| visit.may(permission)))
}

#[cfg(test)]
fn sample() -> Retention {
    use proto::incident_cases::v1::{RetentionBasis, RetentionKeep};

    let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    let by_itself = Hold { hold_id: "by_class".into(), kind: "legal".into(), create_time: at, ..Hold::default() };
    let lifted = Hold {
        hold_id: "hld_1".into(),
        kind: "police".into(),
        reason: "Asked <by> the police".into(),
        account_id: "acc_1".into(),
        create_time: at,
        lift_time: at,
        lift_asked_account_id: "acc_1".into(),
        lift_agreed_account_id: "acc_me".into(),
        lift_reason: "Their case ended".into(),
    };
    let ask = RetentionAsk {
        ask_id: "rta_1".into(),
        kind: "lift_hold".into(),
        hold_id: "by_class".into(),
        reason: "Nothing <of> it is needed".into(),
        account_id: "acc_1".into(),
        create_time: at,
        state: "waits".into(),
        ..RetentionAsk::default()
    };
    let refused = RetentionAsk {
        state: "refused".into(),
        answer_reason: "Not yet".into(),
        answer_account_id: "acc_me".into(),
        answer_time: at,
        ..ask.clone()
    };
    Retention {
        record_id: "cas_1".into(),
        kind: "case".into(),
        reference: "2026-014".into(),
        state: "dated".into(),
        class: "sexual_abuse".into(),
        rule_id: "RET-02".into(),
        rule_force: "suggestion".into(),
        rule_source: "Independent Inquiry into Child Sexual Abuse".into(),
        review_date: "2101-11-26".into(),
        reckoned_from: "closing".into(),
        earliest_review_date: "2101-11-26".into(),
        due: true,
        obstacle: "held".into(),
        held_for: vec!["legal".into()],
        asked: vec!["lift_hold".into()],
        holds: vec![by_itself, lifted],
        keeps: vec![RetentionKeep {
            review_date: "2102-01-01".into(),
            reason: "An appeal".into(),
            account_id: "acc_1".into(),
            create_time: at,
        }],
        basis: Some(RetentionBasis {
            born_date: "2014-03-27".into(),
            sexual_abuse: true,
            reason: "The file says so".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..RetentionBasis::default()
        }),
        asks: vec![refused, ask],
        close_time: at,
        create_time: at,
        ..Retention::default()
    }
}
