//! The two operations whose body is a log and no JSON, in the words of the rpc behind them.

use proto::contract::{self, Rpc};
use serde_json::{Map, Value, json};

use super::{comments::comment, schema::Schemas};
use crate::lines::{DELIVERY, KINDS};

/// The rpc behind both.
const RPC: &str = "/hedgerow.filtering_ingest.v1.FilteringIngest/IngestLines";
/// Their ids, paths and what they are called.
pub const OPERATIONS: [(&str, &str, &str); 2] = [
    ("FilteringIngest_IngestLines", "/v1/schools/{school_id}/feeds/{feed_id}/lines", "Ingest lines"),
    ("FilteringIngest_IngestSenderLines", "/v1/senders/{sender_id}/lines", "Ingest lines of a sender"),
];

/// Adds them to the paths.
pub fn describe(paths: &mut Map<String, Value>, schemas: &mut Schemas) {
    let Some(rpc) = contract::rpc(RPC) else { return };
    for (id, path, summary) in OPERATIONS {
        paths.insert(path.to_owned(), json!({"post": operation(rpc, id, path, summary, schemas)}));
    }
}

fn operation(rpc: &Rpc, id: &str, path: &str, summary: &str, schemas: &mut Schemas) -> Value {
    let method = &rpc.descriptor;
    let input = method.input();
    let in_path = input.fields().filter(|field| path.contains(&format!("{{{}}}", field.name())));
    let mut parameters: Vec<Value> = in_path
        .map(|field| {
            json!({
                "name": field.name(),
                "in": "path",
                "required": true,
                "description": comment(input.parent_file().file_descriptor_proto(), field.path()),
                "schema": schemas.field(&field),
            })
        })
        .collect();
    parameters.push(json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "description": "The name of this log, a new one for each new log: sent again with the same one, it gets its first \
            answer, and a log that broke off goes on where it stopped. The same name with other lines is refused with 422.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    }));
    parameters.push(json!({
        "name": "Content-Encoding",
        "in": "header",
        "required": false,
        "description": "How the body is packed. Anything else is refused with 415, and the header Accept-Encoding says what is taken.",
        "schema": {"type": "string", "enum": ["gzip", "zstd", "identity"]},
    }));
    let body =
        json!({"schema": {"type": "string", "description": "Lines, separated by newlines, as the filter wrote them."}});
    let content: Map<String, Value> = KINDS.iter().map(|kind| ((*kind).to_owned(), body.clone())).collect();
    let delivery = contract::pool().get_message_by_name(DELIVERY);
    json!({
        "operationId": id,
        "tags": [method.parent_service().name()],
        "summary": summary,
        "description": format!(
            "{} The body is the log itself, 1 GiB at most unpacked; it is read no faster than its lines are taken in. A refusal \
             names the last line that was taken in (acknowledged_line) and the lines that were rejected, each with its reason.",
            comment(method.parent_file().file_descriptor_proto(), method.path())
        ),
        "x-permission": rpc.permission.as_str_name().trim_start_matches("PERMISSION_"),
        "parameters": parameters,
        "requestBody": {"required": true, "content": content},
        "responses": {
            "200": {
                "description": "What became of the log.",
                "content": {"application/json": {"schema": delivery.map(|delivery| schemas.message(&delivery))}},
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    })
}
