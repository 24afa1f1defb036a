//! By what adults are compared, and what the designated officer is told, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::{
    case::adult_mark::{AdultMark, reference},
    desk::pattern::{Concerned, DeskPattern, Noted},
};

/// A mark as its case keeps it.
pub(in crate::rpc) fn mark(mark: &AdultMark) -> pb::AdultMark {
    let ended = mark.ended.as_ref();
    pb::AdultMark {
        adult_mark_id: mark.id.to_string(),
        case_id: mark.case_id.clone(),
        name: mark.name.clone(),
        birth_date: mark.birth_date.clone(),
        teacher_reference: mark.teacher_reference.clone(),
        ring: mark.ring.clone(),
        account_id: mark.stamp.by.clone(),
        create_time: Some(timestamp(mark.stamp.at)),
        end_reason: ended.map(|ended| ended.text.clone()).unwrap_or_default(),
        end_time: ended.map(|ended| timestamp(ended.stamp.at)),
        reference: reference(mark.id.as_str()),
    }
}

/// What the desk is told.
pub(in crate::rpc) fn pattern(pattern: &DeskPattern) -> pb::DeskPattern {
    let school = |school: &Concerned| pb::DeskPatternSchool {
        school_id: school.school_id.clone(),
        concerns: i32::try_from(school.concerns).unwrap_or(i32::MAX),
        ring: school.ring.clone(),
        references: school.references.clone(),
        account_id: school.account.clone(),
    };
    let note = |note: &Noted| pb::DeskPatternNote {
        text: note.text.clone(),
        account_id: note.stamp.by.clone(),
        create_time: Some(timestamp(note.stamp.at)),
    };
    pb::DeskPattern {
        desk_pattern_id: pattern.id.to_string(),
        kind: pattern.kind.clone(),
        schools: pattern.schools.iter().map(school).collect(),
        create_time: Some(timestamp(pattern.found_at)),
        update_time: Some(timestamp(pattern.updated_at)),
        notes: pattern.notes.iter().map(note).collect(),
    }
}
