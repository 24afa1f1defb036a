//! The one port: everything it speaks, what it refuses, and what it carries.

use chassis::{
    error::{Error, Result},
    serve::Ending,
    testing::Engine,
};
use http::{Request, header};
use prost::Message as _;
use proto::access::v1::{GetSelfRequest, Role, SignInRequest, SignOutRequest, accounts_client::AccountsClient};
use serde_json::Value;
use tokio_stream::StreamExt as _;
use tonic::{Code, transport::Channel};

use crate::{
    config::Console,
    testing::{House, PASSWORD, frame},
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
    let plain = house.json("GET", "/openapi.json", &[], Value::Null).await;
    let (zipped, plain) = (zipped.body.len(), plain.body.len());
    assert!(zipped * 4 < plain, "{zipped} of {plain} bytes");
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
