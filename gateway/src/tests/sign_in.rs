//! Who comes in, how often they may try, and how long they stay.

use chassis::{
    error::{Error, Result},
    testing::{Engine, server},
};
use http::{Request, header};
use proto::access::v1::Role;
use serde_json::Value;
use time::Duration;

use crate::{
    sessions::{Kind, Lasting, Session, Sessions, Token, redis::RedisSessions},
    store::session::SessionTable,
    testing::{House, PASSWORD},
    tries::{Place, TRIES, Tries},
};

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
    let (_, headers) = app.sign_in(&client, "r.okafor", PASSWORD, None).await?;
    let cookies: Vec<&str> =
        headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()?.split(';').next()).collect();
    assert_eq!(cookies.len(), 2, "a session, and a mark of the browser");
    let cookies = cookies.join("; ");
    assert_eq!(visit(&cookies).await.status(), 200);
    house.bed.clock.advance(Lasting::default().idle);
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
    let page = house.browser().get("/sign-in").await;
    let first = page.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let own = first.split(';').next().unwrap_or_default();
    let bare = format!("sign_in_name=officer&password={}&return_to=", PASSWORD.replace(' ', "+"));
    let fields = format!("csrf={}&{bare}", page.hidden("csrf"));
    assert_eq!(form("/sign-in", "cross-site", own, fields.clone()).await.status, 403);
    // What a page elsewhere can have a browser send: no header it says nothing in, and no proof of a page of ours.
    let planted = crate::sessions::Token::random().form_secret().masked();
    for (cookie, body) in [("", fields.clone()), (own, bare.clone()), (own, format!("csrf={planted}&{bare}"))] {
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, cookie);
        let refused = house.send(request.body(body.into()).unwrap_or_default()).await;
        assert!(refused.status == 400 && refused.text().contains("Enter this again"), "{}", refused.text());
        assert!(
            !refused.headers.get_all(header::SET_COOKIE).iter().any(|set| set.as_bytes().starts_with(b"hedgerow="))
        );
    }
    let opened = form("/sign-in", "same-origin", own, fields).await;
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
async fn whoever_runs_the_installation_begins_with_what_they_may_see() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.account("r.okafor", Role::Operator, None).await?;
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    assert_eq!(browser.ask("/").await.place(), "/senders", "and not with a page that is refused");
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
async fn one_password_at_many_names_ends_and_a_school_goes_on() -> Result<()> {
    let config = crate::config::Console { failed_sign_ins: 20, ..Default::default() };
    let house = House::with(Engine::Sqlite, config).await?;
    house.account("r.okafor", Role::Operator, None).await?;
    let door = house.gateway.app().door();
    let client = |last: u8, mark: Option<String>| crate::limits::Client {
        address: std::net::IpAddr::from([192, 0, 2, last]),
        browser_mark: mark,
    };
    // Hundreds of people sign in behind one address: whoever succeeds does not count.
    let mut mark = None;
    for _ in 0..25 {
        let own = door.sign_in(&client(1, None), "r.okafor", PASSWORD, Kind::Cookie).await?;
        mark = Some(door.browser_mark(&own.account_id));
    }
    for attempt in 0..=20 {
        let refused = door.sign_in(&client(1, None), &format!("name.{attempt}"), PASSWORD, Kind::Cookie).await.err();
        let reason = if attempt < 20 { "SIGN_IN_REFUSED" } else { "TOO_MANY_TRIES" };
        assert_eq!(refused.map(|e| e.reason_name()), Some(reason), "try {attempt}");
    }
    assert!(door.sign_in(&client(1, None), "r.okafor", PASSWORD, Kind::Cookie).await.is_err());
    assert!(door.sign_in(&client(1, mark), "r.okafor", PASSWORD, Kind::Cookie).await.is_ok(), "no way to lock out");
    assert!(door.sign_in(&client(2, None), "r.okafor", PASSWORD, Kind::Cookie).await.is_ok());
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
        house.bed.clock.advance(Lasting::default().idle);
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
    let redis = RedisSessions::new(&server("REDIS")?, Lasting::default())?;
    let table = |house: &House| {
        Box::new(SessionTable::new(house.gateway.store().clone(), Lasting::default())) as Box<dyn Sessions>
    };
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
        kept.lock(&first.key, true).await?;
        assert_eq!(kept.find(&first.key).await?.map(|s| s.locked), Some(true));
        kept.lock(&first.key, false).await?;
        assert_eq!(kept.find(&first.key).await?.map(|s| s.locked), Some(false));
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
    redis.give_back(&place).await?;
    redis.give_back(&place).await?;
    assert_eq!(redis.take(&place, sqlite.bed.now()).await?, None);
    redis.forget(&place).await?;
    redis.give_back(&place).await?;
    assert_eq!(redis.take(&place, sqlite.bed.now()).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_stopped_redis_is_said_to_be_gone_and_soon() -> Result<()> {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").map_err(Error::internal)?;
    let address = closed.local_addr().map_err(Error::internal)?;
    drop(closed);
    let kept = RedisSessions::new(&format!("redis://{address}"), Lasting::default())?;
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
