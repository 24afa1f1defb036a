//! JSON over HTTP, through the whole gateway.

use chassis::testing::Engine;
use proptest::prelude::*;
use proto::{access::v1::Role, policy_registry::v1::GetSchoolResponse};
use tonic::Status;

use super::*;
use crate::testing::{House, PASSWORD};

const KEY: &str = "0198f1f0-0000-7000-8000-000000000001";

async fn with_operator() -> Result<(House, String)> {
    let house = House::new(Engine::Sqlite).await?;
    house.account("operator", Role::Operator, None).await?;
    house.bed.clock.advance(time::Duration::SECOND);
    let bearer = house.bearer("operator").await;
    Ok((house, bearer))
}

#[test]
fn equal_answers_are_equal_bytes() -> Result<()> {
    use proto::incident_cases::v1::{Case, CaseStep};
    let names = ["advice", "body", "crime_number", "officer", "reference", "time", "verdict", "when"];
    let case = || {
        let recorded = names.iter().rev().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        Case { steps: vec![CaseStep { recorded, ..CaseStep::default() }], ..Case::default() }
    };
    let written = write_as("hedgerow.incident_cases.v1.Case", &case())?;
    for _ in 0..20 {
        assert_eq!(write_as("hedgerow.incident_cases.v1.Case", &case())?, written);
    }
    let text = String::from_utf8_lossy(&written).into_owned();
    let places: Vec<_> = names.iter().map(|name| text.find(&format!("\"{name}\":\"x\""))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    Ok(())
}

fn new_account(name: &str) -> serde_json::Value {
    serde_json::json!({
        "sign_in_name": name,
        "displayName": "Tom Pike",
        "password": PASSWORD,
        "appointments": [{"role": "ROLE_AUTHORITY_OFFICER", "start_time": "2026-09-01T00:00:00Z"}],
    })
}

#[tokio::test]
async fn an_account_is_made_listed_and_read_by_itself() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let auth = ("authorization", bearer.as_str());
    let made = house.json("POST", "/v1/accounts", &[auth, ("idempotency-key", KEY)], new_account("t.pike")).await;
    assert_eq!(made.status, 200, "{:?}", made.json());
    assert_eq!(made.json()["account"]["display_name"], "Tom Pike");
    assert!(!made.json().to_string().contains("argon2"));
    let again = house.json("POST", "/v1/accounts", &[auth, ("idempotency-key", KEY)], new_account("t.pike")).await;
    assert_eq!(again.body, made.body, "the same request gets its first answer");
    let other = house.json("POST", "/v1/accounts", &[auth, ("idempotency-key", KEY)], new_account("u.pike")).await;
    assert_eq!(other.json()["type"], "/problems/request-id-reused");
    let first = house.json("GET", "/v1/accounts?page_size=1", &[auth], serde_json::Value::Null).await.json();
    assert_eq!(first["accounts"][0]["sign_in_name"], "operator");
    let token = first["next_page_token"].as_str().unwrap_or_default();
    let second = format!("/v1/accounts?pageSize=1&page_token={token}");
    let second = house.json("GET", &second, &[auth], serde_json::Value::Null).await.json();
    assert_eq!((&second["accounts"][0]["sign_in_name"], &second["next_page_token"]), (&"t.pike".into(), &"".into()));
    let tom = house.bearer("T.Pike").await;
    let own = house.json("GET", "/v1/self", &[("authorization", &tom)], serde_json::Value::Null).await;
    assert_eq!(own.json()["account"]["appointments"][0]["role"], "ROLE_AUTHORITY_OFFICER");
    Ok(())
}

#[tokio::test]
async fn an_account_is_held_at_schools_there_are() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", KEY)];
    let at = |id: &str| serde_json::json!({"role": "ROLE_DSL", "school_id": id});
    let mut account = new_account("r.okafor");
    account["appointments"] = serde_json::json!([at(&house.bed.school()), at(&house.bed.school())]);
    let make = async || house.json("POST", "/v1/accounts", &headers, account.clone()).await;
    house.service.answers(Err(Error::missing().into()));
    let none = make().await;
    assert_eq!(
        (none.status.as_u16(), none.fields().join(" ")),
        (400, "appointments[0].school_id appointments[1].school_id".into())
    );
    house.service.answers(Err(Status::unavailable("connection refused")));
    let stopped = make().await;
    assert_eq!(stopped.status, 503);
    assert!(stopped.json()["detail"].to_string().contains("policy-registry"), "{}", stopped.json());
    house.service.answers(Ok(GetSchoolResponse::default().encode_to_vec()));
    let made = make().await;
    assert_eq!(made.status, 200, "{}", made.json());
    assert_eq!(make().await.body, made.body);
    Ok(())
}

#[tokio::test]
async fn every_fault_of_a_body_is_named_at_once() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let auth = ("authorization", bearer.as_str());
    let key = ("idempotency-key", KEY);
    let fields = async |headers: &[(&str, &str)], path: &str, body: serde_json::Value| {
        house.json("POST", path, headers, body).await.fields().join(" ")
    };
    let missing_key = fields(&[auth], "/v1/accounts", new_account("t.pike")).await;
    assert_eq!(missing_key, "request_id");
    let body = serde_json::json!({
        "sign_in_name": 7, "passwort": "x", "appointments": [{"role": "ROLE_KING"}, {"start_time": "noon", "x": 1}, 3],
    });
    assert_eq!(
        fields(&[auth, key], "/v1/accounts", body).await,
        "sign_in_name passwort appointments[0].role appointments[1].start_time appointments[1].x appointments[2]"
    );
    let twice = serde_json::json!({"displayName": "a", "display_name": "b"});
    assert_eq!(fields(&[auth, key], "/v1/accounts", twice).await, "display_name");
    let both = serde_json::json!({"no_further_action": {}, "new_case": {}, "school_id": "sch_2"});
    assert_eq!(
        fields(&[auth, key], "/v1/schools/sch_1/concerns/con_1:triage", both).await,
        "school_id new_case",
        "a body may not contradict its address, and a choice is one"
    );
    let in_body = serde_json::json!({"request_id": "0198f1f0-0000-7000-8000-000000000002"});
    assert_eq!(fields(&[auth, key], "/v1/accounts", in_body).await, "request_id");
    assert_eq!(fields(&[auth, key], "/v1/accounts?page_size=1", new_account("a.b")).await, "page_size");
    assert_eq!(fields(&[auth, key], "/v1/accounts", serde_json::json!([])).await, "body");
    let query = house
        .json("GET", "/v1/accounts?page_size=x&page_token=a&page_token=b&nothing=1", &[auth], serde_json::Value::Null)
        .await;
    assert_eq!(query.fields(), ["page_token", "nothing", "page_size"]);
    let said = query.json().to_string();
    assert!(said.contains("There are: page_size, page_token"), "{said}");
    assert_eq!(query.headers.get(header::CONTENT_TYPE), Some(&HeaderValue::from_static("application/problem+json")));
    Ok(())
}

#[tokio::test]
async fn a_refusal_of_a_service_becomes_a_problem() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let auth = ("authorization", bearer.as_str());
    let get = async |path: &str| house.json("GET", path, &[auth], serde_json::Value::Null).await;
    house.service.answers(Err(Error::gate("G-HOLD", "P1-03", "talk to police or front door first").into()));
    let shut = get("/v1/schools/sch_1/cases/cas_1").await;
    assert_eq!((shut.status.as_u16(), &shut.json()["missing_step"]), (409, &"P1-03".into()));
    house.service.answers(Err(Error::missing().into()));
    let hidden = |mut answer: serde_json::Value| {
        answer["request_id"] = "".into();
        answer.to_string()
    };
    let foreign = get("/v1/schools/sch_1/cases/cas_1").await;
    assert_eq!(foreign.status, 404);
    assert_eq!(hidden(foreign.json()), hidden(get("/v1/schools/sch_2/cases/cas_9").await.json()));
    assert_eq!(hidden(foreign.json()), hidden(get("/v1/nothing").await.json()));
    house.service.answers(Err(Error::unavailable("the database cannot be reached just now").into()));
    assert_eq!(get("/v1/schools").await.headers.get(header::RETRY_AFTER), Some(&HeaderValue::from_static("5")));
    house.service.answers(Err(Status::unknown("row 7")));
    let fault = get("/v1/schools").await;
    assert_eq!((fault.status.as_u16(), fault.json()["error_id"].is_string()), (500, true));
    assert!(!fault.json().to_string().contains("row 7"), "what a fault says is for the log alone");
    Ok(())
}

#[tokio::test]
async fn empty_fields_are_written_too() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let school = proto::policy_registry::v1::School { name: "Pennyroyal Lane".into(), ..Default::default() };
    house.service.answers(Ok(GetSchoolResponse { school: Some(school) }.encode_to_vec()));
    let answer = house.json("GET", "/v1/schools/sch_1", &[("authorization", &bearer)], serde_json::Value::Null).await;
    assert_eq!(answer.json()["school"]["name"], "Pennyroyal Lane");
    assert_eq!(answer.json()["school"]["school_id"], "");
    Ok(())
}

#[tokio::test]
async fn what_is_no_json_call_is_told_so() -> Result<()> {
    let (house, bearer) = with_operator().await?;
    let auth = ("authorization", bearer.as_str());
    let send = async |body: &str, kind: &str| {
        let request = http::Request::builder().method("POST").uri("/v1/accounts").header(auth.0, auth.1);
        let request = request.header(header::CONTENT_TYPE, kind).body(axum::body::Body::from(body.to_owned()));
        house.send(request.unwrap_or_default()).await
    };
    assert_eq!(send("a=b", "application/x-www-form-urlencoded").await.status, 415);
    assert_eq!(send("{\"a\":", "application/json; charset=utf-8").await.fields(), ["body"]);
    assert_eq!(send(&" ".repeat(limits::MAX_BODY + 1), "application/json").await.status, 413);
    let other = house.json("DELETE", "/v1/accounts", &[auth], serde_json::Value::Null).await;
    assert_eq!((other.status.as_u16(), other.headers.get(header::ALLOW).is_some()), (405, true));
    Ok(())
}

proptest! {
    /// Whatever a member of staff writes reaches the service as it was written.
    #[test]
    fn text_survives_the_way_in(narrative in "\\PC*", about in ".{0,40}") {
        let rpc = proto::contract::rpc("/hedgerow.incident_cases.v1.IncidentCases/RecordConcern");
        let body = serde_json::json!({"narrative": narrative, "about": about, "request_id": KEY});
        let (parts, ()) = http::Request::new(()).into_parts();
        let params = vec![("school_id", "sch_1".to_owned())];
        let message = rpc.map(|rpc| input::message(rpc, params, &parts, Some(body)));
        let bytes = message.and_then(Result::ok).map(|m| m.encode_to_vec()).unwrap_or_default();
        let read = proto::incident_cases::v1::RecordConcernRequest::decode(bytes.as_slice()).unwrap_or_default();
        prop_assert_eq!((read.narrative, read.about, read.school_id), (narrative, about, "sch_1".to_owned()));
    }
}
