//! What changed from one version of the template to another.

use axum::extract::Query;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{CompareTemplatesRequest, CompareTemplatesResponse, ListTemplatesRequest, TemplateChange},
};
use serde::{Deserialize, Serialize};

use crate::{
    console::visit::{Answer, Visit, ask, ask_patiently, heard},
    pages::{
        Page,
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// What kinds of thing a change is of.
const KINDS: Codes = &[
    ("template", "Template"),
    ("section", "Section"),
    ("clause", "Clause"),
    ("parameter", "Parameter"),
    ("procedure", "Procedure"),
    ("step", "Step"),
    ("gate", "Gate"),
    ("alert_rule", "Alert rule"),
    ("register", "Register"),
    ("report_line", "Report line"),
    ("agency_route", "Route to an agency"),
    ("guidance", "Guidance"),
];

/// Two versions side by side.
#[derive(Debug, Serialize)]
pub struct ComparePage {
    head: Head,
    changed: String,
    changes: Vec<Change>,
    versions: Vec<Version>,
    from: u32,
    to: u32,
}

#[derive(Debug, Serialize)]
struct Version {
    number: u32,
    text: String,
}

/// One thing that differs, as pages show it.
#[derive(Debug, Serialize)]
pub struct Change {
    title: String,
    statutory: bool,
    before: String,
    after: String,
}

/// A change as pages show it.
pub fn change(change: &TemplateChange) -> Change {
    let kind = words::called(KINDS, &change.kind);
    let matter = words::spaced(&change.id.replace('.', ": "));
    let (before, after) = apart(&change.before, &change.after);
    Change {
        title: format!("{kind}, {matter}: {}", words::spaced(&change.change)),
        statutory: change.statutory,
        before,
        after,
    }
}

/// Two texts without the lines that both of them have; whole where all lines are the same.
fn apart(before: &str, after: &str) -> (String, String) {
    let without = |text: &str, other: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| other.lines().all(|known| known != *line)).collect();
        lines.join("\n")
    };
    let (went, came) = (without(before, after), without(after, before));
    if went.is_empty() && came.is_empty() { (before.to_owned(), after.to_owned()) } else { (went, came) }
}

/// How many changes, in words.
pub fn counted(changes: usize) -> String {
    words::counted(u64::try_from(changes).unwrap_or(u64::MAX), "change", "changes")
}

impl Page for ComparePage {
    const TEMPLATE: &'static str = "template_compare.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let change = TemplateChange {
            kind: "clause".into(),
            id: "aims.risks".into(),
            change: "changed".into(),
            before: "Risks are of three kinds.".into(),
            after: "Risks are of four kinds.".into(),
            statutory: true,
        };
        let added = TemplateChange { change: "added".into(), before: String::new(), ..change.clone() };
        let compared = |changes| CompareTemplatesResponse { from_version: 1, to_version: 2, changes };
        vec![
            Self::new(&compared(vec![change, added]), &[2, 1], Vec::new()),
            Self::new(&compared(Vec::new()), &[2, 1], Vec::new()),
        ]
    }
}

impl ComparePage {
    fn new(compared: &CompareTemplatesResponse, versions: &[u32], crumbs: Vec<Link>) -> Self {
        Self {
            head: Head::new(
                format!("From version {} to version {}", compared.from_version, compared.to_version),
                crumbs,
            ),
            changed: counted(compared.changes.len()),
            changes: compared.changes.iter().map(change).collect(),
            versions: versions.iter().map(|n| Version { number: *n, text: format!("Version {n}") }).collect(),
            from: compared.from_version,
            to: compared.to_version,
        }
    }
}

/// Which two.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    from: String,
    to: String,
}

/// Shows what changed.
pub async fn show(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::TemplateRead)?;
    let listed = ListTemplatesRequest { page_size: 1000, ..ListTemplatesRequest::default() };
    let listed = heard(visit.registry()?.list_templates(ask(listed))).await?.templates;
    let versions: Vec<u32> = listed.iter().map(|template| template.version).collect();
    let asked = CompareTemplatesRequest {
        from_version: which.from.parse().unwrap_or(1),
        to_version: which.to.parse().unwrap_or_default(),
    };
    let compared = heard(visit.registry()?.compare_templates(ask_patiently(asked))).await?;
    let crumbs = visit.crumbs(&[("Template", "/template".to_owned())]);
    visit.page(&ComparePage::new(&compared, &versions, crumbs))
}
