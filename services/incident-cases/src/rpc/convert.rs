//! The contract's messages from the domain's, and what a policy means to a case.

use chassis::clock::timestamp;
use proto::{incident_cases::v1 as pb, policy_registry::v1 as policy};
use time::OffsetDateTime;

pub(crate) mod access;
pub(super) mod across;
pub(super) mod attachment;
pub(crate) mod break_glass;
mod concern;
pub(super) mod contact;
pub(crate) mod cover;
pub(super) mod desk;
pub(super) mod desk_pattern;
pub(super) mod desk_referral;
pub(crate) mod due;
mod filter_alert;
mod happened;
pub(super) mod learner;
pub(super) mod print;
pub(super) mod public_report;
pub(crate) mod record;
pub(super) mod referral;
pub(super) mod retention;
pub(super) mod sharing;
pub(super) mod sheet;
pub(super) mod subject_access;
pub(super) mod transfer;
pub(super) mod workload;

pub(crate) use concern::{additions, concern, my_concern};
pub(crate) use filter_alert::{alert_deleted, filter_alert};

use crate::{
    case::{Case, again::Earlier, evidence::done_by, field::Field},
    gate,
    procedure::{GateRule, Pinned, Procedure, StepRule, clock},
};

/// What a case takes over from the policy in force.
pub(crate) fn pinned(policy: policy::EffectivePolicy) -> Pinned {
    let step = |step: policy::Step| {
        let clock = step.clock.unwrap_or_default();
        StepRule {
            id: step.step_id,
            title: step.title,
            roles: step.roles,
            clock_kind: clock.kind,
            clock_amount: clock.amount,
            clock_source: clock.source,
            condition: step.condition,
            gates: step.gates,
            opens: step.opens,
            prohibitions: step.prohibitions,
            records: step.records,
            statutory: step.statutory,
            after: step.after,
        }
    };
    let procedure = |p: policy::Procedure| Procedure {
        id: p.procedure_id,
        title: p.title,
        steps: p.steps.into_iter().map(step).collect(),
    };
    let gate = |g: policy::Gate| GateRule { id: g.gate_id, title: g.title, opened_by: g.opened_by };
    let clocks = cover::clocks(&policy);
    Pinned {
        closed_days: clocks.closed_days.clone(),
        clocks,
        instance_id: policy.instance_id,
        version: policy.version,
        procedures: policy.procedures.into_iter().map(procedure).collect(),
        gates: policy.gates.into_iter().map(gate).collect(),
        parameters: referral::parameters(&policy.parameters, &policy.agency_routes),
        contacts: policy.contacts.iter().map(referral::contact).collect(),
        routes: policy.agency_routes.into_iter().map(referral::route_kept).collect(),
        ladder: policy.escalation.into_iter().map(referral::rung).collect(),
        agencies: referred_to(policy.contacts),
    }
}

/// The agencies to which children are referred, key and name.
fn referred_to(agencies: Vec<proto::policy_registry::v1::Agency>) -> Vec<(String, String)> {
    agencies.into_iter().filter(|agency| !agency.no_referrals).map(|agency| (agency.key, agency.name)).collect()
}

pub(crate) fn case(case: &Case, now: OffsetDateTime) -> pb::Case {
    pb::Case {
        case_id: case.id.to_string(),
        school_id: case.school_id.clone(),
        reference: case.reference.clone(),
        state: case.state().to_owned(),
        procedure_id: case.procedure.id.clone(),
        procedure_title: case.procedure.title.clone(),
        policy_instance_id: case.policy_instance_id.clone(),
        policy_version: case.policy_version,
        risks: case.risks.clone(),
        kinds: case.kinds.clone(),
        classes: case.classes.iter().map(happened::class).collect(),
        facts: facts(case, true),
        earlier_facts: facts(case, false),
        people: Vec::new(),
        steps: steps(case, now),
        gates: gates(case, now),
        involvements: case.involvements.iter().map(|i| happened::involvement(case, i)).collect(),
        entries: case.entries.iter().map(happened::entry).collect(),
        consultations: case
            .consultations
            .iter()
            .map(|c| pb::Consultation {
                consultation_id: c.id.to_string(),
                agency: c.agency.clone(),
                consult_time: Some(timestamp(c.held_at)),
                reference: c.reference.clone(),
                advice: c.advice.clone(),
                account_id: c.by.clone(),
            })
            .collect(),
        referrals: case.referrals.iter().map(referral::referral).collect(),
        referral_drafts: case.drafts.iter().map(referral::draft).collect(),
        parents_decisions: case.parents_decisions.iter().map(happened::parents_decision).collect(),
        debrief: case.debrief.as_ref().map(|d| pb::Debrief {
            findings: d.findings.clone(),
            actions: d.actions.clone(),
            create_time: Some(timestamp(d.at)),
            account_id: d.by.clone(),
        }),
        outcome: case.closing.as_ref().map(|c| c.outcome.clone()).unwrap_or_default(),
        outcome_reason: case.closing.as_ref().map(|c| c.reason.clone()).unwrap_or_default(),
        shared_incident_id: case.shared_incident_id.clone().unwrap_or_default(),
        shared_incident_gone: false,
        concern_ids: case.concern_ids.clone(),
        create_time: Some(timestamp(case.opened_at)),
        close_time: case.closing.as_ref().map(|c| timestamp(c.at)),
        next_due_time: case.next_due().map(timestamp),
        etag: case.etag(),
        proposed_lessons: case
            .proposed_lessons
            .iter()
            .map(|l| pb::ProposedLesson {
                lesson_id: l.lesson_id.clone(),
                account_id: l.by.clone(),
                propose_time: Some(timestamp(l.at)),
            })
            .collect(),
        criteria: case.criteria.iter().map(record::criteria).collect(),
        agreements: case.agreements.iter().map(|asked| record::agreement(case, asked)).collect(),
        viewings: case.viewings.iter().map(record::viewing).collect(),
        decisions: case.decisions.iter().map(record::decision).collect(),
        support: case.supports.iter().map(record::support).collect(),
        assessments: record::assessments(&case.assessments),
        materials: case.materials.iter().map(record::material).collect(),
        reports: case.reports.iter().map(record::report).collect(),
        exposures: case.exposures.iter().map(record::exposure).collect(),
        deletions: case.deletions.iter().map(record::deletion).collect(),
        reopenings: case.reopenings.iter().map(record::reopening).collect(),
        access: Some(access::access(case)),
        restricted: false,
        owner_account_id: case.owner.clone().unwrap_or_default(),
        opened_by_account_id: case.opened_by.clone(),
        follow_up: case.closing.as_ref().map(|c| c.follow_up.clone()).unwrap_or_default(),
        drops: if case.closing.is_some() {
            Vec::new()
        } else {
            case.drops(now).into_iter().map(str::to_owned).collect()
        },
        left_to_do: if case.closing.is_some() { Vec::new() } else { case.left_to_do(now) },
    }
}

/// What is known of each fact now, or the values that each had before.
fn facts(case: &Case, now: bool) -> Vec<pb::Fact> {
    let latest = |i: &usize| !case.facts[i + 1..].iter().any(|later| later.name == case.facts[*i].name);
    (0..case.facts.len())
        .filter(|i| latest(i) == now)
        .map(|i| &case.facts[i])
        .map(|f| pb::Fact {
            name: f.name.clone(),
            value: f.value.clone(),
            account_id: f.by.clone(),
            create_time: Some(timestamp(f.at)),
            reason: f.reason.clone(),
            agreed_by_account_id: f.agreed_by.clone().unwrap_or_default(),
        })
        .collect()
}

fn steps(case: &Case, now: OffsetDateTime) -> Vec<pb::CaseStep> {
    case.steps_with_rules()
        .map(|(rule, step)| {
            let standing = case.standing(rule, step);
            let end = step.end.as_ref();
            pb::CaseStep {
                step_id: rule.id.clone(),
                title: rule.title.clone(),
                roles: rule.roles.clone(),
                state: standing.state.to_owned(),
                due_time: standing.due.map(timestamp),
                due_word: standing.due.map(|due| clock::word(due, now).to_owned()).unwrap_or_default(),
                statutory: rule.statutory,
                condition: rule.condition.clone(),
                waits_for: standing.waits_for,
                records: rule.records.clone(),
                fields: case.fields(rule).iter().map(|one| field(one, case.known_of(rule, &one.name))).collect(),
                recorded: end.map(|e| e.recorded.iter().cloned().collect()).unwrap_or_default(),
                account_id: end.map(|e| e.by.clone()).unwrap_or_default(),
                done_time: end.map(|e| timestamp(e.at)),
                reason: end.map(|e| e.reason.clone()).unwrap_or_default(),
                prohibitions: rule.prohibitions.clone(),
                done_by: done_by(rule).unwrap_or_default().to_owned(),
                owner_account_id: step.owner.clone().unwrap_or_default(),
                due_moves: step.moved.iter().map(due::moved).collect(),
                movable: case.may_move(rule, step).is_ok(),
                earlier: step.earlier.iter().map(earlier).collect(),
            }
        })
        .collect()
}

fn earlier(earlier: &Earlier) -> pb::StepEnding {
    let end = &earlier.end;
    pb::StepEnding {
        recorded: end.recorded.iter().cloned().collect(),
        reason: end.reason.clone(),
        account_id: end.by.clone(),
        done_time: Some(timestamp(end.at)),
        turned: earlier.turned.clone(),
        again_time: Some(timestamp(earlier.at)),
    }
}

fn field(field: &Field, known: String) -> pb::StepField {
    pb::StepField {
        name: field.name.clone(),
        kind: field.kind.code().to_owned(),
        codes: field.kind.codes().to_vec(),
        known,
    }
}

/// What opens a gate that nothing opens.
const NEVER: &str = "Nothing opens it.";

fn gates(case: &Case, now: OffsetDateTime) -> Vec<pb::CaseGate> {
    let gate = |rule: &GateRule| {
        let open = gate::open(&rule.id, case, now);
        pb::CaseGate {
            gate_id: rule.id.clone(),
            title: rule.title.clone(),
            open,
            opened_by: if gate::never(&rule.id, case) { NEVER.to_owned() } else { rule.opened_by.clone() },
            missing_step: if open { String::new() } else { gate::missing(&rule.id, case, now) },
        }
    };
    case.gates.iter().map(gate).collect()
}
