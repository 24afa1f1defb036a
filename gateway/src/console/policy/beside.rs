//! What the template has and what the school would have, side by side, before it is saved.

use chassis::error::Error;
use serde::Serialize;

use crate::{
    console::visit::Visit,
    pages::{
        Page,
        form::{Answers, Form},
        part::{Head, Row},
    },
};

/// Both sides, and the form that saves.
#[derive(Debug, Serialize)]
pub struct Beside {
    /// Its head.
    pub head: Head,
    /// What to know before saving.
    pub lead: String,
    /// What the template has.
    pub template: Vec<Row>,
    /// What stands there where the template has nothing.
    pub no_template: &'static str,
    /// What the school would have.
    pub school: Vec<Row>,
    /// What stands there where the school would have nothing.
    pub no_school: &'static str,
    /// Saves it.
    pub form: Form,
}

impl Page for Beside {
    const TEMPLATE: &'static str = "beside.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let page = |template: Vec<Row>, school: Vec<Row>| Self {
            head: Head::new("Check the step", Vec::new()).of("P1-02"),
            lead: "What is in force does not change.".into(),
            template,
            no_template: "The template has no such step.",
            school,
            no_school: "Nothing: it is left out.",
            form: Form::new("/x", "Save", "1".into(), Vec::new()),
        };
        let row = || vec![Row::new("Step", "Tell <them>")];
        vec![page(row(), row()), page(Vec::new(), row()), page(row(), Vec::new())]
    }
}

/// Everything that is wrong with the answers, in one error.
pub fn all_of(wrong: Vec<(&str, &str)>) -> Option<Error> {
    let mut wrong = wrong.into_iter();
    let (field, fix) = wrong.next()?;
    Some(wrong.fold(Error::invalid(field, fix), |error, (field, fix)| error.and(field, fix)))
}

/// The form that saves what was seen: it carries every answer.
pub fn save(visit: &Visit, action: String, answers: &Answers) -> Form {
    let form = visit.form(action, "Save", Vec::new()).carrying("seen", "yes");
    let carried = answers.pairs().iter().filter(|(name, _)| !["csrf", "request_id", "seen"].contains(&name.as_str()));
    carried.fold(form, |form, (name, value)| form.carrying(name, value.clone()))
}
