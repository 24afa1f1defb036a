//! The school's roll: found by what one remembers, one child with what they have to do with. What is typed into the
//! search is posted: no name stands in an address or a title.

pub mod edit;
pub mod household;
pub mod import;
pub mod naming;
pub mod told;

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        Case, Concern, GetLearnerRequest, Learner, LearnerMatch, ListLearnerRecordsRequest, ListLearnerRecordsResponse,
        ListLearnersRequest, SearchLearnersRequest,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    case::{STATES, entry, page::Event},
    concern::Filter,
    filtering::by_user,
    posted::Posted,
    register::day,
    search, transfer,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Link, Pager, Row},
    words::{self, Codes},
};

/// How many a page of the roll shows.
const SHOWN: i32 = 200;
/// The ways to look at the roll.
const ROLLS: Codes = &[("", "On the roll"), ("true", "Left")];

/// What a list shows and where it begins.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    year_group: String,
    #[serde(default)]
    left: String,
    #[serde(default)]
    page_token: String,
}

/// The roll, or those who were found.
#[derive(Debug, Serialize)]
pub struct Learners {
    head: Head,
    acts: Vec<Link>,
    form: Form,
    /// Whether the lines answer a search.
    sought: bool,
    total: String,
    here: String,
    filters: Vec<Filter>,
    years: Vec<Year>,
    year_group: String,
    left: String,
    learners: Vec<Line>,
    pager: Pager,
}

/// A year group to choose, in the shape the select component asks for.
#[derive(Debug, Serialize)]
struct Year {
    value: &'static str,
    text: &'static str,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    known_as: String,
    year: String,
    born: String,
    flags: String,
    why: String,
}

impl Page for Learners {
    const TEMPLATE: &'static str = "learners.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/schools/sch_1/learners/find", "Search", "1".into(), fields());
        let page = |form, sought, learners: Vec<Line>, next: &str| Self {
            head: Head::new("Children", vec![Link::new("Home", "/")]),
            acts: vec![Link::new("Add a child", "/schools/sch_1/learners/new")],
            form,
            sought,
            total: "1 child".into(),
            here: "/schools/sch_1/learners".into(),
            filters: filters("/schools/sch_1/learners", ""),
            years: years(),
            year_group: "9".into(),
            left: String::new(),
            learners,
            pager: Pager::new("/schools/sch_1/learners", &[("year_group", "9")], "", next),
        };
        let line = || Line::new(&sample(), "/schools/sch_1/learners", "a name that sounds alike");
        let wrong = form().refused(&Error::invalid("query", "Enter at least 2 characters"), "");
        vec![
            page(form(), false, vec![line()], "x"),
            page(form(), true, vec![line()], ""),
            page(form(), true, Vec::new(), ""),
            page(wrong, false, Vec::new(), ""),
        ]
    }
}

/// A learner as a test knows them.
#[cfg(test)]
pub fn sample() -> Learner {
    use proto::incident_cases::v1::LearnerRecord;
    let record = LearnerRecord {
        given_name: "Samuel".into(),
        family_name: "P <Oak>".into(),
        known_as: "Sam".into(),
        birth_date: "2013-03-27".into(),
        year_group: "9".into(),
        upn: "B801200005001".into(),
        flags: vec!["send".into(), "eal".into()],
        user_names: vec!["s.<oak>".into()],
    };
    Learner {
        learner_id: "lrn_1".into(),
        school_id: "sch_1".into(),
        record: Some(record),
        key_stage: "KS3".into(),
        etag: "v1".into(),
        ..Learner::default()
    }
}

/// What is asked of a search.
fn fields() -> Vec<Field> {
    vec![
        Field::name("query", "Find a child")
            .hint("Parts of a name, also misspelt; a date of birth such as 27 March 2014; or a pupil number."),
    ]
}

fn years() -> Vec<Year> {
    let all = std::iter::once(("", "All year groups")).chain(words::YEAR_GROUPS.iter().copied());
    all.map(|(value, text)| Year { value, text }).collect()
}

fn filters(here: &str, left: &str) -> Vec<Filter> {
    let filter = |(code, text): &(&str, &str)| {
        let href = if code.is_empty() { here.to_owned() } else { format!("{here}?left={code}") };
        Filter::new(Link::new(*text, href), *code == left)
    };
    ROLLS.iter().map(filter).collect()
}

/// Family name first, as a roll has it; then what they are called.
pub fn called(learner: &Learner) -> String {
    let record = learner.record.clone().unwrap_or_default();
    let first = if record.known_as.is_empty() { &record.given_name } else { &record.known_as };
    format!("{first} {}", record.family_name)
}

/// Who it is among people of the same name.
pub fn told_apart(learner: &Learner) -> String {
    let record = learner.record.clone().unwrap_or_default();
    let born = day(&record.birth_date);
    let born = if born.is_empty() { String::new() } else { format!("born {born}") };
    let left = if learner.leave_date.is_empty() { String::new() } else { format!("left {}", day(&learner.leave_date)) };
    let parts = [called(learner), words::called(words::YEAR_GROUPS, &record.year_group), born, left];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

impl Line {
    fn new(learner: &Learner, here: &str, why: &str) -> Self {
        let record = learner.record.clone().unwrap_or_default();
        let flags: Vec<String> = record.flags.iter().map(|flag| words::called(words::FLAGS, flag)).collect();
        Self {
            link: Link::new(
                format!("{}, {}", record.family_name, record.given_name),
                format!("{here}/{}", learner.learner_id),
            ),
            known_as: record.known_as,
            year: words::called(words::YEAR_GROUPS, &record.year_group),
            born: day(&record.birth_date),
            flags: flags.join(", "),
            why: why.to_owned(),
        }
    }
}

/// What a search found.
pub enum Found {
    /// Nobody searched.
    All(Which, Vec<Learner>, u64, String),
    /// These, likeliest first.
    These(Vec<LearnerMatch>),
}

fn page(visit: &Visit, form: Form, found: &Found) -> Learners {
    let here = visit.at("/learners");
    let mut acts = Vec::new();
    if visit.may(Permission::LearnerManage) {
        acts.push(Link::new("Add a child", format!("{here}/new")));
        acts.push(Link::new("Import a roll (CSV)", format!("{here}/import")));
    }
    if visit.may(Permission::CaseRead) {
        acts.push(Link::new("Subject access requests: who asked, and by when", visit.at("/access-requests")));
        acts.push(Link::new("Files to and from other schools", visit.at("/transfers")));
    }
    let (which, learners, total, next) = match found {
        Found::All(which, learners, total, next) => {
            let mut sorted: Vec<&Learner> = learners.iter().collect();
            let name = |learner: &&Learner| {
                learner.record.as_ref().map(|r| (r.family_name.to_lowercase(), r.given_name.to_lowercase()))
            };
            sorted.sort_by_key(name);
            (
                Some(which),
                sorted.into_iter().map(|l| Line::new(l, &here, "")).collect::<Vec<_>>(),
                *total,
                next.as_str(),
            )
        }
        Found::These(matches) => {
            let line = |found: &LearnerMatch| found.learner.as_ref().map(|l| Line::new(l, &here, &found.why));
            let lines: Vec<Line> = matches.iter().filter_map(line).collect();
            let total = u64::try_from(lines.len()).unwrap_or_default();
            (None, lines, total, "")
        }
    };
    let (year_group, left, token) = which.map_or(("", "", ""), |w| (&w.year_group, &w.left, &w.page_token));
    Learners {
        head: Head::new("Children", visit.crumbs(&[])),
        acts,
        form,
        sought: which.is_none(),
        total: words::counted(total, "child", "children"),
        filters: filters(&here, left),
        years: years(),
        year_group: year_group.to_owned(),
        left: left.to_owned(),
        learners,
        pager: Pager::new(&here, &[("year_group", year_group), ("left", left)], token, next),
        here,
    }
}

async fn roll(visit: &Visit, which: Which) -> Result<Found, Error> {
    let asked = ListLearnersRequest {
        school_id: visit.school.clone(),
        year_group: which.year_group.clone(),
        left: which.left == "true",
        page_size: SHOWN,
        page_token: which.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_learners(ask(asked))).await?;
    let total = u64::try_from(answer.total_size).unwrap_or_default();
    Ok(Found::All(which, answer.learners, total, answer.next_page_token))
}

fn search_form(visit: &Visit) -> Form {
    visit.form(visit.at("/learners/find"), "Search", fields())
}

/// Shows the roll.
pub async fn list(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let found = roll(&visit, which).await?;
    visit.page(&page(&visit, search_form(&visit), &found))
}

/// Who may be meant.
///
/// # Errors
/// Where too little was typed.
pub async fn search(visit: &Visit, query: &str) -> Result<Vec<LearnerMatch>, Error> {
    let asked =
        SearchLearnersRequest { school_id: visit.school.clone(), query: query.to_owned(), ..Default::default() };
    Ok(heard(visit.cases()?.search_learners(ask(asked))).await?.matches)
}

/// Finds children.
pub async fn find(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::LearnerRead)?;
    let query = answers.text("query");
    let mut v = Violations::new();
    v.check(!query.is_empty(), "query", "Enter part of a name, a date of birth or a pupil number");
    let found = match v.finish() {
        Ok(()) => search(&visit, &query).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(matches) => visit.page(&page(&visit, search_form(&visit).answered(&answers), &Found::These(matches))),
        Err(error) => {
            let form = visit.mended(search_form(&visit), &answers, &error, "")?;
            let all = roll(&visit, Which::default()).await?;
            visit.page_again(&page(&visit, form, &all), &error)
        }
    }
}

/// One child, and what they have to do with.
#[derive(Debug, Serialize)]
pub struct LearnerPage {
    head: Head,
    name: String,
    acts: Vec<Link>,
    rows: Vec<Row>,
    /// Who lives with them.
    household: Vec<Link>,
    /// Files that came from schools before.
    files: Vec<Event>,
    concerns: Vec<Event>,
    cases: Vec<Event>,
    chronology: Vec<Event>,
    /// Looks for records that name them and that nobody linked to them.
    find: Option<Form>,
}

impl Page for LearnerPage {
    const TEMPLATE: &'static str = "learner.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let concern = Concern {
            concern_id: "con_1".into(),
            about: "Sam".into(),
            narrative: "Words <b>".into(),
            ..Default::default()
        };
        let records = ListLearnerRecordsResponse { concerns: vec![concern], cases: vec![super::case::sample()] };
        let left = Learner { leave_date: "2026-07-20".into(), ..sample() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let received = prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 };
        vec![
            Self {
                household: household::links(&[sample()], &at),
                files: vec![
                    transfer::came_from("Harrowmere <High> School", "/t", 12, Some(&received)),
                    transfer::to_pass_on(&transfer::planned(), "Oak <School>", "/t"),
                ],
                find: Some(finding(
                    Form::new("/schools/sch_1/search", "Search", "1".into(), search::fields()),
                    &sample(),
                )),
                ..Self::new(&sample(), &records, true, &at, Vec::new())
            },
            Self::new(&left, &ListLearnerRecordsResponse::default(), false, &at, Vec::new()),
        ]
    }
}

/// A search for what names a child in words alone: a concern that came before anybody said whom it is about.
fn finding(mut form: Form, learner: &Learner) -> Form {
    let name = called(learner);
    form.button = "Look for records that name them".to_owned();
    form.fields = form.fields.into_iter().map(|field| field.value(name.as_str())).collect();
    form
}

impl LearnerPage {
    fn new(
        learner: &Learner,
        records: &ListLearnerRecordsResponse,
        manages: bool,
        at: &dyn Fn(&str) -> String,
        crumbs: Vec<Link>,
    ) -> Self {
        let record = learner.record.clone().unwrap_or_default();
        let flags: Vec<String> = record.flags.iter().map(|flag| words::called(words::FLAGS, flag)).collect();
        let year = words::called(words::YEAR_GROUPS, &record.year_group);
        let stage = words::called(words::KEY_STAGES, &learner.key_stage);
        let rows = [
            ("Full name", format!("{} {}", record.given_name, record.family_name)),
            ("Known as", record.known_as),
            ("Date of birth", day(&record.birth_date)),
            ("Year group", if year.is_empty() { year } else { format!("{year} ({stage})") }),
            ("Unique pupil number", record.upn),
            ("User names at the filter", record.user_names.join("\n")),
            ("To bear in mind", flags.join("\n")),
            ("Last day on the roll", day(&learner.leave_date)),
        ];
        let concern = |concern: &Concern| {
            let when = words::stamp(concern.create_time.as_ref()).unwrap_or_default();
            let text: String = concern.narrative.chars().take(300).collect();
            let link = Link::new("Open the concern", at(&format!("/concerns/{}", concern.concern_id)));
            Event::new(words::called(words::CONCERN, &concern.state), when, text).link(link)
        };
        let case = |case: &Case| {
            if case.restricted {
                let state = words::called(STATES, &case.state);
                let page = Link::new("Ask to read the case", at(&format!("/cases/{}/break-glass", case.case_id)));
                return Event::new(case.reference.clone(), state, "Restricted to those it names").link(page);
            }
            let parts = case.involvements.iter().filter(|part| part.learner_id == learner.learner_id);
            let part = |part: &proto::incident_cases::v1::Involvement| {
                let called = words::called(words::PARTS, &part.role);
                if part.end.is_some() { format!("{called} (ended)") } else { called }
            };
            let parts: Vec<String> = parts.map(part).collect();
            let part = if parts.is_empty() { "By a concern about them".to_owned() } else { parts.join(", ") };
            let state = words::called(STATES, &case.state);
            let when = words::day(case.create_time.as_ref()).unwrap_or_default();
            let link = Link::new("Open the case", at(&format!("/cases/{}", case.case_id)));
            let title = format!("{}: {}", case.reference, case.procedure_title);
            Event::new(title, format!("{state}, opened {when}"), part).link(link)
        };
        let mut moments = Vec::new();
        for case in &records.cases {
            // What corrects or adds to an event stands beside it, whenever it was said.
            for (event, entry) in entry::chronicle(&case.entries) {
                moments.push(((entry::order(event), event.entry_id.as_str()), case, entry));
            }
        }
        moments.sort_by_key(|(place, ..)| *place);
        let moment = |(_, case, entry): &(_, &Case, &proto::incident_cases::v1::Entry)| {
            let addendum = Some(entry::title(entry, &case.entries)).filter(|_| !entry.corrects_entry_id.is_empty());
            let place = [addendum.unwrap_or_default(), format!("Case {}", case.reference)];
            let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ");
            Event::new(entry::when(entry), place, entry::said(entry)).more(entry.impact.clone())
        };
        Self {
            head: Head::new("A child’s record", crumbs),
            name: called(learner),
            acts: [
                (manages, "Correct the record", "correct"),
                (manages, "Say who lives with them", "household"),
                (true, "Subject access requests", "access-requests"),
                (true, "Files from and to other schools", "transfers"),
                (true, "Who knows what, outside the school", "told"),
                (true, "Who has looked at this", "looks"),
            ]
            .into_iter()
            .filter(|(may, ..)| *may)
            .map(|(_, text, path)| Link::new(text, at(&format!("/learners/{}/{path}", learner.learner_id))))
            .collect(),
            rows: rows.into_iter().filter_map(|(key, value)| Row::some(key, Some(value))).collect(),
            household: Vec::new(),
            files: Vec::new(),
            concerns: records.concerns.iter().rev().map(concern).collect(),
            cases: records.cases.iter().rev().map(case).collect(),
            chronology: moments.iter().map(moment).collect(),
            find: None,
        }
    }
}

/// One learner of the roll.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, learner_id: &str) -> Result<Learner, Error> {
    let asked = GetLearnerRequest { school_id: visit.school.clone(), learner_id: learner_id.to_owned() };
    heard(visit.cases()?.get_learner(ask(asked))).await?.learner.ok_or_else(Error::missing)
}

/// Shows one child.
pub async fn show(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerRead)?;
    let learner = fetch(&visit, &learner_id).await?;
    let files = transfer::of_child(&visit, &learner_id).await?;
    let asked = ListLearnerRecordsRequest { school_id: visit.school.clone(), learner_id };
    let records = heard(visit.cases()?.list_learner_records(ask(asked))).await?;
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners"))]);
    let manages = visit.may(Permission::LearnerManage);
    let at = |path: &str| visit.at(path);
    let household = household::links(&household::of(&visit, &learner).await, &at);
    let find = search::form(&visit).map(|form| finding(form, &learner));
    let mut page = LearnerPage::new(&learner, &records, manages, &at, crumbs);
    if visit.may(Permission::AlertRead) {
        let alerts = at(&format!("{}?learner={}", by_user::PLACE, learner.learner_id));
        page.acts.push(Link::new("Filter alerts by their user names", alerts));
    }
    visit.page(&LearnerPage { household, files, find, ..page })
}
