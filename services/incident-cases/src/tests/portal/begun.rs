//! What a form begins with, and what is said beside it before it is sent.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, *};
use time::macros::date;

use super::{DOOR, sent, with_desks, world};
use crate::{
    case::{Involvement, access::Subject, referral::prefill::Known},
    route::{Field, Route},
    tests::model::{case, policy},
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

on_both_engines!(whoever_checks_a_form_is_told_of_another_to_the_same_agency);
