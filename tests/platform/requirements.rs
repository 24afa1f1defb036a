//! Every requirement of the domain with what carries it: a carrier that is named exists.

use std::{collections::BTreeSet, fs};

use serde::Deserialize;

use crate::installation::root;

/// A register of the template.
#[derive(Deserialize)]
struct Register {
    key: String,
    #[serde(default)]
    kept_as: String,
    #[serde(default)]
    fields: Vec<serde_json::Value>,
}

/// The registers that something keeps: the engine, from typed fields, or a message of the contract.
fn registers() -> Vec<String> {
    let text = fs::read_to_string(root().join("services/policy-registry/template/model/registers.yaml")).unwrap();
    let contract = fs::read_to_string(root().join("tests/contract.txt")).unwrap();
    let kept = |register: &Register| match register.kept_as.as_str() {
        "" => !register.fields.is_empty(),
        message => contract.contains(&format!("message hedgerow.{message}\n")),
    };
    let registers: Vec<Register> = serde_saphyr::from_str(&text).unwrap();
    registers.iter().filter(|register| kept(register)).map(|register| format!("register:{}", register.key)).collect()
}

/// Ids and keys found in the template's files, by kind.
fn carriers() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let model = root().join("services/policy-registry/template/model");
    for entry in fs::read_dir(model.join("clauses")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        found.extend(text.lines().filter_map(|l| l.strip_prefix("## ")).map(|id| format!("clause:{}", id.trim())));
    }
    let keys = |file: &str, key: &str, kind: &str| -> Vec<String> {
        let text = fs::read_to_string(model.join(file)).unwrap();
        let field = format!("{key}:");
        text.lines()
            .filter_map(|line| line.trim_start_matches(['-', ' ', '{']).strip_prefix(&field))
            .filter_map(|rest| rest.split([',', '}']).next())
            .map(|id| format!("{kind}:{}", id.trim().trim_matches(['"', '\''])))
            .collect()
    };
    for entry in fs::read_dir(model.join("procedures")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        found.extend(keys(&format!("procedures/{name}"), "step_id", "step"));
    }
    found.extend(keys("gates.yaml", "gate_id", "gate"));
    found.extend(keys("alert-rules.yaml", "rule_id", "alert"));
    found.extend(keys("report-lines.yaml", "key", "report"));
    found.extend(registers());
    found
}

#[test]
fn requirements_name_carriers_that_exist() {
    let text = fs::read_to_string(root().join("requirements.toml")).unwrap();
    let requirements: toml::Table = text.parse().unwrap();
    let expected: BTreeSet<String> = (1..=333).map(|n| format!("R-{n:03}")).collect();
    assert_eq!(requirements.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let existing = carriers();
    let mut carried = 0;
    for (id, requirement) in &requirements {
        assert!(!requirement["line"].as_str().unwrap().is_empty(), "{id} has no line");
        let strings = |key: &str| -> Vec<String> {
            requirement[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        let named = strings("carriers");
        for carrier in &named {
            assert!(existing.contains(carrier), "{id} names {carrier}, which does not exist");
        }
        // Carried means: by something of every kind it calls for.
        let of = |kind: &str| match kind {
            "alert-rule" => "alert:",
            "report-line" => "report:",
            "clause" => "clause:",
            "step" => "step:",
            "gate" => "gate:",
            _ => "register:",
        };
        let whole = strings("kinds").iter().all(|kind| named.iter().any(|c| c.starts_with(of(kind))));
        carried += usize::from(whole);
    }
    println!("requirements carried by everything they call for: {carried} / {}", requirements.len());
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&format!("{carried} / 333")), "the README does not say {carried} / 333");
}
