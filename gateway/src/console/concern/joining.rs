//! The cases that a concern can be added to: the likely ones with why, a page of all that are open, and those found by a
//! name or a reference. What is looked for is posted: a name stands in no address.

use chassis::error::Error;
use proto::incident_cases::v1::{
    Concern, FoundRecord, ListCasesRequest, SearchRecordsRequest, SuggestTriageResponse, SuggestedCase,
};

use super::suggested;
use crate::{
    console::visit::{Visit, ask, heard},
    pages::{form::Field, part::Pager, words},
};

/// How many open cases a page has besides the likely ones.
const PAGE: i32 = 20;
/// More cases on adults than a school has open.
const MANY: i32 = 100;

/// One case to choose: its id, whom it is about and what it is, and why it is likely or by what it was found.
pub type Choice = (String, String, String);

/// The cases of one page.
#[derive(Debug)]
pub struct Open {
    /// Each once.
    pub cases: Vec<Choice>,
    /// Where the next page begins; empty where this is the last.
    next: String,
}

impl Open {
    /// The ways to the rest of it from one page.
    pub fn pager(&self, here: &str, page_token: &str) -> Pager {
        Pager::new(&format!("{here}/triage"), &[("decision", super::triage::EXISTING_CASE)], page_token, &self.next)
    }
}

fn called(people: &[String], reference: &str, title: &str) -> String {
    let whom = if people.is_empty() { "Nobody is named yet".to_owned() } else { people.join(", ") };
    let what: Vec<&str> = [reference, title].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{whom}: {}", what.join(", "))
}

fn likely(case: &SuggestedCase) -> Choice {
    let why = words::sentence(&suggested::why(&case.reasons));
    (case.case_id.clone(), called(&case.people, &case.reference, &case.procedure_title), why)
}

fn asked(visit: &Visit, concern: &Concern, page_size: i32, page_token: &str) -> ListCasesRequest {
    ListCasesRequest {
        school_id: visit.school.clone(),
        state: "open".into(),
        // One about an adult becomes part of cases on adults alone.
        level: if concern.office.is_empty() { String::new() } else { "adult".to_owned() },
        page_size,
        page_token: page_token.to_owned(),
        ..ListCasesRequest::default()
    }
}

/// How many are open in all, or likely where the list cannot be had.
pub async fn how_many(visit: &Visit, concern: &Concern, suggested: &SuggestTriageResponse) -> usize {
    let likely = suggested.cases.len();
    let Ok(mut service) = visit.cases() else { return likely };
    let Ok(found) = heard(service.list_cases(ask(asked(visit, concern, 1, "")))).await else { return likely };
    likely.max(usize::try_from(found.total_size).unwrap_or_default())
}

/// The likely cases and a page of all that are open, the nearest due first. A page after the first has those alone.
pub async fn open(visit: &Visit, concern: &Concern, suggested: &SuggestTriageResponse, page_token: &str) -> Open {
    let first = page_token.is_empty();
    let cases: Vec<Choice> = suggested.cases.iter().filter(|_| first).map(likely).collect();
    let asked = asked(visit, concern, PAGE, page_token);
    let mut all = Open { cases, next: String::new() };
    let Ok(mut service) = visit.cases() else { return all };
    // A concern is decided on even where the list cannot be had: then by what is likely.
    let Ok(found) = heard(service.list_cases(ask(asked))).await else { return all };
    for case in found.cases.into_iter().filter(|case| !case.restricted) {
        if suggested.cases.iter().filter(|_| first).all(|likely| likely.case_id != case.case_id) {
            let called = called(&case.people, &case.reference, &case.procedure_title);
            all.cases.push((case.case_id, called, String::new()));
        }
    }
    all.next = found.next_page_token;
    all
}

/// The open cases that are found by what one remembers of them; of a concern about an adult those on adults alone.
///
/// # Errors
/// What the search answers to what cannot be looked for.
pub async fn found(visit: &Visit, concern: &Concern, query: &str) -> Result<Vec<Choice>, Error> {
    let sought = SearchRecordsRequest { school_id: visit.school.clone(), query: query.to_owned() };
    let found = heard(visit.cases()?.search_records(ask(sought))).await?;
    let mut all: Vec<Choice> = Vec::new();
    for one in found.records.iter().filter_map(choice) {
        if all.iter().all(|(id, ..)| *id != one.0) {
            all.push(one);
        }
    }
    if !concern.office.is_empty() {
        let joined = heard(visit.cases()?.list_cases(ask(asked(visit, concern, MANY, "")))).await?.cases;
        all.retain(|(id, ..)| joined.iter().any(|case| case.case_id == *id));
    }
    Ok(all)
}

/// A case that was found, or the one that a found concern is part of.
fn choice(found: &FoundRecord) -> Option<Choice> {
    match found.kind.as_str() {
        "case" if found.state == "open" && !found.restricted => {
            Some((found.id.clone(), called(&found.people, &found.title, ""), String::new()))
        }
        "concern" if !found.case_id.is_empty() => {
            let about = [found.title.clone()];
            Some((found.case_id.clone(), called(&about, &found.case_reference, ""), "By a concern in it".to_owned()))
        }
        _ => None,
    }
}

/// What is asked: one of these cases, or what to look for.
pub fn fields(cases: &[Choice]) -> Vec<Field> {
    let field = Field::radios("case_id", "Which case?", &[]);
    let find = Field::name("query", "Not among them? Find it").hint(
        "Part of a name, also misspelt, or the reference of a case. Select no case: you choose among those found next.",
    );
    let which = cases.iter().fold(field, |field, (id, called, why)| field.choice(id, called, why));
    // Radios with nothing to choose ask nothing.
    if cases.is_empty() { vec![find] } else { vec![which, find] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_found_by_itself_or_by_a_concern_in_it() {
        let case = FoundRecord {
            kind: "case".into(),
            id: "cas_1".into(),
            title: "2026-014: Bullying".into(),
            state: "open".into(),
            people: vec!["Robin Field".into()],
            ..FoundRecord::default()
        };
        let concern = FoundRecord {
            kind: "concern".into(),
            id: "con_1".into(),
            title: "Alex Field".into(),
            case_id: "cas_2".into(),
            case_reference: "2026-015".into(),
            ..FoundRecord::default()
        };
        let chosen = |found: &FoundRecord| choice(found).map(|(id, called, _)| (id, called));
        assert_eq!(chosen(&case), Some(("cas_1".into(), "Robin Field: 2026-014: Bullying".into())));
        assert_eq!(chosen(&concern), Some(("cas_2".into(), "Alex Field: 2026-015".into())));
        assert_eq!(chosen(&FoundRecord { state: "closed".into(), ..case.clone() }), None);
        assert_eq!(chosen(&FoundRecord { restricted: true, ..case }), None);
        assert_eq!(chosen(&FoundRecord { case_id: String::new(), ..concern }), None);
    }
}
