//! Concerns: the list, one concern in its reporter's words, and what the lead decides about it.

use axum::extract::{Path, Query};
use chassis::{
    clock::moment,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{
        Concern, ExistingCase, GetConcernRequest, Learner, LearnerMatch, ListCasesRequest, ListConcernsRequest,
        NewCase, NoFurtherAction, TriageConcernRequest, triage_concern_request::Decision,
    },
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    case::access,
    learner::{self, naming},
    people::People,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, Form},
    part::{Head, Link, Pager, Row},
    words,
};

/// How many open cases a concern can be added to from its page.
const SUGGESTED: i32 = 8;

/// The ways to look at concerns.
const LISTED: words::Codes = &[
    ("new", "New"),
    ("unread", "Not read yet"),
    ("escalated", "Passed on, because nobody read it in time"),
    ("no_further_action", "No further action"),
    ("in_case", "In a case"),
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
    /// Where the page begins.
    #[serde(default)]
    pub page_token: String,
}

/// The list of concerns.
#[derive(Debug, Serialize)]
pub struct Concerns {
    head: Head,
    other: Link,
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
            safe: "Not sure".into(),
            read: "Not read yet".into(),
        };
        let page = |concerns, next: &str| Self {
            head: Head::new("Concerns", vec![Link::new("Home", "/")]),
            other: Link::new("Cases", "/schools/sch_1/cases"),
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
        state: listed.state.clone(),
        page_size: 50,
        page_token: listed.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_concerns(ask(asked))).await?;
    let (path, now) = (visit.at("/concerns"), visit.now());
    let page = Concerns {
        head: Head::new("Concerns", visit.crumbs(&[])),
        other: Link::new("Cases", visit.at("/cases")),
        total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "concern", "concerns"),
        filters: filters(&path, "state", &listed.state, LISTED),
        concerns: answer.concerns.iter().map(|c| Line::new(c, &path, now)).collect(),
        pager: Pager::new(&path, &[("state", &listed.state)], &listed.page_token, &answer.next_page_token),
    };
    visit.page(&page)
}

impl Line {
    fn new(concern: &Concern, path: &str, now: OffsetDateTime) -> Self {
        let near = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment).map(|at| words::near(at, now));
        Self {
            link: Link::new(whom(concern), format!("{path}/{}", concern.concern_id)),
            received: near(&concern.create_time).unwrap_or_default(),
            state: words::called(words::CONCERN, &concern.state),
            safe: if concern.safe_now.is_empty() || concern.origin == "alert" {
                "Not asked".into()
            } else {
                words::called(words::SAFE, &concern.safe_now)
            },
            read: near(&concern.read_time).map_or_else(|| unread(concern, now), |at| words::sentence(&at)),
        }
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
    if code == "head" { "the head" } else { "the deputies" }
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
    /// Who on the roll it is about.
    named: Vec<Link>,
    /// Those it may be about, to choose from; none where somebody is named, or nobody is likely.
    who: Option<Form>,
    /// Where it is said whom it is about.
    naming: Link,
    /// What the lead decides; none where nothing is left to decide, or not by this person.
    form: Option<Form>,
}

impl Page for ConcernPage {
    const TEMPLATE: &'static str = "concern.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::incident_cases::v1::Escalation;

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
        let cases = [("cas_1".to_owned(), "2026-014".to_owned())];
        let form = Form::new("/t", "Save the decision", "1".into(), fields(&cases, &[]));
        let who = Form::new("/w", "Save who it is about", "1".into(), naming::choices(&[learner::sample()], &[]));
        let naming = Link::new("Find somebody else on the roll", "/n");
        let wrong = form.clone().refused(&Error::invalid("new_case.risks", "Select at least one risk"), "");
        let closed = Concern {
            state: "in_case".into(),
            case_id: "cas_1".into(),
            alert_id: "alt_1".into(),
            origin: "alert".into(),
            safe_now: String::new(),
            ..concern.clone()
        };
        let at = |path: &str| format!("/schools/sch_1{path}");
        vec![
            Self { who: Some(who), naming, ..Self::new(&concern, &people, Vec::new(), &at, Some(form)) },
            Self::new(&concern, &people, Vec::new(), &at, Some(wrong)),
            Self {
                named: vec![Link::new("Sam <P>, Year 9", "/l")],
                ..Self::new(&closed, &people, Vec::new(), &at, None)
            },
        ]
    }
}

impl ConcernPage {
    fn new(
        concern: &Concern,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
        form: Option<Form>,
    ) -> Self {
        let alert = concern.origin == "alert";
        let mut rows = vec![Row::new("About", whom(concern))];
        if alert {
            rows.push(Row::new("From", "A filter alert").to(at(&format!("/filtering/alerts/{}", concern.alert_id))));
            rows.push(Row::new("Severity", words::called(words::SEVERITIES, &concern.severity)));
        } else {
            rows.push(Row::new("Reported by", people.name(&concern.reporter_account_id)));
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
                "nobody_there" => "nobody was there by the rota",
                _ => "nobody had read it",
            };
            let when = words::stamp(passed.create_time.as_ref()).unwrap_or_default();
            Row::new("Passed on", format!("{when}, to {whom}: {why}"))
        }));
        rows.push(Row::new("State", words::called(words::CONCERN, &concern.state)));
        if !concern.case_id.is_empty() {
            rows.push(Row::new("Case", "Open the case").to(at(&format!("/cases/{}", concern.case_id))));
        }
        rows.extend(Row::some("Why nothing further", Some(concern.reason.clone())));
        Self {
            head: Head::new("Concern", crumbs),
            ring: !alert && matches!(concern.safe_now.as_str(), "no" | "not_sure") && concern.state == "new",
            rows,
            narrative: concern.narrative.clone(),
            named: Vec::new(),
            who: None,
            naming: Link::default(),
            form,
        }
    }
}

/// What the lead is asked: one decision and what it needs, all on this page.
fn fields(cases: &[(String, String)], colleagues: &[Colleague]) -> Vec<Field> {
    let decision = Field::radios("decision", "What do you decide?", &[]).choice(
        "new_case",
        "Open a new case",
        "Then answer the next two questions.",
    );
    let decision = cases.iter().fold(decision, |field, (id, reference)| {
        field.choice(&format!("existing_case:{id}"), &format!("Add it to case {reference}"), "")
    });
    let mut fields = vec![
        decision.choice("no_further_action", "No further action", "Then say why in the last box."),
        Field::select("procedure_id", "For a new case: what kind of incident is it?")
            .choices([("", "Choose a kind of incident")])
            .choices(words::PROCEDURES.iter().copied()),
        Field::checkboxes("risks", "For a new case: which risks?", words::RISKS),
    ];
    fields.extend(access::subject_fields(colleagues));
    fields.push(Field::long_text("reason", "For no further action: why?"));
    fields
}

async fn suggestions(visit: &Visit) -> Vec<(String, String)> {
    let school_id = visit.school.clone();
    let asked = ListCasesRequest { school_id, state: "open".into(), page_size: SUGGESTED, ..Default::default() };
    let Ok(mut cases) = visit.cases() else { return Vec::new() };
    let found = heard(cases.list_cases(ask(asked))).await.map(|answer| answer.cases).unwrap_or_default();
    let found = found.into_iter().filter(|case| !case.restricted);
    found.map(|case| (case.case_id, format!("{}, {}", case.reference, case.procedure_title))).collect()
}

async fn form(visit: &Visit, concern: &Concern) -> Option<Form> {
    let decides = concern.state == "new" && visit.may(Permission::ConcernTriage);
    if !decides {
        return None;
    }
    // A concern is decided on even where colleagues cannot be asked for: then by name.
    let colleagues = access::colleagues(visit).await.unwrap_or_default();
    let action = visit.at(&format!("/concerns/{}/triage", concern.concern_id));
    Some(visit.form(action, "Save the decision", fields(&suggestions(visit).await, &colleagues)))
}

/// One concern as it is read, with whom it is about or may be about: one read, one entry of the history.
pub struct Known {
    /// The concern.
    pub concern: Concern,
    /// Those of the roll it is about.
    pub named: Vec<Learner>,
    /// Those who may be meant; none where somebody is named.
    pub likely: Vec<LearnerMatch>,
}

/// One concern, as the service keeps it.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, concern_id: &str) -> Result<Known, Error> {
    let asked = GetConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        with_learners: visit.may(Permission::LearnerRead),
    };
    let found = heard(visit.cases()?.get_concern(ask(asked))).await?;
    let concern = found.concern.ok_or_else(Error::missing)?;
    Ok(Known { concern, named: found.learners, likely: found.likely })
}

async fn page(visit: &Visit, known: Known, form: Option<Form>) -> ConcernPage {
    let Known { concern, named, likely } = &known;
    let ids = [&concern.reporter_account_id, &concern.read_by_account_id, &concern.asked_account_id].into_iter();
    let ids = ids.chain(concern.escalations.iter().flat_map(|passed| &passed.account_ids));
    let people = visit.people(ids.map(String::as_str)).await;
    let crumbs = visit.crumbs(&[("Concerns", visit.at("/concerns"))]);
    let mut page = ConcernPage::new(concern, &people, crumbs, &|path| visit.at(path), form);
    if visit.may(Permission::LearnerRead) {
        let to = |learner: &Learner| {
            Link::new(learner::told_apart(learner), visit.at(&format!("/learners/{}", learner.learner_id)))
        };
        page.named = named.iter().map(to).collect();
        if visit.may(Permission::ConcernTriage) {
            let mut text = "Change who it is about";
            if concern.learner_ids.is_empty() {
                page.who = naming::form(visit, concern, named, likely.clone());
                text = if page.who.is_some() {
                    "Find somebody else on the roll"
                } else {
                    "Say who on the roll it is about"
                };
            }
            page.naming = Link::new(text, visit.at(&format!("/concerns/{}/learners", concern.concern_id)));
        }
    }
    page
}

/// Shows one concern, which notes that it was read.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRead)?;
    let known = fetch(&visit, &concern_id).await?;
    let form = form(&visit, &known.concern).await;
    visit.page(&page(&visit, known, form).await)
}

/// Decides what becomes of it.
pub async fn triage(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    let decided = match command(&visit, &concern_id, &answers, &colleagues) {
        Ok(command) => heard(visit.cases()?.triage_concern(ask(command))).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(answer) => match answer.case {
            Some(case) => visit.to(&visit.at(&format!("/cases/{}?done=triaged", case.case_id))),
            // Whoever opened a case about themselves is led back to the list.
            None if answer.concern.is_none() => visit.to(&visit.at("/concerns?done=triaged")),
            None => visit.to(&visit.at(&format!("/concerns/{concern_id}?done=triaged"))),
        },
        Err(error) => {
            let error = access::at_fields(error);
            let known = fetch(&visit, &concern_id).await?;
            let mended = match form(&visit, &known.concern).await {
                Some(form) => Some(visit.mended(form, &answers, &error, "")?),
                None => return Err(error.into()),
            };
            visit.page_again(&page(&visit, known, mended).await, &error)
        }
    }
}

fn command(
    visit: &Visit,
    concern_id: &str,
    answers: &Answers,
    colleagues: &[Colleague],
) -> Result<TriageConcernRequest, Error> {
    let mut v = Violations::new();
    let decision = answers.text("decision");
    v.check(!decision.is_empty(), "decision", "Select what you decide");
    let decision = match decision.split_once(':') {
        Some(("existing_case", case_id)) => Decision::ExistingCase(ExistingCase { case_id: case_id.to_owned() }),
        _ if decision == "no_further_action" => {
            v.check(!answers.text("reason").is_empty(), "reason", "Enter why nothing further is done");
            Decision::NoFurtherAction(NoFurtherAction { reason: answers.text("reason") })
        }
        _ => {
            if decision == "new_case" {
                v.check(!answers.text("procedure_id").is_empty(), "procedure_id", "Select what kind of incident it is");
                v.check(!answers.all("risks").is_empty(), "risks", "Select at least one risk");
            }
            // Allegations and low-level concerns are always about an adult; others are where somebody is named.
            let adult = matches!(answers.text("procedure_id").as_str(), "P9" | "P10");
            let said = adult || access::says_subject(answers);
            let subject = said.then(|| access::subject(&mut v, answers, colleagues));
            Decision::NewCase(NewCase {
                procedure_id: answers.text("procedure_id"),
                risks: answers.all("risks"),
                subject,
            })
        }
    };
    v.finish()?;
    Ok(TriageConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        decision: Some(decision),
        request_id: answers.request_id(),
    })
}
