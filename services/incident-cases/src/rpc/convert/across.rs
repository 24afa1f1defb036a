//! What goes between a school and others, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;
use time::OffsetDateTime;

use crate::{
    across::{
        told::{Kind, Told},
        waiting::Waiting,
    },
    procedure::clock,
};

pub(in crate::rpc) fn waiting(waiting: &Waiting, now: OffsetDateTime) -> pb::Waiting {
    pb::Waiting {
        side: waiting.side.code().to_owned(),
        kind: waiting.kind.code().to_owned(),
        item_id: waiting.item.clone(),
        record_id: waiting.record.clone(),
        reference: waiting.reference.clone(),
        title: waiting.title.clone(),
        school_id: waiting.school.clone(),
        due_time: waiting.due.map(timestamp),
        due_word: waiting.due.map(|at| clock::word(at, now).to_owned()).unwrap_or_default(),
        since_time: waiting.since.map(timestamp),
    }
}

pub(in crate::rpc) fn told(told: &Told) -> pb::LearnerDisclosure {
    pb::LearnerDisclosure {
        kind: told.kind.code().to_owned(),
        recipient_kind: told.recipient_kind.clone(),
        recipient: told.recipient.clone(),
        recipient_school_id: told.school.clone(),
        shared: told.shared,
        what: told.what.clone(),
        basis: told.basis.clone(),
        reason: told.reason.clone(),
        account_id: told.stamp.by.clone(),
        create_time: Some(timestamp(told.stamp.at)),
        end_time: told.ended.as_ref().map(|(at, _)| timestamp(*at)),
        end_reason: told.ended.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
        case_id: told.case.0.clone(),
        reference: told.case.1.clone(),
        record_id: told.record.clone(),
        state: told.fate.as_ref().map(|fate| fate.state.to_owned()).unwrap_or_default(),
        state_time: told.fate.as_ref().and_then(|fate| fate.at).map(timestamp),
        state_reason: told.fate.as_ref().map(|fate| fate.reason.clone()).unwrap_or_default(),
        shared_disclosure_id: if told.kind == Kind::SharedIncident { told.id.clone() } else { String::new() },
        gone: told.gone,
    }
}
