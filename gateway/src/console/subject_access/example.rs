//! A request as tests know it.

use proto::incident_cases::v1::{
    AccessExport, AccessExtension, AccessItem, AccessPause, AccessRequest, AccessSuggestion, GetAccessRequestResponse,
};

/// One with a record to decide on and one that is never given.
pub fn sample() -> GetAccessRequestResponse {
    let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    let pause = AccessPause {
        reason: "Proof of <who> asks".into(),
        account_id: "acc_1".into(),
        pause_time: at,
        ..Default::default()
    };
    let resumed = AccessPause {
        resume_reason: "A passport".into(),
        resume_account_id: "acc_1".into(),
        resume_time: at,
        ..pause.clone()
    };
    let request = AccessRequest {
        access_request_id: "sar_1".into(),
        school_id: "sch_1".into(),
        learner_id: "lrn_1".into(),
        requested_by: "Their <mother>".into(),
        received_date: "2026-11-24".into(),
        due_date: "2026-12-24".into(),
        due_word: "due".into(),
        state: "answered".into(),
        pauses: vec![resumed, pause],
        account_id: "acc_1".into(),
        create_time: at,
        export: Some(AccessExport {
            export_id: "xpo_1".into(),
            format: "pdf".into(),
            reason: "For her".into(),
            account_id: "acc_1".into(),
            create_time: at,
            digest: "ab".repeat(32),
            ..Default::default()
        }),
        extension: Some(AccessExtension {
            reason: "Three years of <records>".into(),
            account_id: "acc_1".into(),
            create_time: at,
        }),
        ..AccessRequest::default()
    };
    let text = "Sam <hit> Robin; Robin told Sam’s teacher.";
    let item = AccessItem {
        item_id: "itm_1".into(),
        number: 1,
        kind: "Entry".into(),
        record_id: "cas_1".into(),
        reference: "2026-014".into(),
        happen_time: at,
        text: text.into(),
        suggestions: [(0, 3), (28, 31)]
            .map(|(start, end)| AccessSuggestion { start, end, why: "other_person".into() })
            .into(),
        marks: vec!["opinion".into(), "child_abuse".into()],
        state: "undecided".into(),
        redacted_text: "[name of another person removed] <hit> Robin".into(),
        decidable: true,
        ..Default::default()
    };
    let fixed = AccessItem {
        item_id: "itm_2".into(),
        number: 2,
        kind: "Suspect material".into(),
        always_withheld: true,
        state: "withhold".into(),
        marks: vec!["material".into()],
        reference: String::new(),
        suggestions: Vec::new(),
        redacted_text: String::new(),
        decidable: false,
        ..item.clone()
    };
    GetAccessRequestResponse { access_request: Some(request), items: vec![item, fixed], undecided: 1 }
}
