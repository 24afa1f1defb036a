//! The gateway as a whole: its doors, its sessions, its one port.

use chassis::{
    error::{Error, Result},
    serve::Ending,
    testing::{Engine, server},
};
use http::{Request, header};
use prost::Message as _;
use proto::access::v1::{GetSelfRequest, Role, SignInRequest, SignOutRequest, accounts_client::AccountsClient};
use serde_json::Value;
use time::Duration;
use tokio_stream::StreamExt as _;
use tonic::{Code, transport::Channel};

use crate::{
    config::Console,
    sessions::{self, Kind, Session, Sessions, Token, redis::RedisSessions},
    store::session::SessionTable,
    testing::{House, PASSWORD, frame},
    tries::{Place, TRIES, Tries},
};

async fn listening(house: &House) -> Result<(String, Ending)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
    let address = format!("http://{}", listener.local_addr().map_err(Error::internal)?);
    let (ending, shutdown) = Ending::new();
    let gateway = house.gateway.clone();
    tokio::spawn(async move { gateway.serve(listener, shutdown).await });
    Ok((address, ending))
}

async fn channel(address: &str) -> Result<Channel> {
    Channel::from_shared(address.to_owned()).map_err(Error::internal)?.connect().await.map_err(Error::internal)
}

fn with_token<T>(message: T, token: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    if let Ok(value) = token.parse() {
        request.metadata_mut().insert("authorization", value);
    }
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn one_port_speaks_grpc() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let id = house.account("r.okafor", Role::Operator, None).await?;
    let (address, _ending) = listening(&house).await?;
    let channel = channel(&address).await?;
    let mut accounts = AccountsClient::new(channel.clone());
    let none = accounts.get_self(GetSelfRequest {}).await.map_err(|s| s.code());
    assert_eq!(none.err(), Some(Code::Unauthenticated));
    let sign_in = SignInRequest { sign_in_name: "r.okafor".into(), password: PASSWORD.into() };
    let session = accounts.sign_in(sign_in).await.map_err(Error::internal)?.into_inner();
    let bearer = format!("Bearer {}", session.session_token);
    let own = accounts.get_self(with_token(GetSelfRequest {}, &bearer)).await.map_err(Error::internal)?;
    assert_eq!(own.into_inner().account.map(|a| a.account_id), Some(id.to_string()));
    accounts.sign_out(with_token(SignOutRequest {}, &bearer)).await.map_err(Error::internal)?;
    let after = accounts.get_self(with_token(GetSelfRequest {}, &bearer)).await.map_err(|s| s.code());
    assert_eq!(after.err(), Some(Code::Unauthenticated), "a session that was ended lets nobody in");
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let service = "hedgerow.access.v1.Accounts".to_owned();
    let check = health.check(tonic_health::pb::HealthCheckRequest { service }).await.map_err(Error::internal)?;
    assert_eq!(check.into_inner().status, i32::from(tonic_health::pb::health_check_response::ServingStatus::Serving));
    for path in ["/hedgerow.access.v1.Accounts/Nothing", "/elsewhere.v1.Service/Nothing"] {
        let mut grpc = tonic::client::Grpc::new(channel.clone());
        grpc.ready().await.map_err(Error::internal)?;
        let codec = tonic_prost::ProstCodec::<GetSelfRequest, GetSelfRequest>::default();
        let path = http::uri::PathAndQuery::from_static(path);
        let answer = grpc.unary(tonic::Request::new(GetSelfRequest {}), path, codec).await;
        assert_eq!(answer.map_err(|s| s.code()).err(), Some(Code::Unimplemented));
    }
    Ok(())
}

#[tokio::test]
async fn one_port_speaks_everything_else() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let get = async |path: &str, accept: &str| {
        let request = Request::builder().uri(path).header(header::ACCEPT, accept).body(axum::body::Body::empty());
        house.send(request.unwrap_or_default()).await
    };
    for path in ["/livez", "/readyz", "/version", "/openapi.json", "/problems/gate-shut"] {
        assert_eq!(get(path, "*/*").await.status, 200, "{path}");
    }
    assert_eq!(get("/openapi.json", "*/*").await.json()["openapi"], "3.1.0");
    let page = get("/nowhere/at/all", "text/html").await;
    let problem = get("/nowhere/at/all", "application/json").await;
    assert_eq!((page.status.as_u16(), problem.status.as_u16()), (404, 404));
    assert_eq!(problem.json()["type"], "/problems/not-found");
    assert!(page.json().is_null());
    let sign_in = SignInRequest { sign_in_name: "nobody".into(), password: "x".into() }.encode_to_vec();
    let web =
        Request::post("/hedgerow.access.v1.Accounts/SignIn").header(header::CONTENT_TYPE, "application/grpc-web+proto");
    let web = house.send(web.body(frame(&sign_in).into()).unwrap_or_default()).await;
    assert_eq!(web.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()), Some("application/grpc-web+proto"));
    assert!(
        web.headers.get("grpc-status").is_some_and(|s| s == "16")
            || web.body.windows(14).any(|w| w == b"grpc-status:16")
    );
    Ok(())
}

#[tokio::test]
async fn programs_are_told_the_contract_and_pages_are_compressed() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    // A ServerReflectionRequest whose list_services is set.
    let ask = Request::post("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        .version(http::Version::HTTP_2)
        .header(header::CONTENT_TYPE, "application/grpc")
        .body(frame(&[0x3a, 0x00]).into());
    let told = house.send(ask.unwrap_or_default()).await;
    assert!(String::from_utf8_lossy(&told.body).contains("hedgerow.incident_cases.v1.IncidentCases"));
    let zipped = house.json("GET", "/openapi.json", &[("accept-encoding", "gzip")], Value::Null).await;
    assert_eq!(zipped.headers.get(header::CONTENT_ENCODING).map(|v| v.as_bytes()), Some(b"gzip".as_slice()));
    assert!(zipped.body.len() < 60_000, "{} bytes", zipped.body.len());
    Ok(())
}

#[tokio::test]
async fn a_flood_is_refused_in_the_language_it_came_in() -> Result<()> {
    let house = House::with(Engine::Sqlite, Console { burst: 1.0, rate: 0.5, ..Console::default() }).await?;
    let here = axum::extract::ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 4000)));
    let send = async |mut request: axum::extract::Request| {
        request.extensions_mut().insert(here);
        house.send(request).await
    };
    let get = |path: &str| Request::get(path).body(axum::body::Body::empty()).unwrap_or_default();
    assert_eq!(send(get("/livez")).await.status, 200);
    let flood = send(get("/v1/self")).await;
    assert_eq!((flood.status.as_u16(), &flood.json()["type"]), (429, &"/problems/too-many-tries".into()));
    assert_eq!(flood.headers.get(header::RETRY_AFTER).map(|v| v.as_bytes()), Some(b"2".as_slice()));
    let grpc = Request::post("/hedgerow.access.v1.Accounts/GetSelf")
        .version(http::Version::HTTP_2)
        .header(header::CONTENT_TYPE, "application/grpc")
        .body(frame(&[]).into());
    let grpc = send(grpc.unwrap_or_default()).await;
    let exhausted = i32::from(Code::ResourceExhausted).to_string();
    assert_eq!(grpc.headers.get("grpc-status").map(|v| v.as_bytes()), Some(exhausted.as_bytes()));
    assert_eq!(house.send(get("/livez")).await.status, 200, "a caller within the process is not limited");
    Ok(())
}

#[tokio::test]
async fn the_first_account_is_made_once() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.gateway.bootstrap("officer", PASSWORD).await?;
    house.gateway.bootstrap("officer", "another password entirely").await?;
    let bearer = house.bearer("officer").await;
    let own = house.json("GET", "/v1/self", &[("authorization", &bearer)], Value::Null).await;
    assert_eq!(own.json()["account"]["appointments"][0]["role"], "ROLE_AUTHORITY_OFFICER");
    let second = house.gateway.bootstrap("intruder", PASSWORD).await.err();
    assert_eq!(second.map(|e| e.reason_name()), Some("WRONG_STATE"));
    Ok(())
}

#[tokio::test]
async fn every_answer_wears_its_headers() -> Result<()> {
    let house = House::with(Engine::Sqlite, Console { https: true, ..Console::default() }).await?;
    for path in ["/", "/v1/self", "/nowhere", "/openapi.json", "/readyz", "/hedgerow.access.v1.Accounts/SignIn"] {
        let answer = house.json("GET", path, &[], Value::Null).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "permissions-policy",
            "strict-transport-security",
            "x-request-id",
        ] {
            assert!(answer.headers.contains_key(name), "{path} lacks {name}");
        }
        assert_eq!(answer.headers.get(header::CACHE_CONTROL).map(|v| v.as_bytes()), Some(b"no-store".as_slice()));
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_passes_both_ways_untouched_under_a_fresh_token() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    let account = house.account("feed", Role::Sender, Some(&school)).await?;
    let bearer = house.bearer("feed").await;
    let frames = [frame(b"one"), frame(b"two")];
    let body = axum::body::Body::from_stream(tokio_stream::iter(frames.clone()).map(Ok::<_, std::io::Error>));
    let request = Request::post("/hedgerow.filtering_ingest.v1.FilteringIngest/IngestLines")
        .version(http::Version::HTTP_2)
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::AUTHORIZATION, &bearer)
        .header("hedgerow-caller", "forged")
        .header("x-hedgerow-anything", "forged")
        .body(body);
    let answer = house.send(request.unwrap_or_default()).await;
    assert_eq!(answer.body, frames.concat());
    let heard = house.service.heard();
    let token = heard.get("hedgerow-caller").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let setup = house.bed.setup("filtering-ingest").await?;
    let claims = setup.trust.verify(token, "filtering-ingest")?;
    assert_eq!(claims.account_id, account.to_string());
    assert_eq!(claims.appointments.first().map(|a| a.school_id.clone()), Some(school));
    assert!(setup.trust.verify(token, "incident-cases").is_err());
    assert!(!heard.contains_key("authorization") && !heard.contains_key("x-hedgerow-anything"));
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_gone_or_slow_is_said_to_be() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.account("officer", Role::AuthorityOfficer, None).await?;
    let bearer = house.bearer("officer").await;
    let gone = house.json("GET", "/v1/authorityReport", &[("authorization", &bearer)], Value::Null).await;
    assert_eq!((gone.status.as_u16(), gone.headers.contains_key(header::RETRY_AFTER)), (503, true));
    assert!(!gone.json().to_string().contains("tcp"), "{}", gone.json());
    let call = async |path: &str| {
        let request = Request::post(path)
            .version(http::Version::HTTP_2)
            .header(header::CONTENT_TYPE, "application/grpc")
            .header(header::AUTHORIZATION, &bearer)
            .header("grpc-timeout", "50m")
            .body(frame(&[]).into());
        let answer = house.send(request.unwrap_or_default()).await;
        answer.headers.get("grpc-status").and_then(|v| v.to_str().ok().map(str::to_owned))
    };
    let unavailable = i32::from(Code::Unavailable).to_string();
    assert_eq!(call("/hedgerow.reporting.v1.Reporting/GetAuthorityReport").await, Some(unavailable));
    house.service.sleeps();
    let exceeded = i32::from(Code::DeadlineExceeded).to_string();
    assert_eq!(call("/hedgerow.policy_registry.v1.PolicyRegistry/ListSchools").await, Some(exceeded));
    Ok(())
}

#[tokio::test]
async fn a_page_sends_strangers_to_sign_in_and_knows_them_afterwards() -> Result<()> {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;
    let house = House::new(Engine::Sqlite).await?;
    house.account("r.okafor", Role::Operator, None).await?;
    let app = house.gateway.app();
    let page = axum::Router::new()
        .route("/cases", get(async |visitor: crate::visitor::Visitor| visitor.display_name))
        .with_state(app.clone());
    let visit = async |cookie: &str| {
        let request = Request::get("/cases?state=open&x=1").header(header::COOKIE, cookie).body(Body::empty());
        page.clone().oneshot(request.unwrap_or_default()).await.unwrap_or_default()
    };
    let stranger = visit("").await;
    let place = stranger.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert_eq!(place, "/sign-in?return_to=/cases%3Fstate%3Dopen%26x%3D1");
    let client = crate::limits::Client { address: std::net::IpAddr::from([192, 0, 2, 1]), browser_mark: None };
    let headers = app.sign_in(&client, "r.okafor", PASSWORD, None).await?;
    let cookies: Vec<&str> =
        headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()?.split(';').next()).collect();
    assert_eq!(cookies.len(), 2, "a session, and a mark of the browser");
    let cookies = cookies.join("; ");
    assert_eq!(visit(&cookies).await.status(), 200);
    house.bed.clock.advance(sessions::IDLE);
    assert_eq!(visit(&cookies).await.status(), 303);
    Ok(())
}

#[tokio::test]
async fn the_sign_in_form_opens_the_console_and_another_sites_form_does_not() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.gateway.bootstrap("officer", PASSWORD).await?;
    let form = async |path: &str, site: &str, cookie: &str, body: String| {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .header(header::COOKIE, cookie);
        house.send(request.body(body.into()).unwrap_or_default()).await
    };
    let fields = format!("sign_in_name=officer&password={}&return_to=", PASSWORD.replace(' ', "+"));
    assert_eq!(form("/sign-in", "cross-site", "", fields.clone()).await.status, 403);
    let opened = form("/sign-in", "same-origin", "", fields).await;
    assert_eq!(opened.status, 303);
    let set = opened.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let cookie = set.split(';').next().unwrap_or_default().to_owned();
    let home = house.json("GET", "/", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(home.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()), Some("/authority"));
    assert_eq!(house.json("GET", "/v1/self", &[("cookie", &cookie)], Value::Null).await.status, 401);
    let untold = form("/sign-out", "same-origin", &cookie, "csrf=guess".into()).await;
    assert!(!untold.headers.contains_key(header::SET_COOKIE), "a form without its session's token does nothing");
    let visitor = house.json("GET", "/", &[("cookie", &cookie)], Value::Null).await;
    assert_eq!(visitor.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()), Some("/authority"));
    Ok(())
}

#[tokio::test]
async fn ten_wrong_passwords_make_an_attacker_wait_and_nobody_else() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.account("r.okafor", Role::Operator, None).await?;
    let door = house.gateway.app().door();
    let client = |last: u8, mark: Option<String>| crate::limits::Client {
        address: std::net::IpAddr::from([192, 0, 2, last]),
        browser_mark: mark,
    };
    let own = door.sign_in(&client(1, None), "r.okafor", PASSWORD, Kind::Cookie).await?;
    let mark = door.browser_mark(&own.account_id);
    for name in ["r.okafor", "nobody"] {
        for attempt in 0..=TRIES {
            let refused = door.sign_in(&client(1, None), name, "wrong", Kind::Cookie).await.err();
            let reason = if attempt < TRIES { "SIGN_IN_REFUSED" } else { "TOO_MANY_TRIES" };
            assert_eq!(refused.map(|e| e.reason_name()), Some(reason), "{name}, try {attempt}");
        }
    }
    assert!(door.sign_in(&client(1, None), "r.okafor", PASSWORD, Kind::Cookie).await.is_err());
    assert!(door.sign_in(&client(1, Some(mark)), "r.okafor", PASSWORD, Kind::Cookie).await.is_ok());
    assert!(door.sign_in(&client(2, None), "R.Okafor ", PASSWORD, Kind::Cookie).await.is_ok());
    let forged = client(1, Some("nonce.proof".into()));
    assert!(door.sign_in(&forged, "r.okafor", PASSWORD, Kind::Cookie).await.is_err());
    house.bed.clock.advance(Duration::minutes(15));
    assert!(door.sign_in(&client(1, None), "r.okafor", PASSWORD, Kind::Cookie).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_is_of_one_kind() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let house = House::new(engine).await?;
        house.account("r.okafor", Role::Operator, None).await?;
        let door = house.gateway.app().door();
        let client = crate::limits::Client { address: std::net::IpAddr::from([192, 0, 2, 1]), browser_mark: None };
        let opened = door.sign_in(&client, "r.okafor", PASSWORD, Kind::Cookie).await?;
        assert!(door.who(&opened.token, Kind::Bearer).await.is_err(), "a cookie is no bearer token");
        for _ in 0..3 {
            house.bed.clock.advance(Duration::minutes(14));
            assert_eq!(door.who(&opened.token, Kind::Cookie).await?.account_id, opened.account_id);
        }
        house.bed.clock.advance(sessions::IDLE);
        let idle = door.who(&opened.token, Kind::Cookie).await.err();
        assert_eq!(idle.map(|e| e.reason_name()), Some("EXPIRED"));
        let gone = door.who(&opened.token, Kind::Cookie).await.err();
        assert_eq!(gone.map(|e| e.reason_name()), Some("NOT_SIGNED_IN"));
        assert!(door.who(&Token::random(), Kind::Cookie).await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn sessions_are_kept_alike_in_a_table_and_in_redis() -> Result<()> {
    let sqlite = House::new(Engine::Sqlite).await?;
    let postgres = House::new(Engine::Postgres).await?;
    let redis = RedisSessions::new(&server("REDIS")?)?;
    let table = |house: &House| Box::new(SessionTable::new(house.gateway.store().clone())) as Box<dyn Sessions>;
    let places: [(&House, Box<dyn Sessions>); 3] =
        [(&sqlite, table(&sqlite)), (&postgres, table(&postgres)), (&sqlite, Box::new(redis.clone()))];
    for (house, kept) in &places {
        let now = house.bed.now();
        let account = house.account("r.okafor", Role::Operator, None).await?;
        let session = |kind| Session::begin(Token::random().key(), account.clone(), kind, now);
        let (first, second) = (session(Kind::Cookie), session(Kind::Bearer));
        kept.ready().await?;
        kept.start(&first).await?;
        kept.start(&second).await?;
        assert_eq!(kept.find(&first.key).await?, Some(first.clone()));
        kept.seen(&first, now + Duration::minutes(2)).await?;
        assert_eq!(kept.find(&first.key).await?.map(|s| s.seen_at), Some(now + Duration::minutes(2)));
        kept.end(&first.key).await?;
        kept.seen(&first, now + Duration::minutes(3)).await?;
        assert_eq!(kept.find(&first.key).await?, None, "an ended session does not come back");
        kept.sweep(now).await?;
        assert_eq!(kept.find(&second.key).await?, Some(second.clone()));
        kept.end_all(&account).await?;
        assert_eq!(kept.find(&second.key).await?, None);
    }
    let place = Place::browser("r.okafor", &Token::random().reveal());
    for _ in 0..TRIES {
        assert_eq!(redis.take(&place, sqlite.bed.now()).await?, None);
    }
    assert!(redis.take(&place, sqlite.bed.now()).await?.is_some_and(|wait| (1..=900).contains(&wait)));
    redis.forget(&place).await?;
    assert_eq!(redis.take(&place, sqlite.bed.now()).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_stopped_redis_is_said_to_be_gone_and_soon() -> Result<()> {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").map_err(Error::internal)?;
    let address = closed.local_addr().map_err(Error::internal)?;
    drop(closed);
    let kept = RedisSessions::new(&format!("redis://{address}"))?;
    for _ in 0..2 {
        let find = tokio::time::timeout(std::time::Duration::from_secs(3), kept.find(&Token::random().key())).await;
        let kind = find.map_err(Error::internal)?.map_err(|e| e.kind());
        assert_eq!(kind.err(), Some(chassis::error::Kind::Unavailable));
    }
    // A Redis that came back is used at once: it answers PING and no more.
    let back = tokio::net::TcpListener::bind(address).await.map_err(Error::internal)?;
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((mut stream, _)) = back.accept().await {
            let mut buffer = [0; 1024];
            while let Ok(1..) = stream.read(&mut buffer).await {
                let sent = String::from_utf8_lossy(&buffer).into_owned();
                let answers = "+OK\r\n".repeat(sent.matches("SETINFO").count())
                    + &"+PONG\r\n".repeat(sent.matches("PING").count());
                let _ = stream.write_all(answers.as_bytes()).await;
                buffer = [0; 1024];
            }
        }
    });
    tokio::time::timeout(std::time::Duration::from_secs(5), kept.ready()).await.map_err(Error::internal)?
}

#[tokio::test]
async fn an_account_at_rest_tells_nothing_and_postgres_guards_it() -> Result<()> {
    use chassis::caller::Scope;
    let house = House::new(Engine::Postgres).await?;
    let (here, there) = (house.bed.school(), house.bed.school());
    let account = house.account("r.okafor", Role::Dsl, Some(&here)).await?;
    let find = async |scope: &Scope| -> Result<bool> {
        let mut tx = house.gateway.store().begin(scope).await?;
        tx.silent();
        let found = crate::store::account::by_id(&tx, &account).await?.is_some();
        tx.commit().await?;
        Ok(found)
    };
    assert!(find(&Scope::consumer(&here, "evt")).await?);
    assert!(!find(&Scope::consumer(&there, "evt")).await?, "row-level security hides another school's people");
    assert!(find(&Scope::system("gateway")).await?);
    let bearer = house.bearer("r.okafor").await;
    let own = house.json("GET", "/v1/self", &[("authorization", &bearer)], Value::Null).await;
    assert_eq!(own.json()["account"]["account_id"], account.as_str());
    Ok(())
}
