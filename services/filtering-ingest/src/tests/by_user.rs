//! The alerts of one user, however products write the name, and only those that are the reader’s.

use chassis::error::Kind;
use sea_orm::ConnectionTrait as _;

use super::{
    alerts::{WEED, of_group, with_groups},
    *,
};

async fn alerts_are_found_by_whose_user_name_they_are(engine: Engine) -> Result<()> {
    const GRAVE: &str = "https://www.google.com/search?q=i+want+to+kill+myself";
    let world = with_groups(engine).await?;
    for (delivery, user, group, url) in [
        ("one", "SCHOOL\\p1", "Year 9", WEED),
        ("two", "P1@school.example", "Year 9", GRAVE),
        ("three", "p2", "Year 9", WEED),
        ("four", "s.teacher", "Staff", WEED),
    ] {
        world.deliver(delivery, &of_group(1, user, group, url)).await?;
    }
    let search = |names: &[&str], alert_id: &str| SearchAlertsRequest {
        school_id: world.school.clone(),
        user_names: names.iter().map(|name| (*name).to_owned()).collect(),
        alert_id: alert_id.to_owned(),
        ..SearchAlertsRequest::default()
    };
    let found = async |names: &[&str]| -> Result<usize> {
        let answer = call!(world.dsl, search_alerts, search(names, ""))?;
        assert_eq!(answer.alerts.len(), usize::try_from(answer.total_size).unwrap_or_default());
        Ok(answer.alerts.len())
    };
    assert_eq!((found(&["p1"]).await?, found(&["p1", "p2"]).await?, found(&["p"]).await?), (2, 3, 0));
    assert_eq!(found(&["s.teacher"]).await?, 0, "what is about staff is not the lead’s to find");
    let all = world.alerts(&world.dsl).await?;
    let theirs = all.iter().find(|alert| alert.user == "p2").map(|alert| alert.alert_id.clone()).unwrap_or_default();
    let like = call!(world.dsl, search_alerts, search(&[], &theirs))?.alerts;
    assert_eq!(like.iter().map(|alert| alert.user.as_str()).collect::<Vec<_>>(), ["p2"]);
    let ask = async |who: &Person, request: SearchAlertsRequest| -> Result<SearchAlertsResponse> {
        call!(who, search_alerts, request)
    };
    let refused = |answer: Result<SearchAlertsResponse>| answer.err().map(|error| error.kind());
    assert_eq!(refused(ask(&world.dsl, search(&[], "")).await), Some(Kind::Invalid));
    assert_eq!(refused(ask(&world.dsl, search(&["p1"], &theirs)).await), Some(Kind::Invalid), "one or the other");
    let elsewhere = world.bed.school();
    let stranger = world.bed.person(&[(Role::Dsl, &elsewhere)]);
    let theirs = SearchAlertsRequest { school_id: elsewhere, ..search(&[], &theirs) };
    assert_eq!(refused(ask(&stranger, theirs).await), Some(Kind::Missing), "another school’s alert");

    // What an earlier version kept is read out of the bodies.
    let mut tx = world.app.store.begin(&chassis::caller::Scope::consumer(&world.school, "evt")).await?;
    tx.db().execute_unprepared("UPDATE alert SET user_token = ''").await?;
    tx.silent();
    tx.commit().await?;
    assert_eq!(found(&["p1"]).await?, 0);
    crate::escalate::catch_up(&world.app.store).await?;
    assert_eq!(found(&["p1"]).await?, 2);
    Ok(())
}

on_both_engines!(alerts_are_found_by_whose_user_name_they_are);
