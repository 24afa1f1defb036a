//! Mail that something waits which is announced to nobody: to whom it waits for, once, and seen by nobody else.

use chassis::{error::Result, testing::Engine};
use prost::Message as _;
use proto::incident_cases::v1::ListUnannouncedResponse;
use serde_json::{Value, json};

use super::Place;
use crate::{notices::unannounced::Unannounced, rounds::Rounds as _};

#[tokio::test]
async fn whom_something_waits_for_that_is_announced_to_nobody_is_told_once_and_nobody_sees_it() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine).await?;
        place.reached("c.chair", json!({})).await?;
        let waits = |marks: &[&str]| {
            let marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
            place.house.service.answers(Ok(ListUnannouncedResponse { marks }.encode_to_vec()));
        };
        let asking = || Unannounced::new(place.house.gateway.app().clone());
        let (one, other) = (asking(), asking());
        waits(&["a"]);
        for gateway in [&one, &other, &one] {
            gateway.pass().await?;
        }
        let mail = place.mails(2).await?.remove(1);
        assert_eq!(mail.to, ["c.chair@thistledown.example"]);
        assert!(mail.header("Subject").starts_with("Something waits for you - "), "{}", mail.data);
        assert!(mail.data.lines().any(|line| line == "https://safety.northshire.example/"), "{}", mail.data);
        assert!(!mail.data.contains("Grange") && !mail.data.contains(&place.school), "{}", mail.data);
        // What they opened before the mail left is told no more; that it waits still is not known while nobody answers.
        waits(&["a", "b"]);
        one.pass().await?;
        waits(&["a"]);
        one.pass().await?;
        place.house.service.answers(Err(tonic::Status::unavailable("away")));
        one.pass().await?;
        waits(&["a"]);
        one.pass().await?;
        place.mails(2).await?;
        // That a mail of it did not leave is seen by whom it was for, and by nobody who manages accounts.
        place.office.answers(550);
        waits(&["a", "c"]);
        one.pass().await?;
        place.post()?.pass().await?;
        let failures = place.call("officer", "GET", "/v1/notices/failures", Value::Null).await?.json();
        assert_eq!(failures["failures"].as_array().map_or(0, Vec::len), 0, "{failures}");
        let own = place.call("c.chair", "GET", "/v1/notices/settings", Value::Null).await?.json();
        assert_eq!(own["settings"]["given_up"], 1, "{own}");
    }
    Ok(())
}
