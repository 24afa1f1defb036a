//! Transfers as tests know them.

use proto::incident_cases::v1::{
    GetTransferredFileResponse, KeyComparison, LearnerRecord, OutsideSchool, PreviewTransferResponse, Transfer,
    TransferAdvance, TransferBlackening, TransferEnd, TransferItem, TransferKeptName, TransferLeftOut, TransferName,
    TransferReceipt, TransferUnsaid,
};

const AT: Option<prost_types::Timestamp> = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });

/// One that is to be sent.
pub fn due() -> Transfer {
    Transfer {
        transfer_id: "trf_1".into(),
        from_school_id: "sch_1".into(),
        direction: "out".into(),
        state: "due".into(),
        learner_id: "lrn_1".into(),
        due_date: "2026-11-29".into(),
        due_word: "overdue".into(),
        due_rule: "in_year".into(),
        usual_holidays: true,
        days_late: 2,
        advances: vec![TransferAdvance {
            share: true,
            reason: "A <plan> is in place".into(),
            account_id: "acc_1".into(),
            create_time: AT,
        }],
        copy_rule: "kept".into(),
        create_time: AT,
        ..Transfer::default()
    }
}

/// One that was sent.
pub fn sent() -> Transfer {
    Transfer {
        to_school_id: "sch_2".into(),
        state: "sent".into(),
        item_count: 12,
        contact: "Ms <Ali>, 01632 960001".into(),
        digest: "ab".repeat(32),
        signature: "cd".repeat(64),
        sent_by: "Ms Ali".into(),
        send_time: AT,
        blackening: Some(TransferBlackening {
            names: 2,
            words: 1,
            kept: vec![TransferKeptName {
                text: "Bea <Elm>".into(),
                reason: "They <live> together".into(),
                account_id: "acc_1".into(),
                create_time: AT,
            }],
        }),
        ..due()
    }
}

/// One that is on its way here.
pub fn incoming() -> Transfer {
    Transfer {
        from_school_id: "sch_2".into(),
        to_school_id: "sch_1".into(),
        direction: "in".into(),
        learner_id: String::new(),
        advances: Vec::new(),
        blackening: None,
        due_word: "due".into(),
        days_late: 0,
        ..sent()
    }
}

/// One that the other school received.
pub fn received() -> Transfer {
    let receipt = TransferReceipt {
        name: "Mr <Okafor>".into(),
        account_id: "acc_2".into(),
        receive_time: AT,
        digest: "ab".repeat(32),
        ..TransferReceipt::default()
    };
    Transfer {
        state: "received".into(),
        receipt: Some(receipt),
        due_word: String::new(),
        copy_rule: "not_kept".into(),
        ..sent()
    }
}

/// One that was received here.
pub fn received_here() -> Transfer {
    Transfer { receipt: received().receipt, state: "received".into(), learner_id: "lrn_1".into(), ..incoming() }
}

fn outside() -> Option<OutsideSchool> {
    Some(OutsideSchool {
        name: "Elm <Academy>".into(),
        urn: "999002".into(),
        address: "1 Elm Road\nHarrowmere".into(),
        contact: "Mr <Okafor>".into(),
        telephone: "01632 960002".into(),
    })
}

/// One that is on its way to a school outside the platform.
pub fn sent_outside() -> Transfer {
    Transfer {
        to_school_id: String::new(),
        outside: outside(),
        fingerprint: "3f1a 09bc 77de 1204 aa51 9c3e".into(),
        ..sent()
    }
}

/// One that a school outside the platform has.
pub fn confirmed_outside() -> Transfer {
    let receipt = received().receipt.map(|receipt| TransferReceipt {
        account_id: String::new(),
        means: "telephone".into(),
        recorder_name: "Ms <Ali>".into(),
        record_time: AT,
        ..receipt
    });
    Transfer { receipt, to_school_id: String::new(), outside: outside(), ..received() }
}

/// One that came in from outside the platform.
pub fn taken_in() -> Transfer {
    let comparison = KeyComparison {
        own: false,
        with: "Mr <Okafor>".into(),
        name: "Ms Ali".into(),
        account_id: "acc_1".into(),
        compare_time: AT,
    };
    let outside = outside().map(|school| OutsideSchool { name: school.name, urn: school.urn, ..Default::default() });
    let fingerprint = sent_outside().fingerprint;
    Transfer { from_school_id: String::new(), outside, fingerprint, comparison: Some(comparison), ..received_here() }
}

/// One that came back.
pub fn returned() -> Transfer {
    let end = TransferEnd {
        kind: "wrong_school".into(),
        reason: "No child of <ours>".into(),
        name: "Mr Okafor".into(),
        end_time: AT,
    };
    Transfer { state: "returned".into(), end: Some(end), due_word: String::new(), ..sent() }
}

fn item() -> TransferItem {
    TransferItem {
        number: 1,
        kind: "Entry".into(),
        record: "Case 2026-014".into(),
        happen_time: AT,
        text: "Sam <said> that [Child 1] took the phone.".into(),
        redacted: true,
        origin_school_id: "sch_2".into(),
        origin_name: "Harrowmere <High> School".into(),
        ..TransferItem::default()
    }
}

/// What would go.
pub fn preview() -> PreviewTransferResponse {
    PreviewTransferResponse {
        items: vec![item()],
        left_out: vec![TransferLeftOut { why: "another_person".into(), count: 2 }],
        contents_digest: "0f".into(),
        beyond: false,
        unsaid: Vec::new(),
        names: vec![TransferName { number: 1, text: "Bea <Elm>".into(), item_numbers: vec![1, 3] }],
    }
}

/// What may be the child's by the name in it.
pub fn unsaid() -> Vec<TransferUnsaid> {
    let one = |record_id: &str, kind: &str, title: &str| TransferUnsaid {
        record_id: record_id.into(),
        kind: kind.into(),
        title: title.into(),
        state: "open".into(),
        create_time: AT,
    };
    vec![one("cas_1", "case", "2026-008: Harassment"), one("con_1", "concern", "Sam <Oak>")]
}

/// A file that was received.
pub fn file() -> GetTransferredFileResponse {
    let child = LearnerRecord {
        given_name: "Sam".into(),
        family_name: "<Oak>".into(),
        birth_date: "2014-03-27".into(),
        ..LearnerRecord::default()
    };
    GetTransferredFileResponse {
        transfer: Some(received_here()),
        child: Some(child),
        items: preview().items,
        left_out: preview().left_out,
        intact: true,
    }
}
