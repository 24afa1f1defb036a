//! Events over a Redis of the test's own, which loses them in every way: all of them, the newest, a group; and in the
//! end every effect happened once.

use std::{
    collections::HashMap,
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use ::redis::AsyncCommands as _;

use super::*;
use crate::event::{Bus as _, Envelope, Listener, redis::RedisBus};

/// A Redis that ends with the value.
struct Server(Child, String);

impl Server {
    fn start() -> Result<Self> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(Error::internal)?;
        let port = free.port().to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .map_err(Error::internal)?;
        while std::net::TcpStream::connect(free).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self(child, format!("redis://{free}")))
    }

    async fn client(&self) -> Result<::redis::aio::MultiplexedConnection> {
        let client = ::redis::Client::open(self.1.as_str()).map_err(Error::internal)?;
        client.get_multiplexed_async_connection().await.map_err(Error::internal)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Hears everything, and counts how often.
struct Ear(&'static str, Mutex<HashMap<String, usize>>);

impl Ear {
    fn new(group: &'static str) -> Arc<Self> {
        Arc::new(Self(group, Mutex::default()))
    }

    fn heard(&self) -> HashMap<String, usize> {
        self.1.lock().map(|heard| heard.clone()).unwrap_or_default()
    }

    async fn hears(&self, count: usize) {
        let heard = async {
            while self.heard().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(20), heard).await;
        assert!(done.is_ok(), "{} heard {} of {count}", self.0, self.heard().len());
    }
}

#[tonic::async_trait]
impl Listener for Ear {
    fn group(&self) -> String {
        self.0.to_owned()
    }

    async fn deliver(&self, envelope: Envelope) {
        if let Ok(mut heard) = self.1.lock() {
            *heard.entry(envelope.event_id).or_default() += 1;
        }
    }
}

struct Scene {
    redis: Server,
    bus: Arc<RedisBus>,
    store: Store,
    school: String,
    shutdown: serve::Shutdown,
    _ending: serve::Ending,
}

impl Scene {
    async fn new() -> Result<Self> {
        let redis = Server::start()?;
        let bus = Arc::new(RedisBus::new(&redis.1, "test").await?);
        let (bed, store) = open(Engine::Sqlite).await?;
        let (ending, shutdown) = serve::Ending::new();
        Ok(Self { redis, bus, store, school: bed.school(), shutdown, _ending: ending })
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        let (bus, shutdown) = (self.bus.clone(), self.shutdown.clone());
        tokio::spawn(async move { bus.subscribe(listener, shutdown).await });
    }

    async fn write(&self, from: usize, to: usize) -> Result<()> {
        for n in from..to {
            write(&self.store, &self.school, &format!("n{n}"), "x").await?;
        }
        relay::relay(&self.store, self.bus.as_ref()).await
    }

    async fn length(&self) -> Result<usize> {
        self.redis.client().await?.xlen("hedgerow:events").await.map_err(Error::internal)
    }
}

async fn cut(scene: &Scene, newest: usize) -> Result<()> {
    let mut redis = scene.redis.client().await?;
    let entries: ::redis::streams::StreamRangeReply =
        redis.xrevrange_count("hedgerow:events", "+", "-", newest).await.map_err(Error::internal)?;
    let ids: Vec<&str> = entries.ids.iter().map(|entry| entry.id.as_str()).collect();
    redis.xdel::<_, _, ()>("hedgerow:events", &ids).await.map_err(Error::internal)
}

#[tokio::test]
async fn what_redis_loses_is_sent_again() -> Result<()> {
    let scene = Scene::new().await?;
    // The newest are lost before anybody heard them.
    scene.write(0, 30).await?;
    cut(&scene, 10).await?;
    let ear = Ear::new("ear");
    scene.listen(ear.clone());
    ear.hears(20).await;
    relay::relay(&scene.store, scene.bus.as_ref()).await?;
    ear.hears(30).await;
    assert!(ear.heard().values().all(|count| *count == 1), "and nothing else is");

    // Lost, and then more is written: the loss is not buried under news.
    scene.write(30, 40).await?;
    ear.hears(40).await;
    let mut redis = scene.redis.client().await?;
    cut(&scene, 5).await?;
    scene.write(40, 180).await?;
    ear.hears(180).await;
    let again: usize = ear.heard().values().filter(|count| **count > 1).count();
    assert_eq!(again, 5, "those that were lost are sent again, heard or not");

    // All is lost, and so is the group.
    ::redis::cmd("FLUSHALL").exec_async(&mut redis).await.map_err(Error::internal)?;
    scene.write(180, 190).await?;
    ear.hears(190).await;

    // A group is lost alone.
    redis.xgroup_destroy::<_, _, ()>("hedgerow:events", "ear").await.map_err(Error::internal)?;
    scene.write(190, 200).await?;
    ear.hears(200).await;
    Ok(())
}

#[tokio::test]
async fn what_everybody_heard_is_trimmed_and_no_more() -> Result<()> {
    let scene = Scene::new().await?;
    let (quick, slow) = (Ear::new("quick"), Ear::new("slow"));
    scene.listen(quick.clone());
    let mut redis = scene.redis.client().await?;
    redis.xgroup_create_mkstream::<_, _, _, ()>("hedgerow:events", "slow", "0").await.map_err(Error::internal)?;
    scene.write(0, 20).await?;
    quick.hears(20).await;
    scene.bus.tidy().await?;
    assert_eq!(scene.length().await?, 20, "one group has heard nothing");

    scene.listen(slow.clone());
    slow.hears(20).await;
    scene.write(20, 25).await?;
    quick.hears(25).await;
    slow.hears(25).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    scene.bus.tidy().await?;
    assert_eq!(scene.length().await?, 1, "the newest stays, for the relay to find");
    relay::relay(&scene.store, scene.bus.as_ref()).await?;
    assert_eq!(scene.length().await?, 1, "what was trimmed was not lost");

    // Who comes later hears what was trimmed all the same.
    let late = Ear::new("late");
    scene.listen(late.clone());
    // Its group takes the marks away as it is made.
    while redis.exists("hedgerow:carried").await.map_err(Error::internal)? {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    relay::relay(&scene.store, scene.bus.as_ref()).await?;
    late.hears(25).await;
    Ok(())
}

#[tokio::test]
async fn carried_events_leave_the_outbox_when_they_are_old() -> Result<()> {
    let (bed, store) = open(Engine::Sqlite).await?;
    let bus = crate::event::memory::MemoryBus::default();
    let school = bed.school();
    let (scope, event) = (Scope::consumer(&school, "evt"), || Event::ConcernRecorded(ConcernRecorded::default()));
    for aggregate in ["a", "a", "a", "b"] {
        let mut tx = store.begin(&scope).await?;
        tx.silent();
        tx.announce(aggregate, event()).await?;
        tx.commit().await?;
    }
    relay::relay(&store, &bus).await?;
    bed.clock.advance(time::Duration::days(31));
    let mut tx = store.begin(&scope).await?;
    tx.silent();
    tx.announce("c", event()).await?;
    tx.commit().await?;
    relay::sweep(&store).await?;
    let left = "SELECT aggregate_id, aggregate_seq FROM outbox ORDER BY aggregate_id";
    let left = store.connection().query_all_raw(Statement::from_string(DatabaseBackend::Sqlite, left)).await?;
    let left: Vec<(String, i64)> = left
        .iter()
        .map(|row| Ok((row.try_get("", "aggregate_id")?, row.try_get("", "aggregate_seq")?)))
        .collect::<Result<_>>()?;
    let expected = [("a".to_owned(), 3), ("b".to_owned(), 1), ("c".to_owned(), 1)];
    assert_eq!(left, expected, "the last of each thing, and what waits");
    Ok(())
}

/// How many acts a second eight writers put into one history: printed, for whoever changes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_share_one_history() -> Result<()> {
    let (bed, store) = open(Engine::Postgres).await?;
    let (begun, each) = (std::time::Instant::now(), 100);
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, school) = (store.clone(), bed.school());
        writers.spawn(async move {
            for n in 0..each {
                let mut tx = store.begin(&Scope::consumer(&school, "evt")).await?;
                tx.record(Act::new("note.written", format!("n{n}")));
                tx.commit().await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done.map_err(Error::internal)??;
    }
    let took = begun.elapsed();
    println!("{} commits in {took:?}: {:.0} a second", 8 * each, f64::from(8 * each) / took.as_secs_f64());
    let report = audited(&bed, &store, &[]).await?;
    assert_eq!((report.entries, report.faults), (i64::from(8 * each), vec![]));
    Ok(())
}

/// A bus that carries so many events, and then fails until it is mended.
#[derive(Default)]
struct Failing {
    carries: AtomicUsize,
    carried: Mutex<Vec<String>>,
}

#[tonic::async_trait]
impl crate::event::Bus for Failing {
    async fn publish(&self, envelope: &Envelope) -> Result<String> {
        let left = self.carries.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| Error::unavailable("the bus fails"))?;
        if let Ok(mut carried) = self.carried.lock() {
            carried.push(envelope.event_id.clone());
        }
        Ok("a place".into())
    }

    async fn lost(&self, _: &str) -> Result<bool> {
        Ok(false)
    }

    async fn missing(&self, carried: &[crate::event::Carried]) -> Result<Vec<bool>> {
        Ok(vec![false; carried.len()])
    }

    async fn tidy(&self) -> Result<()> {
        Ok(())
    }

    async fn subscribe(&self, _: Arc<dyn Listener>, _: serve::Shutdown) {}
}

async fn what_was_carried_before_the_bus_failed_is_not_carried_again(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    for n in 0..5 {
        write(&store, &bed.school(), &format!("n{n}"), "x").await?;
    }
    let bus = Failing::default();
    bus.carries.store(3, Ordering::SeqCst);
    assert!(relay::relay(&store, &bus).await.is_err());
    bus.carries.store(100, Ordering::SeqCst);
    relay::relay(&store, &bus).await?;
    let mut carried = bus.carried.lock().map(|carried| carried.clone()).unwrap_or_default();
    assert_eq!(carried.len(), 5);
    carried.sort();
    carried.dedup();
    assert_eq!(carried.len(), 5, "each once");
    assert!(store.oldest_waiting().await?.is_none());
    Ok(())
}

on_both_engines!(what_was_carried_before_the_bus_failed_is_not_carried_again);
