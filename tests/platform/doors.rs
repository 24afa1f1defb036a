//! Filter lines through every door of real processes: HTTP, the command, syslog over TCP and TLS; and a stream that breaks
//! again and again. Whatever the way, each line is accounted for once.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::{
    installation::{Installation, Person, Redis, root, spare_address, text},
    journey::eventually,
};

/// Sends a body to the gateway; answers status and body.
fn post(place: &Installation, path: &str, headers: &str, body: &[u8]) -> (u16, Value) {
    let mut stream = TcpStream::connect(&place.gateway).unwrap();
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A refusal may come, and the connection end, before all of the body was sent.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    // Chunked or not: the document is what stands between the braces.
    let body = body.find('{').zip(body.rfind('}')).map(|(from, to)| &body[from..=to]).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of zstd: one frame, whose blocks are stored as they are.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = bytes.chunks(100_000).collect();
    let mut file = b"\x28\xb5\x2f\xfd\x00\x38".to_vec();
    for (nth, piece) in pieces.iter().enumerate() {
        let header = (piece.len() << 3) | usize::from(nth + 1 == pieces.len());
        file.extend_from_slice(&header.to_le_bytes()[..3]);
        file.extend_from_slice(piece);
    }
    file
}

fn number(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// A school, who runs its network, and a feed of a profile.
async fn school(place: &Installation, officer: &Person, profile: &str) -> (String, Person, String) {
    let school = json!({"name": "A school", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
    let it = place.person(officer, "it.one", &["ROLE_IT"], &school).await;
    let feed = json!({"schoolId": school, "name": "Filter", "profile": profile});
    let feed = text(&it.call("CreateFeed", feed).await["feed"]["feedId"]);
    (school, it, feed)
}

#[tokio::test]
async fn doors_every_way_in_leads_to_one_ledger() {
    let material = root().join("gateway/src/webhooks/testdata");
    let (certificate, key) = (material.join("localhost.crt"), material.join("localhost.key"));
    let (plain, encrypted) = (spare_address(), spare_address());
    let settings = [
        ("HEDGEROW_SYSLOG__TCP_LISTEN", format!("[\"{plain}\"]")),
        ("HEDGEROW_SYSLOG__TLS_LISTEN", encrypted.clone()),
        ("HEDGEROW_SYSLOG__CERTIFICATE", certificate.display().to_string()),
        ("HEDGEROW_SYSLOG__KEY", key.display().to_string()),
    ];
    let place = Installation::embedded_with(&settings).await;
    let officer = place.sign_in("officer").await;
    let (school, it, feed) = school(&place, &officer, "fortigate").await;
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(&certificate).unwrap().collect::<Result<_, _>>().unwrap();
    let port: u32 = plain.rsplit(':').next().unwrap().parse().unwrap();
    let sender = json!({
        "schoolId": school, "name": "Box", "feedId": feed, "tcpAddress": "127.0.0.1", "tcpPort": port,
        "certificateSha256": hex::encode(Sha256::digest(&chain[0])),
    });
    let refused = it.try_call("CreateSender", sender.clone()).await.err().map(|e| e.violations()[0].field.clone());
    assert_eq!(refused.as_deref(), Some("tcp_address"), "an address is the authority's to say");
    let made = officer.call("CreateSender", sender).await;
    let (sender, secret) = (text(&made["sender"]["senderId"]), text(&made["secret"]));
    let file = root().join("docs/examples/logs/harrowmere-fortigate.log");
    let log = std::fs::read(&file).unwrap();
    let lines = u64::try_from(log.iter().filter(|byte| **byte == b'\n').count()).unwrap();

    // HTTP, as whoever runs the network and as the sender.
    let path = format!("/v1/schools/{school}/feeds/{feed}/lines");
    let bearer =
        |token: &str, more: &str| format!("Authorization: Bearer {token}\r\nContent-Type: text/plain\r\n{more}");
    let keyed = bearer(it.token(), "Idempotency-Key: monday\r\n");
    let (status, first) = post(&place, &path, &keyed, &log);
    assert_eq!((status, number(&first["counts"]["received"])), (200, lines), "{first}");
    assert_eq!(first["rejected_lines"].as_array().map(Vec::len), Some(10));
    let packed = format!("{keyed}Content-Encoding: gzip\r\n");
    assert_eq!(post(&place, &path, &packed, &gzip(&log)), (200, first.clone()), "the first answer, packed or not");
    let mut other = log.clone();
    other[9] ^= 1;
    assert_eq!(post(&place, &path, &keyed, &other).0, 422);
    let zstd = format!("{keyed}Content-Encoding: zstd\r\n");
    assert_eq!(post(&place, &path, &zstd, &stored(&log)), (200, first.clone()), "the first answer, however packed");
    assert_eq!(post(&place, &path, &zstd, &log).0, 400, "it is not packed so");
    assert_eq!(post(&place, &path, &format!("{keyed}Content-Encoding: br\r\n"), &log).0, 415);
    // What is no line to each event is made into lines on its way, by UTF-16 and by a list over several lines.
    let portal = json!({"schoolId": school, "name": "Portal", "profile": "json"});
    let portal = text(&it.call("CreateFeed", portal).await["feed"]["feedId"]);
    let event = |n: u32| {
        format!(
            "{{\n \"timestamp\": \"2026-11-16T10:15:4{n}Z\",\n \"url\": \"https://atlas.example/{n}\",\n \"action\": \"allowed\"\n}}"
        )
    };
    let list = format!("[\n{},\n{}\n]\n", event(1), event(2));
    let wide: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (key, body) in [("list", list.as_bytes()), ("wide", wide.as_slice())] {
        let headers = bearer(it.token(), &format!("Idempotency-Key: {key}\r\n"));
        let (status, taken) = post(&place, &format!("/v1/schools/{school}/feeds/{portal}/lines"), &headers, body);
        let counts = &taken["counts"];
        assert_eq!((status, number(&counts["received"]), number(&counts["rejected"])), (200, 2, 0), "{key}: {taken}");
    }
    let bomb = bearer(it.token(), "Idempotency-Key: bomb\r\nContent-Encoding: gzip\r\n");
    assert_eq!(post(&place, &path, &bomb, &gzip(&vec![b'0'; 64 << 20])).0, 413);
    assert_eq!(post(&place, &path, &bearer(it.token(), ""), &log).0, 400, "a delivery has a name");
    let own = format!("/v1/senders/{sender}/lines");
    let (status, taken) = post(&place, &own, &bearer(&secret, "Idempotency-Key: tuesday\r\n"), &log);
    assert_eq!((status, number(&taken["sender_counts"]["received"])), (200, lines), "{taken}");
    let guessed = format!("hgs_{}", "0".repeat(64));
    assert_eq!(post(&place, &own, &bearer(&guessed, "Idempotency-Key: a\r\n"), &log).0, 401);
    assert_eq!(post(&place, "/v1/schools", &bearer(&secret, ""), b"").0, 403, "a sender opens no other door");

    // The command, in the sender's name: a packed file, and the same again.
    let gateway = format!("http://{}", place.gateway);
    let environment =
        [("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", secret.as_str()), ("HEDGEROW_CLIENT__GATEWAY", gateway.as_str())];
    let zipped = place.data.path().join("wednesday.log.gz");
    std::fs::write(&zipped, gzip(&log)).unwrap();
    let arguments = ["logs", "ingest", zipped.to_str().unwrap(), "--sender", &sender];
    let (sent, printed) = place.try_command(&arguments, &environment);
    assert!(sent && printed.contains("180 received = 170 observations + 10 refused + 0 duplicate"), "{printed}");
    let (sent, printed) = place.try_command(&arguments, &environment);
    assert!(sent && printed.contains("nothing new"), "{printed}");

    // Syslog, by address and by certificate; counted and not.
    let ledger = async || {
        let ledger = it.call("GetSenderLedger", json!({"schoolId": school, "senderId": sender})).await["total"].clone();
        let of = |key: &str| number(&ledger[key]);
        assert_eq!(
            of("received"),
            of("observations") + of("refused") + of("duplicate") + of("quarantined"),
            "{ledger}"
        );
        of("received")
    };
    let before = ledger().await;
    let messages =
        log.split_inclusive(|byte| *byte == b'\n').map(|line| [b"<134>1 - fw - - - - ".as_slice(), line].concat());
    let mut stream = tokio::net::TcpStream::connect(&plain).await.unwrap();
    stream.write_all(&messages.clone().collect::<Vec<_>>().concat()).await.unwrap();
    eventually("syslog over TCP", async || ledger().await == before + lines).await;
    drop(stream);
    let mut roots = RootCertStore::empty();
    roots.add(chain[0].clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots);
    let stranger = config.clone().with_no_client_auth();
    let known = config.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(&key).unwrap()).unwrap();
    let connect = async |config: ClientConfig| {
        let stream = tokio::net::TcpStream::connect(&encrypted).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
    };
    let mut stream = connect(known).await.unwrap();
    for message in messages {
        stream.write_all(format!("{} ", message.len()).as_bytes()).await.unwrap();
        stream.write_all(&message).await.unwrap();
    }
    stream.flush().await.unwrap();
    eventually("syslog over TLS", async || ledger().await == before + 2 * lines).await;
    // Nobody is let in without a certificate; in TLS 1.3 that is said after the handshake.
    if let Ok(mut stream) = connect(stranger).await {
        let _ = stream.write_all(b"<134>x\n").await;
        let mut answer = [0; 1];
        let read =
            tokio::time::timeout(Duration::from_secs(10), tokio::io::AsyncReadExt::read(&mut stream, &mut answer));
        assert!(!matches!(read.await, Ok(Ok(1..)) | Err(_)), "the connection is ended");
    }
    let total = it.call("GetLedger", json!({"schoolId": school, "feedId": feed})).await["total"].clone();
    assert_eq!(number(&total["received"]), 5 * lines, "HTTP twice, the command, syslog twice, each once: {total}");
    assert!(place.command(&["audit", "verify", "filtering-ingest"]).contains("intact"));
}

/// How many lines are sent while the service dies.
const LINES: u64 = 40_000;
/// How often it dies.
const DEATHS: u32 = 3;

#[tokio::test]
async fn doors_a_stream_that_breaks_goes_on_after_the_last_acknowledged_line() {
    let redis = Redis::start();
    let mut place = Installation::distributed_over(&redis.1).await;
    let officer = place.sign_in("officer").await;
    let (school, it, feed) = school(&place, &officer, "squid").await;
    let log: String = (0..LINES)
        .map(|n| format!("{}.000 200 10.20.4.12 TCP_MISS/200 14007 GET http://site-{n}.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n", 1_794_825_936 + n))
        .collect();
    let file = place.data.path().join("long.log");
    std::fs::write(&file, log).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hedgerow"))
        .args(["logs", "ingest", file.to_str().unwrap(), "--school", &school, "--feed", &feed])
        .env("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", it.token())
        .env("HEDGEROW_CLIENT__GATEWAY", format!("http://{}", place.gateway))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let received = async || {
        let asked = json!({"schoolId": school, "feedId": feed});
        let ledger = it.try_call("GetLedger", asked).await.unwrap_or_default();
        number(&ledger["total"]["received"])
    };
    for _ in 0..DEATHS {
        let before = received().await;
        eventually("a batch", async || received().await > before || child.try_wait().unwrap().is_some()).await;
        place.kill("filtering-ingest");
        place.start("filtering-ingest");
        place.ready().await;
    }
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("goes on after line"), "it was interrupted: {said}");
    assert_eq!(received().await, LINES, "each line once: {said}");
    let delivery = it.call("ListFeeds", json!({"schoolId": school})).await["feeds"][0]["counts"].clone();
    let of = |key: &str| number(&delivery[key]);
    assert_eq!(of("received"), of("kept") + of("folded") + of("excepted") + of("rejected"));
    assert!(place.command(&["audit", "verify", "filtering-ingest"]).contains("intact"));
}
