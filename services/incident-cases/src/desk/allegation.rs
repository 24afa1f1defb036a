//! An allegation against an adult who works with children, as the authority's designated officer works it (rules ALL-01 to
//! ALL-05): evaluated against the harm threshold, met about, closed with one of five outcomes. Nothing is taken back:
//! what was held before stays beside what is held now.

use chassis::{calendar, clock::london};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use crate::{
    case::{Refusal, record::Stamp},
    rules::{ALLEGATION_EVALUATE, ALLEGATION_MET_BEFORE_DAYS, ALLEGATION_REVIEW_DAYS},
};

chassis::id!(/** An allegation at the designated officer's desk. */ pub struct AllegationId = "alg");

/// Who may tell the desk, by code.
pub const SOURCES: [&str; 8] =
    ["school", "parent", "child", "police", "social_care", "other_authority", "regulator", "other"];
/// The limbs of the harm threshold, by code (rule ALL-01).
pub const LIMBS: [&str; 4] = ["harmed", "offence", "risk", "unsuitable"];
/// The kinds of meeting, by code.
pub const MEETINGS: [&str; 5] = ["initial", "strategy", "evaluation", "review", "final"];
/// The outcomes of an allegation that met the threshold, by code (rule ALL-04).
pub const OUTCOMES: [&str; 5] = ["substantiated", "malicious", "false", "unsubstantiated", "unfounded"];
/// The outcome of one that did not.
pub const BELOW: &str = "below_threshold";

/// An allegation as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allegation {
    /// Its id.
    pub id: AllegationId,
    /// The desk that holds it, `desk/lado`.
    pub desk: String,
    /// The school it concerns; empty where it is no school of the authority's.
    pub school_id: String,
    /// Where the adult works otherwise.
    pub setting: String,
    /// Who told the desk.
    pub source: String,
    /// The adult.
    pub about: String,
    /// What is alleged.
    pub what: String,
    /// Who opened it, and when.
    pub opened: Stamp,
    /// What was noted, oldest first.
    pub notes: Vec<Note>,
    /// Every evaluation, oldest first.
    pub evaluations: Vec<Evaluation>,
    /// Every meeting, oldest first.
    pub meetings: Vec<Meeting>,
    /// Every time it was closed, oldest first.
    pub closings: Vec<Closing>,
    /// The referral in the desk's inbox that it came by; empty where it came otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub referral_id: String,
    /// Officers who are kept out.
    pub conflicted: Vec<String>,
    /// Counts the changes.
    pub version: u64,
}

/// Something that was said, done or advised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// What.
    pub text: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// The allegation held against the threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The limbs that are met.
    pub limbs: Vec<String>,
    /// What that rests on.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// The minutes of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// Its kind.
    pub kind: String,
    /// When it was held.
    pub held_at: OffsetDateTime,
    /// Who was there.
    pub present: String,
    /// What was agreed.
    pub agreed: String,
    /// The day of the next.
    pub next_on: Option<Date>,
    /// Who wrote it, and when.
    pub stamp: Stamp,
}

/// An allegation being closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// With what outcome.
    pub outcome: String,
    /// What it rests on, and what follows.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
    /// Why it was opened again, by whom and when.
    pub reopened: Option<(String, Stamp)>,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Hold it against the threshold.
    Evaluate,
    /// Meet.
    Meeting,
    /// Look at it: nothing has happened for weeks.
    Review,
}

impl Next {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluate",
            Self::Meeting => "meeting",
            Self::Review => "review",
        }
    }
}

impl Allegation {
    /// What it is called on the telephone: the end of its id, which counts nothing.
    pub fn reference(&self) -> String {
        let id = self.id.as_str();
        format!("L-{}", id.get(id.len().saturating_sub(5)..).unwrap_or(id).to_uppercase())
    }

    /// Its closing, while it is closed.
    pub fn closed(&self) -> Option<&Closing> {
        self.closings.last().filter(|closing| closing.reopened.is_none())
    }

    /// `new`, `open` or `closed`.
    pub fn state(&self) -> &'static str {
        match (self.closed(), self.evaluations.is_empty()) {
            (Some(_), _) => "closed",
            (None, true) => "new",
            (None, false) => "open",
        }
    }

    /// Whether the threshold is met, by the last evaluation; none before the first.
    pub fn threshold_met(&self) -> Option<bool> {
        self.evaluations.last().map(|evaluation| !evaluation.limbs.is_empty())
    }

    /// The day something is due, and what; none once it is closed.
    pub fn due(&self) -> Option<(Date, Next)> {
        if self.closed().is_some() {
            return None;
        }
        let day = |at: OffsetDateTime| london(at).date();
        if self.evaluations.is_empty() {
            return Some((day(calendar::working_days_after(self.opened.at, ALLEGATION_EVALUATE)), Next::Evaluate));
        }
        // A meeting that was to come is due until one was held on its day or later.
        let next = self.meetings.iter().filter_map(|meeting| meeting.next_on).max();
        let held = self.meetings.iter().map(|meeting| day(meeting.held_at)).max();
        if let Some(next) = next.filter(|next| held.is_none_or(|held| held < *next)) {
            return Some((next, Next::Meeting));
        }
        Some((day(self.touched_at()) + Duration::days(ALLEGATION_REVIEW_DAYS), Next::Review))
    }

    /// When something last happened in it.
    fn touched_at(&self) -> OffsetDateTime {
        let notes = self.notes.iter().map(|note| note.stamp.at);
        let evaluations = self.evaluations.iter().map(|evaluation| evaluation.stamp.at);
        let meetings = self.meetings.iter().map(|meeting| meeting.stamp.at);
        let reopened = self.closings.iter().filter_map(|closing| closing.reopened.as_ref().map(|(_, stamp)| stamp.at));
        notes.chain(evaluations).chain(meetings).chain(reopened).fold(self.opened.at, Ord::max)
    }

    fn working(&self) -> Result<(), Refusal> {
        if self.closed().is_some() {
            Err(Refusal::State("the allegation is closed: open it again first"))
        } else {
            Ok(())
        }
    }

    /// Notes something; also of one that is closed, since people ring after the end.
    pub fn note(&mut self, text: String, stamp: Stamp) {
        self.notes.push(Note { text, stamp });
    }

    /// Holds it against the threshold.
    ///
    /// # Errors
    /// `Field` where a limb is unknown or named twice; `State` where it is closed.
    pub fn evaluate(&mut self, limbs: Vec<String>, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        self.working()?;
        let known = |limb: &String| LIMBS.contains(&limb.as_str());
        let once = LIMBS.iter().all(|limb| limbs.iter().filter(|named| named == limb).count() <= 1);
        if !limbs.iter().all(known) || !once {
            return Err(Refusal::Field("limbs", format!("Select from {}, each once", LIMBS.join(", "))));
        }
        self.evaluations.push(Evaluation { limbs, reason, stamp });
        Ok(())
    }

    /// Keeps the minutes of a meeting.
    ///
    /// # Errors
    /// `Field` where the kind is unknown, it is still to be held or was long before the allegation, or the next one was before
    /// today; `State` where it is closed.
    pub fn meet(&mut self, meeting: Meeting) -> Result<(), Refusal> {
        self.working()?;
        let now = meeting.stamp.at;
        if !MEETINGS.contains(&meeting.kind.as_str()) {
            return Err(Refusal::Field("kind", format!("Select one of {}", MEETINGS.join(", "))));
        }
        if meeting.held_at > now {
            return Err(Refusal::Field("held_time", "Enter when it was held: not ahead of us".to_owned()));
        }
        // A school or the police may have met before the desk was told.
        let earliest = self.opened.at - Duration::days(ALLEGATION_MET_BEFORE_DAYS);
        if meeting.held_at < earliest {
            let fix = "Enter when it was held: no more than a year before the allegation was taken in";
            return Err(Refusal::Field("held_time", fix.to_owned()));
        }
        if meeting.next_on.is_some_and(|next| next < london(now).date()) {
            return Err(Refusal::Field("next_date", "Enter today or a later day".to_owned()));
        }
        self.meetings.push(meeting);
        Ok(())
    }

    /// Closes it.
    ///
    /// # Errors
    /// `State` before the first evaluation or where it is closed; `Field` where the outcome does not fit the threshold.
    pub fn close(&mut self, outcome: &str, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        self.working()?;
        let Some(met) = self.threshold_met() else {
            return Err(Refusal::State("hold it against the harm threshold first"));
        };
        if met && !OUTCOMES.contains(&outcome) {
            return Err(Refusal::Field("outcome", format!("Select one of {}", OUTCOMES.join(", "))));
        }
        if !met && outcome != BELOW {
            let fix = "Select below_threshold, or evaluate it again: the last evaluation says that no limb is met";
            return Err(Refusal::Field("outcome", fix.to_owned()));
        }
        self.closings.push(Closing { outcome: outcome.to_owned(), reason, stamp, reopened: None });
        Ok(())
    }

    /// Opens it again.
    ///
    /// # Errors
    /// `State` where it is not closed.
    pub fn reopen(&mut self, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        match self.closings.last_mut() {
            Some(closing) if closing.reopened.is_none() => {
                closing.reopened = Some((reason, stamp));
                Ok(())
            }
            _ => Err(Refusal::State("the allegation is open")),
        }
    }
}
