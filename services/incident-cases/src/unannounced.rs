//! What waits for somebody and is announced to nobody: concerns and cases about adults, hidden cases, what is added to a case that not everybody may know of, and what of a child's file was left behind by somebody who may not know of it. Each thing that waits has
//! one mark for as long as it waits in the same way, so that whoever is told is told once, and again when its time is over.

use std::collections::BTreeSet;

use chassis::calendar::end_of_day;
use time::OffsetDateTime;

use crate::{
    case::{Case, access::Office, due::Kind},
    concern::{Concern, wait::Level},
    desk::{allegation::Allegation, referral::DeskReferral},
    transfer::Transfer,
};

/// Marks, each once.
pub type Marks = BTreeSet<String>;

/// Of a concern that somebody may decide on, or whose case they may read: that it is unread, that its time is over, that its
/// reporter added to it. What one recorded oneself is no news.
pub fn of_concern(concern: &Concern, account_id: &str, now: OffsetDateTime) -> Option<String> {
    let (id, own) = (concern.id.as_str(), concern.reporter() == account_id);
    if concern.read.is_none() && concern.outcome.is_none() {
        // Passed on or decided again, it is unread once more.
        let turn = concern.passed_on.len() + concern.earlier.len();
        let late = concern.wait.as_ref().is_some_and(|wait| wait.due_at <= now);
        // What the head did not read in time, the chair had a time of their own for.
        let beyond = concern.office == Some(Office::Head) && concern.level() == Some(Level::Authority);
        return match (late, own) {
            (true, _) if beyond => Some(format!("{id} beyond {turn}")),
            (true, _) => Some(format!("{id} late {turn}")),
            (false, false) => Some(format!("{id} unread {turn}")),
            (false, true) => None,
        };
    }
    (concern.unread_additions() > 0 && !own).then(|| format!("{id} added {}", concern.additions.len()))
}

/// Of a case that somebody may read: that they have not opened it yet, and what of theirs, or of nobody's, is overdue in it;
/// what was due at one time is one thing.
pub fn of_case(case: &Case, account_id: &str, opened: bool, overdue_before: OffsetDateTime) -> Marks {
    let id = case.id.as_str();
    let mut marks = Marks::new();
    if !opened {
        marks.insert(format!("{id} unopened"));
    }
    let theirs = case
        .dues()
        .into_iter()
        .filter(|due| Kind::WORK.contains(&due.kind) && due.owner.as_deref().is_none_or(|owner| owner == account_id));
    let over = theirs.filter_map(|due| due.at).filter(|at| *at < overdue_before);
    marks.extend(over.map(|at| format!("{id} due {}", at.unix_timestamp())));
    marks
}

/// Of the rest of a child's file: that it is left, and that its day is over.
pub fn of_rest(rest: &Transfer, now: OffsetDateTime) -> String {
    let late = rest.due.as_ref().filter(|due| end_of_day(due.on) <= now);
    late.map_or_else(|| format!("{} rest", rest.id), |due| format!("{} due {}", rest.id, due.on))
}

/// Of a referral that waits for a desk: that nobody there has taken it in, and that an answer is overdue.
pub fn of_referral(held: &DeskReferral, now: OffsetDateTime) -> Option<String> {
    let referral = &held.referral;
    let id = referral.id.as_str();
    if referral.chase_at <= now {
        return Some(format!("{id} due {}", referral.chase_at.unix_timestamp()));
    }
    referral.acknowledged.is_none().then(|| format!("{id} came"))
}

/// Of an allegation at the desk: that what is to be done next is overdue.
pub fn of_allegation(one: &Allegation, now: OffsetDateTime) -> Option<String> {
    let (day, _) = one.due()?;
    (end_of_day(day) <= now).then(|| format!("{} due {day}", one.id))
}
