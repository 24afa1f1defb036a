//! Who reads the schools' concerns: the lead, then the deputy, then the head, on every school day.

use chassis::error::Result;
use serde_json::{Value, json};
use time::{Duration, format_description::well_known::Rfc3339};

use super::{SCHOOLS, Stage, people::who, text};
use chassis::{clock::Clock as _, error::Error};

/// Who reads first before who is next, as roles.
const ORDER: [&str; 3] = ["ROLE_DSL", "ROLE_DEPUTY_DSL", "ROLE_HEAD"];

/// Sets every school's rota.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    for school in &SCHOOLS {
        let (id, head) = (stage.people.school(school.key), who(school.key, "head"));
        let mut turns: Vec<String> = Vec::new();
        for role in ORDER {
            let account = reader(stage, id, &head, role).await?;
            if !account.is_empty() && !turns.contains(&account) {
                turns.push(account);
            }
        }
        let cover = stage.call(&head, "GetCover", json!({"schoolId": id})).await?;
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        // At one school nobody has said yet who is there on a Friday afternoon.
        let rotas: &[(&[&str], &str)] = if school.key == "harrowmere" {
            &[(&days[..4], "15:30"), (&days[4..], "13:00")]
        } else {
            &[(&days, "15:30")]
        };
        let mut etag = cover["cover"]["etag"].clone();
        for (days, end) in rotas {
            let shift = json!({"start": "08:30", "end": end, "accountIds": turns});
            let rota = json!({"schoolId": id, "weekdays": days, "shifts": [shift], "etag": etag});
            etag = stage.call(&head, "SetRota", rota).await?["cover"]["etag"].clone();
        }
    }
    Ok(())
}

/// A deputy is away in the days after the history, and the head stands in.
pub async fn absence(stage: &Stage<'_>) -> Result<()> {
    let (id, head) = (stage.people.school("harrowmere"), who("harrowmere", "head"));
    let until = (stage.clock.now() + Duration::days(7)).format(&Rfc3339).map_err(Error::internal)?;
    let away = json!({
        "schoolId": id, "accountId": reader(stage, id, &head, "ROLE_DEPUTY_DSL").await?,
        "standInAccountId": reader(stage, id, &head, "ROLE_HEAD").await?, "endTime": until,
    });
    stage.call(&head, "RecordAbsence", away).await.map(|_| ())
}

/// Whoever holds a role at a school; empty where nobody does.
async fn reader(stage: &Stage<'_>, school: &str, asks: &str, role: &str) -> Result<String> {
    let all = stage.call(asks, "ListColleagues", json!({"schoolId": school})).await?;
    let holds = |colleague: &&Value| colleague["roles"].as_array().is_some_and(|roles| roles.iter().any(|r| r == role));
    let found = all["colleagues"].as_array().and_then(|all| all.iter().find(holds));
    Ok(found.map(|colleague| text(&colleague["accountId"])).unwrap_or_default())
}
