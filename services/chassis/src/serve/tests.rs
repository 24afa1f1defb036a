//! What a service says of itself, and what it keeps of those it turns away.

use axum::body::Body;
use http::Request;
use proto::access::v1::CallerClaims;
use sea_orm::{ConnectionTrait as _, Statement};
use sea_orm_migration::MigrationTrait;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::ServiceExt as _;

use super::*;
use crate::{
    caller::GATEWAY,
    history::verify::{Against, verify},
    testing::{Bed, Engine},
};

struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        crate::db::migration::migrations()
    }
}

async fn get(router: &axum::Router, path: &str) -> Result<u16> {
    let request = Request::get(path).body(Body::empty()).map_err(Error::internal)?;
    Ok(router.clone().oneshot(request).await.map_err(Error::internal)?.status().as_u16())
}

/// Waits until gRPC health says 1, serving, or 2, not serving, under a name.
async fn health(router: &axum::Router, name: &str, status: i32) {
    let mut client = HealthClient::new(router.clone());
    let said = async {
        loop {
            let answer = client.check(HealthCheckRequest { service: name.to_owned() }).await;
            if answer.is_ok_and(|answer| answer.into_inner().status == status) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let said = tokio::time::timeout(Duration::from_secs(10), said).await;
    assert!(said.is_ok(), "health of {name:?} never becomes {status}");
}

#[tokio::test]
async fn health_follows_the_database_and_ends_before_the_process_does() -> Result<()> {
    let bed = Bed::new(Engine::Sqlite)?;
    let mut setup = bed.setup("reporting").await?;
    let (ending, shutdown) = Ending::new();
    setup.shutdown = shutdown;
    // Nothing carries events here, so they wait.
    setup.bus = Arc::new(crate::event::memory::MemoryBus::held());
    let store = setup.store::<Migrations>().await?;
    let running = Running::start(&setup, store.clone(), Routes::default())?;
    let router = running.router().await;
    let service = "hedgerow.reporting.v1.Reporting";
    assert_eq!((get(&router, "/readyz").await?, get(&router, "/readyz/events").await?), (200, 200));
    health(&router, service, 1).await;

    let mut tx = store.begin(&crate::caller::Scope::system("test")).await?;
    tx.silent();
    tx.announce("a", proto::event::v1::envelope::Event::SchoolCreated(Default::default())).await?;
    tx.commit().await?;
    bed.clock.advance(time::Duration::minutes(6));
    assert_eq!((get(&router, "/readyz").await?, get(&router, "/readyz/events").await?), (200, 503));
    health(&router, "events", 2).await;
    health(&router, "", 1).await;

    let newest = "UPDATE seaql_migrations SET version = version || '!'";
    store.connection().execute_unprepared(newest).await?;
    assert_eq!(get(&router, "/readyz").await?, 503, "a database without its tables is not one to serve from");
    health(&router, service, 2).await;
    store.connection().execute_unprepared("UPDATE seaql_migrations SET version = rtrim(version, '!')").await?;
    health(&router, service, 1).await;

    ending.end();
    assert_eq!((get(&router, "/readyz").await?, get(&router, "/livez").await?), (503, 200));
    health(&router, service, 2).await;
    running.drain().await;
    Ok(())
}

#[tokio::test]
async fn a_stream_that_nobody_ends_does_not_keep_the_process() -> Result<()> {
    let (ending, shutdown) = Ending::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let hang = axum::routing::get(std::future::pending::<()>);
    let serving = tokio::spawn(serve(listener, axum::Router::new().route("/", hang), shutdown));
    let mut stream = tokio::net::TcpStream::connect(address).await.map_err(Error::internal)?;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .map_err(Error::internal)?;
    tokio::time::sleep(Duration::from_millis(50)).await;
    ending.end();
    let ended = tokio::time::timeout(LEAD + GRACE + Duration::from_secs(2), serving).await;
    assert!(ended.is_ok_and(|served| served.is_ok_and(|served| served.is_ok())));
    Ok(())
}

async fn denials(store: &Store) -> Result<Vec<(String, String, String)>> {
    let tx = crate::db::begin(store.connection(), &crate::caller::Scope::system("test")).await?;
    let sql = "SELECT action, subject, detail FROM history ORDER BY seq";
    let rows = tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    rows.iter().map(|r| Ok((r.try_get("", "action")?, r.try_get("", "subject")?, r.try_get("", "detail")?))).collect()
}

#[tokio::test]
async fn a_flood_of_denials_is_two_entries_and_every_one_is_counted() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bed = Bed::new(engine)?;
        let setup = bed.setup("reporting").await?;
        let store = setup.store::<Migrations>().await?;
        let rpc = proto::contract::rpcs().first().ok_or_else(Error::missing)?;
        let caller = |account: &str| {
            let claims = CallerClaims { issuer: GATEWAY.into(), account_id: account.into(), ..CallerClaims::default() };
            Caller::new(claims, rpc, setup.access.clone(), bed.now())
        };
        let (one, other) = (caller("acc_one"), caller("acc_other"));
        for _ in 0..40 {
            refuse(&store, Some(&one), Error::denied()).await;
        }
        refuse(&store, Some(&other), Error::denied()).await;
        assert_eq!(denials(&store).await?.len(), 2, "the first of each is there at once");
        let minute = bed.now().unix_timestamp() / 60;
        settle(&store, minute).await?;
        assert_eq!(denials(&store).await?.len(), 2, "the minute is not over");
        bed.clock.advance(time::Duration::minutes(1));
        refuse(&store, Some(&one), Error::denied()).await;
        settle(&store, minute + 1).await?;
        settle(&store, minute + 1).await?;
        let all = denials(&store).await?;
        assert_eq!(all.len(), 4);
        let again: Vec<_> = all.iter().filter(|(action, ..)| action == "rpc.denied_again").collect();
        assert!(
            matches!(again.as_slice(), [(_, subject, detail)]
            if subject == rpc.name() && detail.contains("acc_one") && detail.contains("\"count\":39")),
            "{again:?}"
        );
        let tx = crate::db::begin(store.connection(), &crate::caller::Scope::system("test")).await?;
        let key = bed.key("reporting").verifying_key();
        let against = Against { origin: "hedgerow/reporting", key: &key, tables: &[], kept: &[], now: bed.now() };
        assert_eq!(verify(&tx, &against).await?.entries, 4);
    }
    Ok(())
}
