//! Pages of a case that is open to somebody beyond their rights: they are for reading and nothing else.

use chassis::{clock::timestamp, error::Result, testing::Engine};
use prost::Message as _;
use proto::{
    access::v1::Role,
    incident_cases::v1::{Case, CaseStep, GetCaseResponse, Involvement, Referral},
};

use crate::testing::House;

#[tokio::test]
async fn a_case_that_is_open_beyond_ones_rights_shows_no_forms() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let step = CaseStep { step_id: "P1-01".into(), title: "Tell".into(), state: "to_do".into(), ..CaseStep::default() };
    let case = Case {
        case_id: "cas_1".into(),
        school_id: school.clone(),
        state: "open".into(),
        steps: vec![step],
        involvements: vec![Involvement { involvement_id: "inv_1".into(), ..Involvement::default() }],
        referrals: vec![Referral { referral_id: "ref_1".into(), ..Referral::default() }],
        ..Case::default()
    };
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    for beyond in [false, true] {
        let until = beyond.then(|| timestamp(house.bed.now()));
        let answer = GetCaseResponse { case: Some(case.clone()), break_glass_expire_time: until, ..Default::default() };
        house.service.answers(Ok(answer.encode_to_vec()));
        let forms = ["decisions", "involvements/inv_1", "involvements/inv_1/end", "referrals/ref_1/close"];
        for form in forms {
            let answer = browser.get(&format!("/schools/{school}/cases/cas_1/{form}")).await;
            assert_eq!(answer.status, if beyond { 403 } else { 200 }, "{form}: {}", answer.text());
        }
        let answer = browser.get(&format!("/schools/{school}/cases/cas_1/steps/P1-01")).await;
        let asks = ["Record that it is done", "Skip this step"].map(|text| answer.text().contains(text));
        assert_eq!((answer.status.as_u16(), asks), (200, [!beyond, !beyond]), "{}", answer.text());
    }
    Ok(())
}
