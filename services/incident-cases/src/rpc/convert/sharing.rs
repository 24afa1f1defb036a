//! Shared incidents and invitations in the contract's form, each as one of those in it sees it.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use super::happened;
use crate::shared_incident::{
    Invitation, Whole,
    item::{Item, SharedItemId, What},
    sharing::{Sharing, is_desk},
};

/// The school of a holder; empty of a desk.
fn school(holder: &str) -> String {
    if is_desk(holder) { String::new() } else { holder.to_owned() }
}

/// The desk of a holder; empty of a school.
fn desk(holder: &str) -> String {
    holder.strip_prefix("desk/").unwrap_or_default().to_owned()
}

/// An invitation as a school sees it: until it accepted, not even which incident it is about.
pub(in crate::rpc) fn invitation(invitation: &Invitation, seen_by: &str) -> pb::Invitation {
    let inside = invitation.from_school_id == seen_by || invitation.state() == "accepted";
    pb::Invitation {
        invitation_id: invitation.id.to_string(),
        shared_incident_id: if inside { invitation.shared_incident_id.to_string() } else { String::new() },
        from_school_id: invitation.from_school_id.clone(),
        to_school_id: school(&invitation.to_school_id),
        to_desk: desk(&invitation.to_school_id),
        state: invitation.state().to_owned(),
        contact: invitation.contact.clone(),
        create_time: Some(timestamp(invitation.sent_at)),
        answer_time: invitation.answer.as_ref().map(|answer| timestamp(answer.at)),
    }
}

/// Who is in a shared incident; the title is sealed, and left out for whoever does not read it.
pub(in crate::rpc) fn listed(sharing: &Sharing, title: &str) -> pb::Sharing {
    pb::Sharing {
        shared_incident_id: sharing.id.to_string(),
        lead_school_id: sharing.lead().to_owned(),
        title: title.to_owned(),
        members: members(sharing),
        create_time: Some(timestamp(sharing.opened_at)),
    }
}

fn members(sharing: &Sharing) -> Vec<pb::SharedMember> {
    let member = |m: &crate::shared_incident::sharing::Member| pb::SharedMember {
        school_id: school(&m.holder),
        desk: desk(&m.holder),
        state: m.standing.code().to_owned(),
        ground: m.ground.code().to_owned(),
        join_time: Some(timestamp(m.since)),
        end_time: m.until.map(timestamp),
    };
    sharing.members.iter().map(member).collect()
}

/// A shared incident as somebody in it reads it.
pub(in crate::rpc) fn shared_incident(whole: &Whole, seen_by: &str) -> pb::SharedIncident {
    let (sharing, opening) = (&whole.sharing, &whole.opening);
    let mut shared = pb::SharedIncident {
        shared_incident_id: sharing.id.to_string(),
        lead_school_id: sharing.lead().to_owned(),
        member_school_ids: sharing.schools().map(str::to_owned).collect(),
        title: opening.title.clone(),
        summary: opening.summary.clone(),
        learner_labels: opening.learner_labels.clone(),
        entries: opening.entries.iter().map(happened::entry).collect(),
        create_time: Some(timestamp(opening.opened_at)),
        members: members(sharing),
        invitations: whole.waiting.iter().map(|waits| invitation(waits, seen_by)).collect(),
        ..Default::default()
    };
    for item in &whole.items {
        put(&mut shared, item, &whole.items);
    }
    shared
}

fn put(shared: &mut pb::SharedIncident, item: &Item, all: &[Item]) {
    let (id, by, at) = (item.id.to_string(), item.stamp.by.clone(), Some(timestamp(item.stamp.at)));
    let (school_id, desk) = (school(&item.holder), desk(&item.holder));
    match &item.what {
        What::Entry { text } => shared.entries.push(pb::Entry {
            entry_id: id,
            text: text.clone(),
            significant: true,
            account_id: by,
            school_id,
            create_time: at,
            ..Default::default()
        }),
        What::Task { text, owner, due } => shared.tasks.push(pb::SharedTask {
            task_id: id,
            text: text.clone(),
            owner_school_id: owner.clone(),
            due_date: due.map(|day| day.to_string()).unwrap_or_default(),
            school_id,
            account_id: by,
            create_time: at,
            done: done(all, &item.id),
        }),
        What::Done { .. } => {}
        What::Decision { text, reason, owner } => shared.decisions.push(pb::SharedDecision {
            decision_id: id,
            text: text.clone(),
            reason: reason.clone(),
            owner_school_id: owner.clone(),
            school_id,
            account_id: by,
            create_time: at,
        }),
        What::Minutes(minutes) => shared.minutes.push(pb::SharedMinutes {
            minutes_id: id,
            held_time: Some(timestamp(minutes.held_at)),
            present: minutes.present.clone(),
            discussed: minutes.discussed.clone(),
            decided: minutes.decided.clone(),
            next: minutes.next.clone(),
            next_date: minutes.next_on.map(|day| day.to_string()).unwrap_or_default(),
            school_id,
            account_id: by,
            create_time: at,
        }),
        What::Change { change, whom, reason } => shared.changes.push(pb::SharedChange {
            change: change.clone(),
            whom_school_id: self::school(whom),
            whom_desk: self::desk(whom),
            reason: reason.clone(),
            school_id,
            desk,
            account_id: by,
            create_time: at,
        }),
    }
}

fn done(all: &[Item], task: &SharedItemId) -> Option<pb::SharedTaskDone> {
    all.iter().find_map(|item| match &item.what {
        What::Done { task: done, note } if done == task => Some(pb::SharedTaskDone {
            note: note.clone(),
            school_id: school(&item.holder),
            account_id: item.stamp.by.clone(),
            create_time: Some(timestamp(item.stamp.at)),
        }),
        _ => None,
    })
}
