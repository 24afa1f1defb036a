//! A shared incident as tests know it.

use proto::incident_cases::v1::{
    Entry, Invitation, SharedChange, SharedDecision, SharedDisclosure, SharedIncident, SharedLearner, SharedMember,
    SharedMinutes, SharedOwnPart, SharedTask, SharedTaskDone, SharedWithdrawal,
};

use super::Names;

/// One as tests know it.
pub fn sample() -> SharedIncident {
    let time = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    let (here, there) = (|| "sch_1".to_owned(), || "sch_2".to_owned());
    let member = |school: String, desk: &str, state: &str| SharedMember {
        school_id: school,
        desk: desk.into(),
        state: state.into(),
        join_time: time,
        ..Default::default()
    };
    SharedIncident {
        shared_incident_id: "shi_1".into(),
        lead_school_id: here(),
        member_school_ids: vec![here(), there()],
        title: "Online sexual violence or harassment between children".into(),
        summary: "Two <learners>".into(),
        learner_labels: vec!["Learner 1, Year 9".into()],
        learners: vec![
            SharedLearner {
                state: "there".into(),
                learner_id: "six_2".into(),
                label: "Learner 1, Year 9".into(),
                school_id: here(),
                person: "Sam <P>".into(),
                disclosures: vec![SharedDisclosure {
                    disclosure_id: "six_3".into(),
                    to_school_id: there(),
                    name: "Somebody".into(),
                    purpose: "To keep them <apart>".into(),
                    basis: "safeguarding".into(),
                    create_time: time,
                    ..Default::default()
                }],
                ..Default::default()
            },
            SharedLearner { label: "Learner 2".into(), school_id: there(), ..Default::default() },
        ],
        own_parts: vec![SharedOwnPart { school_id: there(), closed: true, create_time: time, ..Default::default() }],
        entries: vec![
            Entry { text: "Rang".into(), school_id: there(), create_time: time, ..Default::default() },
            Entry { entry_id: "six_9".into(), school_id: there(), create_time: time, ..Default::default() },
            Entry {
                text: "Rang twice".into(),
                corrects_entry_id: "six_1".into(),
                school_id: here(),
                ..Default::default()
            },
        ],
        create_time: time,
        members: vec![
            member(here(), "", "lead"),
            member(there(), "", "member"),
            member(String::new(), "safeguarding", "member"),
            SharedMember { end_time: time, ..member("sch_3".into(), "", "removed") },
        ],
        tasks: vec![
            SharedTask {
                task_id: "six_1".into(),
                text: "Ring the <youth> service".into(),
                owner_school_id: here(),
                due_date: "2026-12-10".into(),
                school_id: there(),
                create_time: time,
                ..Default::default()
            },
            SharedTask {
                owner_school_id: there(),
                done: Some(SharedTaskDone { note: "Done".into(), school_id: there(), ..Default::default() }),
                ..Default::default()
            },
        ],
        decisions: vec![SharedDecision {
            text: "One voice".into(),
            reason: "Asked".into(),
            owner_school_id: here(),
            create_time: time,
            ..Default::default()
        }],
        minutes: vec![SharedMinutes {
            held_time: time,
            present: "Leads; police".into(),
            discussed: "What was said".into(),
            decided: "To enquire".into(),
            next: "The officer rings".into(),
            next_date: "2026-12-10".into(),
            create_time: time,
            ..Default::default()
        }],
        changes: vec![SharedChange {
            change: "officer_joined".into(),
            whom_desk: "safeguarding".into(),
            reason: "Section 47".into(),
            create_time: time,
            ..Default::default()
        }],
        withdrawals: vec![SharedWithdrawal {
            shared_item_id: "six_9".into(),
            reason: "It was about <another>".into(),
            school_id: there(),
            create_time: time,
            ..Default::default()
        }],
        ended_invitations: vec![Invitation {
            to_school_id: "sch_3".into(),
            state: "declined".into(),
            reason: "No <child> of ours".into(),
            answer_time: time,
            ..Default::default()
        }],
        own_case_ids: vec!["cas_1".into()],
        ..Default::default()
    }
}

/// What its schools are called.
pub fn sample_names() -> Names {
    let pairs =
        [("sch_1", "your school"), ("sch_2", "Harrowmere <High> School"), ("sch_3", "Thistledown Grange School")];
    Names(pairs.into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect())
}
