//! Giving several records whole at once: those in which nothing was found that somebody has to think of. Each is decided on for
//! itself all the same, and whoever gives them has read what each begins with.

use std::collections::BTreeSet;

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AccessItem, DecideAccessItemRequest, GetAccessRequestResponse},
};

use super::{brief, crumbs, decides, fetch, place};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link},
    },
};

/// How many are given at once.
const AT_ONCE: usize = 50;

/// The records that name nobody else and call for no thought: not decided on, nothing to take out, nothing to bear in mind.
pub fn plain(file: &GetAccessRequestResponse) -> impl Iterator<Item = &AccessItem> {
    let bare = |item: &&AccessItem| item.suggestions.is_empty() && item.marks.is_empty();
    file.items.iter().filter(|item| item.state == "undecided" && item.decidable).filter(bare).take(AT_ONCE)
}

/// What is asked: which of them, none before it was read.
pub fn fields(file: &GetAccessRequestResponse) -> Vec<Field> {
    let field = Field::checkboxes("items", "Which records do you give whole?", &[])
        .hint("Read each first. Nobody’s name was found in them, and nothing to think of; nicknames are not known.");
    let choice = |field: Field, item: &AccessItem| {
        let title = format!("{}. {}, {}", item.number, item.kind, place(item));
        field.choice(&item.item_id, &title, &brief(item))
    };
    vec![plain(file).fold(field, choice)]
}

fn page(visit: &Visit, id: &str, file: &GetAccessRequestResponse) -> FormPage {
    let here = visit.at(&format!("/access-requests/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Request", here.clone()));
    let head = Head::new("Give several records whole", crumbs);
    visit.form_page(head, format!("{here}/give"), "Give these whole", fields(file))
}

/// Asks which.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let file = fetch(&visit, &id).await?;
    if !decides(&visit) || plain(&file).next().is_none() {
        return visit.to(&visit.at(&format!("/access-requests/{id}")));
    }
    visit.page(&page(&visit, &id, &file))
}

/// Gives them. What somebody decided on meanwhile stays as they decided.
pub async fn give(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseWork)?;
    let file = fetch(&visit, &id).await?;
    let chosen: BTreeSet<String> = answers.all("items").into_iter().collect();
    let given = match chosen.is_empty() {
        true => Err(Error::invalid("items", "Select the records you give whole")),
        false => all(&visit, &id, plain(&file).filter(|item| chosen.contains(&item.item_id))).await,
    };
    match given {
        Ok(()) => visit.to(&visit.at(&format!("/access-requests/{id}?done=access_given"))),
        Err(error) => {
            // Those before it were given: they are asked about no more.
            let file = fetch(&visit, &id).await?;
            visit.again(page(&visit, &id, &file), &answers, error, "")
        }
    }
}

async fn all<'a>(visit: &Visit, id: &str, items: impl Iterator<Item = &'a AccessItem>) -> Result<(), Error> {
    let mut v = Violations::new();
    let mut cases = visit.cases()?;
    for item in items {
        let command = DecideAccessItemRequest {
            school_id: visit.school.clone(),
            access_request_id: id.to_owned(),
            item_id: item.item_id.clone(),
            decision: "release".to_owned(),
            decision_etag: item.decision_etag.clone(),
            ..DecideAccessItemRequest::default()
        };
        if let Err(error) = heard(cases.decide_access_item(ask_patiently(command))).await {
            match error.violations().first() {
                // Of one record among several: the form has no field of its own for it.
                Some(violation) => v.add("items", format!("Record {}: {}", item.number, violation.message)),
                None => return Err(error),
            }
        }
    }
    v.finish()
}

/// A request with two of them, as tests know it.
#[cfg(test)]
pub fn sample() -> GetAccessRequestResponse {
    let item = |number: i32| AccessItem {
        item_id: format!("itm_{number}"),
        number,
        kind: "Entry".into(),
        text: "She said <nothing> more.".into(),
        state: "undecided".into(),
        decidable: true,
        ..AccessItem::default()
    };
    GetAccessRequestResponse { items: vec![item(1), item(2)], undecided: 2, ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_calls_for_no_thought_is_given_with_others() {
        let bare = |state: &str| AccessItem {
            item_id: state.into(),
            state: state.into(),
            decidable: true,
            ..AccessItem::default()
        };
        let marked = AccessItem { marks: vec!["agency".into()], ..bare("undecided") };
        let named = AccessItem { suggestions: vec![Default::default()], ..bare("undecided") };
        let fixed = AccessItem { decidable: false, ..bare("undecided") };
        let items = vec![marked, named, fixed, bare("withhold"), bare("undecided")];
        let file = GetAccessRequestResponse { items, ..Default::default() };
        assert_eq!(plain(&file).count(), 1);
    }
}
