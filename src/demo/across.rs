//! What goes between the schools at the end of the history: a shared incident that is worked, an invitation that waits, a
//! child's file on its way and one that is due, and a contact that two schools know.

use chassis::error::{Error, Result};
use serde_json::{Value, json};

use super::{Stage, people::who, text};

/// Makes it.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    incident(stage).await?;
    invitation(stage).await?;
    file_on_its_way(stage).await?;
    file_due(stage).await?;
    referral(stage).await?;
    for (school, ring) in
        [("harrowmere", "Farah Siddiqui, 01632 960188"), ("thistledown", "Amara Okafor, 01632 960177")]
    {
        contact(stage, school, ring).await?;
    }
    Ok(())
}

/// Somebody's request at a school.
async fn at(stage: &Stage<'_>, school: &str, method: &str, mut request: Value) -> Result<Value> {
    request["schoolId"] = stage.people.school(school).into();
    stage.call(&who(school, "dsl"), method, request).await
}

/// An open case of a school that a test fits.
async fn open_case(stage: &Stage<'_>, school: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
    let cases = at(stage, school, "ListCases", json!({"state": "open", "pageSize": 100})).await?;
    let cases = cases["cases"].as_array().cloned().unwrap_or_default();
    cases.into_iter().find(fits).ok_or_else(|| Error::internal(format!("no such open case at {school}")))
}

/// The schools of the shared incident work it: tasks, a decision, minutes, and who one learner is.
async fn incident(stage: &Stage<'_>) -> Result<()> {
    let (lead, other) = ("harrowmere", "pennyroyal");
    let listed = at(stage, lead, "ListSharedIncidents", json!({})).await?;
    let id = listed["sharings"][0]["sharedIncidentId"].clone();
    let on = async |school: &str, method: &str, mut request: Value| {
        request["sharedIncidentId"] = id.clone();
        at(stage, school, method, request).await
    };
    let task = json!({
        "text": "Ring the youth service about the evenings at the park", "dueDate": "2026-11-27",
        "ownerSchoolId": stage.people.school(other)
    });
    on(lead, "AddSharedTask", task).await?;
    let task = json!({
        "text": "Ask the platform to take the group down", "dueDate": "2026-11-25", "ownerSchoolId": stage.people.school(lead)
    });
    on(lead, "AddSharedTask", task).await?;
    let decision = json!({
        "text": "One school talks with the police for both", "reason": "They asked for one voice",
        "ownerSchoolId": stage.people.school(lead)
    });
    on(lead, "AddSharedDecision", decision).await?;
    let minutes = json!({
        "heldTime": "2026-11-20T14:00:00Z", "present": "Both safeguarding leads; the police’s school liaison",
        "discussed": "Who is in the group, and who started it. Which families know.",
        "decided": "The families are told this week, each by its own school.",
        "next": "Both leads ring each other on Friday.", "nextDate": "2026-12-04"
    });
    on(other, "AddMinutes", minutes).await?;
    let shared = on(lead, "GetSharedIncident", json!({})).await?;
    let learner = shared["sharedIncident"]["learners"][0]["learnerId"].clone();
    let disclose = json!({
        "learnerId": learner, "toSchoolId": stage.people.school(other), "basis": "safeguarding",
        "purpose": "So that the child is not met on the shared bus", "what": "Takes the 7:50 bus"
    });
    on(lead, "DiscloseLearner", disclose).await.map(|_| ())
}

/// An invitation that nobody has answered.
async fn invitation(stage: &Stage<'_>) -> Result<()> {
    let unshared = |case: &Value| text(&case["sharedIncidentId"]).is_empty();
    let case = open_case(stage, "thistledown", unshared).await?["caseId"].clone();
    let talk = json!({
        "caseId": case, "agency": "police_101", "reference": "NP-2026-1162", "advice": "The other school may be told."
    });
    at(stage, "thistledown", "RecordConsultation", talk).await?;
    let invitation = json!({
        "caseId": case, "toSchoolId": stage.people.school("harrowmere"), "contact": "01632 960177",
        "summary": "A pupil of ours is written to by somebody who says they are at your school."
    });
    at(stage, "thistledown", "InviteSchool", invitation).await.map(|_| ())
}

/// A child of the roll, found by a name.
async fn child(stage: &Stage<'_>, school: &str, name: &str) -> Result<Value> {
    let found = at(stage, school, "SearchLearners", json!({"query": name})).await?;
    Ok(found["matches"][0]["learner"].clone())
}

async fn leaves(stage: &Stage<'_>, school: &str, child: &Value, day: &str) -> Result<()> {
    let left = json!({
        "learnerId": child["learnerId"], "record": child["record"], "leaveDate": day, "etag": child["etag"]
    });
    at(stage, school, "UpdateLearner", left).await.map(|_| ())
}

/// A child who has moved to the high school, which has the child on its roll.
async fn file_on_its_way(stage: &Stage<'_>) -> Result<()> {
    let moved = child(stage, "pennyroyal", "Noah Kestrel").await?;
    let asked = json!({"learnerId": moved["learnerId"]});
    at(stage, "harrowmere", "CreateLearner", json!({"record": moved["record"], "anotherChild": true})).await?;
    leaves(stage, "pennyroyal", &moved, "2026-11-20").await?;
    let preview = at(stage, "pennyroyal", "PreviewTransfer", asked).await?;
    let send = json!({
        "learnerId": moved["learnerId"], "toSchoolId": stage.people.school("harrowmere"),
        "contact": "Grace Tolliver, 01632 960166", "contentsDigest": preview["contentsDigest"],
        "othersRecordIds": others(&preview)
    });
    at(stage, "pennyroyal", "SendTransfer", send).await.map(|_| ())
}

/// What stands under the child's name and is about somebody else.
fn others(preview: &Value) -> Vec<Value> {
    preview["unsaid"].as_array().into_iter().flatten().map(|one| one["recordId"].clone()).collect()
}

/// A child who has left, and whose file was not sent.
async fn file_due(stage: &Stage<'_>) -> Result<()> {
    let moved = child(stage, "thistledown", "Maisie Thorne").await?;
    leaves(stage, "thistledown", &moved, "2026-11-23").await
}

/// A referral in the inbox of the front door, which has not answered.
async fn referral(stage: &Stage<'_>) -> Result<()> {
    let school = "thistledown";
    let case = open_case(stage, school, |_| true).await?["caseId"].clone();
    let begin = json!({
        "caseId": case, "route": "front_door", "agency": "front_door_form", "accountName": "Amara Okafor"
    });
    let draft = at(stage, school, "DraftReferral", begin).await?["draft"].clone();
    let draft_id = draft["draftId"].clone();
    let fields = draft["route"]["route"]["fields"].as_array().cloned().unwrap_or_default();
    // An answer may call for another.
    for _ in 0..3 {
        let now = at(stage, school, "CheckReferral", json!({"caseId": case, "draftId": draft_id})).await?;
        let missing = now["draft"]["missing"].as_array().cloned().unwrap_or_default();
        let answers: serde_json::Map<String, Value> = missing.iter().map(|one| answer(&fields, one)).collect();
        if !answers.is_empty() {
            let write = json!({"caseId": case, "draftId": draft_id, "answers": answers});
            at(stage, school, "UpdateReferralDraft", write).await?;
        }
    }
    let checked = at(stage, school, "CheckReferral", json!({"caseId": case, "draftId": draft_id})).await?;
    let send = json!({
        "caseId": case, "draftId": draft_id, "means": "portal", "ring": "Amara Okafor, 01632 960177",
        "etag": checked["draft"]["etag"]
    });
    at(stage, school, "SendReferral", send).await.map(|_| ())
}

/// What is written into a field of the form that the case says nothing of.
fn answer(fields: &[Value], missing: &Value) -> (String, Value) {
    let field = fields.iter().find(|field| field["key"] == missing["key"]).cloned().unwrap_or_default();
    let value = match text(&field["kind"]).as_str() {
        "yes_no" => "no".to_owned(),
        "date" => "2026-11-20".to_owned(),
        _ if !text(&field["options"][0]).is_empty() => text(&field["options"][0]),
        _ => "As the lead says on the telephone.".to_owned(),
    };
    (text(&missing["key"]), value.into())
}

/// How somebody outside is reached, marked in an open case.
async fn contact(stage: &Stage<'_>, school: &str, ring: &str) -> Result<()> {
    let case = open_case(stage, school, |_| true).await?["caseId"].clone();
    let stranger = json!({
        "caseId": case, "person": "Somebody from a game who calls himself a pupil", "role": "alleged_perpetrator"
    });
    let case_now = at(stage, school, "AddInvolvement", stranger).await?["case"].clone();
    let part = case_now["involvements"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
    let mark = json!({
        "caseId": case, "involvementId": part["involvementId"], "kind": "handle", "platform": "A game",
        "value": "MoorlandFox_07", "ring": ring
    });
    at(stage, school, "MarkContact", mark).await.map(|_| ())
}
