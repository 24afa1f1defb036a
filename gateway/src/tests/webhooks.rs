//! Programs that are told: signed so that a library of the specification finds it right, tried for days, sent nowhere
//! that only we reach, and told nothing but what happened and where to look.

use std::sync::Arc;

use chassis::{
    error::{Error, Result},
    event::Event,
    testing::Engine,
};
use proto::{access::v1::Role, event::v1::PolicyPublished};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::{Value, json};
use time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::notices::{envelope, recorded, smtp};
use crate::{
    config::{Console, Webhooks},
    notices::post::Post,
    rounds::Rounds as _,
    testing::{
        Answer, House,
        receive::{PostOffice, Program, Told, arrives},
    },
    webhooks::{
        client::{Client, Headers},
        send::Sender,
    },
};

struct Place {
    house: House,
    program: Program,
    school: String,
    config: Console,
    client: Client,
}

impl Place {
    async fn new(engine: Engine, config: Console) -> Result<Self> {
        let config = Console {
            address: "https://safety.northshire.example".into(),
            webhooks: Webhooks { allow_loopback: true },
            ..config
        };
        let house = House::still(engine, config.clone()).await?;
        let (school, program) = (house.bed.school(), Program::start().await?);
        for (name, role) in [("h.head", Role::Head), ("r.okafor", Role::Dsl), ("i.it", Role::It)] {
            house.account(name, role, Some(&school)).await?;
        }
        house.account("officer", Role::AuthorityOfficer, None).await?;
        house.account("other.head", Role::Head, Some(&house.bed.school())).await?;
        Ok(Self { house, program, school, config, client: Client::new(true)? })
    }

    async fn call(&self, who: &str, method: &str, path: &str, mut body: Value) -> Answer {
        if let Some(body) = body.as_object_mut() {
            body.insert("request_id".into(), self.house.bed.ids.request_id().into());
        }
        let bearer = self.house.bearer(who).await;
        self.house.json(method, path, &[("authorization", &bearer)], body).await
    }

    /// A webhook of the school; answers its id and its secret.
    async fn hook(&self, kinds: &[&str]) -> (String, String) {
        let body = json!({"school_id": self.school, "url": self.program.url(), "kinds": kinds});
        let answer = self.call("h.head", "POST", "/v1/webhooks", body).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let answer = answer.json();
        (text(&answer["webhook"]["webhook_id"]), text(&answer["secret"]))
    }

    async fn act(&self, hook: &str, act: &str, mut more: Value) -> Answer {
        if let Some(more) = more.as_object_mut() {
            more.insert("school_id".into(), self.school.clone().into());
        }
        self.call("h.head", "POST", &format!("/v1/webhooks/{hook}{act}"), more).await
    }

    /// Waits until so many messages have arrived, and no more.
    async fn told(&self, count: usize) -> Result<Vec<Told>> {
        let client = self.client.clone();
        let sender = Sender::new(self.house.gateway.store().clone(), client, &self.config);
        arrives(count, || self.program.told(), async || sender.pass().await.map(|_| ())).await
    }

    /// Gives mail out.
    async fn give_out(&self) -> Result<()> {
        match Post::new(self.house.gateway.store().clone(), &self.config)? {
            Some(post) => post.pass().await.map(|_| ()),
            None => Ok(()),
        }
    }

    async fn happens(&self, event: Event) -> Result<()> {
        self.house.bus.publish(&envelope(&self.house, &self.school, "con_1", event)).await.map(|_| ())
    }

    async fn hooks(&self) -> Value {
        self.call("h.head", "GET", &format!("/v1/webhooks?school_id={}", self.school), Value::Null).await.json()
    }

    async fn attempts(&self, hook: &str) -> Vec<Value> {
        let path = format!("/v1/webhooks/{hook}/attempts?school_id={}", self.school);
        let answer = self.call("h.head", "GET", &path, Value::Null).await.json();
        answer["attempts"].as_array().cloned().unwrap_or_default()
    }
}

fn policy() -> Event {
    Event::PolicyPublished(PolicyPublished { instance_id: "pin_1".into(), version: 2, ..PolicyPublished::default() })
}

/// The signatures of a message, of the version that is checked with a shared secret.
fn shared(told: &Told) -> Vec<String> {
    told.header("webhook-signature").split(' ').filter(|one| one.starts_with("v1,")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_program_is_told_signed_and_rotation_lets_either_secret_prove_it() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine, Console::default()).await?;
        let (hook, first) = place.hook(&["concern.recorded"]).await;
        assert!(first.starts_with("whsec_"), "{first}");
        assert!(!place.hooks().await.to_string().contains(&first), "the secret is shown once");
        place.happens(recorded()).await?;
        place.happens(policy()).await?;
        let told = place.told(1).await?;
        let body: Value = serde_json::from_slice(&told[0].body)?;
        let link = format!("https://safety.northshire.example/schools/{}/concerns/con_1", place.school);
        assert_eq!(body["type"], "concern.recorded");
        assert_eq!(body["data"], json!({"school_id": place.school, "link": link}));
        assert!(told[0].body.len() < 20_000 && told[0].path == "/hook");
        assert_eq!(shared(&told[0]), [told[0].signed_with(&first)]);

        let rotated = place.act(&hook, ":rotateSecret", json!({})).await.json();
        let second = rotated["secret"].as_str().unwrap_or_default().to_owned();
        assert!(second.starts_with("whsec_") && second != first);
        place.happens(recorded()).await?;
        let told = place.told(2).await?;
        assert_eq!(shared(&told[1]), [told[1].signed_with(&second), told[1].signed_with(&first)]);
        assert_eq!(told[1].header("webhook-signature").matches("v1a,").count(), 2);
        place.house.bed.clock.advance(Duration::hours(24));
        place.happens(recorded()).await?;
        let told = place.told(3).await?;
        assert_eq!(shared(&told[2]), [told[2].signed_with(&second)]);

        // A library's own check, which looks at the clock of the machine.
        place.house.bed.clock.release();
        assert_eq!(place.act(&hook, ":sendTest", json!({})).await.status, 200);
        let told = place.told(4).await?;
        let library = standardwebhooks::Webhook::new(&second).map_err(Error::internal)?;
        assert!(library.verify(&told[3].body, &told[3].headers).is_ok());
        assert!(library.verify(b"{}", &told[3].headers).is_err());
        let body: Value = serde_json::from_slice(&told[3].body)?;
        assert_eq!(body["type"], "webhook.test");
    }
    Ok(())
}

#[tokio::test]
async fn what_fails_is_tried_for_days_then_switched_off_and_told_and_can_be_sent_again() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let office = PostOffice::open().await?;
        let place = Place::new(engine, Console { smtp: smtp(&office), ..Console::default() }).await?;
        let address = json!({"email": "h.head@thistledown.example", "digest": "at_once"});
        assert_eq!(place.call("h.head", "POST", "/v1/notices/address", address).await.status, 200);
        let mails = arrives(1, || office.mails(), async || place.give_out().await).await?;
        let token = mails[0].line("https://safety.northshire.example/notices/confirm?token=");
        assert_eq!(
            place.call("h.head", "POST", "/v1/notices/address:confirm", json!({"token": token})).await.status,
            200
        );

        let (hook, _) = place.hook(&["concern.recorded"]).await;
        place.program.answers(500);
        place.happens(recorded()).await?;
        place.told(1).await?;
        // Five seconds later, and no sooner.
        place.told(1).await?;
        place.house.bed.clock.advance(Duration::seconds(7));
        // Nobody is followed elsewhere.
        place.program.answers(302);
        place.told(2).await?;
        place.program.answers(204);
        place.house.bed.clock.advance(Duration::minutes(7));
        let told = place.told(3).await?;
        let ids: Vec<String> = told.iter().map(|one| one.header("webhook-id")).collect();
        assert!(ids[0].starts_with("msg_") && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert!(told.iter().all(|one| one.path == "/hook"));
        let done = async || place.attempts(&hook).await.first().cloned().unwrap_or_default();
        assert_eq!((done().await["state"].clone(), done().await["tries"].clone()), (json!("delivered"), json!(3)));
        assert_eq!(place.hooks().await["webhooks"][0]["failing_since_time"], Value::Null);

        // Sent again, under the same id; not while it is on its way.
        let path = format!("/attempts/{}:replay", ids[0]);
        assert_eq!(place.act(&hook, &path, json!({})).await.status, 200);
        assert_eq!(place.told(4).await?[3].header("webhook-id"), ids[0]);

        // Days of it.
        place.program.answers(503);
        place.happens(recorded()).await?;
        for tries in 1..=10 {
            place.told(4 + tries).await?;
            place.house.bed.clock.advance(Duration::hours(31));
        }
        let one = place.attempts(&hook).await.first().cloned().unwrap_or_default();
        assert_eq!((&one["state"], &one["tries"], &one["status"]), (&json!("given_up"), &json!(10), &json!(503)));
        let hooks = place.hooks().await;
        assert_eq!(hooks["webhooks"][0]["disabled_reason"], "failing", "{hooks}");
        let mails = arrives(2, || office.mails(), async || place.give_out().await).await?;
        assert!(mails[1].data.contains(&format!("/schools/{}/webhooks", place.school)), "{}", mails[1].data);
        assert_eq!(place.act(&hook, ":sendTest", json!({})).await.status, 409);
        // What happens meanwhile is there when it is on again.
        place.happens(recorded()).await?;
        place.told(14).await?;
        place.program.answers(204);
        let on = json!({"url": place.program.url(), "kinds": ["concern.recorded"], "enabled": true});
        assert_eq!(place.act(&hook, ":update", on).await.status, 200);
        place.told(15).await?;
        // Whoever says that it is gone is believed at once.
        place.program.answers(410);
        place.happens(recorded()).await?;
        place.told(16).await?;
        assert_eq!(place.hooks().await["webhooks"][0]["disabled_reason"], "gone");
        assert_eq!(place.act(&hook, ":delete", json!({})).await.status, 200);
        assert!(place.hooks().await["webhooks"].as_array().is_none_or(Vec::is_empty));
    }
    Ok(())
}

#[tokio::test]
async fn the_head_decides_for_a_school_and_the_officer_for_the_authority() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine, Console::default()).await?;
        let (hook, _) = place.hook(&["concern.recorded"]).await;
        let body = json!({"school_id": place.school, "url": place.program.url(), "kinds": ["policy.published"]});
        for (who, status) in [("r.okafor", 403), ("i.it", 403), ("officer", 403), ("other.head", 404)] {
            assert_eq!(place.call(who, "POST", "/v1/webhooks", body.clone()).await.status, status, "{who}");
            let list = format!("/v1/webhooks?school_id={}", place.school);
            assert_eq!(place.call(who, "GET", &list, Value::Null).await.status, status, "{who}");
        }
        // The authority's own are not a school's, nor the other way round.
        let own = json!({"url": place.program.url(), "kinds": ["policy.published"]});
        assert_eq!(place.call("h.head", "POST", "/v1/webhooks", own.clone()).await.status, 403);
        assert_eq!(place.call("officer", "POST", "/v1/webhooks", own).await.status, 200);
        let concern = json!({"url": place.program.url(), "kinds": ["concern.recorded"]});
        assert_eq!(place.call("officer", "POST", "/v1/webhooks", concern).await.fields(), ["kinds"]);
        assert_eq!(place.call("officer", "POST", &format!("/v1/webhooks/{hook}:delete"), json!({})).await.status, 404);
        place.happens(recorded()).await?;
        place.told(1).await?;
        place.happens(policy()).await?;
        let told = place.told(2).await?;
        let body: Value = serde_json::from_slice(&told[1].body)?;
        assert_eq!((&body["type"], &body["data"]["school_id"]), (&json!("policy.published"), &json!(place.school)));

        let mut browser = place.house.browser();
        let list = format!("/schools/{}/webhooks", place.school);
        assert_eq!(browser.sign_in("h.head", &list).await, list);
        let page = browser.get(&list).await.text();
        assert!(page.contains("127.0.0.1") && page.contains("A concern is waiting to be read"), "{page}");
        let form = browser.get(&format!("{list}/new")).await;
        let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
        let fields = |url: &'static str| {
            [
                ("csrf", csrf.clone()),
                ("request_id", request_id.clone()),
                ("url", url.into()),
                ("kinds", "case.opened".into()),
            ]
        };
        let send = |fields: [(&'static str, String); 4]| fields;
        let wrong = send(fields("https://10.0.0.1/"));
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = browser.post(&list, &wrong).await;
        assert!(refused.status == 400 && refused.text().contains("public internet"), "{}", refused.text());
        let right = send(fields("https://hooks.invalid/a"));
        let right: Vec<(&str, &str)> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let added = browser.post(&list, &right).await.text();
        assert!(added.contains("whsec_") && added.contains("shown this once"), "{added}");
        let page = browser.get(&format!("{list}/{hook}")).await;
        assert!(page.text().contains("Delivered") && !page.text().contains("whsec_"), "{}", page.text());
        assert_eq!(browser.get("/webhooks").await.status, 403);
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_where_only_we_reach() -> Result<()> {
    let program = Program::start().await?;
    let client = Client::new(false)?;
    let headers = Headers { id: "msg_1", timestamp: 1, signature: "v1,x" };
    // A name that leads here is seen when it is resolved; an address in itself, too, however it is written.
    let here = |host: &str| Url::parse(&format!("http://{host}:{}/", program.port)).map_err(Error::internal);
    for host in
        ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "0.0.0.0", "10.0.0.1", "169.254.169.254"]
    {
        assert_eq!(client.send(&here(host)?, &headers, "{}").await, Err("refused_address"), "{host}");
    }
    assert_eq!(client.send(&here("hooks.invalid")?, &headers, "{}").await, Err("unresolved"));
    assert!(program.told().is_empty());
    let near = Client::new(true)?;
    assert_eq!(near.send(&here("localhost")?, &headers, "{}").await, Ok(204));
    // To somebody who speaks no TLS nothing is told over https.
    let plain = Url::parse(&format!("https://localhost:{}/", program.port)).map_err(Error::internal)?;
    assert_eq!(near.send(&plain, &headers, "{}").await, Err("tls"));
    let nobody = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).map_err(Error::internal)?;
    let nobody = Url::parse(&format!("http://{nobody}/")).map_err(Error::internal)?;
    assert_eq!(near.send(&nobody, &headers, "{}").await, Err("unreachable"));

    let place = Place::new(Engine::Sqlite, Console::default()).await?;
    for url in
        ["http://hooks.example.org/", "https://192.168.1.1/", "https://u:p@hooks.example.org/", "https://intranet/", ""]
    {
        let body = json!({"school_id": place.school, "url": url, "kinds": ["case.opened"]});
        assert_eq!(place.call("h.head", "POST", "/v1/webhooks", body).await.fields(), ["url"], "{url}");
    }
    Ok(())
}

#[tokio::test]
async fn over_tls_whom_we_trust_is_told_and_nobody_else() -> Result<()> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../webhooks/testdata/localhost.crt"))
        .map_err(Error::internal)?;
    let key =
        PrivateKeyDer::from_pem_slice(include_bytes!("../webhooks/testdata/localhost.key")).map_err(Error::internal)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .map_err(Error::internal)?;
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
    let port = listener.local_addr().map_err(Error::internal)?.port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            });
        }
    });
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(Error::internal)?;
    let headers = Headers { id: "msg_1", timestamp: 1, signature: "v1,x" };
    let url = |host: &str| Url::parse(&format!("https://{host}:{port}/")).map_err(Error::internal);
    assert_eq!(Client::trusting(roots.clone(), true)?.send(&url("localhost")?, &headers, "{}").await, Ok(202));
    assert_eq!(Client::new(true)?.send(&url("localhost")?, &headers, "{}").await, Err("tls"), "by nobody we know");
    assert_eq!(
        Client::trusting(roots, true)?.send(&url("127.0.0.1")?, &headers, "{}").await,
        Err("tls"),
        "for another name"
    );
    Ok(())
}
