//! Pages on which an adult is named: a colleague is never taken for somebody else because their name is written another way.

use axum::body::Body;
use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use prost::Message as _;
use proto::{
    access::v1::Role,
    filtering_ingest::v1::{ListRecipientsResponse, Recipient},
    incident_cases::v1::{AdultCase, AdultPattern, AdultSubject, ListAdultPatternsRequest, ListAdultPatternsResponse},
};

use crate::testing::{House, frame};

#[tokio::test]
async fn an_allegation_about_a_name_that_a_colleague_has_is_asked_about_before_it_is_recorded() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("h.head", Role::Head, Some(&school)).await?;
    house.service.answers(Ok(Vec::new()));
    let mut browser = house.browser();
    browser.sign_in("h.head", "").await;
    let place = format!("/schools/{school}/allegations/new");
    let form = browser.get(&place).await;
    assert!(form.text().contains("Is a colleague called the same, or nearly?"), "{}", form.text());
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    let asked = |name: &'static str| {
        vec![
            ("csrf", csrf.clone()),
            ("request_id", request_id.clone()),
            ("subject_name", name.to_owned()),
            ("narrative", "Shouted at a class".to_owned()),
            ("procedure_id", "P10".to_owned()),
            ("safe_now", "yes".to_owned()),
        ]
    };
    for name in ["Ruth Okafor", "OKAFOR Ruth", "R. Okafor", "Ms Okafor", "Ruth Okafore", "The head"] {
        house.service.called();
        let pairs = asked(name);
        let fields: Vec<(&str, &str)> = pairs.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let again = browser.post(&place, &fields).await;
        assert_eq!(again.status, 400, "{name}: {}", again.text());
        let called = house.service.called();
        assert!(!called.iter().any(|rpc| rpc == "RecordConcern"), "{name}: {called:?}");
    }
    let mut pairs = asked("Ruth Okafor");
    pairs.push(("another_person", "yes".to_owned()));
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(field, value)| (*field, value.as_str())).collect();
    let opened = browser.post(&place, &fields).await;
    assert!(opened.status != 400, "{}", opened.text());
    assert!(house.service.called().iter().any(|rpc| rpc == "RecordConcern"));
    Ok(())
}

#[tokio::test]
async fn a_colleague_is_one_adult_at_every_door() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    let head = house.account("h.head", Role::Head, Some(&school)).await?;
    let about = |account_id: &str, name: &str| AdultPattern {
        subject: Some(AdultSubject { account_id: account_id.into(), name: name.into(), ..AdultSubject::default() }),
        cases: vec![AdultCase { reference: "A-7K3F2".into(), ..AdultCase::default() }],
        low_level_of_late: 1,
        calls_for_review: false,
        near_names: Vec::new(),
    };
    let patterns = vec![about(head.as_str(), ""), about("", "RUTH OKAFOR")];
    house.service.answers(Ok(ListAdultPatternsResponse { patterns }.encode_to_vec()));
    let mut browser = house.browser();
    browser.sign_in("h.head", "").await;
    let page = browser.get(&format!("/schools/{school}/adults")).await.text();
    assert_eq!(page.matches("<h2 class=\"govuk-heading-m\">").count(), 1, "{page}");
    assert!(page.contains("2 low-level concerns"), "{page}");

    let bearer = house.bearer("h.head").await;
    let request = http::Request::get(format!("/v1/schools/{school}/adultPatterns"))
        .header(http::header::AUTHORIZATION, &bearer)
        .body(Body::empty())
        .unwrap_or_default();
    let answer = house.send(request).await.json();
    assert_eq!(answer["patterns"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(answer["patterns"][0]["calls_for_review"], true);

    let asked = ListAdultPatternsRequest { school_id: school.clone() };
    let request = http::Request::post("/hedgerow.incident_cases.v1.IncidentCases/ListAdultPatterns")
        .version(http::Version::HTTP_2)
        .header(http::header::CONTENT_TYPE, "application/grpc")
        .header(http::header::AUTHORIZATION, &bearer)
        .header("grpc-accept-encoding", "gzip")
        .body(frame(&asked.encode_to_vec()).into())
        .unwrap_or_default();
    let answer = house.send(request).await;
    assert!(!house.service.heard().contains_key("grpc-accept-encoding"), "it is read on the way");
    let listed = ListAdultPatternsResponse::decode(answer.body.get(5..).unwrap_or_default());
    let listed = listed.map_err(Error::internal)?;
    let of_head: Vec<_> = listed.patterns.iter().map(|one| (one.cases.len(), one.low_level_of_late)).collect();
    assert_eq!((of_head, listed.patterns.first().is_some_and(|one| one.calls_for_review)), (vec![(2, 2)], true));
    Ok(())
}

#[tokio::test]
async fn by_the_page_too_alerts_about_staff_go_to_nobody_who_does_not_hold_the_office() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("h.head", Role::Head, Some(&school)).await?;
    let deputy = house.account("d.deputy", Role::DeputyDsl, Some(&school)).await?;
    let left = Recipient { account_id: "acc_left".into(), users: vec!["old.lead".into()], ..Recipient::default() };
    house.service.answers(Ok(ListRecipientsResponse { recipients: vec![left] }.encode_to_vec()));
    let mut browser = house.browser();
    browser.sign_in("h.head", "").await;
    let list = format!("/schools/{school}/filtering/recipients");
    let page = browser.get(&list).await.text();
    assert!(page.contains("old.lead") && page.contains("acc_left"), "whoever left can be let go of: {page}");
    let page = browser.get(&format!("{list}/acc_left")).await;
    assert!(page.status == 200 && page.text().contains("save it empty"), "{}", page.text());
    let place = format!("{list}/{}", deputy.as_str());
    let form = browser.get(&place).await;
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    house.service.called();
    let fields =
        [("csrf", csrf.as_str()), ("request_id", request_id.as_str()), ("offices", "lead"), ("users", "d.deputy")];
    let again = browser.post(&place, &fields).await;
    assert_eq!(again.status, 400, "a deputy is not the lead: {}", again.text());
    assert!(!house.service.called().iter().any(|rpc| rpc == "SetRecipient"));
    Ok(())
}
