//! Every event accounted for: a known mixture, cut into batches at random, sent again at random, over several hours and
//! feeds, and the equation holds of each feed and hour, and of the whole.

use std::collections::BTreeMap;

use chassis::{
    caller::Scope,
    event::{Envelope, Event},
};
use prost::Message as _;
use proto::event::v1::FeedCounted;
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use super::*;

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Kept,
    Folded,
    Excepted,
    Noise,
    Rejected,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % n
    }
}

/// A line of a person at a second, and what becomes of it.
fn squid(second: u64, user: &str, url: &str) -> String {
    let at = 1_794_825_900 + second;
    format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html\n")
}

/// A mixture of lines in random order, each with the side it belongs to. Everybody does one thing of each kind that alerts,
/// and then the same again within the minute, so that the sides are known whatever the order.
fn mixture(dice: &mut Dice, class: &str, people: usize) -> Vec<(String, Side)> {
    let mut lines = Vec::new();
    for n in 0..people {
        let user = format!("{class}-{n}");
        let second = u64::try_from(n).unwrap_or_default();
        let mut add = |url: &str, side| lines.push((squid(second, &user, url), side));
        add("http://weather-window.example/", Side::Kept);
        add("https://www.google.com/search?q=roman+roads", Side::Kept);
        add("http://ocsp.digicert.com/x", Side::Noise);
        add("https://www.google.com/complete/search?q=roman", Side::Noise);
        add("https://atlas-room.example/favicon.ico", Side::Noise);
        // One of the three raises the alert, whichever comes first; the others are folded into it.
        add("http://slip-past.example/", Side::Kept);
        add("http://slip-past.example/", Side::Folded);
        add("http://web-tunnel.test/", Side::Folded);
        add("https://www.google.com/search?q=i+want+to+die", Side::Kept);
        add("https://www.google.com/search?q=i+want+to+die", Side::Folded);
        // The school excepts this site.
        add("http://grown-ups-only.example/", Side::Excepted);
        add("http://grown-ups-only.example/", Side::Excepted);
        lines.push(("not a line of any log\n".to_owned(), Side::Rejected));
        lines.push(("\n".to_owned(), Side::Rejected));
    }
    for place in (1..lines.len()).rev() {
        lines.swap(place, dice.below(place + 1));
    }
    lines
}

/// A batch of a delivery.
fn batch(world: &World, feed: &str, delivery: &str, first: usize, lines: &[(String, Side)]) -> IngestLinesRequest {
    IngestLinesRequest {
        school_id: world.school.clone(),
        feed_id: feed.to_owned(),
        delivery_id: delivery.to_owned(),
        first_line: u64::try_from(first).unwrap_or_default() + 1,
        lines: lines.iter().map(|(text, _)| text.as_str()).collect::<String>().into(),
        ..IngestLinesRequest::default()
    }
}

/// The sides as a ledger has them.
fn sides(counts: Counts) -> BTreeMap<Side, u64> {
    assert_eq!(
        counts.received,
        counts.kept + counts.folded + counts.excepted + counts.noise + counts.rejected,
        "{counts:?}"
    );
    BTreeMap::from([
        (Side::Kept, counts.kept),
        (Side::Folded, counts.folded),
        (Side::Excepted, counts.excepted),
        (Side::Noise, counts.noise),
        (Side::Rejected, counts.rejected),
    ])
}

async fn another_feed(world: &World) -> Result<String> {
    let create = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Second filter".into(),
        profile: "squid".into(),
        request_id: world.it.request_id(),
        host_categories: hosts(),
        ..Default::default()
    };
    Ok(call!(world.it, create_feed, create)?.feed.unwrap_or_default().feed_id)
}

async fn except_a_site(world: &World) -> Result<()> {
    let lessons = RequestExceptionRequest {
        school_id: world.school.clone(),
        scope: Some(ExceptionScope { domain: "grown-ups-only.example".into(), ..Default::default() }),
        reason: "It is ours".into(),
        // The example day lies before today: the exception held then.
        start_time: Some(chassis::clock::timestamp(world.bed.now() - Duration::days(30))),
        expire_time: Some(chassis::clock::timestamp(world.bed.now() + Duration::days(30))),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let asked = call!(world.dsl, request_exception, lessons)?.exception.unwrap_or_default();
    let approve = ApproveExceptionRequest {
        school_id: world.school.clone(),
        exception_id: asked.exception_id,
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, approve_exception, approve).map(|_| ())
}

/// What was announced of feeds' lines, by feed.
async fn told(world: &World) -> Result<Vec<(String, FeedCounted)>> {
    let mut tx = world.app.store.begin(&Scope::system("filtering-ingest")).await?;
    tx.silent();
    let events = Statement::from_string(tx.db().get_database_backend(), "SELECT envelope FROM outbox");
    let rows = tx.db().query_all_raw(events).await?;
    let mut told = Vec::new();
    for row in rows {
        let envelope: Vec<u8> = row.try_get("", "envelope")?;
        let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
        if let Some(Event::FeedCounted(counted)) = envelope.event {
            let last = counted.last_receive_time.as_ref().and_then(chassis::clock::moment);
            assert!(last.is_some_and(|last| last <= world.bed.now()), "when the feed’s last line came: {counted:?}");
            told.push((envelope.aggregate_id, counted));
        }
    }
    tx.commit().await?;
    Ok(told)
}

async fn every_event_accounted(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    except_a_site(&world).await?;
    let feeds = [world.feed.clone(), another_feed(&world).await?];
    let mut dice = Dice(20_261_124);
    let mut batches = 0;
    let mut sent: BTreeMap<String, BTreeMap<Side, u64>> = BTreeMap::new();
    for round in 0..3 {
        for (place, feed) in feeds.iter().enumerate() {
            let delivery = format!("monday-{round}");
            // Other people each time, so that nobody's episode of one delivery reaches into another.
            let lines = mixture(&mut dice, &format!("class-{round}-{place}"), 12);
            for (_, side) in &lines {
                *sent.entry(feed.clone()).or_default().entry(*side).or_default() += 1;
            }
            let mut done = 0;
            while done < lines.len() {
                let to = (done + 1 + dice.below(40)).min(lines.len());
                // Where it was, or somewhere before: what was sent already is sent again.
                let from = done - dice.below(done + 1).min(done);
                let answers = world.send(vec![batch(&world, feed, &delivery, from, &lines[from..to])]).await?;
                assert_eq!(answers[0].acknowledged_line, u64::try_from(to).unwrap_or_default());
                done = to;
                batches += 1;
                if dice.below(3) == 0 {
                    let again = batch(&world, feed, &delivery, 0, &lines[..done]);
                    assert_eq!(world.send(vec![again]).await?[0].counts.unwrap_or_default(), Counts::default());
                }
                world.bed.clock.advance(Duration::minutes(7));
            }
        }
    }
    for feed in &feeds {
        // Two hours to a page.
        let (mut ledger, mut page_token) = (GetLedgerResponse::default(), String::new());
        loop {
            let (school_id, feed_id) = (world.school.clone(), feed.clone());
            let request = GetLedgerRequest { school_id, feed_id, page_size: 2, page_token };
            let page = call!(world.it, get_ledger, request)?;
            assert!(page.hours.len() <= 2);
            (ledger.total, page_token) = (page.total, page.next_page_token);
            ledger.hours.extend(page.hours);
            if page_token.is_empty() {
                break;
            }
        }
        assert!(ledger.hours.len() > 2, "several pages");
        assert!(ledger.hours.is_sorted_by_key(|hour| std::cmp::Reverse(hour.hour_time.map(|at| at.seconds))));
        let mut whole: BTreeMap<Side, u64> = BTreeMap::new();
        for hour in &ledger.hours {
            for (side, count) in sides(hour.counts.unwrap_or_default()) {
                *whole.entry(side).or_default() += count;
            }
        }
        assert_eq!(sides(ledger.total.unwrap_or_default()), whole, "the hours add up to the whole");
        assert_eq!(Some(&whole), sent.get(feed), "what was sent is what was accounted for");
    }
    // Others are told the same: each feed and hour together, in however many batches it came, and once.
    crate::escalate::counted::pass(&world.app.store).await?;
    assert_eq!(crate::escalate::counted::pass(&world.app.store).await?, 0, "nothing is left to be told");
    let told = told(&world).await?;
    assert!(told.len() < batches, "{} events of {batches} batches", told.len());
    for feed in &feeds {
        let of_feed = told.iter().filter(|(of, _)| of == feed).map(|(_, event)| event);
        let mut whole = Counts::default();
        for event in of_feed {
            whole.received += event.received;
            whole.kept += event.kept;
            whole.folded += event.folded;
            whole.excepted += event.excepted;
            whole.noise += event.noise;
            whole.rejected += event.rejected;
        }
        assert_eq!(Some(&sides(whole)), sent.get(feed), "what was told is what was accounted for");
    }
    // What the exception kept from alerting is told beside it.
    let request = ListExceptionsRequest { school_id: world.school.clone(), ..Default::default() };
    let exceptions = call!(world.dsl, list_exceptions, request)?.exceptions;
    let excepted: u64 = sent.values().filter_map(|sides| sides.get(&Side::Excepted)).sum();
    assert_eq!(exceptions.first().map(|exception| exception.excepted), Some(excepted));
    Ok(())
}

async fn a_delivery_that_is_refused_is_counted_with_its_reason(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let utf_32 = [0xff, 0xfe, 0, 0, b'a', 0, 0, 0].repeat(20);
    let batch = |delivery: &str| IngestLinesRequest { delivery_id: delivery.into(), ..world.batch(1, "x") };
    for delivery in ["one", "two"] {
        let no_log = IngestLinesRequest { lines: utf_32.clone().into(), ..batch(delivery) };
        assert!(world.send(vec![no_log]).await.is_err(), "{delivery}");
    }
    let bomb =
        |reason: &str| IngestLinesRequest { refused: reason.into(), lines: Default::default(), ..batch("three") };
    world.send(vec![bomb("bomb")]).await?;
    assert!(world.send(vec![bomb("boredom")]).await.is_err());
    let with_lines = IngestLinesRequest { refused: "damaged".into(), ..batch("four") };
    let error = world.send(vec![with_lines]).await.err();
    assert_eq!(error.map(|e| e.violations()[0].field.clone()).as_deref(), Some("lines"), "no line is lost in silence");
    let request = GetLedgerRequest {
        school_id: world.school.clone(),
        feed_id: world.feed.clone(),
        ..GetLedgerRequest::default()
    };
    let ledger = call!(world.it, get_ledger, request)?;
    let refused: Vec<(&str, u64)> =
        ledger.refused_deliveries.iter().map(|one| (one.reason.as_str(), one.deliveries)).collect();
    assert_eq!(refused, [("bomb", 1), ("no_log", 2)]);
    assert_eq!(ledger.total.unwrap_or_default().received, 0, "no line of them is counted");
    Ok(())
}

async fn good_lines_before_a_bomb_are_kept_once_and_the_rest_is_refused_with_its_reason(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let good =
        "1764000000.000 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n";
    let lines = IngestLinesRequest { delivery_id: "packed".into(), ..world.batch(1, &format!("{good}\n\n\n")) };
    let rest = IngestLinesRequest { refused: "bomb".into(), lines: Default::default(), ..lines.clone() };
    // Whoever sends it again gets the same.
    for _ in 0..2 {
        world.send(vec![lines.clone()]).await?;
        world.send(vec![rest.clone()]).await?;
    }
    let request = GetLedgerRequest {
        school_id: world.school.clone(),
        feed_id: world.feed.clone(),
        ..GetLedgerRequest::default()
    };
    let ledger = call!(world.it, get_ledger, request)?;
    let total = ledger.total.unwrap_or_default();
    let kept = total.kept + total.folded + total.excepted + total.noise;
    assert_eq!((total.received, kept, total.rejected), (4, 1, 3), "of the bomb no line is counted");
    let refused = ledger.refused_deliveries.iter().map(|one| (one.reason.as_str(), one.deliveries));
    assert_eq!(refused.collect::<Vec<_>>(), [("bomb", 2)]);
    Ok(())
}

on_both_engines!(
    every_event_accounted,
    a_delivery_that_is_refused_is_counted_with_its_reason,
    good_lines_before_a_bomb_are_kept_once_and_the_rest_is_refused_with_its_reason,
);
