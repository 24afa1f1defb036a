//! What every act on a case shares: its page, and what comes after it was sent.

use chassis::error::Error;
use proto::incident_cases::v1::Case;

use super::fetch;
use crate::{
    console::visit::{Answer, Visit},
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
    },
};

/// The page of an act.
pub fn page(visit: &Visit, case: &Case, title: &str, path: &str, button: &str, fields: Vec<Field>) -> FormPage {
    let here = visit.at(&format!("/cases/{}", case.case_id));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    let form = visit.form(format!("{here}/{path}"), button, fields);
    FormPage::new(Head::new(title, crumbs).of(case.reference.clone()), form)
}

/// After the act: back to the case where it was done, else the form again. Should the case not be found just now, the
/// form is shown without it, so that nothing that was written is lost.
pub async fn settle<T>(
    visit: &Visit,
    case_id: &str,
    answers: &Answers,
    done: Result<T, Error>,
    notice: &str,
    page: impl FnOnce(&Case) -> FormPage,
) -> Answer {
    let here = visit.at(&format!("/cases/{case_id}"));
    match done {
        Ok(_) => visit.to(&format!("{here}?done={notice}")),
        Err(error) => {
            let case = case_or_bare(visit, case_id).await;
            visit.again(page(&case), answers, error, &here)
        }
    }
}

async fn case_or_bare(visit: &Visit, case_id: &str) -> Case {
    let bare = || Case { case_id: case_id.to_owned(), state: "open".to_owned(), ..Case::default() };
    fetch(visit, case_id).await.unwrap_or_else(|_| bare())
}

/// A page as a test makes it.
#[cfg(test)]
pub fn sample(title: &str, fields: Vec<Field>) -> FormPage {
    use crate::pages::{form::Form, part::Link};
    let head = Head::new(title, vec![Link::new("Home", "/")]).of("2026-014");
    FormPage::new(head, Form::new("/schools/sch_1/cases/cas_1/x", "Save", "1".into(), fields))
}
