//! The shipped example policies: every planted fault is found where their README lists it, and what else is found was held
//! against the text by eye.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use time::macros::date;

use super::{Finding, Subject, lint};
use crate::{
    agency::Register,
    document::Document,
    import,
    template::{self, model},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/policies");

/// A planted fault: line and class.
type Planted = (u32, String);

/// The faults planted in each policy, as the README's tables list them; a class in brackets is a second one.
fn planted() -> BTreeMap<String, Vec<Planted>> {
    let classes: Vec<&str> = super::classes::CLASSES.iter().map(|class| class.id).collect();
    let mut planted: BTreeMap<String, Vec<Planted>> = BTreeMap::new();
    let mut file = String::new();
    for line in std::fs::read_to_string(format!("{FOLDER}/README.md")).unwrap().lines() {
        if let Some(name) = line.strip_prefix("## ") {
            file = name.to_owned();
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, class, what] = cells.as_slice() else { continue };
        let Ok(number) = number.parse() else { continue };
        let second = classes.iter().filter(|class| what.contains(&format!("({class})")));
        let all = std::iter::once(class).chain(second).map(|class| (number, (*class).to_owned()));
        planted.entry(file.clone()).or_default().extend(all);
    }
    planted
}

fn found(name: &str) -> Vec<Finding> {
    let template = template::load(&model::model_files()).unwrap();
    let register = Register::load(&model::area_file("northshire").unwrap()).unwrap();
    let document = Document::read(name, &std::fs::read(format!("{FOLDER}/{name}")).unwrap()).unwrap();
    let parameters = &import::read(&document, &template).parameters;
    let today = date!(2026 - 11 - 22);
    lint(Subject {
        document: &document,
        parameters,
        template: &template,
        school: None,
        register: Some(&register),
        today,
    })
}

/// Whether a finding is of a class and stands on a line, or names it as the other of two.
fn is(finding: &Finding, (line, class): &Planted) -> bool {
    let named = finding.message.ends_with(&format!("(line {line})"));
    finding.class().is_some_and(|known| known.id == class) && (finding.line == *line || named)
}

/// What is found besides what was planted, line by line: each was read beside the text, and the text says so.
const BESIDES: [(&str, &str); 3] = [
    (
        "harrowmere-high.txt",
        "86 NUMBERING, 97 NAME-FOR-ROLE.beside, 107 FREQ-WEAK, 168 FREQ-WEAK, 169 FM-GAP.dsl, 271 \
         PROC-GAP.search-record, 280 PROC-GAP.hours, 280 PROC-GAP.low-level, 280 PROC-GAP.retention, 280 \
         PROC-GAP.transfer, 295 GUIDANCE-EDITION, 340 PROC-GAP.removal, 388 AGENCY-NAME, 392 AGENCY-NAME",
    ),
    (
        "pennyroyal-lane.txt",
        "83 NUMBERING, 89 FREQ-WEAK, 93 NAME-FOR-ROLE.beside, 102 FREQ-WEAK, 165 FREQ-WEAK, 166 FM-GAP.dsl, 166 \
         FM-GAP.governor, 166 FM-GAP.leader, 166 FM-GAP.lists, 166 FM-GAP.record, 166 FM-GAP.review, 166 \
         FM-GAP.test, 166 FM-GAP.tiers, 260 FACT-CONFLICT.phones-in-lessons, 264 PROC-GAP.removal, 265 \
         PROC-GAP.search-record, 274 PROC-GAP.hours, 274 PROC-GAP.low-level, 274 PROC-GAP.retention, 274 \
         PROC-GAP.transfer, 289 GUIDANCE-EDITION, 366 TEMPLATE-INSTR",
    ),
    (
        "thistledown-grange.txt",
        "55 CONTENTS-BODY, 56 CONTENTS-BODY, 57 CONTENTS-BODY, 58 CONTENTS-BODY, 87 NUMBERING, 93 FREQ-WEAK, 97 \
         NAME-FOR-ROLE.beside, 106 FREQ-WEAK, 144 ROLE-CONFLICT.specialist, 144 NAME-FOR-ROLE.beside, 172 \
         FREQ-WEAK, 173 FM-GAP.dsl, 173 FM-GAP.frequency, 173 FM-GAP.governor, 173 FM-GAP.leader, 173 \
         FM-GAP.lists, 173 FM-GAP.record, 173 FM-GAP.review, 173 FM-GAP.test, 232 FREQ-WEAK, 270 \
         FACT-CONFLICT.phones-in-lessons, 273 PROC-GAP.removal, 283 PROC-GAP.hours, 283 PROC-GAP.low-level, 283 \
         PROC-GAP.retention, 283 PROC-GAP.transfer, 298 GUIDANCE-EDITION, 394 AGENCY-NAME",
    ),
];

#[test]
fn the_example_policies_are_found_to_say_what_they_say() {
    let planted = planted();
    assert!(planted.values().map(Vec::len).sum::<usize>() > 100 && planted.len() == BESIDES.len());
    for ((name, planted), (same, besides)) in planted.iter().zip(BESIDES) {
        assert_eq!(name, same);
        let found = found(name);
        let missed: Vec<_> = planted.iter().filter(|fault| !found.iter().any(|f| is(f, fault))).collect();
        assert!(missed.is_empty(), "{name}: planted and not found: {missed:?}");
        let others = found.iter().filter(|f| !planted.iter().any(|fault| is(f, fault)));
        let others: Vec<String> = others.map(|f| format!("{} {}", f.line, f.rule)).collect();
        assert_eq!(others.join(", "), besides, "{name}");
    }
}
