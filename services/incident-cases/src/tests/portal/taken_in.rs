//! What the designated officer took in as an allegation is not taken from under it.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};

use super::{access, sent, why, with_desks};

async fn what_an_allegation_rests_on_is_not_taken_back(engine: Engine) -> Result<()> {
    let school = access::school(engine).await?;
    let world = &school.world;
    with_desks(world).await?;
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let subject = AdultSubject { name: "A Pym".into(), routed_to: "head".into(), ..Default::default() };
    let new = NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) };
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id: world.concern().await?,
        decision: Some(Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    let case_id = call!(world.dsl, triage_concern, triage)?.case.unwrap_or_default().case_id;
    let one = sent(world, &school.head, &case_id, "lado").await?;
    let take = OpenAllegationRequest {
        desk: "lado".into(),
        school_id: world.here.clone(),
        source: "school".into(),
        about: "A Pym, who teaches games".into(),
        what: "Drove a child home".into(),
        referral_id: one.referral_id.clone(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    call!(lado, open_allegation, take)?;
    let back = WithdrawReferralRequest {
        school_id: world.here.clone(),
        case_id,
        referral_id: one.referral_id.clone(),
        reason: "We handle it ourselves".into(),
        request_id: school.head.request_id(),
    };
    assert_eq!(why(call!(school.head, withdraw_referral, back)), "WRONG_STATE");
    assert!(one.read(&lado, "lado").await?.form.is_some_and(|form| !form.answers.is_empty()), "it is read as before");
    Ok(())
}

on_both_engines!(what_an_allegation_rests_on_is_not_taken_back);
