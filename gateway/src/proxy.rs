//! gRPC for everybody: any rpc of the contract is let in by its bearer token and carried to its service in the
//! caller's name, frames untouched. JSON calls and pages take the same way.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use bytes::{Buf as _, BufMut as _, Bytes};
use chassis::{
    caller::GATEWAY,
    error::{Error, Result},
    serve::wall::service_name,
    upstream::Upstream,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Version, header, uri::PathAndQuery};
use http_body_util::{BodyExt as _, Full, Limited};
use proto::{
    access::v1::Permission,
    contract::{self, Rpc},
};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tower::Service as _;

use crate::{
    adult::{self, Sender},
    app::App,
    arrival::RequestId,
    file_names::{self, Names},
    limits::{Client, MAX_BODY, TOO_LARGE},
    refusal,
    sessions::{Key, Kind, Token},
};

/// How long an rpc may take where its caller sets no deadline.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// The rpcs that read or write whole documents, or all figures: where their callers set no deadline they may take as long as any. Several
/// at once wait for each other, and a slow machine is no reason to refuse one.
const DOCUMENTS: [&str; 10] = [
    "CheckTemplate",
    "CompareTemplates",
    "DistilTemplate",
    "ImportPolicy",
    "LintDocument",
    "LintInstance",
    "PreviewRollout",
    "PublishTemplate",
    "RebuildFigures",
    "RenderInstance",
];
/// The longest deadline a caller may set for an rpc that is no stream.
const LONGEST: Duration = Duration::from_secs(60);
/// What a filter sender's secret begins with: a session's token is of another length.
const SENDER_SECRET: &str = "hgs_";
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// How a caller can take an answer that is packed.
const ACCEPTED: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// The bytes that stand before each message: whether it is packed, and its length in four.
const BEFORE: usize = 5;
/// The first of them, before a message that is not packed.
const UNPACKED: u8 = 0;
/// What is carried of a caller's headers: what the protocol needs and nothing that a service might believe.
const CARRIED: [HeaderName; 4] = [header::CONTENT_TYPE, header::TE, HeaderName::from_static("grpc-encoding"), ACCEPTED];

/// The session a call was made with, for the rpc that ends it.
#[derive(Debug, Clone, Copy)]
pub struct CalledWith(pub Key);

/// The way to one rpc's service, in the name of whoever asks.
pub struct Way {
    upstream: Upstream,
    extensions: Extensions,
    /// Who asks, where it is a person's program.
    sender: Option<Sender>,
    /// Where the names are asked for that a file is to have.
    names: Option<Names>,
}

/// Lets a caller in, a person's program by its session or a filter sender by its secret, and finds the way to the service
/// of an rpc. What is open to everybody at another service opens to
/// whoever knows a secret, and each call counts as a try.
///
/// # Errors
/// `Unauthenticated` without a session that counts; `Exhausted` after too many tries; `Unavailable` where the service is not configured.
pub async fn way(app: &App, rpc: &Rpc, headers: &HeaderMap, request_id: &str, client: Client) -> Result<Way> {
    let mut extensions = Extensions::new();
    if rpc.permission == Permission::Public {
        let service = service_name(rpc.service());
        if service != GATEWAY {
            app.try_secret(&client).await?;
        }
        extensions.insert(client);
        return Ok(Way { upstream: app.open(&service, request_id)?, extensions, sender: None, names: None });
    }
    extensions.insert(client);
    if let Some(secret) = authorized(headers).filter(|text| text.starts_with(SENDER_SECRET)) {
        let upstream = app.of_sender(secret, &service_name(rpc.service()), request_id).await?;
        return Ok(Way { upstream, extensions, sender: None, names: None });
    }
    let token = authorized(headers).and_then(|text| text.parse::<Token>().ok()).ok_or_else(Error::not_signed_in)?;
    let who = app.who(&token, Kind::Bearer).await?;
    extensions.insert(CalledWith(who.session));
    let upstream = app.in_name_of(&who, &service_name(rpc.service()), request_id)?;
    let names = file_names::named_in(rpc).then(|| Names::new(app, &who, request_id)).transpose()?;
    let sender = Some(Sender { account_id: who.account_id.to_string(), appointments: who.appointments });
    Ok(Way { upstream, extensions, sender, names })
}

/// What a program sends to say who it is.
fn authorized(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Way {
    /// The way itself, for calls that are no single message.
    pub fn upstream(self) -> Upstream {
        self.upstream
    }

    /// Calls an rpc with one encoded message, and answers as every door does: whoever the call names was held against the
    /// accounts of the school, a file has the names that are true, and adults whom the answer lists are put together.
    ///
    /// # Errors
    /// The service's refusal, what is wrong with a name, or `Unavailable` where it cannot be reached in time.
    pub async fn answer(self, app: &App, rpc: &Rpc, message: Bytes) -> Result<Bytes> {
        let message = match self.sender.as_ref().filter(|_| adult::named_in(rpc)) {
            Some(sender) => adult::check(app, sender, rpc, message).await?,
            None => message,
        };
        let message = match &self.names {
            Some(names) => names.fill(app, rpc, message).await?,
            None => message,
        };
        let answer = self.unary(rpc, message.clone()).await?;
        if adult::gathers(rpc) { adult::gathered(app, &message, answer).await } else { Ok(answer) }
    }

    async fn unary(self, rpc: &Rpc, message: Bytes) -> Result<Bytes> {
        let mut client = tonic::client::Grpc::new(self.upstream).max_decoding_message_size(MAX_BODY);
        let mut request = tonic::Request::new(message);
        let usual = usual(rpc);
        request.set_timeout(usual);
        *request.extensions_mut() = self.extensions;
        let path = PathAndQuery::try_from(rpc.path.as_str()).map_err(Error::internal)?;
        let call = async {
            client.ready().await.map_err(|e| unreachable(rpc, e))?;
            client.unary(request, path, Frames).await.map_err(|status| refusal::of_status(&status))
        };
        let answer = tokio::time::timeout(usual, call).await.map_err(|_| too_slow(rpc))?;
        Ok(answer?.into_inner())
    }
}

fn unreachable(rpc: &Rpc, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let service = service_name(rpc.service());
    Error::unavailable(format!("{service} cannot be reached just now: try again")).because(source)
}

fn too_slow(rpc: &Rpc) -> Error {
    Error::unavailable(format!("{} took too long: try again", service_name(rpc.service())))
}

/// Answers any gRPC call to a service of the contract.
pub async fn grpc(State(app): State<App>, client: Client, request: Request) -> Response {
    let Some(rpc) = contract::rpc(request.uri().path()) else {
        return Status::unimplemented("there is no such rpc").into_http();
    };
    match carry(&app, client, rpc, request).await {
        Ok(response) => response,
        Err(Refused::Status(status)) => status.into_http(),
        Err(Refused::Error(error)) => Status::from(refusal::logged(&app, error).await).into_http(),
    }
}

/// Why a call was not carried.
enum Refused {
    Error(Error),
    Status(Status),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

async fn carry(app: &App, client: Client, rpc: &Rpc, request: Request) -> Result<Response, Refused> {
    tracing::Span::current().record("rpc.method", rpc.path.as_str());
    let request_id = RequestId::in_extensions(request.extensions());
    let Way { mut upstream, extensions, sender, names } = way(app, rpc, request.headers(), &request_id, client).await?;
    let streams = rpc.descriptor.is_client_streaming() || rpc.descriptor.is_server_streaming();
    let deadline = deadline(request.headers(), usual(rpc), streams)?;
    let call = async {
        let request = if streams { request } else { of_size(request).await? };
        let reads = adult::named_in(rpc) || adult::gathers(rpc) || names.is_some();
        let (mut request, mut asked) = if reads { read(request).await? } else { (request, Bytes::new()) };
        let mut told = asked.clone();
        if let Some(sender) = sender.as_ref().filter(|_| adult::named_in(rpc)) {
            told = adult::check(app, sender, rpc, told).await?;
        }
        if let Some(names) = &names {
            told = names.fill(app, rpc, told).await?;
        }
        if told != asked {
            let frame = framed(&told)?;
            request = request.map(|_| Body::from(frame));
            asked = told;
        }
        let request =
            if rpc.descriptor.is_client_streaming() { request.map(|body| app.pace().stream(body)) } else { request };
        let response = upstream.call(forwarded(request, extensions, deadline, streams)).await;
        let response = response.map_err(|source| unreachable(rpc, source))?;
        if streams {
            return Ok(response.map(Body::new));
        }
        let gathered = adult::gathers(rpc).then_some((app, asked.as_ref()));
        whole(rpc, response, gathered).await
    };
    match deadline {
        // The message has to arrive within it too: nobody holds a connection by sending a byte now and then.
        Some(deadline) if !streams => tokio::time::timeout(deadline, call)
            .await
            .map_err(|_| Status::deadline_exceeded(format!("{} took too long", service_name(rpc.service()))))?,
        Some(_) | None => call.await,
    }
}

/// An answer of one message, once all of it is here: where its service stops in the middle, the caller is told so in our
/// words, and not that a connection broke. Where it lists adults, they are put together by what was asked.
async fn whole(
    rpc: &Rpc,
    response: http::Response<tonic::body::Body>,
    gathered: Option<(&App, &[u8])>,
) -> Result<Response, Refused> {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|source| {
        let service = service_name(rpc.service());
        Error::unavailable(format!("{service} stopped while it answered: try again")).because(source)
    })?;
    let Some((app, asked)) = gathered else { return Ok(Response::from_parts(parts, Body::new(body))) };
    let trailers = body.trailers().cloned();
    let mut frame = body.to_bytes();
    // A refusal has no message.
    if frame.len() >= BEFORE {
        if frame.first() != Some(&UNPACKED) {
            return Err(Error::internal(format!("{} answers packed", rpc.path)).into());
        }
        frame = framed(&adult::gathered(app, asked, frame.slice(BEFORE..)).await?)?;
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let body = Full::new(frame).with_trailers(async move { trailers.map(Ok) });
    Ok(Response::from_parts(parts, Body::new(body)))
}

/// A message as it stands on the wire.
fn framed(message: &[u8]) -> Result<Bytes> {
    let length = u32::try_from(message.len()).map_err(Error::internal)?;
    Ok([&[UNPACKED][..], &length.to_be_bytes(), message].concat().into())
}

/// A call whose one message is not larger than any may be. A message says its length in the four bytes before it, so
/// that it is refused in our words, which are the same at every door, before the rest arrives.
async fn of_size(request: Request) -> Result<Request, Refused> {
    let (parts, mut body) = request.into_parts();
    let mut begun = bytes::BytesMut::new();
    while begun.len() < BEFORE {
        match body.frame().await.map(|frame| frame.map(http_body::Frame::into_data)) {
            Some(Ok(Ok(data))) => begun.extend_from_slice(&data),
            Some(Ok(Err(_))) | None => break,
            Some(Err(_)) => return Err(Status::cancelled("the message did not arrive whole").into()),
        }
    }
    let length = begun.get(1..BEFORE).and_then(|length| length.try_into().ok()).map_or(0, u32::from_be_bytes);
    if usize::try_from(length).unwrap_or(usize::MAX) > MAX_BODY {
        return Err(Error::too_large(TOO_LARGE).into());
    }
    // Whole, so that its last piece also ends it: an end that comes as an empty piece of its own counts as flooding, and
    // after a few dozen of them the service closes the connection for everybody.
    let rest = axum::body::to_bytes(body, MAX_BODY).await;
    begun.extend_from_slice(&rest.map_err(|_| Status::cancelled("the message did not arrive whole"))?);
    Ok(Request::from_parts(parts, Body::from(begun.freeze())))
}

/// A call with the message it carries: one in which somebody may be named, or whose answer is put together by it. Its answer
/// comes unpacked, so that it can be read as well.
async fn read(request: Request) -> Result<(Request, Bytes), Refused> {
    let (mut parts, body) = request.into_parts();
    let whole = axum::body::to_bytes(body, MAX_BODY + BEFORE).await;
    let whole = whole.map_err(|_| Status::cancelled("the message did not arrive whole"))?;
    if whole.first().is_some_and(|packed| *packed != UNPACKED) {
        let fix = "Send this call unpacked: names in it are compared with those of accounts on the way";
        return Err(Error::invalid("grpc-encoding", fix).into());
    }
    parts.headers.remove(ACCEPTED);
    let message = whole.slice(BEFORE.min(whole.len())..);
    Ok((Request::from_parts(parts, Body::from(whole)), message))
}

/// The call as its service sees it.
fn forwarded(
    request: Request,
    extensions: Extensions,
    deadline: Option<Duration>,
    streams: bool,
) -> http::Request<tonic::body::Body> {
    let (parts, body) = request.into_parts();
    let body = if streams { body } else { Body::new(Limited::new(body, MAX_BODY + BEFORE)) };
    let mut request = http::Request::new(tonic::body::Body::new(body));
    *request.method_mut() = parts.method;
    *request.uri_mut() = parts.uri;
    *request.version_mut() = Version::HTTP_2;
    *request.extensions_mut() = extensions;
    for name in CARRIED {
        if let Some(value) = parts.headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    request.headers_mut().insert(header::TE, HeaderValue::from_static("trailers"));
    if let Some(deadline) = deadline {
        let text = format!("{}m", deadline.as_millis().min(99_999_999));
        if let Ok(value) = HeaderValue::from_str(&text) {
            request.headers_mut().insert(TIMEOUT, value);
        }
    }
    request
}

/// How long an rpc may take where its caller sets no deadline.
fn usual(rpc: &Rpc) -> Duration {
    if DOCUMENTS.contains(&rpc.descriptor.name()) { LONGEST } else { DEADLINE }
}

/// The deadline of a call: its caller's, within reason; the usual one where it sets none; none for a stream without one.
fn deadline(headers: &HeaderMap, usual: Duration, streams: bool) -> Result<Option<Duration>, Status> {
    let Some(value) = headers.get(TIMEOUT) else { return Ok((!streams).then_some(usual)) };
    let read = || {
        let (number, unit) = value.to_str().ok()?.split_at_checked(value.len().checked_sub(1)?)?;
        let number = number.parse::<u64>().ok().filter(|_| number.len() <= 8)?;
        match unit {
            "H" => Some(Duration::from_secs(number * 3600)),
            "M" => Some(Duration::from_secs(number * 60)),
            "S" => Some(Duration::from_secs(number)),
            "m" => Some(Duration::from_millis(number)),
            "u" => Some(Duration::from_micros(number)),
            "n" => Some(Duration::from_nanos(number)),
            _ => None,
        }
    };
    let wanted = read().ok_or_else(|| Status::invalid_argument("grpc-timeout cannot be read"))?;
    Ok(Some(if streams { wanted } else { wanted.min(LONGEST) }))
}

/// Carries messages that stay encoded.
#[derive(Debug, Clone, Copy, Default)]
struct Frames;

impl Codec for Frames {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Frames {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(item.len());
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Frames {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(TIMEOUT, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_caller_sets_its_deadline_within_reason() {
        assert_eq!(deadline(&HeaderMap::new(), DEADLINE, false).ok().flatten(), Some(DEADLINE));
        assert_eq!(deadline(&HeaderMap::new(), DEADLINE, true).ok(), Some(None));
        assert_eq!(deadline(&with("250m"), LONGEST, false).ok().flatten(), Some(Duration::from_millis(250)));
        assert_eq!(deadline(&with("99999999H"), DEADLINE, false).ok().flatten(), Some(LONGEST));
        for broken in ["", "S", "-1S", "1x", "999999999S"] {
            assert!(deadline(&with(broken), DEADLINE, false).is_err(), "{broken}");
        }
    }

    #[test]
    fn every_rpc_on_documents_is_in_the_contract() {
        let names: Vec<String> = proto::contract::pool()
            .services()
            .flat_map(|service| service.methods().map(|method| method.name().to_owned()).collect::<Vec<_>>())
            .collect();
        let unknown: Vec<_> = DOCUMENTS.iter().filter(|name| !names.iter().any(|known| known == *name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn nothing_a_service_believes_comes_from_outside() {
        let mut request = Request::new(Body::empty());
        for (name, value) in
            [("hedgerow-caller", "forged"), ("authorization", "Bearer x"), ("x-request-id", "y"), ("cookie", "z")]
        {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        let forwarded = forwarded(request, Extensions::new(), None, false);
        assert_eq!(forwarded.headers().keys().collect::<Vec<_>>(), ["te"]);
    }
}
