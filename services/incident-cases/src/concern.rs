//! A concern: what someone reported first, in their words. Its text never changes; what becomes of it is added.

pub mod adult;
pub mod duty;
pub mod suggest;
pub mod wait;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{case::access::Office, learner::LearnerId};

chassis::id!(/** A concern. */ pub struct ConcernId = "con");

/// A concern as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concern {
    /// Its id.
    pub id: ConcernId,
    /// The school.
    pub school_id: String,
    /// Where it came from.
    pub origin: Origin,
    /// What was reported.
    pub report: Report,
    /// When it was recorded.
    pub recorded_at: OffsetDateTime,
    /// The lead or deputy who first read it.
    pub read: Option<Read>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Decisions that nothing further is done which hold no longer, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// Whom of the roll it is about, as far as somebody said.
    #[serde(default)]
    pub learners: Vec<LearnerId>,
    /// Whose user name the alert was under that it came from, by the school’s roll as it came; none where nobody or several have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_of: Option<LearnerId>,
    /// How it waits to be read; none where it is from before there were clocks.
    #[serde(default)]
    pub wait: Option<wait::Wait>,
    /// What its reporter added, oldest first.
    #[serde(default)]
    pub additions: Vec<Addition>,
    /// Who takes it on, where it is about an adult.
    #[serde(default)]
    pub office: Option<Office>,
    /// Whether its reporter said that it is about the head.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_head: bool,
    /// Accounts that said they are in conflict: it is not theirs, whatever their role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_out: Vec<String>,
    /// Every time it was passed on to whom it is for, oldest first.
    #[serde(default)]
    pub passed_on: Vec<adult::PassedOn>,
    /// What its reporter reported in person because the law asks it of them, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duties: Vec<duty::Duty>,
    /// What accounts that wrote in it are called, as the gateway vouched for when they last did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// How long it is kept, while it is part of no case.
    #[serde(default)]
    pub retention: crate::retention::Retention,
}

/// What a reporter added to their concern. It never changes either.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// What they added, as written.
    pub text: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who of the safeguarding team first read it.
    pub read: Option<Read>,
}

/// Where a concern came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// A person recorded it.
    Staff {
        /// Their account.
        account_id: String,
    },
    /// A filter alert became it.
    Alert {
        /// The alert.
        alert_id: String,
        /// Its theme.
        theme: String,
        /// Its severity now.
        severity: String,
        /// How long after it happened its line came, in seconds; 0 where it came in time.
        #[serde(default)]
        late_s: i64,
    },
    /// Somebody without an account sent it through the school's public page.
    Public(Sender),
}

/// Who sent a concern through the public page, as far as they said. Nobody has checked it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sender {
    /// `learner`, `parent` or `other`.
    pub kind: String,
    /// Their name, where said.
    pub name: String,
    /// How they can be reached, where said.
    pub contact: String,
}

/// Who can send one.
pub const SENDERS: [&str; 3] = ["learner", "parent", "other"];

/// Where on a body something can be seen, from head to foot.
pub const BODY_AREAS: [&str; 17] = [
    "head",
    "face",
    "neck",
    "chest",
    "stomach",
    "private_area",
    "upper_back",
    "lower_back",
    "bottom",
    "left_arm",
    "right_arm",
    "left_hand",
    "right_hand",
    "left_leg",
    "right_leg",
    "left_foot",
    "right_foot",
];

/// What was reported.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Whom it is about, as written.
    pub about: String,
    /// What happened, as written.
    pub narrative: String,
    /// `yes`, `no` or `not_sure`.
    pub safe_now: String,
    /// When it happened, where said.
    pub event_at: Option<OffsetDateTime>,
    /// Who else was there or was told, where said.
    pub others: String,
    /// Where on the body something was seen, where said.
    #[serde(default)]
    pub body_areas: Vec<String>,
}

/// Who first read it, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The account.
    pub by: String,
    /// The moment.
    pub at: OffsetDateTime,
}

/// What became of a concern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing further, with the reason.
    NoFurtherAction {
        /// Why.
        reason: String,
        /// Who decided.
        by: String,
        /// When.
        at: OffsetDateTime,
    },
    /// It is part of a case.
    InCase {
        /// The case.
        case_id: String,
        /// Who decided.
        by: String,
        /// When.
        at: OffsetDateTime,
    },
}

/// A decision that nothing further is done, until more became known (rule NUD-03: new facts reopen it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// Why nothing further was done.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// When it was decided.
    pub at: OffsetDateTime,
    /// Who had first read the concern until then.
    pub read: Option<Read>,
    /// Why it holds no longer; empty where its reporter added to the concern.
    pub again: String,
    /// Who decided again, or added to it.
    pub again_by: String,
    /// When.
    pub again_at: OffsetDateTime,
}

/// The concern was triaged before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyTriaged;

impl Concern {
    /// A concern as it arrives: read by nobody, decided by nobody.
    pub fn new(id: ConcernId, school_id: &str, origin: Origin, report: Report, at: OffsetDateTime) -> Self {
        Self {
            id,
            school_id: school_id.to_owned(),
            origin,
            report,
            recorded_at: at,
            read: None,
            outcome: None,
            earlier: Vec::new(),
            learners: Vec::new(),
            user_of: None,
            additions: Vec::new(),
            wait: None,
            office: None,
            passed_on: Vec::new(),
            about_head: false,
            kept_out: Vec::new(),
            duties: Vec::new(),
            names: BTreeMap::new(),
            retention: crate::retention::Retention::default(),
        }
    }

    /// Adds what its reporter has to add. Where nothing further was to be done, it waits again to be read and decided on,
    /// like a new one; answers whether it does.
    pub fn add(&mut self, text: &str, at: OffsetDateTime) -> bool {
        self.additions.push(Addition { text: text.to_owned(), at, read: None });
        let by = self.reporter().to_owned();
        let opened = self.holds_no_longer("", &by, at);
        if opened {
            self.read = None;
        }
        opened
    }

    /// Adds what is to be known of it by whoever reads it, and opens nothing that was decided.
    pub fn note(&mut self, text: &str, at: OffsetDateTime) {
        self.additions.push(Addition { text: text.to_owned(), at, read: None });
    }

    /// Who first read it, whatever was decided and undone since: that is what its reporter is told, and nothing of the rest.
    pub fn first_read(&self) -> Option<&Read> {
        self.earlier.iter().find_map(|earlier| earlier.read.as_ref()).or(self.read.as_ref())
    }

    /// Keeps a decision that nothing further is done among the earlier ones; answers whether there was one.
    fn holds_no_longer(&mut self, again: &str, by: &str, at: OffsetDateTime) -> bool {
        match self.outcome.take() {
            Some(Outcome::NoFurtherAction { reason, by: decided_by, at: decided_at }) => {
                self.earlier.push(Earlier {
                    reason,
                    by: decided_by,
                    at: decided_at,
                    read: self.read.clone(),
                    again: again.to_owned(),
                    again_by: by.to_owned(),
                    again_at: at,
                });
                true
            }
            other => {
                self.outcome = other;
                false
            }
        }
    }

    /// What comes before a decision: where nothing further was to be done, why it is decided again.
    ///
    /// # Errors
    /// `AlreadyTriaged` where it is part of a case, or nobody says why it is decided again.
    pub fn decides_again(&mut self, again: &str, by: &str, at: OffsetDateTime) -> Result<(), AlreadyTriaged> {
        if self.outcome.is_none() || (!again.is_empty() && self.holds_no_longer(again, by, at)) {
            return Ok(());
        }
        Err(AlreadyTriaged)
    }

    /// How much of what was added nobody of the safeguarding team has read.
    pub fn unread_additions(&self) -> usize {
        self.additions.iter().filter(|addition| addition.read.is_none()).count()
    }

    /// Notes who first read what was added. Answers whether anything was new.
    pub fn read_additions(&mut self, by: &str, at: OffsetDateTime) -> bool {
        let new = self.unread_additions() > 0;
        for addition in self.additions.iter_mut().filter(|addition| addition.read.is_none()) {
            addition.read = Some(Read { by: by.to_owned(), at });
        }
        new
    }

    /// Notes the first reader; later ones change nothing. Answers whether this was the first.
    pub fn read(&mut self, by: &str, at: OffsetDateTime) -> bool {
        let first = self.read.is_none();
        if first {
            self.read = Some(Read { by: by.to_owned(), at });
        }
        first
    }

    /// Decides what becomes of it; deciding is reading.
    ///
    /// # Errors
    /// `AlreadyTriaged` where that was decided before.
    pub fn triage(&mut self, outcome: Outcome) -> Result<(), AlreadyTriaged> {
        if self.outcome.is_some() {
            return Err(AlreadyTriaged);
        }
        let (by, at) = match &outcome {
            Outcome::NoFurtherAction { by, at, .. } | Outcome::InCase { by, at, .. } => (by.clone(), *at),
        };
        self.read(&by, at);
        self.outcome = Some(outcome);
        Ok(())
    }

    /// `new`, `no_further_action` or `in_case`.
    pub fn state(&self) -> &'static str {
        match self.outcome {
            None => "new",
            Some(Outcome::NoFurtherAction { .. }) => "no_further_action",
            Some(Outcome::InCase { .. }) => "in_case",
        }
    }

    /// The filter alert it came from; empty where none.
    pub fn alert(&self) -> &str {
        match &self.origin {
            Origin::Alert { alert_id, .. } => alert_id,
            Origin::Staff { .. } | Origin::Public(_) => "",
        }
    }

    /// The account that recorded it; empty where none did.
    pub fn reporter(&self) -> &str {
        match &self.origin {
            Origin::Staff { account_id } => account_id,
            Origin::Alert { .. } | Origin::Public(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::Ids;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_added_is_read_for_itself_and_changes_nothing_before() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let ids = Ids::new(chassis::clock::ManualClock::new(now));
        let origin = Origin::Staff { account_id: "acc_1".into() };
        let report = Report { narrative: "First".into(), ..Report::default() };
        let mut concern = Concern::new(ids.next(), "sch_1", origin, report.clone(), now);
        concern.add("Second", now);
        assert!(concern.read("acc_2", now) && concern.unread_additions() == 1, "deciding or reading is not reading on");
        assert!(concern.read_additions("acc_2", now) && !concern.read_additions("acc_3", now));
        concern.add("Third", now);
        assert_eq!((concern.unread_additions(), &concern.report), (1, &report));
        assert_eq!(concern.additions[0].read.as_ref().map(|read| read.by.as_str()), Some("acc_2"));
    }

    #[test]
    fn nothing_further_is_decided_again_with_a_reason_or_where_more_is_said() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let ids = Ids::new(chassis::clock::ManualClock::new(now));
        let origin = Origin::Staff { account_id: "acc_1".into() };
        let mut concern = Concern::new(ids.next(), "sch_1", origin, Report::default(), now);
        let nothing = || Outcome::NoFurtherAction { reason: "Spoken to".into(), by: "acc_2".into(), at: now };
        assert_eq!(concern.triage(nothing()), Ok(()));
        assert_eq!(concern.decides_again("", "acc_2", now), Err(AlreadyTriaged));
        assert_eq!(concern.state(), "no_further_action");
        assert!(concern.add("It happened again", now));
        assert_eq!((concern.state(), concern.read.is_none()), ("new", true), "it waits like a new one");
        assert!(concern.first_read().is_some(), "its reporter is told nothing of it");
        assert_eq!(concern.triage(nothing()), Ok(()));
        assert_eq!(concern.decides_again("A wrong click", "acc_2", now), Ok(()));
        let kept: Vec<_> = concern.earlier.iter().map(|one| (one.again.as_str(), one.again_by.as_str())).collect();
        assert_eq!(kept, [("", "acc_1"), ("A wrong click", "acc_2")]);
        let joined = Outcome::InCase { case_id: "cas_1".into(), by: "acc_2".into(), at: now };
        assert_eq!(concern.triage(joined), Ok(()));
        assert!(!concern.add("More", now) && concern.decides_again("Why", "acc_2", now).is_err());
    }
}
