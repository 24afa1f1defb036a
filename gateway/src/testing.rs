//! What the gateway's own tests start: a gateway on a fresh store, a service behind it that answers as told, and
//! people who sign in.

pub mod receive;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    response::Response,
    routing::post,
};
use chassis::{
    error::{Error, Result},
    event::Bus,
    id::AccountId,
    testing::{Bed, Engine},
};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use proto::access::v1::Role;
use serde_json::{Value, json};
use tonic::Status;
use tower::ServiceExt as _;

use crate::{
    Gateway,
    accounts::{Appointment, NewAccount, bootstrap},
    config::Console,
};

/// A password that is accepted.
pub const PASSWORD: &str = "seven green kettles";

/// A gateway with one service behind it.
pub struct House {
    pub bed: Bed,
    pub gateway: Arc<Gateway>,
    pub service: Behind,
    /// What events come by.
    pub bus: Arc<dyn Bus>,
}

/// The service behind the gateway: it keeps what it was asked and answers as it is told.
#[derive(Clone, Default)]
pub struct Behind(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    answer: Option<Result<Vec<u8>, Status>>,
    refused: Option<(&'static str, Status)>,
    headers: Vec<HeaderMap>,
    rpcs: Vec<String>,
    asleep: bool,
}

impl Behind {
    /// What every call is answered from now on.
    pub fn answers(&self, answer: Result<Vec<u8>, Status>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answer = Some(answer);
    }

    /// What one rpc is refused with from now on, whatever the others are answered; none any more where nothing is given.
    pub fn refuses(&self, refused: Option<(&'static str, Status)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).refused = refused;
    }

    /// The headers of the last call.
    pub fn heard(&self) -> HeaderMap {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).headers.last().cloned().unwrap_or_default()
    }

    /// The rpcs called since this was last asked, oldest first.
    pub fn called(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).rpcs)
    }

    /// Nothing is answered any more.
    pub fn sleeps(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).asleep = true;
    }

    fn router(&self) -> Router {
        let this = self.clone();
        let answer = async move |request: Request| {
            if this.0.lock().unwrap_or_else(PoisonError::into_inner).asleep {
                std::future::pending::<()>().await;
            }
            this.answer(request)
        };
        Router::new().route("/{service}/{method}", post(answer))
    }

    /// A call is answered as told; where nothing was told, its own frames come back as they arrive.
    fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.headers.push(parts.headers);
        let rpc = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let refused = told.refused.as_ref().filter(|(refused, _)| *refused == rpc);
        let refused = refused.map(|(_, status)| status.clone());
        told.rpcs.push(rpc);
        if let Some(status) = refused {
            return status.into_http();
        }
        let body = match &told.answer {
            Some(Err(status)) => return status.clone().into_http(),
            Some(Ok(message)) => Body::from(frame(message)),
            None => body,
        };
        let trailers =
            HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), http::HeaderValue::from_static("0"))]);
        let body = body.with_trailers(async move { Some(Ok(trailers)) });
        Response::builder().header(header::CONTENT_TYPE, "application/grpc").body(Body::new(body)).unwrap_or_default()
    }
}

/// A message as gRPC puts it on the wire.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default().to_be_bytes();
    [&[0], length.as_slice(), message].concat()
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The fields a problem names.
    pub fn fields(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().into_iter().flatten();
        errors.filter_map(|e| e["field"].as_str().map(str::to_owned)).collect()
    }
}

impl House {
    pub async fn new(engine: Engine) -> Result<Self> {
        Self::with(engine, Console::default()).await
    }

    pub async fn with(engine: Engine, config: Console) -> Result<Self> {
        Self::started(engine, config, false).await
    }

    /// One in which nothing goes on by itself: the test says when mail is given out and programs are told.
    pub async fn still(engine: Engine, config: Console) -> Result<Self> {
        Self::started(engine, config, true).await
    }

    async fn started(engine: Engine, config: Console, still: bool) -> Result<Self> {
        let mut bed = Bed::new(engine)?;
        let service = Behind::default();
        for name in ["policy-registry", "incident-cases", "filtering-ingest"] {
            bed.upstreams.add_here(name, service.router());
        }
        // Nothing listens on the discard port.
        bed.upstreams.add_there("reporting", "http://127.0.0.1:9")?;
        let setup = bed.migrated::<crate::store::Migrations>("gateway").await?;
        let bus = setup.bus.clone();
        let mut gateway = crate::start(setup, config, None).await?;
        if still {
            gateway.tasks.drain(..).for_each(|task| task.abort());
        }
        Ok(Self { bed, gateway: Arc::new(gateway), service, bus })
    }

    /// Makes somebody's account.
    pub async fn account(&self, name: &str, role: Role, school: Option<&str>) -> Result<AccountId> {
        let school = school.map(str::parse).transpose().map_err(Error::internal)?;
        let new = NewAccount {
            sign_in_name: name.into(),
            display_name: "Ruth Okafor".into(),
            password: PASSWORD.into(),
            appointments: vec![Appointment { role, school, start: self.bed.now(), end: None }],
        };
        bootstrap(self.gateway.store(), new).await
    }

    /// Sends a request.
    pub async fn send(&self, request: Request) -> Answer {
        let response = self.gateway.router().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends JSON.
    pub async fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        if !body.is_null() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap_or_default()).await
    }

    /// Signs in over JSON; answers the `Authorization` header's value.
    pub async fn bearer(&self, name: &str) -> String {
        let body = json!({"sign_in_name": name, "password": PASSWORD});
        let answer = self.json("POST", "/v1/sessions:signIn", &[], body).await;
        format!("Bearer {}", answer.json()["session_token"].as_str().unwrap_or_default())
    }
}

/// A browser: it keeps its cookies and sends forms from their pages.
pub struct Browser<'a> {
    house: &'a House,
    cookies: std::collections::BTreeMap<String, String>,
    /// What the form of the last sign-in page proves.
    proof: String,
}

impl House {
    /// A browser that nobody used yet.
    pub fn browser(&self) -> Browser<'_> {
        Browser { house: self, cookies: std::collections::BTreeMap::new(), proof: String::new() }
    }
}

impl Browser<'_> {
    /// Signs in; answers where that leads.
    pub async fn sign_in(&mut self, name: &str, return_to: &str) -> String {
        // Whoever is signed in is led past the page; its form may still be open from before.
        let proof = Some(self.get("/sign-in").await.hidden("csrf")).filter(|proof| !proof.is_empty());
        self.proof = proof.unwrap_or_else(|| self.proof.clone());
        let csrf = self.proof.clone();
        let fields =
            [("csrf", csrf.as_str()), ("sign_in_name", name), ("password", PASSWORD), ("return_to", return_to)];
        self.post("/sign-in", &fields).await.place()
    }

    /// Asks for a page; for that of a form at its own address.
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.ask(path).await;
        let place = answer.place();
        let page = path.split('?').next().unwrap_or_default();
        if place.starts_with(&format!("{page}?")) && place.contains("form=") { self.ask(&place).await } else { answer }
    }

    /// Asks for what is at an address, and goes nowhere else.
    pub async fn ask(&mut self, path: &str) -> Answer {
        self.send(http::Request::get(path).header(header::ACCEPT, "text/html"), Body::empty()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", crate::pages::part::percent(value))).collect();
        let request = http::Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.header("sec-fetch-site", "same-origin"), Body::from(pairs.join("&"))).await
    }

    /// The cookies, as a header holds them.
    pub fn cookie_line(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    async fn send(&mut self, request: http::request::Builder, body: Body) -> Answer {
        let request = request.header(header::COOKIE, self.cookie_line()).body(body).unwrap_or_default();
        let answer = self.house.send(request).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().ok().and_then(|set| set.split(';').next()).and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl Answer {
    /// Where it leads; empty where nowhere.
    pub fn place(&self) -> String {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The page as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a hidden field of the page's own form carries.
    pub fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let main = text.split_once("<main").map_or("", |(_, main)| main);
        let value = main.split_once(&format!("name=\"{name}\" value=\"")).map_or("", |(_, rest)| rest);
        value.split('"').next().unwrap_or_default().to_owned()
    }
}
