//! One step of a case's procedure: what it asks, recording that it was done, or skipping it with a reason.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseStep, CompleteStepRequest, DeviateStepRequest},
};

use super::{act, fetch, field, seen, to_work};
use crate::{
    console::{
        filtering::blocking,
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Due, Head, Link, Row},
        words,
    },
};
use serde::Serialize;

/// One step.
#[derive(Debug, Serialize)]
pub struct StepPage {
    head: Head,
    prohibitions: Vec<String>,
    rows: Vec<Row>,
    waits: &'static str,
    waits_for: Link,
    done_by: Link,
    /// Where it is asked of somebody who reads no cases; empty where it is not.
    elsewhere: Link,
    form: Option<Form>,
    skip: Link,
}

impl Page for StepPage {
    const TEMPLATE: &'static str = "step.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let case = super::sample();
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let page = |step: &CaseStep| {
            let open = matches!(step.state.as_str(), "to_do" | "cannot_start_yet");
            let form = open.then(|| Form::new("/x", "Record that it is done", "1".into(), field::questions(step)));
            Self::new((&case, step), &people, ("/schools/sch_1/cases/cas_1", Vec::new()), form, &|_| true)
        };
        let mut pages: Vec<Self> = case.steps.iter().map(page).collect();
        let error = Error::gate("G-HOLD", "P1-03", "the talk with police is not recorded");
        let form = Form::new("/x", "Record that it is done", "1".into(), field::questions(&case.steps[2]))
            .refused(&error, "/c");
        let asked = Self::new((&case, &case.steps[2]), &people, ("/c", Vec::new()), Some(form), &|_| false);
        pages.push(Self { elsewhere: Link::new("Ask the technician", "/b"), ..asked });
        pages
    }
}

impl StepPage {
    fn new(
        (case, step): (&Case, &CaseStep),
        people: &People,
        (here, crumbs): (&str, Vec<Link>),
        form: Option<Form>,
        may: &dyn Fn(Permission) -> bool,
    ) -> Self {
        let roles: Vec<String> = step.roles.iter().map(|role| words::called(words::ROLES, role)).collect();
        let mut rows = vec![Row::new("State", words::called(words::STEPS, &step.state))];
        if !roles.is_empty() {
            rows.push(Row::new("Who does it", words::sentence(&roles.join(", "))));
        }
        let open = matches!(step.state.as_str(), "to_do" | "cannot_start_yet");
        let due = Due::new(&step.due_word, step.due_time.as_ref());
        if open {
            let text = if due.text.is_empty() { "No date".to_owned() } else { due.text };
            let row = Row::new("By when", text);
            let moves = step.movable && may(Permission::CaseWork);
            let at = |path: &str| format!("{here}/steps/{}/{path}", step.step_id);
            rows.push(if moves { row.change(at("move"), "the day it is due") } else { row });
            let owner = match step.owner_account_id.as_str() {
                "" => "Whoever’s the case is".to_owned(),
                id => words::sentence(&people.name(id)),
            };
            let row = Row::new("Whose it is", owner);
            rows.push(if may(Permission::CaseClose) { row.change(at("assign"), "whose it is") } else { row });
        }
        rows.extend(step.due_moves.iter().map(|moved| {
            let day = words::day(moved.due_time.as_ref()).unwrap_or_default();
            let when = words::stamp(moved.create_time.as_ref()).unwrap_or_default();
            Row::new(
                format!("Moved to {day}"),
                format!("{}\n{when}, by {}", moved.reason, people.name(&moved.account_id)),
            )
        }));
        rows.extend(super::page::condition(&step.condition).map(|text| Row::new("When it is needed", text)));
        if step.statutory {
            rows.push(Row::new("May it be skipped?", "No: it is a legal duty"));
        }
        let mut recorded: Vec<(&String, &String)> = step.recorded.iter().collect();
        recorded.sort();
        let kind = |name: &str| step.fields.iter().find(|field| field.name == name);
        rows.extend(
            recorded.into_iter().map(|(name, value)| Row::new(field::label(name), field::said(kind(name), value))),
        );
        rows.extend(Row::some("Why it was skipped", Some(step.reason.clone())));
        if let Some(done) = words::stamp(step.done_time.as_ref()) {
            rows.push(Row::new("Recorded", format!("{done}, by {}", people.name(&step.account_id))));
        }
        for earlier in step.earlier.iter().rev() {
            let done = words::stamp(earlier.done_time.as_ref()).unwrap_or_default();
            let said = |(name, value): (&String, &String)| {
                format!("{}: {}", field::label(name), field::said(kind(name), value))
            };
            let mut lines: Vec<String> = earlier.recorded.iter().map(said).collect();
            lines.sort();
            lines.extend(Some(earlier.reason.clone()).filter(|reason| !reason.is_empty()));
            lines.push(format!("{done}, by {}", people.name(&earlier.account_id)));
            lines.push(super::page::again(earlier));
            rows.push(Row::new(
                if earlier.reason.is_empty() { "Done before" } else { "Skipped before" },
                lines.join("\n"),
            ));
        }
        let waits_for = super::records::waits_for(case, here, &step.waits_for);
        let done_by = match super::records::opener(&step.done_by) {
            Some((_, path)) if step.state == "to_do" && step.done_by == "consultation" => {
                Link::new("Record the talk that this step asks for", format!("{here}/{path}"))
            }
            Some((text, path)) if step.state == "to_do" => Link::new(text, format!("{here}/{path}")),
            _ => Link::default(),
        };
        let skip = if step.statutory || !open || (form.is_none() && step.done_by.is_empty()) {
            Link::default()
        } else {
            Link::new("Skip this step, with a reason", format!("{here}/steps/{}/skip", step.step_id))
        };
        Self {
            head: Head::new(format!("{} {}", step.step_id, step.title), crumbs).of(case.reference.clone()),
            prohibitions: step.prohibitions.iter().map(|act| words::never(act)).collect(),
            rows,
            waits: match step.state.as_str() {
                "not_needed" | "waits_for_fact" => "Whether this step is needed is not known yet:",
                _ => "This step cannot start before:",
            },
            waits_for,
            done_by,
            elsewhere: Link::default(),
            form,
            skip,
        }
    }

    /// The same for whoever sees that it is done, and does not do it.
    fn for_overseeing(self) -> Self {
        Self { done_by: Link::default(), skip: Link::default(), ..self }
    }

    /// The same without any way to change something.
    fn for_reading(mut self) -> Self {
        self.rows.iter_mut().for_each(|row| row.change.clear());
        Self { done_by: Link::default(), form: None, skip: Link::default(), ..self }
    }
}

/// What is asked when it is skipped.
pub fn skip_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is this step skipped?").hint("The reason stays in the case with your name. A step that guards against harm, and any while a child is in immediate danger, takes a second person and a reason in a sentence.")]
}

fn find<'a>(case: &'a Case, step_id: &str) -> Result<&'a CaseStep, Error> {
    case.steps.iter().find(|step| step.step_id == step_id).ok_or_else(Error::missing)
}

fn form(visit: &Visit, case: &Case, step: &CaseStep) -> Option<Form> {
    let open = case.state == "open" && matches!(step.state.as_str(), "to_do" | "cannot_start_yet");
    // A step that a record does is done by that record, on its own page.
    let open = open && step.done_by.is_empty();
    if !open || !super::may(visit, case, Permission::CaseWork) {
        return None;
    }
    let action = visit.at(&format!("/cases/{}/steps/{}/complete", case.case_id, step.step_id));
    Some(visit.form(action, "Record that it is done", field::questions(step)))
}

async fn page(visit: &Visit, case: &Case, step: &CaseStep, form: Option<Form>) -> StepPage {
    let moved = step.due_moves.iter().map(|moved| moved.account_id.as_str());
    let moved = moved.chain(step.earlier.iter().map(|earlier| earlier.account_id.as_str()));
    let people = visit.people(moved.chain([step.account_id.as_str(), step.owner_account_id.as_str()])).await;
    let here = visit.at(&format!("/cases/{}", case.case_id));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    StepPage::new((case, step), &people, (&here, crumbs), form, &|permission| super::may(visit, case, permission))
}

/// Shows one step.
pub async fn show(visit: Visit, Path((_, case_id, step_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (case, until) = seen(&visit, &case_id).await?;
    if case.restricted {
        return Err(Error::denied().into());
    }
    let step = find(&case, &step_id)?;
    if until.is_some() {
        return visit.page(&page(&visit, &case, step, None).await.for_reading());
    }
    let (step, elsewhere) = blocking::asked_for(&visit, &case, step).await;
    if !super::may(&visit, &case, Permission::CaseWork) {
        return visit.page(&page(&visit, &case, &step, None).await.for_overseeing());
    }
    let form = form(&visit, &case, &step);
    let page = page(&visit, &case, &step, form).await;
    let elsewhere =
        if matches!(step.state.as_str(), "to_do" | "cannot_start_yet") { elsewhere } else { Link::default() };
    visit.page(&StepPage { elsewhere, ..page })
}

/// Records that it was done.
pub async fn complete(Path((_, case_id, step_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let here = visit.at(&format!("/cases/{case_id}"));
    let case = fetch(&visit, &case_id).await?;
    let done = match field::recorded(find(&case, &step_id)?, &answers, visit.now()) {
        Ok(recorded) => {
            let command = CompleteStepRequest {
                school_id: visit.school.clone(),
                case_id: case_id.clone(),
                step_id: step_id.clone(),
                recorded,
                request_id: answers.request_id(),
            };
            heard(visit.cases()?.complete_step(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&format!("{here}?done=step")),
        Err(error) => {
            let case = fetch(&visit, &case_id).await?;
            let step = find(&case, &step_id)?;
            let action = format!("{here}/steps/{step_id}/complete");
            // The step may have been done by somebody else meanwhile: what was written is shown all the same.
            let form = form(&visit, &case, step)
                .unwrap_or_else(|| visit.form(action, "Record that it is done", field::questions(step)));
            let form = visit.mended(form, &answers, &error, &here)?;
            visit.page_again(&page(&visit, &case, step, Some(form)).await, &error)
        }
    }
}

fn skip_page(visit: &Visit, case: &Case, step_id: &str) -> FormPage {
    let path = format!("steps/{step_id}/skip");
    let mut page = act::page(visit, case, "Skip a step", &path, "Skip the step", skip_fields());
    if let Ok(step) = find(case, step_id) {
        page.rows.push(Row::new("Step", format!("{} {}", step.step_id, step.title)));
    }
    page
}

/// Asks why it is skipped.
pub async fn show_skip(visit: Visit, Path((_, case_id, step_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    find(&case, &step_id)?;
    visit.page(&skip_page(&visit, &case, &step_id))
}

/// Skips it.
pub async fn deviate(Path((_, case_id, step_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = DeviateStepRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        step_id: step_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = heard(visit.cases()?.deviate_step(ask(command))).await;
    act::settle(&visit, &case_id, &answers, done, "skipped", |case| skip_page(&visit, case, &step_id)).await
}
