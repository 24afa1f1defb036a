//! The procedures of the model template, read from its files, and cases worked by them.

use std::{fs, path::Path};

use serde::Deserialize;
use time::{OffsetDateTime, macros::datetime};

use crate::{
    case::{
        By, Case, Consultation,
        field::{Field, Kind},
    },
    procedure::{GateRule, Pinned, Procedure, StepRule},
};

/// When the cases of these tests are opened.
pub(super) const OPENED: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

#[derive(Deserialize)]
struct RawProcedure {
    procedure_id: String,
    title: String,
    steps: Vec<RawStep>,
}

#[derive(Deserialize)]
struct RawStep {
    step_id: String,
    title: String,
    roles: Vec<String>,
    clock: RawClock,
    condition: String,
    #[serde(default)]
    gates: Vec<String>,
    #[serde(default)]
    opens: Vec<String>,
    #[serde(default)]
    prohibitions: Vec<String>,
    #[serde(default)]
    records: Vec<String>,
    #[serde(default)]
    statutory: bool,
    #[serde(default)]
    after: Vec<String>,
}

#[derive(Deserialize)]
struct RawClock {
    kind: String,
    #[serde(default)]
    amount: u32,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
struct RawGate {
    gate_id: String,
    title: String,
    opened_by: String,
}

/// The policy that the model makes, procedures in the order of their numbers.
pub(super) fn policy() -> Pinned {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-registry/template/model");
    let step = |s: RawStep| StepRule {
        id: s.step_id,
        title: s.title,
        roles: s.roles,
        clock_kind: s.clock.kind,
        clock_amount: s.clock.amount,
        clock_source: s.clock.source,
        condition: s.condition,
        gates: s.gates,
        opens: s.opens,
        prohibitions: s.prohibitions,
        records: s.records,
        statutory: s.statutory,
        after: s.after,
    };
    let mut procedures: Vec<Procedure> = fs::read_dir(model.join("procedures"))
        .unwrap()
        .map(|file| {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let raw: RawProcedure = serde_saphyr::from_str(&text).unwrap();
            Procedure { id: raw.procedure_id, title: raw.title, steps: raw.steps.into_iter().map(step).collect() }
        })
        .collect();
    procedures.sort_by_key(|p| p.id[1..].parse::<u32>().unwrap());
    let gates: Vec<RawGate> = serde_saphyr::from_str(&fs::read_to_string(model.join("gates.yaml")).unwrap()).unwrap();
    let gates = gates.into_iter().map(|g| GateRule { id: g.gate_id, title: g.title, opened_by: g.opened_by });
    Pinned {
        instance_id: "ins_test".into(),
        version: 1,
        procedures,
        gates: gates.collect(),
        agencies: vec![("front_door_form".into(), "Front door".into()), ("police_101".into(), "Police".into())],
        ..Pinned::default()
    }
}

/// A case of one kind, just opened.
pub(super) fn case(policy: &Pinned, procedure: &str) -> Case {
    let id = "cas_00000000000000000000000001".parse().unwrap();
    let procedure = policy.procedure(procedure).unwrap();
    Case::open(id, "sch_1", "2026-001".into(), policy, procedure, vec!["conduct".into()], OPENED)
}

/// The lead, some minutes after the opening.
pub(super) fn lead(minutes: i64) -> By<'static> {
    By { account_id: "acc_lead", at: OPENED + time::Duration::minutes(minutes), lead: true, head: false, chair: false }
}

/// Everything that a step records, well filled.
pub(super) fn recorded(case: &Case, step: &str) -> Vec<(String, String)> {
    let rule = case.procedure.steps.iter().find(|rule| rule.id == step).unwrap();
    let filled = |field: Field| {
        let value = match &field.kind {
            Kind::Words => "words".to_owned(),
            Kind::Moment => "2026-11-24T09:00:00Z".to_owned(),
            Kind::Number => "3".to_owned(),
            Kind::OneOf(codes) | Kind::SomeOf(codes) => codes[0].clone(),
        };
        (field.name, value)
    };
    case.fields(rule).into_iter().map(filled).collect()
}

/// A talk with the police that gave advice.
pub(super) fn talk() -> Consultation {
    Consultation {
        id: "cns_00000000000000000000000001".parse().unwrap(),
        agency: "police_101".into(),
        held_at: OPENED,
        reference: "1".into(),
        advice: "Wait".into(),
        by: "acc_lead".into(),
    }
}

/// Somebody besides, whom a restricted or hidden case on a child has to name.
pub(super) fn second(level: &str) -> Vec<String> {
    if level != "open" { vec!["acc_00000000000000000000000000".to_owned()] } else { Vec::new() }
}
