//! What a form begins with, what is said beside it before it is sent, and that it arrives once.

use chassis::{
    error::{Error, Result},
    event::Event,
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::{Duration, macros::date};

use super::{DOOR, Sent, listed, sent, with_desks, world};
use crate::{
    case::{Involvement, access::Subject, referral::prefill::Known},
    route::{Field, Route},
    tests::{
        alerts::announced,
        model::{case, policy},
    },
};

#[test]
fn a_form_begins_with_the_adult_who_has_an_account_as_the_case_writes_them() {
    let mut case = case(&policy(), "P9");
    case.access.subject = Some(Subject::Account("acc_9".into()));
    case.involvements.push(Involvement {
        id: "inv_00000000000000000000000001".parse().unwrap(),
        person: "Callum Reid".into(),
        role: "subject_adult".into(),
        year_group: String::new(),
        vulnerabilities: Vec::new(),
        learner: None,
        changes: Vec::new(),
        ended: None,
        kept: None,
        joined_at: None,
    });
    let field = Field { key: "adult".into(), source: "case.adult".into(), ..Field::default() };
    let route = Route { fields: vec![field], ..Route::default() };
    let known = |subject| Known {
        maker: "",
        today: date!(2026 - 11 - 27),
        parameters: &[],
        learners: &[],
        concerns: &[],
        subject,
    };
    for (subject, adult) in [("", "Callum Reid"), ("Mr C. Reid", "Mr C. Reid")] {
        assert_eq!(case.begun(&route, known(subject)), [("adult".to_owned(), adult.to_owned())]);
    }
}

async fn whoever_checks_a_form_is_told_of_another_to_the_same_agency(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let case = world.case().await?;
    let one = sent(&world, &world.dsl, &case.case_id, DOOR).await?;
    let mut drafts = Vec::new();
    for route in [DOOR, DOOR, "prevent"] {
        let draft = DraftReferralRequest {
            school_id: world.here.clone(),
            case_id: case.case_id.clone(),
            route: route.into(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        drafts.push(call!(world.dsl, draft_referral, draft)?.draft.unwrap_or_default().draft_id);
    }
    let beside = async |draft: &String| -> Result<Vec<(String, String)>> {
        let check = CheckReferralRequest {
            school_id: world.here.clone(),
            case_id: case.case_id.clone(),
            draft_id: draft.clone(),
        };
        let beside = call!(world.dsl, check_referral, check)?.beside;
        Ok(beside.into_iter().map(|one| (one.draft_id, one.referral_id)).collect())
    };
    let expected = [(drafts[1].clone(), String::new()), (String::new(), one.referral_id.clone())];
    assert_eq!(beside(&drafts[0]).await?, expected);
    assert!(beside(&drafts[2]).await?.is_empty(), "another agency's are others");
    Ok(())
}

async fn sharing_delivery_of_a_referral_is_once_though_the_clock_jumps(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let door = world.bed.person(&[(Role::FrontDoor, "")]);
    for (round, hours) in [(1, 1), (2, -1)] {
        let case_id = world.case().await?.case_id;
        let draft = DraftReferralRequest {
            school_id: world.here.clone(),
            case_id: case_id.clone(),
            route: DOOR.into(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        let draft_id = call!(world.dsl, draft_referral, draft)?.draft.unwrap_or_default().draft_id;
        let answers = [("children", "Rowan Tansy"), ("worry", "It was seen"), ("address", "1 High Street")];
        let write = UpdateReferralDraftRequest {
            school_id: world.here.clone(),
            case_id: case_id.clone(),
            draft_id: draft_id.clone(),
            answers: answers.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        let written = call!(world.dsl, update_referral_draft, write)?.case.unwrap_or_default();
        let send = SendReferralRequest {
            school_id: world.here.clone(),
            case_id: case_id.clone(),
            draft_id,
            means: "portal".into(),
            ring: "Ms Ali, 01632 960123".into(),
            etag: written.referral_drafts.into_iter().next().unwrap_or_default().etag,
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        let first = call!(world.dsl, send_referral, send.clone())?;
        world.bed.clock.advance(Duration::hours(hours));
        assert_eq!(call!(world.dsl, send_referral, send)?, first, "asked again it is answered as before");
        assert_eq!(listed(&door, DOOR, "").await?.len(), round);
        let referral_id = first.referral.unwrap_or_default().referral_id;
        let one = Sent { world: &world, who: &world.dsl, case_id, referral_id };
        let has = one.acknowledge(&door, DOOR);
        let said = call!(door, acknowledge_desk_referral, has.clone())?;
        world.bed.clock.advance(Duration::hours(-hours));
        assert_eq!(call!(door, acknowledge_desk_referral, has)?, said);
        assert_eq!(one.at_school().await?.state, "acknowledged");
    }
    let made = announced(&world).await?.into_iter().filter(|event| matches!(event, Event::ReferralMade(_)));
    assert_eq!(made.count(), 2);
    Ok(())
}

on_both_engines!(
    whoever_checks_a_form_is_told_of_another_to_the_same_agency,
    sharing_delivery_of_a_referral_is_once_though_the_clock_jumps,
);
