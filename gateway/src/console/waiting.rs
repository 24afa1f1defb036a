//! What goes between the school and others and is not done yet: what waits for the school, and what it waits for.

use std::collections::HashMap;

use axum::extract::Query;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ListWaitingRequest, ListWaitingResponse, Waiting},
};
use serde::{Deserialize, Serialize};

use super::{
    concern::Filter,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Due, Head, Link, Pager},
    words,
};

/// What the page is called.
pub const TITLE: &str = "Between schools and agencies";

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `us` or `others`; both where empty.
    #[serde(default)]
    side: String,
    #[serde(default)]
    page_token: String,
}

/// What waits.
#[derive(Debug, Serialize)]
pub struct WaitingPage {
    head: Head,
    sides: Vec<Filter>,
    ours: Vec<Line>,
    theirs: Vec<Line>,
    /// Which of the two lists are shown.
    shows_ours: bool,
    shows_theirs: bool,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    hint: String,
    due: Due,
}

/// What schools are called.
pub type Names = HashMap<String, String>;

impl Page for WaitingPage {
    const TEMPLATE: &'static str = "waiting.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let since_time = Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 });
        let waiting = |side: &str, kind: &str, title: &str, school: &str| Waiting {
            side: side.into(),
            kind: kind.into(),
            item_id: "six_1".into(),
            record_id: "shi_1".into(),
            title: title.into(),
            school_id: school.into(),
            since_time,
            ..Waiting::default()
        };
        let mut task = waiting("us", "shared_task", "Keep <them> apart", "");
        (task.due_word, task.due_time) = ("overdue".into(), since_time);
        let mut answer = waiting("others", "agency_answer", "Front door", "");
        answer.reference = "2026-014".into();
        let all = vec![
            waiting("us", "invitation", "", "sch_2"),
            task,
            waiting("us", "own_part", "Nudes", ""),
            waiting("us", "close_shared_incident", "Nudes", ""),
            waiting("us", "discussion", "Nudes", ""),
            waiting("us", "plan_file", "", "sch_2"),
            waiting("us", "send_file", "", ""),
            waiting("us", "send_file", "", "sch_2"),
            waiting("us", "receive_file", "", "sch_2"),
            waiting("us", "send_referral", "Front door", ""),
            waiting("us", "referral_question", "Front door", ""),
            waiting("us", "referral_decided", "Front door", ""),
            waiting("us", "chase_referral", "Front door", ""),
            waiting("us", "tell_lado", "Tell the LADO", ""),
            waiting("us", "contact_match", "", "sch_2"),
            waiting("others", "invitation", "", "sch_2"),
            waiting("others", "shared_task", "Tell the parents", "sch_2"),
            waiting("others", "own_part", "Nudes", "sch_2"),
            waiting("others", "close_shared_incident", "Nudes", "sch_2"),
            waiting("others", "discussion", "Nudes", "sch_2"),
            waiting("others", "receive_file", "", "sch_2"),
            answer,
        ];
        let names = HashMap::from([("sch_2".to_owned(), "Harrowmere <High> School".to_owned())]);
        let at = |path: &str| format!("/schools/sch_1{path}");
        let whole = ListWaitingResponse { waiting: all, us_total: 15, others_total: 7, next_page_token: "x".into() };
        let ours = Asked { side: "us".into(), ..Asked::default() };
        let crumbs = || vec![Link::new("Home", "/")];
        vec![
            Self::new(&whole, &Asked::default(), &names, crumbs(), &at),
            Self::new(&ListWaitingResponse::default(), &ours, &names, crumbs(), &at),
        ]
    }
}

/// What one thing is called.
pub fn called(one: &Waiting, names: &Names) -> String {
    let ours = one.side == "us";
    let school = match names.get(&one.school_id) {
        Some(name) => name,
        // One outside the platform has no id.
        None if one.school_id.is_empty() && !one.title.is_empty() => one.title.as_str(),
        None => "another school",
    };
    match (one.kind.as_str(), ours) {
        ("invitation", true) => format!("Answer the invitation of {school}"),
        ("invitation", false) => format!("{school} to answer your invitation"),
        ("shared_task", true) => one.title.clone(),
        ("shared_task", false) => format!("{school}: {}", one.title),
        ("own_part", true) => "Say whether your own part is closed".to_owned(),
        ("own_part", false) => format!("{school} to say whether its own part is closed"),
        ("close_shared_incident", true) => "Close the shared incident: every school has said".to_owned(),
        ("close_shared_incident", false) => format!("{school} to close the shared incident"),
        ("discussion", true) => "Hold the next strategy discussion, and record its minutes".to_owned(),
        ("discussion", false) => format!("{school} to hold the next strategy discussion"),
        ("plan_file", _) => {
            format!("Decide on sharing ahead of the move: {school} has a child of yours on its list")
        }
        ("send_file", _) if !one.school_id.is_empty() => {
            format!("Pass a child’s file on: {school} has the child on its list")
        }
        ("send_file", _) => "Pass a child’s file on".to_owned(),
        ("receive_file", true) => format!("Confirm receipt of a file from {school}"),
        ("receive_file", false) => format!("{school} to confirm receipt of a file"),
        ("send_referral", _) => format!("Send the referral: {}", one.title),
        ("referral_question", _) => format!("Answer what is asked about the referral: {}", one.title),
        ("referral_decided", _) => format!("{} decided: read it, disagree or close the referral", one.title),
        ("tell_lado", _) => one.title.clone(),
        ("agency_answer", _) => format!("{} to answer the referral", one.title),
        ("chase_referral", _) => format!("{} has not answered in time: ring them, or take it further", one.title),
        ("contact_match", _) => format!("Ring {school}: it knows a contact, too"),
        (kind, _) => words::called(&[], kind),
    }
}

/// Where it is done, or seen.
pub fn place(one: &Waiting, at: &dyn Fn(&str) -> String) -> String {
    let (record, item) = (&one.record_id, &one.item_id);
    match one.kind.as_str() {
        "invitation" if one.side == "us" => at("/invitations"),
        "shared_task" if one.side == "us" => at(&format!("/shared-incidents/{record}/tasks/{item}")),
        "plan_file" | "send_file" | "receive_file" => at(&format!("/transfers/{item}")),
        "tell_lado" => at(&format!("/cases/{record}/steps/{item}")),
        "send_referral" => at(&format!("/cases/{record}/refer/{item}")),
        "discussion" if one.side == "us" => at(&format!("/shared-incidents/{record}/minutes")),
        "agency_answer" | "chase_referral" | "referral_question" | "referral_decided" => {
            at(&format!("/cases/{record}/referrals/{item}"))
        }
        "contact_match" => at(&format!("/contact-matches/{item}/note")),
        _ => at(&format!("/shared-incidents/{record}")),
    }
}

/// By when, in words.
pub fn due(one: &Waiting) -> Due {
    Due::new(&one.due_word, one.due_time.as_ref())
}

/// Which record it belongs to and since when it waits.
pub fn hint(one: &Waiting) -> String {
    let record = match one.kind.as_str() {
        "own_part" | "close_shared_incident" | "discussion" => one.title.clone(),
        _ if one.reference.is_empty() => String::new(),
        _ if one.kind == "invitation" => format!("On the telephone it is called {}", one.reference),
        _ => format!("Case {}", one.reference),
    };
    let since = words::day(one.since_time.as_ref()).map(|day| format!("since {day}")).unwrap_or_default();
    let parts: Vec<String> = [record, since].into_iter().filter(|part| !part.is_empty()).collect();
    words::sentence(&parts.join(", "))
}

impl WaitingPage {
    fn new(
        answer: &ListWaitingResponse,
        asked: &Asked,
        names: &Names,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
    ) -> Self {
        let here = at("/waiting");
        let total = |n: i32| words::number(u64::try_from(n).unwrap_or_default());
        let side = |code: &str, text: String| {
            let href = if code.is_empty() { here.clone() } else { format!("{here}?side={code}") };
            Filter::new(Link::new(text, href), asked.side == code)
        };
        let line = |one: &Waiting| Line {
            link: Link::new(called(one, names), place(one, at)),
            hint: hint(one),
            due: due(one),
        };
        let (ours, theirs): (Vec<_>, Vec<_>) = answer.waiting.iter().partition(|one| one.side == "us");
        Self {
            head: Head::new(TITLE, crumbs),
            sides: vec![
                side("", "Both".to_owned()),
                side("us", format!("Waiting for you: {}", total(answer.us_total))),
                side("others", format!("Waiting for others: {}", total(answer.others_total))),
            ],
            shows_ours: asked.side != "others",
            shows_theirs: asked.side != "us",
            ours: ours.into_iter().map(line).collect(),
            theirs: theirs.into_iter().map(line).collect(),
            pager: Pager::new(&here, &[("side", asked.side.as_str())], &asked.page_token, &answer.next_page_token),
        }
    }
}

/// What waits, with the names of the other schools.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn fetch(visit: &Visit, asked: ListWaitingRequest) -> Result<(ListWaitingResponse, Names), Error> {
    let answer = heard(visit.cases()?.list_waiting(ask(asked))).await?;
    let mut names = Names::new();
    for one in answer.waiting.iter().filter(|one| !one.school_id.is_empty()) {
        if !names.contains_key(&one.school_id) {
            names.insert(one.school_id.clone(), visit.school_name(&one.school_id).await);
        }
    }
    Ok((answer, names))
}

/// Shows it.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let request = ListWaitingRequest {
        school_id: visit.school.clone(),
        side: asked.side.clone(),
        page_token: asked.page_token.clone(),
        ..ListWaitingRequest::default()
    };
    let (answer, names) = fetch(&visit, request).await?;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    visit.page(&WaitingPage::new(&answer, &asked, &names, crumbs, &|path| visit.at(path)))
}
