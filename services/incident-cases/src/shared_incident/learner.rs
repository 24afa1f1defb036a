//! Whom the schools of a shared incident know learners by. A learner is a role label to every school but their own, until
//! their own discloses them: to one school, with purpose and lawful basis. What was disclosed can be stopped for the
//! future; that it was disclosed stays.

use serde::{Deserialize, Serialize};

use super::{
    Whole,
    item::{Item, SharedItemId, What, withdrawn},
};

/// A learner disclosed to a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosed {
    /// The learner, as a label.
    pub learner: SharedItemId,
    /// The school that is told.
    pub to: String,
    /// Who the learner is.
    pub name: String,
    /// What else is told.
    pub what: String,
    /// What for.
    pub purpose: String,
    /// One of `BASES`.
    pub basis: String,
}

/// On what a disclosure may rest.
pub const BASES: [&str; 4] = ["safeguarding", "legal_duty", "consent", "vital_interest"];

/// Why a learner is not disclosed, or a disclosure not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDisclosed {
    /// There is none of this id.
    Missing,
    /// The learner is another school's.
    NotYours,
    /// Whoever is to be told is no other school in the incident.
    NotIn,
    /// They were told, and it was not stopped.
    Already,
    /// It was stopped before.
    Stopped,
    /// The learner was taken out of the incident.
    TakenOut,
}

/// The label of the next learner: numbered through the whole incident, with the year group where it is known.
pub fn next_label(whole: &Whole, year_group: &str) -> String {
    let named = whole.items.iter().filter(|item| matches!(item.what, What::Learner { .. })).count();
    let number = whole.opening.learner_labels.len() + named + 1;
    if year_group.is_empty() { format!("Learner {number}") } else { format!("Learner {number}, Year {year_group}") }
}

/// Who a learner is, as their own school keeps it: the case and the part in it.
pub fn own<'a>(items: &'a [Item], learner: &SharedItemId) -> Option<(&'a str, &'a str)> {
    items.iter().find_map(|item| match &item.what {
        What::Own { learner: of, case_id, involvement_id } if of == learner => {
            Some((case_id.as_str(), involvement_id.as_str()))
        }
        _ => None,
    })
}

/// The item that stopped a disclosure.
pub fn stopped<'a>(items: &'a [Item], disclosure: &SharedItemId) -> Option<&'a Item> {
    items.iter().find(|item| matches!(&item.what, What::Stopped { disclosure: of, .. } if of == disclosure))
}

/// The learner's item and label, where `from` may disclose them to `to`.
///
/// # Errors
/// Why not.
pub fn may_disclose(
    whole: &Whole,
    learner: &str,
    from: &str,
    to: &str,
) -> Result<(SharedItemId, String), NotDisclosed> {
    let found = whole.items.iter().find_map(|item| match &item.what {
        What::Learner { label } if item.id.as_str() == learner => Some((item, label)),
        _ => None,
    });
    let (item, label) = found.ok_or(NotDisclosed::Missing)?;
    if item.holder != from {
        return Err(NotDisclosed::NotYours);
    }
    if withdrawn(&whole.items, learner).is_some() {
        return Err(NotDisclosed::TakenOut);
    }
    if from == to || !whole.sharing.schools().any(|school| school == to) {
        return Err(NotDisclosed::NotIn);
    }
    let since = whole.sharing.members.iter().find(|m| m.holder == to).map(|m| m.since);
    let told = |one: &&Item| match &one.what {
        What::Disclosed(told) => told.learner == item.id && told.to == to && since.is_none_or(|at| one.stamp.at >= at),
        _ => false,
    };
    if whole.items.iter().filter(told).any(|one| stopped(&whole.items, &one.id).is_none()) {
        return Err(NotDisclosed::Already);
    }
    Ok((item.id.clone(), label.clone()))
}

/// A disclosure that `from` may stop, and what it told.
///
/// # Errors
/// Why not.
pub fn may_stop<'a>(
    items: &'a [Item],
    disclosure: &str,
    from: &str,
) -> Result<(&'a Item, &'a Disclosed), NotDisclosed> {
    let found = items.iter().find_map(|item| match &item.what {
        What::Disclosed(told) if item.id.as_str() == disclosure => Some((item, told)),
        _ => None,
    });
    let (item, told) = found.ok_or(NotDisclosed::Missing)?;
    if item.holder != from {
        return Err(NotDisclosed::NotYours);
    }
    if stopped(items, &item.id).is_some() {
        return Err(NotDisclosed::Stopped);
    }
    Ok((item, told))
}

/// Whether a disclosure still says to `seen_by` who the learner is: always to their own school; to the other one
/// while it is not stopped, and only what it was told since it came in.
pub fn shows(whole: &Whole, item: &Item, told: &Disclosed, seen_by: &str) -> bool {
    if item.holder == seen_by {
        return true;
    }
    let since = whole.sharing.members.iter().find(|m| m.holder == seen_by).map(|m| m.since);
    told.to == seen_by && since.is_some_and(|at| item.stamp.at >= at) && stopped(&whole.items, &item.id).is_none()
}

/// What `from` told other schools that they are still shown, oldest first.
pub fn running<'a>(whole: &'a Whole, from: &str) -> Vec<(&'a Item, &'a Disclosed)> {
    let told = whole.items.iter().filter(|item| item.holder == from).filter_map(|item| match &item.what {
        What::Disclosed(told) => Some((item, told)),
        _ => None,
    });
    told.filter(|(item, told)| whole.sharing.holds(&told.to) && shows(whole, item, told, &told.to)).collect()
}

/// What each school says of its own part now: the last thing it said since it came in, since the incident was opened again,
/// where it was, and since it opened its own case again.
pub fn own_parts(whole: &Whole) -> Vec<(&str, Option<&Item>)> {
    let reopened = whole.items.iter().rposition(Item::reopens).map_or(0, |place| place + 1);
    let items = whole.items.get(reopened..).unwrap_or_default();
    let said = |holder: &str| {
        let since = whole.sharing.members.iter().find(|m| m.holder == holder).map(|m| m.since);
        let last = items.iter().rev().find(|item| {
            matches!(item.what, What::OwnPart { .. })
                && item.holder == holder
                && since.is_none_or(|at| item.stamp.at >= at)
        });
        // Open, and nobody says why: the case was opened again.
        last.filter(|item| !matches!(&item.what, What::OwnPart { closed: false, reason } if reason.is_empty()))
    };
    whole.sharing.schools().map(|school| (school, said(school))).collect()
}
