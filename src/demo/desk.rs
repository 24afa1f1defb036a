//! What the authority's designated officer works: one allegation of each state.

use chassis::{clock::Clock as _, error::Result};
use serde_json::json;
use time::{Duration, format_description::well_known::Rfc3339};

use super::{Stage, text};

/// Makes them.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    stage.people.sign_in("lado").await?;
    let school = stage.people.school("thistledown");
    let closed = open(
        stage,
        json!({"schoolId": school, "source": "school", "about": "A supply teacher, two days a week",
        "what": "Gave a learner a lift home and did not say so."}),
    )
    .await?;
    evaluate(stage, &closed, &["risk"]).await?;
    let close = json!({"desk": "lado", "allegationId": closed, "outcome": "unfounded",
        "reason": "The parents had asked for it, and the office had a note. The school looks at how such notes are kept."});
    stage.call("lado", "CloseAllegation", close).await?;
    let met = open(
        stage,
        json!({"setting": "A swimming club", "source": "parent", "about": "A coach of juniors",
        "what": "Writes to swimmers at night through a game, and asks them not to tell."}),
    )
    .await?;
    evaluate(stage, &met, &["risk", "unsuitable"]).await?;
    let now = stage.clock.now();
    let meeting = json!({
        "desk": "lado", "allegationId": met, "kind": "strategy",
        "heldTime": now.format(&Rfc3339).unwrap_or_default(),
        "present": "The club's welfare officer; police; children's social care",
        "agreed": "The club suspends the coach without prejudice. Police speak with two families first.",
        "nextDate": (now + Duration::days(12)).date().to_string()
    });
    stage.call("lado", "AddAllegationMeeting", meeting).await?;
    open(
        stage,
        json!({"schoolId": stage.people.school("harrowmere"), "source": "other_authority",
        "about": "A teaching assistant who also works at a school elsewhere",
        "what": "Is being looked into there for how they spoke to a child."}),
    )
    .await?;
    Ok(())
}

async fn open(stage: &Stage<'_>, mut request: serde_json::Value) -> Result<String> {
    if let Some(fields) = request.as_object_mut() {
        fields.insert("desk".to_owned(), "lado".into());
    }
    Ok(text(&stage.call("lado", "OpenAllegation", request).await?["allegation"]["allegationId"]))
}

async fn evaluate(stage: &Stage<'_>, id: &str, limbs: &[&str]) -> Result<()> {
    let request = json!({
        "desk": "lado", "allegationId": id, "limbs": limbs, "reason": "On what is known today."
    });
    stage.call("lado", "EvaluateAllegation", request).await.map(|_| ())
}
