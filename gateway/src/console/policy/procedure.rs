//! The procedures of a version with the school's own steps, and changing one step.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Clock, Instance, Procedure, Step, TailorStepRequest, TailoredStep, Template},
};
use serde::Serialize;

use super::{crumbs, editable, lead, template_of, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The clocks a step can have.
const CLOCKS: words::Codes = &[
    ("at_once", "At once"),
    ("hours", "Within hours"),
    ("working_days", "Within working days"),
    ("days", "Within days"),
    ("before_closing", "Before the case is closed"),
    ("none", "No clock"),
];

/// The procedures of a version.
#[derive(Debug, Serialize)]
pub struct Procedures {
    head: Head,
    procedures: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    id: String,
    title: String,
    steps: Vec<Row>,
    add: String,
}

impl Page for Procedures {
    const TEMPLATE: &'static str = "procedures.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let step =
            |id: &str, statutory| Step { step_id: id.into(), title: "Tell".into(), statutory, ..Step::default() };
        let template = Template {
            procedures: vec![Procedure {
                procedure_id: "P1".into(),
                title: "Harassment".into(),
                steps: vec![step("P1-01", true), step("P1-02", false)],
            }],
            ..Template::default()
        };
        let tailored = |id: &str, tailoring: &str| TailoredStep {
            procedure_id: "P1".into(),
            tailoring: tailoring.into(),
            step: Some(step(id, false)),
            reason: "known".into(),
        };
        let instance = Instance {
            tailored_steps: vec![tailored("P1-02", "omitted"), tailored("P1-S01", "added")],
            ..Instance::default()
        };
        let head = || Head::new("Procedures", vec![Link::new("Policy", "/policy")]);
        vec![
            Self::new(head(), &instance, &template, Some("/p")),
            Self::new(head(), &instance, &Template::default(), None),
        ]
    }
}

impl Procedures {
    fn new(head: Head, instance: &Instance, template: &Template, change: Option<&str>) -> Self {
        let one = |procedure: &Procedure| {
            let tailored = |id: &str| find(instance, &procedure.procedure_id, id);
            let row = |step: &Step, tailored: Option<&TailoredStep>| {
                let mark = match tailored {
                    Some(own) => format!("\n{}: {}", words::called(words::TAILORING, &own.tailoring), own.reason),
                    None if step.statutory => "\nStatutory".to_owned(),
                    None => String::new(),
                };
                let row = Row::new(step.step_id.clone(), format!("{}{mark}", step.title));
                match change {
                    Some(base) => row.change(
                        format!("{base}/{}/steps/{}", procedure.procedure_id, step.step_id),
                        format!("step {}", step.step_id),
                    ),
                    None => row,
                }
            };
            let mut steps: Vec<Row> = procedure
                .steps
                .iter()
                .map(|step| {
                    let own = tailored(&step.step_id);
                    row(own.and_then(|own| own.step.as_ref()).unwrap_or(step), own)
                })
                .collect();
            let added = instance.tailored_steps.iter().filter(|own| own.procedure_id == procedure.procedure_id);
            let added = added.filter(|own| own.tailoring == "added");
            steps.extend(added.filter_map(|own| own.step.as_ref().map(|step| row(step, Some(own)))));
            One {
                id: procedure.procedure_id.clone(),
                title: procedure.title.clone(),
                steps,
                add: change.map(|base| format!("{base}/{}/steps/new", procedure.procedure_id)).unwrap_or_default(),
            }
        };
        Self { head, procedures: template.procedures.iter().map(one).collect() }
    }
}

fn find<'a>(instance: &'a Instance, procedure: &str, step: &str) -> Option<&'a TailoredStep> {
    instance
        .tailored_steps
        .iter()
        .find(|own| own.procedure_id == procedure && own.step.as_ref().is_some_and(|own| own.step_id == step))
}

/// Lists them.
pub async fn list(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let template = template_of(&visit, &instance).await;
    let here = visit.at(&format!("/policy/versions/{instance_id}/procedures"));
    let head = Head::new("Procedures", crumbs(&visit, &instance_id)).of(format!("Version {}", instance.version));
    let edits = editable(&instance) && visit.may(Permission::PolicyEdit);
    visit.page(&Procedures::new(head, &instance, &template, edits.then_some(here.as_str())))
}

/// A step as it is to be asked about: the template's, the school's, and what the school did with it.
#[derive(Default)]
struct Asked {
    base: Option<Step>,
    step: Step,
    tailoring: String,
    reason: String,
}

impl Asked {
    fn of(instance: &Instance, template: &Template, procedure: &str, step: &str) -> Result<Self, Error> {
        let known =
            template.procedures.iter().find(|known| known.procedure_id == procedure).ok_or_else(Error::missing)?;
        if step == "new" {
            return Ok(Self { tailoring: "added".into(), ..Self::default() });
        }
        let base = known.steps.iter().find(|base| base.step_id == step).cloned();
        let own = find(instance, procedure, step);
        let now = own.and_then(|own| own.step.clone()).or_else(|| base.clone()).ok_or_else(Error::missing)?;
        Ok(Self {
            base,
            step: now,
            tailoring: own.map_or_else(|| "adopted".to_owned(), |own| own.tailoring.clone()),
            reason: own.map(|own| own.reason.clone()).unwrap_or_default(),
        })
    }

    fn fields(&self) -> Vec<Field> {
        let mut choice = Field::radios("tailoring", "What the school does with it", &[]);
        choice = match &self.base {
            Some(_) => choice.choice("adopted", "Take it as the template has it", "").choice(
                "adapted",
                "Change it",
                "A statutory step can be added to, never weakened.",
            ),
            None => choice.choice("added", "Work it, as written below", ""),
        };
        if !self.base.as_ref().is_some_and(|base| base.statutory) && !self.step.step_id.is_empty() {
            choice = choice.choice("omitted", "Leave it out", "");
        }
        let step = &self.step;
        let clock = step.clock.clone().unwrap_or_default();
        let roles: Vec<_> = words::ROLES.iter().map(|(code, name)| (*code, words::sentence(name))).collect();
        let list = |name: &str, label: &str, values: &[String]| {
            Field::long_text(name, label).hint("One to a line.").value(values.join("\n"))
        };
        vec![
            choice.value(self.tailoring.clone()),
            Field::text("title", "What is to be done").value(step.title.clone()),
            Field::checkboxes("roles", "Who does it", &[])
                .choices(roles.iter().map(|(code, name)| (*code, name.as_str())))
                .values(step.roles.clone()),
            Field::radios("clock", "By when", CLOCKS).value(clock.kind),
            Field::name("amount", "How many hours or days").width("4").value(if clock.amount > 0 {
                clock.amount.to_string()
            } else {
                String::new()
            }),
            Field::name("condition", "When it is due at all")
                .hint("A condition on the facts of a case, such as other_setting = yes. Leave it empty for always.")
                .value(step.condition.clone()),
            list("after", "Steps that come before it", &step.after),
            list("records", "What is recorded when it is done", &step.records),
            list("prohibitions", "What is never done in such a case", &step.prohibitions),
            list("gates", "Gates it must pass", &step.gates),
            Field::long_text("reason", "Why").hint("Not needed to take the template’s.").value(self.reason.clone()),
        ]
    }

    /// The step as it was answered; what the form does not ask stays.
    fn answered(self, answers: &Answers) -> Step {
        let lines = |name: &str| {
            let text = answers.text(name);
            text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        };
        let source = self.step.clock.as_ref().map(|clock| clock.source.clone()).unwrap_or_default();
        Step {
            title: answers.text("title"),
            roles: answers.all("roles"),
            clock: Some(Clock {
                kind: answers.text("clock"),
                amount: answers.text("amount").trim().parse().unwrap_or_default(),
                source,
            }),
            condition: answers.text("condition"),
            after: lines("after"),
            records: lines("records"),
            prohibitions: lines("prohibitions"),
            gates: lines("gates"),
            ..self.step
        }
    }
}

/// What is asked of a new step.
#[cfg(test)]
pub fn fields() -> Vec<Field> {
    Asked { tailoring: "added".into(), ..Asked::default() }.fields()
}

fn page(visit: &Visit, instance: &Instance, asked: &Asked, procedure: &str, step: &str) -> FormPage {
    let here = visit.at(&format!("/policy/versions/{}/procedures", instance.instance_id));
    let mut crumbs = crumbs(visit, &instance.instance_id);
    crumbs.push(Link::new("Procedures", here.clone()));
    let title = if step == "new" { "Add a step" } else { "Change a step" };
    let head = Head::new(title, crumbs).of(if step == "new" { procedure } else { step });
    let mut page = visit.form_page(head, format!("{here}/{procedure}/steps/{step}"), "Save", asked.fields());
    page = page
        .lead(lead(instance))
        .lead("New cases run on it once this version is in force; cases that are open keep theirs.");
    if let Some(base) = &asked.base {
        page.rows.push(Row::new("The template says", base.title.clone()));
        page.rows
            .push(Row::new("Statutory", if base.statutory { "Yes: it may not be left out or weakened" } else { "No" }));
    }
    page.form = page.form.carrying("etag", instance.etag.clone());
    page
}

/// Asks about one step.
pub async fn show(
    visit: Visit,
    Path((_, instance_id, procedure, step)): Path<(String, String, String, String)>,
) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let asked = Asked::of(&instance, &template_of(&visit, &instance).await, &procedure, &step)?;
    visit.page(&page(&visit, &instance, &asked, &procedure, &step))
}

/// Changes it.
pub async fn tailor(
    Path((_, instance_id, procedure, step)): Path<(String, String, String, String)>,
    posted: Posted,
) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let template = template_of(&visit, &instance).await;
    let command = TailorStepRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        procedure_id: procedure.clone(),
        tailoring: answers.text("tailoring"),
        step: Some(Asked::of(&instance, &template, &procedure, &step)?.answered(&answers)),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}/procedures"));
    match heard(visit.registry()?.tailor_step(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=step_tailored")),
        Err(error) => {
            let asked = Asked::of(&instance, &template, &procedure, &step)?;
            visit.again(page(&visit, &instance, &asked, &procedure, &step), &answers, error, &here)
        }
    }
}
