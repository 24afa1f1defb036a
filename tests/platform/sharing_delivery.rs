//! Invitations, files and referrals arrive once, whatever fails on the way: the receiving process is down, the sending one dies
//! between its commit and the announcement, Redis loses everything, and everything is asked or announced again.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use hedgerow::client;
use serde_json::{Value, json};

use crate::{
    across_schools,
    installation::{Installation, Redis, text},
    journey::{School, eventually, two_in_force},
    notices::receive::{Program, arrives},
};

/// What fails while an invitation and a file are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    ReceiverDown,
    SenderDies,
    RedisFlushed,
    AnnouncedAgain,
}

/// Tells a Redis something, and waits for its answer.
fn tell(redis: &Redis, command: &str) {
    let mut stream = TcpStream::connect(redis.1.trim_start_matches("redis://")).unwrap();
    stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).unwrap();
    assert!(read > 0 && answer[0] != b'-', "{command}: {}", String::from_utf8_lossy(&answer[..read]));
}

/// Every event that the bus still has, once more.
const AGAIN: &str = "EVAL \"for _, e in ipairs(redis.call('XRANGE', 'hedgerow:events', '-', '+')) do \
                     redis.call('XADD', 'hedgerow:events', '*', unpack(e[2])) end return 1\" 0";

/// A case at a school in which the talk with the police is recorded, with a child of the roll in it.
async fn case(school: &School, nth: usize) -> (String, String) {
    let at = |mut more: Value| {
        more["schoolId"] = json!(school.id);
        more
    };
    let concern = at(json!({"about": "Somebody", "narrative": "Something", "safeNow": "yes"}));
    let concern = text(&school.dsl.call("RecordConcern", concern).await["concern"]["concernId"]);
    let triage = at(json!({"concernId": concern, "newCase": {"procedureId": "P1", "risks": ["conduct"]}}));
    let mut case = String::new();
    eventually("the policy at incident-cases", async || {
        let opened = school.dsl.try_call("TriageConcern", triage.clone()).await.unwrap_or_default();
        case = text(&opened["case"]["caseId"]);
        !case.is_empty()
    })
    .await;
    let record = json!({"givenName": format!("Child{nth}"), "familyName": "Field", "birthDate": "2012-05-04"});
    let learner = text(
        &school.dsl.call("CreateLearner", at(json!({"record": record, "anotherChild": true}))).await["learner"]["learnerId"],
    );
    let part = at(json!({"caseId": case, "person": "A child", "role": "victim", "learnerId": learner}));
    school.dsl.call("AddInvolvement", part).await;
    let talk = at(json!({"caseId": case, "agency": "police_101", "reference": "1", "advice": "Go ahead"}));
    school.dsl.call("RecordConsultation", talk).await;
    (case, learner)
}

/// Sends one request until it is answered: whoever is told to try again does.
async fn insist(school: &School, method: &str, mut request: Value) -> Value {
    request["schoolId"] = json!(school.id);
    request["requestId"] = client::request_id().into();
    let mut answer = Value::Null;
    eventually(method, async || {
        match school.dsl.try_call(method, request.clone()).await {
            Ok(said) => answer = said,
            Err(error) => assert_eq!(error.reason_name(), "UNAVAILABLE", "{method}: {error}"),
        }
        !answer.is_null()
    })
    .await;
    // Asked again it is answered as before, and is not done again.
    assert_eq!(school.dsl.call(method, request).await, answer, "{method}");
    answer
}

#[tokio::test]
async fn sharing_delivery_is_once_whatever_fails() {
    let (redis, program) = (Redis::start(), Program::start().await.unwrap());
    let environment = [
        ("HEDGEROW_GATEWAY__ADDRESS", "https://safety.northshire.example".to_owned()),
        ("HEDGEROW_GATEWAY__WEBHOOKS__ALLOW_LOOPBACK", "true".to_owned()),
    ];
    let mut place = Installation::distributed_with(&redis.1, &environment).await;
    let officer = place.sign_in("officer").await;
    let (first, second) = two_in_force(&place, &officer).await;
    let door = place.person(&officer, "front-door", &["ROLE_FRONT_DOOR"], "").await;
    let kinds = json!(["school.invited", "transfer.sent"]);
    let hook = json!({"schoolId": second.id, "url": program.url(), "kinds": kinds});
    second.head.call("CreateWebhook", hook).await;

    let faults = [
        Fault::Nothing,
        Fault::ReceiverDown,
        Fault::SenderDies,
        Fault::RedisFlushed,
        Fault::AnnouncedAgain,
        Fault::SenderDies,
        Fault::RedisFlushed,
    ];
    for (nth, fault) in faults.into_iter().enumerate() {
        let (case, learner) = case(&first, nth).await;
        let on = json!({"schoolId": first.id, "caseId": case});
        let mut begin = on.clone();
        begin["route"] = json!("front_door");
        begin["agency"] = json!("front_door_form");
        let draft = first.dsl.call("DraftReferral", begin).await["draft"].clone();
        let etag = across_schools::fill(&first.dsl, &on, &draft).await;
        if matches!(fault, Fault::SenderDies | Fault::ReceiverDown) {
            // Nothing is announced while this lasts, and what was committed by then is not announced yet.
            tell(&redis, "CLIENT PAUSE 1500 WRITE");
        }
        let invite =
            json!({"caseId": case, "toSchoolId": second.id, "summary": "One group", "contact": "01632 960001"});
        insist(&first, "InviteSchool", invite).await;
        // What the invitation told is part of the file.
        let preview = json!({"schoolId": first.id, "learnerId": learner});
        let digest = first.dsl.call("PreviewTransfer", preview).await["contentsDigest"].clone();
        let send = json!({
            "learnerId": learner, "toSchoolId": second.id, "contact": "01632 960001", "contentsDigest": digest
        });
        insist(&first, "SendTransfer", send).await;
        let send = json!({
            "caseId": case, "draftId": draft["draftId"], "means": "portal", "ring": "The lead, 01632 960001", "etag": etag
        });
        insist(&first, "SendReferral", send).await;
        match fault {
            Fault::Nothing => {}
            Fault::ReceiverDown => {
                place.kill("gateway");
                place.start("gateway");
            }
            Fault::SenderDies => {
                place.kill("incident-cases");
                place.start("incident-cases");
            }
            Fault::RedisFlushed => tell(&redis, "FLUSHALL"),
            Fault::AnnouncedAgain => tell(&redis, AGAIN),
        }
        place.ready().await;
        let so_far = 2 * (nth + 1);
        let nothing = async || Ok(());
        let told = arrives(so_far, || program.told(), nothing).await;
        assert!(told.is_ok(), "{fault:?}: {:?}\n{}", told.err(), place.logs());
    }
    // What came again has had its time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told = program.told();
    assert_eq!(told.len(), 2 * faults.len());
    let invited = second.dsl.call("ListInvitations", json!({"schoolId": second.id})).await;
    assert_eq!(invited["invitations"].as_array().map(Vec::len), Some(faults.len()));
    let files = second.dsl.call("ListTransfers", json!({"schoolId": second.id, "waiting": true})).await;
    assert_eq!(files["transfers"].as_array().map(Vec::len), Some(faults.len()));
    let inbox = door.call("ListDeskReferrals", json!({"desk": "front_door"})).await;
    assert_eq!(inbox["referrals"].as_array().map(Vec::len), Some(faults.len()));
    let waiting = second.dsl.call("ListWaiting", json!({"schoolId": second.id})).await;
    assert_eq!(waiting["usTotal"], 2 * faults.len());
    assert!(place.command(&["audit", "verify"]).contains("hedgerow/incident-cases"));
}
