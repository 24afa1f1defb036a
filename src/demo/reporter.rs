//! The reporter's side of the history: a public report page, what came through it, and what a teacher added to a concern
//! that was read already.

use chassis::error::Result;
use serde_json::json;
use time::macros::datetime;

use super::{Stage, people::who, text};

/// The school that has a public report page.
const SCHOOL: &str = "harrowmere";

/// Makes it, on the last afternoon of the history.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    let id = stage.people.school(SCHOOL).to_owned();
    let (dsl, staff) = (who(SCHOOL, "dsl"), who(SCHOOL, "staff"));
    stage.clock.set(datetime!(2026-11-23 14:00 UTC));
    let page = json!({
        "schoolId": id, "schoolName": "Harrowmere High School", "readFrom": "08:15", "readTo": "16:30"
    });
    let page = stage.call(&dsl, "OpenPublicReport", page).await?;
    stage.clock.set(datetime!(2026-11-23 15:10 UTC));
    let told = json!({
        "code": page["report"]["code"], "about": "My friend in 8C", "safeNow": "not_sure",
        "narrative": "She has stopped eating at lunch and an account she follows tells people how. I said I would not tell.",
        "reporter": {"kind": "learner", "contact": "8C, before registration"}
    });
    // Whoever sends it: an rpc that is open to everybody is not told who asks.
    stage.call(&staff, "RecordPublicConcern", told).await?;
    stage.clock.set(datetime!(2026-11-23 15:40 UTC));
    let mine = stage.call(&staff, "ListMyConcerns", json!({"schoolId": id})).await?;
    let read = mine["concerns"].as_array().into_iter().flatten().find(|concern| !concern["readTime"].is_null());
    let concern = read.map(|concern| text(&concern["concernId"])).unwrap_or_default();
    let more = json!({
        "schoolId": id, "concernId": concern,
        "text": "Two of the form came to me after lunch: he sent it again this morning, with a picture of the station."
    });
    stage.call(&staff, "AddToConcern", more).await?;
    Ok(())
}
