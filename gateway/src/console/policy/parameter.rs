//! The parameters of a version: what each is, where its value came from, and changing one of a draft.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Instance, Parameter, ParameterDefinition, SetParameterRequest, Template},
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
        form::{Field, FormPage},
        part::{Head, Link},
        words,
    },
};

/// The parameters of a version.
#[derive(Debug, Serialize)]
pub struct Parameters {
    head: Head,
    missing: String,
    parameters: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    title: String,
    key: String,
    value: String,
    origin: String,
    needed: bool,
    change: String,
}

impl Page for Parameters {
    const TEMPLATE: &'static str = "parameters.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let definition = |key: &str, required| ParameterDefinition {
            key: key.into(),
            title: "filter product".into(),
            required,
            ..ParameterDefinition::default()
        };
        let template = Template {
            parameters: vec![definition("filter.product", true), definition("vc.enabled", true)],
            ..Template::default()
        };
        let value = proto::policy_registry::v1::Parameter {
            key: "filter.product".into(),
            values: vec!["One".into(), "Two".into()],
            origin: "document".into(),
            line: 7,
            confidence: 60,
        };
        let instance = Instance {
            instance_id: "ins_1".into(),
            state: proto::policy_registry::v1::InstanceState::Draft.into(),
            parameters: vec![value],
            ..Instance::default()
        };
        vec![
            Self::new(&instance, &template, Vec::new(), Some("/p")),
            Self::new(&Instance::default(), &Template::default(), Vec::new(), None),
        ]
    }
}

impl Parameters {
    fn new(instance: &Instance, template: &Template, crumbs: Vec<Link>, change: Option<&str>) -> Self {
        let known = |key: &str| instance.parameters.iter().find(|p| p.key == key);
        let one = |definition: &ParameterDefinition| {
            let parameter = known(&definition.key);
            let shown =
                |p: &Parameter| p.values.iter().map(|value| said(definition, value)).collect::<Vec<_>>().join("\n");
            let values = parameter.map(shown).unwrap_or_default();
            let origin = parameter.map(|p| {
                let origin = words::called(words::ORIGINS, &p.origin);
                let line = if p.line > 0 { format!(", line {}", p.line) } else { String::new() };
                let sure = match p.confidence {
                    _ if p.origin != "document" => String::new(),
                    sure @ ..80 => format!(", {sure}% sure: check it"),
                    sure => format!(", {sure}% sure"),
                };
                format!("{origin}{line}{sure}")
            });
            let asked = matches!(definition.set_by.as_str(), "" | "school");
            let open = || if asked && instance.import.is_some() { "Not found in the document" } else { "" }.to_owned();
            One {
                title: words::sentence(&definition.title),
                key: definition.key.clone(),
                needed: definition.required && values.is_empty() && definition.default_value.is_empty(),
                value: values,
                origin: origin.unwrap_or_else(open),
                // What the authority or the area sets is no school's to change.
                change: change.filter(|_| asked).map(|base| format!("{base}/{}", definition.key)).unwrap_or_default(),
            }
        };
        let defined = template.parameters.iter().map(one);
        let undefined = instance.parameters.iter().filter(|p| template.parameters.iter().all(|d| d.key != p.key));
        let undefined = undefined.map(|p| {
            one(&ParameterDefinition {
                key: p.key.clone(),
                title: words::spaced(&p.key.replace('.', " ")),
                ..Default::default()
            })
        });
        let parameters: Vec<One> = defined.chain(undefined).collect();
        let missing = u64::try_from(parameters.iter().filter(|p| p.needed).count()).unwrap_or_default();
        Self {
            head: Head::new("Parameters", crumbs).of(format!("Version {}", instance.version)),
            missing: if missing == 0 {
                String::new()
            } else {
                words::counted(missing, "value is missing", "values are missing")
            },
            parameters,
        }
    }
}

/// A value in words, by the parameter's type.
fn said(definition: &ParameterDefinition, value: &str) -> String {
    match (definition.r#type.as_str(), value) {
        ("boolean", "true") => "Yes".to_owned(),
        ("boolean", "false") => "No".to_owned(),
        ("date", day) => words::named_day(day),
        _ if definition.allowed.iter().any(|allowed| allowed == value) => words::sentence(&words::spaced(value)),
        _ => value.to_owned(),
    }
}

/// What is asked about one parameter, by its type.
pub fn fields(definition: &ParameterDefinition, values: Vec<String>) -> Vec<Field> {
    let label = words::sentence(&definition.title);
    let allowed: Vec<(&str, String)> =
        definition.allowed.iter().map(|value| (value.as_str(), said(definition, value))).collect();
    let allowed = allowed.iter().map(|(value, text)| (*value, text.as_str()));
    let field = match definition.r#type.as_str() {
        "boolean" => Field::radios("values", &label, &[("true", "Yes"), ("false", "No")]),
        "choice" => Field::radios("values", &label, &[]).choices(allowed),
        "list" | "choices" if !definition.allowed.is_empty() => {
            Field::checkboxes("values", &label, &[]).choices(allowed)
        }
        "list" | "days" | "people" => {
            let joined = values.join("\n");
            return vec![Field::long_text("lines", &label).hint("One to a line.").value(joined)];
        }
        "date" => {
            let held = values.first().map(String::as_str).unwrap_or_default();
            return vec![Field::day("values", &label).on(held)];
        }
        "months" => Field::name("values", &label).hint("In months. For example, 12.").width("4"),
        "minutes" => Field::name("values", &label).hint("In minutes. For example, 60.").width("4"),
        "hours" => Field::text("values", &label).hint("For example, 08:30 to 15:30."),
        "person" => Field::name("values", &label),
        _ => Field::text("values", &label),
    };
    vec![field.values(values)]
}

/// Lists them.
pub async fn list(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let base = visit.at(&format!("/policy/versions/{instance_id}/parameters"));
    let template = template_of(&visit, &instance).await;
    let changes = editable(&instance) && visit.may(Permission::PolicyEdit);
    let change = changes.then_some(base.as_str());
    visit.page(&Parameters::new(&instance, &template, crumbs(&visit, &instance_id), change))
}

fn page(visit: &Visit, instance: &Instance, template: &Template, key: &str) -> FormPage {
    let bare = || ParameterDefinition {
        key: key.to_owned(),
        title: words::spaced(&key.replace('.', " ")),
        ..Default::default()
    };
    let definition = template.parameters.iter().find(|d| d.key == key).cloned().unwrap_or_else(bare);
    let values = instance.parameters.iter().find(|p| p.key == key).map(|p| p.values.clone()).unwrap_or_default();
    let base = visit.at(&format!("/policy/versions/{}/parameters", instance.instance_id));
    let mut crumbs = crumbs(visit, &instance.instance_id);
    crumbs.push(Link::new("Parameters", base.clone()));
    let head = Head::new("Change a parameter", crumbs).of(format!("Version {}", instance.version));
    let mut page = visit.form_page(head, format!("{base}/{key}"), "Save", fields(&definition, values));
    page.form = page.form.carrying("etag", instance.etag.clone()).carrying("type", definition.r#type.clone());
    page.lead(lead(instance))
}

/// Asks for one.
pub async fn show(visit: Visit, Path((_, instance_id, key)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    if !editable(&instance) {
        return Err(Error::wrong_state("a version that is or was in force cannot be changed: start a revision").into());
    }
    let template = template_of(&visit, &instance).await;
    visit.page(&page(&visit, &instance, &template, &key))
}

/// Sets one.
pub async fn set(Path((_, instance_id, key)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let given = match answers.text("type").as_str() {
        "date" => Some(answers.day("values")).filter(|day| !day.is_empty()).into_iter().collect(),
        _ => answers.all("values"),
    };
    let lines = answers.text("lines");
    let lines = lines.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    let command = SetParameterRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        key: key.clone(),
        values: given.into_iter().chain(lines).collect(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.set_parameter(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/policy/versions/{instance_id}/parameters?done=parameter"))),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let template = template_of(&visit, &instance).await;
            let place = visit.at(&format!("/policy/versions/{instance_id}/parameters"));
            visit.again(page(&visit, &instance, &template, &key), &answers, error, &place)
        }
    }
}
