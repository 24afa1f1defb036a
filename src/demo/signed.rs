//! What a head signs for the governors: the figures of the term as they stand, before the governors meet.

use std::time::Duration as Wait;

use chassis::error::Result;
use serde_json::{Value, json};

use super::{Stage, people::who};

/// How often is looked whether all that was announced is counted.
const TRIES: usize = 30;

/// Signs the secondary's report.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    let (school, head) = (stage.people.school("harrowmere").to_owned(), who("harrowmere", "head"));
    let (mut before, mut tries) = (Value::Null, 0);
    loop {
        let draft = stage.call(&head, "GetGovernorReport", json!({"schoolId": school})).await;
        tries += 1;
        match draft {
            // Nothing moved since it was read: all that was announced is counted.
            Ok(draft) if draft["etag"] == before["etag"] || tries >= TRIES => {
                let comment = "Figures up to the meeting of governors in November. The term is not over.";
                let sign = json!({
                    "schoolId": school, "termId": draft["report"]["term"]["termId"], "etag": draft["etag"],
                    "comment": comment
                });
                match stage.call(&head, "SignReport", sign).await {
                    Ok(_) => return Ok(()),
                    Err(error) if tries > TRIES => return Err(error),
                    // Something was counted between reading and signing: it is read again.
                    Err(_) => before = Value::Null,
                }
            }
            Ok(draft) => before = draft,
            // The school itself may not have been heard of yet.
            Err(error) if tries >= TRIES => return Err(error),
            Err(_) => {}
        }
        tokio::time::sleep(Wait::from_millis(200)).await;
    }
}
