//! A key that was given to the wrong school.

use super::*;

async fn a_key_that_stood_for_the_wrong_school_is_put_right_with_what_its_lines_raised(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("unk", 1).await?;
    county.map("pennyroyal", 1).await?;
    county
        .send(
            &county.calls,
            county.batch("monday", 1, &[search("unk"), search("pennyroyal").replace("u1", "u2")].concat()),
        )
        .await?;
    let users = async |school: usize| -> Result<Vec<String>> {
        Ok(county.alerts(school).await?.into_iter().map(|alert| alert.user).collect())
    };
    assert_eq!((users(0).await?.len(), users(1).await?.len()), (0, 2));
    let wrong = county.alerts(1).await?.into_iter().find(|alert| alert.user == "u1").unwrap_or_default();
    let correct = MapRoutingKeyRequest {
        sender_id: county.sender.sender_id.clone(),
        routing_key: "UNK".into(),
        to_school_id: county.schools[0].clone(),
        correct: true,
        request_id: county.operator.request_id(),
        ..MapRoutingKeyRequest::default()
    };
    assert_eq!(senders!(county.operator, map_routing_key, correct.clone())?.moved_alerts, 1);
    assert_eq!(senders!(county.operator, map_routing_key, correct.clone())?.moved_alerts, 1, "the first answer");
    assert_eq!((users(0).await?, users(1).await?), (vec!["u1".to_owned()], vec!["u2".to_owned()]));
    assert!(county.alerts(0).await?[0].because.contains("stood for another school"));
    let read = GetAlertRequest { school_id: county.schools[1].clone(), alert_id: wrong.alert_id };
    let gone = call!(county.leads[1], get_alert, read).err().map(|error| error.reason_name());
    assert_eq!(gone, Some("NOT_FOUND"), "nobody of the wrong school reads it any more");
    county.send(&county.calls, county.batch("tuesday", 1, &search("unk").replace("u1", "u3"))).await?;
    assert_eq!((users(0).await?.len(), users(1).await?.len()), (2, 1));
    // Somebody of the other school has the same name: what they ask for is not lost in what was withdrawn.
    let theirs = search("pennyroyal").replace("08:59:00", "08:59:40");
    county.send(&county.calls, county.batch("wednesday", 1, &theirs)).await?;
    assert_eq!(users(1).await?.len(), 2);
    // A key that stands for no other school has nothing that could be put right.
    let again = MapRoutingKeyRequest { request_id: county.operator.request_id(), ..correct };
    let refused = senders!(county.operator, map_routing_key, again).err();
    let field = refused.and_then(|error| error.violations().first().map(|wrong| wrong.field.clone()));
    assert_eq!(field.as_deref(), Some("correct"));
    Ok(())
}

on_both_engines!(a_key_that_stood_for_the_wrong_school_is_put_right_with_what_its_lines_raised);
