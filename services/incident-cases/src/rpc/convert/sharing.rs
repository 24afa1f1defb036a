//! Shared incidents and invitations in the contract's form, each as one of those in it sees it.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use super::happened;
use crate::shared_incident::{
    Invitation, Whole,
    item::{Item, SharedItemId, What, withdrawn},
    learner::{Disclosed, own, own_parts, shows, stopped},
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
        gone: false,
        reason: invitation.answer.as_ref().map(|answer| answer.reason.clone()).unwrap_or_default(),
        reference: invitation.reference(),
    }
}

/// An invitation that was accepted into what its school finds no more.
pub(in crate::rpc) fn gone(invitation: &Invitation, seen_by: &str) -> pb::Invitation {
    let shown = self::invitation(invitation, seen_by);
    pb::Invitation { shared_incident_id: String::new(), gone: true, ..shown }
}

/// Who is in a shared incident; the title is sealed, and left out for whoever does not read it.
pub(in crate::rpc) fn listed(sharing: &Sharing, title: &str) -> pb::Sharing {
    pb::Sharing {
        shared_incident_id: sharing.id.to_string(),
        lead_school_id: sharing.lead().to_owned(),
        title: title.to_owned(),
        members: members(sharing),
        create_time: Some(timestamp(sharing.opened_at)),
        close_time: sharing.closed_at.map(timestamp),
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
        ended_invitations: whole.ended.iter().map(|ended| invitation(ended, seen_by)).collect(),
        close_time: sharing.closed_at.map(timestamp),
        own_parts: own_parts(whole).into_iter().map(|(school, said)| own_part(school, said)).collect(),
        ..Default::default()
    };
    for item in &whole.items {
        put(&mut shared, item, &whole.items);
        if let What::Learner { label } = &item.what {
            shared.learner_labels.push(label.clone());
            shared.learners.push(learner(whole, item, label, seen_by));
        }
    }
    shared
}

fn put(shared: &mut pb::SharedIncident, item: &Item, all: &[Item]) {
    let (id, by, at) = (item.id.to_string(), item.stamp.by.clone(), Some(timestamp(item.stamp.at)));
    let (school_id, desk) = (school(&item.holder), desk(&item.holder));
    match &item.what {
        What::Entry { text, corrects } => shared.entries.push(pb::Entry {
            entry_id: id,
            text: text.clone(),
            corrects_entry_id: corrects.clone().unwrap_or_default(),
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
        What::Withdrawn { of, reason } => shared.withdrawals.push(pb::SharedWithdrawal {
            shared_item_id: of.clone(),
            reason: reason.clone(),
            school_id,
            account_id: by,
            create_time: at,
        }),
        What::Done { .. }
        | What::Learner { .. }
        | What::Own { .. }
        | What::Disclosed(_)
        | What::Stopped { .. }
        | What::OwnPart { .. } => {}
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

fn own_part(school: &str, said: Option<&Item>) -> pb::SharedOwnPart {
    let (closed, reason) = match said.map(|item| &item.what) {
        Some(What::OwnPart { closed, reason }) => (*closed, reason.clone()),
        _ => (false, String::new()),
    };
    pb::SharedOwnPart {
        school_id: school.to_owned(),
        closed,
        reason,
        account_id: said.map(|item| item.stamp.by.clone()).unwrap_or_default(),
        create_time: said.map(|item| timestamp(item.stamp.at)),
    }
}

/// A learner as a school sees them: their own sees who it is, another what it was told.
fn learner(whole: &Whole, item: &Item, label: &str, seen_by: &str) -> pb::SharedLearner {
    let own = own(&whole.items, &item.id).filter(|_| item.holder == seen_by);
    let told = whole.items.iter().filter_map(|one| match &one.what {
        What::Disclosed(told) if told.learner == item.id => Some(disclosure(whole, one, told, seen_by)),
        _ => None,
    });
    pb::SharedLearner {
        learner_id: item.id.to_string(),
        label: label.to_owned(),
        school_id: item.holder.clone(),
        case_id: own.map(|(case_id, _)| case_id.to_owned()).unwrap_or_default(),
        involvement_id: own.map(|(_, involvement_id)| involvement_id.to_owned()).unwrap_or_default(),
        disclosures: told.collect(),
        person: String::new(),
        state: if withdrawn(&whole.items, item.id.as_str()).is_some() { "taken_out" } else { "there" }.to_owned(),
    }
}

fn disclosure(whole: &Whole, item: &Item, told: &Disclosed, seen_by: &str) -> pb::SharedDisclosure {
    let shown = shows(whole, item, told, seen_by);
    let said = |text: &str| if shown { text.to_owned() } else { String::new() };
    let stopped = stopped(&whole.items, &item.id);
    let why = match stopped.map(|item| &item.what) {
        Some(What::Stopped { reason, .. }) => reason.clone(),
        _ => String::new(),
    };
    pb::SharedDisclosure {
        disclosure_id: item.id.to_string(),
        to_school_id: told.to.clone(),
        name: said(&told.name),
        what: said(&told.what),
        purpose: told.purpose.clone(),
        basis: told.basis.clone(),
        account_id: item.stamp.by.clone(),
        create_time: Some(timestamp(item.stamp.at)),
        stop_time: stopped.map(|item| timestamp(item.stamp.at)),
        stop_reason: why,
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
