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
    let taken = call!(lado, open_allegation, take)?.allegation.unwrap_or_default();
    let back = WithdrawReferralRequest {
        school_id: world.here.clone(),
        case_id: case_id.clone(),
        referral_id: one.referral_id.clone(),
        reason: "We handle it ourselves".into(),
        request_id: school.head.request_id(),
    };
    assert_eq!(why(call!(school.head, withdraw_referral, back)), "WRONG_STATE");
    assert!(one.read(&lado, "lado").await?.form.is_some_and(|form| !form.answers.is_empty()), "it is read as before");

    // As long as it is open at the desk, nothing of the school's case is destroyed.
    let kept =
        || GetRetentionRequest { school_id: world.here.clone(), record_id: case_id.clone(), ..Default::default() };
    let held = call!(school.head, get_retention, kept())?.retention.unwrap_or_default();
    assert_eq!(held.holds.iter().map(|hold| hold.hold_id.as_str()).collect::<Vec<_>>(), ["by_lado"]);
    let lift = AskHoldLiftRequest {
        school_id: world.here.clone(),
        record_id: case_id.clone(),
        hold_id: "by_lado".into(),
        reason: "We are done".into(),
        request_id: school.head.request_id(),
        ..Default::default()
    };
    assert_eq!(why(call!(school.head, ask_hold_lift, lift)), "WRONG_STATE");
    let evaluate = EvaluateAllegationRequest {
        desk: "lado".into(),
        allegation_id: taken.allegation_id.clone(),
        limbs: vec!["risk".into()],
        reason: "Alone with a child".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    call!(lado, evaluate_allegation, evaluate)?;
    let close = CloseAllegationRequest {
        desk: "lado".into(),
        allegation_id: taken.allegation_id,
        outcome: "malicious".into(),
        reason: "The child was not there".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    call!(lado, close_allegation, close)?;
    assert!(call!(school.head, get_retention, kept())?.retention.unwrap_or_default().holds.is_empty());
    Ok(())
}

on_both_engines!(what_an_allegation_rests_on_is_not_taken_back);
