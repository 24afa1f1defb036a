//! Nothing further is no dead end: more may be said, and a decision may have been wrong.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *};

use super::access::{school, wrong};

async fn nothing_further_is_decided_again(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, teacher) = (&school.world.dsl, &school.teacher);
    let here = || school.world.here.clone();
    let report = RecordConcernRequest {
        school_id: here(),
        about: "Sam P".into(),
        narrative: "A shove".into(),
        safe_now: "yes".into(),
        request_id: teacher.request_id(),
        ..Default::default()
    };
    let concern_id = call!(teacher, record_concern, report)?.concern.unwrap_or_default().concern_id;
    let decide = |again: &str, decision: Decision| TriageConcernRequest {
        school_id: here(),
        concern_id: concern_id.clone(),
        decision: Some(decision),
        again: again.into(),
        request_id: dsl.request_id(),
    };
    let nothing = || Decision::NoFurtherAction(NoFurtherAction { reason: "Spoken to".into() });
    let unread = || ListConcernsRequest { school_id: here(), state: "unread".into(), ..Default::default() };
    call!(dsl, triage_concern, decide("", nothing()))?;
    assert_eq!(wrong(call!(dsl, triage_concern, decide("", nothing())))?, "WRONG_STATE");
    assert_eq!(call!(dsl, list_concerns, unread())?.total_size, 0);

    let more = AddToConcernRequest {
        school_id: here(),
        concern_id: concern_id.clone(),
        text: "It happened again and he has a bruise".into(),
        request_id: teacher.request_id(),
    };
    let told = call!(teacher, add_to_concern, more)?.concern.unwrap_or_default();
    assert_eq!(told.read_by_account_id, dsl.account_id, "its reporter learns nothing of what was decided");
    assert_eq!(call!(dsl, list_concerns, unread())?.total_size, 1, "it waits again, like a new one");
    call!(dsl, triage_concern, decide("", nothing()))?;

    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let opened = call!(dsl, triage_concern, decide("A wrong click", Decision::NewCase(new.clone())))?;
    let concern = opened.concern.unwrap_or_default();
    let kept: Vec<_> = concern.earlier_decisions.iter().map(|e| (e.reason.as_str(), e.again.as_str())).collect();
    assert_eq!(kept, [("Spoken to", ""), ("Spoken to", "A wrong click")]);
    assert_eq!((concern.state.as_str(), opened.case.is_some()), ("in_case", true));
    assert_eq!(wrong(call!(dsl, triage_concern, decide("Once more", Decision::NewCase(new))))?, "WRONG_STATE");
    Ok(())
}

on_both_engines!(nothing_further_is_decided_again);
