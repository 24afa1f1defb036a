//! Every requirement of the domain with what carries it: a carrier that is named exists.

use std::{collections::BTreeSet, fs};

use policy_registry::template::{self, model};
use prost_reflect::DescriptorPool;

use crate::installation::root;

/// The registers of the shipped template that keep entries, each with the requirements it names: those with typed
/// fields, and those whose entries are a message of the contract, kept by the service of its package.
fn registers() -> Vec<(String, Vec<String>)> {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR_SET).unwrap();
    let registers = template::load(&model::model_files()).unwrap().registers;
    let kept = registers.into_iter().filter(|register| {
        !register.fields.is_empty() || pool.get_message_by_name(&format!("hedgerow.{}", register.kept_as)).is_some()
    });
    kept.map(|register| (format!("register:{}", register.key), register.requirements)).collect()
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
    found.extend(registers().into_iter().map(|(register, _)| register));
    found
}

#[test]
fn requirements_name_carriers_that_exist() {
    let text = fs::read_to_string(root().join("requirements.toml")).unwrap();
    let requirements: toml::Table = text.parse().unwrap();
    let expected: BTreeSet<String> = (1..=333).map(|n| format!("R-{n:03}")).collect();
    assert_eq!(requirements.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let existing = carriers();
    let registers = registers();
    let mut carried = 0;
    for (id, requirement) in &requirements {
        assert!(!requirement["line"].as_str().unwrap().is_empty(), "{id} has no line");
        let strings = |key: &str| -> Vec<String> {
            requirement[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        let named = strings("carriers");
        for carrier in &named {
            assert!(existing.contains(carrier), "{id} names {carrier}, which does not exist");
            let named_back = |register: &(String, Vec<String>)| register.0 != *carrier || register.1.contains(id);
            assert!(registers.iter().all(named_back), "{id} names {carrier}, which does not name {id}");
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
