//! What the linter found, as pages show it; a version's own findings, and letting one stand.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Finding, Instance, LintInstanceRequest, Severity, WaiveFindingRequest},
};
use serde::Serialize;

use super::{crumbs, name, template_of, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Field, FormPage},
        part::{Head, Link, Row, percent},
        words,
    },
};

/// One finding.
#[derive(Debug, Serialize)]
pub struct Found {
    severity: &'static str,
    grave: bool,
    place: String,
    message: String,
    fix: String,
    rule: String,
    /// Until when it is let stand, and why; empty where it is not.
    waived: String,
    /// Where the clause it is about is changed, or empty.
    clause: String,
    /// Where it is let stand, or empty.
    waive: String,
}

/// In the order of the document within each severity; the codes of severities rise as they matter less.
pub fn gravest_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| (finding.severity, finding.line));
    findings
}

/// A finding in the words of the page.
pub fn found(finding: &Finding) -> Found {
    Found {
        severity: match finding.severity() {
            Severity::Error => "Grave",
            Severity::Warning => "To mend",
            Severity::Info | Severity::Unspecified => "To tidy",
        },
        grave: finding.severity() == Severity::Error,
        place: match (finding.line, finding.column) {
            (0, _) => "The whole document".to_owned(),
            (line, 0) => format!("Line {line}"),
            (line, column) => format!("Line {line}, column {column}"),
        },
        message: words::sentence(&finding.message),
        fix: words::sentence(&finding.fix),
        rule: finding.rule.clone(),
        waived: finding.waiver.as_ref().map(waived).unwrap_or_default(),
        clause: String::new(),
        waive: String::new(),
    }
}

fn waived(waiver: &proto::policy_registry::v1::Waiver) -> String {
    format!("Let stand until {}: {}", words::named_day(&waiver.until_date), waiver.reason)
}

/// How many there are, and how many of them are grave.
pub fn counted(findings: &[Finding]) -> String {
    let grave = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let all = words::counted(findings.len().try_into().unwrap_or(u64::MAX), "finding", "findings");
    format!("{all}, {grave} of them grave")
}

/// How many grave ones stand, in a sentence; empty where none does.
pub fn standing(findings: &[Finding]) -> String {
    let grave = |finding: &&Finding| finding.severity() == Severity::Error && finding.waiver.is_none();
    match findings.iter().filter(grave).count().try_into().unwrap_or(u64::MAX) {
        0 => String::new(),
        1 => "1 grave finding stands. Read it before you sign".to_owned(),
        n => format!("{} grave findings stand. Read them before you sign", words::number(n)),
    }
}

/// The findings on a version as it would be printed.
#[derive(Debug, Serialize)]
pub struct Findings {
    head: Head,
    found: String,
    findings: Vec<Found>,
}

impl Page for Findings {
    const TEMPLATE: &'static str = "findings.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let waiver = proto::policy_registry::v1::Waiver {
            until_date: "2027-03-27".into(),
            reason: "known".into(),
            ..Default::default()
        };
        let finding = |waiver| Finding {
            rule: "AGENCY-AREA".into(),
            severity: Severity::Error.into(),
            message: "names another area".into(),
            fix: "use the register".into(),
            clause_key: "line-4".into(),
            finding_id: "fnd_1".into(),
            line: 3,
            waiver,
            ..Finding::default()
        };
        let head = || Head::new("Findings", vec![Link::new("Policy", "/policy")]);
        vec![
            Self::new(head(), &[finding(None), finding(Some(waiver))], "/v", true, &str::to_owned),
            Self::new(head(), &[], "/v", false, &str::to_owned),
        ]
    }
}

impl Findings {
    fn new(head: Head, findings: &[Finding], here: &str, edits: bool, named: &dyn Fn(&str) -> String) -> Self {
        let one = |finding: &Finding| Found {
            place: match finding.clause_key.as_str() {
                "" => "The whole policy".to_owned(),
                key => named(key),
            },
            clause: if finding.clause_key.is_empty() {
                String::new()
            } else {
                format!("{here}/clauses/{}", percent(&finding.clause_key))
            },
            waive: if edits { format!("{here}/findings/{}", finding.finding_id) } else { String::new() },
            ..found(finding)
        };
        Self { head, found: counted(findings), findings: gravest_first(findings).into_iter().map(one).collect() }
    }
}

/// The findings on a version, each with the waiver that covers it.
///
/// # Errors
/// The registry's refusal.
pub async fn of_version(visit: &Visit, instance_id: &str) -> Result<Vec<Finding>, Error> {
    let asked = LintInstanceRequest { school_id: visit.school.clone(), instance_id: instance_id.to_owned() };
    Ok(heard(visit.registry()?.lint_instance(ask_patiently(asked))).await?.findings)
}

/// Lists them.
pub async fn list(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let findings = of_version(&visit, &instance_id).await?;
    let head = Head::new("Findings", crumbs(&visit, &instance_id)).of(format!("Version {}", instance.version));
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    let template = template_of(&visit, &instance).await;
    let named = |key: &str| name::of_clause(&instance, &template, key);
    visit.page(&Findings::new(head, &findings, &here, visit.may(Permission::PolicyEdit), &named))
}

/// What is asked of whoever lets a finding stand.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why it is let stand"),
        Field::day("until_date", "Until when")
            .hint("A year ahead at most. For example, 27/3/2027. Leave it empty to let it stand no longer."),
    ]
}

async fn page(visit: &Visit, instance: &Instance, finding_id: &str) -> Result<FormPage, Error> {
    let findings = of_version(visit, &instance.instance_id).await?;
    let known = findings.iter().chain(&instance.findings).find(|finding| finding.finding_id == finding_id);
    let finding = known.ok_or_else(Error::missing)?;
    let here = visit.at(&format!("/policy/versions/{}/findings", instance.instance_id));
    let mut crumbs = crumbs(visit, &instance.instance_id);
    crumbs.push(Link::new("Findings", here.clone()));
    let head = Head::new("Let a finding stand", crumbs).of(format!("Version {}", instance.version));
    let mut page = visit.form_page(head, format!("{here}/{finding_id}"), "Save", fields());
    page = page.lead("The signatures stay: a waiver changes no word of the policy.");
    page.rows = vec![
        Row::new("What", words::sentence(&finding.message)),
        Row::new("How to mend it", words::sentence(&finding.fix)),
        Row::new("Rule", finding.rule.clone()),
    ];
    page.rows.extend(finding.waiver.as_ref().map(|waiver| Row::new("Now", waived(waiver))));
    page.form = page.form.carrying("etag", instance.etag.clone());
    Ok(page)
}

/// Asks why and until when.
pub async fn show_waive(visit: Visit, Path((_, instance_id, finding_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let page = page(&visit, &instance, &finding_id).await?;
    visit.page(&page)
}

/// An empty form is asked for all of it: only where a finding is let stand does a day left empty end something.
async fn problem(visit: &Visit, instance_id: &str, asked: &WaiveFindingRequest) -> Result<Option<Error>, Error> {
    if !asked.until_date.is_empty() {
        return Ok(None);
    }
    let findings = of_version(visit, instance_id).await?;
    if findings.iter().any(|finding| finding.finding_id == asked.finding_id && finding.waiver.is_some()) {
        return Ok(None);
    }
    let day = Error::invalid("until_date", "Enter the last day it is let stand");
    Ok(Some(if asked.reason.is_empty() { day.and("reason", "Enter why it is let stand") } else { day }))
}

/// Lets it stand.
pub async fn waive(Path((_, instance_id, finding_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = WaiveFindingRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        finding_id: finding_id.clone(),
        reason: answers.text("reason"),
        until_date: answers.day("until_date"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}/findings"));
    let sent = match problem(&visit, &instance_id, &command).await? {
        Some(error) => Err(error),
        None => heard(visit.registry()?.waive_finding(ask(command))).await.map(|_| ()),
    };
    match sent {
        Ok(()) => visit.to(&format!("{here}?done=waiver")),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let page = page(&visit, &instance, &finding_id).await?;
            visit.again(page, &answers, error, &here)
        }
    }
}
