//! From a concern to a mail and a message, through real processes of both forms; a name that was planted in the concern
//! is in neither, and the address stands in no log.

#[expect(dead_code, reason = "the gateway's own tests use the rest of it")]
#[path = "../../gateway/src/testing/receive.rs"]
pub mod receive;

use std::time::Duration;

use serde_json::json;

use crate::installation::{Installation, Redis, text};
use receive::{PostOffice, Program, arrives};

const CANARY: &str = "Zaqwelline";

/// Mail goes to an office of the test.
pub fn environment(office: &PostOffice) -> Vec<(&'static str, String)> {
    vec![
        ("HEDGEROW_GATEWAY__ADDRESS", "https://safety.northshire.example".to_owned()),
        ("HEDGEROW_GATEWAY__SMTP__HOST", "127.0.0.1".to_owned()),
        ("HEDGEROW_GATEWAY__SMTP__PORT", office.port.to_string()),
        ("HEDGEROW_GATEWAY__SMTP__TLS", "none".to_owned()),
        ("HEDGEROW_GATEWAY__SMTP__FROM", "Northshire <safety@northshire.example>".to_owned()),
        ("HEDGEROW_GATEWAY__WEBHOOKS__ALLOW_LOOPBACK", "true".to_owned()),
        ("HEDGEROW_TELEMETRY__LOG", "debug".to_owned()),
    ]
}

async fn told(place: &Installation, office: &PostOffice) {
    let program = Program::start().await.unwrap();
    let officer = place.sign_in("officer").await;
    let school = json!({"name": "Thistledown Grange School", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
    let lead = place.person(&officer, "lead", &["ROLE_DSL"], &school).await;
    let head = place.person(&officer, "head", &["ROLE_HEAD"], &school).await;
    let nothing = async || {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    };
    lead.call("SetNoticeAddress", json!({"email": "lead@thistledown.example", "digest": "at_once"})).await;
    let mails = arrives(1, || office.mails(), nothing).await.unwrap();
    let token = mails[0].line("https://safety.northshire.example/notices/confirm?token=");
    lead.call("ConfirmNoticeAddress", json!({"token": token})).await;
    let hook = json!({"schoolId": school, "url": program.url(), "kinds": ["concern.recorded"]});
    let secret = text(&head.call("CreateWebhook", hook).await["secret"]);

    let about = format!("{CANARY} of 4B");
    let concern = json!({"schoolId": school, "about": about, "narrative": format!("{about} said"), "safeNow": "yes"});
    let concern = text(&lead.call("RecordConcern", concern).await["concern"]["concernId"]);
    let mail = arrives(2, || office.mails(), nothing).await.unwrap().remove(1);
    let link = format!("https://safety.northshire.example/schools/{school}/concerns/{concern}");
    assert!(mail.data.lines().any(|line| line == link), "{}", mail.data);
    assert_eq!(mail.header("Subject"), "A concern is waiting to be read - Thistledown Grange School");
    let message = arrives(1, || program.told(), nothing).await.unwrap().remove(0);
    assert!(message.header("webhook-signature").contains(&message.signed_with(&secret)));
    let body = String::from_utf8_lossy(&message.body).into_owned();
    assert!(body.contains(&link) && message.path == "/hook", "{body}");
    for outside in [mail.data, body, format!("{:?}", message.headers)] {
        assert!(!outside.contains(CANARY) && !outside.contains("of 4B"), "{outside}");
    }
    for entry in std::fs::read_dir(place.data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "log") {
            let log = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            for secret in ["thistledown.example", CANARY, &token, "whsec_"] {
                assert!(!log.contains(secret), "{secret} stands in {}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn notices_leave_the_embedded_default() {
    let office = PostOffice::open().await.unwrap();
    let place = Installation::embedded_with(&environment(&office)).await;
    told(&place, &office).await;
}

#[tokio::test]
async fn notices_leave_processes_apart() {
    let (office, redis) = (PostOffice::open().await.unwrap(), Redis::start());
    let place = Installation::distributed_with(&redis.1, &environment(&office)).await;
    told(&place, &office).await;
}
