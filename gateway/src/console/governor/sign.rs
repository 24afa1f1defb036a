//! The head signs a term's report for the governors: the very figures that were read, with a comment where one is due.

use axum::extract::{Path, Query};
use chassis::error::{Error, Kind};
use proto::{
    access::v1::Permission,
    reporting::v1::{GetGovernorReportResponse, SignReportRequest},
};
use serde::Deserialize;

use super::fetch;
use crate::{
    console::{
        notices,
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

/// What says that figures were read again: of these very figures, and of no others.
fn read_again(etag: &str) -> String {
    format!("read-{etag}")
}

/// What is asked; an amendment needs its reason, and figures that moved since they were read are read again.
pub fn fields(amends: bool, moved: Option<&str>) -> Vec<Field> {
    let comment = Field::long_text("comment", "What do you say to the governors? (optional)")
        .hint("Every governor reads it, and it is printed in the report. Name nobody, and say nothing that a child could be known by.");
    let reason = Field::long_text("reason", "Why is the signed report amended?")
        .hint("The version before stays as it is, and both can be read. Name nobody.");
    let again = |etag: &str| {
        Field::checkboxes(
            &read_again(etag),
            "The figures have moved since you read them",
            &[("yes", "I have read them again")],
        )
    };
    let mut fields: Vec<Field> = moved.map(again).into_iter().collect();
    fields.extend(amends.then_some(reason));
    fields.push(comment);
    fields
}

/// The form for figures with an etag; of a draft that moved since, with what says that it was read again.
async fn page(
    visit: &Visit,
    draft: GetGovernorReportResponse,
    term: &str,
    (etag, moved): (&str, bool),
) -> Result<FormPage, Error> {
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
    let fields = fields(newest.is_some(), moved.then_some(etag));
    let mut page = visit.form_page(head, format!("{at}/sign"), button, fields);
    page.form = page.form.carrying("etag", etag);
    if moved {
        page.form = page.form.carrying("moved", "yes");
    }
    page.rows = vec![Row::new("Figures as at", words::named_day(&report.as_at_date))];
    page.rows.extend(newest.map(|version| Row::new("Signed before", format!("Version {version}"))));
    page.others = vec![Link::new("Read the figures again", format!("{at}/draft"))];
    let page = page.lead(if moved {
        "The figures are not those that you read any more. Read them again, and say so here: what you wrote is kept."
    } else {
        "You sign the figures that you have just read. They are kept as they are."
    });
    Ok(page.lead(&notices::others_are_told(visit, "Governors").await?))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, term)): Path<(String, String)>, Query(read): Query<Read>) -> Answer {
    visit.needs(Permission::ReportSign)?;
    if read.etag.is_empty() {
        // Nobody signs what they have not read.
        return visit.to(&visit.at(&format!("/reports/{term}/draft")));
    }
    let draft = fetch(&visit, &term, String::new()).await?;
    if draft.etag != read.etag {
        return visit.to(&visit.at(&format!("/reports/{term}/draft")));
    }
    visit.page(&page(&visit, draft, &term, (&read.etag, false)).await?)
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
    let (etag, moved) = (answers.text("etag"), !answers.text("moved").is_empty());
    let said = read_again(&etag);
    let done = if moved && answers.text(&said).is_empty() {
        Err(Error::invalid(said, "Read the figures again, and select that you have"))
    } else {
        heard(visit.reporting()?.sign_report(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&format!("{at}?done=report_signed")),
        Err(error) => {
            let draft = fetch(&visit, &term, String::new()).await?;
            // What moved is signed as it is now, once it was read.
            let (etag, moved) = if error.kind() == Kind::Stale { (draft.etag.clone(), true) } else { (etag, moved) };
            let page = page(&visit, draft, &term, (&etag, moved)).await?;
            visit.again(page, &answers, error, &format!("{at}/draft"))
        }
    }
}
