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

/// What happened since the figures were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// They moved.
    Moved,
    /// Somebody signed a version.
    Signed,
}

impl Since {
    /// As a form carries it.
    fn code(self) -> &'static str {
        match self {
            Self::Moved => "yes",
            Self::Signed => "signed",
        }
    }

    /// What a form carried.
    fn carried(code: &str) -> Option<Self> {
        [Self::Moved, Self::Signed].into_iter().find(|since| since.code() == code)
    }

    /// Of two drafts, by the newest version that was signed before each.
    fn between(before: &str, newest: Option<u32>) -> Self {
        let before = before.parse().unwrap_or(0);
        if newest.unwrap_or(0) > before { Self::Signed } else { Self::Moved }
    }
}

/// What is asked; an amendment needs its reason, and figures of which something was signed, or that moved, since they were read are read
/// again.
pub fn fields(amends: bool, since: Option<(&str, Since)>) -> Vec<Field> {
    let comment = Field::long_text("comment", "What do you say to the governors? (optional)")
        .hint("Every governor reads it, and it is printed in the report. Name nobody, and say nothing that a child could be known by.");
    let reason = Field::long_text("reason", "Why is the signed report amended?")
        .hint("The version before stays as it is, and both can be read. Name nobody.");
    let again = |(etag, since): (&str, Since)| {
        let what = match since {
            Since::Moved => "The figures have moved since you read them",
            Since::Signed => "The report was signed since you read its figures",
        };
        Field::checkboxes(&read_again(etag), what, &[("yes", "I have read them again")])
    };
    let mut fields: Vec<Field> = since.map(again).into_iter().collect();
    fields.extend(amends.then_some(reason));
    fields.push(comment);
    fields
}

/// The form for figures with an etag; of a draft that is another since, with what says that it was read again.
async fn page(
    visit: &Visit,
    draft: GetGovernorReportResponse,
    term: &str,
    (etag, since): (&str, Option<Since>),
) -> Result<FormPage, Error> {
    let report = draft.report.unwrap_or_default();
    let title = report.term.unwrap_or_default().title;
    let signed = draft.versions.into_iter().next();
    let newest = signed.as_ref().map(|newest| newest.version);
    let at = visit.at(&format!("/reports/{term}"));
    let crumbs = visit.crumbs(&[("Reports", visit.at("/reports")), ("Draft", format!("{at}/draft"))]);
    let (heading, button) = match newest {
        Some(_) => ("Amend the signed report", "Sign the new version"),
        None => ("Sign the report for the governors", "Sign it"),
    };
    let head = Head::new(heading, crumbs).of(title);
    let fields = fields(newest.is_some(), since.map(|since| (etag, since)));
    let mut page = visit.form_page(head, format!("{at}/sign"), button, fields);
    page.form = page.form.carrying("etag", etag);
    page.form = page.form.carrying("before", newest.unwrap_or(0).to_string());
    if let Some(since) = since {
        page.form = page.form.carrying("moved", since.code());
    }
    page.rows = vec![Row::new("Figures as at", words::named_day(&report.as_at_date))];
    let mut by = String::new();
    if let Some(signed) = &signed {
        let people = visit.people([signed.signed_by_account_id.as_str()]).await;
        let when = words::stamp(signed.sign_time.as_ref()).unwrap_or_default();
        by = format!("Version {}, by {}, {when}", signed.version, people.name(&signed.signed_by_account_id));
        page.rows.push(Row::new("Signed before", by.clone()));
    }
    page.others = vec![Link::new("Read the figures again", format!("{at}/draft"))];
    let next = newest.unwrap_or(0).saturating_add(1);
    let lead = match since {
        Some(Since::Moved) => {
            "The figures are not those that you read any more. Read them again, and say so here: what you wrote is kept.".to_owned()
        }
        Some(Since::Signed) => format!(
            "The report was signed since you read its figures: {by}. What you sign is version {next}, and needs a reason. Read the figures \
             again, and say so here: what you wrote is kept."
        ),
        None => "You sign the figures that you have just read. They are kept as they are.".to_owned(),
    };
    let page = page.lead(&lead);
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
    visit.page(&page(&visit, draft, &term, (&read.etag, None)).await?)
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
    let (etag, since) = (answers.text("etag"), Since::carried(&answers.text("moved")));
    let said = read_again(&etag);
    let done = if since.is_some() && answers.text(&said).is_empty() {
        Err(Error::invalid(said, "Read the figures again, and select that you have"))
    } else {
        heard(visit.reporting()?.sign_report(ask(command))).await
    };
    match done {
        Ok(_) => visit.to(&format!("{at}?done=report_signed")),
        Err(error) => {
            let draft = fetch(&visit, &term, String::new()).await?;
            // What moved, or was signed by somebody else, is signed as it is now, once it was read.
            let newest = draft.versions.first().map(|newest| newest.version);
            let (etag, since) = match error.kind() {
                Kind::Stale => (draft.etag.clone(), Some(Since::between(&answers.text("before"), newest))),
                _ => (etag, since),
            };
            let page = page(&visit, draft, &term, (&etag, since)).await?;
            visit.again(page, &answers, error, &format!("{at}/draft"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_second_is_told_of_the_first_and_not_that_figures_moved() {
        assert_eq!(Since::between("1", Some(2)), Since::Signed);
        assert_eq!(Since::between("0", Some(1)), Since::Signed);
        assert_eq!((Since::between("2", Some(2)), Since::between("0", None)), (Since::Moved, Since::Moved));
        for since in [Since::Moved, Since::Signed] {
            assert_eq!(Since::carried(since.code()), Some(since));
        }
        assert_eq!(Since::carried(""), None);
    }
}
