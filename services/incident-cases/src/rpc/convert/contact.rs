//! Contacts and their matches, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::{
    contact::{ContactMatch, MarkedContact},
    store::contact::Found,
};

/// A contact that a case marks.
pub(crate) fn marked(contact: &MarkedContact) -> pb::MarkedContact {
    let ended = contact.ended.as_ref();
    pb::MarkedContact {
        contact_id: contact.id.to_string(),
        case_id: contact.case_id.clone(),
        involvement_id: contact.involvement.to_string(),
        kind: contact.kind.clone(),
        platform: contact.platform.clone(),
        value: contact.value.clone(),
        ring: contact.ring.clone(),
        account_id: contact.stamp.by.clone(),
        create_time: Some(timestamp(contact.stamp.at)),
        end_reason: ended.map(|ended| ended.text.clone()).unwrap_or_default(),
        end_time: ended.map(|ended| timestamp(ended.stamp.at)),
    }
}

fn told(found: &ContactMatch) -> pb::ContactMatch {
    let note = found.note.as_ref();
    let (second_school_id, second_ring) = found.second.clone().unwrap_or_default();
    let (marked_account_id, marks) = found.marks.clone().unwrap_or_default();
    pb::ContactMatch {
        contact_match_id: found.id.to_string(),
        school_id: found.school.0.clone(),
        ring: found.school.1.clone(),
        second_school_id,
        second_ring,
        create_time: Some(timestamp(found.found_at)),
        note: note.map(|note| note.text.clone()).unwrap_or_default(),
        note_account_id: note.map(|note| note.stamp.by.clone()).unwrap_or_default(),
        note_time: note.map(|note| timestamp(note.stamp.at)),
        kind: found.kind.clone(),
        marks: i32::try_from(marks).unwrap_or(i32::MAX),
        marked_account_id,
        ..Default::default()
    }
}

/// A match as a school is told of it, with its own case and mark where the caller may read them.
pub(crate) fn found(
    (found, case_id, contact_id, reference): &Found,
    case_reference: &str,
    own: Option<&MarkedContact>,
) -> pb::ContactMatch {
    pb::ContactMatch {
        case_id: case_id.clone(),
        contact_id: contact_id.clone(),
        reference: reference.clone(),
        case_reference: case_reference.to_owned(),
        contact_kind: own.map(|own| own.kind.clone()).unwrap_or_default(),
        contact_value: own.map(|own| own.value.clone()).unwrap_or_default(),
        ..told(found)
    }
}

/// What the desk is told of: no case, and no contact.
pub(crate) fn told_desk((found, .., reference): &Found) -> pb::ContactMatch {
    let reference = if found.second.is_some() { reference.clone() } else { String::new() };
    pb::ContactMatch { reference, ..told(found) }
}
