//! Roll-outs: what a template version would come to at every school, its progress, and undoing it.

use axum::extract::{Path, Query};
use chassis::{clock::timestamp, error::Error};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        GetRolloutRequest, ListRolloutSchoolsRequest, ListRolloutsRequest, PreviewRolloutRequest,
        PreviewRolloutResponse, Rollout, RolloutSchool, StartRolloutRequest, UndoRolloutRequest,
    },
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    posted::Posted,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, Form, FormPage},
    part::{Head, Link, Pager, Row},
    words,
};

/// How many schools a page shows.
const SCHOOLS: i32 = 100;

fn n(number: u32) -> String {
    words::number(u64::from(number))
}

/// Every roll-out.
#[derive(Debug, Serialize)]
pub struct Rollouts {
    head: Head,
    rollouts: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    state: String,
    start: String,
    schools: String,
    proposals: String,
}

impl Page for Rollouts {
    const TEMPLATE: &'static str = "rollouts.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![
            Self::new(&[sample("running"), sample("done")], Vec::new(), Pager::default()),
            Self::new(&[], Vec::new(), Pager::default()),
        ]
    }
}

#[cfg(test)]
fn sample(state: &str) -> Rollout {
    Rollout {
        rollout_id: "rol_1".into(),
        template_version: 2,
        state: state.into(),
        statutory_by_date: "2027-03-27".into(),
        schools: 4,
        merged: 2,
        proposals: 3,
        untouched: 1,
        note: "New duties from spring".into(),
        ..Rollout::default()
    }
}

impl Rollouts {
    fn new(rollouts: &[Rollout], crumbs: Vec<Link>, pager: Pager) -> Self {
        let line = |rollout: &Rollout| Line {
            link: Link::new(title(rollout), format!("/rollouts/{}", rollout.rollout_id)),
            state: words::called(words::ROLLOUTS, &rollout.state),
            start: words::stamp(rollout.start_time.as_ref()).unwrap_or_default(),
            schools: n(rollout.schools),
            proposals: n(rollout.proposals),
        };
        Self { head: Head::new("Roll-outs", crumbs), rollouts: rollouts.iter().map(line).collect(), pager }
    }
}

fn title(rollout: &Rollout) -> String {
    format!("Template version {}", rollout.template_version)
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    page_token: String,
}

fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Template", "/template".to_owned())])
}

fn below(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Template", "/template".to_owned()), ("Roll-outs", "/rollouts".to_owned())])
}

/// Lists them.
pub async fn list(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let asked = ListRolloutsRequest { page_size: 0, page_token: which.page_token.clone() };
    let answer = heard(visit.registry()?.list_rollouts(ask(asked))).await?;
    let pager = Pager::new("/rollouts", &[], &which.page_token, &answer.next_page_token);
    visit.page(&Rollouts::new(&answer.rollouts, crumbs(&visit), pager))
}

/// One school of a roll-out.
#[derive(Debug, Serialize)]
struct At {
    link: Link,
    state: String,
    moved: String,
    proposals: String,
    statutory: String,
    answered: String,
}

impl At {
    /// A school as a roll-out would find it.
    fn foreseen(school: &RolloutSchool) -> Self {
        let at = Self::new(school);
        if school.state == "skipped" { at } else { Self { state: "Would get a draft".to_owned(), ..at } }
    }

    fn new(school: &RolloutSchool) -> Self {
        let base = format!("/schools/{}/policy", school.school_id);
        let href = match school.instance_id.as_str() {
            "" => base,
            instance => format!("{base}/versions/{instance}"),
        };
        let state = match (school.state.as_str(), school.why.as_str()) {
            ("skipped", why) => format!("Passed over: {why}"),
            (state, _) => words::called(words::ROLLOUT_SCHOOLS, state),
        };
        let some = |number: u32| if school.from_template_version == 0 { String::new() } else { n(number) };
        Self {
            link: Link::new(school.name.clone(), href),
            state,
            moved: some(school.moved),
            proposals: some(school.proposals),
            statutory: some(school.statutory),
            answered: some(school.answered),
        }
    }
}

/// What a roll-out would come to, and the form that starts it.
#[derive(Debug, Serialize)]
pub struct Preview {
    head: Head,
    rows: Vec<Row>,
    schools: Vec<At>,
    form: Form,
}

impl Page for Preview {
    const TEMPLATE: &'static str = "rollout_preview.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/rollouts", "Start the roll-out", "1".into(), fields());
        let school = |state: &str, why: &str, from| RolloutSchool {
            school_id: "sch_1".into(),
            name: "Pennyroyal Lane Primary School".into(),
            state: state.into(),
            why: why.into(),
            from_template_version: from,
            moved: 19,
            proposals: 1,
            ..RolloutSchool::default()
        };
        let preview = PreviewRolloutResponse {
            template_version: 2,
            schools: vec![school("waiting", "", 1), school("skipped", "the school is closed", 0)],
            moved: 19,
            proposals: 1,
        };
        let wrong =
            form().refused(&Error::invalid("statutory_by_date", "Enter the last day for what is statutory"), "");
        vec![Self::new(&preview, Vec::new(), form()), Self::new(&PreviewRolloutResponse::default(), Vec::new(), wrong)]
    }
}

impl Preview {
    fn new(preview: &PreviewRolloutResponse, crumbs: Vec<Link>, form: Form) -> Self {
        let taking: Vec<&RolloutSchool> = preview.schools.iter().filter(|school| school.state != "skipped").collect();
        let untouched = taking.iter().filter(|school| school.proposals == 0).count();
        let count = |number: usize| words::number(u64::try_from(number).unwrap_or_default());
        let rows = vec![
            Row::new("Schools that get a draft", count(taking.len())),
            Row::new("Of those, with nothing to answer", count(untouched)),
            Row::new("Schools passed over", count(preview.schools.len() - taking.len())),
            Row::new("Clauses, steps and parameters that move by themselves", n(preview.moved)),
            Row::new("Questions to schools", n(preview.proposals)),
        ];
        Self {
            head: Head::new("Preview of a roll-out", crumbs)
                .of(format!("Template version {}", preview.template_version)),
            rows,
            schools: preview.schools.iter().map(At::foreseen).collect(),
            form: form.carrying("template_version", preview.template_version.to_string()),
        }
    }
}

/// What is asked of whoever starts one.
pub fn fields() -> Vec<Field> {
    vec![
        Field::day("statutory_by_date", "By which day must schools adopt what is statutory?"),
        Field::day("start", "On which day should it start? (optional)")
            .hint("Leave this empty to start now. For example, 27/1/2027."),
        Field::long_text("note", "What should schools know about it? (optional)")
            .hint("Up to 2,000 characters. Do not name a child or a member of staff."),
    ]
}

async fn preview(visit: &Visit, form: Form) -> Result<Preview, Error> {
    let preview = heard(visit.registry()?.preview_rollout(ask_patiently(PreviewRolloutRequest::default()))).await?;
    Ok(Preview::new(&preview, below(visit), form))
}

fn form(visit: &Visit) -> Form {
    visit.form("/rollouts".into(), "Start the roll-out", fields())
}

/// Shows what one would come to.
pub async fn show_start(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let page = preview(&visit, form(&visit)).await?;
    visit.page(&page)
}

/// Starts one.
pub async fn start(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    match begun(&visit, &answers).await {
        Ok(rollout) => visit.to(&format!("/rollouts/{}?done=rollout", rollout.rollout_id)),
        Err(error) => {
            let error = match error.violations().iter().find(|violation| violation.field == "start_time") {
                Some(violation) => Error::invalid("start", violation.message.clone()),
                None => error,
            };
            let form = visit.mended(form(&visit), &answers, &error, "")?;
            let page = preview(&visit, form).await?;
            visit.page_again(&page, &error)
        }
    }
}

async fn begun(visit: &Visit, answers: &Answers) -> Result<Rollout, Error> {
    let command = StartRolloutRequest {
        template_version: answers.text("template_version").parse().unwrap_or_default(),
        school_ids: Vec::new(),
        statutory_by_date: answers.day("statutory_by_date"),
        start_time: start_of(&answers.day("start"))?.map(timestamp),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    heard(visit.registry()?.start_rollout(ask(command))).await?.rollout.ok_or_else(Error::missing)
}

/// The first moment of a day such as `2027-01-27`; none where nothing was entered.
fn start_of(day: &str) -> Result<Option<OffsetDateTime>, Error> {
    if day.is_empty() {
        return Ok(None);
    }
    let parts: Vec<&str> = day.split('-').collect();
    let at = match parts.as_slice() {
        [year, month, day] => words::typed(day, month, year, ""),
        _ => None,
    };
    at.map(Some).ok_or_else(|| Error::invalid("start", "Enter a day such as 27/1/2027"))
}

/// How far a roll-out is.
#[derive(Debug, Serialize)]
pub struct RolloutPage {
    head: Head,
    rows: Vec<Row>,
    schools: Vec<At>,
    pager: Pager,
    undo: Link,
    /// True while it is worth looking again.
    running: bool,
}

impl Page for RolloutPage {
    const TEMPLATE: &'static str = "rollout.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let school = RolloutSchool {
            school_id: "sch_1".into(),
            name: "Pennyroyal Lane Primary School".into(),
            state: "merged".into(),
            instance_id: "ins_1".into(),
            from_template_version: 1,
            proposals: 2,
            answered: 1,
            ..RolloutSchool::default()
        };
        vec![
            Self::new(&sample("running"), &[school], Vec::new(), Pager::default()),
            Self::new(&sample("undone"), &[], Vec::new(), Pager::default()),
        ]
    }
}

impl RolloutPage {
    fn new(rollout: &Rollout, schools: &[RolloutSchool], crumbs: Vec<Link>, pager: Pager) -> Self {
        let left = rollout.schools.saturating_sub(rollout.merged + rollout.skipped + rollout.undone);
        let mut rows = vec![Row::new("State", words::called(words::ROLLOUTS, &rollout.state))];
        let starts = if rollout.state == "scheduled" { "Starts" } else { "Started" };
        rows.extend(Row::some(starts, words::stamp(rollout.start_time.as_ref())));
        rows.extend(Row::some("Done", words::stamp(rollout.finish_time.as_ref())));
        rows.push(Row::new("Statutory by", words::named_day(&rollout.statutory_by_date)));
        rows.push(Row::new("Schools", format!("{} of {}", n(rollout.schools - left), n(rollout.schools))));
        rows.push(Row::new("With a draft", n(rollout.merged)));
        rows.push(Row::new("Of those, with nothing to answer", n(rollout.untouched)));
        rows.push(Row::new("Passed over", n(rollout.skipped)));
        rows.push(Row::new("Taken back", n(rollout.undone)));
        rows.push(Row::new("Questions to schools", n(rollout.proposals)));
        rows.extend(Row::some("What schools are told", Some(rollout.note.clone())));
        let undo = match rollout.state.as_str() {
            "undone" => Link::default(),
            _ => Link::new("Undo the roll-out", format!("/rollouts/{}/undo", rollout.rollout_id)),
        };
        Self {
            head: Head::new("Roll-out", crumbs).of(title(rollout)),
            rows,
            schools: schools.iter().map(At::new).collect(),
            pager,
            undo,
            running: rollout.state == "running",
        }
    }
}

async fn fetch(visit: &Visit, rollout_id: &str) -> Result<Rollout, Error> {
    let asked = GetRolloutRequest { rollout_id: rollout_id.to_owned() };
    heard(visit.registry()?.get_rollout(ask(asked))).await?.rollout.ok_or_else(Error::missing)
}

/// Shows one.
pub async fn show(visit: Visit, Path(rollout_id): Path<String>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let rollout = fetch(&visit, &rollout_id).await?;
    let asked = ListRolloutSchoolsRequest {
        rollout_id: rollout_id.clone(),
        page_size: SCHOOLS,
        page_token: which.page_token.clone(),
    };
    let schools = heard(visit.registry()?.list_rollout_schools(ask(asked))).await?;
    let pager = Pager::new(&format!("/rollouts/{rollout_id}"), &[], &which.page_token, &schools.next_page_token);
    visit.page(&RolloutPage::new(&rollout, &schools.schools, below(&visit), pager))
}

/// What is asked of whoever undoes one.
pub fn undo_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is it undone?").hint("Schools read this. Do not name anybody.")]
}

fn undo_page(visit: &Visit, rollout: &Rollout) -> FormPage {
    let here = format!("/rollouts/{}", rollout.rollout_id);
    let mut crumbs = below(visit);
    crumbs.push(Link::new(title(rollout), here.clone()));
    let mut page = visit
        .form_page(
            Head::new("Undo the roll-out", crumbs).of(title(rollout)),
            format!("{here}/undo"),
            "Undo",
            undo_fields(),
        )
        .lead("The drafts it made are discarded, with every answer given in them. What is in force stays in force.")
        .lead("A school whose own draft was merged gets that draft back.");
    page.form = page.form.grave();
    page
}

/// Asks why.
pub async fn show_undo(visit: Visit, Path(rollout_id): Path<String>) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let rollout = fetch(&visit, &rollout_id).await?;
    visit.page(&undo_page(&visit, &rollout))
}

/// Undoes one.
pub async fn undo(Path(rollout_id): Path<String>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = UndoRolloutRequest {
        rollout_id: rollout_id.clone(),
        school_ids: Vec::new(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.undo_rollout(ask(command))).await {
        Ok(_) => visit.to(&format!("/rollouts/{rollout_id}?done=rollout_undone")),
        Err(error) => {
            let rollout = fetch(&visit, &rollout_id).await?;
            visit.again(undo_page(&visit, &rollout), &answers, error, "")
        }
    }
}
