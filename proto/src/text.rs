//! Every text of a message, found by its descriptor: whoever looks at all of them cannot forget a new field.

use prost_reflect::{DynamicMessage, MapKey, MessageDescriptor, Value, prost::DecodeError};

/// One text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// A string.
    Words(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The texts of an encoded message with the names of their fields, nested ones with dots between. A map's key belongs to
/// its text's name and is a text itself.
///
/// # Errors
/// Where the bytes are no such message.
pub fn texts(descriptor: MessageDescriptor, message: &[u8]) -> Result<Vec<(String, Text)>, DecodeError> {
    let mut found = Vec::new();
    walk("", &DynamicMessage::decode(descriptor, message)?, &mut found);
    Ok(found)
}

fn walk(place: &str, message: &DynamicMessage, found: &mut Vec<(String, Text)>) {
    for (field, value) in message.fields() {
        let name = if place.is_empty() { field.name().to_owned() } else { format!("{place}.{}", field.name()) };
        gather(&name, value, found);
    }
}

fn gather(name: &str, value: &Value, found: &mut Vec<(String, Text)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), Text::Words(text.clone()))),
        Value::Bytes(bytes) => found.push((name.to_owned(), Text::Bytes(bytes.to_vec()))),
        Value::Message(message) => walk(name, message, found),
        Value::List(values) => values.iter().for_each(|value| gather(name, value, found)),
        Value::Map(entries) => {
            for (key, value) in entries {
                let MapKey::String(key) = key else {
                    gather(name, value, found);
                    continue;
                };
                found.push((name.to_owned(), Text::Words(key.clone())));
                gather(&format!("{name}.{key}"), value, found);
            }
        }
        _ => {}
    }
}
