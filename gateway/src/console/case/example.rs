//! A case with something in every part, for the tests of the pages.

use chassis::clock::timestamp;
use proto::incident_cases::v1::{
    Agreement, Assessment, Case, CaseAddition, CaseClass, CaseGate, CaseStep, Consultation, Criteria, Debrief,
    Decision, Entry, Fact, Involvement, InvolvementChange, Material, ParentsDecision, Referral, Reopening, Report,
    StepEnding, StepField, Support,
};
use time::macros::datetime;

/// What reporters added: one that was read, and one of somebody without an account.
pub fn additions() -> Vec<CaseAddition> {
    let at = Some(timestamp(datetime!(2026-11-25 09:00 UTC)));
    let addition = |account_id: &str, read_time| CaseAddition {
        concern_id: "con_1".into(),
        text: "It <happened> again".into(),
        account_id: account_id.into(),
        create_time: at,
        read_time,
    };
    vec![addition("acc_1", at), addition("", None)]
}

fn step(id: &str, state: &str, word: &str) -> CaseStep {
    CaseStep {
        step_id: id.into(),
        title: "Talk to the police first".into(),
        roles: vec!["dsl".into(), "deputy_dsl".into()],
        state: state.into(),
        due_time: Some(timestamp(datetime!(2026-11-24 16:00 UTC))),
        due_word: word.into(),
        condition: "offence = yes".into(),
        waits_for: if state == "cannot_start_yet" { "G-HOLD".into() } else { String::new() },
        records: vec!["time".into(), "reference".into(), "advice".into()],
        recorded: [("advice".to_owned(), "Wait <here>".to_owned())].into(),
        account_id: "acc_1".into(),
        fields: [("time", "moment"), ("reference", "words"), ("advice", "words")]
            .map(|(name, kind)| StepField { name: name.into(), kind: kind.into(), ..StepField::default() })
            .to_vec(),
        prohibitions: vec!["Viewing or copying the image".into()],
        ..CaseStep::default()
    }
}

/// The case.
pub fn case() -> Case {
    let at = Some(timestamp(datetime!(2026-11-23 09:32 UTC)));
    Case {
        case_id: "cas_1".into(),
        school_id: "sch_1".into(),
        reference: "2026-014".into(),
        state: "open".into(),
        procedure_id: "P1".into(),
        procedure_title: "Online sexual violence or harassment between children".into(),
        policy_instance_id: "ins_1".into(),
        policy_version: 3,
        risks: vec!["contact".into(), "conduct".into()],
        kinds: vec!["shared_images".into()],
        classes: vec![CaseClass {
            risks_before: vec!["contact".into()],
            risks: vec!["contact".into(), "conduct".into()],
            kinds: vec!["shared_images".into()],
            reason: "It was sent on".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..CaseClass::default()
        }],
        facts: vec![Fact {
            name: "offence".into(),
            value: "yes".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..Fact::default()
        }],
        earlier_facts: vec![Fact {
            name: "offence".into(),
            value: "no".into(),
            account_id: "acc_1".into(),
            create_time: at,
            reason: "A message showed it".into(),
            agreed_by_account_id: "acc_1".into(),
        }],
        steps: vec![
            CaseStep { statutory: true, ..step("P1-01", "done", "") },
            CaseStep { reason: "Not apt".into(), ..step("P1-02", "deviated", "") },
            CaseStep {
                earlier: vec![StepEnding {
                    reason: "Not <apt>".into(),
                    account_id: "acc_1".into(),
                    done_time: at,
                    turned: "offence".into(),
                    again_time: at,
                    ..StepEnding::default()
                }],
                ..step("P1-03", "to_do", "overdue")
            },
            step("P1-04", "to_do", "due_today"),
            CaseStep { condition: "judgement".into(), ..step("P1-05", "to_do", "due") },
            CaseStep { done_by: "support".into(), ..step("P1-06", "to_do", "due") },
            step("P1-08", "cannot_start_yet", "due"),
            step("P1-09", "not_needed", ""),
            CaseStep {
                statutory: true,
                waits_for: "offence".into(),
                condition: "offence = yes".into(),
                ..step("P1-11", "waits_for_fact", "")
            },
        ],
        gates: vec![CaseGate {
            gate_id: "G-HOLD".into(),
            title: "Nothing goes beyond the school".into(),
            open: false,
            opened_by: "A talk with police or the front door".into(),
            missing_step: "P1-03".into(),
        }],
        involvements: vec![Involvement {
            involvement_id: "inv_1".into(),
            person: "Sam P".into(),
            role: "victim".into(),
            year_group: "9".into(),
            vulnerabilities: vec!["in_care".into()],
            label: "Learner 1, Year 9".into(),
            learner_id: "lrn_1".into(),
            changes: vec![InvolvementChange {
                role: "witness".into(),
                reason: "It turned out so".into(),
                account_id: "acc_1".into(),
                create_time: at,
                ..InvolvementChange::default()
            }],
            end: None,
            shown_to: "everybody".into(),
            withheld: false,
        }],
        entries: vec![Entry {
            entry_id: "ent_1".into(),
            text: "Spoke with Sam.\nCalm.".into(),
            significant: true,
            impact: "Relief".into(),
            account_id: "acc_1".into(),
            school_id: "sch_1".into(),
            create_time: at,
            kind: "said_by_child".into(),
            event_time: at,
            event_time_kind: "day".into(),
            ..Entry::default()
        }],
        consultations: vec![Consultation {
            consultation_id: "cns_1".into(),
            agency: "police_101".into(),
            consult_time: at,
            reference: "4711".into(),
            advice: "Keep the device".into(),
            account_id: "acc_2".into(),
        }],
        referrals: vec![
            Referral {
                referral_id: "ref_1".into(),
                agency: "front_door_form".into(),
                agency_name: "Children’s services".into(),
                reason: "Harm".into(),
                reference: "R1".into(),
                state: "made".into(),
                chase_time: at,
                create_time: at,
                ..Referral::default()
            },
            Referral {
                referral_id: "ref_2".into(),
                agency: "ceop".into(),
                state: "decided".into(),
                outcome: "advice_given".into(),
                outcome_text: "Block".into(),
                decide_time: at,
                ..Referral::default()
            },
            followed(at),
        ],
        referral_drafts: vec![super::refer::sample()],
        parents_decisions: vec![ParentsDecision {
            involvement_id: "inv_1".into(),
            told: true,
            reason: "They will talk with him".into(),
            create_time: at,
            account_id: "acc_1".into(),
            told_by: "Ms Ali".into(),
            told_time: at,
            told_whom: "the mother".into(),
            told_how: "telephone".into(),
        }],
        debrief: Some(Debrief {
            findings: "Fast".into(),
            actions: "Train".into(),
            create_time: at,
            account_id: "acc_1".into(),
        }),
        shared_incident_id: "shi_1".into(),
        concern_ids: vec!["con_1".into(), "con_2".into()],
        create_time: at,
        close_time: None,
        next_due_time: at,
        drops: vec!["assessment_review".into(), "support".into()],
        etag: "3".into(),
        criteria: vec![Criteria {
            coercion: "yes".into(),
            reason: "Threats".into(),
            create_time: at,
            ..Criteria::default()
        }],
        agreements: ["asked", "agreed", "refused"]
            .map(|state| Agreement {
                agreement_id: "agr_1".into(),
                kind: "hold_override".into(),
                reason: "Nobody answers".into(),
                state: state.into(),
                answer_reason: "Well".into(),
                create_time: at,
                ..Agreement::default()
            })
            .to_vec(),
        decisions: vec![Decision {
            kind: "sanction".into(),
            choice: "none".into(),
            reason: "Both <sorry>".into(),
            create_time: at,
            ..Decision::default()
        }],
        support: vec![Support {
            involvement_id: "inv_1".into(),
            offer: "Talks".into(),
            uptake: "accepted".into(),
            create_time: at,
            ..Support::default()
        }],
        assessments: vec![Assessment {
            version: 1,
            risks: "Evenings".into(),
            review_time: at,
            create_time: at,
            ..Assessment::default()
        }],
        materials: vec![Material {
            material_id: "mat_1".into(),
            kind: "website".into(),
            description: "A page".into(),
            has_address: true,
            create_time: at,
            ..Material::default()
        }],
        reports: vec![Report {
            report_id: "rep_1".into(),
            body: "iwf".into(),
            chase_time: at,
            create_time: at,
            ..Report::default()
        }],
        reopenings: vec![Reopening { reason: "More came to light".into(), create_time: at, ..Reopening::default() }],
        ..Case::default()
    }
}

/// A referral that was sent by a route, acknowledged, taken further and closed.
fn followed(at: Option<prost_types::Timestamp>) -> Referral {
    let said = |text: &str| (text.to_owned(), "acc_1".to_owned(), at);
    let (text, account_id, create_time) = said("The duty desk has <it>");
    let draft = super::refer::sample();
    let findings = ["unsubstantiated", "reopened"].map(|outcome| proto::incident_cases::v1::ReferralFinding {
        outcome: outcome.into(),
        text: "Go on as <agreed>".into(),
        account_name: "Ms Farrar".into(),
        create_time: at,
    });
    Referral {
        findings: findings.into(),
        referral_id: "ref_3".into(),
        agency: "front_door_form".into(),
        agency_name: "Front door".into(),
        state: "closed".into(),
        outcome: "accepted".into(),
        create_time: at,
        account_id: "acc_1".into(),
        form: Some(proto::incident_cases::v1::ReferralForm {
            route: "front_door".into(),
            title: "Children’s services front door".into(),
            answers: draft.answers,
            means: "web".into(),
            recipient: "www.door.northshire.example".into(),
            proof: "Receipt <4711>".into(),
            send_time: at,
            digest: "ab".repeat(32),
            ..Default::default()
        }),
        acknowledgement: Some(proto::incident_cases::v1::ReferralAcknowledgement {
            text,
            account_id,
            create_time,
            ..Default::default()
        }),
        escalations: vec![proto::incident_cases::v1::ReferralEscalation {
            cause: "disagreement".into(),
            rung: "The managers speak".into(),
            reason: "We see more risk".into(),
            outcome: "no_further_action".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..Default::default()
        }],
        end: Some(proto::incident_cases::v1::ReferralEnd {
            text: "A plan is in place".into(),
            account_id: "acc_1".into(),
            create_time: at,
        }),
        desk: "front_door".into(),
        ring: "Ms <Ali>, 01632 960123".into(),
        messages: vec![proto::incident_cases::v1::ReferralMessage {
            from_desk: true,
            text: "Where does <he> live?".into(),
            account_name: "Mr Orr".into(),
            create_time: at,
            ..Default::default()
        }],
        decide_account_name: "Mr <Orr>".into(),
        ..Referral::default()
    }
}
