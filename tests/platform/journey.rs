//! The main job, from a school's policy document to a governor's figure, through real processes: on the embedded
//! default, and with each role its own process over PostgreSQL and Redis. The examples that the project ships always;
//! the real documents and logs too, where they are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::installation::{Installation, Person, Redis, http, root, text};

/// What a journey is walked on.
struct Material {
    area: &'static str,
    policies: [PathBuf; 2],
    /// Blanks the documents leave open, filled at the school.
    blanks: &'static [(&'static str, &'static str)],
    logs: Vec<(&'static str, PathBuf)>,
    /// Whether the logs hold the planted self-harm search and illegal hit.
    planted: bool,
}

fn examples() -> Material {
    let folder = root().join("docs/examples");
    Material {
        area: "northshire",
        policies: [folder.join("policies/harrowmere-high.txt"), folder.join("policies/pennyroyal-lane.txt")],
        blanks: &[("role.dsl_lead", "The lead"), ("net.broadband", "A supplier"), ("doc.next_review", "2030-01-01")],
        logs: vec![
            ("squid", folder.join("logs/thistledown-squid.log")),
            ("e2guardian", folder.join("logs/pennyroyal-e2guardian.log")),
            ("fortigate", folder.join("logs/harrowmere-fortigate.log")),
        ],
        planted: true,
    }
}

/// The real ones, where they are.
fn real() -> Option<Material> {
    let shared = root().join("../shared");
    let mut seeds: Vec<PathBuf> = std::fs::read_dir(shared.join("seeds"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    seeds.sort();
    let samples = shared.join("samples/filter-logs");
    Some(Material {
        area: "derbyshire",
        policies: seeds.try_into().ok()?,
        blanks: &[("role.dsl_lead", "The lead"), ("role.chair", "The chair"), ("doc.next_review", "2030-01-01")],
        logs: vec![
            ("squid", samples.join("squid-native__kujiraitakahiro.log")),
            ("e2guardian", samples.join("e2guardian-format1__github-issues.log")),
            ("cef", samples.join("forcepoint-swg-cef__sekoia.log")),
        ],
        planted: false,
    })
}

/// A school and its people.
pub struct School {
    pub id: String,
    pub dsl: Person,
    pub head: Person,
    pub chair: Person,
    pub it: Person,
    pub staff: Person,
    pub governor: Person,
}

async fn school(place: &Installation, officer: &Person, key: &str, kind: &str) -> School {
    let urn = if key == "first" { "888001" } else { "888002" };
    let request = json!({"name": format!("{key} school"), "kind": kind, "urn": urn, "keyStages": ["KS1", "KS2"]});
    let id = text(&officer.call("CreateSchool", request).await["school"]["schoolId"]);
    let person = async |part: &str, roles: &[&str]| place.person(officer, &format!("{key}.{part}"), roles, &id).await;
    School {
        dsl: person("dsl", &["ROLE_DSL", "ROLE_STAFF"]).await,
        head: person("head", &["ROLE_HEAD", "ROLE_STAFF"]).await,
        chair: person("chair", &["ROLE_CHAIR"]).await,
        it: person("it", &["ROLE_IT"]).await,
        staff: person("staff", &["ROLE_STAFF"]).await,
        governor: person("governor", &["ROLE_GOVERNOR"]).await,
        id,
    }
}

/// A school with a policy in force, made of a document that the project ships.
pub async fn in_force(place: &Installation, officer: &Person) -> School {
    officer.call("PublishTemplate", json!({})).await;
    let material = examples();
    officer.call("PublishAgencyRegister", json!({"area": material.area})).await;
    let school = school(place, officer, "first", "special").await;
    adopt(place, &school, &material.policies[0], material.blanks).await;
    school
}

/// Two schools with policies in force, made of documents that the project ships.
pub async fn two_in_force(place: &Installation, officer: &Person) -> (School, School) {
    let first = in_force(place, officer).await;
    let material = examples();
    let second = school(place, officer, "second", "primary").await;
    adopt(place, &second, &material.policies[1], material.blanks).await;
    (first, second)
}

/// Steps 1 and 2: from the document to a policy in force, with the command.
async fn adopt(place: &Installation, school: &School, document: &Path, blanks: &[(&str, &str)]) {
    let token = [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", school.dsl.token())];
    let gateway = format!("http://{}", place.gateway);
    let environment = [token[0], ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let arguments = ["policy", "import", document.to_str().unwrap(), "--school", &school.id];
    let (imported, printed) = place.try_command(&arguments, &environment);
    assert!(imported, "{printed}");
    assert!(printed.contains("paragraphs = ") && printed.contains("error:"), "no findings: {printed}");
    let instance = printed.split_whitespace().next().unwrap().to_owned();
    let at = json!({"schoolId": school.id, "instanceId": instance});
    let with = |etag: &Value, more: Value| {
        let mut request = at.clone();
        request["etag"] = etag.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let draft = school.dsl.call("GetInstance", at.clone()).await;
    let import = &draft["instance"]["import"];
    let count = |key: &str| import[key].as_u64().unwrap_or_default();
    let accounted = count("matched") + count("amended") + count("added") + count("ignored");
    assert_eq!(count("paragraphs"), accounted, "every paragraph is accounted for");
    assert!(count("matched") + count("amended") > 150, "clauses are found in it: {import}");
    let mut etag = draft["instance"]["etag"].clone();
    for (key, value) in blanks {
        let answer = school.dsl.call("SetParameter", with(&etag, json!({"key": key, "values": [value]}))).await;
        etag = answer["instance"]["etag"].clone();
    }
    let unsigned = school.head.try_call("PublishInstance", with(&etag, json!({}))).await.unwrap_err();
    assert_eq!(unsigned.reason_name(), "WRONG_STATE", "no version comes into force unsigned");
    let ring = json!({
        "procedureId": "P1", "tailoring": "added", "reason": "we always do",
        "step": {
            "title": "Ring the school nurse", "roles": ["dsl"], "clock": {"kind": "days", "amount": 2},
            "condition": "always", "after": ["P1-01"], "records": ["note"]
        }
    });
    etag = school.dsl.call("TailorStep", with(&etag, ring)).await["instance"]["etag"].clone();
    let unseen = school.head.try_call("ApproveInstance", with(&etag, json!({}))).await.unwrap_err();
    assert!(unseen.message().contains("confirm the import"), "nobody signs what nobody looked at: {unseen}");
    school.dsl.ways_to_report(&school.id).await;
    for (who, method) in [
        (&school.dsl, "ConfirmImport"),
        (&school.head, "ApproveInstance"),
        (&school.chair, "RatifyInstance"),
        (&school.head, "PublishInstance"),
    ] {
        etag = who.call(method, with(&etag, json!({}))).await["instance"]["etag"].clone();
    }
    let policy = school.staff.call("GetEffectivePolicy", json!({"schoolId": school.id})).await["policy"].clone();
    for (list, least) in [("procedures", 7), ("gates", 8), ("contacts", 5), ("alertRules", 5), ("clauses", 100)] {
        assert!(policy[list].as_array().map_or(0, Vec::len) >= least, "{list}: {}", policy[list]);
    }
}

/// Step 3: a filter's log to the school's feed, with the command.
async fn send_log(place: &Installation, school: &School, profile: &str, log: &Path) -> Value {
    let hosts = std::fs::read_to_string(root().join("docs/examples/logs/hosts.csv")).unwrap();
    let hosts: serde_json::Map<String, Value> =
        hosts.lines().skip(1).filter_map(|l| l.split_once(',')).map(|(h, c)| (h.to_owned(), c.into())).collect();
    let request = json!({"schoolId": school.id, "name": profile, "profile": profile, "hostCategories": hosts});
    let feed = text(&school.it.call("CreateFeed", request).await["feed"]["feedId"]);
    let gateway = format!("http://{}", place.gateway);
    let environment =
        [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", school.it.token()), ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let arguments = ["logs", "ingest", log.to_str().unwrap(), "--school", &school.id, "--feed", &feed];
    for _ in 0..2 {
        let (sent, printed) = place.try_command(&arguments, &environment);
        assert!(sent, "{printed}");
    }
    let ledger = school.it.call("GetLedger", json!({"schoolId": school.id, "feedId": feed})).await["total"].clone();
    let count = |key: &str| ledger[key].as_str().and_then(|n| n.parse::<u64>().ok()).unwrap_or_default();
    let lines = std::fs::read(log).unwrap().iter().filter(|b| **b == b'\n').count();
    assert_eq!(count("received"), u64::try_from(lines).unwrap(), "sent twice, counted once");
    assert_eq!(
        count("received"),
        count("kept") + count("folded") + count("excepted") + count("noise") + count("rejected")
    );

    // Tomorrow's log has the same name. A line too long to be read and one of an older encoding stop nothing.
    let tomorrow = place.data.path().join(log.file_name().unwrap());
    let long = vec![b'x'; 5 << 20];
    std::fs::write(&tomorrow, [b"\xe9\n", long.as_slice(), b"\n", &std::fs::read(log).unwrap()].concat()).unwrap();
    let arguments = ["logs", "ingest", tomorrow.to_str().unwrap(), "--school", &school.id, "--feed", &feed];
    let (sent, printed) = place.try_command(&arguments, &environment);
    assert!(sent && printed.contains(&format!("{} received", lines + 2)), "another delivery: {printed}");
    assert!(printed.contains("line 2: too_long") && printed.contains("read as Windows-1252: 1"), "{printed}");
    std::fs::write(&tomorrow, b"junk\nmore junk\n").unwrap();
    let (sent, printed) = place.try_command(&arguments, &environment);
    assert!(!sent && printed.contains("no line could be read"), "{printed}");
    ledger
}

/// Waits for what another service has to hear first.
pub async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    for _ in 0..100 {
        if check().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what} did not come");
}

/// Steps 4 to 6: from a concern to a closed case, with another school in between.
async fn work_a_case(place: &Installation, first: &School, second: &School) {
    let at = |more: Value| {
        let mut request = json!({"schoolId": first.id});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let concern = at(json!({"about": "Canary Child", "narrative": "Canary narrative", "safeNow": "not_sure"}));
    let heard = first.staff.call("RecordConcern", concern).await;
    let concern = text(&heard["concern"]["concernId"]);
    let triage = at(json!({"concernId": concern, "newCase": {"procedureId": "P1", "risks": ["conduct"]}}));
    let mut opened = Value::Null;
    eventually("the policy at incident-cases", async || {
        opened = first.dsl.try_call("TriageConcern", triage.clone()).await.unwrap_or_default();
        !opened.is_null()
    })
    .await;
    let case = text(&opened["case"]["caseId"]);
    assert_eq!(opened["case"]["policyVersion"], 1);
    assert!(opened["case"]["steps"].as_array().is_some_and(|steps| steps.len() >= 10), "{opened}");
    let own = |step: &Value| step["stepId"] == "P1-S01" && step["title"] == "Ring the school nurse";
    assert!(opened["case"]["steps"].as_array().unwrap().iter().any(own), "the school's own step runs: {opened}");
    let on = |more: Value| {
        let mut request = at(json!({"caseId": case}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    for (name, value) in [("other_setting", "yes"), ("offence", "yes")] {
        first.dsl.call("RecordFact", on(json!({"name": name, "value": value}))).await;
    }
    let victim = on(json!({"person": "Canary Child", "role": "victim", "yearGroup": "6"}));
    let involved = first.dsl.call("AddInvolvement", victim).await["case"]["involvements"][0].clone();
    first.dsl.call("RecordFact", on(json!({"name": "immediate_danger", "value": "no"}))).await;
    let support = json!({
        "involvementId": involved["involvementId"], "offer": "Somebody to talk to, and help to block", "uptake": "accepted"
    });
    first.dsl.call("RecordSupport", on(support)).await;
    let invite = on(json!({"toSchoolId": second.id, "summary": "Our pupils share a group", "contact": "01632 960001"}));
    let refused = first.dsl.try_call("InviteSchool", invite.clone()).await.unwrap_err();
    assert_eq!(refused.reason_name(), "GATE_SHUT");
    assert_eq!((refused.metadata("gate"), refused.metadata("missing_step")), (Some("G-HOLD"), Some("P1-03")));
    let body =
        json!({"to_school_id": second.id, "summary": "Our pupils share a group", "contact": "1", "request_id": uuid()});
    let (status, problem) =
        post(place, &first.dsl, &format!("/v1/schools/{}/cases/{case}:inviteSchool", first.id), &body);
    assert_eq!(status, 409, "{problem}");
    assert!(problem.contains("P1-03") && problem.contains("G-HOLD"), "the other door names them too: {problem}");

    let talk = on(json!({"agency": "police_101", "reference": "1", "advice": "Go ahead"}));
    first.dsl.call("RecordConsultation", talk).await;
    let shared = text(&first.dsl.call("InviteSchool", invite).await["case"]["sharedIncidentId"]);
    let theirs = json!({"schoolId": second.id});
    let received = second.dsl.call("ListInvitations", theirs.clone()).await["invitations"][0].clone();
    assert_eq!(received["sharedIncidentId"], Value::Null, "an invitation does not even say which incident");
    let read = json!({"schoolId": second.id, "sharedIncidentId": shared});
    assert_eq!(second.dsl.try_call("GetSharedIncident", read.clone()).await.unwrap_err().reason_name(), "NOT_FOUND");
    let accept = json!({"schoolId": second.id, "invitationId": received["invitationId"]});
    second.dsl.call("AcceptInvitation", accept).await;
    let seen = second.dsl.call("GetSharedIncident", read).await.to_string();
    assert!(seen.contains("Learner 1, Year 6") && !seen.contains("Canary"), "the shared part only: {seen}");
    let private = json!({"schoolId": second.id, "caseId": case});
    assert_eq!(second.dsl.try_call("GetCase", private).await.unwrap_err().reason_name(), "NOT_FOUND");

    let referral = on(json!({"agency": "front_door_form", "reason": "Support for the family"}));
    let referral = text(&first.dsl.call("MakeReferral", referral).await["referral"]["referralId"]);
    let told = json!({
        "involvementId": involved["involvementId"], "told": true, "reason": "She will talk with him", "toldBy": "The lead",
        "toldWhom": "The mother", "toldHow": "telephone", "toldTime": super::isolation::now()
    });
    first.dsl.call("RecordParentsDecision", on(told)).await;
    let outcome = json!({"referralId": referral, "outcome": "accepted", "text": "They will visit"});
    first.dsl.call("RecordReferralOutcome", on(outcome)).await;
    for fact in ["device_involved", "conduct_established"] {
        first.dsl.call("RecordFact", on(json!({"name": fact, "value": "no"}))).await;
    }
    let learnt = json!({"findings": "Quick talk helped", "actions": ""});
    first.dsl.call("RecordDebrief", on(learnt)).await;
    let mut now = first.dsl.call("GetCase", on(json!({}))).await["case"].clone();
    while let Some(step) =
        now["steps"].as_array().unwrap().iter().find(|s| s["state"] == "to_do" && s["doneBy"].is_null()).cloned()
    {
        let done = on(json!({"stepId": step["stepId"], "recorded": recorded(&step)}));
        now = first.dsl.call("CompleteStep", done).await["case"].clone();
    }
    let close = on(json!({"outcome": "resolved", "reason": "Safe now", "etag": now["etag"]}));
    assert_eq!(first.dsl.call("CloseCase", close).await["case"]["state"], "closed");
}

/// Something under each field that a step records.
fn recorded(step: &Value) -> Value {
    let now = super::isolation::now();
    let field = |field: &Value| {
        let value = match field["kind"].as_str().unwrap() {
            "moment" => now.as_str(),
            "number" => "3",
            "one_of" | "some_of" => field["codes"][0].as_str().unwrap(),
            _ => "Done",
        };
        (text(&field["name"]), json!(value))
    };
    step["fields"].as_array().unwrap().iter().map(field).collect::<serde_json::Map<_, _>>().into()
}

fn uuid() -> String {
    hedgerow::client::request_id()
}

fn post(place: &Installation, who: &Person, path: &str, body: &Value) -> (u16, String) {
    let body = body.to_string();
    http(
        &place.gateway,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            who.token(),
            body.len()
        ),
    )
}

/// What leaves in files, with the command: never over a file that is there, and never without a reason.
async fn take_out(place: &Installation, school: &School) {
    let gateway = format!("http://{}", place.gateway);
    let environment =
        [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", school.dsl.token()), ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let cases = school.dsl.call("ListCases", json!({"schoolId": school.id})).await;
    let case = text(&cases["cases"][0]["caseId"]);
    let child = json!({"schoolId": school.id, "record": {"givenName": "Robin", "familyName": "Field"}});
    let child = text(&school.dsl.call("CreateLearner", child).await["learner"]["learnerId"]);
    let asked = json!({
        "schoolId": school.id, "learnerId": child, "requestedBy": "Their mother", "receivedDate": "2026-01-05"
    });
    let asked = text(&school.dsl.call("ReceiveAccessRequest", asked).await["accessRequest"]["accessRequestId"]);
    let folder = tempfile::tempdir().unwrap();
    for (what, ending, begins) in [
        (&["print", case.as_str(), "--kind", "bundle", "--format", "pdf"][..], "pdf", &b"%PDF-"[..]),
        (&["export", "cases"][..], "csv", &b"CASE,STATE,"[..]),
        (&["subject-access", asked.as_str(), "--format", "html"][..], "html", &b"<!"[..]),
    ] {
        let file = folder.path().join(format!("{}.{ending}", what[0]));
        let out = ["--school", &school.id, "--reason", "For the conference", "--out", file.to_str().unwrap()];
        let arguments = [&["cases"][..], what, &out[..]].concat();
        std::fs::write(&file, "mine").unwrap();
        let (written, printed) = place.try_command(&arguments, &environment);
        assert!(!written && printed.contains("--force"), "{printed}");
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
        let (written, printed) = place.try_command(&[&arguments[..], &["--force"]].concat(), &environment);
        assert!(written, "{printed}");
        let content = std::fs::read(&file).unwrap();
        assert!(content.to_ascii_uppercase().starts_with(&begins.to_ascii_uppercase()), "{what:?}");
    }
    let exports = school.dsl.call("ListCaseRegisterExports", json!({"schoolId": school.id})).await;
    assert_eq!(exports["exports"].as_array().map(Vec::len), Some(1), "what was refused for the file was not asked");
    let closed = json!({"schoolId": school.id, "accessRequestId": asked});
    assert_eq!(school.dsl.call("GetAccessRequest", closed).await["accessRequest"]["state"], "answered");
}

async fn walk(place: &Installation, material: Material) {
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": material.area})).await;
    let first = school(place, &officer, "first", "special").await;
    let second = school(place, &officer, "second", "primary").await;
    adopt(place, &first, &material.policies[0], material.blanks).await;
    adopt(place, &second, &material.policies[1], material.blanks).await;
    for (profile, log) in &material.logs {
        let ledger = send_log(place, &first, profile, log).await;
        let alerted = ledger["alerts"].as_str().is_some_and(|count| count != "0");
        assert_eq!(material.planted, alerted, "{profile}: {ledger}");
    }
    if material.planted {
        let alerts = first.dsl.call("ListAlerts", json!({"schoolId": first.id})).await;
        let themes: Vec<String> = alerts["alerts"].as_array().unwrap().iter().map(|a| text(&a["theme"])).collect();
        assert!(themes.contains(&"illegal_csam".to_owned()) && themes.contains(&"self_harm_suicide".to_owned()));
        eventually("the alert as a concern", async || {
            let concerns = first.dsl.call("ListConcerns", json!({"schoolId": first.id, "state": "new"})).await;
            concerns["concerns"].as_array().is_some_and(|all| all.iter().any(|c| c["origin"] == "alert"))
        })
        .await;
    }
    work_a_case(place, &first, &second).await;
    take_out(place, &first).await;
    crate::case_commands::work_a_case(place, &first).await;

    eventually("the figures", async || {
        let report = first.governor.call("GetSchoolReport", json!({"schoolId": first.id})).await;
        let line = report["report"]["lines"].as_array().unwrap().iter().find(|l| l["key"] == "cases_closed").cloned();
        line.is_some_and(|line| line["figure"]["code"] == "c")
    })
    .await;
    let authority = officer.call("GetAuthorityReport", json!({})).await;
    assert_eq!(authority["report"]["schools"].as_array().map(Vec::len), Some(2));
    // Every service answers the officer why schools need help, and what is said of a school comes to its figures.
    let needs = officer.call("ListSchoolsByNeed", json!({})).await;
    assert!(needs["unknown"].as_array().is_none_or(Vec::is_empty), "{needs}");
    assert_eq!(needs["schools"].as_array().map(Vec::len), Some(2), "{needs}");
    officer.call("DescribeSchool", json!({"schoolId": first.id, "area": "Larkspur Vale", "learners": 400})).await;
    eventually("the area", async || {
        officer.call("ListStandings", json!({})).await.to_string().contains("Larkspur Vale")
    })
    .await;
    assert!(place.command(&["audit", "verify"]).contains("hedgerow/incident-cases"));
}

#[tokio::test]
async fn journey_on_the_embedded_default() {
    let mut place = Installation::embedded().await;
    walk(&place, examples()).await;
    flip_a_byte(&mut place);
}

#[tokio::test]
async fn journey_with_each_role_its_own_process() {
    let redis = Redis::start();
    let place = Installation::distributed_over(&redis.1).await;
    walk(&place, examples()).await;
}

#[tokio::test]
async fn journey_on_real_documents_and_logs() {
    let Some(material) = real() else {
        println!("skipped: the real documents are not here");
        return;
    };
    walk(&Installation::embedded().await, material).await;
}

#[tokio::test]
async fn journey_a_concern_is_recorded_while_every_other_service_is_down() {
    let redis = Redis::start();
    let mut place = Installation::distributed_over(&redis.1).await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    let school = school(&place, &officer, "first", "primary").await;
    drop(redis);
    for role in ["policy-registry", "filtering-ingest", "reporting"] {
        place.kill(role);
    }
    let concern = json!({"schoolId": school.id, "about": "Somebody", "narrative": "Something", "safeNow": "yes"});
    school.staff.call("RecordConcern", concern).await;
    let mine = school.staff.call("ListMyConcerns", json!({"schoolId": school.id})).await;
    assert_eq!(mine["concerns"].as_array().map(Vec::len), Some(1));
    let refused = school.staff.try_call("GetEffectivePolicy", json!({"schoolId": school.id})).await.unwrap_err();
    assert_eq!(refused.reason_name(), "UNAVAILABLE", "a stopped registry says so");
    place.start("policy-registry");
    eventually("the registry", async || {
        school.staff.try_call("GetSchool", json!({"schoolId": school.id})).await.is_ok()
    })
    .await;
}

/// Step 8: one byte of a history entry changed in the file is named.
fn flip_a_byte(place: &mut Installation) {
    place.kill("all");
    let file = place.data.path().join("incident-cases.sqlite3");
    assert!(place.command(&["audit", "verify"]).contains("incident-cases"), "opened and intact after a crash");
    let mut bytes = std::fs::read(&file).unwrap();
    let wanted = b"consultation.recorded";
    // SQLite may hold the row twice: where it is, and on a page it was moved from.
    let found: Vec<usize> = (0..bytes.len() - wanted.len()).filter(|at| bytes[*at..].starts_with(wanted)).collect();
    assert!(!found.is_empty(), "the entry is in the file");
    for at in found {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, bytes).unwrap();
    let (held, printed) = place.try_command(&["audit", "verify"], &[]);
    assert!(!held && printed.contains("is not what was written"), "{printed}");
}
