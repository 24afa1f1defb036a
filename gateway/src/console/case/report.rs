//! A sealed address shown once, above the form of the report it is wanted for; and what came of a report.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, RecordReportOutcomeRequest, RevealMaterialRequest},
};

use super::{act, fetch, material, pages::filled, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words,
    },
};

/// What is asked before an address is shown.
pub fn reveal_fields() -> Vec<Field> {
    Vec::new()
}

/// What is asked of an outcome.
pub fn outcome_fields() -> Vec<Field> {
    vec![Field::long_text("outcome", "What came of the report?")]
}

fn reveal_page(visit: &Visit, case: &Case, material_id: &str) -> FormPage {
    let path = format!("materials/{material_id}");
    let mut page = act::page(visit, case, "Show a sealed address", &path, "Show the address", reveal_fields());
    if let Some(material) = case.materials.iter().find(|m| m.material_id == material_id) {
        page.rows.push(Row::new("Material", material.description.clone()));
    }
    page.lead("Ask for it only to report it. Do not open it. The history keeps that you asked.")
}

/// Asks whether the address is wanted.
pub async fn show(visit: Visit, Path((_, case_id, material_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    if case.materials.iter().all(|m| m.material_id != material_id) {
        return Err(Error::missing().into());
    }
    visit.page(&reveal_page(&visit, &case, &material_id))
}

/// Shows it, as plain text, above the form of the report.
pub async fn reveal(Path((_, case_id, material_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RevealMaterialRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        material_id: material_id.clone(),
        request_id: answers.request_id(),
    };
    let address = heard(visit.cases()?.reveal_material(ask(command))).await?.address;
    let case = fetch(&visit, &case_id).await?;
    let title = "Record a report about material";
    let mut page = act::page(&visit, &case, title, "reports", "Record the report", material::report::fields(&case));
    page.rows.push(Row::new("Address, never to be opened", address));
    visit.page(&page)
}

fn outcome_page(visit: &Visit, case: &Case, report_id: &str) -> FormPage {
    let path = format!("reports/{report_id}");
    let mut page = act::page(visit, case, "Record what came of a report", &path, "Record it", outcome_fields());
    if let Some(report) = case.reports.iter().find(|r| r.report_id == report_id) {
        page.rows.push(Row::new("Reported to", words::called(material::BODIES, &report.body)));
        page.rows.extend(Row::some("Reference", Some(report.reference.clone())));
    }
    page
}

/// Asks what came of a report.
pub async fn show_outcome(visit: Visit, Path((_, case_id, report_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    if case.reports.iter().all(|r| r.report_id != report_id) {
        return Err(Error::missing().into());
    }
    visit.page(&outcome_page(&visit, &case, &report_id))
}

/// Records it.
pub async fn outcome(Path((_, case_id, report_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RecordReportOutcomeRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        report_id: report_id.clone(),
        outcome: answers.text("outcome"),
        request_id: answers.request_id(),
    };
    let done = match filled(&answers, &[("outcome", "Enter what came of the report")]) {
        Ok(()) => heard(visit.cases()?.record_report_outcome(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "outcome", |case| outcome_page(&visit, case, &report_id)).await
}
