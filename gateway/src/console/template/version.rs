//! One version of the template, to be read section by section.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{GetTemplateRequest, ParameterDefinition, Template, TemplateClause, TemplateSection},
};
use serde::Serialize;

use crate::{
    console::visit::{Answer, Visit, ask, heard},
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// A version.
#[derive(Debug, Serialize)]
pub struct VersionPage {
    head: Head,
    rows: Vec<Row>,
    sections: Vec<Section>,
    parameters: Vec<Row>,
    procedures: Vec<Procedure>,
    acts: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Section {
    id: String,
    title: String,
    condition: String,
    clauses: Vec<Clause>,
}

#[derive(Debug, Serialize)]
struct Clause {
    id: String,
    text: String,
    statutory: bool,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Procedure {
    title: String,
    steps: Vec<Row>,
}

impl Page for VersionPage {
    const TEMPLATE: &'static str = "template_version.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::policy_registry::v1::{Citation, Procedure, Step};
        let cited = Citation { guidance: "kcsie".into(), name: "National guidance".into(), edition: "2026".into() };
        let clause = TemplateClause {
            clause_id: "filtering.checks".into(),
            text: "Leaders test {{filter.product}}.".into(),
            requirements: vec!["R-124".into()],
            statutory: true,
            citations: vec![cited],
            include_if: "vc.enabled = true".into(),
        };
        let section = TemplateSection {
            section_id: "filtering".into(),
            title: "Filtering".into(),
            include_if: "email.learner = true".into(),
            clauses: vec![
                clause.clone(),
                TemplateClause { clause_id: "filtering.log".into(), statutory: false, ..clause },
            ],
        };
        let parameter = ParameterDefinition {
            key: "filter.product".into(),
            title: "The filter".into(),
            r#type: "text".into(),
            required: true,
            set_by: "school".into(),
            ..ParameterDefinition::default()
        };
        let step = Step { step_id: "P1-01".into(), title: "Tell the lead".into(), statutory: true, ..Step::default() };
        let procedure = Procedure { procedure_id: "P1".into(), title: "Harassment".into(), steps: vec![step] };
        let template = Template {
            name: "Model".into(),
            version: 2,
            sections: vec![section],
            parameters: vec![parameter],
            procedures: vec![procedure],
            ..Template::default()
        };
        vec![Self::new(&template, Vec::new())]
    }
}

impl VersionPage {
    fn new(template: &Template, crumbs: Vec<Link>) -> Self {
        let mut rows = vec![Row::new("Name", template.name.clone())];
        rows.extend(Row::some("Published", words::stamp(template.publish_time.as_ref())));
        let clauses: usize = template.sections.iter().map(|section| section.clauses.len()).sum();
        let statutory = template.sections.iter().flat_map(|s| &s.clauses).filter(|clause| clause.statutory).count();
        rows.push(Row::new("Clauses", format!("{clauses}, {statutory} of them statutory")));
        let version = template.version;
        let acts = (version > 1).then(|| {
            Link::new(
                "See what changed in this version",
                format!("/template/compare?from={}&to={version}", version - 1),
            )
        });
        let procedure = |procedure: &proto::policy_registry::v1::Procedure| Procedure {
            title: format!("{} {}", procedure.procedure_id, procedure.title),
            steps: procedure.steps.iter().map(step).collect(),
        };
        Self {
            head: Head::new(format!("Template version {version}"), crumbs),
            rows,
            sections: template.sections.iter().map(section).collect(),
            parameters: template.parameters.iter().map(parameter).collect(),
            procedures: template.procedures.iter().map(procedure).collect(),
            acts: acts.into_iter().collect(),
        }
    }
}

fn printed(condition: &str) -> String {
    if condition.is_empty() { String::new() } else { format!("Printed only if {condition}") }
}

fn section(section: &TemplateSection) -> Section {
    Section {
        id: section.section_id.clone(),
        title: section.title.clone(),
        condition: printed(&section.include_if),
        clauses: section.clauses.iter().map(clause).collect(),
    }
}

fn clause(clause: &TemplateClause) -> Clause {
    let mut notes = Vec::new();
    if clause.statutory {
        notes.push("Statutory: a school may add to it and not take it out".to_owned());
    }
    if !clause.include_if.is_empty() {
        notes.push(printed(&clause.include_if));
    }
    let cited = clause.citations.iter().map(|c| format!("{} ({})", c.name, c.edition)).collect::<Vec<_>>();
    if !cited.is_empty() {
        notes.push(format!("Rests on {}", cited.join(", ")));
    }
    notes.push(format!("{} · {}", clause.clause_id, clause.requirements.join(", ")));
    Clause { id: clause.clause_id.clone(), text: clause.text.clone(), statutory: clause.statutory, notes }
}

fn parameter(parameter: &ParameterDefinition) -> Row {
    let mut lines = vec![parameter.key.clone()];
    let kind = words::sentence(&words::spaced(&parameter.r#type));
    lines.push(if parameter.required { format!("{kind}, required") } else { kind });
    if !parameter.allowed.is_empty() {
        lines.push(format!("One of: {}", parameter.allowed.join(", ")));
    }
    if !parameter.default_value.is_empty() {
        lines.push(format!("Where nothing is said: {}", parameter.default_value));
    }
    lines.push(match parameter.set_by.as_str() {
        "authority" => "Set by the authority".to_owned(),
        "area" => "Comes from the agency register".to_owned(),
        _ => "Set by the school".to_owned(),
    });
    if !parameter.include_if.is_empty() {
        lines.push(format!("Asked for only if {}", parameter.include_if));
    }
    Row::new(parameter.title.clone(), lines.join("\n"))
}

fn step(step: &proto::policy_registry::v1::Step) -> Row {
    let mut lines = vec![step.title.clone()];
    if step.statutory {
        lines.push("Statutory".to_owned());
    }
    if !step.roles.is_empty() {
        let roles: Vec<String> = step.roles.iter().map(|role| words::spaced(role)).collect();
        lines.push(format!("By {}", roles.join(", ")));
    }
    if !matches!(step.condition.as_str(), "" | "always") {
        lines.push(format!("If {}", step.condition));
    }
    lines.extend(step.prohibitions.iter().map(|act| words::never(act)));
    Row::new(step.step_id.clone(), lines.join("\n"))
}

/// Shows a version.
pub async fn show(visit: Visit, Path(version): Path<String>) -> Answer {
    visit.needs(Permission::TemplateRead)?;
    let version: u32 = version.parse().map_err(|_| Error::missing())?;
    let asked = GetTemplateRequest { version: version.max(1), with_files: false };
    let template = heard(visit.registry()?.get_template(ask(asked))).await?.template.ok_or_else(Error::missing)?;
    let crumbs = visit.crumbs(&[("Template", "/template".to_owned())]);
    visit.page(&VersionPage::new(&template, crumbs))
}
