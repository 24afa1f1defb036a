//! Somebody asks for what the school keeps about a learner: the request and its clock, and what is decided about each
//! record. `items` says which records there are, `mentions` finds other people in them, `redact` takes words out, `paper`
//! sets the answer.

pub mod items;
pub mod mentions;
pub mod paper;
pub mod redact;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use chassis::{calendar::working_day, clock::london};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime};

use crate::{
    case::{Refusal, record::Stamp},
    learner::LearnerId,
    rules::{SUBJECT_ACCESS_MONTHS, SUBJECT_ACCESS_MORE_MONTHS},
};
use items::Item;
use redact::Stretch;

chassis::id!(/** A request for what is kept about a learner. */ pub struct AccessRequestId = "sar");
chassis::id!(/** A file that left. */ pub struct ExportId = "xpo");

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Its id.
    pub id: AccessRequestId,
    /// The school.
    pub school_id: String,
    /// Whom it is about.
    pub learner_id: LearnerId,
    /// Who asks, and how they may.
    pub requested_by: String,
    /// The day it came.
    pub received_on: Date,
    /// Who took it in, and when.
    pub stamp: Stamp,
    /// Every time its clock was stopped, oldest first.
    pub pauses: Vec<Pause>,
    /// How it was answered.
    pub export: Option<Export>,
    /// What was added to the answer by those who may know of what it was without, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Further>,
    /// Why it takes longer, who decided so and when.
    #[serde(default)]
    pub extension: Option<(String, Stamp)>,
}

/// A time in which the clock stood still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// What the school waits for.
    pub reason: String,
    /// Who stopped it, and when.
    pub stamp: Stamp,
    /// What came, who started it again, and when.
    pub resumed: Option<(String, Stamp)>,
}

/// The file that answered a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// What it was written as.
    pub format: String,
    /// Why, and for whom.
    pub reason: String,
    /// Whether it says how many records were kept back.
    pub say_withheld: bool,
    /// What the school is called in it.
    pub school_name: String,
    /// Who made it, and when.
    pub stamp: Stamp,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
}

/// A further answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Further {
    /// Its file.
    pub export: Export,
    /// The cases and concerns it is of: it is known to whoever may read them all.
    pub records: BTreeSet<String>,
}

/// The day so many months later: the last of its month where it has no such day.
fn months_after(date: Date, months: u8) -> Date {
    let mut after = (date.year(), date.month());
    for _ in 0..months {
        after = (after.0 + i32::from(after.1 == Month::December), after.1.next());
    }
    let last = after.1.length(after.0);
    Date::from_calendar_date(after.0, after.1, date.day().min(last)).unwrap_or(date)
}

impl AccessRequest {
    /// The last day to answer: one month from the day it came, three where it was extended, later by the days its clock
    /// stood still, and on to the next working day where that is none.
    pub fn due_on(&self, now: OffsetDateTime) -> Date {
        let more = if self.extension.is_some() { SUBJECT_ACCESS_MORE_MONTHS } else { 0 };
        self.months_on(SUBJECT_ACCESS_MONTHS + more, now)
    }

    fn months_on(&self, months: u8, now: OffsetDateTime) -> Date {
        let day = |at: OffsetDateTime| london(at).date();
        let stood = |pause: &Pause| {
            let until = pause.resumed.as_ref().map_or(now, |(_, stamp)| stamp.at);
            day(until) - day(pause.stamp.at)
        };
        let stood = self.pauses.iter().map(stood).sum::<Duration>();
        let mut due = months_after(self.received_on, months) + stood;
        while !working_day(due) {
            due = due.next_day().unwrap_or(Date::MAX);
        }
        due
    }

    /// Whether its clock stands still.
    fn paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.resumed.is_none())
    }

    /// `open`, `paused` or `answered`.
    pub fn state(&self) -> &'static str {
        match (&self.export, self.paused()) {
            (Some(_), _) => "answered",
            (None, true) => "paused",
            (None, false) => "open",
        }
    }

    /// Refuses what comes after the answer.
    ///
    /// # Errors
    /// `State` where it was answered.
    pub fn unanswered(&self) -> Result<(), Refusal> {
        if self.export.is_some() { Err(Refusal::State("the request was answered: take in a new one")) } else { Ok(()) }
    }

    /// Stops the clock.
    ///
    /// # Errors
    /// `State` where it stands still, or the request was answered.
    pub fn pause(&mut self, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        self.unanswered()?;
        if self.paused() {
            return Err(Refusal::State("the clock stands still already"));
        }
        self.pauses.push(Pause { reason, stamp, resumed: None });
        Ok(())
    }

    /// Starts the clock again.
    ///
    /// # Errors
    /// `State` where it runs, or the request was answered.
    pub fn resume(&mut self, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        self.unanswered()?;
        match self.pauses.last_mut() {
            Some(pause) if pause.resumed.is_none() => {
                pause.resumed = Some((reason, stamp));
                Ok(())
            }
            _ => Err(Refusal::State("the clock is running")),
        }
    }

    /// Takes more time: once, and while whoever asks can still be told within the first month.
    ///
    /// # Errors
    /// `State` where it was extended or answered before, or its first month is over.
    pub fn extend(&mut self, reason: String, stamp: Stamp) -> Result<(), Refusal> {
        self.unanswered()?;
        if self.extension.is_some() {
            return Err(Refusal::State("the request was extended already: it is not extended twice"));
        }
        if london(stamp.at).date() > self.months_on(SUBJECT_ACCESS_MONTHS, stamp.at) {
            return Err(Refusal::State("the first month is over: whoever asks had to be told within it"));
        }
        self.extension = Some((reason, stamp));
        Ok(())
    }

    /// Refuses an answer while the clock stands still: the school waits for something that it may not answer without.
    ///
    /// # Errors
    /// `State` where it does, or the request was answered.
    pub fn answerable(&self) -> Result<(), Refusal> {
        self.unanswered()?;
        if self.paused() { Err(Refusal::State("the clock stands still: start it again first")) } else { Ok(()) }
    }
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// All of it is given.
    Release,
    /// It is given with words taken out.
    ReleaseRedacted,
    /// It is kept back.
    Withhold,
}

impl Choice {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 3] =
        [("release", Self::Release), ("release_redacted", Self::ReleaseRedacted), ("withhold", Self::Withhold)];

    /// The one of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, choice)| choice)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, choice)| *choice == self).map_or("", |(code, _)| code)
    }
}

/// What was decided about a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What becomes of it.
    pub choice: Choice,
    /// What is taken out.
    pub redactions: Vec<Stretch>,
    /// Why.
    pub reason: String,
    /// What named somebody else as far as was known then, and was left in; none where it is from before that was kept.
    #[serde(default)]
    pub left_in: Option<Vec<Stretch>>,
    /// Who and when.
    pub stamp: Stamp,
}

impl Decision {
    /// Whether it decides about all that is suggested of a record now. Who else is named in it may have become known since:
    /// nobody has decided then that their name stays in.
    pub fn holds(&self, item: &Item) -> bool {
        let known = |stretch: &Stretch| match &self.left_in {
            Some(left_in) => left_in.contains(stretch),
            None => !self.reason.is_empty(),
        };
        self.choice == Choice::Withhold || names_left_in(item, &self.redactions).all(|stretch| known(&stretch))
    }

    /// What tells it from every other about the same record.
    pub fn etag(&self) -> String {
        self.stamp.at.unix_timestamp_nanos().to_string()
    }
}

/// What names somebody else in a record and is not taken out.
fn names_left_in<'a>(item: &'a Item, redactions: &'a [Stretch]) -> impl Iterator<Item = Stretch> + 'a {
    let stays = move |suggestion: &&mentions::Suggestion| {
        suggestion.why == mentions::Why::OtherPerson && !redact::covers(redactions, suggestion.stretch)
    };
    item.suggestions.iter().filter(stays).map(|suggestion| suggestion.stretch)
}

/// What tells what was decided about a record from what was decided before or since.
pub fn decision_etag(decision: Option<&Decision>) -> String {
    decision.map_or_else(|| "none".to_owned(), Decision::etag)
}

/// What somebody wants to decide.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What becomes of the record.
    pub choice: Choice,
    /// Stretches to take out.
    pub stretches: Vec<Stretch>,
    /// Words to take out wherever they stand.
    pub phrases: Vec<String>,
    /// Why.
    pub reason: String,
}

/// A choice of what becomes of a record.
///
/// # Errors
/// `Field` where the choice does not fit the record, or its reason is missing.
pub fn decide(item: &Item, wanted: Wanted, stamp: Stamp) -> Result<Decision, Refusal> {
    let Wanted { choice, mut stretches, phrases, reason } = wanted;
    let wrong = |field, fix: &str| Err(Refusal::Field(field, fix.to_owned()));
    if item.fixed && choice != Choice::Withhold {
        return wrong("decision", "Select withhold: suspect material and the log of viewing it are never given");
    }
    if choice != Choice::ReleaseRedacted && !(stretches.is_empty() && phrases.is_empty()) {
        return wrong("redactions", "Leave them out, or select release_redacted");
    }
    let text: Vec<char> = item.text.chars().collect();
    if stretches.iter().any(|stretch| stretch.start >= stretch.end || stretch.end > text.len()) {
        return wrong("redactions", "Select a stretch of the text: its start before its end, and both inside it");
    }
    for phrase in &phrases {
        let found = mentions::wherever(&text, phrase);
        if found.is_empty() {
            return wrong("phrases", "Enter words as they stand in the record, one phrase on each line");
        }
        stretches.extend(found);
    }
    if choice == Choice::ReleaseRedacted && stretches.is_empty() {
        return wrong("redactions", "Say what is taken out, or select release");
    }
    let redactions = redact::merged(stretches);
    let left_in: Vec<Stretch> = names_left_in(item, &redactions).collect();
    let grave = choice != Choice::Withhold && item.marks.contains(&"serious_harm");
    if reason.trim().is_empty() {
        match choice {
            _ if grave => return wrong("reason", "Enter why it is given although it says of serious harm"),
            Choice::Withhold => return wrong("reason", "Enter why it is kept back"),
            _ if !left_in.is_empty() => {
                return wrong("reason", "Enter why somebody else’s name stays in");
            }
            _ => {}
        }
    }
    Ok(Decision { choice, redactions, reason: reason.trim().to_owned(), left_in: Some(left_in), stamp })
}

/// What the file says of a record; none where it is kept back. While nothing is decided, what it would say with everything
/// that is suggested taken out.
pub fn said(item: &Item, decision: Option<&Decision>) -> Option<String> {
    let suggested = |why: Option<mentions::Why>| {
        let all = item.suggestions.iter().filter(move |suggestion| why.is_none_or(|why| suggestion.why == why));
        all.map(|suggestion| suggestion.stretch)
    };
    let stretches: Vec<Stretch> = match decision {
        _ if item.fixed => return None,
        Some(Decision { choice: Choice::Withhold, .. }) => return None,
        // No address leaves, whatever was decided: any may be one of suspect material.
        Some(decision) => decision.redactions.iter().copied().chain(suggested(Some(mentions::Why::Address))).collect(),
        None => suggested(None).collect(),
    };
    Some(redact::without(&item.text, &stretches, &item.suggestions))
}

/// How many records nobody has decided on.
pub fn undecided(items: &[Item], decisions: &HashMap<String, Decision>) -> usize {
    items.iter().filter(|item| !item.fixed && !decisions.contains_key(&item.id)).count()
}

/// The next record that nobody has decided on: after one, and then from the first.
pub fn next_undecided<'a>(items: &'a [Item], decisions: &HashMap<String, Decision>, after: &str) -> Option<&'a Item> {
    let place = items.iter().position(|item| item.id == after).map_or(0, |place| place + 1);
    let (before, later) = items.split_at_checked(place).unwrap_or((items, &[]));
    later.iter().chain(before).find(|item| !item.fixed && !decisions.contains_key(&item.id))
}
