//! Hostile and clumsy requests at the console's door.

use axum::body::Body;
use chassis::{error::Result, testing::Engine};
use http::{Request, header};
use proto::access::v1::Role;

use crate::{
    config::Console,
    testing::{House, PASSWORD},
    visitor::return_to,
};

#[tokio::test]
async fn what_no_page_understands_is_a_page_that_says_what_to_do() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    for (path, status) in [
        (format!("/schools/{school}/cases/%ff"), 404),
        (format!("/schools/{school}/cases?page_token=%ff&page_token=x"), 404),
        ("/sign-out".to_owned(), 405),
        (format!("/schools/{school}/cases/cas_1/entries"), 405),
    ] {
        let answer = browser.get(&path).await;
        let text = answer.text();
        assert_eq!(answer.status, status, "{path}: {text}");
        assert!(text.contains("<h1") && text.contains("ring 999"), "{path}: {text}");
    }
    let path = format!("/schools/{school}/report");
    let odd = Request::post(&path).header(header::CONTENT_TYPE, "application/json");
    let refused = house.send(odd.body(Body::from("{}")).unwrap_or_default()).await;
    assert_eq!(refused.status, 303, "who is asked first");
    Ok(())
}

#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.account("r.okafor", Role::Operator, None).await?;
    for elsewhere in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "/.//evil.example",
        "/a/..//evil.example",
        "/%5cevil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "/sign-in",
        "/unlock",
        "/hidden",
    ] {
        assert_eq!(return_to(elsewhere), "/", "{elsewhere:?}");
        assert_eq!(house.browser().sign_in("r.okafor", elsewhere).await, "/", "{elsewhere:?}");
    }
    // Addresses of ours that show nothing: forms go there, or nothing does.
    for none in ["/sign-out", "/template/publish", "/schools/sch_1/cases/cas_1/facts", "/nowhere", "/v1/schools"] {
        assert_eq!(house.browser().sign_in("r.okafor", none).await, "/", "{none:?}");
    }
    let page = "/schools/sch_1/cases?state=open";
    assert_eq!(house.browser().sign_in("r.okafor", page).await, page);
    assert_eq!(
        return_to("/schools/sch_1/cases?state=open&page_token=a%20b"),
        "/schools/sch_1/cases?state=open&page_token=a%20b"
    );
    Ok(())
}

#[tokio::test]
async fn a_session_is_new_at_every_sign_in_and_the_one_before_is_over() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let path = format!("/schools/{school}");
    let ask = async |cookie: &str| {
        let request = Request::get(&path).header(header::COOKIE, format!("hedgerow={cookie}"));
        house.send(request.body(Body::empty()).unwrap_or_default()).await.status.as_u16()
    };
    let page = house.browser().get("/sign-in").await;
    let form = page.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let form = form.split(';').next().unwrap_or_default().to_owned();
    let sign_in = async |cookie: &str| {
        let proof = page.hidden("csrf");
        let body = format!("csrf={proof}&sign_in_name=r.okafor&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, format!("{form}; hedgerow={cookie}"));
        let answer = house.send(request.body(Body::from(body)).unwrap_or_default()).await;
        let set = answer.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let pair = set.split(';').next().and_then(|pair| pair.split_once('='));
        pair.map(|(_, token)| token.to_owned()).unwrap_or_default()
    };
    // A token somebody else put into the browser is never the one that is signed in.
    let planted = "A".repeat(43);
    let first = sign_in(&planted).await;
    assert_ne!(first, planted);
    assert_eq!((ask(&planted).await, ask(&first).await), (303, 200));
    let second = sign_in(&first).await;
    assert_eq!((ask(&first).await, ask(&second).await), (303, 200));
    Ok(())
}

#[tokio::test]
async fn the_look_is_the_authoritys_and_the_policy_for_content_stays() -> Result<()> {
    let folder = tempfile::tempdir().map_err(chassis::error::Error::internal)?;
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9v9z\"/></svg>")
        .map_err(chassis::error::Error::internal)?;
    let look =
        Console { brand_colour: "#4c2c92".into(), logo, authority_name: "A <b> & C".into(), ..Console::default() };
    let house = House::with(Engine::Sqlite, look).await?;
    let page = house.browser().get("/sign-in").await;
    let text = page.text();
    assert!(text.contains("A &lt;b&gt; &amp; C") && text.contains("content=\"#4c2c92\""), "{text}");
    let policy = page.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    for (marker, kind, holds) in
        [("/brand.css\"", "text/css", "--govuk-brand-colour:#4c2c92"), ("/logo.svg\"", "image/svg+xml", "M0 0h9v9z")]
    {
        let before = text.split(marker).next().unwrap_or_default();
        let address = before.rsplit('"').next().unwrap_or_default().to_owned() + marker.trim_end_matches('"');
        let file = house.browser().get(&address).await;
        assert_eq!(file.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()), Some(kind), "{address}");
        assert!(file.text().contains(holds));
        assert!(file.headers.get(header::CACHE_CONTROL).is_some_and(|v| v.as_bytes().ends_with(b"immutable")));
    }
    assert_eq!(house.browser().get("/brand/0000/brand.css").await.status, 404);
    let pale = Console { brand_colour: "#ffdd00".into(), ..Console::default() };
    let refused = House::with(Engine::Sqlite, pale).await.err();
    assert!(refused.is_some_and(|e| e.violations().iter().any(|v| v.field == "gateway.brand_colour")));
    Ok(())
}

#[tokio::test]
async fn a_call_whose_message_never_ends_is_over_by_its_deadline() -> Result<()> {
    let house = House::with(Engine::Sqlite, Console::default()).await?;
    let begun = "\0\0\0\0\u{9}and on and".to_owned();
    let pieces =
        tokio_stream::StreamExt::chain(tokio_stream::once(Ok::<_, std::io::Error>(begun)), tokio_stream::pending());
    let request = Request::post("/hedgerow.access.v1.Accounts/SignIn")
        .version(http::Version::HTTP_2)
        .header(header::CONTENT_TYPE, "application/grpc")
        .header("grpc-timeout", "200m")
        .body(Body::from_stream(pieces));
    let waited = std::time::Duration::from_secs(5);
    let answer = tokio::time::timeout(waited, house.send(request.unwrap_or_default())).await;
    let status = answer.ok().and_then(|answer| answer.headers.get("grpc-status").cloned());
    assert_eq!(status.as_ref().map(|status| status.as_bytes()), Some(&b"4"[..]));
    Ok(())
}

#[tokio::test]
async fn a_file_may_take_longer_than_a_page_while_it_comes() -> Result<()> {
    use tokio_stream::StreamExt as _;
    let quick = Console { page_seconds: 1, stall_seconds: 1, ..Console::default() };
    let house = House::with(Engine::Sqlite, quick).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::It, Some(&school)).await?;
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let feed = format!("/schools/{school}/filtering/feeds/fee_1/lines");
    let form = browser.get(&format!("{feed}/new")).await;
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"request_id\"\r\n\r\n{}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\n",
        form.hidden("csrf"),
        form.hidden("request_id")
    );
    let delivery = proto::filtering_ingest::v1::Delivery { delivery_id: "monday".into(), ..Default::default() };
    let taken = proto::filtering_ingest::v1::IngestLinesResponse { delivery: Some(delivery), ..Default::default() };
    house.service.answers(Ok(prost::Message::encode_to_vec(&taken)));
    let pause = std::time::Duration::from_millis(400);
    let send = async |last: std::time::Duration| {
        let mut pieces = vec![(std::time::Duration::ZERO, head.clone())];
        pieces.extend((0..5).map(|_| (pause, "a line of a log\n".repeat(2_000))));
        pieces.push((last, "\r\n--x--\r\n".to_owned()));
        let pieces = tokio_stream::iter(pieces).then(|(wait, piece)| async move {
            tokio::time::sleep(wait).await;
            Ok::<_, std::io::Error>(piece)
        });
        let request = Request::post(&feed)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::COOKIE, browser.cookie_line());
        house.send(request.body(Body::from_stream(pieces)).unwrap_or_default()).await
    };
    let steady = send(pause).await;
    let taken = format!("/schools/{school}/filtering/feeds/fee_1/deliveries/monday");
    assert_eq!(steady.place(), taken, "{}", steady.text());
    let stalled = send(std::time::Duration::from_secs(5)).await;
    assert_eq!(stalled.status, 400);
    assert!(stalled.text().contains("it did not arrive whole"), "{}", stalled.text());
    Ok(())
}
