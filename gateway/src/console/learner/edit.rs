//! Adding a child to the roll, and correcting what it says.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{CreateLearnerRequest, Learner, LearnerRecord, SearchLearnersRequest, UpdateLearnerRequest},
};

use super::fetch;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// What is asked of a child.
pub fn fields(record: &LearnerRecord) -> Vec<Field> {
    let years = [("", "Not known")].into_iter().chain(words::YEAR_GROUPS.iter().copied());
    vec![
        Field::name("given_name", "Given name").value(record.given_name.clone()),
        Field::name("family_name", "Family name").value(record.family_name.clone()),
        Field::name("known_as", "Known as (optional)").value(record.known_as.clone()),
        Field::day("birth_date", "Date of birth (optional)").hint("For example, 27/3/2014.").on(&record.birth_date),
        Field::select("year_group", "Year group (optional)").choices(years).value(record.year_group.clone()),
        Field::name("upn", "Unique pupil number (optional)")
            .hint("A letter, 11 digits, and a digit or a letter.")
            .width("20")
            .value(record.upn.clone()),
        Field::text("user_names", "User names at the filter (optional)")
            .hint(
                "As the school’s own directory has them, with commas between several: alerts of the filter name them.",
            )
            .value(record.user_names.join(", ")),
        Field::checkboxes("flags", "What should be borne in mind? (optional)", words::FLAGS)
            .values(record.flags.clone()),
    ]
}

/// What is asked besides where the roll has the child.
pub fn leaving(learner: &Learner) -> Field {
    Field::day("leave_date", "Last day on the roll (optional)")
        .hint("Leave this empty while the child is here. For example, 20/7/2026.")
        .on(&learner.leave_date)
}

/// A typed day as the contract has it; empty where nothing was typed.
fn read(answers: &Answers, field: &str, v: &mut Violations) -> String {
    let text = answers.text(field);
    let day = words::typed_day(&text);
    v.check(text.is_empty() || day.is_some(), field, "Enter a real date such as 27/3/2014");
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn record(answers: &Answers, v: &mut Violations) -> LearnerRecord {
    v.check(!answers.text("given_name").is_empty(), "given_name", "Enter the given name");
    v.check(!answers.text("family_name").is_empty(), "family_name", "Enter the family name");
    LearnerRecord {
        given_name: answers.text("given_name"),
        family_name: answers.text("family_name"),
        known_as: answers.text("known_as"),
        birth_date: read(answers, "birth_date", v),
        year_group: answers.text("year_group"),
        upn: answers.text("upn"),
        flags: answers.all("flags"),
        user_names: answers.text("user_names").split(',').map(|name| name.trim().to_owned()).collect(),
    }
}

/// That somebody called as a child who is here is another child.
const ANOTHER: Codes = &[("yes", "Yes, and it is another child")];

/// What is asked of a child who is added.
pub fn new_fields() -> Vec<Field> {
    let mut asked = fields(&LearnerRecord::default());
    asked.push(
        Field::checkboxes("another_child", "Is a child here called the same, or nearly? (optional)", ANOTHER)
            .hint("Two records of one child part their file."),
    );
    asked
}

fn add_page(visit: &Visit) -> FormPage {
    let head = Head::new("Add a child", visit.crumbs(&[("Children", visit.at("/learners"))]));
    visit.form_page(head, visit.at("/learners"), "Add the child", new_fields())
}

/// The children here whom the new one may be, to be opened.
async fn may_be(visit: &Visit, answers: &Answers) -> Vec<Link> {
    let query = format!("{} {}", answers.text("given_name"), answers.text("family_name"));
    let query = query.chars().take(100).collect();
    let asked = SearchLearnersRequest { school_id: visit.school.clone(), query, ..SearchLearnersRequest::default() };
    let Ok(mut cases) = visit.cases() else { return Vec::new() };
    let found = heard(cases.search_learners(ask(asked))).await.map(|answer| answer.matches).unwrap_or_default();
    let link = |learner: Learner| {
        let record = learner.record.unwrap_or_default();
        let text = format!("Open the record of {} {}", record.given_name, record.family_name);
        Link::new(text, visit.at(&format!("/learners/{}", learner.learner_id)))
    };
    found.into_iter().filter_map(|one| one.learner).map(link).collect()
}

/// Asks who it is.
pub async fn show_add(visit: Visit) -> Answer {
    visit.needs(Permission::LearnerManage)?;
    visit.page(&add_page(&visit))
}

/// Adds them.
pub async fn add(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    let record = record(&answers, &mut v);
    let added = match v.finish() {
        Ok(()) => {
            let command = CreateLearnerRequest {
                school_id: visit.school.clone(),
                record: Some(record),
                request_id: answers.request_id(),
                another_child: !answers.all("another_child").is_empty(),
            };
            heard(visit.cases()?.create_learner(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(answer) => {
            let id = answer.learner.unwrap_or_default().learner_id;
            visit.to(&visit.at(&format!("/learners/{id}?done=learner")))
        }
        Err(error) => {
            let mut page = add_page(&visit);
            if error.violations().iter().any(|violation| violation.field == "another_child") {
                page.others = may_be(&visit, &answers).await;
            }
            visit.again(page, &answers, error, "")
        }
    }
}

fn correct_page(visit: &Visit, learner: &Learner) -> FormPage {
    let here = visit.at(&format!("/learners/{}", learner.learner_id));
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners")), ("A child’s record", here.clone())]);
    let mut asked = fields(&learner.record.clone().unwrap_or_default());
    asked.push(leaving(learner));
    let mut page = visit.form_page(Head::new("Correct the record", crumbs), format!("{here}/correct"), "Save", asked);
    page.form = page.form.carrying("etag", learner.etag.clone());
    page
}

/// Asks what is right.
pub async fn show_correct(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerManage)?;
    let learner = fetch(&visit, &learner_id).await?;
    visit.page(&correct_page(&visit, &learner))
}

/// Corrects it.
pub async fn correct(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let here = visit.at(&format!("/learners/{learner_id}"));
    match save(&visit, &learner_id, &answers).await {
        Ok(()) => visit.to(&format!("{here}?done=learner")),
        Err(error) => {
            let learner = fetch(&visit, &learner_id).await?;
            visit.again(correct_page(&visit, &learner), &answers, error, &here)
        }
    }
}

async fn save(visit: &Visit, learner_id: &str, answers: &Answers) -> Result<(), Error> {
    let mut v = Violations::new();
    let record = record(answers, &mut v);
    let leave_date = read(answers, "leave_date", &mut v);
    v.finish()?;
    let command = UpdateLearnerRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.to_owned(),
        record: Some(record),
        leave_date,
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    heard(visit.cases()?.update_learner(ask(command))).await.map(|_| ())
}
