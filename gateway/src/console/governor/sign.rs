//! The head signs a term's report for the governors: the very figures that were read, with a comment where one is due.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{access::v1::Permission, reporting::v1::SignReportRequest};
use serde::Deserialize;

use super::fetch;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// Which figures were read.
#[derive(Debug, Default, Deserialize)]
pub struct Read {
    #[serde(default)]
    etag: String,
}

/// What is asked; an amendment needs its reason.
pub fn fields(amends: bool) -> Vec<Field> {
    let comment = Field::long_text("comment", "What do you say to the governors? (optional)")
        .hint("Every governor reads it, and it is printed in the report. Name nobody, and say nothing that a child could be known by.");
    let reason = Field::long_text("reason", "Why is the signed report amended?")
        .hint("The version before stays as it is, and both can be read. Name nobody.");
    if amends { vec![reason, comment] } else { vec![comment] }
}

async fn page(visit: &Visit, term: &str, etag: &str) -> Result<FormPage, Error> {
    let draft = fetch(visit, term, String::new()).await?;
    let report = draft.report.unwrap_or_default();
    let title = report.term.unwrap_or_default().title;
    let newest = draft.versions.first().map(|newest| newest.version);
    let at = visit.at(&format!("/reports/{term}"));
    let crumbs = visit.crumbs(&[("Reports", visit.at("/reports")), ("Draft", format!("{at}/draft"))]);
    let (heading, button) = match newest {
        Some(_) => ("Amend the signed report", "Sign the new version"),
        None => ("Sign the report for the governors", "Sign it"),
    };
    let head = Head::new(heading, crumbs).of(title);
    let mut page = visit.form_page(head, format!("{at}/sign"), button, fields(newest.is_some()));
    page.form = page.form.carrying("etag", etag);
    page.rows = vec![Row::new("Figures as at", words::named_day(&report.as_at_date))];
    page.rows.extend(newest.map(|version| Row::new("Signed before", format!("Version {version}"))));
    page.others = vec![Link::new("Read the figures again", format!("{at}/draft"))];
    Ok(page
        .lead("You sign the figures that you have just read. They are kept as they are, and the governors are told."))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, term)): Path<(String, String)>, Query(read): Query<Read>) -> Answer {
    visit.needs(Permission::ReportSign)?;
    if read.etag.is_empty() {
        // Nobody signs what they have not read.
        return visit.to(&visit.at(&format!("/reports/{term}/draft")));
    }
    visit.page(&page(&visit, &term, &read.etag).await?)
}

/// Signs.
pub async fn sign(Path((_, term)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SignReportRequest {
        school_id: visit.school.clone(),
        term_id: term.clone(),
        etag: answers.text("etag"),
        comment: answers.text("comment"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let at = visit.at(&format!("/reports/{term}"));
    match heard(visit.reporting()?.sign_report(ask(command))).await {
        Ok(_) => visit.to(&format!("{at}?done=report_signed")),
        Err(error) => {
            let page = page(&visit, &term, &answers.text("etag")).await?;
            visit.again(page, &answers, error, &format!("{at}/draft"))
        }
    }
}
