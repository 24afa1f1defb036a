//! What is recorded about adults, by adult: concerns that are small alone are seen beside each other.

use chassis::clock::moment;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AdultPattern, AdultSubject, ListAdultPatternsRequest},
};
use serde::Serialize;

use super::{
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::{
    adult,
    pages::{
        Page,
        part::{Head, Link},
        words,
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub struct Adults {
    head: Head,
    adults: Vec<Adult>,
}

/// One adult.
#[derive(Debug, Serialize)]
struct Adult {
    name: String,
    /// Why all of it calls for a look together; empty where it does not.
    review: String,
    /// Others of the list who may be them; empty where there are none.
    near: String,
    cases: Vec<Line>,
}

/// One case.
#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    opened: String,
    state: String,
}

impl Page for Adults {
    const TEMPLATE: &'static str = "adults.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::incident_cases::v1::AdultCase;

        let case = |id: &str, state: &str, outcome: &str| AdultCase {
            case_id: id.into(),
            reference: "A-7K3F2".into(),
            procedure_id: "P10".into(),
            procedure_title: "Low-level concern".into(),
            state: state.into(),
            outcome: outcome.into(),
            create_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        };
        let about = |subject, cases: Vec<AdultCase>| AdultPattern {
            subject: Some(subject),
            low_level_of_late: i32::try_from(cases.len()).unwrap_or_default(),
            calls_for_review: cases.len() > 1,
            near_names: vec!["A <visiter>".into()],
            cases,
        };
        let known = AdultSubject { account_id: "acc_1".into(), routed_to: "head".into(), ..Default::default() };
        let named = AdultSubject { name: "A <visitor>".into(), routed_to: "head".into(), ..Default::default() };
        let patterns = [
            about(known, vec![case("cas_2", "open", ""), case("cas_1", "closed", "unfounded")]),
            about(named, vec![case("cas_3", "open", "")]),
        ];
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let page = |patterns: &[AdultPattern]| {
            Self::new(patterns, &people, vec![Link::new("Home", "/")], &|path| format!("/schools/sch_1{path}"))
        };
        vec![page(&patterns), page(&[])]
    }
}

impl Adults {
    fn new(patterns: &[AdultPattern], people: &People, crumbs: Vec<Link>, at: &dyn Fn(&str) -> String) -> Self {
        let one = |pattern: &AdultPattern| Adult {
            name: called(&pattern.subject.clone().unwrap_or_default(), people),
            review: if pattern.calls_for_review { review(pattern) } else { String::new() },
            near: pattern.near_names.join("; "),
            cases: pattern
                .cases
                .iter()
                .map(|case| Line {
                    link: Link::new(
                        format!("{}, {}", case.reference, case.procedure_title),
                        at(&format!("/cases/{}", case.case_id)),
                    ),
                    opened: case.create_time.as_ref().and_then(moment).map(words::date).unwrap_or_default(),
                    state: match case.outcome.as_str() {
                        "" => "Open".to_owned(),
                        outcome => format!("Closed: {}", words::called(words::OUTCOMES, outcome).to_lowercase()),
                    },
                })
                .collect(),
        };
        Self { head: Head::new("Concerns about adults, by adult", crumbs), adults: patterns.iter().map(one).collect() }
    }
}

fn called(subject: &AdultSubject, people: &People) -> String {
    if subject.account_id.is_empty() { subject.name.clone() } else { people.name(&subject.account_id) }
}

/// Why it calls for a look together.
fn review(pattern: &AdultPattern) -> String {
    let n = u64::try_from(pattern.low_level_of_late).unwrap_or_default();
    let low = words::counted(n, "low-level concern", "low-level concerns");
    if pattern.cases.len() > usize::try_from(n).unwrap_or_default() {
        format!("{low} in the last twelve months beside another case. Look at them together.")
    } else {
        format!("{low} in the last twelve months. Look at them together: is there a pattern?")
    }
}

/// Shows it.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = ListAdultPatternsRequest { school_id: visit.school.clone() };
    let patterns = heard(visit.cases()?.list_adult_patterns(ask(asked))).await?.patterns;
    let patterns = adult::together(&visit.app, &visit.school, patterns).await?;
    let subjects = patterns.iter().filter_map(|pattern| pattern.subject.as_ref());
    let people = visit.people(subjects.map(|subject| subject.account_id.as_str())).await;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    visit.page(&Adults::new(&patterns, &people, crumbs, &|path| visit.at(path)))
}
