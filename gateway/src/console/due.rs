//! What is due in the school's cases: whose it is, by when, as a list that the address filters and as a table.

use axum::extract::Query;
use chassis::{clock::london, error::Error, table::Table};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Due, DueOwner, ListDueRequest, ListDueResponse, Transfer},
};
use serde::{Deserialize, Serialize};
use time::Duration;

use super::{
    case::material::BODIES,
    concern::Filter,
    figures::attachment,
    people::People,
    transfer,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{self, Head, Link, Pager, percent},
    words::{self, Codes},
};

/// When it is due.
const WHEN: Codes = &[("overdue", "Overdue"), ("week", "Due this week or overdue"), ("", "Whenever it is due")];
/// What is due, but for steps, which have names of their own.
const KINDS: Codes = &[
    ("step", "Step"),
    ("referral_chase", "Chase the answer to a referral"),
    ("referral_question", "Answer what a desk asks about a referral"),
    ("referral_decided", "Read what a desk decided on a referral: disagree or close it"),
    ("referral_draft", "Send a referral that is being written"),
    ("report_chase", "Chase the answer to a report"),
    ("assessment_review", "Look at the risk and needs assessment again"),
    ("immediate_danger", "A child is in immediate danger: ring 999 if nobody has, and record what ended it"),
    ("idle", "Look at the case: nothing has happened for 30 days"),
];

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// `overdue`, `week`; whenever where empty.
    #[serde(default)]
    pub when: String,
    /// An account, or `nobody`; anybody where empty.
    #[serde(default)]
    pub owner: String,
    /// Where the page begins.
    #[serde(default)]
    pub page_token: String,
}

impl Asked {
    /// The address of a list.
    pub fn at(path: &str, when: &str, owner: &str) -> String {
        let set = [("when", when), ("owner", owner)].into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = set.map(|(name, value)| format!("{name}={}", percent(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    fn request(&self, school: &str, page_size: i32) -> ListDueRequest {
        let nobodys = self.owner == "nobody";
        ListDueRequest {
            school_id: school.to_owned(),
            account_id: if nobodys { String::new() } else { self.owner.clone() },
            nobodys,
            within_days: (self.when == "week").then_some(7),
            overdue_only: self.when == "overdue",
            with_owners: true,
            page_size,
            page_token: self.page_token.clone(),
            ..ListDueRequest::default()
        }
    }
}

/// What is due.
#[derive(Debug, Serialize)]
pub struct DuePage {
    head: Head,
    when: Vec<Filter>,
    owners: Vec<Filter>,
    total: String,
    dues: Vec<Line>,
    /// Children's files that are to be sent or received, which belong to no case and are nobody's own.
    files: Vec<File>,
    csv: Link,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    case: Link,
    due: part::Due,
    owner: String,
}

#[derive(Debug, Serialize)]
struct File {
    link: Link,
    due: part::Due,
}

impl Page for DuePage {
    const TEMPLATE: &'static str = "due.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let due = Due {
            case_id: "cas_1".into(),
            reference: "2026-014".into(),
            kind: "step".into(),
            item_id: "P1-03".into(),
            title: "Talk to the police first".into(),
            due_time: Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 }),
            due_word: "overdue".into(),
            owner_account_id: "acc_1".into(),
            ..Due::default()
        };
        let idle = Due { kind: "idle".into(), item_id: String::new(), ..Due::default() };
        let owner = |account_id: &str, overdue| DueOwner { account_id: account_id.into(), overdue, total: 3 };
        let answer = ListDueResponse {
            dues: vec![due, idle],
            total_size: 2,
            owners: vec![owner("acc_1", 1), owner("", 0)],
            ..ListDueResponse::default()
        };
        let asked = Asked { when: "overdue".into(), ..Asked::default() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let file = File {
            link: Link::new("Send a child’s file to the next school", "/schools/sch_1/transfers/trf_1"),
            due: part::Due::new("overdue", Some(&prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 })),
        };
        vec![
            Self { files: vec![file], ..Self::new(&answer, &asked, &people, Vec::new(), &at) },
            Self::new(&ListDueResponse::default(), &Asked::default(), &people, Vec::new(), &at),
        ]
    }
}

/// What one thing is called.
pub fn called(due: &Due) -> String {
    match due.kind.as_str() {
        "step" => due.title.clone(),
        "referral_chase" => format!("Chase the answer to the referral: {}", due.title),
        "referral_question" => format!("Answer what is asked about the referral: {}", due.title),
        "referral_decided" => format!("{} decided: read it, disagree or close the referral", due.title),
        "referral_draft" => format!("Send the referral: {}", due.title),
        "report_chase" => format!("Chase the answer to the report: {}", words::called(BODIES, &due.title)),
        kind => words::called(KINDS, kind),
    }
}

/// Where one thing is done.
pub fn place(due: &Due, at: &dyn Fn(&str) -> String) -> String {
    let case = format!("/cases/{}", due.case_id);
    match due.kind.as_str() {
        "step" => at(&format!("{case}/steps/{}", due.item_id)),
        "referral_chase" | "referral_question" | "referral_decided" => at(&format!("{case}/referrals/{}", due.item_id)),
        "referral_draft" => at(&format!("{case}/refer/{}", due.item_id)),
        "report_chase" => at(&format!("{case}/reports/{}", due.item_id)),
        "assessment_review" => at(&format!("{case}/assessments")),
        "immediate_danger" => at(&format!("{case}/facts/new?name=immediate_danger")),
        _ => at(&case),
    }
}

impl DuePage {
    fn new(
        answer: &ListDueResponse,
        asked: &Asked,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
    ) -> Self {
        let path = at("/due");
        let when = WHEN.iter().map(|(code, text)| {
            Filter::new(Link::new(*text, Asked::at(&path, code, &asked.owner)), *code == asked.when)
        });
        let everybody =
            Filter::new(Link::new("Everybody’s", Asked::at(&path, &asked.when, "")), asked.owner.is_empty());
        let owner = |sum: &DueOwner| {
            let code = if sum.account_id.is_empty() { "nobody" } else { sum.account_id.as_str() };
            let text = format!("{}: {} overdue, {} in all", whose(people, &sum.account_id), sum.overdue, sum.total);
            Filter::new(Link::new(text, Asked::at(&path, &asked.when, code)), code == asked.owner)
        };
        let line = |due: &Due| Line {
            link: Link::new(called(due), place(due, at)),
            case: Link::new(due.reference.clone(), at(&format!("/cases/{}", due.case_id))),
            due: part::Due::new(&due.due_word, due.due_time.as_ref()),
            owner: whose(people, &due.owner_account_id),
        };
        let filter = [("when", asked.when.as_str()), ("owner", asked.owner.as_str())];
        Self {
            head: Head::new("What is due", crumbs),
            when: when.collect(),
            owners: std::iter::once(everybody).chain(answer.owners.iter().map(owner)).collect(),
            total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "thing", "things"),
            dues: answer.dues.iter().map(line).collect(),
            files: Vec::new(),
            csv: Link::new("Download as a table (CSV)", Asked::at(&at("/due.csv"), &asked.when, &asked.owner)),
            pager: Pager::new(&path, &filter, &asked.page_token, &answer.next_page_token),
        }
    }
}

/// Whose something is.
pub fn whose(people: &People, account_id: &str) -> String {
    if account_id.is_empty() { "Nobody’s".to_owned() } else { words::sentence(&people.name(account_id)) }
}

async fn list(visit: &Visit, asked: &Asked, page_size: i32) -> Result<(ListDueResponse, People), Error> {
    let answer = heard(visit.cases()?.list_due(ask(asked.request(&visit.school, page_size)))).await?;
    let ids = answer.dues.iter().map(|due| &due.owner_account_id);
    let people = visit.people(ids.chain(answer.owners.iter().map(|sum| &sum.account_id)).map(String::as_str)).await;
    Ok((answer, people))
}

/// Children's files that wait for the school, with what is asked for: they are nobody's own, and stand on the first page.
async fn files(visit: &Visit, asked: &Asked) -> Result<Vec<File>, Error> {
    let first = asked.page_token.is_empty() && ["", "nobody"].contains(&asked.owner.as_str());
    if !first || !visit.may(Permission::LearnerRead) {
        return Ok(Vec::new());
    }
    let week = (london(visit.now()).date() + Duration::days(7)).to_string();
    let wanted = |one: &Transfer| match asked.when.as_str() {
        "overdue" => one.due_word == "overdue",
        "week" => !one.due_date.is_empty() && one.due_date <= week,
        _ => true,
    };
    let all = transfer::waiting(visit).await?;
    let due = all.iter().filter(|one| transfer::waits_here(one) && wanted(one));
    Ok(due.map(|one| File { link: transfer::link(visit, one), due: transfer::due(one) }).collect())
}

/// Shows it.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (answer, people) = list(&visit, &asked, 50).await?;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    let page = DuePage::new(&answer, &asked, &people, crumbs, &|path| visit.at(path));
    visit.page(&DuePage { files: files(&visit, &asked).await?, ..page })
}

/// All of it as a table for a spreadsheet: no name of a child and no narrative is in it.
pub async fn csv(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let mut table = Table::new(["CASE", "WHAT", "STEP", "DUE", "HOW", "WHOSE"])?;
    let mut asked = Asked { page_token: String::new(), ..asked };
    loop {
        let (answer, people) = list(&visit, &asked, 1000).await?;
        for due in &answer.dues {
            let at = due.due_time.as_ref().and_then(chassis::clock::moment);
            let day = at.map(|at| chassis::clock::london(at).date().to_string()).unwrap_or_default();
            let step = if due.kind == "step" { due.item_id.as_str() } else { "" };
            let owner = whose(&people, &due.owner_account_id);
            let word = if due.due_word.is_empty() { String::new() } else { words::called(words::DUE, &due.due_word) };
            table.row([due.reference.as_str(), &called(due), step, &day, &word, &owner])?;
        }
        if answer.next_page_token.is_empty() {
            return attachment("due.csv", table);
        }
        asked.page_token = answer.next_page_token;
    }
}
