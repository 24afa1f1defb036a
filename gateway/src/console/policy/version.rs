//! One version of a school's policy: where it stands, what the linter found, and the signatures it waits for.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        ApproveInstanceRequest, GetInstanceRequest, ImportSummary, Instance, InstanceState, PublishInstanceRequest,
        RatifyInstanceRequest,
    },
};
use serde::Serialize;

use super::{
    editable,
    finding::{Found, counted, found, gravest_first, of_version, standing},
};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::Form,
        part::{Head, Link, Row},
        words,
    },
};

/// One version.
#[derive(Debug, Serialize)]
pub struct VersionPage {
    head: Head,
    rows: Vec<Row>,
    links: Vec<Link>,
    /// It, to take along.
    files: Vec<Link>,
    acts: Vec<Form>,
    /// What to read before signing; empty where nothing.
    warning: String,
    import: Option<Imported>,
    findings: Vec<Found>,
    found: String,
    /// Where the findings on the version as it would be printed are.
    now: String,
    form: Option<Form>,
}

/// What became of a document's paragraphs.
#[derive(Debug, Serialize)]
struct Imported {
    sum: String,
    rows: Vec<Row>,
    ignored: Vec<Row>,
}

impl Page for VersionPage {
    const TEMPLATE: &'static str = "version.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::policy_registry::v1::{Finding, Severity};

        let instance = Instance {
            instance_id: "ins_1".into(),
            version: 2,
            state: InstanceState::Approved.into(),
            template_version: 1,
            source_name: "policy.md".into(),
            findings: vec![
                Finding {
                    rule: "AGENCY-AREA".into(),
                    severity: Severity::Error.into(),
                    line: 12,
                    column: 3,
                    message: "names another area".into(),
                    fix: "use the register".into(),
                    ..Finding::default()
                },
                Finding {
                    rule: "REVIEW".into(),
                    severity: Severity::Warning.into(),
                    message: "no date".into(),
                    ..Finding::default()
                },
            ],
            import: Some(ImportSummary {
                paragraphs: 10,
                matched: 5,
                amended: 2,
                added: 1,
                ignored: 2,
                ignored_paragraphs: vec![proto::policy_registry::v1::IgnoredParagraph {
                    line: 3,
                    why: "heading".into(),
                }],
                ..ImportSummary::default()
            }),
            ..Instance::default()
        };
        let bare = Instance { instance_id: "ins_2".into(), ..Instance::default() };
        let people = People::of(&[]);
        let more = vec![Link::new("Consultation and comments", "/h/consultation")];
        let act = |button: &str| Form::new("/x", button, "1".into(), vec![]);
        let failed = act("Publish").refused(&Error::wrong_state("the version is not ratified"), "");
        vec![
            Self {
                warning: "2 grave findings stand".to_owned(),
                ..Self::new(&instance, &people, Vec::new(), "/h", vec![act("Ratify"), act("Publish")], more, None)
            },
            Self::new(&bare, &people, Vec::new(), "/h", vec![], Vec::new(), Some(failed)),
        ]
    }
}

impl VersionPage {
    fn new(
        instance: &Instance,
        people: &People,
        crumbs: Vec<Link>,
        here: &str,
        acts: Vec<Form>,
        more: Vec<Link>,
        form: Option<Form>,
    ) -> Self {
        let waits = u64::from(instance.open_proposals);
        let asks = match (waits, instance.rollout_id.is_empty()) {
            (0, true) => None,
            (0, false) => Some("See what the template asked and the school answered".to_owned()),
            (waits, _) => Some(format!("Answer what the template asks ({waits} open)")),
        };
        let asks = asks.map(|text| Link::new(text, format!("{here}/proposals"))).into_iter();
        Self {
            head: Head::new(format!("Policy version {}", instance.version), crumbs),
            rows: rows(instance, people),
            files: super::render::links(here),
            links: asks
                .chain([
                    Link::new("Read the text of this version", format!("{here}/text")),
                    Link::new("See its parameters", format!("{here}/parameters")),
                    Link::new("See its procedures and steps", format!("{here}/procedures")),
                    Link::new("See the findings in it", format!("{here}/findings")),
                ])
                .chain(more)
                .collect(),
            acts,
            warning: String::new(),
            import: instance.import.as_ref().filter(|import| import.paragraphs > 0).map(imported),
            findings: gravest_first(&instance.findings).into_iter().map(found).collect(),
            found: counted(&instance.findings),
            now: format!("{here}/findings"),
            form,
        }
    }
}

fn rows(instance: &Instance, people: &People) -> Vec<Row> {
    let mut rows = vec![Row::new("State", super::state(instance.state()))];
    rows.extend(Row::some("What comes next", next(instance)));
    rows.push(Row::new("Made from", format!("Template version {}", instance.template_version)));
    rows.extend(Row::some("Read from", Some(instance.source_name.clone())));
    rows.extend(Row::some("Made", words::stamp(instance.create_time.as_ref())));
    rows.extend(Row::some("Import confirmed", words::stamp(instance.import_confirm_time.as_ref())));
    rows.extend(Row::some("Set aside because", Some(instance.discard_reason.clone())));
    for signature in &instance.signatures {
        let key = if signature.role == "head" { "Approved by the head" } else { "Ratified for the governors" };
        let when = words::stamp(signature.sign_time.as_ref()).unwrap_or_default();
        rows.push(Row::new(key, format!("{when}, {}", people.name(&signature.account_id))));
    }
    if let Some(consultation) = &instance.consultation {
        let until = words::named_day(&consultation.until_date);
        let ended = words::stamp(consultation.close_time.as_ref()).map(|at| format!("\nEnded {at}"));
        rows.push(Row::new("Consultation", format!("Comments until {until}{}", ended.unwrap_or_default())));
    }
    if let Some(emergency) = &instance.emergency {
        rows.push(Row::new("Brought into force in an emergency", emergency.reason.clone()));
        if unratified(instance) {
            rows.push(Row::new("Governors to ratify by", words::named_day(&emergency.ratify_by_date)));
        }
    }
    rows.extend(Row::some("In force since", words::stamp(instance.effective_time.as_ref())));
    rows.extend(Row::some("Next review", words::day(instance.review_due_time.as_ref())));
    let count = |tailoring: &str| instance.clauses.iter().filter(|clause| clause.tailoring == tailoring).count();
    if !instance.clauses.is_empty() {
        let parts = words::TAILORING.iter().map(|(code, name)| format!("{name}: {}", count(code)));
        rows.push(Row::new("Clauses", parts.collect::<Vec<_>>().join("\n")));
    }
    rows
}

/// Who has to do what before it is in force; none where nothing has to be done.
fn next(instance: &Instance) -> Option<String> {
    let imported = instance.import.as_ref().is_some_and(|import| import.paragraphs > 0);
    let text = match instance.state() {
        InstanceState::Draft if imported && instance.import_confirm_time.is_none() => {
            "Somebody looks through the document’s paragraphs and confirms the import. Then the head approves it."
        }
        InstanceState::Draft if instance.open_proposals > 0 => {
            "The school answers what the template asks. Then the head approves it."
        }
        InstanceState::Draft => "The head approves it. It can be opened to comments before that.",
        InstanceState::Consultation => "People comment. Once the consultation has ended, the head approves it.",
        InstanceState::Approved => "The chair of governors ratifies it.",
        InstanceState::Ratified => "The head or the lead brings it into force.",
        InstanceState::InForce if unratified(instance) => "The chair of governors ratifies it.",
        _ => return None,
    };
    Some(text.to_owned())
}

fn imported(import: &ImportSummary) -> Imported {
    let n = |n: u32| words::number(u64::from(n));
    let ImportSummary { paragraphs, matched, amended, added, ignored, .. } = import;
    Imported {
        sum: format!(
            "{} = {} matched + {} amended + {} added + {} set aside",
            words::counted(u64::from(*paragraphs), "paragraph", "paragraphs"),
            n(*matched),
            n(*amended),
            n(*added),
            n(*ignored)
        ),
        rows: vec![
            Row::new("Matched", format!("{}: the same in substance as the template", n(*matched))),
            Row::new("Amended", format!("{}: the template’s matter in other words", n(*amended))),
            Row::new("Added", format!("{}: only this school has them", n(*added))),
            Row::new("Set aside", format!("{}: no policy text", n(*ignored))),
            Row::new("Headings found", n(import.sections)),
            Row::new("Template clauses not found", n(import.missing)),
        ],
        ignored: import
            .ignored_paragraphs
            .iter()
            .map(|p| Row::new(format!("Line {}", p.line), words::called(words::IGNORED, &p.why)))
            .collect(),
    }
}

/// Whether it came into force in an emergency and still waits for the governors.
pub fn unratified(instance: &Instance) -> bool {
    let signed = instance.signatures.iter().any(|signature| signature.role == "chair");
    instance.emergency.is_some() && instance.state() == InstanceState::InForce && !signed
}

/// One version as the registry keeps it.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, instance_id: &str) -> Result<Instance, Error> {
    let asked = GetInstanceRequest { school_id: visit.school.clone(), instance_id: instance_id.to_owned() };
    heard(visit.registry()?.get_instance(ask(asked))).await?.instance.ok_or_else(Error::missing)
}

fn acts(visit: &Visit, instance: &Instance) -> Vec<Form> {
    let act = |path: &str, button: &str| {
        let action = visit.at(&format!("/policy/versions/{}/{path}", instance.instance_id));
        visit.form(action, button, Vec::new()).carrying("etag", instance.etag.clone())
    };
    // With questions open it cannot be approved: what comes next says so.
    let answered = instance.open_proposals == 0;
    match instance.state() {
        InstanceState::Draft if answered && visit.may(Permission::PolicyApprove) => {
            vec![act("approve", "Approve as head")]
        }
        InstanceState::Approved if visit.may(Permission::PolicyRatify) => {
            vec![act("ratify", "Ratify for the governors")]
        }
        InstanceState::InForce if unratified(instance) && visit.may(Permission::PolicyRatify) => {
            vec![act("ratify", "Ratify for the governors")]
        }
        InstanceState::Consultation if answered && visit.may(Permission::PolicyApprove) => {
            vec![act("approve", "Approve as head")]
        }
        InstanceState::Ratified if visit.may(Permission::PolicyPublish) => vec![act("publish", "Bring into force")],
        _ => Vec::new(),
    }
}

async fn page(visit: &Visit, instance: &Instance, form: Option<Form>) -> VersionPage {
    let people = visit.people(instance.signatures.iter().map(|s| s.account_id.as_str())).await;
    let crumbs = visit.crumbs(&[("Policy", visit.at("/policy"))]);
    let here = visit.at(&format!("/policy/versions/{}", instance.instance_id));
    let mut more = Vec::new();
    if visit.may(Permission::PolicyComment) {
        more.push(Link::new("Consultation and comments", format!("{here}/consultation")));
    }
    if instance.state() == InstanceState::Approved && visit.may(Permission::PolicyPublishEmergency) {
        more.push(Link::new("Bring it into force in an emergency", format!("{here}/emergency")));
    }
    let mut page = VersionPage::new(instance, &people, crumbs, &here, acts(visit, instance), more, form);
    if instance.import.as_ref().is_some_and(|import| import.paragraphs > 0) {
        let text = if instance.import_confirm_time.is_some() || !editable(instance) {
            "See what became of every paragraph of the document"
        } else {
            "Look through the document’s paragraphs and confirm the import"
        };
        page.links.insert(0, Link::new(text, format!("{here}/paragraphs")));
    }
    if editable(instance) && visit.may(Permission::PolicyEdit) {
        page.links.push(Link::new("Set this version aside", format!("{here}/discard")));
    }
    // Whoever signs is told what stands; where it cannot be judged just now, nothing is said.
    if !page.acts.is_empty() {
        page.warning = of_version(visit, &instance.instance_id).await.map(|found| standing(&found)).unwrap_or_default();
    }
    page
}

/// Shows one version.
pub async fn show(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&page(&visit, &instance, None).await)
}

async fn settle<T>(posted: Posted, instance_id: &str, done: Result<T, Error>, notice: &str) -> Answer {
    let Posted { visit, answers } = posted;
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/policy/versions/{instance_id}?done={notice}"))),
        Err(error) => {
            let mut form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            if !error.violations().is_empty() {
                form.leads_to(&visit.at(&format!("/policy/versions/{instance_id}/parameters")));
            }
            let instance = fetch(&visit, instance_id).await?;
            visit.page_again(&page(&visit, &instance, Some(form)).await, &error)
        }
    }
}

/// The head's signature.
pub async fn approve(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let command = ApproveInstanceRequest {
        school_id: posted.visit.school.clone(),
        instance_id: instance_id.clone(),
        etag: posted.answers.text("etag"),
        request_id: posted.answers.request_id(),
    };
    let done = heard(posted.visit.registry()?.approve_instance(ask(command))).await;
    settle(posted, &instance_id, done, "approved").await
}

/// The signature of the chair of governors.
pub async fn ratify(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let command = RatifyInstanceRequest {
        school_id: posted.visit.school.clone(),
        instance_id: instance_id.clone(),
        etag: posted.answers.text("etag"),
        request_id: posted.answers.request_id(),
    };
    let done = heard(posted.visit.registry()?.ratify_instance(ask(command))).await;
    settle(posted, &instance_id, done, "ratified").await
}

/// Brings it into force.
pub async fn publish(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let command = PublishInstanceRequest {
        school_id: posted.visit.school.clone(),
        instance_id: instance_id.clone(),
        etag: posted.answers.text("etag"),
        request_id: posted.answers.request_id(),
    };
    let done = heard(posted.visit.registry()?.publish_instance(ask(command))).await;
    settle(posted, &instance_id, done, "published").await
}
