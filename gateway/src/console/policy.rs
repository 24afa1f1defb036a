//! The school's policy: what is in force, its versions, and the text as people read it.

pub mod beside;
pub mod calendar;
pub mod clause;
pub mod consultation;
pub mod emergency;
pub mod entries;
pub mod finding;
pub mod import;
pub mod lesson;
pub mod lint;
pub mod name;
pub mod paragraph;
pub mod parameter;
pub mod procedure;
pub mod proposal;
pub mod render;
pub mod review;
pub mod revision;
pub mod section;
pub mod step_words;
pub mod version;

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        GetEffectivePolicyRequest, GetTemplateRequest, Instance, InstanceClause, InstanceState, ListInstancesRequest,
        Template,
    },
};
use serde::{Deserialize, Serialize};

use super::visit::{Answer, Visit, ask, heard};
use crate::pages::{
    Page,
    form::Form,
    part::{Head, Link, Row, percent},
    words,
};

/// What a state is called.
pub fn state(state: InstanceState) -> &'static str {
    match state {
        InstanceState::Draft => "Draft",
        InstanceState::Approved => "Approved by the head",
        InstanceState::Ratified => "Ratified by the governors",
        InstanceState::InForce => "In force",
        InstanceState::Superseded => "Replaced",
        InstanceState::Consultation => "In consultation",
        InstanceState::Discarded => "Discarded",
        InstanceState::Unspecified => "Unknown",
    }
}

/// The policy at a glance.
#[derive(Debug, Serialize)]
pub struct Policy {
    head: Head,
    in_force: Vec<Row>,
    read: Link,
    /// The version in force, to take along.
    files: Vec<Link>,
    import: Link,
    lint: Link,
    /// Starts a new draft from what is in force.
    revise: Option<Form>,
    /// What happens to the policy besides its text.
    more: Vec<Link>,
    versions: Vec<Version>,
}

#[derive(Debug, Serialize)]
struct Version {
    link: Link,
    state: &'static str,
    template: String,
    source: String,
    made: String,
    /// It, to take along.
    files: Vec<Link>,
}

impl Page for Policy {
    const TEMPLATE: &'static str = "policy.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let instance = |state: InstanceState| Instance {
            instance_id: "ins_1".into(),
            version: 3,
            state: state.into(),
            template_version: 2,
            source_name: "policy.md".into(),
            ..Instance::default()
        };
        let at = |path: &str| format!("/schools/sch_1{path}");
        vec![
            Self::new(
                &[instance(InstanceState::Draft), instance(InstanceState::InForce)],
                Vec::new(),
                &at,
                true,
                vec![Link::new("Reviews", "/r")],
            ),
            Self {
                revise: Some(Form::new("/x", "Start a revision", "1".into(), Vec::new())),
                ..Self::new(&[instance(InstanceState::InForce)], Vec::new(), &at, true, Vec::new())
            },
            Self::new(&[], Vec::new(), &at, false, Vec::new()),
        ]
    }
}

impl Policy {
    fn new(
        instances: &[Instance],
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
        edits: bool,
        more: Vec<Link>,
    ) -> Self {
        let in_force = instances.iter().find(|i| i.state() == InstanceState::InForce);
        let rows = in_force.map(|instance| {
            let page = at(&format!("/policy/versions/{}", instance.instance_id));
            let mut rows = vec![Row::new("In force", format!("Version {}", instance.version)).to(page)];
            rows.extend(Row::some("Since", words::day(instance.effective_time.as_ref())));
            rows.extend(Row::some("Next review", words::day(instance.review_due_time.as_ref())));
            rows
        });
        let version = |instance: &Instance| Version {
            link: Link::new(
                format!("Version {}", instance.version),
                at(&format!("/policy/versions/{}", instance.instance_id)),
            ),
            state: state(instance.state()),
            template: format!("Template version {}", instance.template_version),
            source: match instance.source_name.as_str() {
                "" => "None".to_owned(),
                name => name.to_owned(),
            },
            made: words::day(instance.create_time.as_ref()).unwrap_or_default(),
            files: render::links(&at(&format!("/policy/versions/{}", instance.instance_id))),
        };
        let files = in_force.map(|instance| render::links(&at(&format!("/policy/versions/{}", instance.instance_id))));
        Self {
            head: Head::new("Policy", crumbs),
            in_force: rows.unwrap_or_default(),
            files: files.unwrap_or_default(),
            read: if in_force.is_some() { Link::new("Read the policy", at("/policy/read")) } else { Link::default() },
            lint: if edits {
                Link::new("Check a document without keeping it", at("/policy/lint"))
            } else {
                Link::default()
            },
            import: if edits { Link::new("Import a policy document", at("/policy/import")) } else { Link::default() },
            revise: None,
            more,
            versions: instances.iter().map(version).collect(),
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let asked = ListInstancesRequest { school_id: visit.school.clone(), ..Default::default() };
    let instances = heard(visit.registry()?.list_instances(ask(asked))).await?.instances;
    let edits = visit.may(Permission::PolicyEdit);
    let mut more = vec![Link::new("Reviews", visit.at("/policy/reviews"))];
    if visit.may(Permission::LessonRaise) {
        more.push(Link::new("Lessons", visit.at("/policy/lessons")));
    }
    if edits {
        more.push(Link::new("Calendar of the policy", visit.at("/policy/calendar")));
    }
    let mut page = Policy::new(&instances, visit.crumbs(&[]), &|path| visit.at(path), edits, more);
    let in_force = instances.iter().any(|instance| instance.state() == InstanceState::InForce);
    if edits && in_force && !instances.iter().any(editable) {
        page.revise = Some(visit.form(visit.at("/policy/revise"), "Start a revision", Vec::new()));
    }
    visit.page(&page)
}

/// Whether a version may still be changed.
pub fn editable(instance: &Instance) -> bool {
    use InstanceState::{Approved, Consultation, Draft, Ratified};
    matches!(instance.state(), Draft | Consultation | Approved | Ratified)
}

/// What to know before changing a version that somebody signed, or that others comment on.
pub fn lead(instance: &Instance) -> &'static str {
    match instance.state() {
        InstanceState::Approved | InstanceState::Ratified => {
            "A change makes this version a draft again: it has to be approved and ratified anew."
        }
        InstanceState::Consultation => "A change ends the consultation and makes this version a draft again.",
        _ => "What is in force does not change until this version is approved, ratified and published.",
    }
}

/// The way to a version.
pub fn crumbs(visit: &Visit, instance_id: &str) -> Vec<Link> {
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    visit.crumbs(&[("Policy", visit.at("/policy")), ("Version", here)])
}

/// The policy as people read it.
#[derive(Debug, Serialize)]
pub struct PolicyText {
    head: Head,
    rows: Vec<Row>,
    sections: Vec<Section>,
    /// Where its sections are, one to a page; nothing where all of them are on this one.
    contents: Vec<Place>,
    /// The sections before and behind.
    beside: Vec<Link>,
    links: Vec<Link>,
    /// Whether it is said of each clause how it differs from the template.
    marked: bool,
}

/// A section on a page of its own, or on this one.
#[derive(Debug, Serialize)]
struct Place {
    link: Link,
    here: bool,
}

#[derive(Debug, Serialize)]
struct Section {
    id: String,
    /// What the address of its page calls it.
    key: String,
    title: String,
    clauses: Vec<Clause>,
}

#[derive(Debug, Serialize)]
struct Clause {
    tailoring: String,
    mark: String,
    text: String,
    reason: String,
    /// Where it is changed; empty where it is not.
    change: String,
    /// Where it is commented on; empty where it is not.
    comment: String,
}

impl Page for PolicyText {
    const TEMPLATE: &'static str = "policy_text.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let clause = |section: &str, tailoring: &str| InstanceClause {
            section_id: section.into(),
            tailoring: tailoring.into(),
            text: "We filter.\nAlways.".into(),
            ..InstanceClause::default()
        };
        let clauses = [clause("filtering", "adopted"), clause("aims", "adapted"), clause("filtering", "added")];
        let head = || Head::new("Online safety policy", vec![Link::new("Home", "/")]);
        vec![
            Self {
                links: vec![Link::new("Add a clause", "/v")],
                marked: true,
                ..Self::whole(head(), Vec::new(), sections(&clauses, &Template::default(), "/v", "/c"))
            },
            Self {
                marked: true,
                ..Self::whole(head(), Vec::new(), sections(&clauses, &Template::default(), "", "")).one_of("/t", "aims")
            },
            Self::whole(head(), vec![Row::new("Version", "3")], Vec::new()),
        ]
    }
}

impl PolicyText {
    /// The text on one page.
    fn whole(head: Head, rows: Vec<Row>, sections: Vec<Section>) -> Self {
        Self { head, rows, sections, contents: Vec::new(), beside: Vec::new(), links: Vec::new(), marked: false }
    }

    /// The same with one section to a page, the first one where none of that name is there.
    fn one_of(mut self, here: &str, key: &str) -> Self {
        let at = self.sections.iter().position(|section| section.key == key).unwrap_or_default();
        let link = |section: &Section| Link::new(section.title.clone(), format!("{here}?section={}", section.key));
        self.contents = self.sections.iter().enumerate().map(|(n, s)| Place { link: link(s), here: n == at }).collect();
        let other = |n: Option<usize>, word: &str| {
            let link = self.contents.get(n?)?.link.clone();
            Some(Link { text: format!("{word}: {}", link.text), ..link })
        };
        let beside = [other(at.checked_sub(1), "Previous section"), other(at.checked_add(1), "Next section")];
        self.beside = beside.into_iter().flatten().collect();
        self.sections = self.sections.into_iter().skip(at).take(1).collect();
        self
    }
}

/// What the address of a section's page calls it.
fn section_key(section_id: &str) -> &str {
    if section_id.is_empty() { "other" } else { section_id }
}

/// The clauses under their headings; each leads to where it is changed, below `change`, and commented on, at `comment`.
fn sections(clauses: &[InstanceClause], template: &Template, change: &str, comment: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for clause in clauses.iter().filter(|clause| !clause.text.trim().is_empty()) {
        let one = Clause {
            tailoring: clause.tailoring.clone(),
            mark: words::called(words::TAILORING, &clause.tailoring),
            text: clause.text.clone(),
            reason: clause.reason.clone(),
            change: if change.is_empty() { String::new() } else { format!("{change}/{}", percent(&clause.clause_key)) },
            // What the version has nothing on is no clause of it, and takes no comment.
            comment: if comment.is_empty() || clause.clause_key == clause.template_clause_id {
                String::new()
            } else {
                format!("{comment}?clause={}", percent(&clause.clause_key))
            },
        };
        match sections.iter_mut().find(|section| section.id == clause.section_id) {
            Some(section) => section.clauses.push(one),
            None => sections.push(Section {
                id: clause.section_id.clone(),
                key: section_key(&clause.section_id).to_owned(),
                title: section_title(template, &clause.section_id),
                clauses: vec![one],
            }),
        }
    }
    let place = |section: &Section| template.sections.iter().position(|s| s.section_id == section.id);
    sections.sort_by_key(|section| place(section).unwrap_or(usize::MAX));
    for (n, section) in sections.iter_mut().enumerate() {
        section.id = format!("section-{}", n + 1);
    }
    sections
}

fn section_title(template: &Template, section_id: &str) -> String {
    if section_id.is_empty() {
        return "Other matters of this school".to_owned();
    }
    let found = template.sections.iter().find(|section| section.section_id == section_id);
    found.map_or_else(|| words::sentence(&words::spaced(section_id)), |section| section.title.clone())
}

/// The authority's template; an empty one where it cannot be read just now.
pub async fn template(visit: &Visit) -> Template {
    template_version(visit, 0).await
}

/// The template that a version is made from.
pub async fn template_of(visit: &Visit, instance: &Instance) -> Template {
    template_version(visit, instance.template_version).await
}

async fn template_version(visit: &Visit, version: u32) -> Template {
    let Ok(mut registry) = visit.registry() else { return Template::default() };
    heard(registry.get_template(ask(GetTemplateRequest { version, with_files: false })))
        .await
        .ok()
        .and_then(|answer| answer.template)
        .unwrap_or_default()
}

/// Shows what is in force.
pub async fn read(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let asked = GetEffectivePolicyRequest { school_id: visit.school.clone(), ..Default::default() };
    let policy = heard(visit.registry()?.get_effective_policy(ask(asked))).await?.policy.ok_or_else(Error::missing)?;
    let template = template_version(&visit, policy.template_version).await;
    let mut rows = vec![Row::new("Version", policy.version.to_string())];
    rows.extend(Row::some("In force since", words::day(policy.effective_time.as_ref())));
    rows.extend(Row::some("Next review", words::day(policy.review_due_time.as_ref())));
    let head = Head::new("Online safety policy", visit.crumbs(&[("Policy", visit.at("/policy"))]));
    let sections = sections(&policy.clauses, &template, "", "");
    visit.page(&PolicyText::whole(head, rows, sections))
}

/// Which part of the text.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// The section; the first where empty, the whole text for `all`.
    #[serde(default)]
    section: String,
    /// The clause whose section it is.
    #[serde(default)]
    clause: String,
}

/// Shows the text of one version section by section, each clause with how it differs from the template.
pub async fn text(visit: Visit, Path((_, instance_id)): Path<(String, String)>, Query(part): Query<Part>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = version::fetch(&visit, &instance_id).await?;
    let template = template_of(&visit, &instance).await;
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    let head =
        Head::new("Text of the policy", crumbs(&visit, &instance_id)).of(format!("Version {}", instance.version));
    let edits = editable(&instance) && visit.may(Permission::PolicyEdit);
    let (change, links) = if edits {
        let links = vec![
            Link::new("Add a clause of your own", format!("{here}/clauses/new")),
            Link::new("Choose the optional sections", format!("{here}/sections")),
        ];
        (format!("{here}/clauses"), links)
    } else {
        (String::new(), Vec::new())
    };
    let comments = instance.state() == InstanceState::Consultation && visit.may(Permission::PolicyComment);
    let comment = if comments { format!("{here}/comments/new") } else { String::new() };
    let mut clauses = instance.clauses.clone();
    clauses.extend(untouched(&clauses, &template));
    for one in &mut clauses {
        one.text = clause::filled(&one.text, &instance.parameters, &template);
    }
    let of = clauses.iter().find(|one| !part.clause.is_empty() && one.clause_key == part.clause);
    let key = of.map_or(part.section.as_str(), |one| section_key(&one.section_id));
    let page = PolicyText::whole(head, Vec::new(), sections(&clauses, &template, &change, &comment));
    let page = PolicyText { links, marked: true, ..page };
    let place = format!("{here}/text");
    visit.page(&match key {
        "all" => page,
        key => {
            let mut page = page.one_of(&place, key);
            page.links.push(Link::new("Show the whole text on one page", format!("{place}?section=all")));
            page
        }
    })
}

/// What the version has nothing on and prints as the template has it, in the sections it has something on.
fn untouched(clauses: &[InstanceClause], template: &Template) -> Vec<InstanceClause> {
    let known = |section: &str| clauses.iter().any(|clause| clause.section_id == section);
    let has = |id: &str| clauses.iter().any(|clause| clause.template_clause_id == id);
    let sections = template.sections.iter().filter(|section| known(&section.section_id));
    let all = sections.flat_map(|section| section.clauses.iter().map(move |clause| (section, clause)));
    all.filter(|(_, clause)| !has(&clause.clause_id) && clause.include_if.is_empty())
        .map(|(section, clause)| InstanceClause {
            template_clause_id: clause.clause_id.clone(),
            section_id: section.section_id.clone(),
            tailoring: "adopted".into(),
            text: clause.text.clone(),
            clause_key: clause.clause_id.clone(),
            ..InstanceClause::default()
        })
        .collect()
}
