//! One clause of a version: the template's words beside the school's, and changing what the school prints.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        AddClauseRequest, Instance, InstanceClause, Parameter, TailorClauseRequest, Template, TemplateClause,
    },
};
use serde::Serialize;

use super::{crumbs, editable, lead, name, section_title, template_of, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form, FormPage},
        part::{Head, Row, percent},
        words,
    },
};

/// One clause.
#[derive(Debug, Serialize)]
pub struct ClausePage {
    head: Head,
    rows: Vec<Row>,
    lead: String,
    /// Whether the template's words are always printed.
    statutory: bool,
    /// The template's words, its blanks filled; empty for a clause only the school has.
    template: String,
    /// The school's words; empty where it has none of its own.
    own: String,
    /// What would be printed, a paragraph each; nothing where it is left out.
    printed: Vec<String>,
    /// Whether this is what would be printed after the change that is about to be saved.
    preview: bool,
    form: Option<Form>,
}

impl Page for ClausePage {
    const TEMPLATE: &'static str = "clause.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let clause = TemplateClause {
            clause_id: "aims.risks".into(),
            text: "Four kinds.".into(),
            statutory: true,
            ..Default::default()
        };
        let own = InstanceClause {
            clause_key: "line-4".into(),
            text: "Ours.".into(),
            tailoring: "adapted".into(),
            ..Default::default()
        };
        let form = |shown: &Shown| Form::new("/x", "Continue", "1".into(), fields(shown));
        let instance = Instance::default();
        let shown = |own: Option<InstanceClause>, clause: Option<TemplateClause>| Shown {
            own,
            clause,
            template: Template::default(),
        };
        [shown(Some(own.clone()), Some(clause.clone())), shown(None, Some(clause)), shown(Some(own), None)]
            .into_iter()
            .map(|shown| {
                let form = form(&shown);
                Self::new(Head::new("Clause", Vec::new()), &instance, &shown, None, Some(form))
            })
            .collect()
    }
}

/// The clause as the version and the template have it; one of them at least.
struct Shown {
    own: Option<InstanceClause>,
    clause: Option<TemplateClause>,
    template: Template,
}

impl Shown {
    fn find(instance: &Instance, template: Template, key: &str) -> Result<Self, Error> {
        let own = instance.clauses.iter().find(|own| own.clause_key == key).cloned();
        let id = own.as_ref().map_or(key, |own| own.template_clause_id.as_str());
        let mut clauses = template.sections.iter().flat_map(|section| &section.clauses);
        let clause = clauses.find(|clause| clause.clause_id == id).cloned();
        if own.is_none() && clause.is_none() {
            return Err(Error::missing());
        }
        Ok(Self { own, clause, template })
    }

    /// What its section is called.
    fn section(&self) -> String {
        let id = self.clause.as_ref().map(|clause| clause.clause_id.as_str()).unwrap_or_default();
        let holds =
            |section: &&proto::policy_registry::v1::TemplateSection| section.clauses.iter().any(|c| c.clause_id == id);
        match self.template.sections.iter().find(holds) {
            Some(section) => section.title.clone(),
            None => section_title(&self.template, self.own.as_ref().map_or("", |own| own.section_id.as_str())),
        }
    }

    /// What the school does with it, in words.
    fn mark(&self) -> String {
        let statutory = self.clause.as_ref().is_some_and(|clause| clause.statutory);
        match (self.tailoring(), statutory) {
            ("omitted", true) => "Not in the school’s own text: the template’s words are printed".to_owned(),
            (tailoring, _) => words::called(words::TAILORING, tailoring),
        }
    }

    fn tailoring(&self) -> &str {
        self.own.as_ref().map_or("adopted", |own| own.tailoring.as_str())
    }

    /// What would be printed of it.
    fn printed(&self, tailoring: &str, text: &str, parameters: &[Parameter]) -> Vec<String> {
        printed(self.clause.as_ref(), &self.template, (tailoring, text), parameters)
    }
}

fn printed(
    clause: Option<&TemplateClause>,
    template: &Template,
    (tailoring, text): (&str, &str),
    parameters: &[Parameter],
) -> Vec<String> {
    let words = clause.map(|clause| filled(&clause.text, parameters, template));
    let statutory = clause.is_some_and(|clause| clause.statutory);
    match tailoring {
        "omitted" => words.filter(|_| statutory).into_iter().collect(),
        "adopted" => words.into_iter().collect(),
        _ => words.filter(|_| statutory).into_iter().chain([filled(text, parameters, template)]).collect(),
    }
}

/// What a version prints under a section of the template.
pub fn printed_under(instance: &Instance, template: &Template, section_id: &str) -> Vec<String> {
    let section = template.sections.iter().find(|section| section.section_id == section_id);
    let clauses = section.map(|section| section.clauses.as_slice()).unwrap_or_default();
    let of = |clause: &TemplateClause| {
        let own = instance.clauses.iter().find(|own| own.template_clause_id == clause.clause_id);
        let (tailoring, text) = own.map_or(("adopted", ""), |own| (own.tailoring.as_str(), own.text.as_str()));
        printed(Some(clause), template, (tailoring, text), &instance.parameters)
    };
    let added = instance.clauses.iter().filter(|own| own.section_id == section_id && own.tailoring == "added");
    let added = added.map(|own| filled(&own.text, &instance.parameters, template));
    clauses.iter().flat_map(of).chain(added).collect()
}

/// A text with its blanks filled, near enough for a preview: what is not filled is named in brackets.
pub fn filled(text: &str, parameters: &[Parameter], template: &Template) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((key, after)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        let values = parameters.iter().find(|parameter| parameter.key == key.trim()).map(|one| one.values.as_slice());
        match values.unwrap_or_default() {
            [] => filled.push_str(&format!("[{}]", name::of_parameter(template, key.trim()))),
            values => filled.push_str(&values.iter().map(|one| words::named_day(one)).collect::<Vec<_>>().join(", ")),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The choices that a clause leaves, what the school says, and why.
fn fields(shown: &Shown) -> Vec<Field> {
    let statutory = shown.clause.as_ref().is_some_and(|clause| clause.statutory);
    let mut choice = Field::radios("tailoring", "What the school does with it", &[]);
    if shown.clause.is_some() {
        choice = choice.choice("adopted", "Adopt the template’s words", "").choice(
            "adapted",
            if statutory { "Add words of our own behind it" } else { "Use our own words" },
            "",
        );
    } else {
        choice = choice.choice("added", "Keep it, in these words", "");
    }
    if !statutory {
        choice = choice.choice("omitted", "Leave it out", "");
    }
    let own = shown.own.as_ref();
    let text = own.filter(|own| matches!(own.tailoring.as_str(), "adapted" | "added")).map(|own| own.text.clone());
    vec![
        choice.value(shown.tailoring()),
        text_field().value(text.unwrap_or_default()),
        Field::long_text("reason", "Why")
            .hint("Not needed to adopt the template’s words.")
            .value(own.map(|own| own.reason.clone()).unwrap_or_default()),
    ]
}

fn text_field() -> Field {
    Field::long_text("text", "The school’s words")
        .hint("A blank such as {{filter.product}} is filled with the parameter’s value.")
}

impl ClausePage {
    fn new(head: Head, instance: &Instance, shown: &Shown, asked: Option<&Answers>, form: Option<Form>) -> Self {
        let mut rows = vec![Row::new("Now", shown.mark())];
        rows.extend(Row::some("Why", shown.own.as_ref().map(|own| own.reason.clone())));
        let own_text = shown.own.as_ref().filter(|own| own.tailoring != "omitted").map(|own| own.text.clone());
        let (tailoring, text) = match asked {
            Some(answers) => (answers.text("tailoring"), answers.text("text")),
            None => (shown.tailoring().to_owned(), own_text.clone().unwrap_or_default()),
        };
        let statutory = shown.clause.as_ref().is_some_and(|clause| clause.statutory);
        Self {
            head,
            rows,
            lead: lead(instance).to_owned(),
            statutory,
            template: shown
                .clause
                .as_ref()
                .map(|clause| filled(&clause.text, &instance.parameters, &shown.template))
                .unwrap_or_default(),
            own: match asked {
                Some(answers) => answers.text("text"),
                None => own_text.unwrap_or_default(),
            },
            printed: shown.printed(&tailoring, &text, &instance.parameters),
            preview: asked.is_some(),
            form,
        }
    }
}

fn place(visit: &Visit, instance_id: &str, key: &str) -> String {
    visit.at(&format!("/policy/versions/{instance_id}/clauses/{}", percent(key)))
}

fn page(visit: &Visit, instance: &Instance, shown: &Shown, key: &str) -> ClausePage {
    let action = place(visit, &instance.instance_id, key);
    let form = (editable(instance) && visit.may(Permission::PolicyEdit))
        .then(|| visit.form(action, "Continue", fields(shown)).carrying("etag", instance.etag.clone()));
    ClausePage::new(head_of(visit, instance, shown), instance, shown, None, form)
}

fn head(visit: &Visit, instance: &Instance) -> Head {
    let mut crumbs = crumbs(visit, &instance.instance_id);
    let text = visit.at(&format!("/policy/versions/{}/text", instance.instance_id));
    crumbs.push(crate::pages::part::Link::new("Text", text));
    Head::new("Clause", crumbs).of(format!("Version {}", instance.version))
}

fn head_of(visit: &Visit, instance: &Instance, shown: &Shown) -> Head {
    Head { title: format!("Clause in “{}”", shown.section()), ..head(visit, instance) }
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, instance_id, key)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let shown = Shown::find(&instance, template_of(&visit, &instance).await, &key)?;
    visit.page(&page(&visit, &instance, &shown, &key))
}

/// Shows what would be printed; saves it where that was seen.
pub async fn tailor(Path((_, instance_id, key)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let shown = Shown::find(&instance, template_of(&visit, &instance).await, &key)?;
    let refused = match problem(&answers) {
        Some(error) => error,
        None if answers.text("seen").is_empty() => {
            let mut form = visit.form(place(&visit, &instance_id, &key), "Save", Vec::new()).carrying("seen", "yes");
            for name in ["etag", "tailoring", "text", "reason"] {
                form = form.carrying(name, answers.text(name));
            }
            return visit.page(&ClausePage::new(
                head_of(&visit, &instance, &shown),
                &instance,
                &shown,
                Some(&answers),
                Some(form),
            ));
        }
        None => {
            let command = TailorClauseRequest {
                school_id: visit.school.clone(),
                instance_id: instance_id.clone(),
                clause_key: key.clone(),
                tailoring: answers.text("tailoring"),
                text: answers.text("text"),
                reason: answers.text("reason"),
                etag: answers.text("etag"),
                request_id: answers.request_id(),
            };
            match heard(visit.registry()?.tailor_clause(ask(command))).await {
                Ok(_) => {
                    let text = visit.at(&format!("/policy/versions/{instance_id}/text"));
                    return visit.to(&format!("{text}?done=clause&clause={}", percent(&key)));
                }
                Err(error) => error,
            }
        }
    };
    let mut page = page(&visit, &instance, &shown, &key);
    if let Some(form) = page.form.take() {
        page.form = Some(visit.mended(form, &answers, &refused, &place(&visit, &instance_id, &key))?);
    }
    visit.page_again(&page, &refused)
}

/// What can be said before it is previewed; the service decides again.
fn problem(answers: &Answers) -> Option<Error> {
    let (tailoring, text, reason) = (answers.text("tailoring"), answers.text("text"), answers.text("reason"));
    if tailoring.is_empty() {
        return Some(Error::invalid("tailoring", "Select what the school does with it"));
    }
    let writes = matches!(tailoring.as_str(), "adapted" | "added");
    let wrong = |field: &str, fix: &str| Some(Error::invalid(field, fix));
    if writes && text.trim().is_empty() {
        return wrong("text", "Enter the school’s words");
    }
    if tailoring != "adopted" && reason.trim().is_empty() {
        return wrong("reason", "Enter why");
    }
    None
}

/// What is asked of a new clause.
pub fn fields_of_new(template: &Template) -> Vec<Field> {
    let sections = template.sections.iter().map(|section| (section.section_id.as_str(), section.title.as_str()));
    vec![
        Field::select("section_id", "Section").choices(sections),
        text_field(),
        Field::long_text("reason", "Why the school needs it"),
    ]
}

async fn page_of_new(visit: &Visit, instance: &Instance) -> FormPage {
    let template = template_of(visit, instance).await;
    let action = visit.at(&format!("/policy/versions/{}/clauses", instance.instance_id));
    let head = Head { title: "Add a clause".into(), ..head(visit, instance) };
    let mut page = visit.form_page(head, action, "Add the clause", fields_of_new(&template)).lead(lead(instance));
    page.form = page.form.carrying("etag", instance.etag.clone());
    page
}

/// Asks for a new one.
pub async fn show_add(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&page_of_new(&visit, &instance).await)
}

/// Adds it.
pub async fn add(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddClauseRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        section_id: answers.text("section_id"),
        text: answers.text("text"),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.add_clause(ask(command))).await {
        Ok(_) => {
            let text = visit.at(&format!("/policy/versions/{instance_id}/text"));
            visit.to(&format!("{text}?done=clause&section={}", percent(&answers.text("section_id"))))
        }
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let page = page_of_new(&visit, &instance).await;
            visit.again(page, &answers, error, &visit.at(&format!("/policy/versions/{instance_id}/text")))
        }
    }
}
