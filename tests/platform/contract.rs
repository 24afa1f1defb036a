//! The contract as it was reviewed: a change of it is a change of `tests/contract.txt` that somebody reads.

use std::fmt::Write as _;

use prost_reflect::{Kind, MessageDescriptor};
use proto::contract;

use crate::installation::root;

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(values) => values.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

fn describe(message: &MessageDescriptor, text: &mut String) {
    writeln!(text, "message {}", message.full_name()).unwrap();
    for field in message.fields() {
        let many = if field.is_list() || field.is_map() { "repeated " } else { "" };
        writeln!(text, "  {} {many}{} {}", field.number(), kind(&field.kind()), field.name()).unwrap();
    }
}

#[test]
fn contract_is_the_one_that_was_reviewed() {
    let mut text = String::new();
    for rpc in contract::rpcs() {
        let http = rpc.http.as_ref().map(|h| format!("{} {}", h.method, h.path)).unwrap_or_default();
        writeln!(text, "rpc {} {} {:?} {http}", rpc.path, rpc.permission.as_str_name(), rpc.at).unwrap();
    }
    for message in contract::pool().all_messages().filter(|m| m.full_name().starts_with("hedgerow.")) {
        describe(&message, &mut text);
    }
    for values in contract::pool().all_enums().filter(|e| e.full_name().starts_with("hedgerow.")) {
        let names: Vec<String> = values.values().map(|v| format!("{}={}", v.name(), v.number())).collect();
        writeln!(text, "enum {} {}", values.full_name(), names.join(" ")).unwrap();
    }
    let path = root().join("tests/contract.txt");
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    if text != reviewed {
        let new = root().join("target/contract.txt");
        std::fs::write(&new, &text).unwrap();
        let line = text.lines().zip(reviewed.lines()).find(|(a, b)| a != b);
        panic!("the contract changed, first at {line:?}: review {} and put it in tests/", new.display());
    }
}
