//! What the law asks of whoever found out: done by them alone, told to the lead, and entered among what was told outside.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::Duration;

use super::{
    referral::{fields, reason},
    world,
};

async fn the_duty_of_whoever_found_out_is_done_by_them_alone(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let teacher = world.bed.person(&[(Role::Staff, &world.here)]);
    let request = RecordConcernRequest {
        school_id: world.here.clone(),
        about: "Somebody".into(),
        narrative: "She told me".into(),
        safe_now: "not_sure".into(),
        request_id: teacher.request_id(),
        ..Default::default()
    };
    let concern_id = call!(teacher, record_concern, request)?.concern.unwrap_or_default().concern_id;
    let read = GetConcernRequest { school_id: world.here.clone(), concern_id: concern_id.clone(), with_learners: true };
    call!(world.dsl, get_concern, read)?;
    let asked = ListMandatoryReportsRequest {
        school_id: world.here.clone(),
        concern_id: concern_id.clone(),
        account_name: "Mx Oak".into(),
    };
    let duties = call!(teacher, list_mandatory_reports, asked.clone())?;
    let shut: Vec<&str> = duties.routes.iter().map(|route| route.shut.as_str()).collect();
    assert_eq!(shut, ["", "not_commenced"]);
    assert_eq!(duties.begun.get("fgm.what").map(String::as_str), Some("She told me"));
    assert_eq!(duties.begun.get("fgm.girl").map(String::as_str), Some("Somebody"), "whom the concern is about");
    let report = |route: &str, girl: &str, who: &Person| RecordMandatoryReportRequest {
        school_id: world.here.clone(),
        concern_id: concern_id.clone(),
        route: route.into(),
        answers: [("girl".to_owned(), girl.to_owned()), ("what".to_owned(), "She told me".to_owned())].into(),
        reference: "P-12".into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let lacking = call!(teacher, record_mandatory_report, report("fgm", "", &teacher));
    assert_eq!(fields(lacking), ["answers.girl"]);
    let early = call!(teacher, record_mandatory_report, report("csa", "Somebody", &teacher));
    assert_eq!(reason(early), Some("WRONG_STATE"), "the law has not begun");
    let by_lead = call!(world.dsl, record_mandatory_report, report("fgm", "Somebody", &world.dsl));
    assert_eq!(reason(by_lead), Some("NOT_FOUND"), "nobody does it for them");
    let done = call!(teacher, record_mandatory_report, report("fgm", "Somebody", &teacher))?.report.unwrap_or_default();
    assert_eq!((done.agency_name.as_str(), done.digest.len()), ("Police", 64));
    assert_eq!(fields(call!(teacher, record_mandatory_report, report("fgm", "Somebody", &teacher))), ["reference"]);
    let long_ago = RecordMandatoryReportRequest {
        reference: "P-13".into(),
        report_time: Some(timestamp(world.store.clock().now() - Duration::days(2000))),
        ..report("fgm", "Somebody", &teacher)
    };
    assert_eq!(fields(call!(teacher, record_mandatory_report, long_ago)), ["report_time"], "before anybody knew");
    let added = ListConcernsRequest { school_id: world.here.clone(), added: true, ..Default::default() };
    assert_eq!(call!(world.dsl, list_concerns, added)?.concerns.len(), 1, "and the lead is told");
    assert_eq!(call!(teacher, list_mandatory_reports, asked)?.reports.len(), 1);

    // It is among what was told outside: with the concern, with the case that becomes of it, and with the child.
    let record = LearnerRecord { given_name: "Rowan".into(), family_name: "Tansy".into(), ..LearnerRecord::default() };
    let enrol = CreateLearnerRequest {
        school_id: world.here.clone(),
        record: Some(record),
        request_id: world.dsl.request_id(),
        another_child: true,
    };
    let learner_id = call!(world.dsl, create_learner, enrol)?.learner.unwrap_or_default().learner_id;
    let about = SetConcernLearnersRequest {
        school_id: world.here.clone(),
        concern_id: concern_id.clone(),
        learner_ids: vec![learner_id.clone()],
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, set_concern_learners, about)?;
    let child = ListLearnerDisclosuresRequest { school_id: world.here.clone(), learner_id, ..Default::default() };
    let knows = call!(world.dsl, list_learner_disclosures, child)?.disclosures;
    let known: Vec<_> = knows.iter().map(|one| (one.recipient.as_str(), one.record_id.as_str())).collect();
    assert_eq!(known, [("Police", concern_id.as_str())]);
    let told = async |who: &Person, case_id: &str| -> Result<Vec<(String, String)>> {
        let asked =
            ListDisclosuresRequest { school_id: world.here.clone(), case_id: case_id.into(), ..Default::default() };
        let told = call!(who, list_disclosures, asked)?.disclosures;
        Ok(told.into_iter().map(|one| (one.basis, one.concern_id)).collect())
    };
    let entered = [("legal_duty".to_owned(), concern_id.clone())];
    assert_eq!(told(&world.dsl, "").await?, entered);
    let case = world.opened(&concern_id).await?;
    assert_eq!(told(&world.dsl, &case.case_id).await?, entered, "it goes along into the case");
    // Of a concern about an adult, whoever does not read that finds none of it here either.
    let request = RecordConcernRequest {
        school_id: world.here.clone(),
        about: "Somebody".into(),
        narrative: "He said so".into(),
        safe_now: "yes".into(),
        about_adult: "staff".into(),
        request_id: teacher.request_id(),
        ..Default::default()
    };
    let concern_id = call!(teacher, record_concern, request)?.concern.unwrap_or_default().concern_id;
    let secret = RecordMandatoryReportRequest { concern_id: concern_id.clone(), ..report("fgm", "Somebody", &teacher) };
    call!(teacher, record_mandatory_report, secret)?;
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    assert_eq!((told(&world.dsl, "").await?.len(), told(&head, "").await?.len()), (1, 2));
    Ok(())
}

on_both_engines!(the_duty_of_whoever_found_out_is_done_by_them_alone);
