//! The report as a file: a table, a workbook or a PDF of the very figures that the page shows.

use axum::response::IntoResponse as _;
use http::header;
use proto::reporting::v1::{ExportReportRequest, ReportFormat};

use crate::{
    console::visit::{Answer, Visit, ask_patiently, heard},
    pages::part::Link,
};

/// What a report is offered as: the end of the address, what it is called, and the format.
const FORMATS: [(&str, &str, ReportFormat); 3] = [
    ("pdf", "PDF", ReportFormat::Pdf),
    ("xlsx", "Workbook (XLSX)", ReportFormat::Xlsx),
    ("csv", "Table (CSV)", ReportFormat::Csv),
];

/// Which edition a page shows.
#[derive(Debug, Clone, Copy)]
pub enum Edition {
    /// The figures as they are now.
    Draft,
    /// A version that was signed.
    Version(u32),
}

/// Ways to take an edition along.
pub fn links(here: &str, term: &str, edition: Edition) -> Vec<Link> {
    let at = match edition {
        Edition::Draft => format!("{here}/{term}/draft"),
        Edition::Version(version) => format!("{here}/{term}/versions/{version}"),
    };
    FORMATS.iter().map(|(ending, name, _)| Link::new(*name, format!("{at}.{ending}"))).collect()
}

/// What stands before the ending of a file's address, and its format; none where it is no file's.
pub fn named(address: &str) -> Option<(&str, ReportFormat)> {
    let (name, ending) = address.rsplit_once('.')?;
    FORMATS.iter().find(|(known, ..)| *known == ending).map(|(.., format)| (name, *format))
}

/// Sends a term as a file: a signed version, or the draft where that is 0.
pub async fn send(visit: &Visit, term: &str, version: u32, format: ReportFormat) -> Answer {
    let school_name = visit.directory.school(&visit.app, &visit.visitor, &visit.school).await;
    let signer_name = signer(visit, term, version).await;
    let asked = ExportReportRequest {
        school_id: visit.school.clone(),
        term_id: term.to_owned(),
        version,
        format: format.into(),
        school_name,
        signer_name,
    };
    let file = heard(visit.reporting()?.export_report(ask_patiently(asked))).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.content).into_response())
}

/// What the head who signed a version is called; empty where nobody did, or it is not known.
async fn signer(visit: &Visit, term: &str, version: u32) -> String {
    if version == 0 {
        return String::new();
    }
    let Ok(signed) = super::fetch_version(visit, term, version).await else { return String::new() };
    let by = signed.version.unwrap_or_default().signed_by_account_id;
    visit.people([by.as_str()]).await.thing(&by, "").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_ends_as_a_file_names_its_format() {
        assert_eq!(named("2026-autumn.xlsx"), Some(("2026-autumn", ReportFormat::Xlsx)));
        assert_eq!(named("draft.pdf"), Some(("draft", ReportFormat::Pdf)));
        for page in ["2026-autumn", "draft", "2026-autumn.docx", ""] {
            assert_eq!(named(page), None, "{page}");
        }
    }
}
