//! Devices held, searches and disclosures: registers of the school, each entry of a case or of none. A device's chain
//! begins with its seizure, every link holds the digest of the one before, and no link is ever taken away: what was recorded by
//! mistake is corrected by a further link.

use std::collections::HashMap;

use chassis::id::SchoolId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::{
    case::{Case, Refusal, record::Stamp},
    concern::ConcernId,
    gate,
};

chassis::id!(/** A device held. */ pub struct CustodyId = "cus");
chassis::id!(/** A search. */ pub struct SearchId = "sea");
chassis::id!(/** A disclosure. */ pub struct DisclosureId = "dis");

/// Why a device was taken.
pub const GROUNDS: [&str; 6] =
    ["rule_breach", "behaviour_or_bullying", "nudes", "illegal_content", "evidence", "police_request"];

/// What can happen to a device after it was taken.
pub const KINDS: [&str; 7] =
    ["moved", "examined", "handed_to_police", "returned_by_police", "released_to_parent", PUT_IN_CASE, CORRECTED];

/// That a device of no case turned out to belong to one: its chain goes on there.
pub const PUT_IN_CASE: &str = "put_in_case";

/// That an earlier link was recorded by mistake: it stays where it is, and says no more where the device is.
pub const CORRECTED: &str = "corrected";

/// One link of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// `taken`, or one of `KINDS`.
    pub kind: String,
    /// Where the device is from then on.
    pub place: String,
    /// From whom or to whom.
    pub person: String,
    /// Who else was there.
    pub present: String,
    /// More.
    pub note: String,
    /// Who took the device, where somebody else recorded it; of the first link only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub taken_by: String,
    /// The number, from 1, of the link that was recorded by mistake; of a correction only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u32>,
    /// When it happened.
    pub at: OffsetDateTime,
    /// Who recorded it, and when.
    pub stamp: Stamp,
    /// The digest of this link and all before it.
    #[serde(default)]
    pub digest: String,
}

/// A device held, with its chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Custody {
    /// Its id.
    pub id: CustodyId,
    /// The school.
    pub school_id: String,
    /// The case; empty where it was only against the rules.
    pub case_id: String,
    /// What it is.
    pub item: String,
    /// Whose it is.
    pub owner: String,
    /// One of `GROUNDS`.
    pub ground: String,
    /// Why it was taken.
    pub reason: String,
    /// The chain.
    pub links: Vec<Link>,
    /// Counts its writes.
    pub version: u64,
}

impl Custody {
    /// Whether the link at a place of the chain was recorded by mistake.
    pub fn mistaken(&self, place: usize) -> bool {
        self.links.iter().filter_map(|link| link.corrects).any(|number| place_of(number) == Some(place))
    }

    /// The link that another one corrects.
    pub fn corrected(&self, link: &Link) -> Option<&Link> {
        self.links.get(place_of(link.corrects?)?)
    }

    /// What happened to it: the links without corrections and what they correct.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = &Link> {
        let stands = move |(place, link): &(usize, &Link)| link.kind != CORRECTED && !self.mistaken(*place);
        self.links.iter().enumerate().filter(stands).map(|(_, link)| link)
    }

    /// `held`, `with_police`, `released`.
    pub fn state(&self) -> &'static str {
        state_of(self.standing()).unwrap_or("held")
    }

    /// Whether the school had it at a moment, as far as the chain says; within the minute, as moments are entered.
    pub fn held_at(&self, at: OffsetDateTime) -> bool {
        let until = at + Duration::minutes(1);
        let then = state_of(self.standing().take_while(|link| link.at <= at));
        let soon = state_of(self.standing().take_while(|link| link.at < until));
        then == Some("held") || soon == Some("held")
    }

    /// Whether it may be evidence by the ground it was taken on.
    pub fn evidence(&self) -> bool {
        !matches!(self.ground.as_str(), "rule_breach" | "behaviour_or_bullying")
    }

    /// By when it goes back to a parent: the end of the day it was taken (rule `device_release`).
    pub fn release_due(&self) -> Option<OffsetDateTime> {
        let taken = self.links.first()?;
        let due = self.state() == "held" && !self.evidence() && self.case_id.is_empty();
        due.then(|| chassis::calendar::end_of_day(chassis::clock::london(taken.at).date()))
    }

    /// Adds a link, the first one too. `case` is the one the device belongs to.
    pub fn add(&mut self, case: Option<&Case>, link: Link) -> Result<(), Refusal> {
        if link.kind == CORRECTED {
            return self.correct(case, link);
        }
        if self.standing().next_back().is_some_and(|last| link.at < last.at) || link.at > link.stamp.at {
            return Err(match self.links.is_empty() {
                true => Refusal::Field("take_time", "The time must be in the past".into()),
                false => Refusal::Field("event_time", "The time must be in the past and after the link before".into()),
            });
        }
        if link.kind == PUT_IN_CASE && !self.case_id.is_empty() {
            return Err(Refusal::State("the device belongs to a case already"));
        }
        let state = if self.links.is_empty() { "" } else { self.state() };
        match (state, link.kind.as_str()) {
            ("", "taken") | ("held", "moved" | "handed_to_police") | ("with_police", "returned_by_police") => {}
            ("held" | "with_police", PUT_IN_CASE) if case.is_some() => {}
            ("held", "examined") => match case {
                Some(case) => case.may_examine(link.stamp.at)?,
                None => return Err(shut("case")),
            },
            ("held", "released_to_parent") => self.may_release(case)?,
            ("released", _) => return Err(Refusal::State("the device is no longer held")),
            ("with_police", _) => return Err(Refusal::State("the device is with the police")),
            _ => return Err(Refusal::Field("kind", format!("Select one of: {}", KINDS.join(", ")))),
        }
        self.append(link);
        Ok(())
    }

    fn append(&mut self, link: Link) {
        let before = self.links.last().map(|last| last.digest.as_str()).unwrap_or_default();
        let digest = self.digest(before, &link);
        self.links.push(Link { digest, ..link });
    }

    /// Says that an earlier link was recorded by mistake, and what was wrong. That the device was taken, and that it was put
    /// into a case, stands; so does every link that another one rests on.
    fn correct(&mut self, case: Option<&Case>, link: Link) -> Result<(), Refusal> {
        let wrong = |fix: &str| Err(Refusal::Field("corrects", fix.to_owned()));
        let place = link.corrects.and_then(place_of);
        let Some((place, was)) = place.and_then(|place| self.links.get(place).map(|was| (place, was))) else {
            return wrong("Enter the number of the link that was recorded by mistake");
        };
        if matches!(was.kind.as_str(), "taken" | PUT_IN_CASE | CORRECTED) {
            return wrong(
                "Enter what happened to the device after it was taken: no correction, and no putting into a case",
            );
        }
        if self.mistaken(place) {
            return Err(Refusal::State("that link was corrected already"));
        }
        if let Some(case) = case {
            case.working()?;
        }
        let rest = self
            .links
            .iter()
            .enumerate()
            .filter(|(at, link)| *at != place && link.kind != CORRECTED && !self.mistaken(*at));
        if state_of(rest.map(|(_, link)| link)).is_none() {
            return Err(Refusal::State("a later link rests on it: correct that one first"));
        }
        self.append(link);
        Ok(())
    }

    /// Puts a device of no case into one, whose facts say from then on what may be done with it.
    ///
    /// # Errors
    /// Where it belongs to a case already, or is no longer the school's to account for.
    pub fn put_into(&mut self, case: &Case, link: Link) -> Result<(), Refusal> {
        self.add(Some(case), link)?;
        self.case_id = case.id.to_string();
        Ok(())
    }

    /// What may be illegal or evidence goes to the police and to nobody else, unless they gave it back.
    fn may_release(&self, case: Option<&Case>) -> Result<(), Refusal> {
        if self.standing().any(|link| link.kind == "returned_by_police") {
            return Ok(());
        }
        match case {
            Some(case) if case.fact("offence") == Some("no") => Ok(()),
            Some(_) => Err(shut("offence")),
            None if self.evidence() => Err(shut("case")),
            None => Ok(()),
        }
    }

    fn digest(&self, before: &str, link: &Link) -> String {
        let bare = Link { digest: String::new(), ..link.clone() };
        let text = serde_json::to_string(&(before, self.id.as_str(), &bare)).unwrap_or_default();
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether every link holds the digest of the one before.
    pub fn unbroken(&self) -> bool {
        let mut before = "";
        self.links.iter().all(|link| {
            let holds = self.digest(before, link) == link.digest;
            before = &link.digest;
            holds
        })
    }
}

/// The place of a link in its chain, by its number.
fn place_of(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// Where a device is after all of that; none where one of it cannot be.
fn state_of<'a>(links: impl Iterator<Item = &'a Link>) -> Option<&'static str> {
    let mut kinds = links.map(|link| link.kind.as_str());
    kinds.try_fold("", after)
}

/// Where a device is after something happened to it; none where that cannot be.
fn after(state: &'static str, kind: &str) -> Option<&'static str> {
    match (state, kind) {
        ("", "taken") | ("held", "moved" | "examined" | PUT_IN_CASE) | ("with_police", "returned_by_police") => {
            Some("held")
        }
        ("held", "handed_to_police") | ("with_police", PUT_IN_CASE) => Some("with_police"),
        ("held", "released_to_parent") => Some("released"),
        _ => None,
    }
}

fn shut(missing: &str) -> Refusal {
    Refusal::Gate { gate: gate::CUSTODY.to_owned(), missing: missing.to_owned(), title: String::new() }
}

/// A search, whether or not anything was found (rule SEA-01).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Its id.
    pub id: SearchId,
    /// The school.
    pub school_id: String,
    /// The case; empty where none.
    pub case_id: String,
    /// `person`, `possessions`, `device`.
    pub kind: String,
    /// Who, or whose things.
    pub searched: String,
    /// Who searched.
    pub searched_by: String,
    /// Who else was there.
    pub present: String,
    /// `learner_consent`, `parent_consent`, `statutory_power`.
    pub authority: String,
    /// Where.
    pub place: String,
    /// What was looked for.
    pub sought: String,
    /// Why.
    pub reason: String,
    /// What was found; none where nothing was.
    pub result: Option<String>,
    /// What was done next.
    pub follow_up: String,
    /// The device whose contents were searched; empty where it is none in custody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub custody_id: String,
    /// When.
    pub searched_at: OffsetDateTime,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

/// Something told outside the school, or the decision not to (rule DP-05).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Its id.
    pub id: DisclosureId,
    /// The item of a shared incident, the invitation, the transfer or the concern, that tells it; empty where it was entered
    /// by itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// The part of the one learner it is about, where it is about one; empty where it is about the case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub involvement: String,
    /// The school.
    pub school_id: String,
    /// The case.
    pub case_id: String,
    /// `agency`, `police`, `other_school`, `employer`, `public`, `reporting_body`, `other`.
    pub recipient_kind: String,
    /// To whom.
    pub recipient: String,
    /// Whether it was told.
    pub shared: bool,
    /// What.
    pub what: String,
    /// On what basis.
    pub basis: String,
    /// Why, or why not.
    pub reason: String,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

impl Disclosure {
    /// To whom, in words: a school of the platform by its name, or as another school where its name is not known.
    pub fn recipient_in_words(&self, names: &HashMap<String, String>) -> String {
        if self.recipient.parse::<SchoolId>().is_ok() {
            return names.get(&self.recipient).cloned().unwrap_or_else(|| "Another school".to_owned());
        }
        match self.recipient.as_str() {
            "iwf" => "Internet Watch Foundation".to_owned(),
            "ceop" => "CEOP".to_owned(),
            "report_remove" => "Report Remove".to_owned(),
            "police" => "The police".to_owned(),
            said => said.to_owned(),
        }
    }

    /// The concern that told it, where that was part of no case then; none where it belongs to a case, or to nothing.
    pub fn concern_id(&self) -> Option<&str> {
        let of = self.case_id.is_empty() && self.item.parse::<ConcernId>().is_ok();
        of.then_some(self.item.as_str())
    }

    /// The case or concern that it belongs to; empty where it belongs to none.
    pub fn record_id(&self) -> &str {
        self.concern_id().unwrap_or(&self.case_id)
    }
}
