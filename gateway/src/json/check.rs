//! Checks JSON against a message's descriptor and names every field at fault, before anything is decoded.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::{clock::YEARS, error::Violations};
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// The field of a message by its name in the contract or in lower camel case.
pub fn field(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
}

/// Checks an object against a message; `path` stands before the names of its fields.
pub fn object(v: &mut Violations, path: &str, message: &MessageDescriptor, object: &Map<String, Value>) {
    let mut numbers = Vec::new();
    let mut oneofs = Vec::new();
    for (name, value) in object {
        let place = format!("{path}{name}");
        let Some(field) = field(message, name) else {
            v.add(place, "Remove it: there is no such field");
            continue;
        };
        let place = format!("{path}{}", field.name());
        v.check(!numbers.contains(&field.number()), &place, "Send it once: it stands here twice");
        numbers.push(field.number());
        if value.is_null() {
            continue;
        }
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            let first = !oneofs.contains(&oneof.full_name().to_owned());
            v.check(first, &place, format!("Send one only of the fields of {}", oneof.name()));
            oneofs.push(oneof.full_name().to_owned());
        }
        in_field(v, &place, &field, value);
    }
}

fn in_field(v: &mut Violations, place: &str, field: &FieldDescriptor, value: &Value) {
    if field.is_map() {
        let Value::Object(entries) = value else { return v.add(place, "Enter an object") };
        let Kind::Message(entry) = field.kind() else { return };
        let kind = entry.map_entry_value_field().kind();
        for (key, value) in entries {
            single(v, &format!("{place}.{key}"), &kind, value);
        }
    } else if field.is_list() {
        let Value::Array(items) = value else { return v.add(place, "Enter a list") };
        for (i, item) in items.iter().enumerate() {
            single(v, &format!("{place}[{i}]"), &field.kind(), item);
        }
    } else {
        single(v, place, &field.kind(), value);
    }
}

fn single(v: &mut Violations, place: &str, kind: &Kind, value: &Value) {
    let whole = |min: i128, max: i128| {
        let number = match value {
            Value::Number(n) => n.to_string().parse::<i128>().ok(),
            Value::String(s) => s.parse::<i128>().ok(),
            _ => None,
        };
        number.is_some_and(|n| (min..=max).contains(&n))
    };
    match kind {
        Kind::Double | Kind::Float => v.check(value.is_number(), place, "Enter a number"),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            v.check(whole(i32::MIN.into(), i32::MAX.into()), place, "Enter a whole number");
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            v.check(whole(i64::MIN.into(), i64::MAX.into()), place, "Enter a whole number");
        }
        Kind::Uint32 | Kind::Fixed32 => {
            v.check(whole(0, u32::MAX.into()), place, "Enter a whole number, 0 or more");
        }
        Kind::Uint64 | Kind::Fixed64 => {
            v.check(whole(0, u64::MAX.into()), place, "Enter a whole number, 0 or more");
        }
        Kind::Bool => v.check(value.is_boolean(), place, "Enter true or false"),
        Kind::String => v.check(value.is_string(), place, "Enter text"),
        Kind::Bytes => {
            let base64 = value.as_str().is_some_and(|text| STANDARD.decode(text).is_ok());
            v.check(base64, place, "Enter bytes in base64");
        }
        Kind::Enum(names) => v.check(names_one(names, value), place, choices(names)),
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            let read = value.as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
            let time = read.is_some_and(|at| YEARS.contains(&at.to_offset(UtcOffset::UTC).year()));
            v.check(time, place, "Enter a time such as 2026-11-24T09:00:00Z");
        }
        Kind::Message(message) => match value {
            Value::Object(fields) => object(v, &format!("{place}."), message, fields),
            _ => v.add(place, "Enter an object"),
        },
    }
}

fn names_one(names: &EnumDescriptor, value: &Value) -> bool {
    value.as_str().is_some_and(|name| names.get_value_by_name(name).is_some())
}

/// The choices of an enumeration, the one that says nothing left out.
fn choices(names: &EnumDescriptor) -> String {
    let names: Vec<String> =
        names.values().filter(|value| value.number() != 0).map(|value| value.name().to_owned()).collect();
    format!("Select one of {}", names.join(", "))
}
