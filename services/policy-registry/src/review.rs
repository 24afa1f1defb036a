//! Reviews: the yearly one follows from the policy in force, others are asked for by the school or the authority.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::{
    clock::london,
    id::{AccountId, SchoolId},
};

use crate::instance::{Instance, InstanceId};

chassis::id!(/** One review of a school's policy. */ pub struct ReviewId = "rev");

/// The review the calendar asks for.
pub const YEARLY: &str = "yearly";
/// What else asks for one.
pub const TRIGGERS: [&str; 5] =
    ["national_requirement", "local_requirement", "child_protection_concern", "infrastructure_change", "other"];
/// What a review comes to.
pub const OUTCOMES: [&str; 2] = ["unchanged", "revised"];

/// One review of a school's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id; none for the yearly one while it waits, which is nowhere kept.
    pub id: Option<ReviewId>,
    /// The school.
    pub school: SchoolId,
    /// `YEARLY` or one of `TRIGGERS`.
    pub trigger: String,
    /// What it is about.
    pub note: String,
    /// True where the authority asked for it.
    pub by_authority: bool,
    /// When it was asked for; none for the yearly one.
    #[serde(with = "time::serde::rfc3339::option")]
    pub raised_at: Option<OffsetDateTime>,
    /// The last day for it.
    pub due: Date,
    /// What it came to.
    pub completed: Option<Completed>,
}

/// What a review came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// One of `OUTCOMES`.
    pub outcome: String,
    /// What was looked at and found.
    pub findings: String,
    /// The version that was in force.
    pub instance: InstanceId,
    /// Who recorded it; none where that was no person.
    pub account: Option<AccountId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub completed_at: OffsetDateTime,
}

impl Review {
    /// The yearly review of the version in force.
    pub fn yearly(instance: &Instance) -> Option<Self> {
        instance.review_due_at.map(|due| Self {
            id: None,
            school: instance.school.clone(),
            trigger: YEARLY.to_owned(),
            note: String::new(),
            by_authority: false,
            raised_at: None,
            due: london(due).date(),
            completed: None,
        })
    }

    /// Whether its day has passed and it is not done.
    pub fn overdue(&self, today: Date) -> bool {
        self.completed.is_none() && self.due < today
    }

    /// Whether it is the yearly one of a version, and came to a revised one.
    pub fn of_version(&self, instance: &InstanceId) -> bool {
        let done = self.completed.as_ref().filter(|done| done.outcome == "revised");
        self.trigger == YEARLY && done.is_some_and(|done| done.instance == *instance)
    }

    /// Its place in the list: those that wait by their day, then those done, the latest first.
    pub fn place(&self) -> String {
        let id = self.id.as_ref().map(ReviewId::as_str).unwrap_or_default();
        match &self.completed {
            None => format!("0|{}|{id}", self.due),
            Some(done) => format!("1|{:020}|{id}", i64::MAX - done.completed_at.unix_timestamp()),
        }
    }
}

/// Whether a review that comes to `revised` has something to show for it: a version in force that came after it was
/// asked for, or one on its way.
pub fn revised(review: &Review, in_force: &Instance, on_their_way: &[Instance]) -> bool {
    let later = review.raised_at.is_some_and(|raised| in_force.effective_at.is_some_and(|from| from > raised));
    later || on_their_way.iter().any(|open| open.version > in_force.version)
}

/// Every review of a school in the order of its list: the yearly one of what is in force, and those that are kept.
pub fn listed(in_force: Option<&Instance>, kept: Vec<Review>) -> Vec<Review> {
    let mut all: Vec<Review> = in_force.and_then(Review::yearly).into_iter().chain(kept).collect();
    all.sort_by_key(Review::place);
    all
}
