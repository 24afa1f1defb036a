//! The authority's schools: the list, and adding one.

use std::collections::HashMap;

use chassis::{
    caller::Scope,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{CreateSchoolRequest, DescribeSchoolRequest, GetSchoolRequest, School},
};
use serde::Serialize;

use super::{
    authority,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::{
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words,
    },
    store::account,
};

/// The list of schools.
#[derive(Debug, Serialize)]
pub struct Schools {
    head: Head,
    create: Link,
    schools: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    kind: String,
    urn: String,
    key_stages: String,
    area: String,
    learners: String,
    /// Who holds the roles that children are safeguarded by, now.
    lead: String,
    deputies: String,
    head: String,
    policy: String,
    report: String,
    describe: String,
}

/// Those who hold a role at a school, by their names.
type Holders = [(Role, String)];

impl Page for Schools {
    const TEMPLATE: &'static str = "schools.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let school = School {
            name: "Thistledown Grange School".into(),
            kind: "special".into(),
            urn: "123456".into(),
            key_stages: vec!["KS1".into()],
            area: "High <Peak>".into(),
            learners: 1_210,
            ..School::default()
        };
        let page = |schools| Self {
            head: Head::new("Schools", vec![Link::new("Home", "/")]),
            create: Link::new("Add a school", "/schools/new"),
            schools,
        };
        let holders = [(Role::Dsl, "Ms <Ali>".to_owned()), (Role::Head, "Mr Rose".to_owned())];
        vec![page(vec![Line::new(&school, &holders), Line::new(&school, &[])]), page(vec![])]
    }
}

impl Line {
    fn new(school: &School, holders: &Holders) -> Self {
        let of = |role: Role| {
            let names: Vec<&str> =
                holders.iter().filter(|(held, _)| *held == role).map(|(_, name)| name.as_str()).collect();
            if names.is_empty() { "Nobody".to_owned() } else { names.join(", ") }
        };
        let stages: Vec<String> =
            school.key_stages.iter().map(|stage| words::called(words::KEY_STAGES, stage)).collect();
        Self {
            name: school.name.clone(),
            kind: words::called(words::KINDS, &school.kind),
            urn: school.urn.clone(),
            key_stages: stages.join(", "),
            area: school.area.clone(),
            learners: if school.learners == 0 { String::new() } else { words::number(school.learners.into()) },
            lead: of(Role::Dsl),
            deputies: of(Role::DeputyDsl),
            head: of(Role::Head),
            policy: format!("/schools/{}/policy", school.school_id),
            report: format!("/schools/{}/reports", school.school_id),
            describe: format!("/schools/{}/description/correct", school.school_id),
        }
    }
}

/// Who holds the roles now, by school: whoever reads that a school has no deputy sees whom to ring.
async fn holders(visit: &Visit) -> Result<HashMap<String, Vec<(Role, String)>>, Error> {
    let mut tx = visit.app.door().store().begin(&Scope::system("gateway")).await?;
    tx.silent();
    let held = account::held(&tx, &[Role::Dsl, Role::DeputyDsl, Role::Head]).await?;
    let mut ids: Vec<&str> = held.iter().map(|(.., account_id)| account_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = account::names(&tx, &ids).await?;
    tx.commit().await?;
    let mut all: HashMap<String, Vec<(Role, String)>> = HashMap::new();
    for (school, role, account_id) in held {
        if let Some(name) = names.get(&account_id) {
            all.entry(school).or_default().push((role, name.clone()));
        }
    }
    all.values_mut().for_each(|held| held.sort_by(|(_, a), (_, b)| a.cmp(b)));
    Ok(all)
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::SchoolCreate)?;
    let schools = authority::schools(&visit).await?;
    let holders = holders(&visit).await?;
    let of = |school: &School| holders.get(&school.school_id).map(Vec::as_slice).unwrap_or_default();
    let page = Schools {
        head: Head::new("Schools", visit.crumbs(&[])),
        create: Link::new("Add a school", "/schools/new"),
        schools: schools.iter().map(|school| Line::new(school, of(school))).collect(),
    };
    visit.page(&page)
}

/// What is asked of a new school.
pub fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name of the school"),
        Field::radios("kind", "What kind of school is it?", words::KINDS),
        Field::name("urn", "Unique reference number (URN)").hint("Six digits.").width("10"),
        Field::checkboxes("key_stages", "Which key stages does it teach?", words::KEY_STAGES),
    ]
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Add a school", visit.crumbs(&[("Schools", "/schools".to_owned())]));
    visit.form_page(head, "/schools".to_owned(), "Add the school", fields())
}

/// Asks.
pub async fn show_create(visit: Visit) -> Answer {
    visit.needs(Permission::SchoolCreate)?;
    visit.page(&page(&visit))
}

/// Adds it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let created = match command(&answers) {
        Ok(command) => heard(visit.registry()?.create_school(ask(command))).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(_) => visit.to("/schools?done=school"),
        Err(error) => visit.again(page(&visit), &answers, error, ""),
    }
}

fn command(answers: &Answers) -> Result<CreateSchoolRequest, Error> {
    let mut v = Violations::new();
    v.text("name", "the name of the school", &answers.text("name"), 200);
    v.check(!answers.text("kind").is_empty(), "kind", "Select what kind of school it is");
    v.check(!answers.all("key_stages").is_empty(), "key_stages", "Select at least one key stage");
    v.finish()?;
    Ok(CreateSchoolRequest {
        name: answers.text("name"),
        kind: answers.text("kind"),
        urn: answers.text("urn").chars().filter(|c| !c.is_whitespace()).collect(),
        key_stages: answers.all("key_stages"),
        request_id: answers.request_id(),
    })
}

/// What is asked of where a school lies, begun with what was said before.
pub fn describe_fields(school: &School) -> Vec<Field> {
    let learners = if school.learners == 0 { String::new() } else { school.learners.to_string() };
    vec![
        Field::text("area", "In which part of the authority does it lie? (optional)")
            .hint("For example, High Peak. Write it alike for all schools there.")
            .value(school.area.clone()),
        Field::name("learners", "How many learners are on its roll? (optional)")
            .hint("Figures over schools are compared for each learner.")
            .width("5")
            .value(learners),
    ]
}

async fn describe_page(visit: &Visit) -> Result<FormPage, Error> {
    let asked = GetSchoolRequest { school_id: visit.school.clone() };
    let school = heard(visit.registry()?.get_school(ask(asked))).await?.school.unwrap_or_default();
    let head = Head::new("Area and number of learners", visit.crumbs(&[("Schools", "/schools".to_owned())]));
    let page = visit.form_page(
        head.of(school.name.clone()),
        visit.at("/description/correct"),
        "Save",
        describe_fields(&school),
    );
    Ok(page)
}

/// Asks where a school lies and how many learners it has.
pub async fn show_describe(visit: Visit) -> Answer {
    visit.needs(Permission::SchoolCreate)?;
    visit.page(&describe_page(&visit).await?)
}

/// Saves it.
pub async fn describe(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let typed: String = answers.text("learners").chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let learners = if typed.is_empty() { Some(0) } else { typed.parse().ok().filter(|learners| *learners > 0) };
    let command = learners.map(|learners| DescribeSchoolRequest {
        school_id: visit.school.clone(),
        area: answers.text("area"),
        learners,
        request_id: answers.request_id(),
    });
    let saved = match command {
        Some(command) => heard(visit.registry()?.describe_school(ask(command))).await,
        None => Err(Error::invalid("learners", "Enter the number of learners in digits, 1 or more, or leave it empty")),
    };
    match saved {
        Ok(_) => visit.to("/schools?done=school_described"),
        Err(error) => {
            let page = describe_page(&visit).await?;
            visit.again(page, &answers, error, "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leads_at_a_school_is_named_and_who_is_missing_is_said() {
        let holders = [(Role::Dsl, "Ms Ali".to_owned()), (Role::Head, "Mr Rose".to_owned())];
        let line = Line::new(&School::default(), &holders);
        assert_eq!((line.lead.as_str(), line.deputies.as_str(), line.head.as_str()), ("Ms Ali", "Nobody", "Mr Rose"));
    }
}
