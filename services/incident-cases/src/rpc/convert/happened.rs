//! Entries, people's parts and what parents were told as messages, and what was said of them later.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::case::{
    Case, ParentsDecision,
    class::Classed,
    entry::{Entry, Happened, Mark},
    person::{Change, Involvement},
};

pub(crate) fn entry(entry: &Entry) -> pb::Entry {
    let significance = entry.significance();
    pb::Entry {
        entry_id: entry.id.to_string(),
        text: entry.text.clone(),
        significant: significance.is_some(),
        impact: significance.unwrap_or_default().to_owned(),
        account_id: entry.by.clone(),
        school_id: entry.school_id.clone(),
        create_time: Some(timestamp(entry.at)),
        corrects_entry_id: entry.corrects.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_time: entry.happened.and_then(Happened::at).map(timestamp),
        event_time_kind: entry.happened.map(|happened| happened.code().to_owned()).unwrap_or_default(),
        kind: entry.kind.clone(),
        marks: marks(entry),
    }
}

/// Where something was said later, what was said at first comes before it.
fn marks(entry: &Entry) -> Vec<pb::EntryMark> {
    let mark = |mark: &Mark| pb::EntryMark {
        significant: mark.impact.is_some(),
        impact: mark.impact.clone().unwrap_or_default(),
        reason: mark.reason.clone(),
        account_id: mark.stamp.by.clone(),
        create_time: Some(timestamp(mark.stamp.at)),
    };
    let first = pb::EntryMark {
        significant: entry.significant,
        impact: entry.impact.clone(),
        reason: String::new(),
        account_id: entry.by.clone(),
        create_time: Some(timestamp(entry.at)),
    };
    let first = (!entry.marks.is_empty()).then_some(first);
    first.into_iter().chain(entry.marks.iter().map(mark)).collect()
}

pub(crate) fn involvement(case: &Case, i: &Involvement) -> pb::Involvement {
    let change = |change: &Change| pb::InvolvementChange {
        role: change.before.role.clone(),
        year_group: change.before.year_group.clone(),
        vulnerabilities: change.before.vulnerabilities.clone(),
        reason: change.reason.clone(),
        account_id: change.stamp.by.clone(),
        create_time: Some(timestamp(change.stamp.at)),
    };
    pb::Involvement {
        involvement_id: i.id.to_string(),
        person: i.person.clone(),
        role: i.role.clone(),
        year_group: i.year_group.clone(),
        vulnerabilities: i.vulnerabilities.clone(),
        label: case.label(&i.id),
        learner_id: i.learner.as_ref().map(ToString::to_string).unwrap_or_default(),
        changes: i.changes.iter().map(change).collect(),
        shown_to: if i.kept.is_some() { crate::case::kept::LEAD } else { "everybody" }.to_owned(),
        withheld: i.kept.is_some() && i.person.is_empty(),
        end: i.ended.as_ref().map(|ended| pb::InvolvementEnd {
            reason: ended.reason.clone(),
            account_id: ended.stamp.by.clone(),
            create_time: Some(timestamp(ended.stamp.at)),
        }),
    }
}

pub(crate) fn parents_decision(d: &ParentsDecision) -> pb::ParentsDecision {
    let telling = d.telling.as_ref();
    pb::ParentsDecision {
        involvement_id: d.involvement_id.to_string(),
        told: d.told,
        reason: d.reason.clone(),
        create_time: Some(timestamp(d.at)),
        account_id: d.by.clone(),
        told_by: telling.map(|t| t.by.clone()).unwrap_or_default(),
        told_time: telling.map(|t| timestamp(t.at)),
        told_whom: telling.map(|t| t.whom.clone()).unwrap_or_default(),
        told_how: telling.map(|t| t.how.clone()).unwrap_or_default(),
    }
}

pub(crate) fn class(class: &Classed) -> pb::CaseClass {
    pb::CaseClass {
        risks_before: class.risks_before.clone(),
        kinds_before: class.kinds_before.clone(),
        risks: class.risks.clone(),
        kinds: class.kinds.clone(),
        reason: class.reason.clone(),
        account_id: class.stamp.by.clone(),
        create_time: Some(timestamp(class.stamp.at)),
    }
}
