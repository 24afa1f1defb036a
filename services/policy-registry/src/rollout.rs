//! A template version on its way into the schools' policies. `plan` has what changed, `merge` what that comes to at one
//! school, `words` two changes of one text put together, `step_text` a step as a person reads and edits it.

pub mod merge;
pub mod plan;
pub mod step_text;
#[cfg(test)]
mod tests;
pub mod words;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use chassis::id::AccountId;

use crate::{
    instance::{Instance, State as InstanceState, proposal::RolloutId},
    school::School,
};

/// One template version on its way into the schools' policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Its id.
    pub id: RolloutId,
    /// The template version.
    pub template_version: u32,
    /// Where it stands.
    pub state: State,
    /// The day by which schools adopt what is statutory.
    pub statutory_by: Date,
    /// What the schools are told of it.
    pub note: String,
    /// Who started it.
    pub account: AccountId,
    /// From when schools are merged.
    #[serde(with = "time::serde::rfc3339")]
    pub start_at: OffsetDateTime,
    /// When the last school was done.
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
    /// Why its drafts were discarded again.
    pub undo_reason: Option<String>,
}

/// Where a roll-out stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its day has not come.
    Scheduled,
    /// Schools are being merged.
    Running,
    /// Every school was seen to.
    Done,
    /// Its drafts were discarded again.
    Undone,
}

impl State {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }

    /// True while schools wait for it.
    pub fn at_work(self) -> bool {
        matches!(self, Self::Scheduled | Self::Running)
    }
}

/// The furthest a roll-out may start, or its statutory day lie, ahead.
const FURTHEST: Duration = Duration::days(2 * 366);

impl Rollout {
    /// Whether the day for what is statutory, and the start, lie where they may; else the field and how to mend it.
    ///
    /// # Errors
    /// The field that is wrong, and how to mend it.
    pub fn dates(
        statutory_by: Date,
        start_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<(), (&'static str, &'static str)> {
        if start_at > now + FURTHEST {
            return Err(("start_time", "Enter a start within the next two years"));
        }
        if statutory_by <= start_at.max(now).date() {
            return Err(("statutory_by_date", "Enter a day after the roll-out starts"));
        }
        if statutory_by > (now + FURTHEST).date() {
            return Err(("statutory_by_date", "Enter a day within the next two years"));
        }
        Ok(())
    }

    /// Its day has come.
    #[must_use]
    pub fn running(mut self) -> Self {
        self.state = State::Running;
        self
    }

    /// Every school was seen to.
    #[must_use]
    pub fn done(mut self, at: OffsetDateTime) -> Self {
        self.state = State::Done;
        self.finished_at = Some(at);
        self
    }

    /// Its drafts were discarded, all that were left.
    #[must_use]
    pub fn undone(mut self, reason: &str, at: OffsetDateTime) -> Self {
        self.state = State::Undone;
        self.finished_at = self.finished_at.or(Some(at));
        self.undo_reason = Some(reason.to_owned());
        self
    }
}

/// What a roll-out does at one school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nothing, and why.
    Skip(Skipped),
    /// A draft is merged from this version.
    Merge(Box<Instance>),
}

/// Why a school is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It is closed.
    Closed,
    /// It has no policy to merge into.
    NoPolicy,
    /// Its policy is made from this template version, or a later one.
    OnThisVersion,
    /// A draft of it is; what is in force is not.
    DraftOnThisVersion,
    /// Its policy cannot be read.
    Unreadable,
}

impl Skipped {
    /// Why, in words.
    pub fn why(self) -> &'static str {
        match self {
            Self::Closed => "the school is closed",
            Self::NoPolicy => "it has no policy yet",
            Self::DraftOnThisVersion => {
                "a draft of it is made from this template version already: what is in force follows when the draft does"
            }
            Self::OnThisVersion => "its policy is made from this template version already",
            Self::Unreadable => "its policy could not be read: tell whoever runs the platform",
        }
    }
}

/// The version a roll-out takes up at a school: an open draft that came after the version in force, else what is in force.
pub fn source(school: &School, versions: Vec<Instance>, template_version: u32) -> Source {
    if school.closed_at.is_some() {
        return Source::Skip(Skipped::Closed);
    }
    let newest = versions.into_iter().filter(|version| LIVE.contains(&version.state));
    match newest.max_by_key(|version| version.version) {
        None => Source::Skip(Skipped::NoPolicy),
        Some(version) if version.template_version >= template_version && open(version.state) => {
            Source::Skip(Skipped::DraftOnThisVersion)
        }
        Some(version) if version.template_version >= template_version => Source::Skip(Skipped::OnThisVersion),
        Some(version) => Source::Merge(Box::new(version)),
    }
}

/// Where a version stands that is open or in force.
pub const LIVE: [InstanceState; 5] = [
    InstanceState::Draft,
    InstanceState::Consultation,
    InstanceState::Approved,
    InstanceState::Ratified,
    InstanceState::InForce,
];

/// True for a version that is neither in force nor over.
pub fn open(state: InstanceState) -> bool {
    match state {
        InstanceState::Draft | InstanceState::Consultation | InstanceState::Approved | InstanceState::Ratified => true,
        InstanceState::InForce | InstanceState::Superseded | InstanceState::Discarded => false,
    }
}
