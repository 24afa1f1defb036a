//! What people decide about the keeping of a record. One person keeps it longer; two lift a hold or destroy it.

use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::{AskId, Basis, Kept, Retention, Standing, hold::Lifted};
use crate::{
    case::{
        By, Case,
        access::Office,
        record::{Answer, Stamp},
    },
    concern::Concern,
    rules,
};

/// What a second person is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To destroy the record.
    Destroy,
    /// To lift a hold.
    Lift(String),
}

impl Asked {
    /// Its code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Destroy => "destroy",
            Self::Lift(_) => "lift_hold",
        }
    }
}

/// A question to a second person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Its id.
    pub id: AskId,
    /// What is asked.
    pub asked: Asked,
    /// Why.
    pub reason: String,
    /// Who asked, and when.
    pub stamp: Stamp,
    /// When the record had been ended that was asked about.
    pub closed_at: Option<time::OffsetDateTime>,
    /// What was answered.
    pub answer: Option<Answer>,
    /// Who was named to answer, and reads the record until they have; nobody where those who may answer read it anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
}

impl Ask {
    /// Whether it still waits for its answer at a moment.
    pub fn waits(&self, standing: &Standing, now: time::OffsetDateTime) -> bool {
        let young = now - self.stamp.at <= Duration::days(rules::RETENTION_ASK_DAYS);
        // Opened again meanwhile, it is another record than the one that was asked about.
        let same = self.asked != Asked::Destroy || self.closed_at == standing.closed_at;
        // What somebody added since, nobody was asked about.
        let same = same && standing.added_at.is_none_or(|added| self.asked != Asked::Destroy || added <= self.stamp.at);
        let asker = !standing.kept_out.contains(&self.stamp.by);
        self.answer.is_none() && young && same && asker
    }
}

/// An answer of the second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What was asked.
    pub id: AskId,
    /// Whether it was asked to destroy the record, or else to lift a hold.
    pub destroys: bool,
    /// Whether they agree.
    pub agreed: bool,
    /// Why.
    pub reason: String,
}

/// Why a decision was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is open.
    Open,
    /// A hold stands.
    Held(super::hold::Kind),
    /// Something that was added has been read by nobody.
    Unread,
    /// Another school has still to answer its invitation.
    Shared,
    /// Its review is not due before this day.
    Early(Date),
    /// Nothing says when its review is due.
    Undated,
    /// It is kept until the adult leaves, who holds a role at the school still.
    Present,
    /// A review on this day would come too early, or not after today.
    Review(Date),
    /// A review on this day would never come for whoever is here now.
    TooLate(Date),
    /// There is no such hold or question.
    Missing,
    /// The hold is of a request that is not answered, and ends with its answer.
    Unanswered,
    /// The next school has not received the file.
    Unreceived,
    /// The designated officer works the allegation, and the hold ends with that.
    AtLado,
    /// It was asked already.
    Asked,
    /// It was answered, or it is too old, or the record changed since.
    Lapsed,
    /// Whoever asked does not answer.
    SamePerson,
    /// Somebody is not named to answer.
    Second(&'static str),
    /// Something was said that does not fit this class.
    Basis(&'static str, &'static str),
}

impl Standing {
    /// Whether it may be destroyed on a day.
    ///
    /// # Errors
    /// What stands against it.
    pub fn may_be_destroyed(&self, today: Date) -> Result<(), Refused> {
        if self.closed_at.is_none() {
            return Err(Refused::Open);
        }
        if let Some(hold) = self.holds.first() {
            return Err(Refused::Held(hold.kind));
        }
        if self.unread {
            return Err(Refused::Unread);
        }
        if self.shared_open {
            return Err(Refused::Shared);
        }
        if self.before_leaving() {
            return Err(Refused::Present);
        }
        match self.review_on {
            None => Err(Refused::Undated),
            Some(day) if day > today => Err(Refused::Early(day)),
            Some(_) => Ok(()),
        }
    }
}

impl Retention {
    /// Keeps it until a later review.
    ///
    /// # Errors
    /// Where it is open, or the day is too early.
    pub fn keep_longer(
        &mut self,
        by: By<'_>,
        review_on: Date,
        reason: String,
        standing: &Standing,
    ) -> Result<(), Refused> {
        if standing.closed_at.is_none() {
            return Err(Refused::Open);
        }
        let today = super::day(by.at);
        let tomorrow = today.next_day().unwrap_or(today);
        // What somebody decided before is not undone by a nearer day, but a day that has come is decided on anew.
        let before = self.kept.last().map(|kept| kept.review_on).filter(|day| *day > today);
        let latest = super::years_after(today, rules::RETAIN_LONGEST_YEARS);
        if review_on > latest {
            return Err(Refused::TooLate(latest));
        }
        let least = standing.reckoned.earliest.max(tomorrow).max(before.unwrap_or(tomorrow));
        if review_on < least {
            return Err(Refused::Review(least));
        }
        self.kept.push(Kept { review_on, reason, stamp: by.stamp() });
        Ok(())
    }

    /// Says what its review is reckoned from; `present` where the adult holds a role at the school still.
    ///
    /// # Errors
    /// Where it says nothing that could be true.
    pub fn say_basis(&mut self, basis: Basis, present: bool) -> Result<(), Refused> {
        let today = super::day(basis.stamp.at);
        if present && basis.left_on.is_some_and(|left| left <= today) {
            let fix =
                "Enter a day to come, or have their appointment ended first: they hold a role at the school still";
            return Err(Refused::Basis("left_date", fix));
        }
        let old = |born: Date| born < super::years_after(today, -rules::OLDEST_YEARS);
        if basis.born_on.is_some_and(|born| born >= today || old(born)) {
            return Err(Refused::Basis(
                "born_date",
                "The date of birth must be in the past, and within the last 110 years",
            ));
        }
        if basis.takes_back() {
            match self.sexual_abuse() {
                None => {
                    let fix = "Enter a date of birth or a last day, or say that it touches sexual abuse";
                    return Err(Refused::Basis("born_date", fix));
                }
                Some(said) if said.stamp.by == basis.stamp.by => {
                    let fix = "Ask somebody else to take it back: nobody shortens alone how long it is kept";
                    return Err(Refused::Basis("sexual_abuse", fix));
                }
                Some(_) => {}
            }
        }
        self.bases.push(basis);
        Ok(())
    }

    /// Asks a second person.
    ///
    /// # Errors
    /// Where what is asked for may not be done now.
    pub fn ask(
        &mut self,
        by: By<'_>,
        id: AskId,
        asked: Asked,
        reason: String,
        standing: &Standing,
    ) -> Result<(), Refused> {
        match &asked {
            Asked::Destroy => standing.may_be_destroyed(super::day(by.at))?,
            Asked::Lift(hold) if hold == super::hold::BY_REQUEST => return Err(Refused::Unanswered),
            Asked::Lift(hold) if hold == super::hold::BY_TRANSFER => return Err(Refused::Unreceived),
            Asked::Lift(hold) if hold == super::hold::BY_LADO => return Err(Refused::AtLado),
            Asked::Lift(hold) => {
                if standing.holds.iter().all(|standing| standing.id != *hold) {
                    return Err(Refused::Missing);
                }
            }
        }
        if self.asks.iter().any(|ask| ask.asked == asked && ask.waits(standing, by.at)) {
            return Err(Refused::Asked);
        }
        let closed_at = standing.closed_at;
        self.asks.push(Ask { id, asked, reason, stamp: by.stamp(), closed_at, answer: None, second: None });
        Ok(())
    }

    /// Answers as the second person. Where that destroys the record, whoever calls does it.
    ///
    /// # Errors
    /// Where the answer comes from the first, or what was asked for may not be done any more.
    pub fn answer(&mut self, by: By<'_>, answered: Answered, standing: &Standing) -> Result<Ask, Refused> {
        let Answered { id, destroys, agreed, reason } = answered;
        let asked = |ask: &&mut Ask| ask.id == id && (ask.asked == Asked::Destroy) == destroys;
        let ask = self.asks.iter_mut().find(asked).ok_or(Refused::Missing)?;
        if !ask.waits(standing, by.at) {
            return Err(Refused::Lapsed);
        }
        if ask.stamp.by == by.account_id {
            return Err(Refused::SamePerson);
        }
        if agreed && ask.asked == Asked::Destroy {
            standing.may_be_destroyed(super::day(by.at))?;
        }
        ask.answer = Some(Answer { agreed, reason, stamp: by.stamp() });
        let ask = ask.clone();
        if let (true, Asked::Lift(hold)) = (agreed, &ask.asked) {
            let lifted = Lifted { asked: ask.stamp.clone(), agreed: by.stamp(), reason: ask.reason.clone() };
            if !self.lift(&standing.holds, hold, lifted) {
                return Err(Refused::Missing);
            }
        }
        Ok(ask)
    }
}

impl Retention {
    fn put_to(&mut self, account_id: &str) {
        if let Some(asked) = self.asks.last_mut() {
            asked.second = Some(account_id.to_owned());
        }
    }

    /// Whether somebody was named to answer a question that is not answered.
    pub(crate) fn is_put_to(&self, account_id: &str) -> bool {
        self.asks.iter().any(|ask| ask.answer.is_none() && ask.second.as_deref() == Some(account_id))
    }

    /// Those who were named for questions that wait no longer, and for no other.
    fn done_with(&mut self, standing: &Standing, now: time::OffsetDateTime) -> Vec<String> {
        let over = self.asks.iter_mut().filter(|ask| !ask.waits(standing, now));
        let mut named: Vec<String> = over.filter_map(|ask| ask.second.take()).collect();
        named.retain(|account| !self.is_put_to(account));
        named
    }
}

impl Case {
    /// Puts the latest question about its keeping to somebody, who reads the case until they have answered: a school whose head
    /// is the only lead has nobody else who reads it and could be the second person.
    ///
    /// # Errors
    /// Where that is not theirs to say, or not somebody who can be asked.
    pub fn put_to(&mut self, by: By<'_>, account_id: &str) -> Result<(), Refused> {
        let named = self.names_until_answered(by, account_id).map_err(Refused::Second)?;
        if named || self.retention.is_put_to(account_id) {
            self.retention.put_to(account_id);
        }
        Ok(())
    }

    /// Whether nobody reads it, an adult's, but whoever asks: then nobody could answer.
    pub fn read_alone_by(&self, by: By<'_>) -> bool {
        let takes_on = match self.access.office {
            Office::Head => by.head,
            Office::Chair => by.chair,
        };
        self.adult() && takes_on && self.access.members.iter().all(|member| member == by.account_id)
    }

    /// Takes those out again who were named for questions that wait no longer.
    pub fn done_with(&mut self, standing: &Standing, now: time::OffsetDateTime) {
        let named = self.retention.done_with(standing, now);
        self.access.members.retain(|member| !named.contains(member));
    }
}

impl Concern {
    /// The same of a concern.
    ///
    /// # Errors
    /// Where that is not theirs to say, or not somebody who can be asked.
    pub fn put_to(&mut self, by: By<'_>, account_id: &str) -> Result<(), Refused> {
        if !(by.head || self.read_alone_by(by)) {
            return Err(Refused::Second("Leave it out: those who may answer read this concern already"));
        }
        if account_id == by.account_id {
            return Err(Refused::Second("Select somebody else than yourself"));
        }
        if self.kept_out.iter().any(|out| out == account_id) {
            return Err(Refused::Second("Select somebody whom the concern does not keep out"));
        }
        self.retention.put_to(account_id);
        Ok(())
    }

    /// The same of a concern.
    pub fn read_alone_by(&self, by: By<'_>) -> bool {
        match self.office {
            None => false,
            Some(Office::Head) => by.head,
            Some(Office::Chair) => by.chair,
        }
    }

    /// The same of a concern.
    pub fn done_with(&mut self, standing: &Standing, now: time::OffsetDateTime) {
        self.retention.done_with(standing, now);
    }
}
