//! How long a record is kept: by its class, from what is known of the people in it. Nothing is destroyed by itself:
//! reaching the day makes a review due, which a person decides. `hold` keeps from being destroyed, `decide` has what
//! people decide, `certificate` is what stays.

pub mod certificate;
pub mod decide;
pub mod hold;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

use crate::{
    case::{Case, access::LOW_LEVEL, record::Stamp},
    concern::{Concern, Outcome},
    rules,
};
use hold::Hold;

chassis::id!(/** A hold. */ pub struct HoldId = "hld");
chassis::id!(/** What a second person is asked about the keeping of a record. */ pub struct AskId = "rta");

/// The procedures that touch sexual abuse: between children, in pictures, by grooming, in indecent images.
const SEXUAL: [&str; 4] = ["P1", "P2", "P3", "P4"];

/// What is kept of the keeping of a record, within the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// Every hold, those that were lifted among them.
    #[serde(default)]
    pub holds: Vec<Hold>,
    /// Every time somebody decided to keep it longer, oldest first.
    #[serde(default)]
    pub kept: Vec<Kept>,
    /// What was said of the people it is about, oldest first; the last counts, and that it touches sexual abuse until somebody else
    /// takes it back.
    #[serde(default)]
    pub bases: Vec<Basis>,
    /// What second persons were asked.
    #[serde(default)]
    pub asks: Vec<decide::Ask>,
}

/// A decision to keep a record until a later review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The day of the review.
    pub review_on: Date,
    /// Why.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// What the day is reckoned from where neither the roll nor the case says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// When the adult was born, or the youngest child whom the roll does not know.
    pub born_on: Option<Date>,
    /// The last day of the adult at the school.
    pub left_on: Option<Date>,
    /// Whether it touches sexual abuse although its kind of incident does not say so.
    pub sexual_abuse: bool,
    /// How that is known.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl Basis {
    /// Whether it says nothing but that the record does not touch sexual abuse after all.
    fn takes_back(&self) -> bool {
        self.born_on.is_none() && self.left_on.is_none() && !self.sexual_abuse
    }
}

/// What decides how long a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// About children: child protection and welfare.
    Child,
    /// Touches sexual abuse.
    SexualAbuse,
    /// An allegation against an adult.
    Allegation,
    /// An allegation that was found to be malicious or false.
    Removed,
    /// A low-level concern about an adult.
    LowLevel,
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// `statutory_guidance` or `suggestion`; no law sets any of these figures.
    pub force: &'static str,
    /// Who says so.
    pub source: &'static str,
}

impl Class {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 5] = [
        ("child", Self::Child),
        ("sexual_abuse", Self::SexualAbuse),
        ("allegation", Self::Allegation),
        ("allegation_removed", Self::Removed),
        ("low_level", Self::LowLevel),
    ];

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, class)| *class == self).map_or("", |(code, _)| code)
    }

    /// The rule by which it is kept.
    pub fn rule(self) -> Rule {
        const KCSIE: &str = "Keeping children safe in education, Part four";
        match self {
            Self::Child => Rule {
                id: "RET-01",
                force: "suggestion",
                source: "Information and Records Management Society, toolkit for schools",
            },
            Self::SexualAbuse => Rule {
                id: "RET-02",
                force: "suggestion",
                source: "Independent Inquiry into Child Sexual Abuse, recommendation on keeping records",
            },
            Self::Allegation | Self::Removed => Rule { id: "RET-03", force: "statutory_guidance", source: KCSIE },
            Self::LowLevel => Rule { id: "RET-04", force: "statutory_guidance", source: KCSIE },
        }
    }
}

/// A child of a record, as far as it tells how long the record is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Child {
    /// The date of birth, where the roll says it.
    pub born_on: Option<Date>,
    /// Whether the child has special educational needs or a disability.
    pub send: bool,
    /// The year group; empty where it is not known.
    pub year_group: String,
    /// The day on which the child was in it.
    pub seen_on: Option<Date>,
}

/// What the day is reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The children's dates of birth.
    Birth,
    /// The year groups of children whose dates of birth are not known: an estimate, and never too early.
    YearGroup,
    /// The day the case was closed.
    Closing,
    /// The adult's date of birth and the day of the allegation.
    PensionAge,
    /// The adult's last day.
    Leaving,
    /// Nothing that is known: a person has to say.
    Nothing,
}

impl From {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::YearGroup => "year_group",
            Self::Closing => "closing",
            Self::PensionAge => "pension_age",
            Self::Leaving => "leaving",
            Self::Nothing => "nothing",
        }
    }
}

/// The day a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reckoned {
    /// The day of the review; none where nothing says it.
    pub review_on: Option<Date>,
    /// No review may be set for a day before.
    pub earliest: Date,
    /// What it was reckoned from.
    pub from: From,
}

/// A record as its keeping sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its class.
    pub class: Class,
    /// When it was ended; none while it is open.
    pub closed_at: Option<OffsetDateTime>,
    /// What the rule gives.
    pub reckoned: Reckoned,
    /// The day of the review; none where nothing says it, or while it is open.
    pub review_on: Option<Date>,
    /// The holds that stand.
    pub holds: Vec<Hold>,
    /// When its reporter last added something.
    pub added_at: Option<OffsetDateTime>,
    /// Whether something that was added has been read by nobody.
    pub unread: bool,
    /// Whether another school has still to answer its invitation into the incident.
    pub shared_open: bool,
    /// Accounts it keeps out.
    pub kept_out: Vec<String>,
    /// Whether the adult it is about holds a role at the school still.
    pub present: bool,
}

impl Standing {
    /// Whether it is kept until the adult leaves, who has not (rule RET-04).
    pub(crate) fn before_leaving(&self) -> bool {
        self.class == Class::LowLevel && self.present
    }

    /// Whether a review is due on a day.
    pub fn due(&self, today: Date) -> bool {
        self.closed_at.is_some() && !self.before_leaving() && self.review_on.is_some_and(|day| day <= today)
    }
}

/// A day so many years later; the day after where there is none such, so that nothing is early.
fn years_after(day: Date, years: i32) -> Date {
    let year = day.year().saturating_add(years);
    day.replace_year(year).or_else(|_| Date::from_calendar_date(year, Month::March, 1)).unwrap_or(Date::MAX)
}

/// The latest day on which somebody can have been born who was in a year group on a day.
pub fn latest_birth(year_group: &str, on: Date) -> Option<Date> {
    let age = match year_group {
        "Nursery" => 3,
        "Reception" => 4,
        year => 4 + year.parse::<i32>().ok().filter(|year| (1..=13).contains(year))?,
    };
    let school_year = if on.month() as u8 >= 9 { on.year() } else { on.year() - 1 };
    Date::from_calendar_date(school_year - age, Month::August, 31).ok()
}

/// When the last of some children reaches the age until which their records are kept.
fn of_children(children: &[Child], basis: Option<&Basis>, recorded_on: Date) -> Reckoned {
    let earliest = years_after(recorded_on, rules::RETAIN_CHILD_LEAST_YEARS);
    let mut from = From::Birth;
    let mut last = None;
    for child in children {
        let said = child.born_on.or_else(|| basis.and_then(|basis| basis.born_on));
        let estimate = || latest_birth(&child.year_group, child.seen_on.unwrap_or(recorded_on));
        let born = match said {
            Some(born) => born,
            None => match estimate() {
                Some(born) => {
                    from = From::YearGroup;
                    born
                }
                None => return Reckoned { review_on: None, earliest, from: From::Nothing },
            },
        };
        let years = if child.send { rules::RETAIN_SEND_YEARS } else { rules::RETAIN_CHILD_YEARS };
        // A date of birth that makes a learner older than any can be is a slip, and brings no day nearer.
        last = last.max(Some(years_after(born, years).max(earliest)));
    }
    match last {
        Some(day) => Reckoned { review_on: Some(day), earliest: day, from },
        None => match basis.and_then(|basis| basis.born_on) {
            // Nobody is named, and somebody said when the child was born.
            Some(born) => {
                let day = years_after(born, rules::RETAIN_CHILD_YEARS).max(earliest);
                Reckoned { review_on: Some(day), earliest: day, from }
            }
            None => Reckoned { review_on: None, earliest, from: From::Nothing },
        },
    }
}

/// The day that the rule of a class gives.
fn reckon(class: Class, of: &Times, children: &[Child], basis: Option<&Basis>) -> Reckoned {
    let known = |day: Date, from| Reckoned { review_on: Some(day), earliest: day, from };
    match class {
        Class::Child => of_children(children, basis, of.recorded_on),
        Class::SexualAbuse => {
            let after = years_after(of.closed_on.unwrap_or(of.recorded_on), rules::RETAIN_SEXUAL_ABUSE_YEARS);
            known(after, From::Closing)
        }
        Class::Removed => known(of.closed_on.unwrap_or(of.recorded_on), From::Closing),
        Class::Allegation => {
            let least = years_after(of.known_on, rules::RETAIN_ALLEGATION_YEARS);
            match basis.and_then(|basis| basis.born_on) {
                Some(born) => known(least.max(years_after(born, rules::PENSION_AGE)), From::PensionAge),
                None => Reckoned { review_on: None, earliest: least, from: From::Nothing },
            }
        }
        Class::LowLevel => match basis.and_then(|basis| basis.left_on) {
            Some(left) => known(left.max(of.closed_on.unwrap_or(of.recorded_on)), From::Leaving),
            None => Reckoned { review_on: None, earliest: of.closed_on.unwrap_or(of.recorded_on), from: From::Nothing },
        },
    }
}

/// The days a rule counts from.
struct Times {
    recorded_on: Date,
    known_on: Date,
    closed_on: Option<Date>,
}

fn day(at: OffsetDateTime) -> Date {
    chassis::clock::london(at).date()
}

impl Retention {
    /// Whether anything was said of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn basis(&self) -> Option<&Basis> {
        self.bases.iter().rev().find(|basis| !basis.takes_back())
    }

    /// Whether it was said to touch sexual abuse and that holds still.
    pub(crate) fn sexual_abuse(&self) -> Option<&Basis> {
        let said = self.bases.iter().rev().find(|basis| basis.sexual_abuse || basis.takes_back());
        said.filter(|basis| basis.sexual_abuse)
    }

    /// The day of the review: the rule's, or a later one that somebody set.
    fn review_on(&self, reckoned: &Reckoned) -> Option<Date> {
        let kept = self.kept.last().map(|kept| kept.review_on).filter(|day| *day >= reckoned.earliest);
        reckoned.review_on.max(kept)
    }
}

impl Case {
    /// What decides how long it is kept.
    pub fn class(&self) -> Class {
        let procedure = self.procedure.id.as_str();
        let said = self.retention.sexual_abuse().is_some();
        if said || SEXUAL.contains(&procedure) {
            return Class::SexualAbuse;
        }
        if procedure == LOW_LEVEL && !self.allegation() {
            return Class::LowLevel;
        }
        if !self.adult() {
            return Class::Child;
        }
        if self.found_untrue() { Class::Removed } else { Class::Allegation }
    }

    /// Whether an allegation ended as malicious or false: its record is removed. Where the designated officer has it at their
    /// desk, that holds once they say so too.
    fn found_untrue(&self) -> bool {
        matches!(self.allegation_outcome(), Some("malicious" | "false")) && self.untrue_at_lado()
    }

    /// How it stands; its children as the roll knows them.
    pub fn how_kept(&self, children: &[Child], shared_open: bool) -> Standing {
        let class = self.class();
        let of = Times {
            recorded_on: day(self.opened_at),
            known_on: day(self.known_at.unwrap_or(self.opened_at)),
            closed_on: self.closing.as_ref().map(|closing| day(closing.at)),
        };
        let reckoned = reckon(class, &of, children, self.retention.basis());
        Standing {
            class,
            closed_at: self.closing.as_ref().map(|closing| closing.at),
            review_on: self.closing.as_ref().and_then(|_| self.retention.review_on(&reckoned)),
            reckoned,
            holds: self.holds().into_iter().filter(|hold| hold.lifted.is_none()).collect(),
            added_at: None,
            unread: false,
            shared_open,
            kept_out: self.access.kept_out().map(str::to_owned).collect(),
            present: false,
        }
    }
}

impl Concern {
    /// How one that is part of no case stands.
    pub fn how_kept(&self, children: &[Child]) -> Standing {
        let said = self.retention.sexual_abuse().is_some();
        let class = match self.office {
            _ if said => Class::SexualAbuse,
            Some(_) => Class::LowLevel,
            None => Class::Child,
        };
        let closed_at = match &self.outcome {
            Some(Outcome::NoFurtherAction { at, .. }) => Some(*at),
            Some(Outcome::InCase { .. }) | None => None,
        };
        let recorded_on = day(self.recorded_at);
        let of = Times { recorded_on, known_on: recorded_on, closed_on: closed_at.map(day) };
        let reckoned = reckon(class, &of, children, self.retention.basis());
        Standing {
            class,
            closed_at,
            review_on: closed_at.and_then(|_| self.retention.review_on(&reckoned)),
            reckoned,
            holds: self.holds().into_iter().filter(|hold| hold.lifted.is_none()).collect(),
            added_at: self.additions.last().map(|addition| addition.at),
            unread: self.unread_additions() > 0,
            shared_open: false,
            kept_out: Vec::new(),
            present: false,
        }
    }
}
