//! Who has looked at a case, a concern or a child's record, newest first.

use axum::extract::{Path, Query};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ListLooksRequest, ListLooksResponse, Look},
};
use serde::Serialize;

use super::{
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{From, Head, Link, Pager},
    words,
};

/// Whose looks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Case,
    Concern,
    Learner,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct Looks {
    head: Head,
    looks: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    who: String,
    what: &'static str,
    when: String,
}

impl Page for Looks {
    const TEMPLATE: &'static str = "looks.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let look = |account: &str, action: &str, restricted| Look {
            account_id: account.into(),
            action: action.into(),
            create_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
            restricted,
        };
        let looks = vec![
            look("acc_1", "break_glass.used", false),
            look("acc_me", "case.read", false),
            look("acc_2", "x", true),
        ];
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let page = |kind, looks| {
            let answer = ListLooksResponse { looks, next_page_token: "x".into() };
            Self::new(kind, &answer, &people, vec![Link::new("Home", "/")], ("/schools/sch_1/cases/cas_1/looks", ""))
        };
        vec![page(Kind::Case, looks.clone()), page(Kind::Learner, looks), page(Kind::Concern, Vec::new())]
    }
}

/// What somebody did, as a sentence goes on.
fn did(kind: Kind, look: &Look) -> &'static str {
    match (kind, look.action.as_str()) {
        (Kind::Case, "case.read") if look.restricted => "saw that there is such a case",
        (_, "break_glass.used") => "opened it beyond their rights, to read it for an hour",
        (Kind::Case, "case.read") | (Kind::Concern, "concern.read") | (Kind::Learner, "learner.read") => "read it",
        (Kind::Learner, "concern.read") => "read a concern that may be about them",
        (Kind::Learner, "learner.records_listed") => "read what they have to do with",
        (_, "learner.records_listed") => "saw it among what a child has to do with",
        (_, "attachment.listed") => "saw which photos of notes there are",
        (_, "attachment.read") => "looked at a photo of a note",
        (_, "material.revealed") => "had an address of material shown",
        (_, "records.searched" | "learner.searched") => "found it by a search",
        (_, "due.listed") => "saw it in the list of what is due",
        (_, "workload.read") => "saw it among how the work stands",
        (_, "repeat_involvement.listed") => "saw it among children who come up again",
        (_, "case.printed") => "printed it, or took it away as a file",
        (_, "case.patterns_listed") => "saw it among the cases on adults",
        (_, _) => "saw it in a list",
    }
}

impl Looks {
    fn new(
        kind: Kind,
        answer: &ListLooksResponse,
        people: &People,
        crumbs: Vec<Link>,
        (path, page_token): (&str, &str),
    ) -> Self {
        let line = |look: &Look| Line {
            who: words::sentence(&people.name(&look.account_id)),
            what: did(kind, look),
            when: words::stamp(look.create_time.as_ref()).unwrap_or_default(),
        };
        Self {
            head: Head::new("Who has looked at this", crumbs),
            looks: answer.looks.iter().map(line).collect(),
            pager: Pager::new(path, &[], page_token, &answer.next_page_token),
        }
    }
}

async fn page(visit: Visit, kind: Kind, id: String, from: From) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (list, many, one) = match kind {
        Kind::Case => ("/cases", "Cases", "Case"),
        Kind::Concern => ("/concerns", "Concerns", "Concern"),
        Kind::Learner => ("/learners", "Children", "A child’s record"),
    };
    let record = visit.at(&format!("{list}/{id}"));
    let asked = ListLooksRequest {
        school_id: visit.school.clone(),
        record_id: id,
        page_size: 50,
        page_token: from.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_looks(ask(asked))).await?;
    let people = visit.people(answer.looks.iter().map(|look| look.account_id.as_str())).await;
    let crumbs = visit.crumbs(&[(many, visit.at(list)), (one, record.clone())]);
    visit.page(&Looks::new(kind, &answer, &people, crumbs, (&format!("{record}/looks"), &from.page_token)))
}

/// Who has looked at a case.
pub async fn case(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    page(visit, Kind::Case, id, from).await
}

/// Who has looked at a concern.
pub async fn concern(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    page(visit, Kind::Concern, id, from).await
}

/// Who has looked at a child's record.
pub async fn learner(visit: Visit, Path((_, id)): Path<(String, String)>, Query(from): Query<From>) -> Answer {
    page(visit, Kind::Learner, id, from).await
}
