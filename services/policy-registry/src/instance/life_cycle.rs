//! From consultation to review: what happens to a version besides its text.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use chassis::{calendar::end_of_day, clock::london};

use super::{Instance, Refusal, Signatory, State};
use crate::{
    agency::Register,
    parameter::{Origin, Parameter, PartDate},
    rules::RATIFY_WITHIN_DAYS,
    template::Template,
};

/// The blank that names the next review on the front page.
const NEXT_REVIEW: &str = "doc.next_review";
/// The blank that lists the reviews so far.
const REVIEW_LOG: &str = "doc.review_log";
/// How many reviews the list holds; the oldest go.
const LOGGED: usize = 100;

/// The time in which a version is open to comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub opened_at: OffsetDateTime,
    /// The last day for comments.
    pub until: Date,
    /// When it was ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
}

/// A version in force before the governors ratified it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// Why it could not wait.
    pub reason: String,
    /// The last day for the governors to ratify it.
    pub ratify_by: Date,
}

impl Consultation {
    /// Whether its last day has passed.
    pub fn lapsed(&self, at: OffsetDateTime) -> bool {
        london(at).date() > self.until
    }
}

impl Instance {
    /// Opens a draft to comments until the end of a day.
    ///
    /// # Errors
    /// Where it is no draft.
    pub fn open_consultation(mut self, until: Date, at: OffsetDateTime) -> Result<Self, Refusal> {
        if self.state != State::Draft {
            return Err(Refusal::WrongState { state: self.state, needed: "only a draft is opened to comments" });
        }
        self.consultation = Some(Consultation { opened_at: at, until, closed_at: None });
        self.state = State::Consultation;
        Ok(self.written())
    }

    /// Ends its consultation; it is a draft again.
    ///
    /// # Errors
    /// Where it is in none.
    pub fn close_consultation(mut self, at: OffsetDateTime) -> Result<Self, Refusal> {
        if self.state != State::Consultation {
            return Err(Refusal::WrongState { state: self.state, needed: "no consultation on it is open" });
        }
        self.end_consultation(at);
        self.state = State::Draft;
        Ok(self.written())
    }

    /// Notes that the consultation on it is over: with its last day, or now where an edit ended it before that.
    pub(super) fn end_consultation(&mut self, at: OffsetDateTime) {
        if let Some(consultation) = self.consultation.as_mut().filter(|consultation| consultation.closed_at.is_none()) {
            consultation.closed_at = Some(end_of_day(consultation.until).min(at));
        }
    }

    /// Whether it takes comments at a moment.
    ///
    /// # Errors
    /// Where no consultation on it is open any more, or yet.
    pub fn takes_comments(&self, at: OffsetDateTime) -> Result<(), Refusal> {
        let open = self.consultation.as_ref().is_some_and(|consultation| !consultation.lapsed(at));
        if self.state == State::Consultation && open {
            return Ok(());
        }
        let needed = if self.state == State::Consultation {
            "the last day for comments has passed"
        } else {
            "comments are taken while a consultation on it is open"
        };
        Err(Refusal::WrongState { state: self.state, needed })
    }

    /// The draft that can be signed: itself, or what a consultation leaves whose last day has passed.
    ///
    /// # Errors
    /// Where it is no draft, or still discussed.
    pub(super) fn consulted(mut self, at: OffsetDateTime) -> Result<Self, Refusal> {
        match self.state {
            State::Draft => Ok(self),
            State::Consultation if self.consultation.as_ref().is_none_or(|consultation| consultation.lapsed(at)) => {
                self.end_consultation(at);
                self.state = State::Draft;
                Ok(self)
            }
            State::Consultation => {
                let needed = "close the consultation first, or wait until its last day has passed";
                Err(Refusal::WrongState { state: self.state, needed })
            }
            State::Approved | State::Ratified | State::InForce | State::Superseded | State::Discarded => {
                Err(Refusal::WrongState { state: self.state, needed: "only a draft is approved" })
            }
        }
    }

    /// Brings what the head approved into force at once; the governors ratify it afterwards.
    ///
    /// # Errors
    /// Where it is not approved and no more than that, or a required blank is empty.
    pub fn publish_emergency(
        mut self,
        template: &Template,
        register: Option<&Register>,
        reason: String,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        if self.state != State::Approved || !self.signed(Signatory::Head) {
            let needed = match self.state {
                State::Ratified => "it is ratified: publish it as usual",
                _ => "the head approves it before it is published in an emergency",
            };
            return Err(Refusal::WrongState { state: self.state, needed });
        }
        let ratify_by = london(at).date() + Duration::days(RATIFY_WITHIN_DAYS);
        self.emergency = Some(Emergency { reason, ratify_by });
        self.come_into_force(template, register, at)
    }

    /// Until when the governors have to ratify it, where it came into force without them and they did not yet.
    pub fn ratify_by(&self) -> Option<Date> {
        let waits = self.state == State::InForce && !self.signed(Signatory::Chair);
        self.emergency.as_ref().filter(|_| waits).map(|emergency| emergency.ratify_by)
    }

    /// When somebody signed it in a role; none where nobody did.
    pub fn signed_at(&self, signatory: Signatory) -> Option<OffsetDateTime> {
        self.signatures.iter().find(|signature| signature.signatory == signatory).map(|signature| signature.signed_at)
    }

    /// Whether somebody signed it in a role.
    pub(super) fn signed(&self, signatory: Signatory) -> bool {
        self.signed_at(signatory).is_some()
    }

    /// The last day on which its next review can be due.
    pub fn latest_review(template: &Template, at: OffsetDateTime) -> Date {
        let today = london(at).date();
        let date = PartDate { year: today.year(), month: today.month().into(), day: Some(today.day()) };
        date.plus_months(template.review_months).last().unwrap_or(today)
    }

    /// It was looked at and stands; it is looked at again on a day, as late as the template allows where none is named.
    ///
    /// # Errors
    /// Where it is not in force, or the day lies behind or too far ahead.
    pub fn reviewed(mut self, template: &Template, next: Option<Date>, at: OffsetDateTime) -> Result<Self, Refusal> {
        if self.state != State::InForce {
            return Err(Refusal::WrongState { state: self.state, needed: "only what is in force is reviewed" });
        }
        let (today, latest) = (london(at).date(), Self::latest_review(template, at));
        let next = next.unwrap_or(latest);
        if next <= today || next > latest {
            return Err(Refusal::ReviewDay { latest });
        }
        self.review_due_at = Some(end_of_day(next));
        if template.parameter(NEXT_REVIEW).is_some() {
            self.fill(NEXT_REVIEW, vec![next.to_string()]);
        }
        if template.parameter(REVIEW_LOG).is_some() {
            let kept = self.parameters.iter().find(|parameter| parameter.key == REVIEW_LOG);
            let mut log = kept.map(|parameter| parameter.values.clone()).unwrap_or_default();
            log.push(format!("{} {} {} (unchanged)", today.day(), today.month(), today.year()));
            log.drain(..log.len().saturating_sub(LOGGED));
            self.fill(REVIEW_LOG, log);
        }
        Ok(self.written())
    }

    fn fill(&mut self, key: &str, values: Vec<String>) {
        self.parameters.retain(|parameter| parameter.key != key);
        self.parameters.push(Parameter::of(key, values, Origin::School));
    }
}

#[cfg(test)]
mod tests;
