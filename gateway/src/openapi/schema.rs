//! Messages and enumerations as JSON Schema.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::comments::{comment, comment_of_value};

/// The schemas that were asked for so far, by name.
pub struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// The problem document alone.
    pub fn new() -> Self {
        Self(BTreeMap::from([("Problem".to_owned(), problem())]))
    }

    /// All of them.
    pub fn finish(self) -> Map<String, Value> {
        self.0.into_iter().collect()
    }

    /// A reference to a message's schema.
    pub fn message(&mut self, message: &MessageDescriptor) -> Value {
        if message.full_name() == "google.protobuf.Timestamp" {
            return json!({"type": "string", "format": "date-time"});
        }
        let name = name(message.full_name());
        if !self.0.contains_key(&name) {
            // Stands in until it is done, so that a message may hold itself.
            self.0.insert(name.clone(), Value::Null);
            let description = comment(message.parent_file().file_descriptor_proto(), message.path());
            let schema = self.object(message.fields(), description);
            self.0.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// An object of these fields.
    pub fn object(&mut self, fields: impl Iterator<Item = FieldDescriptor>, description: &str) -> Value {
        let mut properties = Map::new();
        for field in fields {
            let mut schema = self.field(&field);
            let text = comment(field.parent_message().parent_file().file_descriptor_proto(), field.path());
            schema["description"] = text.into();
            properties.insert(field.name().to_owned(), schema);
        }
        json!({"type": "object", "description": description, "properties": properties, "additionalProperties": false})
    }

    /// The schema of a field's value.
    pub fn field(&mut self, field: &FieldDescriptor) -> Value {
        match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let value = self.kind(&entry.map_entry_value_field().kind());
                json!({"type": "object", "additionalProperties": value})
            }
            kind if field.is_list() => json!({"type": "array", "items": self.kind(&kind)}),
            kind => self.kind(&kind),
        }
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Double | Kind::Float => json!({"type": "number"}),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({"type": "integer", "format": "int32"}),
            Kind::Uint32 | Kind::Fixed32 => json!({"type": "integer", "format": "uint32", "minimum": 0}),
            // As text, since numbers of 64 bits do not survive every reader of JSON.
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({"type": "string", "format": "int64"}),
            Kind::Uint64 | Kind::Fixed64 => json!({"type": "string", "format": "uint64"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::String => json!({"type": "string"}),
            Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Kind::Enum(names) => self.names(names),
            Kind::Message(message) => self.message(message),
        }
    }

    fn names(&mut self, names: &EnumDescriptor) -> Value {
        let name = name(names.full_name());
        if !self.0.contains_key(&name) {
            let list: Vec<Value> = names.values().map(|value| value.name().into()).collect();
            let mut text = vec![comment(names.parent_file().file_descriptor_proto(), names.path()).to_owned()];
            text.extend(names.values().map(|value| format!("{}: {}", value.name(), comment_of_value(&value))));
            let schema = json!({"type": "string", "enum": list, "description": text.join("\n")});
            self.0.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

/// A message's name without what all have in common: `hedgerow.incident_cases.v1.Case` is `incident_cases.Case`.
fn name(full: &str) -> String {
    full.trim_start_matches("hedgerow.").replacen(".v1.", ".", 1)
}

fn problem() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "description": "Why a call was refused (RFC 9457).",
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
            "type": text("A path of this address with a page about the reason, or about:blank."),
            "title": text("What this kind of refusal is called."),
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": text("What is wrong, in a phrase."),
            "errors": {
                "type": "array",
                "description": "The fields at fault.",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": {
                        "field": text("The field, as the contract names it."),
                        "detail": text("How to mend it."),
                    },
                },
            },
            "gate": text("The gate that is shut."),
            "missing_step": text("The step that opens it."),
            "prohibition": text("What is never offered in this kind of case."),
            "error_id": text("Names the fault in the log."),
            "retry_after_s": text("After how many seconds trying again may help."),
            "acknowledged_line": text("The last line of a log that was taken in before it was refused."),
            "rejected_lines": {
                "type": "array",
                "description": "The lines of a log that were rejected before it was refused, 100 at most.",
                "items": {
                    "type": "object",
                    "required": ["line", "reason", "detail"],
                    "properties": {
                        "line": text("Its number in the log, from 1."),
                        "reason": text("Why, as a code."),
                        "detail": text("What was wrong, without the line's text."),
                    },
                },
            },
            "request_id": text("The request, as every service's log names it."),
        },
    })
}
