//! Every requirement of the domain with what carries it: a carrier that is named exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use policy_registry::template::{self, model, procedure::AlertRule};
use prost_reflect::DescriptorPool;

use crate::installation::root;

/// The themes of alert rules that are raised by the dates of the policy; all others that watch reviews name what they find.
const BY_DATES: [&str; 3] = ["policy_due", "policy_overdue", "event"];

/// What devices held are watched for: those that ought to have been given back stand on home pages (`console/case/held.rs`).
const HELD: [&str; 1] = ["device_release"];

/// The lines of the report as reporting counts them, each with the requirements it or its measure names.
fn report_lines() -> Vec<(String, Vec<String>)> {
    let read = |file: &str, list: &str| -> Vec<toml::Value> {
        let text = fs::read_to_string(root().join("services/reporting/data").join(file)).unwrap();
        let table: toml::Table = text.parse().unwrap();
        table[list].as_array().unwrap().clone()
    };
    let measures = read("measures.toml", "measure");
    let named = |value: &toml::Value| -> Option<Vec<String>> {
        let list = value.get("requirements")?.as_array()?;
        Some(list.iter().map(|id| id.as_str().unwrap().to_owned()).collect())
    };
    let line = |line: &toml::Value| {
        let measure = line["measure"].as_str().unwrap();
        let counted = measures.iter().find(|one| one["key"].as_str() == Some(measure)).unwrap();
        let key = line.get("key").map_or(measure, |key| key.as_str().unwrap());
        (key.to_owned(), named(line).or_else(|| named(counted)).unwrap_or_default())
    };
    read("report-lines.toml", "line").iter().map(line).collect()
}

/// What the shipped template holds that can carry a requirement, each with the requirements it names. A name alone carries
/// nothing: a register keeps entries (typed fields, or a message of the contract, kept by the service of its package), a
/// gate stands before a step, an act of the platform or new entries of a register, or is opened by a step, a step is done by somebody, a report line is counted somehow.
fn carriers() -> BTreeMap<String, Vec<String>> {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR_SET).unwrap();
    let template = template::load(&model::model_files()).unwrap();
    let steps = || template.procedures.iter().flat_map(|procedure| &procedure.steps);
    let mut found = BTreeMap::new();
    let mut add = |kind: &str, id: &str, requirements: &[String]| {
        found.insert(format!("{kind}:{id}"), requirements.to_vec());
    };
    for (_, clause) in template.clauses() {
        add("clause", &clause.id, &clause.requirements);
    }
    for step in steps().filter(|step| !step.roles.is_empty()) {
        add("step", &step.id, &step.requirements);
    }
    for gate in template.gates.iter().filter(|gate| {
        !gate.guards.is_empty() || steps().any(|s| s.gates.iter().chain(&s.opens).any(|g| *g == gate.id))
    }) {
        add("gate", &gate.id, &gate.requirements);
    }
    for (gate, act) in template.gates.iter().flat_map(|gate| gate.guards.iter().map(move |act| (gate, act))) {
        assert!(
            proto::contract::rpcs().iter().any(|rpc| rpc.name() == act),
            "{} guards {act}, which is no rpc",
            gate.id
        );
    }
    for gate in template.registers.iter().flat_map(|register| &register.gates) {
        add("gate", &gate.gate_id, &gate.requirements);
    }
    let told = |rule: &&AlertRule| match &*rule.watches {
        "review" => !rule.finds.is_empty() || BY_DATES.contains(&&*rule.theme),
        "custody" => HELD.contains(&&*rule.theme),
        _ => true,
    };
    for rule in template.alert_rules.iter().filter(told) {
        add("alert", &rule.id, &rule.requirements);
    }
    for (key, requirements) in report_lines() {
        add("report", &key, &requirements);
    }
    for register in &template.registers {
        let message = pool.get_message_by_name(&format!("hedgerow.{}", register.kept_as));
        if !register.fields.is_empty() || message.is_some() {
            add("register", &register.key, &register.requirements);
        }
    }
    found
}

/// What a line is called and what it counts is said once, where it is counted: the shipped template names lines alone.
#[test]
fn the_template_names_the_lines_of_the_report_and_words_none() {
    let template = template::load(&model::model_files()).unwrap();
    let named: Vec<&str> = template.report_lines.iter().map(|line| line.key.as_str()).collect();
    let counted = report_lines();
    assert_eq!(named, counted.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>());
    for line in &template.report_lines {
        let worded = !line.title.is_empty() || !line.definition.is_empty() || !line.requirements.is_empty();
        assert!(!worded, "{} has words of its own", line.key);
    }
}

#[test]
fn requirements_name_carriers_that_exist() {
    let text = fs::read_to_string(root().join("requirements.toml")).unwrap();
    let requirements: toml::Table = text.parse().unwrap();
    let expected: BTreeSet<String> = (1..=333).map(|n| format!("R-{n:03}")).collect();
    assert_eq!(requirements.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let existing = carriers();
    let known = |id: &String| expected.contains(id);
    for (carrier, named) in &existing {
        assert!(named.iter().all(known), "{carrier} names a requirement that does not exist: {named:?}");
    }
    let mut carried = 0;
    for (id, requirement) in &requirements {
        assert!(!requirement["line"].as_str().unwrap().is_empty(), "{id} has no line");
        let strings = |key: &str| -> Vec<String> {
            requirement[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        let named = strings("carriers");
        for carrier in &named {
            let back = existing.get(carrier).unwrap_or_else(|| panic!("{id} names {carrier}, which does not exist"));
            assert!(back.contains(id), "{id} names {carrier}, which does not name {id}");
        }
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "{id} names a carrier twice");
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
