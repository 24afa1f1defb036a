//! What the linter found, as pages show it.

use proto::policy_registry::v1::{Finding, Severity};
use serde::Serialize;

use crate::pages::words;

/// One finding.
#[derive(Debug, Serialize)]
pub struct Found {
    severity: &'static str,
    grave: bool,
    place: String,
    message: String,
    fix: String,
    rule: String,
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
    }
}

/// How many there are, and how many of them are grave.
pub fn counted(findings: &[Finding]) -> String {
    let grave = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let all = words::counted(findings.len().try_into().unwrap_or(u64::MAX), "finding", "findings");
    format!("{all}, {grave} of them grave")
}
