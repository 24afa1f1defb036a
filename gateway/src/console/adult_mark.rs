//! By what the adult of a case is compared with those of other schools. The designated officer is told of several schools;
//! no school is.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AdultMark, Case, EndAdultMarkRequest, ListAdultMarksRequest, MarkAdultRequest},
};
use serde::Serialize;

use super::{
    case::{act, fetch, page::Event},
    people::People,
    posted::Posted,
    register::day,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, FormPage},
    part::{Head, Link},
    words,
};

/// What the page is called.
const TITLE: &str = "Does this adult work at other schools?";

/// What a case marks.
#[derive(Debug, Serialize)]
pub struct AdultMarks {
    head: Head,
    acts: Vec<Link>,
    events: Vec<Event>,
}

impl Page for AdultMarks {
    const TEMPLATE: &'static str = "adult_marks.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        let marked = AdultMark {
            adult_mark_id: "amk_1".into(),
            reference: "M-7K2QX".into(),
            name: "A <Pym>".into(),
            birth_date: "1988-03-27".into(),
            teacher_reference: "12/34567".into(),
            ring: "The head, 01632 960123".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..Default::default()
        };
        let ended = AdultMark { end_reason: "It was <another>".into(), end_time: at, ..marked.clone() };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let case = super::case::sample();
        let here = "/schools/sch_1/cases/cas_1";
        vec![
            Self::new(&case, &[marked, ended], &people, Vec::new(), here, true),
            Self::new(&case, &[], &people, Vec::new(), here, false),
        ]
    }
}

impl AdultMarks {
    fn new(case: &Case, marks: &[AdultMark], people: &People, crumbs: Vec<Link>, here: &str, works: bool) -> Self {
        let mark = Link::new("Mark the adult", format!("{here}/adult-marks/new"));
        Self {
            head: Head::new(TITLE, crumbs).of(case.reference.clone()),
            acts: if works && case.state == "open" { vec![mark] } else { Vec::new() },
            events: marks.iter().map(|one| marked(one, people, here, works)).collect(),
        }
    }
}

fn marked(one: &AdultMark, people: &People, here: &str, works: bool) -> Event {
    let mut says = Vec::new();
    if !one.name.is_empty() {
        says.push(format!("{}, born {}", one.name, day(&one.birth_date)));
    }
    if !one.teacher_reference.is_empty() {
        says.push(format!("Teacher reference number {}", one.teacher_reference));
    }
    says.push(format!("The designated officer rings: {}", one.ring));
    let when = words::stamp(one.create_time.as_ref()).unwrap_or_default();
    let event = Event::new(
        format!("Marked as {}", one.reference),
        format!("{when}, by {}", people.name(&one.account_id)),
        says.join("\n"),
    );
    if one.end_time.is_some() {
        let ended = words::stamp(one.end_time.as_ref()).unwrap_or_default();
        return event.more(format!("Compared no more since {ended}: {}", one.end_reason));
    }
    let end = Link::new("Compare it no more", format!("{here}/adult-marks/{}/end", one.adult_mark_id));
    if works { event.link(end) } else { event }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::name("teacher_reference", "Teacher reference number (optional)")
            .width("10")
            .hint("Seven digits, such as 12/34567. It is enough on its own."),
        Field::name("name", "Whole name (optional)"),
        Field::day("birth_date", "Date of birth (optional)").hint("Needed with a name."),
        Field::name("ring", "Whom does the designated officer ring?")
            .hint("A name and a telephone number of your school."),
    ]
}

/// What is asked of the end of one.
pub fn end_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is it compared no more?").hint("What was found before stays.")]
}

fn crumbs(visit: &Visit, case: &Case) -> Vec<Link> {
    let here = visit.at(&format!("/cases/{}", case.case_id));
    visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here)])
}

/// Lists them.
pub async fn list(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let asked = ListAdultMarksRequest { school_id: visit.school.clone(), case_id: case_id.clone() };
    let marks = heard(visit.cases()?.list_adult_marks(ask(asked))).await?.marks;
    let people = visit.people(marks.iter().map(|one| one.account_id.as_str())).await;
    let (works, here) = (visit.may(Permission::CaseWork), visit.at(&format!("/cases/{case_id}")));
    visit.page(&AdultMarks::new(&case, &marks, &people, crumbs(&visit, &case), &here, works))
}

fn mark_page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Mark the adult", "adult-marks/new", "Mark the adult", fields()).lead(
        "Where other schools have concerns about the same adult, the designated officer is told which schools and whom to \
         ring. You are told nothing, and neither are they. Everybody you mark is on record.",
    )
}

/// Asks by what.
pub async fn show_mark(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&mark_page(&visit, &case))
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<MarkAdultRequest, Error> {
    let command = MarkAdultRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        name: answers.text("name"),
        birth_date: answers.day("birth_date"),
        teacher_reference: answers.text("teacher_reference"),
        ring: answers.text("ring"),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    let some = !command.name.is_empty() || !command.teacher_reference.is_empty();
    v.check(some, "teacher_reference", "Enter a teacher reference number, or a name and a date of birth");
    v.check(!command.ring.is_empty(), "ring", "Enter whom the designated officer rings");
    v.finish()?;
    Ok(command)
}

/// After an act: back to the list, else the form again.
async fn settle<T>(
    visit: &Visit,
    case_id: &str,
    answers: &Answers,
    done: Result<T, Error>,
    page: impl FnOnce(&Case) -> FormPage,
) -> Answer {
    let here = visit.at(&format!("/cases/{case_id}/adult-marks"));
    match done {
        Ok(_) => visit.to(&format!("{here}?done=adult_mark")),
        Err(error) => {
            let bare = || Case { case_id: case_id.to_owned(), state: "open".to_owned(), ..Case::default() };
            let case = fetch(visit, case_id).await.unwrap_or_else(|_| bare());
            visit.again(page(&case), answers, error, &here)
        }
    }
}

/// Marks the adult.
pub async fn mark(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.mark_adult(ask(command))).await,
        Err(error) => Err(error),
    };
    settle(&visit, &case_id, &answers, done, |case| mark_page(&visit, case)).await
}

fn end_page(visit: &Visit, case: &Case, id: &str) -> FormPage {
    let path = format!("adult-marks/{id}/end");
    act::page(visit, case, "Compare the adult no more", &path, "Compare it no more", end_fields())
}

/// Asks why one is compared no more.
pub async fn show_end(visit: Visit, Path((_, case_id, id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&end_page(&visit, &case, &id))
}

/// Ends it.
pub async fn end(Path((_, case_id, id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = EndAdultMarkRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        adult_mark_id: id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = if command.reason.is_empty() {
        Err(Error::invalid("reason", "Enter why it is compared no more"))
    } else {
        heard(visit.cases()?.end_adult_mark(ask(command))).await
    };
    settle(&visit, &case_id, &answers, done, |case| end_page(&visit, case, &id)).await
}
