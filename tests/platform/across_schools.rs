//! What goes between schools and agencies, through real processes with each role its own: an incident that two schools and
//! the police work, a child who moves in the midst of a case, and an allegation against a head.

use serde_json::{Value, json};

use crate::{
    installation::{Installation, Person, Redis, text},
    journey::{School, eventually, two_in_force},
};

/// Names that may be read only where a story says so.
const VICTIM: &str = "Zaqwelline Fern";
const OTHERS_CHILD: &str = "Quixotin Marsh";

/// A request at a school.
fn at(school: &School, more: Value) -> Value {
    let mut request = json!({"schoolId": school.id});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// Somebody's requests on one case.
struct Case<'a> {
    who: &'a Person,
    school: &'a School,
    id: String,
}

impl<'a> Case<'a> {
    /// A concern that staff report, taken on as a case by whoever may.
    async fn open(school: &'a School, who: &'a Person, concern: Value, new: Value) -> Self {
        let heard = school.staff.call("RecordConcern", at(school, concern)).await;
        let triage = at(school, json!({"concernId": heard["concern"]["concernId"], "newCase": new}));
        let mut opened = Value::Null;
        eventually("the policy at incident-cases", async || {
            opened = who.try_call("TriageConcern", triage.clone()).await.unwrap_or_default();
            !opened.is_null()
        })
        .await;
        Self { who, school, id: text(&opened["case"]["caseId"]) }
    }

    fn on(&self, more: Value) -> Value {
        let mut request = at(self.school, json!({"caseId": self.id}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    }

    async fn call(&self, method: &str, more: Value) -> Value {
        self.who.call(method, self.on(more)).await
    }

    async fn part(&self, person: &str, role: &str, learner: &str) -> String {
        let part = json!({"person": person, "role": role, "yearGroup": "9", "learnerId": learner});
        let case = self.call("AddInvolvement", part).await;
        text(&case["case"]["involvements"].as_array().and_then(|all| all.last()).unwrap()["involvementId"])
    }

    /// Sends a referral; nothing is sent that lacks an answer.
    async fn refer(&self, route: &str, agency: &str, how: Value) -> Value {
        let begin = json!({"route": route, "agency": agency, "accountName": "The lead"});
        let draft = self.call("DraftReferral", begin).await["draft"].clone();
        let mut send = how;
        send["draftId"] = draft["draftId"].clone();
        send["etag"] = draft["etag"].clone();
        let refused = self.who.try_call("SendReferral", self.on(send.clone())).await.unwrap_err();
        assert_eq!(refused.reason_name(), "INVALID_FIELD");
        send["etag"] = fill(self.who, &self.on(json!({})), &draft).await;
        let sent = self.call("SendReferral", send).await;
        let referrals = sent["case"]["referrals"].as_array().unwrap().clone();
        referrals.into_iter().next_back().unwrap()
    }
}

/// Writes into a draft what its form does not know already, and answers its etag: what is sent is what was checked.
pub async fn fill(who: &Person, case: &Value, draft: &Value) -> Value {
    let on = |more: Value| {
        let mut request = case.clone();
        request["draftId"] = draft["draftId"].clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let fields = draft["route"]["route"]["fields"].as_array().unwrap();
    // One answer may ask for another.
    for _ in 0..3 {
        let now = who.call("CheckReferral", on(json!({}))).await["draft"].clone();
        let missing = now["missing"].as_array().cloned().unwrap_or_default();
        let answer = |missing: &Value| {
            let field = fields.iter().find(|field| field["key"] == missing["key"]).unwrap();
            let value = match text(&field["kind"]).as_str() {
                "yes_no" => "no".to_owned(),
                "date" => "2026-01-05".to_owned(),
                _ if !text(&field["options"][0]).is_empty() => text(&field["options"][0]),
                _ => "Nothing else is known".to_owned(),
            };
            (text(&missing["key"]), json!(value))
        };
        let answers: serde_json::Map<String, Value> = missing.iter().map(answer).collect();
        if answers.is_empty() {
            return now["etag"].clone();
        }
        who.call("UpdateReferralDraft", on(json!({"answers": answers}))).await;
    }
    who.call("CheckReferral", on(json!({}))).await["draft"]["etag"].clone()
}

/// What waits at a school, as side and kind.
async fn waits(school: &School, who: &Person) -> Vec<(String, String)> {
    let waiting =
        who.call("ListWaiting", at(school, json!({}))).await["waiting"].as_array().cloned().unwrap_or_default();
    waiting.iter().map(|one| (text(&one["side"]), text(&one["kind"]))).collect()
}

fn pair(side: &str, kind: &str) -> (String, String) {
    (side.to_owned(), kind.to_owned())
}

/// Online sexual harassment between children of two schools (P1): police first, then the other school, each with its own
/// case, learners by label until disclosed, until both have closed their part.
async fn two_schools_and_the_police(first: &School, second: &School, door: &Person) {
    let concern = json!({"about": VICTIM, "narrative": "Sent pictures of her in a group", "safeNow": "not_sure"});
    let new = json!({"procedureId": "P1", "risks": ["contact", "conduct"]});
    let case = Case::open(first, &first.dsl, concern, new.clone()).await;
    let victim = case.part(VICTIM, "victim", "").await;
    for (name, value) in [("immediate_danger", "no"), ("offence", "yes"), ("other_setting", "yes")] {
        case.call("RecordFact", json!({"name": name, "value": value})).await;
    }
    let invite = json!({"toSchoolId": second.id, "summary": "Children of both schools are in one group", "contact": "01632 960001"});
    let shut = first.dsl.try_call("InviteSchool", case.on(invite.clone())).await.unwrap_err();
    assert_eq!((shut.metadata("gate"), shut.metadata("missing_step")), (Some("G-HOLD"), Some("P1-03")));
    let told = json!({
        "involvementId": victim, "told": true, "reason": "She will talk with him", "toldBy": "The lead",
        "toldWhom": "The mother", "toldHow": "telephone", "toldTime": crate::isolation::now()
    });
    let shut = first.dsl.try_call("RecordParentsDecision", case.on(told.clone())).await.unwrap_err();
    assert_eq!(shut.metadata("gate"), Some("G-HOLD"), "not the parents either, once an offence is known");
    case.call("RecordConsultation", json!({"agency": "police_101", "reference": "4711", "advice": "Go ahead"})).await;
    let by_telephone = json!({"means": "telephone", "proof": "Spoke to the duty desk at nine"});
    let sent = case.refer("police", "", by_telephone).await;
    assert!(sent["form"]["digest"].as_str().is_some_and(|digest| digest.len() == 64), "{sent}");
    into_the_front_door(&case, door).await;
    let shared = text(&case.call("InviteSchool", invite).await["case"]["sharedIncidentId"]);
    case.call("RecordParentsDecision", told).await;
    let ours = waits(first, &first.dsl).await;
    assert!(
        ours.contains(&pair("others", "invitation")) && ours.contains(&pair("others", "agency_answer")),
        "{ours:?}"
    );

    // The other school: nothing before it accepts, then the shared part, and a case of its own.
    let received = second.dsl.call("ListInvitations", at(second, json!({}))).await["invitations"][0].clone();
    assert!(!received.to_string().contains("Zaqwelline") && received["sharedIncidentId"].is_null(), "{received}");
    assert_eq!(waits(second, &second.dsl).await, [pair("us", "invitation")]);
    second.dsl.call("AcceptInvitation", at(second, json!({"invitationId": received["invitationId"]}))).await;
    let concern = json!({"about": OTHERS_CHILD, "narrative": "Is in that group", "safeNow": "yes"});
    let own = Case::open(second, &second.dsl, concern, new).await;
    let child = own.part(OTHERS_CHILD, "alleged_perpetrator", "").await;
    let incident = |more: Value| {
        let mut request = json!({"sharedIncidentId": shared});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    own.call("LinkCase", incident(json!({}))).await;
    own.call("AddSharedLearner", incident(json!({"involvementId": child}))).await;
    let read = async |school: &School| {
        school.dsl.call("GetSharedIncident", at(school, incident(json!({})))).await["sharedIncident"].clone()
    };
    let seen = read(second).await;
    assert_eq!(seen["learnerLabels"], json!(["Learner 1, Year 9", "Learner 2, Year 9"]));
    assert!(!seen.to_string().contains("Zaqwelline"), "{seen}");
    let task = json!({"text": "Ring the platform", "ownerSchoolId": second.id, "dueDate": (time::OffsetDateTime::now_utc().date() + time::Duration::days(30)).to_string()});
    first.dsl.call("AddSharedTask", at(first, incident(task))).await;
    let disclose = json!({
        "learnerId": read(first).await["learners"][0]["learnerId"], "toSchoolId": second.id,
        "purpose": "To keep the two apart", "basis": "safeguarding"
    });
    first.dsl.call("DiscloseLearner", at(first, incident(disclose))).await;
    let seen = read(second).await;
    assert!(seen.to_string().contains("Zaqwelline") && !read(first).await.to_string().contains("Quixotin"));
    let minutes = json!({
        "heldTime": format!("{}T00:00:00Z", time::OffsetDateTime::now_utc().date()), "present": "Both leads, the police", "discussed": "Who talks to whom",
        "decided": "The police talk to the families", "next": "Both leads ring each other on Friday"
    });
    second.dsl.call("AddMinutes", at(second, incident(minutes))).await;
    let task = json!({"taskId": seen["tasks"][0]["taskId"], "note": "They took it down"});
    second.dsl.call("CompleteSharedTask", at(second, incident(task))).await;
    for school in [first, second] {
        let part = incident(json!({"reason": "Our case waits for the court"}));
        school.dsl.call("CloseOwnPart", at(school, part)).await;
    }
    let closed = incident(json!({"reason": "Nothing more is to be done together"}));
    first.dsl.call("CloseSharedIncident", at(first, closed)).await;
    assert!(!read(second).await["closeTime"].is_null() && waits(second, &second.dsl).await.is_empty());
}

/// The front door's desk on the platform: it reads what was sent, and what it says stands in the case.
async fn into_the_front_door(case: &Case<'_>, door: &Person) {
    case.call("AddEntry", json!({"text": "Only the case has this"})).await;
    let sent =
        case.refer("front_door", "front_door_form", json!({"means": "portal", "ring": "The lead, 01632 960001"})).await;
    let desk = |more: Value| {
        let mut request = json!({"desk": "front_door"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let inbox =
        door.call("ListDeskReferrals", desk(json!({}))).await["referrals"].as_array().cloned().unwrap_or_default();
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    let id = json!({"referralId": inbox[0]["referralId"]});
    let read = door.call("GetDeskReferral", desk(id.clone())).await.to_string();
    assert!(read.contains(&text(&sent["form"]["digest"])) && !read.contains("Only the case has this"), "{read}");
    assert_eq!(door.try_call("GetCase", case.on(json!({}))).await.unwrap_err().reason_name(), "NOT_PERMITTED");
    let mut decide = desk(id);
    decide["outcome"] = json!("accepted");
    decide["reason"] = json!("A worker will visit");
    door.call("DecideDeskReferral", decide).await;
    let now = case.call("GetCase", json!({})).await["case"]["referrals"].clone();
    let answered = now.as_array().unwrap().iter().find(|one| one["referralId"] == sent["referralId"]).cloned().unwrap();
    assert_eq!(
        (answered["outcome"].as_str(), answered["outcomeText"].as_str()),
        (Some("accepted"), Some("A worker will visit"))
    );
}

/// A child moves while a case is worked: the roll prompts, the file goes by the rule, and the next school reads it once a
/// person there has received it.
async fn a_child_who_moves_in_the_midst_of_a_case(first: &School, second: &School) {
    let record = json!({"givenName": "Zaqwelline", "familyName": "Moor", "birthDate": "2012-05-04", "yearGroup": "9"});
    let enrolled = async |school: &School| {
        let made = school.dsl.call("CreateLearner", at(school, json!({"record": record, "anotherChild": true}))).await;
        text(&made["learner"]["learnerId"])
    };
    let (here, there) = (enrolled(first).await, enrolled(second).await);
    let concern = json!({"about": "Zaqwelline Moor", "narrative": "Is called names in a game", "safeNow": "yes"});
    let case = Case::open(first, &first.dsl, concern, json!({"procedureId": "P5", "risks": ["conduct"]})).await;
    case.part("Zaqwelline Moor", "victim", &here).await;
    case.part("Quixotin Moss", "alleged_perpetrator", "").await;
    case.call("AddEntry", json!({"text": "Zaqwelline says that Quixotin wrote it", "significant": true, "impact": "Stays away from school"})).await;
    let asked = at(first, json!({"learnerId": here}));
    let now = first.dsl.call("GetLearner", asked.clone()).await["learner"].clone();
    let today = time::OffsetDateTime::now_utc().date().to_string();
    let left = at(first, json!({"learnerId": here, "record": now["record"], "leaveDate": today, "etag": now["etag"]}));
    first.dsl.call("UpdateLearner", left).await;
    assert!(waits(first, &first.dsl).await.contains(&pair("us", "send_file")), "the roll prompts");
    let preview = first.dsl.call("PreviewTransfer", asked).await;
    assert!(preview.to_string().contains("says that") && !preview.to_string().contains("Quixotin"), "{preview}");
    let send = json!({
        "learnerId": here, "toSchoolId": second.id, "contact": "The lead, 01632 960001",
        "contentsDigest": preview["contentsDigest"]
    });
    let sent = first.dsl.call("SendTransfer", at(first, send)).await["transfer"].clone();
    let transfer = |more: Value| {
        let mut request = at(second, json!({"transferId": sent["transferId"]}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let before = second.dsl.call("GetTransfer", transfer(json!({}))).await.to_string();
    assert!(!before.contains("Zaqwelline") && !before.contains(&here), "{before}");
    let unread = second.dsl.try_call("GetTransferredFile", transfer(json!({}))).await.unwrap_err();
    assert_eq!(unread.reason_name(), "WRONG_STATE");
    assert!(waits(second, &second.dsl).await.contains(&pair("us", "receive_file")));
    second.dsl.call("ReceiveTransfer", transfer(json!({"learnerId": there}))).await;
    let file = second.dsl.call("GetTransferredFile", transfer(json!({}))).await;
    assert!(file["intact"] == true && file.to_string().contains("says that"), "{file}");
    let proof = first.dsl.call("GetTransfer", at(first, json!({"transferId": sent["transferId"]}))).await;
    assert_eq!(proof["transfer"]["receipt"]["digest"], sent["digest"]);
    // The case goes on where it is; who knows what says that the file went.
    let told = first.dsl.call("ListLearnerDisclosures", at(first, json!({"learnerId": here}))).await;
    let kinds: Vec<String> = told["disclosures"].as_array().unwrap().iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(kinds, ["file"], "{told}");
    assert_eq!(case.call("GetCase", json!({})).await["case"]["state"], "open");
}

/// An allegation against a head: the chair's, with the designated officer, and nothing that the head can find.
async fn an_allegation_against_a_head(place: &Installation, officer: &Person, first: &School) {
    let lado = place.person(officer, "lado", &["ROLE_LADO"], "").await;
    let head = first.head.call("GetSelf", json!({})).await;
    let head = text(&head["account"]["accountId"]);
    let seen = async || {
        let mut seen = Vec::new();
        for (method, request) in [
            ("ListConcerns", json!({})),
            ("ListCases", json!({})),
            ("ListDue", json!({"withOwners": true})),
            ("ListAdultPatterns", json!({})),
            ("SearchRecords", json!({"query": "head"})),
        ] {
            seen.push(first.head.try_call(method, at(first, request)).await.map_err(|e| e.to_string()));
        }
        seen
    };
    let before = seen().await;
    let concern = json!({"about": "The head", "narrative": "Was alone with a child at night", "safeNow": "yes", "aboutAdult": "head"});
    let subject = json!({"accountId": head, "routedTo": "chair"});
    let new = json!({"procedureId": "P9", "risks": ["conduct"], "subject": subject});
    let case = Case::open(first, &first.chair, concern, new).await;
    assert_eq!(seen().await, before, "nothing the head can ask for has changed by a byte");
    let foreign = first.head.try_call("GetCase", case.on(json!({}))).await.unwrap_err();
    assert_eq!(foreign.reason_name(), "NOT_FOUND");
    assert_eq!(first.dsl.try_call("GetCase", case.on(json!({}))).await.unwrap_err().reason_name(), "NOT_FOUND");
    let steps = case.call("GetCase", json!({})).await["case"]["steps"].clone();
    let clocked = steps.as_array().unwrap().iter().any(|step| !step["dueTime"].is_null());
    assert!(clocked, "the clock for telling the officer runs: {steps}");

    let desk = |more: Value| {
        let mut request = json!({"desk": "lado"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let taken = json!({
        "schoolId": first.id, "source": "school", "about": "The head of that school", "what": "As the chair told by telephone"
    });
    let allegation = lado.call("OpenAllegation", desk(taken)).await["allegation"].clone();
    let id = json!({"allegationId": allegation["allegationId"]});
    let on = |more: Value| {
        let mut request = desk(id.clone());
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    lado.call("EvaluateAllegation", on(json!({"limbs": ["risk"], "reason": "Alone at night"}))).await;
    let meeting = json!({
        "kind": "strategy", "heldTime": format!("{}T00:00:00Z", time::OffsetDateTime::now_utc().date()), "present": "Police, the chair", "agreed": "The police ask first"
    });
    lado.call("AddAllegationMeeting", on(meeting)).await;
    let closed = on(json!({"outcome": "unsubstantiated", "reason": "Nothing was found either way"}));
    assert_eq!(lado.call("CloseAllegation", closed).await["allegation"]["state"], "closed");
    assert_eq!(lado.try_call("GetCase", case.on(json!({}))).await.unwrap_err().reason_name(), "NOT_PERMITTED");
    assert_eq!(seen().await, before, "nor afterwards");
}

#[tokio::test]
async fn journeys_across_schools_with_each_role_its_own_process() {
    let redis = Redis::start();
    let place = Installation::distributed_over(&redis.1).await;
    let officer = place.sign_in("officer").await;
    let (first, second) = two_in_force(&place, &officer).await;
    let door = place.person(&officer, "front-door", &["ROLE_FRONT_DOOR"], "").await;
    two_schools_and_the_police(&first, &second, &door).await;
    a_child_who_moves_in_the_midst_of_a_case(&first, &second).await;
    an_allegation_against_a_head(&place, &officer, &first).await;
    assert!(place.command(&["audit", "verify"]).contains("hedgerow/incident-cases"));
}
