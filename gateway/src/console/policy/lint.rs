//! Checking a document without keeping it.

use axum::extract::Multipart;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Finding, LintDocumentRequest, SourceFile},
};
use serde::Serialize;

use super::{
    finding::{Found, counted, found, gravest_first},
    import::{LARGEST, fields},
};
use crate::{
    console::{
        upload,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Form, FormPage},
        part::{Head, Link},
    },
};

/// What was found in a document.
#[derive(Debug, Serialize)]
pub struct LintPage {
    head: Head,
    findings: Vec<Found>,
    found: String,
    again: Link,
    form: Option<Form>,
}

impl Page for LintPage {
    const TEMPLATE: &'static str = "lint.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let finding = Finding {
            severity: proto::policy_registry::v1::Severity::Error.into(),
            line: 3,
            column: 7,
            rule: "PLACEHOLDER".into(),
            message: "a blank is not filled".into(),
            fix: "fill it in".into(),
            ..Finding::default()
        };
        let head = || Head::new("Findings", vec![Link::new("Policy", "/policy")]);
        vec![Self::new(head(), &[finding], "/lint"), Self::new(head(), &[], "/lint")]
    }
}

impl LintPage {
    fn new(head: Head, findings: &[Finding], again: &str) -> Self {
        Self {
            head,
            found: counted(findings),
            findings: gravest_first(findings).into_iter().map(found).collect(),
            again: Link::new("Check another document", again),
            form: None,
        }
    }
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Check a policy document", visit.crumbs(&[("Policy", visit.at("/policy"))]));
    visit
        .form_page(head, visit.at("/policy/lint"), "Check", fields())
        .lead("The document is judged by the authority’s template, its agency register and the guidance in force. Nothing of it is kept.")
}

/// Asks for the document.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::DocumentLint)?;
    visit.page(&page(&visit))
}

/// Judges it.
pub async fn lint(visit: Visit, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let name = file.file_name().unwrap_or_default().to_owned();
    let judged = match upload::whole(file, LARGEST).await {
        Ok(content) => send(&visit, name, content).await,
        Err(error) => Err(error),
    };
    match judged {
        Ok(findings) => {
            let crumbs = visit.crumbs(&[("Policy", visit.at("/policy"))]);
            visit.page(&LintPage::new(Head::new("Findings", crumbs), &findings, &visit.at("/policy/lint")))
        }
        Err(error) => visit.again(page(&visit), &answers, error, ""),
    }
}

async fn send(visit: &Visit, name: String, content: Vec<u8>) -> Result<Vec<Finding>, Error> {
    let command =
        LintDocumentRequest { file: Some(SourceFile { name, content: content.into() }), ..Default::default() };
    Ok(heard(visit.registry()?.lint_document(ask_patiently(command))).await?.findings)
}
