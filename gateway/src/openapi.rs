//! The contract as OpenAPI 3.1, derived from the same descriptors as the calls themselves, its words the comments of
//! the proto files. It is the same bytes in every build of the same contract.

pub mod comments;
mod lines;
mod schema;

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use proto::{
    access::v1::Permission,
    contract::{self, Http, Rpc},
};
use serde_json::{Map, Value, json};

use comments::comment;
use schema::Schemas;

/// Answers `/openapi.json`.
pub async fn serve() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], DOCUMENT.clone()).into_response()
}

/// The whole document.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for rpc in contract::rpcs() {
        let Some(http) = &rpc.http else { continue };
        let item = paths.entry(&http.path).or_insert_with(|| json!({}));
        item[http.method.to_ascii_lowercase()] = operation(rpc, http, &mut schemas);
    }
    lines::describe(&mut paths, &mut schemas);
    paths.sort_keys();
    let tags: Vec<Value> = contract::pool()
        .services()
        .filter(|service| service.full_name().starts_with("hedgerow."))
        .map(|service| json!({"name": service.name(), "description": comment(service.parent_file().file_descriptor_proto(), service.path())}))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hedgerow",
            "version": "v1",
            "description": "The online-safety work of many schools on one installation. Every call here is also a gRPC call of the \
                same name; problems are application/problem+json (RFC 9457) whose type leads to a page about the reason.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "responses": {"Problem": {
                "description": "Why the call was refused.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
            "securitySchemes": {"bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "The session_token that POST /v1/sessions:signIn answers.",
            }},
        },
    })
}

fn operation(rpc: &Rpc, http: &Http, schemas: &mut Schemas) -> Value {
    let method = &rpc.descriptor;
    let input = method.input();
    let in_path = |name: &str| http.path.contains(&format!("{{{name}}}"));
    let mut parameters = Vec::new();
    for field in input.fields() {
        let place = match (in_path(field.name()), http.body) {
            (true, _) => "path",
            (false, false) => "query",
            (false, true) => continue,
        };
        parameters.push(json!({
            "name": field.name(),
            "in": place,
            "required": place == "path",
            "description": comment(field.parent_message().parent_file().file_descriptor_proto(), field.path()),
            "schema": schemas.field(&field),
        }));
    }
    if http.body && input.get_field_by_name("request_id").is_some() {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A UUID, a new one for each new request: repeating a request with the same one returns the first \
                answer. Needed here or as request_id in the body.",
            "schema": {"type": "string", "format": "uuid"},
        }));
    }
    if http.body && input.get_field_by_name("etag").is_some() {
        parameters.push(json!({
            "name": "If-Match",
            "in": "header",
            "required": false,
            "description": "The etag that was read; the call is refused with 412 where the thing has changed since. \
                The same as etag in the body.",
            "schema": {"type": "string"},
        }));
    }
    let mut operation = json!({
        "operationId": format!("{}_{}", method.parent_service().name(), method.name()),
        "tags": [method.parent_service().name()],
        "summary": words(method.name()),
        "description": comment(method.parent_file().file_descriptor_proto(), method.path()),
        "x-permission": rpc.permission.as_str_name().trim_start_matches("PERMISSION_"),
        "parameters": parameters,
    });
    if http.body {
        let fields = input.fields().filter(|field| !in_path(field.name()));
        let body = schemas.object(fields, comment(input.parent_file().file_descriptor_proto(), input.path()));
        operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
    }
    let output = method.output();
    operation["responses"] = json!({
        "200": {
            "description": comment(output.parent_file().file_descriptor_proto(), output.path()),
            "content": {"application/json": {"schema": schemas.message(&output)}},
        },
        "default": {"$ref": "#/components/responses/Problem"},
    });
    if rpc.permission == Permission::Public {
        operation["security"] = json!([]);
    }
    operation
}

/// `OpenCase` as "Open case".
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn operations(document: &Value) -> Vec<&Value> {
        let paths = document["paths"].as_object().into_iter().flat_map(Map::values);
        paths.filter_map(Value::as_object).flat_map(Map::values).collect()
    }

    #[test]
    fn each_rpc_with_an_http_face_is_one_operation() {
        let document = document();
        let ids: Vec<&str> = operations(&document).iter().filter_map(|o| o["operationId"].as_str()).collect();
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), different.len());
        let rpcs = contract::rpcs().iter().filter(|rpc| rpc.http.is_some());
        let expected: BTreeSet<String> =
            rpcs.map(|rpc| format!("{}_{}", rpc.descriptor.parent_service().name(), rpc.name())).collect();
        let logs = lines::OPERATIONS.iter().map(|(id, ..)| *id);
        assert_eq!(different, expected.iter().map(String::as_str).chain(logs).collect());
    }

    #[test]
    fn every_operation_and_schema_is_described_in_the_words_of_the_contract() {
        let document = document();
        for operation in operations(&document) {
            let text = operation["description"].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{}", operation["operationId"]);
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters {
                assert!(parameter["description"].as_str().is_some_and(|d| !d.is_empty()), "{parameter}");
            }
        }
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        for (name, schema) in schemas {
            assert!(schema["description"].as_str().is_some_and(|d| !d.is_empty()), "{name}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut rest = vec![&document];
        let mut references = 0;
        while let Some(value) = rest.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(place) = fields.get("$ref").and_then(Value::as_str) {
                        references += 1;
                        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place}");
                    }
                    rest.extend(fields.values());
                }
                Value::Array(items) => rest.extend(items),
                _ => {}
            }
        }
        assert!(references > 50);
    }

    #[test]
    fn the_document_is_the_same_every_time() {
        assert_eq!(document().to_string(), document().to_string());
        assert_eq!(words("RecordParentsDecision"), "Record parents decision");
    }
}
