//! The procedures of a version with the school's own steps, and changing one step.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Clock, Instance, Procedure, Step, TailorStepRequest, TailoredStep, Template},
};
use serde::Serialize;

use super::{
    beside::{self, Beside},
    crumbs, editable, lead, step_words, template_of,
    version::fetch,
};
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
    /// The steps it may come after.
    earlier: Vec<(String, String)>,
}

impl Asked {
    fn of(instance: &Instance, template: &Template, procedure: &str, step: &str) -> Result<Self, Error> {
        let known =
            template.procedures.iter().find(|known| known.procedure_id == procedure).ok_or_else(Error::missing)?;
        let own = instance.tailored_steps.iter().filter(|own| own.procedure_id == procedure);
        let own: Vec<Step> = own.filter_map(|own| own.step.clone()).collect();
        let earlier = step_words::earlier(known, &own, step);
        if step == "new" {
            return Ok(Self { tailoring: "added".into(), earlier, ..Self::default() });
        }
        let base = known.steps.iter().find(|base| base.step_id == step).cloned();
        let own = find(instance, procedure, step);
        let now = own.and_then(|own| own.step.clone()).or_else(|| base.clone()).ok_or_else(Error::missing)?;
        Ok(Self {
            base,
            step: now,
            tailoring: own.map_or_else(|| "adopted".to_owned(), |own| own.tailoring.clone()),
            reason: own.map(|own| own.reason.clone()).unwrap_or_default(),
            earlier,
        })
    }

    /// The records that have a code: the template's of this step, and the school's.
    fn codes(&self) -> Vec<String> {
        let base = self.base.iter().flat_map(|base| &base.records);
        let mut codes: Vec<String> = Vec::new();
        for code in base.chain(&self.step.records).filter(|code| step_words::is_code(code)) {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        codes
    }

    fn fields(&self, template: &Template) -> Vec<Field> {
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
        let list = |name: &str, label: &str, values: String| {
            Field::long_text(name, label).hint("One to a line.").value(values)
        };
        let several = |name: &str, label: &str, all: &[(String, String)], held: &[String]| {
            let all = all.iter().map(|(value, text)| (value.as_str(), text.as_str()));
            Field::checkboxes(name, label, &[]).choices(all).values(held.to_vec())
        };
        let mut fields = vec![
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
        ];
        fields.extend(condition_fields(&step.condition));
        if !self.earlier.is_empty() {
            fields.push(several("after", "Steps that come before it (optional)", &self.earlier, &step.after));
        }
        let codes: Vec<(String, String)> =
            self.codes().into_iter().map(|code| (code.clone(), step_words::record(&code))).collect();
        if !codes.is_empty() {
            fields.push(several("records", "What is recorded when it is done", &codes, &step.records));
        }
        let written: Vec<&str> =
            step.records.iter().map(String::as_str).filter(|record| !step_words::is_code(record)).collect();
        let more = if codes.is_empty() { "What is recorded when it is done" } else { "What is recorded besides" };
        fields.push(list("recorded", &format!("{more} (optional)"), written.join("\n")));
        let never = "What is never done in such a case (optional)";
        fields.push(list("prohibitions", never, step.prohibitions.join("\n")));
        if !template.gates.is_empty() {
            let gates = Field::checkboxes("gates", "Rules it waits for (optional)", &[]);
            fields.push(gates.choices(step_words::gates(template)).values(step.gates.clone()));
        }
        fields.push(
            Field::long_text("reason", "Why").hint("Not needed to take the template’s.").value(self.reason.clone()),
        );
        fields
    }

    /// The step as it was answered; what the form does not ask stays.
    fn answered(self, answers: &Answers) -> Step {
        let lines = |name: &str| -> Vec<String> {
            let text = answers.text(name);
            text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        };
        let source = self.step.clock.as_ref().map(|clock| clock.source.clone()).unwrap_or_default();
        let kind = answers.text("clock");
        let amount = if counts(&kind) { answers.text("amount").trim().parse().unwrap_or_default() } else { 0 };
        Step {
            title: answers.text("title"),
            roles: answers.all("roles"),
            clock: Some(Clock { kind, amount, source }),
            condition: step_words::joined(&answers.text("condition"), &answers.text("also")),
            after: answers.all("after"),
            records: answers.all("records").into_iter().chain(lines("recorded")).collect(),
            prohibitions: lines("prohibitions"),
            gates: answers.all("gates"),
            ..self.step
        }
    }
}

/// Whether a clock counts hours or days.
fn counts(kind: &str) -> bool {
    matches!(kind, "hours" | "working_days" | "days")
}

/// When a step is due at all: one fact of the case, and another one with it.
fn condition_fields(held: &str) -> [Field; 2] {
    let (one, also) = step_words::parts(held);
    let known = step_words::conditions();
    let choose = |name: &str, label: &str, empty: &'static str, held: &str| {
        let mut field = Field::select(name, label).choices([("", empty)]);
        field = field.choices(known.iter().map(|(value, text)| (value.as_str(), text.as_str())));
        if !held.is_empty() && known.iter().all(|(value, _)| value != held) {
            field = field.choice(held, &step_words::condition(held), "");
        }
        field.value(held)
    };
    [
        choose("condition", "When it is due at all", "Always", &one)
            .hint("A fact of the case, as its page asks for it, or what the lead decides."),
        choose("also", "And only where this is so as well (optional)", "Nothing more", &also),
    ]
}

/// What can be said before it is previewed; the service decides again.
fn problem(answers: &Answers) -> Option<Error> {
    let mut wrong: Vec<(&str, &str)> = Vec::new();
    let tailoring = answers.text("tailoring");
    if tailoring.is_empty() {
        wrong.push(("tailoring", "Select what the school does with it"));
    }
    if matches!(tailoring.as_str(), "adapted" | "added") {
        if answers.text("title").is_empty() {
            wrong.push(("title", "Enter what is to be done"));
        }
        if answers.all("roles").is_empty() {
            wrong.push(("roles", "Select who does it"));
        }
        let clock = answers.text("clock");
        if clock.is_empty() {
            wrong.push(("clock", "Select by when it is done"));
        }
        if counts(&clock) && !answers.text("amount").parse::<u32>().is_ok_and(|amount| amount > 0) {
            wrong.push(("amount", "Enter how many hours or days: a whole number from 1"));
        }
    }
    if tailoring != "adopted" && answers.text("reason").is_empty() {
        wrong.push(("reason", "Enter why"));
    }
    beside::all_of(wrong)
}

/// What is asked of a new step.
#[cfg(test)]
pub fn fields() -> Vec<Field> {
    use proto::policy_registry::v1::Gate;
    let gate = Gate { gate_id: "G-PARENT".into(), title: "It is written down.".into(), ..Gate::default() };
    let template = Template { gates: vec![gate], ..Template::default() };
    let step = Step {
        condition: "offence in (yes, unclear) or judgement".into(),
        records: vec!["told_by".into(), "The weather".into()],
        ..Step::default()
    };
    let earlier = vec![("P1-01".to_owned(), "P1-01 Tell".to_owned())];
    Asked { tailoring: "added".into(), step, earlier, ..Asked::default() }.fields(&template)
}

fn head(visit: &Visit, instance: &Instance, title: &str, procedure: &str, step: &str) -> Head {
    let mut crumbs = crumbs(visit, &instance.instance_id);
    let here = visit.at(&format!("/policy/versions/{}/procedures", instance.instance_id));
    crumbs.push(Link::new("Procedures", here));
    Head::new(title, crumbs).of(if step == "new" { procedure } else { step })
}

fn page(
    visit: &Visit,
    instance: &Instance,
    template: &Template,
    asked: &Asked,
    (procedure, step): (&str, &str),
) -> FormPage {
    let here = visit.at(&format!("/policy/versions/{}/procedures", instance.instance_id));
    let title = if step == "new" { "Add a step" } else { "Change a step" };
    let head = head(visit, instance, title, procedure, step);
    let action = format!("{here}/{procedure}/steps/{step}");
    let mut page = visit.form_page(head, action, "Continue", asked.fields(template));
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
    let template = template_of(&visit, &instance).await;
    let asked = Asked::of(&instance, &template, &procedure, &step)?;
    visit.page(&page(&visit, &instance, &template, &asked, (&procedure, &step)))
}

/// Shows it beside the template's; saves it where that was seen.
pub async fn tailor(
    Path((_, instance_id, procedure, step)): Path<(String, String, String, String)>,
    posted: Posted,
) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let template = template_of(&visit, &instance).await;
    let here = visit.at(&format!("/policy/versions/{instance_id}/procedures"));
    let asked = || Asked::of(&instance, &template, &procedure, &step);
    let refused = match problem(&answers) {
        Some(error) => error,
        None if answers.text("seen").is_empty() => {
            let asked = asked()?;
            let base = asked.base.clone();
            let own = match answers.text("tailoring").as_str() {
                "adopted" => base.clone(),
                "omitted" => None,
                _ => Some(asked.answered(&answers)),
            };
            let rows = |step: Option<Step>| step.map(|step| step_words::rows(&step, &template)).unwrap_or_default();
            let mut school = rows(own);
            school.extend(Row::some("Why", Some(answers.text("reason"))));
            let action = format!("{here}/{procedure}/steps/{step}");
            return visit.page(&Beside {
                head: head(&visit, &instance, "Check the step", &procedure, &step),
                lead: lead(&instance).to_owned(),
                template: rows(base),
                no_template: "The template has no such step.",
                school: if answers.text("tailoring") == "omitted" { Vec::new() } else { school },
                no_school: "Nothing: it is left out.",
                form: beside::save(&visit, action, &answers),
            });
        }
        None => {
            let command = TailorStepRequest {
                school_id: visit.school.clone(),
                instance_id: instance_id.clone(),
                procedure_id: procedure.clone(),
                tailoring: answers.text("tailoring"),
                step: Some(asked()?.answered(&answers)),
                reason: answers.text("reason"),
                etag: answers.text("etag"),
                request_id: answers.request_id(),
            };
            match heard(visit.registry()?.tailor_step(ask(command))).await {
                Ok(_) => return visit.to(&format!("{here}?done=step_tailored")),
                Err(error) => error,
            }
        }
    };
    let asked = asked()?;
    visit.again(page(&visit, &instance, &template, &asked, (&procedure, &step)), &answers, refused, &here)
}
