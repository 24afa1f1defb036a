//! Another school's id answers byte for byte as one that never existed: for every rpc that names a school, and for
//! every id that a request can name.

use std::collections::BTreeMap;

use chassis::{clock::SystemClock, error::Error, id};
use proto::contract;
use serde_json::{Value, json};

use crate::installation::{Installation, Person, text};

/// A well-formed id of the same kind that belongs to nothing.
fn nobodys(id: &str) -> String {
    chassis::id!(struct AnyId = "any");
    let ids = id::Ids::new(std::sync::Arc::new(SystemClock));
    let made = ids.next::<AnyId>().to_string();
    format!("{}{}", &id[..3], &made[3..])
}

/// Everything an answer tells, as the wire has it, but for the id of a request.
fn told(answer: Result<Value, Error>) -> String {
    match answer {
        Ok(value) => format!("ok {value}"),
        Err(error) => {
            format!("{:?} {} {:?} {:?}", error.kind(), error.message(), error.violations(), error.reason_name())
        }
    }
}

/// A school with something of every kind in it; answers the ids by the field that names them.
pub async fn furnished(
    place: &Installation,
    officer: &Person,
    key: &str,
) -> (String, Person, BTreeMap<String, String>) {
    let urn = if key == "here" { "888001" } else { "888002" };
    let request = json!({"name": key, "kind": "primary", "urn": urn, "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", request).await["school"]["schoolId"]);
    let roles = ["ROLE_DSL", "ROLE_STAFF", "ROLE_HEAD", "ROLE_CHAIR", "ROLE_IT", "ROLE_GOVERNOR"];
    let all = place.person(officer, &format!("{key}.all"), &roles, &school).await;
    let other = place.person(officer, &format!("{key}.chair"), &["ROLE_CHAIR"], &school).await;
    let document =
        std::fs::read(crate::installation::root().join("docs/examples/policies/pennyroyal-lane.txt")).unwrap();
    all.ways_to_report(&school).await;
    let instance = all.import(&school, document).await;
    let mut etag = Value::Null;
    for (key, value) in [("role.dsl_lead", "A"), ("net.broadband", "B"), ("doc.next_review", "2030-01-01")] {
        let now = all.call("GetInstance", json!({"schoolId": school, "instanceId": instance})).await;
        let set = json!({
            "schoolId": school, "instanceId": instance, "key": key, "values": [value], "etag": now["instance"]["etag"]
        });
        etag = all.call("SetParameter", set).await["instance"]["etag"].clone();
    }
    for (who, method) in
        [(&all, "ConfirmImport"), (&all, "ApproveInstance"), (&other, "RatifyInstance"), (&all, "PublishInstance")]
    {
        let sign = json!({"schoolId": school, "instanceId": instance, "etag": etag});
        etag = who.call(method, sign).await["instance"]["etag"].clone();
    }
    let feed = json!({"schoolId": school, "name": "f", "profile": "squid"});
    let feed = text(&all.call("CreateFeed", feed).await["feed"]["feedId"]);
    let sender = json!({"schoolId": school, "name": "s", "feedId": feed});
    let sender = text(&all.call("CreateSender", sender).await["sender"]["senderId"]);
    let search = "1794825936.916 200 10.0.0.1 TCP_MISS/200 1 GET https://www.google.com/search?q=i+want+to+kill+myself u1 HIER_DIRECT/192.0.2.1 text/html\n";
    all.send(&school, &feed, search).await.unwrap();
    let alert = all.call("ListAlerts", json!({"schoolId": school})).await;
    let mut exception = json!({"schoolId": school});
    fill(&mut exception, "RequestException");
    let exception = text(&all.call("RequestException", exception).await["exception"]["exceptionId"]);
    let concern = json!({"schoolId": school, "about": "a", "narrative": "n", "safeNow": "yes"});
    let concern = text(&all.call("RecordConcern", concern).await["concern"]["concernId"]);
    let triage =
        json!({"schoolId": school, "concernId": concern, "newCase": {"procedureId": "P1", "risks": ["conduct"]}});
    let mut case = Value::Null;
    for _ in 0..100 {
        match all.try_call("TriageConcern", triage.clone()).await {
            Ok(opened) => {
                case = opened["case"]["caseId"].clone();
                break;
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
    let on = json!({"schoolId": school, "caseId": case});
    let with = |more: Value| {
        let mut request = on.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let victim = all.call("AddInvolvement", with(json!({"person": "p", "role": "victim"}))).await;
    let entry = all.call("AddEntry", with(json!({"text": "t"}))).await;
    let referral = all.call("MakeReferral", with(json!({"agency": "front_door_form", "reason": "r"}))).await;
    let draft = with(json!({"route": "front_door", "agency": "front_door_form"}));
    let draft = all.call("DraftReferral", draft).await;
    let asked =
        all.call("AskAgreement", with(json!({"kind": "hold_override", "audience": "parents", "reason": "r"}))).await;
    let material =
        all.call("RecordMaterial", with(json!({"kind": "website", "description": "d", "address": "x"}))).await;
    let report = all.call("RecordReport", with(json!({"body": "iwf"}))).await;
    let device = json!({
        "schoolId": school, "item": "i", "owner": "o", "ground": "rule_breach", "reason": "r", "place": "p"
    });
    let device = all.call("TakeIntoCustody", device).await;
    let unread = json!({"schoolId": school, "about": "a", "narrative": "n", "safeNow": "yes"});
    let unread = text(&all.call("RecordConcern", unread).await["concern"]["concernId"]);
    let photo = json!({"schoolId": school, "concernId": unread, "showsChild": "no"});
    let photo = all.call("BeginAttachment", photo).await;
    let away = json!({"schoolId": school, "accountId": "acc_00000000000000000000000000"});
    let absence = all.call("RecordAbsence", away).await;
    let learner = json!({"schoolId": school, "record": {"givenName": "g", "familyName": "f"}});
    let learner = all.call("CreateLearner", learner).await;
    let part = with(json!({"person": "g f", "role": "witness", "learnerId": learner["learner"]["learnerId"]}));
    all.call("AddInvolvement", part).await;
    let access = json!({
        "schoolId": school, "learnerId": learner["learner"]["learnerId"], "requestedBy": "r", "receivedDate": "2026-01-05"
    });
    let access = text(&all.call("ReceiveAccessRequest", access).await["accessRequest"]["accessRequestId"]);
    let kept = all.call("GetAccessRequest", json!({"schoolId": school, "accessRequestId": access})).await;
    // A restricted case that somebody opened who is not named in it.
    let deputy = place.person(officer, &format!("{key}.deputy"), &["ROLE_DEPUTY_DSL"], &school).await;
    let secret = json!({"schoolId": school, "about": "a", "narrative": "n", "safeNow": "yes"});
    let secret = text(&all.call("RecordConcern", secret).await["concern"]["concernId"]);
    let open = json!({"schoolId": school, "concernId": secret, "newCase": {"procedureId": "P1", "risks": ["conduct"]}});
    let secret = all.call("TriageConcern", open).await["case"].clone();
    let close = json!({
        "schoolId": school, "caseId": secret["caseId"], "level": "restricted", "reason": "r", "etag": secret["etag"],
        "memberAccountIds": ["acc_00000000000000000000000000"]
    });
    all.call("SetCaseAccess", close).await;
    let break_glass = json!({"schoolId": school, "caseId": secret["caseId"], "reason": "Nobody named in it answers."});
    let glass = deputy.call("BreakGlass", break_glass).await;
    // An incident shared with a third school, which has not answered.
    let away = json!({"name": "away", "kind": "primary", "urn": format!("{urn}9")[1..], "keyStages": ["KS1"]});
    let away = text(&officer.call("CreateSchool", away).await["school"]["schoolId"]);
    all.call("RecordConsultation", with(json!({"agency": "police_101", "reference": "r", "advice": "a"}))).await;
    let invite = with(json!({"toSchoolId": away, "summary": "s", "contact": "c"}));
    let invited = all.call("InviteSchool", invite).await;
    // A file on its way to that school, which has not received it.
    let moving = json!({"schoolId": school, "learnerId": learner["learner"]["learnerId"]});
    let looked_at = all.call("PreviewTransfer", moving.clone()).await;
    let mut moving = moving;
    moving.as_object_mut().unwrap().extend(
        json!({"toSchoolId": away, "contact": "c", "contentsDigest": looked_at["contentsDigest"]})
            .as_object()
            .unwrap()
            .clone(),
    );
    let transfer = text(&all.call("SendTransfer", moving).await["transfer"]["transferId"]);
    let lesson = json!({"schoolId": school, "source": "review", "text": "t"});
    let lesson = text(&all.call("RaiseLesson", lesson).await["lesson"]["lessonId"]);
    let review = json!({"schoolId": school, "trigger": "other", "note": "n"});
    let review = text(&all.call("RaiseReview", review).await["review"]["reviewId"]);
    // A second version, in consultation: comments are on that one.
    let document =
        std::fs::read(crate::installation::root().join("docs/examples/policies/pennyroyal-lane.txt")).unwrap();
    let discussed = all.import(&school, document).await;
    let now = all.call("GetInstance", json!({"schoolId": school, "instanceId": discussed})).await;
    let until = (chassis::clock::Clock::now(&SystemClock).date() + time::Duration::days(7)).to_string();
    let open = json!({
        "schoolId": school, "instanceId": discussed, "untilDate": until, "etag": now["instance"]["etag"]
    });
    all.call("OpenConsultation", open).await;
    let comment = json!({"schoolId": school, "instanceId": discussed, "audience": "staff", "text": "t"});
    let comment = text(&all.call("AddComment", comment).await["comment"]["commentId"]);
    let hook = json!({"schoolId": school, "url": "https://hooks.invalid/x", "kinds": ["case.opened"]});
    let hook = text(&all.call("CreateWebhook", hook).await["webhook"]["webhookId"]);
    let test = json!({"schoolId": school, "webhookId": hook});
    let attempt = text(&all.call("SendTestWebhook", test).await["attempt"]["attemptId"]);
    let mut saved = json!({"schoolId": school});
    fill(&mut saved, "SaveQuestion");
    let saved = text(&all.call("SaveQuestion", saved).await["question"]["questionId"]);
    let ids = [
        ("question_id", saved),
        ("webhook_id", hook),
        ("attempt_id", attempt),
        ("lesson_id", lesson),
        ("transfer_id", transfer),
        ("review_id", review),
        ("comment_id", comment),
        ("shared_incident_id", text(&invited["case"]["sharedIncidentId"])),
        ("invitation_id", text(&invited["invitation"]["invitationId"])),
        ("instance_id", text(&json!(instance))),
        ("feed_id", feed),
        ("sender_id", sender),
        ("alert_id", text(&alert["alerts"][0]["alertId"])),
        ("exception_id", exception),
        ("concern_id", concern),
        ("case_id", text(&case)),
        ("record_id", text(&case)),
        ("break_glass_id", text(&glass["breakGlass"]["breakGlassId"])),
        ("involvement_id", text(&victim["case"]["involvements"][0]["involvementId"])),
        ("entry_id", text(&entry["case"]["entries"][0]["entryId"])),
        ("referral_id", text(&referral["referral"]["referralId"])),
        ("draft_id", text(&draft["draft"]["draftId"])),
        ("agreement_id", text(&asked["case"]["agreements"][0]["agreementId"])),
        ("material_id", text(&material["case"]["materials"][0]["materialId"])),
        ("report_id", text(&report["case"]["reports"][0]["reportId"])),
        ("custody_id", text(&device["entry"]["custodyId"])),
        ("absence_id", text(&absence["absence"]["absenceId"])),
        ("learner_id", text(&learner["learner"]["learnerId"])),
        ("access_request_id", access),
        ("item_id", text(&kept["items"][0]["itemId"])),
        ("attachment_id", text(&photo["attachment"]["attachmentId"])),
    ];
    (school, all, ids.into_iter().map(|(field, id)| (field.to_owned(), id)).collect())
}

#[tokio::test]
async fn isolation_anothers_id_is_like_one_that_never_existed() {
    let place = Installation::embedded().await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": "northshire"})).await;
    let (here, me, mine) = furnished(&place, &officer, "here").await;
    let (there, _, theirs) = furnished(&place, &officer, "there").await;
    // Somebody in every role here; so far as their own school goes they may do anything.
    let camel = |field: &str| {
        let mut words = field.split('_');
        let first = words.next().unwrap().to_owned();
        words.fold(first, |all, w| all + &w[..1].to_uppercase() + &w[1..])
    };
    let (mut schools, mut things) = (0, 0);
    for rpc in contract::rpcs().iter().filter(|r| !r.descriptor.is_client_streaming()) {
        let fields: Vec<String> = rpc.descriptor.input().fields().map(|f| f.name().to_owned()).collect();
        if !fields.contains(&"school_id".to_owned()) {
            continue;
        }
        let path = rpc.path.trim_start_matches('/');
        let request = |school: &str, ids: &dyn Fn(&str) -> Option<String>| {
            let mut request = json!({"schoolId": school, "requestId": hedgerow::client::request_id()});
            if !fields.contains(&"request_id".to_owned()) {
                request.as_object_mut().unwrap().remove("requestId");
            }
            for field in &fields {
                if let Some(id) = ids(field) {
                    request[camel(field)] = id.into();
                }
            }
            fill(&mut request, rpc.name());
            request
        };
        // Their school, with their things in it, against a school that never was.
        let foreign = request(&there, &|field| theirs.get(field).cloned());
        let absent = request(&nobodys(&there), &|field| theirs.get(field).map(|id| nobodys(id)));
        let answers = (told(me.try_call(path, foreign).await), told(me.try_call(path, absent).await));
        assert_eq!(answers.0, answers.1, "{path} at another school");
        assert!(answers.0.starts_with("Missing"), "{path}: {}", answers.0);
        schools += 1;
        // My own school, with one thing of theirs in it, against one that never was.
        for field in fields.iter().filter(|field| theirs.contains_key(*field)) {
            let but = |id: &str, f: &str| if f == field { Some(id.to_owned()) } else { mine.get(f).cloned() };
            let nobodys = nobodys(&theirs[field]);
            let foreign = request(&here, &|f| but(&theirs[field], f));
            let absent = request(&here, &|f| but(&nobodys, f));
            let answers = (told(me.try_call(path, foreign).await), told(me.try_call(path, absent).await));
            assert_eq!(answers.0, answers.1, "{path} with another school's {field}");
            assert!(answers.0.starts_with("Missing"), "{path} {field}: {}", answers.0);
            things += 1;
        }
    }
    // The one rpc that streams: lines for their school, and lines for their feed.
    let line =
        "1794825936.916 200 10.0.0.1 TCP_MISS/200 1 GET https://example.org/ u1 HIER_DIRECT/192.0.2.1 text/html\n";
    let feed = &theirs["feed_id"];
    for (foreign, absent) in
        [((&there, feed), (&nobodys(&there), &nobodys(feed))), ((&here, feed), (&here, &nobodys(feed)))]
    {
        let send = async |(school, feed): (&String, &String)| told(me.send(school, feed, line).await.map(Value::from));
        let answers = (send(foreign).await, send(absent).await);
        assert_eq!(answers.0, answers.1, "lines");
        assert!(answers.0.starts_with("Missing"), "lines: {}", answers.0);
    }
    assert!(schools > 40 && things > 25, "{schools} rpcs and {things} ids were tried");
}

/// A moment that is still to come.
fn tomorrow() -> String {
    let at = chassis::clock::Clock::now(&SystemClock) + time::Duration::days(1);
    format!("{}T00:00:00Z", at.date())
}

/// This moment.
pub fn now() -> String {
    let at = chassis::clock::Clock::now(&SystemClock);
    at.format(&time::format_description::well_known::Rfc3339).unwrap()
}

/// What a request needs to get past validation, so that the answer is about the id and nothing else.
pub fn fill(request: &mut Value, rpc: &str) {
    let more = match rpc {
        "BreakGlass" => json!({"reason": "Nobody named in it answers."}),
        "ReceiveAccessRequest" => json!({"requestedBy": "r", "receivedDate": "2026-01-05"}),
        "PauseAccessRequest" | "ResumeAccessRequest" | "ExtendAccessRequest" => json!({"reason": "r"}),
        "DecideAccessItem" => json!({"decision": "withhold", "reason": "r"}),
        "ExportSubjectAccess" => json!({"format": "html", "reason": "r"}),
        "ExportCaseRegister" => json!({"register": "cases", "reason": "For the conference"}),
        "ReviewBreakGlass" => json!({"finding": "f", "justified": true}),
        "SearchRecords" => json!({"query": "Sam"}),
        "MarkContact" => json!({"kind": "telephone", "value": "07700 900123", "ring": "r"}),
        "EndContactMark" | "EndAdultMark" | "WithdrawReferral" => json!({"reason": "r"}),
        "MarkAdult" => json!({"teacherReference": "1234567", "ring": "r"}),
        "AnswerReferral" => json!({"text": "t"}),
        "NoteContactMatch" => json!({"note": "n"}),
        "AddEntry" | "AddToConcern" => json!({"text": "t"}),
        "AddAttachment" => json!({"content": "iVBORw0KGgo="}),
        "BeginAttachment" => json!({"showsChild": "no"}),
        "OpenPublicReport" => json!({"schoolName": "s", "readFrom": "08:30", "readTo": "16:00"}),
        "AddComment" => json!({"audience": "staff", "text": "t"}),
        "AnswerComment" => json!({"outcome": "noted", "answer": "a"}),
        "AnswerLesson" => json!({"outcome": "declined", "answer": "a"}),
        "CompleteReview" => json!({"outcome": "unchanged", "findings": "f"}),
        "OpenConsultation" => json!({"untilDate": "2999-01-01", "etag": "e"}),
        "CloseConsultation" => json!({"etag": "e"}),
        "PublishEmergency" => json!({"reason": "It cannot wait another day.", "etag": "e"}),
        "ProposeLesson" => json!({"text": "t"}),
        "RaiseLesson" => json!({"source": "review", "text": "t"}),
        "RaiseReview" => json!({"trigger": "other", "note": "n"}),
        "AddInvolvement" => json!({"person": "p", "role": "victim"}),
        "AddSharedEntry" => json!({"text": "t"}),
        "AddSharedTask" => json!({"text": "t", "ownerSchoolId": "sch_00000000000000000000000000"}),
        "AddSharedDecision" => json!({"text": "t", "reason": "r", "ownerSchoolId": "sch_00000000000000000000000000"}),
        "AddMinutes" => json!({
            "heldTime": "2026-01-05T09:00:00Z", "present": "p", "discussed": "d", "decided": "d", "next": "n"
        }),
        "DeclineDeskInvitation" => json!({"reason": "r"}),
        "WithdrawSharedItem" => json!({"sharedItemId": "six_00000000000000000000000000", "reason": "r"}),
        "CompleteSharedTask" => json!({"taskId": "six_00000000000000000000000000", "note": "n"}),
        "CloseOwnPart" | "CloseSharedIncident" | "ReopenSharedIncident" => json!({"reason": "r"}),
        "StopDisclosure" => json!({"disclosureId": "six_00000000000000000000000000", "reason": "r"}),
        "DiscloseLearner" => json!({
            "learnerId": "six_00000000000000000000000000", "toSchoolId": "sch_00000000000000000000000000",
            "purpose": "p", "basis": "consent"
        }),
        "InviteOfficer" => json!({"reason": "r", "contact": "c"}),
        "LeaveSharedIncident" => json!({"reason": "r"}),
        "PassLead" => json!({"toSchoolId": "sch_00000000000000000000000000", "reason": "r"}),
        "RemoveSchool" => json!({"removedSchoolId": "sch_00000000000000000000000000", "reason": "r"}),
        "DeclineInvitation" => json!({"reason": "r"}),
        "DecideAdvanceSharing" | "WithdrawTransfer" => json!({"reason": "r"}),
        "ReturnTransfer" => json!({"kind": "wrong_school", "reason": "r"}),
        "SendTransfer" => {
            json!({"toSchoolId": "sch_00000000000000000000000000", "contact": "c", "contentsDigest": "d"})
        }
        "SendPackage" => json!({
            "recipient": {"name": "n", "address": "a", "contact": "c", "telephone": "01632 960002"}, "contact": "c",
            "contentsDigest": "d"
        }),
        "RecordReceipt" => json!({"name": "n", "means": "telephone", "digest": "0123456789abcdef"}),
        "ImportPackage" => json!({"content": "YS5iLmMuZC5l", "passphrase": "p"}),
        "AnswerAlert" => json!({"verdict": "true", "reason": "r"}),
        "EndException" | "RefuseException" => json!({"reason": "r"}),
        "RequestException" => json!({
            "scope": {"category": "drugs"}, "reason": "r",
            "expireTime": tomorrow()
        }),
        "TryException" => json!({"scope": {"category": "drugs"}}),
        "TryRule" => json!({"address": "https://a.example/"}),
        "SetRecipient" => json!({"accountId": "acc_00000000000000000000000000"}),
        "ApproveInstance" | "RatifyInstance" | "PublishInstance" | "ConfirmImport" => json!({"etag": "e"}),
        "AddClause" => json!({"sectionId": "aims", "text": "t", "reason": "r", "etag": "e"}),
        "ChooseSection" => json!({"sectionId": "aims", "choice": "rule", "etag": "e"}),
        "DiscardInstance" => json!({"reason": "r", "etag": "e"}),
        "RealignParagraph" => json!({"line": 1, "fate": "added", "etag": "e"}),
        "TailorClause" => json!({"clauseKey": "line-1", "tailoring": "adopted", "etag": "e"}),
        "TailorStep" => {
            json!({"procedureId": "P1", "tailoring": "adopted", "step": {"stepId": "P1-01"}, "etag": "e"})
        }
        "WaiveFinding" => json!({"findingId": "fnd_0", "reason": "r", "untilDate": "2026-12-01", "etag": "e"}),
        "RenderInstance" => json!({"format": "html"}),
        "ExportReport" => json!({"termId": "2026-autumn", "format": "REPORT_FORMAT_CSV"}),
        "GetReportVersion" => json!({"termId": "2026-autumn", "version": 1}),
        "AskTable" => json!({"question": {"measures": ["cases_opened"]}}),
        "ExportTable" => json!({"question": {"measures": ["cases_opened"]}, "format": "REPORT_FORMAT_CSV"}),
        "SaveQuestion" => json!({"name": "n", "question": {"measures": ["cases_opened"]}}),
        "SignReport" => json!({"termId": "2026-autumn", "etag": "e"}),
        "DescribeSchool" => json!({"area": "North", "learners": 100}),
        "ListGroupTrends" => json!({"measure": "cases_opened"}),
        "GetReturn" => json!({"returnKey": "lado-annual"}),
        "ExportReturn" => json!({"returnKey": "lado-annual", "format": "REPORT_FORMAT_CSV"}),
        "ListPublishedYears" => json!({"desk": "lado"}),
        "PublishDeskFigures" => json!({"year": "2025-26"}),
        "SetParameter" => json!({"key": "net.broadband", "values": ["x"], "etag": "e"}),
        "CloseCase" => json!({"outcome": "resolved", "reason": "r", "etag": "e"}),
        "EndInvolvement" => json!({"reason": "r"}),
        "UpdateInvolvement" => json!({"role": "witness", "reason": "r"}),
        "ClassifyCase" => json!({"risks": ["conduct"], "reason": "r"}),
        "SetEntrySignificant" => json!({"significant": true, "impact": "i", "reason": "r"}),
        "SetCaseAccess" => json!({"level": "open", "reason": "r", "etag": "e"}),
        "AssignStep" => json!({"stepId": "P1-01"}),
        "MoveDueTime" => json!({"stepId": "P1-02", "dueTime": "2099-01-01T00:00:00Z", "reason": "r"}),
        "RecordAbsence" => json!({"accountId": "acc_00000000000000000000000000"}),
        "SetRota" => json!({"weekdays": ["monday"], "etag": "e"}),
        "CompleteStep" => json!({
            "stepId": "P1-01",
            "recorded": {"told_by": "a", "told_to": "b", "told_at": now(), "how": "c"}
        }),
        "DeviateStep" => json!({"stepId": "P1-02", "reason": "r"}),
        "InviteSchool" => json!({"toSchoolId": "sch_00000000000000000000000000", "summary": "s", "contact": "c"}),
        "MakeReferral" => json!({"agency": "front_door_form", "reason": "r"}),
        "DraftReferral" => json!({"route": "front_door", "agency": "front_door_form"}),
        "SendReferral" => json!({"means": "web", "proof": "p", "etag": "e"}),
        "WithdrawReferralDraft" => json!({"reason": "r"}),
        "AcknowledgeReferral" | "CloseReferral" => json!({"text": "t"}),
        "EscalateReferral" => json!({"cause": "silence", "reason": "r"}),
        "PrintReferral" => json!({"format": "html"}),
        "RecordMandatoryReport" => json!({"route": "fgm", "reference": "r"}),
        "RecordConcern" => json!({"about": "a", "narrative": "n", "safeNow": "yes"}),
        "RecordConsultation" => json!({"agency": "police_101", "reference": "r", "advice": "a"}),
        "RecordDebrief" => json!({"findings": "f"}),
        "RecordFact" => json!({"name": "offence", "value": "yes"}),
        "RecordParentsDecision" => {
            let told = json!({"told": true, "reason": "r", "toldBy": "r", "toldWhom": "r", "toldHow": "telephone"});
            let mut told = told;
            told["toldTime"] = now().into();
            told
        }
        "RecordReferralOutcome" => json!({"outcome": "accepted", "text": "t"}),
        "AddCustodyEvent" => json!({"kind": "put_in_case"}),
        "AnswerAgreement" => json!({"agreed": true, "reason": "r"}),
        "AnswerCriteria" => json!({
            "adultInvolved": "no", "coercion": "no", "unusualOrViolent": "no", "under13": "no", "immediateRisk": "no",
            "reason": "r"
        }),
        "AskAgreement" => json!({"kind": "hold_override", "audience": "parents", "reason": "r"}),
        "RecordAssessment" => json!({
            "risks": "r", "needs": "n", "measures": "m", "reviewTime": "2099-01-01T00:00:00Z"
        }),
        "RecordDecision" => json!({"kind": "other", "choice": "c", "reason": "r"}),
        "RecordDeletion" => json!({"what": "w", "location": "l", "deletedBy": "d", "advice": "a"}),
        "RecordDisclosure" => json!({
            "recipientKind": "agency", "recipient": "r", "shared": true, "what": "w", "basis": "consent", "reason": "r"
        }),
        "RecordExposure" => json!({"person": "p", "circumstances": "c"}),
        "RecordMaterial" => json!({"kind": "website", "description": "d"}),
        "RecordReport" => json!({"body": "iwf"}),
        "RecordReportOutcome" => json!({"outcome": "o"}),
        "RecordSearch" => json!({
            "kind": "person", "searched": "s", "searchedBy": "b", "present": "p", "authority": "learner_consent",
            "place": "p", "sought": "s", "reason": "r"
        }),
        "RecordSupport" => json!({"offer": "o", "uptake": "accepted"}),
        "RecordViewing" => json!({
            "purpose": "decide", "secondAdult": "s", "place": "p", "how": "h", "afterwards": "a", "sameSex": "yes"
        }),
        "ReopenCase" => json!({"reason": "r", "etag": "e"}),
        "TakeIntoCustody" => json!({"item": "i", "owner": "o", "ground": "evidence", "reason": "r", "place": "p"}),
        "TriageConcern" => json!({"noFurtherAction": {"reason": "r"}}),
        "PrintCase" => json!({"kind": "bundle", "format": "html", "people": "names", "reason": "r"}),
        "PassOnConcern" => json!({"to": "head", "reason": "r"}),
        "PlaceHold" => json!({"kind": "police", "reason": "r"}),
        "KeepLonger" => json!({"reviewDate": "2199-01-01", "reason": "r"}),
        "SetRetentionBasis" => json!({"leftDate": "2026-07-21", "reason": "r"}),
        "AskHoldLift" | "AnswerHoldLift" | "AskDestruction" | "AnswerDestruction" => json!({"reason": "r"}),
        "AnswerProposal" => json!({"proposalId": "clause.none", "answer": "adopt", "etag": "e"}),
        "CloseSchool" => json!({"reason": "r"}),
        "CreateLearner" => json!({"record": {"givenName": "g", "familyName": "f"}, "anotherChild": true}),
        "UpdateLearner" => json!({"record": {"givenName": "g", "familyName": "f"}}),
        "SearchLearners" => json!({"query": "somebody"}),
        "SearchAlerts" if request["alertId"].is_null() => json!({"userNames": ["u1"]}),
        "PreviewLearnerImport" => json!({"content": "RkFNSUxZIE5BTUUsR0lWRU4gTkFNRQphLGIK"}),
        "CreateWebhook" | "UpdateWebhook" => json!({"url": "https://hooks.invalid/x", "kinds": ["case.opened"]}),
        "CreateFeed" => json!({"name": "f", "profile": "squid"}),
        "RevealRejectedLines" => json!({"purpose": "mend_profile"}),
        "UpdateFeed" => json!({"name": "f"}),
        "SetFeedProfile" | "GetProfile" => json!({"profile": "squid"}),
        "UpdateProfile" | "RetireProfile" => json!({"profile": "school.larkspur", "etag": "e"}),
        "PreviewProfile" => json!({"lines": "YQo="}),
        "CreateSender" => json!({"name": "s"}),
        "UpdateSender" => json!({"name": "s", "etag": "e"}),
        "MapRoutingKey" => json!({"routingKey": "k"}),
        "GetDelivery" | "GetSenderDelivery" => json!({"deliveryId": "d"}),
        "ImportPolicy" => json!({"file": {"name": "a.txt", "content": "MS4gQWltcwoKV2UgYWltLgo="}}),
        _ => json!({}),
    };
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
}
