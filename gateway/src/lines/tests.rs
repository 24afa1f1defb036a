//! Logs over HTTP, before a service that answers as it is told.

use std::io::Write as _;

use axum::body::Body;
use chassis::{error::Result, testing::Engine};
use flate2::{Compression, write::GzEncoder};
use http::StatusCode;
use prost::Message as _;
use proto::{
    access::v1::Role,
    filtering_ingest::v1::{Counts, Delivery, IngestLinesResponse, RejectedLine},
};

use super::*;
use crate::testing::{Answer, House};

const LOG: &str = "a line\nanother line\n";

struct Sender {
    house: House,
    bearer: String,
    path: String,
}

impl Sender {
    async fn new() -> Result<Self> {
        let house = House::new(Engine::Sqlite).await?;
        let school = house.bed.school();
        house.account("t.pike", Role::It, Some(&school)).await?;
        house.bed.clock.advance(time::Duration::SECOND);
        let bearer = house.bearer("t.pike").await;
        Ok(Self { house, bearer, path: format!("/v1/schools/{school}/feeds/fee_1/lines") })
    }

    async fn send(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let request = http::Request::post(&self.path).header(header::AUTHORIZATION, &self.bearer);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.house.send(request.body(body.into()).unwrap_or_default()).await
    }

    fn answers(&self, acknowledged_line: u64) {
        let delivery = Delivery {
            delivery_id: "monday".into(),
            acknowledged_line,
            complete: true,
            counts: Some(Counts { received: acknowledged_line, kept: acknowledged_line, ..Counts::default() }),
            ..Delivery::default()
        };
        let rejected = RejectedLine {
            line: 7,
            reason: "no_time".into(),
            detail: "no time in it".into(),
            ..RejectedLine::default()
        };
        let answer = IngestLinesResponse {
            acknowledged_line,
            rejected_lines: vec![rejected],
            delivery: Some(delivery),
            ..IngestLinesResponse::default()
        };
        self.house.service.answers(Ok(answer.encode_to_vec()));
    }
}

const KEY: (&str, &str) = ("idempotency-key", "monday");
const TEXT: (&str, &str) = ("content-type", "text/plain; charset=utf-8");

#[test]
fn paths_of_logs_are_told_from_others() {
    let feed = To::Feed { school_id: "sch_1".into(), feed_id: "fee_1".into() };
    assert_eq!(to("/v1/schools/sch_1/feeds/fee_1/lines"), Some(feed));
    assert_eq!(to("/v1/senders/snd_1/lines"), Some(To::Schools { sender_id: "snd_1".into() }));
    for other in ["/v1/schools//feeds/fee_1/lines", "/v1/schools/s/feeds/f/lines/1", "/v1/senders/s", "/v1/lines", "/"]
    {
        assert_eq!(to(other), None, "{other}");
    }
}

#[tokio::test]
async fn a_log_is_taken_in_and_its_delivery_answered() -> Result<()> {
    let sender = Sender::new().await?;
    sender.answers(2);
    let taken = sender.send(&[KEY, TEXT], LOG).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.json());
    assert_eq!((&taken.json()["acknowledged_line"], &taken.json()["counts"]["kept"]), (&"2".into(), &"2".into()));
    assert_eq!(sender.house.service.called().last().map(String::as_str), Some("IngestLines"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let packed = gzip.write_all(LOG.as_bytes()).and_then(|()| gzip.finish()).unwrap_or_default();
    let taken =
        sender.send(&[KEY, ("content-type", "application/x-ndjson"), ("content-encoding", "gzip")], packed).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.json());
    // One block of zstd that is stored as it is.
    let header = u8::try_from((LOG.len() << 3) | 1).unwrap_or_default();
    let packed = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, header, 0, 0][..], LOG.as_bytes()].concat();
    let taken = sender.send(&[KEY, TEXT, ("content-encoding", "zstd")], packed).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.json());
    Ok(())
}

#[tokio::test]
async fn what_is_no_log_is_refused_with_what_to_do() -> Result<()> {
    let sender = Sender::new().await?;
    sender.answers(2);
    let keyless = sender.send(&[TEXT], LOG).await;
    assert_eq!((keyless.status.as_u16(), keyless.fields()), (400, vec!["Idempotency-Key".to_owned()]));
    let form = sender.send(&[KEY, ("content-type", "application/x-www-form-urlencoded")], LOG).await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(form.json()["detail"].to_string().contains("text/plain"));
    for encoding in ["xz", "br", "gzip, zstd"] {
        let packed = sender.send(&[KEY, TEXT, ("content-encoding", encoding)], LOG).await;
        assert_eq!(packed.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{encoding}");
        let accepted = packed.headers.get(header::ACCEPT_ENCODING).map(|value| value.as_bytes().to_vec());
        assert_eq!(accepted.as_deref(), Some(ACCEPTED.as_bytes()));
    }
    let cut = sender.send(&[KEY, TEXT, ("content-encoding", "gzip")], &b"\x1f\x8b\x08\0"[..]).await;
    assert_eq!((cut.status.as_u16(), cut.fields()), (400, vec!["body".to_owned()]));
    // A window of 16 MiB is held for nobody.
    let beyond =
        sender.send(&[KEY, TEXT, ("content-encoding", "zstd")], &b"\x28\xb5\x2f\xfd\x00\x70\x01\0\0"[..]).await;
    assert_eq!((beyond.status.as_u16(), beyond.fields()), (400, vec!["body".to_owned()]));
    assert!(beyond.json().to_string().contains("--ultra"), "{}", beyond.json());
    let empty = sender.send(&[KEY, TEXT], "").await;
    assert_eq!((empty.status.as_u16(), empty.fields()), (400, vec!["lines".to_owned()]));
    let path = sender.path.clone();
    let read = sender.house.json("GET", &path, &[("authorization", &sender.bearer)], Value::Null).await;
    assert_eq!(
        (read.status.as_u16(), read.headers.get(header::ALLOW).map(|v| v.as_bytes())),
        (405, Some(&b"POST"[..]))
    );
    let nobody = http::Request::post(&path).header(header::CONTENT_TYPE, "text/plain").body(Body::from(LOG));
    assert_eq!(sender.house.send(nobody.unwrap_or_default()).await.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn a_bomb_ends_early_and_says_what_was_taken_in() -> Result<()> {
    let sender = Sender::new().await?;
    sender.answers(5_000);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let zeros = vec![b'0'; 64 << 20];
    let bomb = gzip.write_all(&zeros).and_then(|()| gzip.finish()).unwrap_or_default();
    let refused = sender.send(&[KEY, TEXT, ("content-encoding", "gzip")], bomb).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.json()["detail"].to_string().contains("200 times"), "{}", refused.json());
    assert!(refused.json().get("acknowledged_line").is_none(), "one line without an end is none yet");
    Ok(())
}

#[tokio::test]
async fn a_service_that_stops_is_told_with_the_last_line_that_is_safe() -> Result<()> {
    let sender = Sender::new().await?;
    sender.answers(2);
    // The service that stands in here answers once and then ends.
    let large = "x".repeat(99) + "\n";
    let stopped = sender.send(&[KEY, TEXT], large.repeat(6_000)).await;
    assert_eq!(stopped.status, StatusCode::SERVICE_UNAVAILABLE, "{}", stopped.json());
    assert_eq!(stopped.json()["acknowledged_line"], "2");
    assert_eq!(stopped.json()["rejected_lines"][0]["reason"], "no_time");
    sender.house.service.answers(Err(Error::too_many(7).into()));
    let waiting = sender.send(&[KEY, TEXT], LOG).await;
    assert_eq!(
        (waiting.status.as_u16(), waiting.headers.get(header::RETRY_AFTER).map(|v| v.as_bytes())),
        (429, Some(&b"7"[..]))
    );
    sender.house.service.answers(Err(Error::delivery_reused().into()));
    assert_eq!(sender.send(&[KEY, TEXT], LOG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    Ok(())
}
