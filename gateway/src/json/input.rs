//! Puts a request's path, query, headers and body together into the message of its rpc.

use axum::extract::Query;
use chassis::error::{Error, Result, Violations};
use http::{HeaderMap, header, request::Parts};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use proto::contract::Rpc;
use serde_json::{Map, Value};

use super::{check, route::Params};

/// The header that carries a write's idempotency key.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The message of an rpc.
///
/// # Errors
/// `Invalid` with every field at fault.
pub fn message(rpc: &Rpc, params: Params, parts: &Parts, body: Option<Value>) -> Result<DynamicMessage> {
    let descriptor = rpc.descriptor.input();
    let mut v = Violations::new();
    let mut fields = match body {
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(Error::invalid("body", "Enter a JSON object")),
        None => Map::new(),
    };
    let in_body = rpc.http.as_ref().is_some_and(|http| http.body);
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|_| Error::invalid("query", "Enter a query such as page_size=50&page_token=abc"))?;
    for (name, text) in &pairs {
        let in_path = |field: &FieldDescriptor| params.iter().any(|(param, _)| *param == field.name());
        match check::field(&descriptor, name).filter(|field| !in_body && !in_path(field)) {
            Some(field) => from_query(&mut v, &mut fields, &field, text),
            None => {
                let open = |field: &FieldDescriptor| !in_body && !in_path(field) && stands_in_address(field);
                let there: Vec<String> =
                    descriptor.fields().filter(open).map(|field| field.name().to_owned()).collect();
                let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
                v.add(name, format!("Remove it: there is no such field in the address. There are: {there}"));
            }
        }
    }
    for (name, text) in params {
        same(&mut v, &mut fields, &descriptor, name, &text, "It must be the same as in the address");
    }
    if in_body && descriptor.get_field_by_name("request_id").is_some() {
        match header(&parts.headers, IDEMPOTENCY_KEY) {
            Some(key) => {
                let clash = "It must be the same as the header Idempotency-Key";
                same(&mut v, &mut fields, &descriptor, "request_id", &key, clash);
            }
            None => v.check(
                given(&fields, &descriptor, "request_id"),
                "request_id",
                "Send a UUID in the header Idempotency-Key, a new one for each new request",
            ),
        }
    }
    if let Some(etag) = header(&parts.headers, header::IF_MATCH.as_str()) {
        let etag = etag.trim_matches('"');
        if descriptor.get_field_by_name("etag").is_some() && etag != "*" {
            same(&mut v, &mut fields, &descriptor, "etag", etag, "It must be the same as the header If-Match");
        }
    }
    check::object(&mut v, "", &descriptor, &fields);
    v.finish()?;
    DynamicMessage::deserialize(descriptor, Value::Object(fields))
        .map_err(|e| Error::invalid("body", "Enter what the contract describes").because(e))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn given(fields: &Map<String, Value>, descriptor: &MessageDescriptor, name: &str) -> bool {
    let Some(field) = descriptor.get_field_by_name(name) else { return false };
    [field.name(), field.json_name()].iter().any(|n| fields.get(*n).is_some_and(|v| !v.is_null() && v != ""))
}

/// Fills a field from the address or a header; the body may repeat it but not contradict it.
fn same(
    v: &mut Violations,
    fields: &mut Map<String, Value>,
    descriptor: &MessageDescriptor,
    name: &str,
    text: &str,
    clash: &str,
) {
    let Some(field) = descriptor.get_field_by_name(name) else { return };
    let value = typed(&field.kind(), text);
    for spelling in [field.name(), field.json_name()] {
        if let Some(body) = fields.remove(spelling) {
            v.check(body == value || body.is_null() || body == "", name, clash);
        }
    }
    fields.insert(field.name().to_owned(), value);
}

/// Whether a field may be written as name=value: a list of them too, but nothing that has fields of its own.
fn stands_in_address(field: &FieldDescriptor) -> bool {
    let timestamp = matches!(field.kind(), Kind::Message(m) if m.full_name() == "google.protobuf.Timestamp");
    !field.is_map() && (timestamp || !matches!(field.kind(), Kind::Message(_)))
}

fn from_query(v: &mut Violations, fields: &mut Map<String, Value>, field: &FieldDescriptor, text: &str) {
    if !stands_in_address(field) {
        return v.add(field.name(), "It cannot stand in an address");
    }
    let value = typed(&field.kind(), text);
    if field.is_list() {
        let list = fields.entry(field.name()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
    } else if fields.insert(field.name().to_owned(), value).is_some() {
        v.add(field.name(), "Send it once: it stands here twice");
    }
}

/// A text as the JSON of a field's kind; what does not fit stays text, and the check says so.
fn typed(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Bool => text.parse().map_or_else(|_| text.into(), Value::Bool),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => text.parse::<i32>().map_or_else(|_| text.into(), Into::into),
        Kind::Uint32 | Kind::Fixed32 => text.parse::<u32>().map_or_else(|_| text.into(), Into::into),
        Kind::Double | Kind::Float => text.parse::<f64>().map_or_else(|_| text.into(), Into::into),
        _ => text.into(),
    }
}
