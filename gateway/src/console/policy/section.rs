//! The optional sections of a version: printed or dropped whatever their rule says.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{ChooseSectionRequest, Instance, Template},
};

use super::{crumbs, lead, name, template_of, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
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
    let mut page = visit.form_page(head, action, "Save", fields(&template)).lead(lead(instance));
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

/// Chooses one.
pub async fn choose(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ChooseSectionRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        section_id: answers.text("section_id"),
        choice: answers.text("choice"),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}/sections"));
    match heard(visit.registry()?.choose_section(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=section")),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            visit.again(page(&visit, &instance).await, &answers, error, &here)
        }
    }
}
