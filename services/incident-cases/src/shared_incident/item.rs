//! What is written into a shared incident: entries, tasks, decisions, minutes, and who came and went. Nothing of it is
//! changed; that a task is done is an item of its own.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::{
    Whole,
    learner::{Disclosed, running},
};
use crate::case::record::Stamp;

chassis::id!(/** Something written into a shared incident. */ pub struct SharedItemId = "six");

/// Something written into a shared incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: SharedItemId,
    /// As whom its author holds keys: a school, or `desk/safeguarding`.
    pub holder: String,
    /// Who wrote it, and when.
    pub stamp: Stamp,
    /// What it is.
    pub what: What,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// What every school should know.
    Entry {
        /// Its text.
        text: String,
        /// What it corrects or adds to, which stays as it was; none where it stands by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<String>,
    },
    /// Something to do.
    Task {
        /// What.
        text: String,
        /// The school that does it.
        owner: String,
        /// By when.
        due: Option<Date>,
    },
    /// A task was done.
    Done {
        /// The task.
        task: SharedItemId,
        /// What was done, or why it is not needed any more.
        note: String,
    },
    /// Something decided.
    Decision {
        /// What.
        text: String,
        /// Why.
        reason: String,
        /// The school that sees to it.
        owner: String,
    },
    /// The minutes of a strategy discussion.
    Minutes(Minutes),
    /// A learner of the school that wrote it, by role label alone.
    Learner {
        /// The label.
        label: String,
    },
    /// Who a learner is; their own school alone reads it.
    Own {
        /// The learner, as a label.
        learner: SharedItemId,
        /// The school's own case.
        case_id: String,
        /// The part in it.
        involvement_id: String,
    },
    /// A learner disclosed to one school: it and the learner's own read it, and nobody else.
    Disclosed(Disclosed),
    /// A disclosure ended for the future; the same two read it.
    Stopped {
        /// The disclosure.
        disclosure: SharedItemId,
        /// Why.
        reason: String,
    },
    /// A school says whether its own part is closed.
    OwnPart {
        /// Whether its own case is closed.
        closed: bool,
        /// Why not, or what came of it; empty where nobody was asked.
        reason: String,
    },
    /// Something is shown no more, except to whoever wrote it; that it was there stays.
    Withdrawn {
        /// The item; the incident itself where it is what it was opened with.
        of: String,
        /// Why.
        reason: String,
    },
    /// Somebody came or went.
    Change {
        /// One of `CHANGES`.
        change: String,
        /// Who.
        whom: String,
        /// Why; empty where nobody was asked.
        reason: String,
    },
}

/// The minutes of a strategy discussion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// When it was held.
    pub held_at: OffsetDateTime,
    /// Who took part, by role.
    pub present: String,
    /// What was discussed.
    pub discussed: String,
    /// What was decided.
    pub decided: String,
    /// Who does what next.
    pub next: String,
    /// When the next one is.
    pub next_on: Option<Date>,
}

/// Who came or went, and how.
pub const CHANGES: [&str; 9] = [
    "joined",
    "left",
    "removed",
    "removed_by_authority",
    "lead_passed",
    "officer_joined",
    "officer_asked",
    "closed",
    REOPENED,
];
/// It was opened again after it was closed.
pub const REOPENED: &str = "reopened";

impl What {
    /// Its kind, as the column has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Entry { .. } => "entry",
            Self::Task { .. } => "task",
            Self::Done { .. } => "done",
            Self::Decision { .. } => "decision",
            Self::Minutes(_) => "minutes",
            Self::Learner { .. } => "learner",
            Self::Own { .. } => "own_learner",
            Self::Disclosed(_) => "disclosure",
            Self::Stopped { .. } => "stopped",
            Self::OwnPart { .. } => "own_part",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Change { .. } => "change",
        }
    }

    /// An entry that stands by itself.
    pub fn entry(text: &str) -> Self {
        Self::Entry { text: text.trim().to_owned(), corrects: None }
    }

    /// Whether it may be corrected and withdrawn.
    pub fn written(&self) -> bool {
        matches!(self, Self::Entry { .. } | Self::Task { .. } | Self::Decision { .. } | Self::Minutes(_))
    }

    /// Whether it is of every school that was in it then, whichever wrote it down: what was decided, and what was discussed.
    pub fn of_all(&self) -> bool {
        matches!(self, Self::Decision { .. } | Self::Minutes(_))
    }

    /// What it says in words.
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Entry { text, .. } | Self::Task { text, .. } => vec![text.as_str()],
            Self::Decision { text, reason, .. } => vec![text.as_str(), reason.as_str()],
            Self::Minutes(minutes) => {
                let Minutes { present, discussed, decided, next, .. } = minutes;
                [present, discussed, decided, next].map(String::as_str).into()
            }
            _ => Vec::new(),
        }
    }

    /// The same without a word of it.
    fn blank(&mut self) {
        match self {
            Self::Entry { text, .. } | Self::Task { text, .. } | Self::Done { note: text, .. } => text.clear(),
            Self::Decision { text, reason, .. } => {
                text.clear();
                reason.clear();
            }
            Self::Minutes(minutes) => {
                let Minutes { present, discussed, decided, next, .. } = minutes;
                [present, discussed, decided, next].into_iter().for_each(String::clear);
            }
            _ => {}
        }
    }

    /// Somebody came or went.
    pub fn change(change: &str, whom: &str, reason: &str) -> Self {
        Self::Change { change: change.to_owned(), whom: whom.to_owned(), reason: reason.trim().to_owned() }
    }
}

impl Item {
    /// Whether it says that the incident was opened again.
    pub fn reopens(&self) -> bool {
        matches!(&self.what, What::Change { change, .. } if change == REOPENED)
    }
}

/// Why a task cannot be marked as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// There is no such task.
    Missing,
    /// It was done before.
    Already,
    /// It is another school's, and whoever asks does not lead.
    NotTheirs,
}

/// Whether `holder` may say that a task is done: whoever it is, or the lead.
///
/// # Errors
/// Why not.
pub fn may_complete(items: &[Item], task: &str, holder: &str, lead: &str) -> Result<SharedItemId, NotDone> {
    let found = items.iter().find_map(|item| match &item.what {
        What::Task { owner, .. } if item.id.as_str() == task => Some((&item.id, owner)),
        _ => None,
    });
    let (id, owner) = found.filter(|_| withdrawn(items, task).is_none()).ok_or(NotDone::Missing)?;
    if items.iter().any(|item| matches!(&item.what, What::Done { task, .. } if task == id)) {
        return Err(NotDone::Already);
    }
    if owner != holder && lead != holder {
        return Err(NotDone::NotTheirs);
    }
    Ok(id.clone())
}

/// What says that something was withdrawn; none where it was not.
pub fn withdrawn<'a>(items: &'a [Item], id: &str) -> Option<&'a Item> {
    items.iter().find(|item| matches!(&item.what, What::Withdrawn { of, .. } if of == id))
}

/// Why something is not withdrawn, or not corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWithdrawn {
    /// There is none of this id that was written into it.
    Missing,
    /// It was withdrawn before.
    Already,
    /// Another school wrote it, and whoever asks does not lead.
    NotTheirs,
    /// It is a learner of another school.
    NotTheirLearner,
    /// It is a learner of whom another school is still shown who they are.
    StillTold,
}

impl Whole {
    /// Who wrote something, or opened the incident with it.
    ///
    /// # Errors
    /// `Missing`, or `Already` where it was withdrawn.
    pub fn author(&self, id: &str) -> Result<&str, NotWithdrawn> {
        let item = self.items.iter().find(|item| item.id.as_str() == id && item.what.written());
        let opener = || self.opening.members.first().filter(|_| self.sharing.id.as_str() == id);
        let author = item.map(|item| &item.holder).or_else(opener).ok_or(NotWithdrawn::Missing)?;
        if withdrawn(&self.items, id).is_some() {
            return Err(NotWithdrawn::Already);
        }
        Ok(author)
    }

    /// What was written as one item, or what the incident was opened with where it is the incident's own id. What was done of
    /// a task is part of it.
    pub fn texts(&self, id: &str) -> Vec<&str> {
        let opening = self.sharing.id.as_str() == id;
        let items = self.items.iter().filter(|item| item.id.as_str() == id).flat_map(|item| item.what.texts());
        let done = self.items.iter().filter_map(|item| match &item.what {
            What::Done { task, note } if task.as_str() == id => Some(note.as_str()),
            _ => None,
        });
        items.chain(done).chain(opening.then_some(self.opening.summary.as_str())).collect()
    }

    /// Whether `holder` may withdraw something: whoever wrote it, or whoever leads. A learner is taken out by their own school
    /// alone, once nobody is shown any more who they are.
    ///
    /// # Errors
    /// Why not.
    pub fn may_withdraw(&self, id: &str, holder: &str) -> Result<(), NotWithdrawn> {
        let learner = |item: &&Item| item.id.as_str() == id && matches!(item.what, What::Learner { .. });
        if let Some(learner) = self.items.iter().find(learner) {
            if learner.holder != holder {
                return Err(NotWithdrawn::NotTheirLearner);
            }
            if withdrawn(&self.items, id).is_some() {
                return Err(NotWithdrawn::Already);
            }
            let told = running(self, holder).into_iter().any(|(_, told)| told.learner == learner.id);
            return if told { Err(NotWithdrawn::StillTold) } else { Ok(()) };
        }
        let author = self.author(id)?;
        if author == holder || self.sharing.lead() == holder { Ok(()) } else { Err(NotWithdrawn::NotTheirs) }
    }

    /// What was withdrawn, by its ids, as somebody in it reads it.
    pub fn withdrawn(&self) -> Vec<String> {
        let of = self.items.iter().filter_map(|item| match &item.what {
            What::Withdrawn { of, .. } => Some(of.clone()),
            _ => None,
        });
        of.collect()
    }

    /// What stays of it in the record of a school that went: what it wrote itself, and the decisions and minutes of others while it
    /// was in it. Nothing of others where it is not known what was withdrawn since.
    pub fn keep_of(&mut self, school: &str) {
        self.hide_withdrawn(school);
        let known = self.sharing.withdrawn.is_some();
        if self.opening.members.first().is_none_or(|opener| opener != school) {
            self.opening.summary.clear();
        }
        self.opening.entries.retain(|entry| entry.school_id == school);
        self.items.retain(|item| item.holder == school || (known && item.what.of_all()));
    }

    /// The same without a word of what was withdrawn, except to whoever wrote it.
    pub fn hide_withdrawn(&mut self, holder: &str) {
        let mut gone = self.withdrawn();
        gone.extend(self.sharing.withdrawn.iter().flatten().cloned());
        if gone.is_empty() {
            return;
        }
        let gone = |id: &str| gone.iter().any(|of| of == id);
        if gone(self.sharing.id.as_str()) && self.opening.members.first().is_none_or(|opener| opener != holder) {
            self.opening.summary.clear();
        }
        for item in self.items.iter_mut().filter(|item| item.holder != holder) {
            // What was done of a task that is withdrawn goes with it.
            let of = match &item.what {
                What::Done { task, .. } => task.as_str(),
                _ => item.id.as_str(),
            };
            if gone(of) {
                item.what.blank();
            }
        }
    }
}
