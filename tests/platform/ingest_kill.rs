//! filtering-ingest dies again and again while filters send, the bus forgets what it carried, and the database is
//! restarted under all of them: every line that was acknowledged is counted once, on the side it belongs to, and nothing
//! else is counted.

use std::{
    io::{Read as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    clock::{Clock as _, SystemClock},
    error::{Error, Kind},
};
use hedgerow::client;
use proto::filtering_ingest::v1::{IngestLinesRequest, filtering_ingest_client::FilteringIngestClient};
use serde_json::{Value, json};

use crate::installation::{Installation, Person, Servers, text};

/// Deaths unless `INGEST_KILLS` says otherwise: the measured 200 take minutes.
const KILLS: u32 = 20;
/// Feeds that are sent to at once.
const FEEDS: usize = 3;
/// Batches of a delivery.
const BATCHES: u64 = 12;
/// How long anybody tries one and the same batch.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lines by what becomes of them, and how often a batch had to be sent again.
#[derive(Debug, Default)]
struct Sent {
    deliveries: Vec<(String, u64)>,
    kept: u64,
    noise: u64,
    rejected: u64,
    alerts: u64,
    sent_again: u32,
}

/// One feed, and who sends to it.
struct Sender {
    who: Person,
    school: String,
    feed: String,
    nth: usize,
    /// The second of its first lines.
    start: i64,
}

impl Sender {
    /// The lines of a batch, other ones each time: pages, what machines do, junk, and now and then a grave search by
    /// somebody who has made none before.
    fn batch(&self, number: u64, sent: &mut Sent) -> (String, u64) {
        let (feed, at) = (self.nth, self.start + i64::try_from(number).unwrap());
        let line = |user: &str, url: &str| {
            format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html\n")
        };
        let mut lines: Vec<String> = (0..40 + number % 50)
            .map(|n| line(&format!("u{}", n % 7), &format!("http://site-{feed}-{number}-{n}.example/")))
            .collect();
        sent.kept += 40 + number % 50;
        for n in 0..5 {
            lines.push(line(&format!("u{n}"), &format!("http://ocsp.digicert.com/{feed}/{number}/{n}")));
        }
        sent.noise += 5;
        lines.push(format!("junk {feed} {number}\n"));
        sent.rejected += 1;
        if number % 5 == 0 {
            let user = format!("w{feed}x{number}");
            lines.push(line(&user, "https://www.google.com/search?q=i+want+to+kill+myself"));
            (sent.kept, sent.alerts) = (sent.kept + 1, sent.alerts + 1);
        }
        let count = u64::try_from(lines.len()).unwrap();
        (lines.concat(), count)
    }

    /// Sends a batch; answers up to which line its delivery is acknowledged.
    async fn send(&self, delivery: &str, first_line: u64, lines: &str) -> Result<u64, Error> {
        let request = IngestLinesRequest {
            school_id: self.school.clone(),
            feed_id: self.feed.clone(),
            delivery_id: delivery.to_owned(),
            first_line,
            lines: lines.to_owned().into(),
            ..IngestLinesRequest::default()
        };
        let mut ingest = FilteringIngestClient::new(client::gateway(&self.who.config).await?);
        let answers = ingest.ingest_lines(tokio_stream::once(request)).await.map_err(|s| Error::from_status(&s))?;
        let answer = answers.into_inner().message().await.map_err(|s| Error::from_status(&s))?;
        answer.map(|answer| answer.acknowledged_line).ok_or_else(|| Error::unavailable("the stream ended unanswered"))
    }

    /// Sends one delivery after the other until it is told to stop.
    async fn work(self, stop: Arc<AtomicBool>) -> Sent {
        let mut sent = Sent::default();
        let (mut number, mut done) = (0, 0);
        while !stop.load(Ordering::Relaxed) {
            if number % BATCHES == 0 {
                sent.deliveries.push((format!("delivery {}", number / BATCHES), 0));
                done = 0;
            }
            let (lines, count) = self.batch(number, &mut sent);
            let delivery = sent.deliveries.last().map(|(name, _)| name.clone()).unwrap_or_default();
            let begun = Instant::now();
            loop {
                match self.send(&delivery, done + 1, &lines).await {
                    Ok(acknowledged) => {
                        assert_eq!(acknowledged, done + count, "{delivery}");
                        break;
                    }
                    Err(error) => {
                        let theirs = [Kind::Invalid, Kind::Missing, Kind::Denied, Kind::Conflict];
                        assert!(!theirs.contains(&error.kind()), "{delivery}: {error}");
                        assert!(begun.elapsed() < PATIENCE, "{delivery}: {error}");
                        sent.sent_again += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            done += count;
            if let Some((_, acknowledged)) = sent.deliveries.last_mut() {
                *acknowledged = done;
            }
            number += 1;
        }
        sent
    }
}

fn number(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// What is counted of a feed is what was acknowledged, each line once and on its side.
async fn compare(it: &Person, school: &str, feed: &str, sent: &Sent) -> u64 {
    let asked = json!({"schoolId": school, "feedId": feed});
    let ledger = it.call("GetLedger", asked).await;
    let sides = |counts: &Value| ["received", "kept", "noise", "rejected", "alerts"].map(|key| number(&counts[key]));
    let all: u64 = sent.deliveries.iter().map(|(_, lines)| lines).sum();
    assert_eq!(sides(&ledger["total"]), [all, sent.kept, sent.noise, sent.rejected, sent.alerts], "{feed}");
    assert_eq!(all, sent.kept + sent.noise + sent.rejected, "{feed}");
    let mut of_deliveries = 0;
    for (name, lines) in &sent.deliveries {
        let asked = json!({"schoolId": school, "feedId": feed, "deliveryId": name});
        let delivery = it.call("GetDelivery", asked).await["delivery"].clone();
        assert_eq!(number(&delivery["acknowledgedLine"]), *lines, "{name}");
        of_deliveries += number(&delivery["counts"]["received"]);
    }
    assert_eq!(of_deliveries, all, "{feed}");
    // Rolled up they are the same, but for the lines that could not be read.
    let day = json!({"schoolId": school, "feedId": feed, "by": "hour"});
    let rolled = it.call("ListRollups", day).await["rollups"].clone();
    let rolled: u64 = rolled.as_array().into_iter().flatten().map(|one| number(&one["count"])).sum();
    assert_eq!(rolled, all - sent.rejected, "{feed}");
    all
}

/// Has the bus forget everything.
fn flush(redis: &str) {
    let address = redis.trim_start_matches("redis://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"FLUSHALL\r\n").unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+OK\r\n");
}

/// How often it is killed.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn deaths() -> u32 {
    std::env::var("INGEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

#[tokio::test]
async fn ingest_kill_counts_each_acknowledged_line_once() {
    let kills = deaths();
    let servers = Servers::start();
    // What one address may ask is another test's matter.
    let rates = [("HEDGEROW_GATEWAY__RATE", "10000".to_owned()), ("HEDGEROW_GATEWAY__BURST", "10000".to_owned())];
    let mut place = Installation::distributed_at(&servers.postgres, &servers.redis, &rates).await;
    let officer = place.sign_in("officer").await;
    let create = json!({"name": "A school", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", create).await["school"]["schoolId"]);
    let it = place.person(&officer, "it.one", &["ROLE_IT"], &school).await;
    let dsl = place.person(&officer, "dsl.one", &["ROLE_DSL", "ROLE_STAFF"], &school).await;
    let stop = Arc::new(AtomicBool::new(false));
    // Within the last day, and so early that no second of it is still to come.
    let start = SystemClock.now().unix_timestamp() - 20_000;
    let (mut feeds, mut senders) = (Vec::new(), Vec::new());
    for nth in 0..FEEDS {
        let create = json!({"schoolId": school, "name": format!("Filter {nth}"), "profile": "squid"});
        let feed = text(&it.call("CreateFeed", create).await["feed"]["feedId"]);
        let sender = Sender { who: it.clone(), school: school.clone(), feed: feed.clone(), nth, start };
        senders.push(tokio::spawn(sender.work(stop.clone())));
        feeds.push(feed);
    }
    let (begun, mut restarts) = (Instant::now(), 0);
    for kill in 0..kills {
        // Some die before they have begun, some in full work.
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 37 % 331))).await;
        // In full work: as an operator does, and as a power cut does.
        if kill % 10 == 7 {
            servers.restart_postgres(if kill % 20 == 7 { "immediate" } else { "fast" }).await;
            restarts += 1;
        }
        place.kill("filtering-ingest");
        if kill % 5 == 4 {
            flush(&servers.redis);
        }
        place.start("filtering-ingest");
        if kill % 4 != 0 {
            place.ready().await;
        }
    }
    place.ready().await;
    stop.store(true, Ordering::Relaxed);
    let (mut lines, mut alerts, mut again) = (0, 0, 0);
    for (feed, sender) in feeds.iter().zip(senders) {
        let sent = sender.await.unwrap();
        lines += compare(&it, &school, feed, &sent).await;
        (alerts, again) = (alerts + sent.alerts, again + sent.sent_again);
    }
    println!(
        "{kills} kills and {restarts} restarts of PostgreSQL in {:.0?}: {lines} lines acknowledged and counted, each \
         once; {alerts} alerts; {again} batches sent again",
        begun.elapsed()
    );
    assert!(again > kills / 4 && alerts > 0, "nobody was sending when it died");
    // What was raised is listed once, and stands in the lead's inbox once.
    let total = async |method: &str| {
        let answer = dsl.call(method, json!({"schoolId": school, "pageSize": 1})).await;
        answer["totalSize"].as_u64().unwrap_or_default()
    };
    assert_eq!(total("ListAlerts").await, alerts);
    let begun = Instant::now();
    while total("ListConcerns").await < alerts {
        assert!(begun.elapsed() < PATIENCE, "not every alert became a concern");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(total("ListConcerns").await, alerts);
    assert!(place.command(&["audit", "verify", "filtering-ingest"]).contains("intact"));
}
