//! The school year before the demonstration's term: concerns alone, as schools record them that have no policy on the platform yet, made
//! through the same rpcs. With them a term's figures stand beside those of the term before and of the same term a year ago.

use chassis::error::Result;
use serde_json::json;
use time::{Duration, OffsetDateTime, macros::datetime};

use super::{Stage, people::who, text};

/// Two days of each term.
const DAYS: [OffsetDateTime; 6] = [
    datetime!(2025-09-24 07:40 UTC),
    datetime!(2025-11-13 08:40 UTC),
    datetime!(2026-01-21 08:40 UTC),
    datetime!(2026-03-11 08:40 UTC),
    datetime!(2026-05-06 07:40 UTC),
    datetime!(2026-06-24 07:40 UTC),
];

/// How many concerns are recorded at a school on each of them.
const MANY: [(&str, [usize; 6]); 3] =
    [("thistledown", [3, 4, 4, 4, 3, 3]), ("pennyroyal", [3, 3, 4, 3, 3, 4]), ("harrowmere", [4, 5, 5, 5, 4, 4])];

/// Whom a concern is about, and what happened. Nobody is named.
const SEEN: [(&str, &str); 7] = [
    ("A pupil of the lower years", "Told me that a group chat goes on into the night, and looked tired all week."),
    ("I do not know the name", "Two pupils hid a phone when I came by, and would not say what they had looked at."),
    ("A pupil of the upper years", "Asked me how to make somebody stop who posts pictures of them without asking."),
    (
        "A pupil of the lower years",
        "Said that a game asks for more and more money, and that friends laugh at who has none.",
    ),
    ("I do not know the name", "A parent told me at the gate of a challenge that children talk about in a video app."),
    (
        "A pupil of the upper years",
        "Has been called names in a class chat since half term, and has stopped coming to the club.",
    ),
    (
        "A pupil of the upper years",
        "Showed me an account in the name of a classmate that this classmate does not know of.",
    ),
];

/// How long after they were recorded the lead comes to them.
const WAITED: Duration = Duration::minutes(25);

/// Makes it.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    for (n, day) in DAYS.iter().enumerate() {
        let mut at = *day;
        for (school, many) in &MANY {
            stage.clock.set(at);
            // The next school's come later: time does not run back.
            at += Duration::hours(2);
            let many = many.get(n).copied().unwrap_or_default();
            record(stage, school, SEEN.iter().cycle().skip(n).take(many)).await?;
        }
    }
    Ok(())
}

/// One day's concerns of a school, and what the lead makes of them.
async fn record(
    stage: &Stage<'_>,
    school: &str,
    seen: impl Iterator<Item = &'static (&'static str, &'static str)>,
) -> Result<()> {
    let (id, staff, dsl) = (stage.people.school(school).to_owned(), who(school, "staff"), who(school, "dsl"));
    let mut recorded = Vec::new();
    for (about, narrative) in seen {
        let request = json!({"schoolId": id, "about": about, "narrative": narrative, "safeNow": "yes"});
        let answer = stage.call(&staff, "RecordConcern", request).await?;
        recorded.push(text(&answer["concern"]["concernId"]));
    }
    stage.clock.advance(WAITED);
    for concern in recorded {
        stage.clock.advance(Duration::minutes(4));
        stage.call(&dsl, "GetConcern", json!({"schoolId": id, "concernId": concern})).await?;
        let reason = "Talked with the pupil and the family; they know whom to come to.";
        let decided = json!({"schoolId": id, "concernId": concern, "noFurtherAction": {"reason": reason}});
        stage.call(&dsl, "TriageConcern", decided).await?;
    }
    Ok(())
}
