//! A referral that is being written: what its form holds, and what has to be there before it is sent.

use chassis::clock::london;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    DraftId, Form, Referral, ReferralId,
    package::{Package, Packing},
    portal::Portal,
};
use crate::{
    case::{
        By, Case, Refusal,
        evidence::of_lado,
        print::paper::day,
        record::{Said, Stamp},
    },
    route::{Contact, Route, Rung, digest, value},
};

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

/// How a draft is sent.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// The draft's etag as it was checked: what somebody wrote into it since is not sent.
    pub checked: &'a str,
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
    /// Whom a desk or the reader of a signed file rings, and what whoever sends it is called.
    pub from: (&'a str, &'a str),
    /// What a signed file needs besides.
    pub packing: Packing<'a>,
    /// The agencies as the authority's register has them now.
    pub register: &'a [Contact],
}

impl Draft {
    /// `drafted` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        if self.withdrawn.is_some() { "withdrawn" } else { "drafted" }
    }

    /// Changes with every answer.
    pub fn etag(&self) -> String {
        digest(&(&self.agency, &self.answers, &self.withdrawn)).chars().take(16).collect()
    }
}

impl Case {
    /// Drafts that were neither sent nor withdrawn.
    pub fn open_drafts(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.iter().filter(|draft| draft.withdrawn.is_none())
    }

    /// A draft, open or withdrawn.
    ///
    /// # Errors
    /// `Missing` where there is none; `State` where it was sent.
    pub fn draft(&self, id: &DraftId) -> Result<&Draft, Refusal> {
        self.drafts.iter().find(|draft| draft.id == *id).ok_or_else(|| self.no_draft(id))
    }

    /// What else the case has to the agency of a draft: other drafts, and referrals that wait for an answer.
    pub fn beside(&self, draft: &Draft) -> (Vec<&Draft>, Vec<&Referral>) {
        let others = self.open_drafts().filter(|other| other.agency == draft.agency && other.id != draft.id);
        let sent = self.referrals.iter().filter(|sent| sent.agency == draft.agency && sent.waits());
        (others.collect(), sent.collect())
    }

    /// The referral that a draft was sent as; none where it was not.
    pub fn sent_from(&self, id: &DraftId) -> Option<&Referral> {
        self.referrals.iter().find(|referral| referral.draft.as_ref() == Some(id))
    }

    fn no_draft(&self, id: &DraftId) -> Refusal {
        match self.sent_from(id) {
            Some(_) => Refusal::State("this referral was sent: what was sent stands in the case, and is not changed"),
            None => Refusal::Missing,
        }
    }

    fn open_draft(&mut self, id: &DraftId) -> Result<&mut Draft, Refusal> {
        let Some(place) = self.drafts.iter().position(|draft| draft.id == *id) else { return Err(self.no_draft(id)) };
        match self.drafts.get_mut(place) {
            Some(draft) if draft.withdrawn.is_none() => Ok(draft),
            _ => Err(Refusal::State("the draft was withdrawn: begin another")),
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
        let agency = chosen(&route.led_to(contacts).cloned().collect::<Vec<_>>(), agency, by.at)?.key.clone();
        self.tells_of_no_adult(&agency)?;
        let agencies = route.offered(contacts, london(by.at).date()).cloned().collect();
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

    /// Refuses to tell the designated officer of an adult out of a case that is not about one: whoever reads children's cases
    /// would read it, the adult perhaps among them, and a file that moves with a child would carry it.
    ///
    /// # Errors
    /// `State` with where to go instead.
    pub fn tells_of_no_adult(&self, agency: &str) -> Result<(), Refusal> {
        if self.adult() || !of_lado(agency) {
            return Ok(());
        }
        Err(Refusal::State(
            "colleagues read this case, the adult perhaps among them: record a concern about the adult, which goes to the head \
             alone, or to the chair where it is about the head, and refer from there. Where this case turned out to be about \
             an adult, say in it first who that is",
        ))
    }

    /// Writes answers of a draft; the others stay. Whoever read it with another `etag` is told that it changed; an empty one
    /// is any.
    pub fn update_draft(
        &mut self,
        by: By<'_>,
        (id, etag): (&DraftId, &str),
        answers: &std::collections::HashMap<String, String>,
    ) -> Result<(), Refusal> {
        self.working()?;
        let draft = self.open_draft(id)?;
        if !etag.is_empty() && etag != draft.etag() {
            return Err(Refusal::Changed);
        }
        let read = draft.route.read(answers, london(by.at).date());
        let read = read.map_err(|wrong| Refusal::Fields("answers", wrong))?;
        draft.answers.retain(|(key, _)| !answers.contains_key(key));
        draft.answers.extend(read.into_iter().filter(|(_, value)| !value.is_empty()));
        Ok(())
    }

    /// Takes a draft back.
    pub fn withdraw_draft(&mut self, by: By<'_>, id: &DraftId, reason: String) -> Result<(), Refusal> {
        self.working()?;
        self.open_draft(id)?.withdrawn = Some(Said::new(reason, by.stamp()));
        Ok(())
    }

    /// Sends a draft: nothing leaves while the form lacks something or says what whoever sends it has not read, and what left
    /// is kept as it was.
    ///
    /// # Errors
    /// `Changed` where the draft is another than what was checked; `Fields` where it lacks answers; `Field` where the means or
    /// the time cannot be; `State` where it was sent or withdrawn.
    pub fn send_referral(
        &mut self,
        by: By<'_>,
        id: &DraftId,
        referral_id: ReferralId,
        sending: Sending<'_>,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let draft = self.open_draft(id)?.clone();
        if sending.checked != draft.etag() {
            return Err(Refusal::Changed);
        }
        can_be_taken(&draft.route, &draft.agencies, by.at)?;
        self.tells_of_no_adult(&draft.agency)?;
        let missing = draft.route.missing(&draft.answers);
        if !missing.is_empty() {
            return Err(Refusal::Fields("answers", missing));
        }
        takes_now(sending.register, &draft.agency, by.at)?;
        let contact = chosen(&draft.agencies, &draft.agency, by.at)?;
        contact.goes_by(sending.means)?;
        let recipient = reached(contact, sending)?;
        if sending.at > by.at {
            return Err(Refusal::Field("send_time", "The time it was sent must be in the past".to_owned()));
        }
        let known = london(self.known_at.unwrap_or(self.opened_at)).date();
        if london(sending.at).date() < known {
            let fix = format!("Enter a time from {} on, the day on which the school first knew", day(known));
            return Err(Refusal::Field("send_time", fix));
        }
        let portal = Portal::of(contact, sending);
        let package = Package::of(sending);
        let answers = draft.route.filled(&draft.answers);
        let left = (
            (referral_id.as_str(), &self.school_id, &self.reference),
            (&draft.route.key, &contact.key, &contact.name),
            (sending.means, &recipient, sending.at),
            &answers,
        );
        let asks_danger = draft.route.fields.iter().filter(|field| field.source == "case.danger");
        let danger = asks_danger.map(|field| value(&draft.answers, &field.key)).any(|said| said == "yes");
        let form = Form {
            danger,
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
        let mut referral = Referral {
            reason: summed_up(&draft),
            reference: sending.reference.to_owned(),
            made_at: sending.at,
            form: Some(form),
            portal,
            package,
            draft: Some(draft.id.clone()),
            ..Referral::made(referral_id, (&contact.key, contact.name.clone()), by, chase_at)
        };
        referral.pack(&self.reference)?;
        self.drafts.retain(|other| other.id != *id);
        self.refer(by, referral)?;
        self.referrals.last().ok_or(Refusal::Missing)
    }
}

/// Refuses a route that cannot be taken now.
///
/// # Errors
/// `NotNow` with the day on which that changes or changed.
pub fn can_be_taken(route: &Route, contacts: &[Contact], now: OffsetDateTime) -> Result<(), Refusal> {
    match route.shut_in_words(london(now).date(), contacts) {
        None => Ok(()),
        Some(why) => Err(Refusal::NotNow(why)),
    }
}

/// The agency that is meant: the one there is that takes referrals now, where none is named.
///
/// # Errors
/// `Field` where there is none of this key, or it takes none on this day.
pub fn chosen<'a>(agencies: &'a [Contact], key: &str, now: OffsetDateTime) -> Result<&'a Contact, Refusal> {
    let today = london(now).date();
    let open: Vec<&Contact> = agencies.iter().filter(|contact| contact.shut(today).is_none()).collect();
    if let ([only], "") = (open.as_slice(), key) {
        return Ok(*only);
    }
    takes_now(agencies, key, now)?;
    open.iter().copied().find(|contact| contact.key == key).ok_or_else(|| {
        let keys: Vec<&str> = open.iter().map(|contact| contact.key.as_str()).collect();
        Refusal::Field("agency", format!("Select one of: {}", keys.join(", ")))
    })
}

/// Refuses an agency that the register knows and that takes no referrals now.
///
/// # Errors
/// `Field` with the day on which that changes or changed.
pub fn takes_now(register: &[Contact], key: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let known = register.iter().find(|contact| contact.key == key);
    match known.and_then(|contact| contact.shut(london(now).date())) {
        None => Ok(()),
        Some(why) => Err(Refusal::Field("agency", format!("Select another agency: {why}"))),
    }
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
