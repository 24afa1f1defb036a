//! Who knows what about one child: what was told outside the school, to whom, why and on what basis, and what was decided
//! not to be told.

use std::collections::HashMap;

use axum::extract::{Path, Query};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{LearnerDisclosure, ListLearnerDisclosuresRequest, ListLearnerDisclosuresResponse},
};
use serde::Serialize;

use crate::{
    console::{
        case::{
            device::{BASES, RECIPIENTS},
            page::Event,
        },
        people::People,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{From, Head, Link, Pager},
        words,
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub struct ToldPage {
    head: Head,
    told: Vec<Event>,
    looks: Link,
    pager: Pager,
}

impl Page for ToldPage {
    const TEMPLATE: &'static str = "learner_told.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 });
        let one = |kind: &str, recipient_kind: &str, shared| LearnerDisclosure {
            kind: kind.into(),
            recipient_kind: recipient_kind.into(),
            shared,
            what: "What <was> said".into(),
            basis: "safeguarding".into(),
            reason: "So that they can keep watch".into(),
            account_id: "acc_1".into(),
            create_time: at,
            case_id: "cas_1".into(),
            reference: "2026-014".into(),
            record_id: "shi_1".into(),
            ..LearnerDisclosure::default()
        };
        let school = |one| LearnerDisclosure { recipient_school_id: "sch_2".into(), ..one };
        let ended = LearnerDisclosure {
            end_time: at,
            end_reason: "It was the wrong child".into(),
            ..one("file", "other_school", true)
        };
        let disclosures = vec![
            LearnerDisclosure { recipient: "PC 4711".into(), ..one("register", "police", true) },
            LearnerDisclosure { case_id: String::new(), record_id: String::new(), ..one("register", "public", false) },
            LearnerDisclosure { case_id: String::new(), record_id: "con_1".into(), ..one("register", "police", true) },
            LearnerDisclosure {
                shared_disclosure_id: "six_1".into(),
                ..school(one("shared_incident", "other_school", true))
            },
            LearnerDisclosure {
                shared_disclosure_id: "six_2".into(),
                gone: true,
                ..school(one("shared_incident", "other_school", true))
            },
            school(ended),
            LearnerDisclosure {
                state: "declined".into(),
                state_time: at,
                state_reason: "No <child> of ours".into(),
                ..school(one("register", "other_school", true))
            },
            LearnerDisclosure { state: "waits".into(), state_time: at, ..school(one("file", "other_school", true)) },
            one("ahead", "other_school", false),
            one("parents", "parents", true),
        ];
        let names = HashMap::from([("sch_2".to_owned(), "Harrowmere <High> School".to_owned())]);
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |disclosures| {
            let answer = ListLearnerDisclosuresResponse { disclosures, next_page_token: "x".into() };
            Self::new(&answer, &names, &people, ("lrn_1", ""), Vec::new(), &at)
        };
        vec![page(disclosures), page(Vec::new())]
    }
}

/// To whom.
fn whom(one: &LearnerDisclosure, names: &HashMap<String, String>) -> String {
    let school = names.get(&one.recipient_school_id).map(|name| words::sentence(name));
    match (one.kind.as_str(), school) {
        ("parents", _) => "The child’s parents".to_owned(),
        ("ahead", _) => "The next school, ahead of the move".to_owned(),
        (_, Some(school)) => school,
        _ if one.recipient.is_empty() => words::called(RECIPIENTS, &one.recipient_kind),
        _ => format!("{}: {}", words::called(RECIPIENTS, &one.recipient_kind), one.recipient),
    }
}

/// How what is told only once it is taken stands, in words; whether it was told where that is not the question.
pub fn standing(state: &str, file: bool, shared: bool) -> &'static str {
    match state {
        "waits" if file => "On its way, not received: nothing is told yet. Sent",
        "waits" => "Asked, not answered: nothing is told yet. Asked",
        "declined" => "Declined: nothing was told. Asked",
        "taken_back" => "Taken back: nothing was told. Sent",
        "sent_back" => "Sent back",
        "passed_on" => "Asked; another school leads the incident now and has the answer. Asked",
        _ if shared => "Told",
        _ => "Not told",
    }
}

/// What they know.
fn what(one: &LearnerDisclosure) -> String {
    match one.kind.as_str() {
        "file" => "The child protection file".to_owned(),
        "shared_incident" if one.what.is_empty() => "Who the child is".to_owned(),
        "shared_incident" => format!("Who the child is\n{}", one.what),
        _ => one.what.clone(),
    }
}

impl ToldPage {
    fn new(
        answer: &ListLearnerDisclosuresResponse,
        names: &HashMap<String, String>,
        people: &People,
        (learner, page_token): (&str, &str),
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
    ) -> Self {
        let event = |one: &LearnerDisclosure| {
            let shared = standing(&one.state, one.kind == "file", one.shared);
            let taken = if one.state == "told" { one.state_time.as_ref() } else { None };
            let when = words::stamp(taken.or(one.create_time.as_ref())).unwrap_or_default();
            let basis = if one.basis.is_empty() { String::new() } else { words::called(BASES, &one.basis) };
            let ended = words::stamp(one.end_time.as_ref()).map(|ended| format!("Ended {ended}: {}", one.end_reason));
            let settled = words::stamp(one.state_time.as_ref()).filter(|_| ended.is_none());
            let settled = match one.state.as_str() {
                "declined" | "taken_back" | "sent_back" => settled.map(|at| format!("{at}: {}", one.state_reason)),
                _ => None,
            };
            let why = [basis, one.reason.clone(), ended.unwrap_or_default(), settled.unwrap_or_default()];
            let why: Vec<String> = why.into_iter().filter(|line| !line.is_empty()).collect();
            let event = Event::new(
                whom(one, names),
                format!("{shared} {when}, by {}", people.name(&one.account_id)),
                what(one),
            )
            .more(why.join("\n"));
            let record = match one.kind.as_str() {
                "file" | "ahead" => Some(("Open the transfer", format!("/transfers/{}", one.record_id))),
                "shared_incident" if one.gone => None,
                "shared_incident" => Some(("Open the shared incident", format!("/shared-incidents/{}", one.record_id))),
                _ if one.case_id.is_empty() && !one.record_id.is_empty() => {
                    Some(("Open the concern", format!("/concerns/{}", one.record_id)))
                }
                _ if one.case_id.is_empty() => None,
                _ => Some(("Open the case", format!("/cases/{}", one.case_id))),
            };
            let event = match record {
                Some((text, place)) => event.link(Link::new(text, at(&place))),
                None => event,
            };
            // Whoever is in the incident no more ends what they told from here.
            if one.shared_disclosure_id.is_empty() || one.end_time.is_some() {
                return event;
            }
            let place = format!("/shared-incidents/{}/disclosures/{}", one.record_id, one.shared_disclosure_id);
            event.also(Link::new("End what they are shown", at(&place)))
        };
        let here = format!("/learners/{learner}");
        Self {
            head: Head::new("Who knows what about a child", crumbs),
            told: answer.disclosures.iter().map(event).collect(),
            looks: Link::new("Who at the school has looked at the record", at(&format!("{here}/looks"))),
            pager: Pager::new(&at(&format!("{here}/told")), &[], page_token, &answer.next_page_token),
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = ListLearnerDisclosuresRequest {
        school_id: visit.school.clone(),
        learner_id: id.clone(),
        page_size: 50,
        page_token: from.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_learner_disclosures(ask(asked))).await?;
    let mut names = HashMap::new();
    for school in answer.disclosures.iter().map(|one| &one.recipient_school_id).filter(|id| !id.is_empty()) {
        if !names.contains_key(school) {
            names.insert(school.clone(), visit.school_name(school).await);
        }
    }
    let people = visit.people(answer.disclosures.iter().map(|one| one.account_id.as_str())).await;
    let list = visit.at("/learners");
    let crumbs = visit.crumbs(&[("Children", list.clone()), ("A child’s record", format!("{list}/{id}"))]);
    visit.page(&ToldPage::new(&answer, &names, &people, (&id, &from.page_token), crumbs, &|path| visit.at(path)))
}
