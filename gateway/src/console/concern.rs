//! Concerns: the list, one concern in its reporter's words, and what the lead decides about it.

pub mod allegation;
pub mod joining;
pub mod known;
pub mod pass_on;
pub mod suggested;
pub mod told;
pub mod triage;

use axum::extract::{Path, Query};
use chassis::clock::moment;
pub use known::{Known, fetch};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{Concern, Learner, ListConcernsRequest},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    learner,
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    body_map::BodyMap,
    part::{Head, Link, Pager, Row},
    words,
};

/// The state asked for that is none of a concern's own: those that were added to since they were read.
const ADDED: &str = "added";

/// The ways to look at concerns.
const LISTED: words::Codes = &[
    ("new", "New"),
    ("unread", "Not read yet"),
    ("escalated", "Passed on, because nobody read it in time"),
    ("no_further_action", "No further action"),
    ("in_case", "In a case"),
    (ADDED, "Added to since read"),
];

/// What a list shows and where it begins.
#[derive(Debug, Default, Deserialize)]
pub struct Listed {
    /// The state asked for; any where empty.
    #[serde(default)]
    pub state: String,
    /// The level asked for, of cases; any where empty.
    #[serde(default)]
    pub level: String,
    /// The register asked for, of cases; the usual one where empty.
    #[serde(default)]
    pub register: String,
    /// Where the page begins.
    #[serde(default)]
    pub page_token: String,
}

/// The list of concerns.
#[derive(Debug, Serialize)]
pub struct Concerns {
    head: Head,
    others: Vec<Link>,
    total: String,
    filters: Vec<Filter>,
    concerns: Vec<Line>,
    pager: Pager,
}

/// One way to look at a list.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    link: Link,
    chosen: bool,
}

impl Filter {
    /// One way, and whether it is the one taken.
    pub fn new(link: Link, chosen: bool) -> Self {
        Self { link, chosen }
    }
}

/// The ways to look at a list.
pub fn filters(path: &str, name: &str, chosen: &str, codes: &[(&str, &str)]) -> Vec<Filter> {
    let all = std::iter::once(("", "All")).chain(codes.iter().copied());
    all.map(|(code, text)| {
        let href = if code.is_empty() { path.to_owned() } else { format!("{path}?{name}={code}") };
        Filter { link: Link::new(text, href), chosen: code == chosen }
    })
    .collect()
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    received: String,
    state: String,
    severity: String,
    safe: String,
    read: String,
}

impl Page for Concerns {
    const TEMPLATE: &'static str = "concerns.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = Line {
            link: Link::new("Sam P", "/schools/sch_1/concerns/con_1"),
            received: "9:32am".into(),
            state: "New".into(),
            severity: "High".into(),
            safe: "Not sure".into(),
            read: "Not read yet".into(),
        };
        let page = |concerns, next: &str| Self {
            head: Head::new("Concerns", vec![Link::new("Home", "/")]),
            others: vec![Link::new("Cases", "/schools/sch_1/cases")],
            total: "1 concern".into(),
            filters: filters("/schools/sch_1/concerns", "state", "new", LISTED),
            concerns,
            pager: Pager::new("/schools/sch_1/concerns", &[("state", "new")], "", next),
        };
        vec![page(vec![line], "more"), page(vec![], "")]
    }
}

/// Lists concerns.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::ConcernRead)?;
    let asked = ListConcernsRequest {
        school_id: visit.school.clone(),
        state: if listed.state == ADDED { String::new() } else { listed.state.clone() },
        page_size: 50,
        page_token: listed.page_token.clone(),
        added: listed.state == ADDED,
        alert_id: String::new(),
    };
    let answer = heard(visit.cases()?.list_concerns(ask(asked))).await?;
    let (path, now) = (visit.at("/concerns"), visit.now());
    let page = Concerns {
        head: Head::new("Concerns", visit.crumbs(&[])),
        others: ways(&visit),
        total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "concern", "concerns"),
        filters: filters(&path, "state", &listed.state, LISTED),
        concerns: answer.concerns.iter().map(|c| Line::new(c, &path, now)).collect(),
        pager: Pager::new(&path, &[("state", &listed.state)], &listed.page_token, &answer.next_page_token),
    };
    visit.page(&page)
}

/// The concern to be decided on next: offered to whoever has just decided on one.
pub async fn next(visit: &Visit) -> Option<Link> {
    if !visit.may(Permission::ConcernTriage) {
        return None;
    }
    let asked = ListConcernsRequest {
        school_id: visit.school.clone(),
        state: "new".into(),
        page_size: 1,
        ..ListConcernsRequest::default()
    };
    let answer = heard(visit.cases().ok()?.list_concerns(ask(asked))).await.ok()?;
    let first = answer.concerns.first()?;
    let others = match answer.total_size {
        ..=1 => String::new(),
        2 => " (1 more waits)".to_owned(),
        total => format!(" ({} more wait)", total - 1),
    };
    let here = visit.at(&format!("/concerns/{}", first.concern_id));
    Some(Link::new(format!("Next concern: {}{others}", whom(first)), here))
}

/// What is near the concerns.
fn ways(visit: &Visit) -> Vec<Link> {
    let public = Link::new("Public report page", visit.at("/public-report"));
    let manages = visit.may(Permission::PublicReportManage);
    let adults = Link::new("Adults: what is recorded about each", visit.at("/adults"));
    let takes_on = visit.roles().iter().any(|role| matches!(role, Role::Head | Role::Chair));
    let search = Link::new("Search", visit.at("/search"));
    let ways = [Some(Link::new("Cases", visit.at("/cases"))), Some(search), Some(public).filter(|_| manages)];
    let record = Link::new(allegation::TITLE, visit.at(allegation::PLACE));
    let record = Some(record).filter(|_| allegation::takes_on(visit));
    ways.into_iter().chain([record, Some(adults).filter(|_| takes_on)]).flatten().collect()
}

impl Line {
    fn new(concern: &Concern, path: &str, now: OffsetDateTime) -> Self {
        let near = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment).map(|at| words::near(at, now));
        Self {
            link: Link::new(whom(concern), format!("{path}/{}", concern.concern_id)),
            received: near(&concern.create_time).unwrap_or_default(),
            state: words::called(words::CONCERN, &concern.state),
            severity: words::called(words::SEVERITIES, severity(concern)),
            safe: if concern.safe_now.is_empty() || concern.origin == "alert" {
                "Not asked".into()
            } else {
                words::called(words::SAFE, &concern.safe_now)
            },
            read: near(&concern.read_time).map_or_else(|| unread(concern, now), |at| words::sentence(&at)),
        }
    }
}

/// How grave a concern is, by the codes of alerts: what a person reports counts as their clocks do
/// (`Concern.urgency`).
fn severity(concern: &Concern) -> &str {
    match (concern.origin.as_str(), concern.safe_now.as_str()) {
        ("alert", _) => &concern.severity,
        (_, "no") => "critical",
        (_, "yes") => "medium",
        (_, _) => "high",
    }
}

/// That nobody has read it, by when somebody should, and to whom it was passed on.
pub fn unread(concern: &Concern, now: OffsetDateTime) -> String {
    let waits = concern.state == "new";
    match (concern.escalations.last(), concern.read_due_time.as_ref().and_then(moment)) {
        (Some(last), _) if waits => format!("Not read yet, passed on to {}", level(&last.level)),
        (None, Some(due)) if waits => format!("Not read yet, to be read by {}", words::near(due, now)),
        _ => "Not read yet".to_owned(),
    }
}

/// To whom it was passed on.
fn level(code: &str) -> &'static str {
    match code {
        "head" => "the head",
        "chair" => "the chair of governors",
        "authority" => "the authority, which is told that one waits here and nothing else",
        _ => "the deputies",
    }
}

/// What a concern is listed under.
pub fn whom(concern: &Concern) -> String {
    if concern.origin == "alert" {
        format!("Filter alert: {}", words::called(words::THEMES, &concern.theme))
    } else {
        concern.about.clone()
    }
}

/// One concern.
#[derive(Debug, Serialize)]
pub struct ConcernPage {
    head: Head,
    ring: bool,
    rows: Vec<Row>,
    narrative: String,
    additions: Vec<told::Added>,
    body: BodyMap,
    photos: Vec<Link>,
    /// Where a photo of a note is added; empty where none is taken any more.
    photo: Link,
    /// Who on the roll it is about.
    named: Vec<Link>,
    /// Those it may be about; none where somebody is named, or nobody is likely.
    likely: Vec<String>,
    /// By what that is known.
    likely_by: &'static str,
    /// Where it is said whom it is about.
    naming: Link,
    /// Cases that it may belong to.
    cases: Vec<suggested::Same>,
    /// Other concerns that may be about the same.
    same: Vec<suggested::Same>,
    /// What the lead may decide; none where nothing is left to decide, or not by this person.
    ways: Vec<triage::Way>,
    /// Who has looked at it.
    looks: Link,
}

impl Page for ConcernPage {
    const TEMPLATE: &'static str = "concern.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::incident_cases::v1::{
            ConcernPassedOn, EarlierDecision, Escalation, SuggestTriageResponse, SuggestedCase, SuggestedConcern,
        };

        let concern = Concern {
            concern_id: "con_1".into(),
            about: "Sam P".into(),
            narrative: "First line\nSecond <line>".into(),
            safe_now: "no".into(),
            state: "new".into(),
            reporter_account_id: "acc_1".into(),
            asked_account_id: "acc_1".into(),
            escalations: vec![Escalation {
                level: "head".into(),
                reason: "unread".into(),
                account_ids: vec!["acc_1".into()],
                ..Escalation::default()
            }],
            ..Concern::default()
        };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let likely = vec![learner::told_apart(&learner::sample())];
        let naming = Link::new("Say who on the roll it is about", "/n");
        let closed = Concern {
            state: "in_case".into(),
            case_id: "cas_1".into(),
            alert_id: "alt_1".into(),
            origin: "alert".into(),
            safe_now: String::new(),
            ..concern.clone()
        };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let about_adult = Concern {
            office: "chair".into(),
            passed_on: vec![ConcernPassedOn {
                to: "chair".into(),
                reason: "It is about <the head>".into(),
                account_id: "acc_1".into(),
                ..ConcernPassedOn::default()
            }],
            ..concern.clone()
        };
        let public = Concern {
            origin: "public".into(),
            reporter_account_id: String::new(),
            public_reporter: Some(proto::incident_cases::v1::PublicReporter {
                kind: "learner".into(),
                name: "Sam <P>".into(),
                ..Default::default()
            }),
            body_areas: vec!["left_arm".into()],
            earlier_decisions: vec![EarlierDecision {
                reason: "Spoken <to>".into(),
                account_id: "acc_1".into(),
                ..EarlierDecision::default()
            }],
            ..concern.clone()
        };
        vec![
            Self {
                additions: told::sample(),
                photos: vec![Link::new("Photo of a note, 24 November 2026, 9:00am", "/a")],
                photo: Link::new("Add a photo of a note", "/p"),
                ..Self::new(&public, &people, Vec::new(), &at)
            },
            Self {
                likely,
                naming,
                same: suggested::same(
                    &[SuggestedConcern {
                        about: "Sam <P>".into(),
                        reasons: vec!["same_name".into()],
                        ..Default::default()
                    }],
                    OffsetDateTime::UNIX_EPOCH,
                    &at,
                ),
                cases: suggested::cases(
                    &SuggestTriageResponse {
                        cases: vec![SuggestedCase {
                            reference: "2026-014".into(),
                            reasons: vec!["same_learner".into()],
                            ..SuggestedCase::default()
                        }],
                        ..SuggestTriageResponse::default()
                    },
                    &|path| path.to_owned(),
                ),
                ways: triage::ways("/schools/sch_1/concerns/con_1", "", (2, 1)),
                ..Self::new(&concern, &people, Vec::new(), &at)
            },
            Self { ways: triage::ways("/c", "chair", (0, 0)), ..Self::new(&about_adult, &people, Vec::new(), &at) },
            Self { named: vec![Link::new("Sam <P>, Year 9", "/l")], ..Self::new(&closed, &people, Vec::new(), &at) },
        ]
    }
}

impl ConcernPage {
    fn new(concern: &Concern, people: &People, crumbs: Vec<Link>, at: &dyn Fn(&str) -> String) -> Self {
        let alert = concern.origin == "alert";
        let mut rows = vec![Row::new("About", whom(concern))];
        rows.extend(Row::some("Who takes it on", Some(pass_on::office(concern).to_owned())));
        if alert {
            rows.push(Row::new("From", "A filter alert").to(at(&format!("/filtering/alerts/{}", concern.alert_id))));
            rows.push(Row::new("Severity", words::called(words::SEVERITIES, &concern.severity)));
            rows.extend(Row::some("The filter told of it", words::filtering::late(concern.alert_late_s)));
        } else {
            match &concern.public_reporter {
                Some(reporter) => rows.extend(told::sender(reporter)),
                None => rows.push(Row::new("Reported by", people.name(&concern.reporter_account_id))),
            }
            rows.push(Row::new("Is the child safe now?", words::called(words::SAFE, &concern.safe_now)));
        }
        rows.extend(Row::some("Received", words::stamp(concern.create_time.as_ref())));
        rows.extend(Row::some("Happened", words::stamp(concern.event_time.as_ref())));
        rows.extend(Row::some("Who else was there, or was told", Some(concern.others.clone())));
        if let Some(read) = words::stamp(concern.read_time.as_ref()) {
            rows.push(Row::new("First read", format!("{read}, by {}", people.name(&concern.read_by_account_id))));
        }
        let turn = Some(&concern.asked_account_id).filter(|id| !id.is_empty());
        rows.extend(turn.map(|id| Row::new("Whose turn it was", words::sentence(&people.name(id)))));
        if concern.read_time.is_none() {
            rows.extend(Row::some("To be read by", words::stamp(concern.read_due_time.as_ref())));
        }
        rows.extend(concern.escalations.iter().map(|passed| {
            let names: Vec<String> = passed.account_ids.iter().map(|id| people.name(id)).collect();
            let whom = if names.is_empty() { level(&passed.level).to_owned() } else { names.join(", ") };
            let why = match passed.reason.as_str() {
                "nobody_there" if passed.level == "chair" => "the head is away",
                "nobody_there" => "nobody was there by the rota",
                "conflict" => "whoever had it is in conflict",
                _ => "nobody had read it",
            };
            let when = words::stamp(passed.create_time.as_ref()).unwrap_or_default();
            Row::new("Passed on", format!("{when}, to {whom}: {why}"))
        }));
        rows.extend(pass_on::rows(concern, &|id| people.name(id)));
        rows.extend(told::earlier(&concern.earlier_decisions, people));
        rows.push(Row::new("State", told::decided(concern, people)));
        if !concern.case_id.is_empty() {
            rows.push(Row::new("Case", "Open the case").to(at(&format!("/cases/{}", concern.case_id))));
        }
        rows.extend(Row::some("Why nothing further", Some(concern.reason.clone())));
        if concern.state == "no_further_action" {
            let kept = at(&format!("/retention/{}", concern.concern_id));
            rows.push(Row::new("Kept", "How long it is kept").to(kept));
        }
        if !concern.case_id.is_empty() && !concern.attachments.is_empty() {
            let kept = "They came before there was a case, and each was said to show no child. A case that may be about \
                        images takes none.";
            rows.push(Row::new("Photos of notes", kept));
        }
        Self {
            head: Head::new("Concern", crumbs),
            ring: !alert && matches!(concern.safe_now.as_str(), "no" | "not_sure") && concern.state == "new",
            rows,
            narrative: concern.narrative.clone(),
            additions: Vec::new(),
            body: BodyMap::new(&concern.body_areas),
            photos: told::photos(&concern.attachments, &at("/attachments")),
            photo: Link::default(),
            named: Vec::new(),
            likely: Vec::new(),
            likely_by: if alert { "user name" } else { "name" },
            naming: Link::default(),
            cases: Vec::new(),
            same: Vec::new(),
            ways: Vec::new(),
            looks: Link::new("Who has looked at this", at(&format!("/concerns/{}/looks", concern.concern_id))),
        }
    }
}

async fn page(visit: &Visit, known: Known) -> ConcernPage {
    let Known { concern, named, likely, case_closed } = &known;
    let ids = [
        &concern.reporter_account_id,
        &concern.read_by_account_id,
        &concern.asked_account_id,
        &concern.decided_by_account_id,
    ]
    .into_iter();
    let ids = ids.chain(concern.escalations.iter().flat_map(|passed| &passed.account_ids)).map(String::as_str);
    let ids = ids.chain(concern.passed_on.iter().map(|passed| passed.account_id.as_str()));
    let ids = ids.chain(told::deciders(&concern.earlier_decisions));
    let people = visit.people(ids.chain(told::readers(&concern.additions))).await;
    let crumbs = visit.crumbs(&[("Concerns", visit.at("/concerns"))]);
    let mut page = ConcernPage::new(concern, &people, crumbs, &|path| visit.at(path));
    page.rows.extend(case_closed.then(|| told::closed(visit, concern)));
    page.rows.extend(told::of_alert(visit, concern).await);
    page.additions = told::added(&concern.additions, &people, visit.now());
    let decides = visit.may(Permission::ConcernTriage) && pass_on::decides(concern, visit.roles());
    // Where nothing further was to be done, it can be decided again.
    if triage::open_to_decision(concern) && decides {
        let here = visit.at(&format!("/concerns/{}", concern.concern_id));
        let suggested = suggested::fetch(visit, &concern.concern_id).await;
        page.cases = suggested::cases(&suggested, &|path| visit.at(path));
        page.same = suggested::same(&suggested.concerns, visit.now(), &|path| visit.at(path));
        let open = joining::how_many(visit, concern, &suggested).await;
        page.ways = triage::ways(&here, &concern.office, (open, suggested.cases.len()));
        if concern.state == "new" {
            page.photo = Link::new("Add a photo of a note", format!("{here}/photos"));
        }
    }
    if visit.may(Permission::LearnerRead) {
        let to = |learner: &Learner| {
            Link::new(learner::told_apart(learner), visit.at(&format!("/learners/{}", learner.learner_id)))
        };
        page.named = named.iter().map(to).collect();
        if decides {
            let text = if concern.learner_ids.is_empty() {
                let likely = likely.iter().filter_map(|found| found.learner.as_ref());
                page.likely = likely.map(learner::told_apart).collect();
                "Say who on the roll it is about"
            } else {
                "Change who it is about"
            };
            page.naming = Link::new(text, visit.at(&format!("/concerns/{}/learners", concern.concern_id)));
        }
    }
    page
}

/// Shows one concern, which notes that it was read.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRead)?;
    let known = fetch(&visit, &concern_id).await?;
    visit.page(&page(&visit, known).await)
}
