//! The morning after the filter's log came: the leads look through what it raised, all but what only just interests.

use chassis::error::{Error, Result};
use serde_json::{Value, json};
use time::macros::datetime;

use super::{
    super::{SCHOOLS, Stage, people::who, text},
    Case,
};

/// How often it is asked whether the alerts have become concerns, a twentieth of a second apart.
const TRIES: usize = 400;

/// What a lead makes of an alert: the verdict, why, and the procedure of the case that is opened; empty where none is.
type Made = (&'static str, &'static str, &'static str);

fn made_of(alert: &Value, school: &str) -> Option<Made> {
    Some(match (alert["theme"].as_str().unwrap_or_default(), school) {
        ("illegal_csam", "harrowmere") => {
            ("true", "Blocked by the list. Nobody looked it up; the police were rung on 101 the same morning.", "P8")
        }
        ("illegal_csam", _) => (
            "false",
            "The provider of the filter confirmed in writing that the address was on its list by mistake, and took it off.",
            "",
        ),
        ("self_harm_suicide", _) => {
            ("true", "Typed in a free period. The pupil was seen at once and said that it was about themselves.", "P0")
        }
        ("pornography", _) => {
            ("understandable", "An advertisement in a page for homework led there; the whole class saw it happen.", "")
        }
        _ => return None,
    })
}

/// Answers them, and decides about the concerns they became.
pub async fn look_through(stage: &Stage<'_>) -> Result<()> {
    stage.clock.set(datetime!(2026-11-17 08:10 UTC));
    for school in &SCHOOLS {
        let (id, dsl) = (stage.people.school(school.key).to_owned(), who(school.key, "dsl"));
        let alerts = stage.call(&dsl, "ListAlerts", json!({"schoolId": id, "verdict": "new"})).await?;
        for alert in alerts["alerts"].as_array().into_iter().flatten() {
            let Some((verdict, reason, procedure)) = made_of(alert, school.key) else { continue };
            let concern = concern_of(stage, &dsl, &id, &alert["alertId"]).await?;
            stage.clock.advance(time::Duration::minutes(6));
            stage.call(&dsl, "GetConcern", json!({"schoolId": id, "concernId": concern})).await?;
            let answer = json!({"schoolId": id, "alertId": alert["alertId"], "verdict": verdict, "reason": reason});
            stage.call(&dsl, "AnswerAlert", answer).await?;
            let mut triage = json!({"schoolId": id, "concernId": concern});
            if procedure.is_empty() {
                triage["noFurtherAction"] = json!({"reason": reason});
                stage.call(&dsl, "TriageConcern", triage).await?;
                continue;
            }
            triage["newCase"] = json!({"procedureId": procedure, "risks": ["content"]});
            let opened = stage.call(&dsl, "TriageConcern", triage).await?;
            let mut case = Case::opened(stage, id.clone(), dsl.clone(), procedure, &opened);
            case.involve("The pupil who was signed in", "").await?;
            case.entry("Seen within the hour with the pastoral lead; rang home before the end of the day.").await?;
            case.work().await?;
        }
    }
    Ok(())
}

/// The concern that an alert became; alerts travel there by themselves.
async fn concern_of(stage: &Stage<'_>, dsl: &str, school_id: &str, alert_id: &Value) -> Result<String> {
    for _ in 0..TRIES {
        let asked = json!({"schoolId": school_id, "state": "new", "pageSize": 200});
        let concerns = stage.call(dsl, "ListConcerns", asked).await?;
        let mut all = concerns["concerns"].as_array().into_iter().flatten();
        if let Some(concern) = all.find(|concern| concern["alertId"] == *alert_id) {
            return Ok(text(&concern["concernId"]));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(Error::internal("an alert did not become a concern"))
}
