//! What a case taught reaches the policy and the authority without a name; a calendar opens without a sign-in, to whoever
//! knows its address and to nobody else.

use serde_json::{Value, json};

use crate::installation::{Installation, http, root, text};

#[tokio::test]
async fn life_cycle_lessons_leave_a_case_nameless_and_calendars_open_to_their_secret() {
    let place = Installation::embedded().await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": "northshire"})).await;
    let request = json!({"name": "Pennyroyal", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", request).await["school"]["schoolId"]);
    let head = place.person(&officer, "head", &["ROLE_HEAD", "ROLE_DSL"], &school).await;
    let chair = place.person(&officer, "chair", &["ROLE_CHAIR"], &school).await;
    let document = std::fs::read(root().join("docs/examples/policies/pennyroyal-lane.txt")).unwrap();
    head.ways_to_report(&school).await;
    let instance = head.import(&school, document).await;
    let mut etag = Value::Null;
    for (key, value) in [("role.dsl_lead", "A"), ("net.broadband", "B"), ("doc.next_review", "2030-01-01")] {
        let now = head.call("GetInstance", json!({"schoolId": school, "instanceId": instance})).await;
        let set = json!({
            "schoolId": school, "instanceId": instance, "key": key, "values": [value], "etag": now["instance"]["etag"]
        });
        etag = head.call("SetParameter", set).await["instance"]["etag"].clone();
    }
    let sign = |etag: &Value| json!({"schoolId": school, "instanceId": instance, "etag": etag});
    etag = head.call("ConfirmImport", sign(&etag)).await["instance"]["etag"].clone();
    etag = head.call("ApproveInstance", sign(&etag)).await["instance"]["etag"].clone();
    let mut emergency = sign(&etag);
    emergency["reason"] = "The filter blocks nothing since yesterday.".into();
    etag = head.call("PublishEmergency", emergency).await["instance"]["etag"].clone();
    let reminded = chair.call("ListReminders", json!({"schoolId": school})).await;
    assert_eq!(reminded["reminders"][0]["kind"], "ratify_due");
    chair.call("RatifyInstance", sign(&etag)).await;

    let concern = json!({"schoolId": school, "about": "Rowan Tansy", "narrative": "n", "safeNow": "yes"});
    let concern = text(&head.call("RecordConcern", concern).await["concern"]["concernId"]);
    let triage =
        json!({"schoolId": school, "concernId": concern, "newCase": {"procedureId": "P1", "risks": ["conduct"]}});
    let mut case = String::new();
    for _ in 0..100 {
        if let Ok(opened) = head.try_call("TriageConcern", triage.clone()).await {
            case = text(&opened["case"]["caseId"]);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    head.call("RecordDebrief", json!({"schoolId": school, "caseId": case, "findings": "f"})).await;
    let propose = |text: &str| json!({"schoolId": school, "caseId": case, "text": text, "stepId": "P1-01"});
    let named = head.try_call("ProposeLesson", propose("Ring Tansy’s parents sooner.")).await.unwrap_err();
    assert_eq!(named.violations()[0].field, "text");
    let proposed = head.call("ProposeLesson", propose("Ring the parents sooner.")).await;
    let lessons = head.call("ListLessons", json!({"schoolId": school})).await;
    let lesson = &lessons["lessons"][0];
    assert_eq!(lesson["lessonId"], proposed["case"]["proposedLessons"][0]["lessonId"]);
    assert_eq!((&lesson["source"], &lesson["stepId"]), (&json!("debrief"), &json!("P1-01")));
    assert!(!lessons.to_string().contains(&case), "nothing leads back to the case");
    head.call("ForwardLesson", json!({"schoolId": school, "lessonId": lesson["lessonId"]})).await;
    let gateway = format!("http://{}", place.gateway);
    let environment =
        [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", officer.token()), ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let printed = place.try_command(&["policy", "lessons"], &environment);
    assert!(printed.1.contains("Ring the parents sooner."), "{printed:?}");

    let secret = text(&head.call("CreateCalendarFeed", json!({"schoolId": school})).await["secret"]);
    let get =
        |path: &str| http(&place.gateway, &format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    for _ in 0..12 {
        let (status, calendar) = get(&format!("/calendar/{secret}.ics"));
        assert_eq!(status, 200, "{calendar}");
        assert!(calendar.starts_with("BEGIN:VCALENDAR"), "{calendar}");
    }
    let (status, nothing) = get(&format!("/calendar/{}.ics", "0".repeat(64)));
    assert_eq!((status, nothing.contains("VCALENDAR")), (404, false));
    let statuses: Vec<u16> = (0..12).map(|_| get("/calendar/x.ics").0).collect();
    assert!(statuses.starts_with(&[404]) && statuses.ends_with(&[429]), "{statuses:?}");
    assert!(!place.logs().contains(&secret), "a secret address stands in no log");
}
