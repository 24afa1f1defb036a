//! What a concern may belong to, with why: open cases when it is decided about, and other concerns beside it.

use chassis::clock::moment;
use proto::incident_cases::v1::{SuggestTriageRequest, SuggestTriageResponse, SuggestedCase, SuggestedConcern};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    console::visit::{Visit, ask, heard},
    pages::{
        part::Link,
        words::{self, Codes},
    },
};

/// Why something is suggested.
const REASONS: Codes = &[
    ("same_learner", "about the same child"),
    ("same_user_name", "the user name of the alert is the same child’s"),
    ("same_household", "about a child of the same household"),
    ("same_name", "somebody of the same name, or one like it"),
    ("same_theme", "a filter alert of the same theme"),
    ("near_in_time", "at about the same time"),
];

/// Another concern that may be about the same.
#[derive(Debug, Clone, Serialize)]
pub struct Same {
    link: Link,
    hint: String,
}

/// The reasons in words.
pub fn why(reasons: &[String]) -> String {
    let known = |code: &String| REASONS.iter().find(|(known, _)| known == code).map(|(_, text)| *text);
    reasons.iter().filter_map(known).collect::<Vec<_>>().join(", ")
}

/// What a concern may belong to; nothing where that cannot be asked: it is decided about all the same.
pub async fn fetch(visit: &Visit, concern_id: &str) -> SuggestTriageResponse {
    let asked = SuggestTriageRequest { school_id: visit.school.clone(), concern_id: concern_id.to_owned() };
    let Ok(mut cases) = visit.cases() else { return SuggestTriageResponse::default() };
    heard(cases.suggest_triage(ask(asked))).await.unwrap_or_default()
}

/// The cases it may belong to as the page of the concern shows them, closed ones after those that are open.
pub fn cases(suggested: &SuggestTriageResponse, at: &dyn Fn(&str) -> String) -> Vec<Same> {
    let one = |state: &'static str| {
        move |case: &SuggestedCase| Same {
            link: Link::new(
                format!("{} {}", case.reference, case.procedure_title),
                at(&format!("/cases/{}", case.case_id)),
            ),
            hint: format!("{state}: {}", why(&case.reasons)),
        }
    };
    let open = suggested.cases.iter().map(one("Open"));
    open.chain(suggested.closed_cases.iter().map(one("Closed, and can be opened again"))).collect()
}

/// Other concerns as the page shows them.
pub fn same(concerns: &[SuggestedConcern], now: OffsetDateTime, at: &dyn Fn(&str) -> String) -> Vec<Same> {
    let one = |concern: &SuggestedConcern| {
        let when = concern.create_time.as_ref().and_then(moment).map(|at| words::near(at, now)).unwrap_or_default();
        let state = words::called(words::CONCERN, &concern.state);
        Same {
            link: Link::new(concern.about.clone(), at(&format!("/concerns/{}", concern.concern_id))),
            hint: format!("{state}. Received {when}: {}", why(&concern.reasons)),
        }
    };
    concerns.iter().map(one).collect()
}
