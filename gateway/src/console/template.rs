//! The authority's template and agency register: their versions, and publishing what comes with the platform.

pub mod check;
pub mod compare;
pub mod distil;
mod package;
pub mod version;

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        Agency, GetAgencyRegisterRequest, GetAgencyRegisterResponse, ListTemplatesRequest,
        PublishAgencyRegisterRequest, PublishTemplateRequest, Template,
    },
};
use serde::Serialize;

use super::{
    policy::template,
    posted::Posted,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Link, Row},
    words,
};

/// The authority's template and agency register.
#[derive(Debug, Serialize)]
pub struct TemplatePage {
    head: Head,
    template: Vec<Row>,
    versions: Vec<Row>,
    acts: Vec<Link>,
    register: Vec<Row>,
    agencies: Vec<Row>,
    publish: Form,
    form: Form,
}

impl Page for TemplatePage {
    const TEMPLATE: &'static str = "template.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let template = Template { name: "Model".into(), version: 1, ..Template::default() };
        let agency = Agency { key: "ceop".into(), name: "CEOP".into(), purpose: "reports".into(), ..Agency::default() };
        let register = GetAgencyRegisterResponse { area: "northshire".into(), version: 1, agencies: vec![agency] };
        let publish = || Form::new("/template/publish", "Publish", "1".into(), Vec::new());
        let form = || Form::new("/template/register", "Publish", "2".into(), register_fields());
        let wrong = form().refused(&Error::invalid("area", "Select an area"), "");
        let versions = [Template { version: 2, ..template.clone() }, template.clone()];
        vec![
            Self::new(&template, &versions, &register, Vec::new(), publish(), form()),
            Self::new(&Template::default(), &[], &GetAgencyRegisterResponse::default(), Vec::new(), publish(), wrong),
        ]
    }
}

impl TemplatePage {
    fn new(
        template: &Template,
        versions: &[Template],
        register: &GetAgencyRegisterResponse,
        crumbs: Vec<Link>,
        publish: Form,
        form: Form,
    ) -> Self {
        let n = |n: usize| n.to_string();
        let clauses = template.sections.iter().map(|section| section.clauses.len()).sum();
        let mut rows = Vec::new();
        if template.version > 0 {
            rows = vec![
                Row::new("Name", template.name.clone()),
                Row::new("Version", template.version.to_string()),
                Row::new("Sections", n(template.sections.len())),
                Row::new("Clauses", n(clauses)),
                Row::new("Parameters", n(template.parameters.len())),
                Row::new("Procedures", n(template.procedures.len())),
            ];
            rows.extend(Row::some("Published", words::stamp(template.publish_time.as_ref())));
        }
        let mut held = Vec::new();
        if register.version > 0 {
            held = vec![
                Row::new("Area", words::sentence(&register.area)),
                Row::new("Version", register.version.to_string()),
            ];
        }
        let agency = |agency: &Agency| {
            let channels = agency
                .channels
                .iter()
                .map(|c| if c.hours.is_empty() { c.value.clone() } else { format!("{} ({})", c.value, c.hours) });
            let lines: Vec<String> = std::iter::once(words::sentence(&agency.purpose)).chain(channels).collect();
            Row::new(agency.name.clone(), lines.join("\n"))
        };
        Self {
            head: Head::new("Template and agency register", crumbs),
            template: rows,
            versions: versions.iter().map(version).collect(),
            acts: acts(template.version),
            register: held,
            agencies: register.agencies.iter().map(agency).collect(),
            publish,
            form,
        }
    }
}

/// What is asked of a register.
pub fn register_fields() -> Vec<Field> {
    vec![Field::radios("area", "Which area?", &[("derbyshire", "Derbyshire"), ("northshire", "Northshire")])]
}

/// A version with what changed in it.
fn version(template: &Template) -> Row {
    let published = words::stamp(template.publish_time.as_ref()).unwrap_or_default();
    let row = Row::new(format!("Version {}", template.version), published);
    row.to(format!("/template/versions/{}", template.version))
}

/// What can be done with a template at this version; 0 where there is none.
fn acts(version: u32) -> Vec<Link> {
    let mut acts = Vec::new();
    if version > 0 {
        acts.push(Link::new("Read it section by section", format!("/template/versions/{version}")));
        acts.push(Link::new("Download its files to edit them (.zip)", "/template/files.zip"));
    }
    if version > 1 {
        acts.push(Link::new("Compare two versions", format!("/template/compare?from={}", version - 1)));
    }
    acts.push(Link::new("Check and publish edited files", "/template/check"));
    acts.push(Link::new("Make a template of schools’ documents", "/template/distil"));
    acts.push(Link::new("Lessons from schools", "/lessons"));
    acts
}

async fn template_page(visit: &Visit, publish: Option<Form>, form: Form) -> Result<TemplatePage, Error> {
    let template = template(visit).await;
    let publish = publish.unwrap_or_else(|| publish_form(visit, template.version));
    let register = heard(visit.registry()?.get_agency_register(ask(GetAgencyRegisterRequest {}))).await?;
    let versions = ListTemplatesRequest { page_size: 1000, ..ListTemplatesRequest::default() };
    let versions = heard(visit.registry()?.list_templates(ask(versions))).await?.templates;
    Ok(TemplatePage::new(&template, &versions, &register, visit.crumbs(&[]), publish, form))
}

/// Publishes at once where there is no template yet; asks once more where the model takes another's place.
fn publish_form(visit: &Visit, version: u32) -> Form {
    let fields = match version {
        0 => Vec::new(),
        version => vec![Field::checkboxes("sure", "The model as it comes with the platform becomes the next version", &[]).choice(
            "yes",
            &format!("Yes, in place of version {version}"),
            "What the authority changed is not in it. Earlier versions stay readable, and schools keep theirs until a roll-out.",
        )],
    };
    let form = visit.form("/template/publish".into(), "Publish the model template", fields);
    form.carrying("based_on_version", version.to_string())
}

fn register_form(visit: &Visit) -> Form {
    visit.form("/template/register".into(), "Publish the agency register", register_fields())
}

/// Shows both.
pub async fn show_template(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let page = template_page(&visit, None, register_form(&visit)).await?;
    visit.page(&page)
}

/// Publishes the model template that comes with the platform.
pub async fn publish_template(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let based_on_version = answers.text("based_on_version").parse().unwrap_or_default();
    let command = PublishTemplateRequest { files: Vec::new(), request_id: answers.request_id(), based_on_version };
    let published = if based_on_version > 0 && answers.all("sure").is_empty() {
        Err(Error::invalid("sure", "Select whether the model takes the place of the version there is"))
    } else {
        heard(visit.registry()?.publish_template(ask_patiently(command))).await
    };
    match published {
        Ok(_) => visit.to("/template?done=template"),
        Err(error) => {
            let version = template(&visit).await.version;
            let form = visit.mended(publish_form(&visit, version), &answers, &error, "")?;
            let mut page = template_page(&visit, Some(form), register_form(&visit)).await?;
            // The summary at the top is the page's first form's.
            page.form.problems.clone_from(&page.publish.problems);
            visit.page_again(&page, &error)
        }
    }
}

/// Publishes the agency register of an area that comes with the platform.
pub async fn publish_register(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let area = answers.text("area");
    let command = PublishAgencyRegisterRequest { file: None, area: area.clone(), request_id: answers.request_id() };
    let published = if area.is_empty() {
        Err(Error::invalid("area", "Select an area"))
    } else {
        heard(visit.registry()?.publish_agency_register(ask(command))).await
    };
    match published {
        Ok(_) => visit.to("/template?done=register"),
        Err(error) => {
            let form = visit.mended(register_form(&visit), &answers, &error, "")?;
            let page = template_page(&visit, None, form).await?;
            visit.page_again(&page, &error)
        }
    }
}
