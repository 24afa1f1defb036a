//! Whom of the roll a concern is about: who is likely by the name the reporter wrote, or somebody searched for.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Concern, Learner, LearnerMatch, SetConcernLearnersRequest},
};
use serde::Serialize;

use super::{search, told_apart};
use crate::{
    console::{
        concern::{self, Known},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form},
        part::{Head, Link},
    },
};

/// How many are suggested.
const SUGGESTED: usize = 5;
/// As much of a name as can be searched for.
const LONGEST: usize = 100;

/// Whom a concern is about.
#[derive(Debug, Serialize)]
pub struct Naming {
    pub(in crate::console) head: Head,
    /// What is said before whom it is about.
    pub(in crate::console) lead: String,
    pub(in crate::console) about: String,
    pub(in crate::console) form: Form,
    pub(in crate::console) choice: Option<Form>,
    pub(in crate::console) sought: bool,
    /// Where somebody is added who is not on the roll yet; none where that is no part of it.
    pub(in crate::console) add: Link,
}

/// What is said before what the reporter wrote.
const LEAD: &str = "The concern is about:";

impl Page for Naming {
    const TEMPLATE: &'static str = "concern_learners.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let head = || Head::new("Who is it about?", vec![Link::new("Home", "/")]);
        let form = || Form::new("/schools/sch_1/concerns/con_1/learners/find", "Search", "1".into(), query());
        let choice =
            Form::new("/t", "Save who it is about", "1".into(), choices(&[super::sample()], &["lrn_1".into()]));
        let wrong = form().refused(&chassis::error::Error::invalid("query", "Enter part of a name"), "");
        vec![
            Self {
                head: head(),
                lead: LEAD.into(),
                about: "Sam <P>".into(),
                form: form(),
                choice: Some(choice),
                sought: false,
                add: Link::default(),
            },
            Self {
                head: head(),
                lead: LEAD.into(),
                about: "Sam P".into(),
                form: wrong,
                choice: None,
                sought: true,
                add: Link::new("Add the child to the roll", "/a"),
            },
        ]
    }
}

/// What is asked to find somebody.
pub fn query() -> Vec<Field> {
    vec![Field::name("query", "Find somebody on the roll").hint("Parts of a name, also misspelt, or a date of birth.")]
}

/// Those to choose from.
pub fn choices(learners: &[Learner], chosen: &[String]) -> Vec<Field> {
    let texts: Vec<(String, String)> = learners.iter().map(|l| (l.learner_id.clone(), told_apart(l))).collect();
    let choices = texts.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    let field =
        Field::checkboxes("learner_ids", "Who is it about?", &[]).hint("Select all that apply.").choices(choices);
    vec![field.values(chosen.to_vec())]
}

/// Who on the roll a name may mean; nobody where that cannot be asked.
pub async fn likely(visit: &Visit, name: &str) -> Vec<LearnerMatch> {
    let name: String = name.chars().take(LONGEST).collect();
    if name.chars().count() < 2 || !visit.may(Permission::LearnerRead) {
        return Vec::new();
    }
    let mut found = search(visit, &name).await.unwrap_or_default();
    found.truncate(SUGGESTED);
    found
}

/// The form that says whom a concern is about: those named before, and those who may be meant; none where nobody is.
pub fn form(visit: &Visit, concern: &Concern, named: &[Learner], found: Vec<LearnerMatch>) -> Option<Form> {
    let mut learners = named.to_vec();
    let new = found.into_iter().filter_map(|found| found.learner);
    learners.extend(new.filter(|learner| !concern.learner_ids.contains(&learner.learner_id)));
    if learners.is_empty() {
        return None;
    }
    let action = visit.at(&format!("/concerns/{}/learners", concern.concern_id));
    Some(visit.form(action, "Save who it is about", choices(&learners, &concern.learner_ids)))
}

fn page(visit: &Visit, known: Known, search_form: Form, found: Vec<LearnerMatch>, sought: bool) -> Naming {
    let Known { concern, named, .. } = &known;
    let here = visit.at(&format!("/concerns/{}", concern.concern_id));
    let crumbs = visit.crumbs(&[("Concerns", visit.at("/concerns")), ("Concern", here)]);
    Naming {
        head: Head::new("Who is it about?", crumbs),
        lead: LEAD.into(),
        about: concern::whom(concern),
        form: search_form,
        choice: form(visit, concern, named, found),
        sought,
        add: Link::default(),
    }
}

fn search_form(visit: &Visit, concern_id: &str) -> Form {
    visit.form(visit.at(&format!("/concerns/{concern_id}/learners/find")), "Search", query())
}

/// Asks.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernTriage)?;
    let known = concern::fetch(&visit, &concern_id).await?;
    let found = known.likely.clone();
    visit.page(&page(&visit, known, search_form(&visit, &concern_id), found, false))
}

/// Searches for somebody else.
pub async fn find(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ConcernTriage)?;
    let known = concern::fetch(&visit, &concern_id).await?;
    let mut v = Violations::new();
    v.check(!answers.text("query").is_empty(), "query", "Enter part of a name or a date of birth");
    let found = match v.finish() {
        Ok(()) => search(&visit, &answers.text("query")).await,
        Err(error) => Err(error),
    };
    let form = search_form(&visit, &concern_id);
    match found {
        Ok(found) => visit.page(&page(&visit, known, form.answered(&answers), found, true)),
        Err(error) => {
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, known, form, Vec::new(), false), &error)
        }
    }
}

/// Says whom it is about.
pub async fn save(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SetConcernLearnersRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.clone(),
        learner_ids: answers.all("learner_ids"),
        request_id: answers.request_id(),
    };
    heard(visit.cases()?.set_concern_learners(ask(command))).await?;
    visit.to(&visit.at(&format!("/concerns/{concern_id}?done=concern_learners")))
}
