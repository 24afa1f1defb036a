//! The reporter's side: the page for people without an account, and a photo of which nothing is read before it may come.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::body::{Body, Bytes};
use chassis::{error::Result, testing::Engine};
use http::{Request, header};
use prost::Message as _;
use proto::{
    access::v1::Role,
    incident_cases::v1::{Attachment, FindPublicReportResponse, GetMyConcernResponse, MyConcern},
};

use crate::testing::House;

/// What the service says of a page, which is read as a receipt, too.
const RECEIPT: &str = "k7mp3xq9ab2c";

fn page() -> Vec<u8> {
    FindPublicReportResponse {
        school_name: RECEIPT.into(),
        read_from: "08:30".into(),
        read_to: "16:00".into(),
        reading_now: true,
        // Two in the afternoon, and not the end of the hours: the rota has nobody from then on.
        next_read_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        read_until_time: Some(prost_types::Timestamp { seconds: 1_795_528_800, nanos: 0 }),
        ..Default::default()
    }
    .encode_to_vec()
}

#[tokio::test]
async fn whoever_has_no_account_is_led_to_help_first_and_heard() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    house.service.answers(Ok(page()));
    let mut browser = house.browser();
    let form = browser.get("/public/k7mp3xq9").await;
    let text = form.text();
    assert_eq!(form.status, 200, "{text}");
    for shown in ["0800 1111", "ceop.police.uk", "not an emergency line", "8:30am to 4:00pm", "until 2:00pm today"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    let words = |narrative| {
        [
            ("csrf", csrf.as_str()),
            ("request_id", request_id.as_str()),
            ("kind", "learner"),
            ("about", "me"),
            ("narrative", narrative),
            ("safe_now", "no"),
        ]
    };
    // Another browser's form, and one without words: nothing is sent on.
    house.service.called();
    let stolen = house.browser().post("/public/k7mp3xq9", &words("Stolen")).await;
    assert!(stolen.status == 400 && stolen.text().contains("keeps no cookies"), "{}", stolen.text());
    let empty = browser.post("/public/k7mp3xq9", &words("")).await;
    assert!(empty.status == 400 && empty.text().contains("Enter what has happened"), "{}", empty.text());
    assert!(house.service.called().iter().all(|rpc| rpc == "FindPublicReport"));

    let sent = browser.post("/public/k7mp3xq9", &words("Something at home")).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert!(sent.text().contains("k7mp-3xq9-ab2c") && sent.text().contains("0800 1111"), "{}", sent.text());
    assert_eq!(house.service.called(), ["FindPublicReport", "RecordPublicConcern"]);
    // One address floods no school; what was written is kept in the form.
    let mut last = sent;
    for _ in 0..20 {
        last = browser.post("/public/k7mp3xq9", &words("Once more")).await;
    }
    assert!(last.status == 429 && last.text().contains("Once more") && last.text().contains("0800 1111"));
    assert!(last.text().contains("Wait 15 minutes"), "{}", last.text());

    // A page that is closed is no page.
    house.service.answers(Err(chassis::error::Error::missing().into()));
    assert_eq!(browser.get("/public/k7mp3xq9").await.status, 404);
    assert_eq!(browser.post("/public/k7mp3xq9", &words("x")).await.status, 404);
    Ok(())
}

#[tokio::test]
async fn nothing_of_a_photo_is_read_before_the_service_waits_for_it() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    let account = house.account("s.staff", Role::Staff, Some(&school)).await?;
    house.service.answers(Ok(Vec::new()));
    let mut browser = house.browser();
    browser.sign_in("s.staff", "").await;
    let concern = |attachments| GetMyConcernResponse {
        concern: Some(MyConcern { concern_id: "con_1".into(), attachments, ..Default::default() }),
    };
    let begun = Attachment {
        attachment_id: "att_1".into(),
        state: "begun".into(),
        account_id: account.to_string(),
        ..Default::default()
    };
    let others = Attachment { account_id: "acc_other".into(), ..begun.clone() };
    let kept = Attachment { state: "kept".into(), ..begun.clone() };
    let place = format!("/schools/{school}/my-concerns/con_1/photos/att_1");
    for (attachments, waits) in [(vec![], false), (vec![others], false), (vec![kept], false), (vec![begun], true)] {
        house.service.answers(Ok(concern(attachments).encode_to_vec()));
        assert_eq!(browser.get(&place).await.status, if waits { 200 } else { 404 });
        let read = Arc::new(AtomicBool::new(false));
        let noted = read.clone();
        let body = Body::from_stream(tokio_stream::iter(std::iter::once_with(move || {
            noted.store(true, Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from_static(b"--x\r\n"))
        })));
        let request = Request::post(&place)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, browser.cookie_line());
        let answer = house.send(request.body(body).unwrap_or_default()).await;
        assert_eq!((read.load(Ordering::SeqCst), answer.status == 404), (waits, !waits), "{}", answer.text());
    }
    Ok(())
}
