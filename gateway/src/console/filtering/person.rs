//! Whom an alert is about by the school's own directory, and the concern that it became.

use proto::{
    access::v1::Permission,
    filtering_ingest::v1::Alert,
    incident_cases::v1::{ListConcernsRequest, SearchLearnersRequest},
};

use crate::{
    console::{
        learner,
        visit::{Visit, ask, heard},
    },
    pages::{part::Row, words},
};

/// Whose user name it is: a pupil’s by the school’s own roll, or one of those whom alerts about staff go to. Nobody is
/// guessed: where nobody on the roll has it, or several have, it says so. None for those who read no roll, and where the
/// filter wrote no user.
pub async fn person(visit: &Visit, alert: &Alert) -> Option<Row> {
    const LABEL: &str = "Whose user name that is";
    if !alert.subject_account_id.is_empty() {
        let people = visit.people([alert.subject_account_id.as_str()]).await;
        return Some(Row::new(LABEL, words::sentence(&people.name(&alert.subject_account_id))));
    }
    if alert.user.is_empty() || alert.tier == "staff" || !visit.may(Permission::LearnerRead) {
        return None;
    }
    let (school_id, user_name) = (visit.school.clone(), alert.user.clone());
    let asked = SearchLearnersRequest { school_id, user_name, ..Default::default() };
    let found = heard(visit.cases().ok()?.search_learners(ask(asked))).await.ok()?.matches;
    Some(match found.iter().filter_map(|found| found.learner.as_ref()).collect::<Vec<_>>().as_slice() {
        [] => {
            Row::new(LABEL, "Nobody’s on the school’s roll: add it to the child’s record, or import it with the roll")
        }
        [one] => {
            let record = visit.at(&format!("/learners/{}", one.learner_id));
            Row::new(LABEL, format!("By the school’s roll: {}", learner::told_apart(one))).to(record)
        }
        [..] => Row::new(LABEL, "Several on the roll have it: correct their records, so that one has it"),
    })
}

/// The concern that it became, for those who read concerns; none where it became none.
pub async fn concern(visit: &Visit, alert: &Alert) -> Option<Row> {
    if alert.tier == "staff" || alert.route == "it" || !visit.may(Permission::ConcernRead) {
        return None;
    }
    let (school_id, alert_id) = (visit.school.clone(), alert.alert_id.clone());
    let asked = ListConcernsRequest { school_id, alert_id, page_size: 1, ..Default::default() };
    let concern = heard(visit.cases().ok()?.list_concerns(ask(asked))).await.ok()?.concerns.into_iter().next()?;
    let state = words::called(words::CONCERN, &concern.state);
    Some(Row::new("Concern", state).to(visit.at(&format!("/concerns/{}", concern.concern_id))))
}
