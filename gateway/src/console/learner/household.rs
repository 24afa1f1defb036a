//! Which children live with a child: brothers, sisters and others at home, so that a worry about one is seen beside
//! what is known of the others.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Learner, LearnerMatch, SetHouseholdRequest},
};

use super::{
    called, fetch,
    naming::{Naming, query},
    search, told_apart,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, Form},
        part::{Head, Link},
    },
};

/// Those of the roll who live with a learner; whoever cannot be read is left out.
pub async fn of(visit: &Visit, learner: &Learner) -> Vec<Learner> {
    let mut others = Vec::new();
    for id in &learner.household_learner_ids {
        others.extend(fetch(visit, id).await.ok());
    }
    others
}

/// The others as links to their pages.
pub fn links(others: &[Learner], at: &dyn Fn(&str) -> String) -> Vec<Link> {
    let link = |other: &Learner| Link::new(told_apart(other), at(&format!("/learners/{}", other.learner_id)));
    others.iter().map(link).collect()
}

/// Those to choose from; `chosen` live there as far as is known.
pub fn choices(learners: &[Learner], chosen: &[String]) -> Vec<Field> {
    let texts: Vec<(String, String)> = learners.iter().map(|l| (l.learner_id.clone(), told_apart(l))).collect();
    let choices = texts.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    let field = Field::checkboxes("learner_ids", "Who lives with them?", &[])
        .hint("Select all that apply. It is said of each of them.")
        .choices(choices);
    vec![field.values(chosen.to_vec())]
}

async fn page(visit: &Visit, learner: &Learner, form: Form, found: Vec<LearnerMatch>, sought: bool) -> Naming {
    let here = visit.at(&format!("/learners/{}", learner.learner_id));
    let crumbs = visit.crumbs(&[("Children", visit.at("/learners")), ("A child’s record", here.clone())]);
    let known = of(visit, learner).await;
    let mut all = known.clone();
    let is_there = |all: &[Learner], id: &str| all.iter().any(|other| other.learner_id == id);
    for other in found.into_iter().filter_map(|found| found.learner) {
        if other.learner_id != learner.learner_id && !is_there(&all, &other.learner_id) {
            all.push(other);
        }
    }
    let nobody = all.is_empty();
    let fields = choices(&all, &learner.household_learner_ids);
    Naming {
        head: Head::new("Who lives together", crumbs),
        lead: "The household of:".into(),
        about: called(learner),
        choice: (!nobody).then(|| visit.form(format!("{here}/household"), "Save the household", fields)),
        form,
        sought,
        add: Link::default(),
    }
}

fn search_form(visit: &Visit, learner_id: &str) -> Form {
    visit.form(visit.at(&format!("/learners/{learner_id}/household/find")), "Search", query())
}

/// Asks.
pub async fn show(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LearnerManage)?;
    let learner = fetch(&visit, &learner_id).await?;
    let form = search_form(&visit, &learner_id);
    visit.page(&page(&visit, &learner, form, Vec::new(), false).await)
}

/// Searches for somebody.
pub async fn find(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::LearnerManage)?;
    let learner = fetch(&visit, &learner_id).await?;
    let mut v = Violations::new();
    v.check(!answers.text("query").is_empty(), "query", "Enter part of a name or a date of birth");
    let found = match v.finish() {
        Ok(()) => search(&visit, &answers.text("query")).await,
        Err(error) => Err(error),
    };
    let form = search_form(&visit, &learner_id);
    match found {
        Ok(found) => visit.page(&page(&visit, &learner, form.answered(&answers), found, true).await),
        Err(error) => {
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, &learner, form, Vec::new(), false).await, &error)
        }
    }
}

/// Says who lives together.
pub async fn save(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SetHouseholdRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.clone(),
        learner_ids: answers.all("learner_ids"),
        request_id: answers.request_id(),
    };
    heard(visit.cases()?.set_household(ask(command))).await?;
    visit.to(&visit.at(&format!("/learners/{learner_id}?done=household")))
}
