//! The optional sections of a version: printed or dropped whatever their rule says.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{ChooseSectionRequest, Instance, Template},
};

use super::{
    beside::{self, Beside},
    clause, crumbs, lead, name, template_of,
    version::fetch,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Row},
    },
};

/// What is asked.
pub fn fields(template: &Template) -> Vec<Field> {
    let optional = template.sections.iter().filter(|section| !section.include_if.is_empty());
    let optional = optional.map(|section| (section.section_id.as_str(), section.title.as_str()));
    vec![
        Field::select("section_id", "Which section?").choices(optional),
        Field::radios("choice", "What the school does with it", &[])
            .choice("rule", "As its rule says", "As the list above says.")
            .choice("in", "Print it", "")
            .choice("out", "Leave it out", "Not where it holds statutory clauses."),
        Field::long_text("reason", "Why").hint("Not needed to follow the rule."),
    ]
}

async fn page(visit: &Visit, instance: &Instance) -> FormPage {
    let template = template_of(visit, instance).await;
    let action = visit.at(&format!("/policy/versions/{}/sections", instance.instance_id));
    let head = Head::new("Optional sections", crumbs(visit, &instance.instance_id));
    let head = head.of(format!("Version {}", instance.version));
    let mut page = visit.form_page(head, action, "Continue", fields(&template)).lead(lead(instance));
    page.rows = template
        .sections
        .iter()
        .filter(|section| !section.include_if.is_empty())
        .map(|section| {
            let chosen = instance.section_choices.iter().find(|choice| choice.section_id == section.section_id);
            let says = match chosen {
                Some(choice) if choice.included => format!("Printed by choice: {}", choice.reason),
                Some(choice) => format!("Left out by choice: {}", choice.reason),
                None => format!("Printed where {}", name::of_rule(&template, &section.include_if)),
            };
            Row::new(section.title.clone(), says)
        })
        .collect();
    page.form = page.form.carrying("etag", instance.etag.clone());
    page
}

/// Shows them.
pub async fn show(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&page(&visit, &instance).await)
}

/// What can be said before it is previewed; the service decides again.
fn problem(answers: &Answers, template: &Template) -> Option<Error> {
    let mut wrong: Vec<(&str, &str)> = Vec::new();
    let id = answers.text("section_id");
    let section = template.sections.iter().find(|section| section.section_id == id);
    if section.is_none() {
        wrong.push(("section_id", "Select a section"));
    }
    let choice = answers.text("choice");
    let statutory = section.is_some_and(|section| section.clauses.iter().any(|clause| clause.statutory));
    match choice.as_str() {
        "rule" | "in" => {}
        "out" if statutory => wrong.push(("choice", "Select another answer: this section holds statutory clauses")),
        "out" => {}
        _ => wrong.push(("choice", "Select what the school does with it")),
    }
    if choice != "rule" && answers.text("reason").is_empty() {
        wrong.push(("reason", "Enter why"));
    }
    beside::all_of(wrong)
}

/// What the template prints of a section and what the school would, side by side.
fn check(visit: &Visit, instance: &Instance, template: &Template, answers: &Answers, here: String) -> Beside {
    let id = answers.text("section_id");
    let section = template.sections.iter().find(|section| section.section_id == id).cloned().unwrap_or_default();
    let rule = format!("Where {}", name::of_rule(template, &section.include_if));
    let words = section.clauses.iter().map(|clause| clause::filled(&clause.text, &instance.parameters, template));
    let reads = |texts: Vec<String>| Row::new("Reads", texts.join("\n\n"));
    let said = match answers.text("choice").as_str() {
        "rule" => Some(rule.clone()),
        "in" => Some("Always".to_owned()),
        _ => None,
    };
    let mut school: Vec<Row> = Vec::new();
    if let Some(said) = said {
        school.push(Row::new("Printed", said));
        school.extend(Row::some("Why", Some(answers.text("reason"))));
        school.push(reads(clause::printed_under(instance, template, &id)));
    }
    let head = Head::new("Check the section", crumbs(visit, &instance.instance_id)).of(section.title);
    Beside {
        head,
        lead: lead(instance).to_owned(),
        template: vec![Row::new("Printed", rule), reads(words.collect())],
        no_template: "",
        school,
        no_school: "Nothing: the whole section is left out.",
        form: beside::save(visit, here, answers),
    }
}

/// Shows what would be printed; chooses it where that was seen.
pub async fn choose(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let template = template_of(&visit, &instance).await;
    let here = visit.at(&format!("/policy/versions/{instance_id}/sections"));
    let refused = match problem(&answers, &template) {
        Some(error) => error,
        None if answers.text("seen").is_empty() => {
            return visit.page(&check(&visit, &instance, &template, &answers, here));
        }
        None => {
            let command = ChooseSectionRequest {
                school_id: visit.school.clone(),
                instance_id: instance_id.clone(),
                section_id: answers.text("section_id"),
                choice: answers.text("choice"),
                reason: answers.text("reason"),
                etag: answers.text("etag"),
                request_id: answers.request_id(),
            };
            match heard(visit.registry()?.choose_section(ask(command))).await {
                Ok(_) => return visit.to(&format!("{here}?done=section")),
                Err(error) => error,
            }
        }
    };
    visit.again(page(&visit, &instance).await, &answers, refused, &here)
}
