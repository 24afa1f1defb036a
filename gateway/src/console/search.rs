//! Finding a child, a case or a concern by what one remembers. What is typed is posted: it stands in no address and no
//! title, and nothing keeps it.

use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{FoundRecord, SearchRecordsRequest},
};
use serde::Serialize;

use super::{
    case::STATES,
    posted::Posted,
    register::day,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Link},
    words::{self, Codes},
};

/// The kinds of records.
const KINDS: Codes = &[("learner", "Child"), ("case", "Case"), ("concern", "Concern")];

/// By what something was found.
const WHY: Codes = &[
    ("reference", "the reference"),
    ("pupil_number", "the pupil number"),
    ("name", "the name"),
    ("known_as", "the name they go by"),
    ("near_name", "a name like it"),
    ("date_of_birth", "the date of birth"),
    ("learner", "a child with a part in it"),
];

/// The page.
#[derive(Debug, Serialize)]
pub struct Search {
    head: Head,
    form: Form,
    /// Whether the lines answer a search.
    sought: bool,
    total: String,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    kind: String,
    /// What tells it apart from others.
    more: String,
    why: String,
}

impl Page for Search {
    const TEMPLATE: &'static str = "search.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let found = |kind: &str, title: &str, why: &[&str]| FoundRecord {
            kind: kind.into(),
            id: "x_1".into(),
            title: title.into(),
            why: why.iter().map(|code| (*code).to_owned()).collect(),
            ..FoundRecord::default()
        };
        let made = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        let child = FoundRecord {
            year_group: "9".into(),
            birth_date: "2013-03-27".into(),
            ..found("learner", "Sam P <Oak>", &["known_as", "date_of_birth"])
        };
        let case = FoundRecord {
            state: "open".into(),
            create_time: made,
            ..found("case", "2026-014: Bullying", &["reference", "learner"])
        };
        let restricted =
            FoundRecord { state: "closed".into(), restricted: true, ..found("case", "2026-015", &["reference"]) };
        let concern =
            FoundRecord { state: "new".into(), create_time: made, ..found("concern", "Sam P", &["near_name"]) };
        let page = |found: Option<&[FoundRecord]>| {
            let form = Form::new("/schools/sch_1/search", "Search", "1".into(), fields());
            Self::new(form, found, &|path| format!("/schools/sch_1{path}"), vec![Link::new("Home", "/")])
        };
        vec![page(None), page(Some(&[child, case, restricted, concern])), page(Some(&[]))]
    }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::name("query", "Find a child, a case or a concern")
            .hint("Part of a name, also misspelt; a date of birth such as 27 March 2014; the reference of a case."),
    ]
}

/// The form, for whoever may read cases.
pub fn form(visit: &Visit) -> Option<Form> {
    visit.may(Permission::CaseRead).then(|| visit.form(visit.at("/search"), "Search", fields()))
}

impl Search {
    fn new(form: Form, found: Option<&[FoundRecord]>, at: &dyn Fn(&str) -> String, crumbs: Vec<Link>) -> Self {
        let lines: Vec<Line> = found.unwrap_or_default().iter().map(|found| Line::new(found, at)).collect();
        Self {
            head: Head::new("Search", crumbs),
            form,
            sought: found.is_some(),
            total: words::counted(u64::try_from(lines.len()).unwrap_or_default(), "record", "records"),
            lines,
        }
    }
}

impl Line {
    fn new(found: &FoundRecord, at: &dyn Fn(&str) -> String) -> Self {
        let made = words::day(found.create_time.as_ref());
        let state = |codes| Some(words::called(codes, &found.state)).filter(|_| !found.state.is_empty());
        let (place, parts) = match found.kind.as_str() {
            "learner" => {
                let year = words::called(words::YEAR_GROUPS, &found.year_group);
                let born = day(&found.birth_date);
                let born = if born.is_empty() { born } else { format!("born {born}") };
                ("/learners", [Some(year), Some(born)])
            }
            "case" if found.restricted => ("/cases", [state(STATES), Some("restricted to those it names".to_owned())]),
            "case" => {
                let opened = made.map(|day| format!("opened {day}"));
                let about = Some(found.people.join(", ")).filter(|people| !people.is_empty());
                let state = [state(STATES), opened].into_iter().flatten().collect::<Vec<_>>().join(", ");
                ("/cases", [about, Some(state)])
            }
            _ => ("/concerns", [state(words::CONCERN), made.map(|day| format!("received {day}"))]),
        };
        let href = at(&format!("{place}/{}", found.id));
        let why: Vec<String> = found.why.iter().map(|code| words::called(WHY, code)).collect();
        Self {
            link: Link::new(found.title.clone(), href),
            kind: words::called(KINDS, &found.kind),
            more: parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
            why: why.join(", "),
        }
    }
}

/// Asks what to look for.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let form = visit.form(visit.at("/search"), "Search", fields());
    visit.page(&Search::new(form, None, &|path| visit.at(path), visit.crumbs(&[])))
}

/// Searches.
pub async fn find(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseRead)?;
    let query = answers.text("query");
    let mut v = Violations::new();
    v.check(!query.is_empty(), "query", "Enter part of a name, a date of birth or the reference of a case");
    let asked = SearchRecordsRequest { school_id: visit.school.clone(), query };
    let found = match v.finish() {
        Ok(()) => heard(visit.cases()?.search_records(ask(asked))).await,
        Err(error) => Err(error),
    };
    let form = visit.form(visit.at("/search"), "Search", fields());
    let page =
        |form, found: Option<&[FoundRecord]>| Search::new(form, found, &|path| visit.at(path), visit.crumbs(&[]));
    match found {
        Ok(answer) => visit.page(&page(form.answered(&answers), Some(&answer.records))),
        Err(error) => {
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(form, None), &error)
        }
    }
}
