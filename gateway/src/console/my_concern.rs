//! One's own concerns: what one wrote, whether it was read and by whom, and what one adds. Nothing of what followed.

use axum::extract::{Path, Query};
use chassis::{
    clock::moment,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddToConcernRequest, GetMyConcernRequest, ListMyConcernsRequest, MyConcern},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    concern::{Listed, told},
    people::People,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    body_map::BodyMap,
    form::{Answers, Field, Form, LONG_TEXT},
    part::{Head, Link, Pager, Row},
    words,
};

/// The way to what the law asks of them in person.
const DUTIES: &str = "Check whether the law asks you to report this yourself";

/// How one's own concern fares, in a line.
#[derive(Debug, Serialize)]
pub struct Mine {
    link: Link,
    status: String,
}

impl Mine {
    /// One of them.
    pub fn new(concern: &MyConcern, people: &People, path: &str, now: OffsetDateTime) -> Self {
        let link = Link::new(concern.about.clone(), format!("{path}/{}", concern.concern_id));
        Self { link, status: status(concern, people, now) }
    }

    /// One as a test knows it.
    #[cfg(test)]
    pub fn sample(about: &str, status: &str) -> Self {
        Self { link: Link::new(about, "/schools/sch_1/my-concerns/con_1"), status: status.to_owned() }
    }
}

/// That it arrived, and was read by whom: `Received 9:32am, read 9:40am by Ms Ali`.
fn status(concern: &MyConcern, people: &People, now: OffsetDateTime) -> String {
    let near = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment).map(|at| words::near(at, now));
    let received = near(&concern.create_time).unwrap_or_default();
    let read = match near(&concern.read_time) {
        Some(read) => format!("read {read} by {}", people.name(&concern.read_by_account_id)),
        None => "not read yet".to_owned(),
    };
    let waits = concern.additions.iter().filter(|addition| addition.read_time.is_none()).count();
    match (waits, concern.read_time.is_some()) {
        (1.., true) => format!("Received {received}, {read}. What you added is not read yet"),
        _ => format!("Received {received}, {read}"),
    }
}

/// The list of one's own concerns.
#[derive(Debug, Serialize)]
pub struct MyConcerns {
    head: Head,
    mine: Vec<Mine>,
    pager: Pager,
}

impl Page for MyConcerns {
    const TEMPLATE: &'static str = "my_concerns.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let page = |mine, next: &str| Self {
            head: Head::new("Concerns you reported", vec![Link::new("Home", "/")]),
            mine,
            pager: Pager::new("/schools/sch_1/my-concerns", &[], "", next),
        };
        vec![page(vec![Mine::sample("Sam <P>", "Received 9:32am, not read yet")], "more"), page(Vec::new(), "")]
    }
}

/// Lists them.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let asked =
        ListMyConcernsRequest { school_id: visit.school.clone(), page_size: 50, page_token: listed.page_token.clone() };
    let answer = heard(visit.cases()?.list_my_concerns(ask(asked))).await?;
    let people = readers(&visit, &answer.concerns).await;
    let path = visit.at("/my-concerns");
    let page = MyConcerns {
        head: Head::new("Concerns you reported", visit.crumbs(&[])),
        mine: answer.concerns.iter().map(|c| Mine::new(c, &people, &path, visit.now())).collect(),
        pager: Pager::new(&path, &[], &listed.page_token, &answer.next_page_token),
    };
    visit.page(&page)
}

/// Who read them.
pub async fn readers(visit: &Visit, concerns: &[MyConcern]) -> People {
    let of = |c: &'_ MyConcern| -> Vec<String> {
        let added = told::readers(&c.additions).map(str::to_owned);
        std::iter::once(c.read_by_account_id.clone()).chain(added).collect()
    };
    let ids: Vec<String> = concerns.iter().flat_map(of).collect();
    visit.people(ids.iter().map(String::as_str)).await
}

/// One's own concern.
#[derive(Debug, Serialize)]
pub struct MyConcernPage {
    head: Head,
    status: String,
    rows: Vec<Row>,
    narrative: String,
    additions: Vec<told::Added>,
    body: BodyMap,
    photos: Vec<Link>,
    /// Where a photo of a note is added; empty once it was read.
    photo: Link,
    /// Where it is recorded what the law asks of them in person.
    duties: Link,
    form: Form,
}

impl Page for MyConcernPage {
    const TEMPLATE: &'static str = "my_concern.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = Form::new("/schools/sch_1/my-concerns/con_1", "Add this", "1".into(), fields());
        let plain = Self {
            head: Head::new("Your concern", vec![Link::new("Home", "/")]),
            status: "Received 9:32am, not read yet".into(),
            rows: vec![Row::new("About", "Sam <P>")],
            narrative: "First line\nSecond <line>".into(),
            additions: Vec::new(),
            body: BodyMap::default(),
            photos: Vec::new(),
            photo: Link::new("Add a photo of your notes", "/p"),
            duties: Link::new(DUTIES, "/d"),
            form: form.clone(),
        };
        let wrong = form.refused(&Error::invalid("text", "Enter what you want to add"), "");
        let full = Self {
            additions: told::sample(),
            body: BodyMap::new(&["face".to_owned(), "left_arm".to_owned()]),
            photos: vec![Link::new("Photo of a note, 24 November 2026, 9:00am", "")],
            photo: Link::default(),
            duties: Link::new(DUTIES, "/d"),
            head: plain.head.clone(),
            status: "Received 9:32am, read 9:40am by Ms Ali".into(),
            rows: Vec::new(),
            narrative: "One".into(),
            form: wrong,
        };
        vec![plain, full]
    }
}

/// What one can add.
pub fn fields() -> Vec<Field> {
    vec![Field::long_text("text", "What do you want to add?").hint(
        "What you wrote before stays as it was. Use your own words, and do not copy, share or send images of children.",
    )]
}

fn form(visit: &Visit, concern_id: &str) -> Form {
    visit.form(visit.at(&format!("/my-concerns/{concern_id}")), "Add this", fields())
}

/// One of one's own concerns, as the service keeps it.
///
/// # Errors
/// Where there is none of that id.
pub async fn fetch(visit: &Visit, concern_id: &str) -> Result<MyConcern, Error> {
    let asked = GetMyConcernRequest { school_id: visit.school.clone(), concern_id: concern_id.to_owned() };
    heard(visit.cases()?.get_my_concern(ask(asked))).await?.concern.ok_or_else(Error::missing)
}

async fn page(visit: &Visit, concern: &MyConcern, form: Form) -> MyConcernPage {
    let people = readers(visit, std::slice::from_ref(concern)).await;
    let mut rows = vec![Row::new("About", concern.about.clone())];
    rows.push(Row::new("Was the child safe?", words::called(words::SAFE, &concern.safe_now)));
    rows.extend(Row::some("Happened", words::stamp(concern.event_time.as_ref())));
    rows.extend(Row::some("Who else was there, or was told", Some(concern.others.clone())));
    let photo = match concern.read_time {
        Some(_) => Link::default(),
        None => {
            Link::new("Add a photo of your notes", visit.at(&format!("/my-concerns/{}/photos", concern.concern_id)))
        }
    };
    MyConcernPage {
        head: Head::new("Your concern", visit.crumbs(&[("Concerns you reported", visit.at("/my-concerns"))])),
        status: status(concern, &people, visit.now()),
        rows,
        narrative: concern.narrative.clone(),
        additions: told::added(&concern.additions, &people, visit.now()),
        body: BodyMap::new(&concern.body_areas),
        photos: told::photos(&concern.attachments, ""),
        photo,
        duties: Link::new(DUTIES, visit.at(&format!("/my-concerns/{}/mandatory-reports", concern.concern_id))),
        form,
    }
}

/// Shows it.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let concern = fetch(&visit, &concern_id).await?;
    let form = form(&visit, &concern_id);
    visit.page(&page(&visit, &concern, form).await)
}

/// Adds to it.
pub async fn add(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let added = match command(&visit, &concern_id, &answers) {
        Ok(command) => heard(visit.cases()?.add_to_concern(ask(command))).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => visit.to(&visit.at(&format!("/my-concerns/{concern_id}?done=added"))),
        Err(error) => {
            let concern = fetch(&visit, &concern_id).await?;
            let form = visit.mended(form(&visit, &concern_id), &answers, &error, "")?;
            visit.page_again(&page(&visit, &concern, form).await, &error)
        }
    }
}

fn command(visit: &Visit, concern_id: &str, answers: &Answers) -> Result<AddToConcernRequest, Error> {
    let text = answers.text("text");
    let mut v = Violations::new();
    v.check(!text.is_empty(), "text", "Enter what you want to add");
    v.check(text.chars().count() <= LONG_TEXT, "text", "What you add must be 20,000 characters or less");
    v.finish()?;
    Ok(AddToConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        text,
        request_id: answers.request_id(),
    })
}
