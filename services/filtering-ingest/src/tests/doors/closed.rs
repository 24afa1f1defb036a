//! A school that the authority closed: nothing is taken for it, and nobody waits for its lines.

use chassis::{
    caller::Scope,
    clock::timestamp,
    event::{Consumer as _, Envelope, Event},
};
use proto::event::v1::SchoolDescribed;

use super::*;
use crate::{consume::EndFeeds, watch};

/// What the registry tells of a school that is closed.
async fn close(at: &chassis::db::Store, school: &str, bed: &Bed) -> Result<()> {
    let closed = SchoolDescribed { close_time: Some(timestamp(bed.now())), ..SchoolDescribed::default() };
    let event = Some(Event::SchoolDescribed(closed));
    let envelope = Envelope { school_id: school.to_owned(), event, ..Envelope::default() };
    let mut tx = at.begin(&Scope::consumer(school, "evt")).await?;
    EndFeeds.consume(&mut tx, &envelope, ()).await?;
    tx.silent();
    tx.commit().await
}

async fn a_closed_schools_feeds_take_nothing_and_are_silent_to_nobody(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let line =
        "1764000000.000 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n";
    world.send(vec![world.batch(1, line)]).await?;
    close(&world.app.store, &world.school, &world.bed).await?;
    let next = IngestLinesRequest { delivery_id: "tuesday".into(), ..world.batch(1, line) };
    let refused = world.send(vec![next]).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("the school is closed"), "{refused}");
    let again = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Another".into(),
        profile: "squid".into(),
        request_id: world.it.request_id(),
        ..CreateFeedRequest::default()
    };
    assert_eq!(call!(world.it, create_feed, again).err().map(|error| error.reason_name()), Some("WRONG_STATE"));
    world.bed.clock.advance(time::Duration::days(3));
    assert_eq!(watch::pass(&world.app).await?, 0, "nothing is expected of it");
    let asked = ListFeedCoverageRequest { school_id: world.school.clone(), ..Default::default() };
    assert!(call!(world.it, list_feed_coverage, asked)?.coverage.is_empty());
    // Heard twice, nothing more comes of it.
    close(&world.app.store, &world.school, &world.bed).await
}

async fn whoever_sends_for_several_schools_goes_on_with_those_that_are_open(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    county.map("pennyroyal", 1).await?;
    close(&county.store, &county.schools[1], &county.bed).await?;
    let quiet = |domain: &str| visit(domain, "u2", "a.example", "/");
    let both = quiet("pennyroyal") + &quiet("thistledown");
    let answer = county.send(&county.calls, county.batch("monday", 1, &both)).await?;
    let counts = answer.sender_counts.unwrap_or_default();
    assert_eq!((counts.received, counts.observations, counts.refused), (2, 1, 1));
    let told: Vec<(u64, &str)> = answer.rejected_lines.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(told, [(1, "school_closed")]);
    county.ledger().await?;
    let place = county.sender.schools[1].clone();
    let it = county.bed.person(&[(Role::It, &place.school_id)]);
    let ledger = GetLedgerRequest { school_id: place.school_id, feed_id: place.feed_id, ..GetLedgerRequest::default() };
    assert_eq!(call!(it, get_ledger, ledger)?.total.unwrap_or_default().received, 0, "nothing of it is kept there");
    Ok(())
}

on_both_engines!(
    a_closed_schools_feeds_take_nothing_and_are_silent_to_nobody,
    whoever_sends_for_several_schools_goes_on_with_those_that_are_open,
);
