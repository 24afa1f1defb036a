//! Bad input at every door: a clear error that names the field and the fix; nothing is half-written, nothing panics.

use serde_json::json;

use crate::installation::{Installation, http, text};

/// Asks the gateway over HTTP; answers status and body.
fn ask(place: &Installation, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    );
    http(&place.gateway, &request)
}

#[tokio::test]
async fn bad_input_is_refused_with_its_field_and_its_fix() {
    let place = Installation::embedded().await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    let school = json!({"name": "A school", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
    let roles = ["ROLE_STAFF", "ROLE_DSL", "ROLE_IT"];
    let all = place.person(&officer, "all", &roles, &school).await;
    let gateway = format!("http://{}", place.gateway);
    let environment =
        [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", all.token()), ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let file = |name: &str, content: &[u8]| {
        let path = place.data.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };

    // The command: documents and logs that cannot be read.
    let fortigate = include_bytes!("../../docs/examples/logs/harrowmere-fortigate.log");
    let feed = all.call("CreateFeed", json!({"schoolId": school, "name": "Proxy", "profile": "squid"})).await;
    let feed = feed["feed"]["feedId"].as_str().unwrap().to_owned();
    let nowhere = "fee_00000000000000000000000000";
    for (arguments, expected) in [
        (vec!["policy", "import", &file("a.exe", b"MZ"), "--school", &school], "file"),
        (vec!["policy", "import", &file("empty.txt", b""), "--school", &school], "file"),
        (vec!["policy", "import", &file("flat.txt", b"just a line of words\n"), "--school", &school], "heading"),
        (vec!["policy", "import", &file("junk.txt", &[0, 159, 146, 150, 0, 0, 1]), "--school", &school], "file"),
        (vec!["policy", "import", "/nowhere/at/all.txt", "--school", &school], "file"),
        (vec!["logs", "ingest", &file("empty.log", b""), "--school", &school, "--feed", nowhere], "empty"),
        (vec!["logs", "ingest", &file("a.log", b"x\n"), "--school", &school, "--feed", nowhere], "no such thing"),
        (vec!["logs", "ingest", &file("a.log.gz", b"\x1f\x8b\x08\0"), "--school", &school, "--feed", &feed], "gzip"),
        (vec!["logs", "ingest", &file("other.log", fortigate), "--school", &school, "--feed", &feed], "fortigate"),
        (vec!["logs", "parse", &file("b.log", b"x\n"), "--format", "abacus"], "squid"),
        (vec!["logs", "parse", &file("c.log", b"x\n")], "--format"),
        (vec!["logs", "parse", &file("d.log", b"PK\x03\x04"), "--format", "squid"], "zip"),
        (vec!["logs", "profile", "check", &file("own.yaml", b"profile: own\nversion: 0\n")], "layout"),
        (vec!["call", "CloseTheDoor"], "no rpc"),
        (vec!["call"], "hedgerow call --list"),
        (vec!["call", "CloseCase", "{"], "json"),
    ] {
        let (done, printed) = place.try_command(&arguments, &environment);
        assert!(!done && printed.contains("error:") && printed.contains(expected), "{arguments:?}: {printed}");
        assert!(!printed.contains("panicked"), "{printed}");
    }
    // What the command refuses is counted of the feed, too.
    let ledger = all.call("GetLedger", json!({"schoolId": school, "feedId": feed})).await;
    let refused = ledger["refusedDeliveries"].as_array().cloned().unwrap_or_default();
    assert_eq!(refused.iter().map(|one| text(&one["reason"])).collect::<Vec<_>>(), ["damaged", "no_log"], "{ledger}");
    let versions = all.call("ListInstances", json!({"schoolId": school})).await;
    assert!(versions["instances"].is_null(), "nothing half-written: {versions}");

    // JSON: credentials, fields, keys.
    let bearer = format!("Authorization: Bearer {}\r\n", all.token());
    let concerns = format!("/v1/schools/{school}/concerns");
    let body = r#"{"about": "a", "narrative": "n", "safe_now": "yes"}"#;
    // A cursor of three null characters, which PostgreSQL would not take.
    let (nulls, doubled) = (format!("{concerns}?page_token=AAAA"), format!("{concerns}?page_size=1&page_size=-1"));
    let keyed = format!("{bearer}Idempotency-Key: 6f1f4c1e-7a53-4c1e-9a55-0f6d1f0b7a01\r\n");
    for (method, path, headers, body, status, expected) in [
        ("GET", concerns.as_str(), "", "", 401, "sign in"),
        ("GET", concerns.as_str(), "Authorization: Bearer long-gone\r\n", "", 401, "sign"),
        ("POST", concerns.as_str(), bearer.as_str(), body, 400, "request_id"),
        ("POST", concerns.as_str(), keyed.as_str(), "{}", 400, "narrative"),
        ("POST", concerns.as_str(), keyed.as_str(), r#"{"abuot": "a"}"#, 400, "abuot"),
        ("POST", concerns.as_str(), keyed.as_str(), "{", 400, "JSON"),
        ("GET", "/v1/schools/sch_wrong/concerns", bearer.as_str(), "", 404, "no such thing"),
        ("GET", nulls.as_str(), bearer.as_str(), "", 400, "page_token"),
        ("GET", doubled.as_str(), bearer.as_str(), "", 400, "page_size"),
        (
            "POST",
            concerns.as_str(),
            keyed.as_str(),
            r#"{"about": "a\u0000", "narrative": "n", "safe_now": "yes"}"#,
            400,
            "about",
        ),
        ("GET", "/v1/nothing", bearer.as_str(), "", 404, ""),
    ] {
        let (answered, problem) = ask(&place, method, path, headers, body);
        assert_eq!(answered, status, "{method} {path}: {problem}");
        assert!(problem.contains(expected), "{method} {path}: {problem}");
    }

    // A doubled submit makes one record and gets one answer.
    let first = ask(&place, "POST", &concerns, &keyed, body);
    let second = ask(&place, "POST", &concerns, &keyed, body);
    assert_eq!((first.0, &first), (200, &second));
    let mine = all.call("ListMyConcerns", json!({"schoolId": school})).await;
    assert_eq!(mine["concerns"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn bad_input_an_unknown_setting_refuses_to_start_and_is_named() {
    let place = Installation::embedded().await;
    let config = place.data.path().join("hedgerow.toml");
    std::fs::write(&config, "[gateway]\nlisten = '127.0.0.1:0'\nlissten = 'x'\n").unwrap();
    let arguments = ["--config", config.to_str().unwrap(), "config", "check"];
    let (done, printed) = place.try_command(&arguments, &[]);
    assert!(!done && printed.contains("lissten"), "{printed}");
    let (done, printed) = place.try_command(&["config", "check"], &[("HEDGEROW_GATEWAY__LISTEN", "nowhere")]);
    assert!(!done && printed.contains("gateway.listen"), "{printed}");
    let (done, printed) = place.try_command(&["config", "dump"], &[("HEDGEROW_REDIS_URL", "redis://u:hunter2@h")]);
    assert!(done && !printed.contains("hunter2"), "{printed}");
}
