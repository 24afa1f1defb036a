//! JSON over HTTP, derived from the contract: a request is matched to its rpc by `google.api.http`, turned into the
//! rpc's message by descriptor, carried like any gRPC call and its answer written as JSON. No endpoint is written here but
//! the one whose body is a log (`lines`).

mod check;
pub mod input;
pub mod problem;
pub mod route;

use std::{collections::HashSet, sync::LazyLock};

use axum::{
    body::Bytes,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Result};
use http::{HeaderValue, Method, header};
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, SerializeOptions};
use proto::contract::Rpc;
use serde_json::Value;

use crate::{
    app::App,
    arrival::RequestId,
    json::{problem::Plain, route::Found},
    limits::{self, Client},
    lines, proxy, refusal,
};

/// Answers any request under `/v1`.
pub async fn answer(State(app): State<App>, client: Client, request: Request) -> Response {
    if let Some(to) = lines::to(request.uri().path()) {
        return lines::answer(app, client, to, request).await;
    }
    let request_id = RequestId::in_extensions(request.extensions());
    match route::find(request.method(), request.uri().path()) {
        Found::Rpc(rpc, params) => match call(&app, client, rpc, params, request, &request_id).await {
            Ok(response) => response,
            Err(Refused::Error(error)) => problem::response(&refusal::logged(&app, error).await, &request_id),
            Err(Refused::Plain(plain)) => plain.response(&request_id),
        },
        Found::OtherMethods(methods) => Plain::method(&methods).response(&request_id),
        Found::Nothing => problem::response(&Error::missing(), &request_id),
    }
}

/// Why a request got no answer of an rpc.
enum Refused {
    Error(Error),
    Plain(Plain),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

async fn call(
    app: &App,
    client: Client,
    rpc: &'static Rpc,
    params: route::Params,
    request: Request,
    request_id: &str,
) -> Result<Response, Refused> {
    tracing::Span::current().record("rpc.method", rpc.path.as_str());
    let (parts, body) = request.into_parts();
    let way = proxy::way(app, rpc, &parts.headers, request_id, client).await?;
    let body = axum::body::to_bytes(body, limits::MAX_BODY).await.map_err(|_| Refused::Plain(Plain::too_large()))?;
    let body = read(&parts.headers, &parts.method, &body)?;
    let input = input::message(rpc, params, &parts, body)?;
    let message = Bytes::from(input.encode_to_vec());
    let answer = way.answer(app, rpc, message).await?;
    let answer = DynamicMessage::decode(rpc.descriptor.output(), answer).map_err(Error::internal)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], write(&answer)?).into_response())
}

/// Reads a body of JSON; none where there is none.
fn read(headers: &http::HeaderMap, method: &Method, body: &[u8]) -> Result<Option<serde_json::Value>, Refused> {
    if body.is_empty() || *method == Method::GET || *method == Method::HEAD {
        return Ok(None);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refused::Plain(Plain::not_json()));
    }
    serde_json::from_slice(body).map(Some).map_err(|e| {
        let place = format!("The body stops being JSON at line {}, column {}", e.line(), e.column());
        Refused::Error(Error::invalid("body", place))
    })
}

/// Writes a message as JSON with the contract's own field names, empty fields included: a count of 0 is an answer.
fn write(message: &DynamicMessage) -> Result<Vec<u8>> {
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let descriptor = message.descriptor();
    if WITH_MAPS.contains(descriptor.full_name()) {
        let mut value = message.serialize_with_options(serde_json::value::Serializer, &options)?;
        in_order(&descriptor, &mut value);
        return Ok(serde_json::to_vec(&value)?);
    }
    let mut bytes = Vec::new();
    message.serialize_with_options(&mut serde_json::Serializer::new(&mut bytes), &options)?;
    Ok(bytes)
}

/// The messages of the contract that have a map, or one below them that has.
static WITH_MAPS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut known: HashSet<String> = HashSet::new();
    loop {
        let before = known.len();
        for message in proto::contract::pool().all_messages() {
            let below = |kind: Kind| matches!(kind, Kind::Message(inner) if known.contains(inner.full_name()));
            if message.fields().any(|field| field.is_map() || below(field.kind())) {
                known.insert(message.full_name().to_owned());
            }
        }
        if known.len() == before {
            break known;
        }
    }
});

/// Puts the entries of maps into the order of their keys, so that equal answers are equal bytes: a map has none of its own.
fn in_order(descriptor: &MessageDescriptor, value: &mut Value) {
    let Value::Object(object) = value else { return };
    for field in descriptor.fields() {
        let Some(held) = object.get_mut(field.name()) else { continue };
        match (field.kind(), held) {
            (_, Value::Object(map)) if field.is_map() => map.sort_keys(),
            (Kind::Message(inner), held) if WITH_MAPS.contains(inner.full_name()) => match held {
                Value::Array(all) => all.iter_mut().for_each(|one| in_order(&inner, one)),
                one => in_order(&inner, one),
            },
            _ => {}
        }
    }
}

/// A message of the contract as JSON, by its full name there.
///
/// # Errors
/// `Internal` where the contract has no such message.
pub fn write_as(name: &str, message: &impl prost::Message) -> Result<Vec<u8>> {
    let descriptor = proto::contract::pool().get_message_by_name(name);
    let descriptor = descriptor.ok_or_else(|| Error::internal(format!("the contract has no {name}")))?;
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).map_err(Error::internal)?;
    write(&message)
}

#[cfg(test)]
mod tests;
