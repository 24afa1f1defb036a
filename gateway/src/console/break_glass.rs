//! Reading a restricted case beyond one's rights: the reason first, for an hour, and looked at afterwards by somebody else.

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        BreakGlassEntry, BreakGlassRequest, Case, ListBreakGlassRequest, ListBreakGlassResponse,
        ReviewBreakGlassRequest,
    },
};
use serde::Serialize;

use super::{
    case::seen,
    people::People,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, FormPage},
    part::{From, Head, Link, Pager, Row},
    words::{self, Codes},
};

const JUSTIFIED: Codes = &[("yes", "Yes, it was justified"), ("no", "No, it was not")];

/// What is asked before a case is opened.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why can it not wait for somebody who is named in the case?")
            .hint("At least 20 characters. Those named in the case and the head read it."),
    ]
}

/// What is asked of whoever looks at it afterwards.
pub fn review_fields() -> Vec<Field> {
    vec![Field::radios("justified", "Was it justified?", JUSTIFIED), Field::long_text("finding", "What did you find?")]
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    let here = visit.at(&format!("/cases/{}/break-glass", case.case_id));
    let head =
        Head::new("A restricted case", visit.crumbs(&[("Cases", visit.at("/cases"))])).of(case.reference.clone());
    let mut page = visit.form_page(head, here, "Read it for an hour", fields());
    page.warning =
        "Those named in this case and the head are shown at once that you opened it, and why. Somebody else looks at it \
         afterwards."
            .to_owned();
    page.lead(
        "Only those named in this case read it. Ask one of them first. If that cannot wait, you can read it for an \
         hour. You can change nothing in it.",
    )
}

/// Asks why it cannot wait.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (case, _) = seen(&visit, &case_id).await?;
    if !case.restricted {
        return visit.to(&visit.at(&format!("/cases/{case_id}")));
    }
    visit.page(&page(&visit, &case))
}

/// Opens it.
pub async fn open(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it cannot wait");
    let command = BreakGlassRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.break_glass(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/cases/{case_id}"))),
        Err(error) => {
            let (case, _) = seen(&visit, &case_id).await?;
            visit.again(page(&visit, &case), &answers, error, &visit.at(&format!("/cases/{case_id}")))
        }
    }
}

/// The list.
#[derive(Debug, Serialize)]
pub struct Opened {
    head: Head,
    entries: Vec<Entry>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Entry {
    title: String,
    rows: Vec<Row>,
    review: Link,
}

impl Page for Opened {
    const TEMPLATE: &'static str = "break_glass.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::incident_cases::v1::BreakGlassReview;

        let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        let waiting = BreakGlassEntry {
            break_glass_id: "brk_1".into(),
            case_id: "cas_1".into(),
            reference: "2026-014".into(),
            account_id: "acc_1".into(),
            reason: "The child did not <come> home".into(),
            create_time: at,
            expire_time: at,
            reviewable: true,
            ..BreakGlassEntry::default()
        };
        let review = BreakGlassReview {
            finding: "It could not wait".into(),
            justified: true,
            account_id: "acc_me".into(),
            create_time: at,
        };
        let reviewed = BreakGlassEntry { review: Some(review), reviewable: false, ..waiting.clone() };
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let page = |break_glasses: Vec<BreakGlassEntry>| {
            let answer = ListBreakGlassResponse { break_glasses, next_page_token: String::new() };
            Self::new(&answer, &people, Vec::new(), "/schools/sch_1/break-glass", "")
        };
        let again = BreakGlassEntry {
            earlier_reviews: reviewed.review.clone().into_iter().collect(),
            reviewable: true,
            ..reviewed.clone()
        };
        vec![page(vec![waiting, reviewed, again]), page(Vec::new())]
    }
}

/// One of them, as rows.
fn rows(entry: &BreakGlassEntry, people: &People) -> Vec<Row> {
    let at = |time: &Option<prost_types::Timestamp>| words::stamp(time.as_ref()).unwrap_or_default();
    let mut rows = vec![
        Row::new("Who", words::sentence(&people.name(&entry.account_id))),
        Row::new("When", format!("{} to {}", at(&entry.create_time), at(&entry.expire_time))),
        Row::new("Why", entry.reason.clone()),
    ];
    for review in entry.earlier_reviews.iter().chain(&entry.review) {
        let justified = words::called(JUSTIFIED, if review.justified { "yes" } else { "no" });
        let by = format!("{}, by {}", at(&review.create_time), people.name(&review.account_id));
        rows.push(Row::new("Looked at", format!("{justified}\n{by}\n{}", review.finding)));
    }
    match (&entry.review, entry.reviewable) {
        (None, _) => rows.push(Row::new("Looked at", "Not yet")),
        (Some(_), true) => rows.push(Row::new("Looked at", "Not since then: it was open after that")),
        (Some(_), false) => {}
    }
    rows
}

fn accounts(entry: &BreakGlassEntry) -> impl Iterator<Item = &str> {
    let reviewer = entry.earlier_reviews.iter().chain(&entry.review).map(|review| review.account_id.as_str());
    std::iter::once(entry.account_id.as_str()).chain(reviewer)
}

impl Opened {
    fn new(answer: &ListBreakGlassResponse, people: &People, crumbs: Vec<Link>, here: &str, page_token: &str) -> Self {
        let entry = |entry: &BreakGlassEntry| Entry {
            title: format!("Case {}", entry.reference),
            rows: rows(entry, people),
            review: if entry.reviewable {
                Link::new("Say whether it was justified", format!("{here}/{}/review", entry.break_glass_id))
            } else {
                Link::default()
            },
        };
        Self {
            head: Head::new("Cases opened beyond somebody’s rights", crumbs),
            entries: answer.break_glasses.iter().map(entry).collect(),
            pager: Pager::new(here, &[], page_token, &answer.next_page_token),
        }
    }
}

/// What the visitor is told of, or what nobody has looked at; of one case, where one is given.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn all(
    visit: &Visit,
    (case_id, unreviewed_only): (&str, bool),
    page_token: &str,
) -> Result<(ListBreakGlassResponse, People), Error> {
    let asked = ListBreakGlassRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        unreviewed_only,
        page_size: 50,
        page_token: page_token.to_owned(),
    };
    let answer = heard(visit.cases()?.list_break_glass(ask(asked))).await?;
    let people = visit.people(answer.break_glasses.iter().flat_map(accounts)).await;
    Ok((answer, people))
}

/// Who opened a case beyond their rights, for the page that says who may see it.
pub async fn of_case(visit: &Visit, case_id: &str) -> Vec<Row> {
    let Ok((answer, people)) = all(visit, (case_id, false), "").await else { return Vec::new() };
    let row = |entry: &BreakGlassEntry| {
        let when = words::stamp(entry.create_time.as_ref()).unwrap_or_default();
        let text = format!("{}\n{when}, by {}", entry.reason, people.name(&entry.account_id));
        Row::new("Opened beyond their rights", text).to(visit.at("/break-glass"))
    };
    answer.break_glasses.iter().map(row).collect()
}

/// Lists them.
pub async fn list(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (answer, people) = all(&visit, ("", false), &from.page_token).await?;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    visit.page(&Opened::new(&answer, &people, crumbs, &visit.at("/break-glass"), &from.page_token))
}

/// One that nobody has looked at and the visitor is asked to.
async fn asked(visit: &Visit, id: &str) -> Result<(BreakGlassEntry, People), Error> {
    let mut token = String::new();
    loop {
        let (answer, people) = all(visit, ("", true), &token).await?;
        if let Some(entry) = answer.break_glasses.into_iter().find(|entry| entry.break_glass_id == id) {
            return if entry.reviewable { Ok((entry, people)) } else { Err(Error::denied()) };
        }
        token = answer.next_page_token;
        if token.is_empty() {
            return Err(Error::missing());
        }
    }
}

fn review_page(visit: &Visit, entry: &BreakGlassEntry, people: &People) -> FormPage {
    let list = visit.at("/break-glass");
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Opened beyond somebody’s rights", list.clone())]);
    let head = Head::new("Was it justified?", crumbs).of(entry.reference.clone());
    let action = format!("{list}/{}/review", entry.break_glass_id);
    let mut page = visit.form_page(head, action, "Save what you found", review_fields());
    page.rows = rows(entry, people);
    let end = entry.expire_time.as_ref();
    if end.is_some_and(|end| end.seconds > visit.now().unix_timestamp()) {
        let until = words::stamp(end).unwrap_or_default();
        return page.lead(&format!(
            "It is open until {until}. If it is not justified, say so, and it ends at once. That it was justified you say \
             when the time is over.",
        ));
    }
    page
}

/// Asks what somebody else found.
pub async fn show_review(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseAgree)?;
    let (entry, people) = asked(&visit, &id).await?;
    visit.page(&review_page(&visit, &entry, &people))
}

/// Saves it.
pub async fn review(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("justified").is_empty(), "justified", "Select whether it was justified");
    v.check(!answers.text("finding").is_empty(), "finding", "Enter what you found");
    let command = ReviewBreakGlassRequest {
        school_id: visit.school.clone(),
        break_glass_id: id.clone(),
        finding: answers.text("finding"),
        justified: answers.text("justified") == "yes",
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.review_break_glass(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/break-glass?done=break_glass_reviewed")),
        Err(error) => {
            let (entry, people) = asked(&visit, &id).await?;
            visit.again(review_page(&visit, &entry, &people), &answers, error, "")
        }
    }
}
