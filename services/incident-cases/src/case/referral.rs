//! Referrals: drafted, sent, acknowledged, decided, closed. What was sent never changes; what becomes of it is added, and
//! where the agency is silent or the school does not agree, the area's ladder is climbed rung by rung.

pub mod paper;
pub mod portal;
pub mod prefill;

use chassis::{calendar, clock::london};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use portal::Portal;

use super::{By, Case, Refusal, record::Stamp};
use crate::route::{Contact, Filled, Route, Rung, digest, value};

chassis::id!(/** A referral. */ pub struct ReferralId = "ref");
chassis::id!(/** A referral that is being written. */ pub struct DraftId = "rfd");

/// What an agency may answer.
pub const OUTCOMES: [&str; 4] = ["accepted", "advice_given", "no_further_action", "declined"];
/// Why a school goes further.
pub const CAUSES: [&str; 2] = ["silence", "disagreement"];

/// A referral that is being written, with its route as it was when it was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The route.
    pub route: Route,
    /// The agencies that the route leads to.
    pub agencies: Vec<Contact>,
    /// The area's ladder.
    pub ladder: Vec<Rung>,
    /// The agency it is for.
    pub agency: String,
    /// The answers so far, by field.
    pub answers: Vec<(String, String)>,
    /// By when it is sent.
    pub send_by: OffsetDateTime,
    /// Who began it, and when.
    pub stamp: Stamp,
    /// Why it was not sent after all.
    pub withdrawn: Option<Said>,
}

/// Something that was said of a referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// What.
    pub text: String,
    /// Who recorded it, and when.
    pub stamp: Stamp,
    /// What they are called, where it was said at a desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The route's key.
    pub route: String,
    /// What the route is called.
    pub title: String,
    /// Whether a child is referred by it, and not an address reported.
    pub of_child: bool,
    /// Every answer as it was sent.
    pub answers: Vec<Filled>,
    /// How it was sent.
    pub means: String,
    /// Where to.
    pub recipient: String,
    /// What proves it.
    pub proof: String,
    /// When it was sent.
    pub sent_at: OffsetDateTime,
    /// Working days, or whatever the route says, in which the agency answers.
    pub answer: crate::route::Clock,
    /// The area's ladder.
    pub ladder: Vec<Rung>,
    /// The SHA-256 of all that left.
    pub digest: String,
}

/// A request to one agency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// The agency's key.
    pub agency: String,
    /// Its name.
    pub agency_name: String,
    /// Why.
    pub reason: String,
    /// The agency's reference.
    pub reference: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// When an answer is chased.
    pub chase_at: OffsetDateTime,
    /// What came of it.
    pub decision: Option<ReferralDecision>,
    /// What was sent; none where it was recorded without a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// That the agency has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Said>,
    /// Every time the school went further.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<Escalation>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Said>,
    /// The desk whose inbox it was put into; none where it was sent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<Portal>,
    /// Why it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Said>,
}

/// What came of a referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferralDecision {
    /// One of `OUTCOMES`.
    pub outcome: String,
    /// What the agency said.
    pub text: String,
    /// When it was recorded.
    pub at: OffsetDateTime,
    /// What whoever decided is called, where it was said at a desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// The school went further.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// One of `CAUSES`.
    pub cause: String,
    /// The rung of the ladder.
    pub rung: Rung,
    /// Why.
    pub reason: String,
    /// What the school does not agree with.
    pub against: Option<ReferralDecision>,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

/// How a draft is sent.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// By what means.
    pub means: &'a str,
    /// Where to; the agency's first number or address where empty.
    pub recipient: &'a str,
    /// What proves it.
    pub proof: &'a str,
    /// When.
    pub at: OffsetDateTime,
    /// The agency's reference; may be empty.
    pub reference: &'a str,
    /// Whom a desk rings, and what whoever sends it is called.
    pub from: (&'a str, &'a str),
}

impl Referral {
    /// One that was made by the agency's own way, without a form of ours.
    pub fn made(id: ReferralId, (agency, agency_name): (&str, String), by: By<'_>, chase_at: OffsetDateTime) -> Self {
        Self {
            id,
            agency: agency.to_owned(),
            agency_name,
            reason: String::new(),
            reference: String::new(),
            by: by.account_id.to_owned(),
            made_at: by.at,
            chase_at,
            decision: None,
            form: None,
            acknowledged: None,
            escalations: Vec::new(),
            end: None,
            portal: None,
            withdrawn: None,
        }
    }

    /// `made`, `sent`, `acknowledged`, `decided`, `closed` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        match self {
            Self { withdrawn: Some(_), .. } => "withdrawn",
            Self { end: Some(_), .. } => "closed",
            Self { decision: Some(_), .. } => "decided",
            Self { acknowledged: Some(_), .. } => "acknowledged",
            Self { form: Some(_), .. } => "sent",
            _ => "made",
        }
    }

    /// Whether a child is referred by it.
    pub fn of_child(&self) -> bool {
        self.withdrawn.is_none() && self.form.as_ref().is_none_or(|form| form.of_child)
    }

    /// Whether an answer is waited for.
    pub fn waits(&self) -> bool {
        self.decision.is_none() && self.withdrawn.is_none()
    }

    /// The next rung of the ladder; none at its end, or where there is none.
    pub fn next_rung(&self) -> Option<&Rung> {
        self.form.as_ref()?.ladder.get(self.escalations.len())
    }
}

impl Said {
    /// Something the school says.
    pub fn by(by: By<'_>, text: String) -> Self {
        Self { text, stamp: by.stamp(), name: String::new() }
    }
}

impl Draft {
    /// `drafted` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        if self.withdrawn.is_some() { "withdrawn" } else { "drafted" }
    }
}

impl Case {
    /// Drafts that were neither sent nor withdrawn.
    pub fn open_drafts(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.iter().filter(|draft| draft.withdrawn.is_none())
    }

    /// A draft, open or withdrawn.
    pub fn draft(&self, id: &DraftId) -> Result<&Draft, Refusal> {
        self.drafts.iter().find(|draft| draft.id == *id).ok_or(Refusal::Missing)
    }

    fn open_draft(&mut self, id: &DraftId) -> Result<&mut Draft, Refusal> {
        let draft = self.drafts.iter_mut().find(|draft| draft.id == *id).ok_or(Refusal::Missing)?;
        match draft.withdrawn {
            Some(_) => Err(Refusal::State("the draft was withdrawn: begin another")),
            None => Ok(draft),
        }
    }

    fn referral(&mut self, id: &ReferralId) -> Result<&mut Referral, Refusal> {
        let referral = self.referrals.iter_mut().find(|referral| referral.id == *id).ok_or(Refusal::Missing)?;
        match referral.withdrawn {
            Some(_) => Err(Refusal::State("the referral was taken back: begin another")),
            None => Ok(referral),
        }
    }

    /// Begins a referral by a route, with what is known already.
    pub fn draft_referral(
        &mut self,
        by: By<'_>,
        id: DraftId,
        (route, contacts, ladder): (&Route, &[Contact], &[Rung]),
        agency: &str,
        answers: Vec<(String, String)>,
    ) -> Result<(), Refusal> {
        self.working()?;
        if route.maker != "lead" {
            return Err(Refusal::State("the law puts this on whoever found out: they report themselves"));
        }
        can_be_taken(route, contacts, by.at)?;
        let agencies: Vec<Contact> = route.led_to(contacts).cloned().collect();
        let agency = chosen(&agencies, agency)?.key.clone();
        self.drafts.push(Draft {
            id,
            send_by: route.send.over(by.at),
            route: route.clone(),
            agencies,
            ladder: ladder.to_vec(),
            agency,
            answers,
            stamp: by.stamp(),
            withdrawn: None,
        });
        Ok(())
    }

    /// Writes answers of a draft; the others stay.
    pub fn update_draft(
        &mut self,
        by: By<'_>,
        id: &DraftId,
        answers: &std::collections::HashMap<String, String>,
    ) -> Result<(), Refusal> {
        self.working()?;
        let draft = self.open_draft(id)?;
        let read = draft.route.read(answers, london(by.at).date());
        let read = read.map_err(|wrong| Refusal::Fields("answers", wrong))?;
        draft.answers.retain(|(key, _)| !answers.contains_key(key));
        draft.answers.extend(read.into_iter().filter(|(_, value)| !value.is_empty()));
        Ok(())
    }

    /// Takes a draft back.
    pub fn withdraw_draft(&mut self, by: By<'_>, id: &DraftId, reason: String) -> Result<(), Refusal> {
        self.working()?;
        self.open_draft(id)?.withdrawn = Some(Said::by(by, reason));
        Ok(())
    }

    /// Sends a draft: nothing leaves while the form lacks something, and what left is kept as it was.
    pub fn send_referral(
        &mut self,
        by: By<'_>,
        id: &DraftId,
        referral_id: ReferralId,
        sending: Sending<'_>,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let draft = self.open_draft(id)?.clone();
        can_be_taken(&draft.route, &draft.agencies, by.at)?;
        let missing = draft.route.missing(&draft.answers);
        if !missing.is_empty() {
            return Err(Refusal::Fields("answers", missing));
        }
        let contact = chosen(&draft.agencies, &draft.agency)?;
        if !contact.means.iter().any(|means| means == sending.means) {
            return Err(Refusal::Field("means", format!("Select one of: {}", contact.means.join(", "))));
        }
        let recipient = reached(contact, sending)?;
        if sending.at > by.at {
            return Err(Refusal::Field("send_time", "The time it was sent must be in the past".to_owned()));
        }
        let portal = Portal::of(contact, sending);
        let answers = draft.route.filled(&draft.answers);
        let left = (
            (referral_id.as_str(), &self.school_id, &self.reference),
            (&draft.route.key, &contact.key, &contact.name),
            (sending.means, &recipient, sending.at),
            &answers,
        );
        let form = Form {
            digest: digest(&left),
            route: draft.route.key.clone(),
            title: draft.route.title.clone(),
            of_child: contact.takes_children,
            answers,
            means: sending.means.to_owned(),
            recipient,
            proof: portal.as_ref().map_or_else(|| sending.proof.to_owned(), Portal::proof),
            sent_at: sending.at,
            answer: draft.route.answer.clone(),
            ladder: draft.ladder.clone(),
        };
        let chase_at = draft.route.answer.over(sending.at);
        let referral = Referral {
            reason: summed_up(&draft),
            reference: sending.reference.to_owned(),
            made_at: sending.at,
            form: Some(form),
            portal,
            ..Referral::made(referral_id, (&contact.key, contact.name.clone()), by, chase_at)
        };
        self.drafts.retain(|other| other.id != *id);
        self.refer(by, referral)?;
        self.referrals.last().ok_or(Refusal::Missing)
    }

    /// Records that the agency has it: the time for its answer begins anew.
    pub fn acknowledge_referral(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        reference: &str,
        text: String,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.acknowledged.is_some() {
            return Err(Refusal::State("that the agency has it is recorded already"));
        }
        if referral.decision.is_some() {
            return Err(Refusal::State("the agency has decided already"));
        }
        if !reference.is_empty() {
            reference.clone_into(&mut referral.reference);
        }
        if let Some(form) = &referral.form {
            referral.chase_at = form.answer.over(by.at);
        }
        referral.acknowledged = Some(Said::by(by, text));
        Ok(referral)
    }

    /// Records an agency's answer.
    pub fn decide_referral(&mut self, id: &ReferralId, decision: ReferralDecision) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.decision.is_some() {
            return Err(Refusal::State("the outcome of this referral is recorded already"));
        }
        referral.decision = Some(decision);
        Ok(referral)
    }

    /// Goes one rung further. A decision that the school does not agree with is asked for again.
    pub fn escalate_referral(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        cause: &str,
        reason: String,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.end.is_some() {
            return Err(Refusal::State("the referral is closed"));
        }
        if referral.form.is_none() {
            return Err(Refusal::State("this referral was recorded without a form: ring the agency and add an entry"));
        }
        let rung = referral.next_rung().cloned().ok_or(Refusal::State("the area’s ladder ends here"))?;
        let against = match (cause, &referral.decision) {
            ("silence", Some(_)) => return Err(Refusal::State("the agency has answered: say that you disagree")),
            ("silence", None) if by.at < referral.chase_at => {
                return Err(Refusal::State("the agency still has time to answer"));
            }
            ("silence", None) if referral.asked().is_some() => {
                return Err(Refusal::State("the desk asked something: answer it first"));
            }
            ("silence", None) => None,
            (_, None) => return Err(Refusal::State("the agency has not decided yet")),
            (_, Some(_)) => referral.decision.take(),
        };
        referral.chase_at = calendar::working_days_after(by.at, rung.days);
        referral.escalations.push(Escalation { cause: cause.to_owned(), rung, reason, against, stamp: by.stamp() });
        Ok(referral)
    }

    /// Says what came of it for the child.
    pub fn close_referral(&mut self, by: By<'_>, id: &ReferralId, text: String) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.end.is_some() {
            return Err(Refusal::State("the referral is closed already"));
        }
        if referral.decision.is_none() {
            return Err(Refusal::State("record what the agency decided first"));
        }
        referral.end = Some(Said::by(by, text));
        Ok(referral)
    }
}

/// Refuses a route that cannot be taken now.
pub fn can_be_taken(route: &Route, contacts: &[Contact], now: OffsetDateTime) -> Result<(), Refusal> {
    let why = match route.shut(london(now).date(), contacts) {
        None => return Ok(()),
        Some("no_longer") => "this route is taken no longer",
        Some("no_agency") => "the authority’s register has no agency for this route",
        Some(_) => "the law behind this route has not begun",
    };
    Err(Refusal::State(why))
}

/// The agency that is meant: the one there is, where none is named.
pub fn chosen<'a>(agencies: &'a [Contact], key: &str) -> Result<&'a Contact, Refusal> {
    let found = match agencies {
        [only] if key.is_empty() => Some(only),
        all => all.iter().find(|contact| contact.key == key),
    };
    found.ok_or_else(|| {
        let keys: Vec<&str> = agencies.iter().map(|contact| contact.key.as_str()).collect();
        Refusal::Field("agency", format!("Select one of: {}", keys.join(", ")))
    })
}

/// Where it is sent to: what the caller says, if the agency is reached there, or the first way it is reached by.
fn reached(contact: &Contact, sending: Sending<'_>) -> Result<String, Refusal> {
    let known: Vec<&str> = contact.reached(sending.means).collect();
    match sending.recipient {
        "" => Ok(known.first().map_or_else(|| contact.name.clone(), |value| (*value).to_owned())),
        said if known.contains(&said) || known.is_empty() => Ok(said.to_owned()),
        _ => Err(Refusal::Field("recipient", format!("Select one of: {}", known.join(", ")))),
    }
}

/// Why, in the words of the form: the answer that the case's own summary began, or the first there is.
fn summed_up(draft: &Draft) -> String {
    let sums = |source: &str| draft.route.fields.iter().find(|field| field.source == source);
    let told = sums("case.summary").map(|field| value(&draft.answers, &field.key)).filter(|text| !text.is_empty());
    let first = draft.answers.first().map_or("", |(_, text)| text.as_str());
    told.unwrap_or(first).to_owned()
}
