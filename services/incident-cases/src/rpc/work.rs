//! What every act on a case has in common: who, may they, once, load, decide, record, reply.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::{AccountId, Ids},
};
use prost::Message;
use proto::{access::v1::Role, incident_cases::v1 as pb};
use time::OffsetDateTime;

use super::{
    close_case::{AGENCY_LEADS, closed},
    convert,
    once::{About, once},
    passing_on::written_in,
    sharing::part_open_again,
};
use crate::{
    App,
    case::{By, Case, Refusal, access::Verdict},
    custody::Disclosure,
    rules::{NAME_MAX, NARRATIVE_MAX},
    store,
};

/// Acts that arrange the work and say nothing about a child: no school that has the file lacks anything by them.
const ARRANGED: [&str; 6] = [
    "case.assigned",
    "referral.draft_written",
    "referral.drafted",
    "step.assigned",
    "step.due_moved",
    "viewing.recorded",
];

/// How acts begin that say who has a part in a case.
const PEOPLE: &str = "involvement.";

/// What an act on a case left behind, beside the case.
pub(super) struct Done {
    /// The act as the history names it.
    action: &'static str,
    details: Vec<(&'static str, String)>,
    events: Vec<Event>,
    disclosures: Vec<Disclosure>,
}

impl Done {
    pub(super) fn new(action: &'static str) -> Self {
        Self { action, details: Vec::new(), events: Vec::new(), disclosures: Vec::new() }
    }

    pub(super) fn detail(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.details.push((key, value.into()));
        self
    }

    /// Something was told outside the school by this act.
    pub(super) fn disclosure(mut self, told: Disclosure) -> Self {
        self.disclosures.push(told);
        self
    }

    pub(super) fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// What it told outside the school, and what it announces.
    pub(super) fn told(self) -> (Vec<Disclosure>, Vec<Event>) {
        (self.disclosures, self.events)
    }
}

/// Which case, under which request.
pub(super) struct Target<'a> {
    pub(super) school_id: &'a str,
    pub(super) case_id: &'a str,
    pub(super) request_id: &'a str,
    /// The version the caller means; any where empty.
    pub(super) etag: &'a str,
}

/// The case that a request about one names.
macro_rules! target {
    ($request:expr) => {
        $crate::rpc::work::Target {
            school_id: &$request.school_id,
            case_id: &$request.case_id,
            request_id: &$request.request_id,
            etag: "",
        }
    };
}
pub(super) use target;

/// Who acts, and in which part.
pub(super) fn who(scope: &Scope, now: OffsetDateTime) -> By<'_> {
    By {
        account_id: scope.account_text(),
        at: now,
        lead: scope.has(Role::Dsl) || scope.has(Role::DeputyDsl),
        head: scope.has(Role::Head),
        chair: scope.has(Role::Chair),
    }
}

/// A text that is asked for.
pub(super) fn words(violations: &mut Violations, field: &str, thing: &str, value: &str) {
    violations.text(field, thing, value, NARRATIVE_MAX);
}

/// A short text that is asked for.
pub(super) fn name(violations: &mut Violations, field: &str, thing: &str, value: &str) {
    violations.line(field, thing, value, NAME_MAX);
}

/// A text that may be left out.
pub(super) fn maybe(violations: &mut Violations, field: &str, value: &str) {
    if !value.trim().is_empty() {
        words(violations, field, "it in words", value);
    }
}

/// An account that may be left out.
pub(super) fn account<'a>(violations: &mut Violations, field: &str, value: &'a str) -> Option<&'a str> {
    violations.check(value.is_empty() || value.parse::<AccountId>().is_ok(), field, "Select a colleague, or nobody");
    Some(value).filter(|value| !value.is_empty())
}

/// A code out of a list.
pub(super) fn one_of(violations: &mut Violations, field: &str, value: &str, codes: &[&str]) {
    violations.check(codes.contains(&value), field, format!("Select one of: {}", codes.join(", ")));
}

/// Works a case: `act` decides, everything else is the same for every act.
pub(super) async fn work<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    act: impl FnOnce(&mut Case, By<'_>, &Ids) -> Result<Done, Refusal>,
    respond: impl FnOnce(pb::Case, &Case) -> R,
) -> Result<R> {
    let scope = caller.at(target.school_id)?;
    let about = |_: &R| About::Case(target.case_id.to_owned());
    let mut tx = match once(app, &scope, target.request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut case = store::case::load(&tx, target.case_id).await?;
    if !target.etag.is_empty() && target.etag != case.etag() {
        return Err(Error::changed());
    }
    let by = who(&scope, tx.now());
    let was_of_a_child = !case.adult();
    let was_closed = case.closing.is_some();
    let left = left_count(&case, by.at);
    let named = case.access.members.clone();
    let done = act(&mut case, by, tx.ids())?;
    if was_of_a_child && case.adult() && store::access::verdict(&tx, &case) != Verdict::Yes {
        let fix = "Say it under who may see this case: who the case is about writes nothing in it";
        return Err(Error::invalid("subject", fix));
    }
    let body = store::case::update(&tx, &mut case).await?;
    let act = Act::new(done.action, case.id.as_str());
    let act = if case.adult() { act } else { act.detail("procedure", case.procedure.id.clone()) };
    let act = done.details.into_iter().fold(act, |act, (key, value)| act.detail(key, value));
    tx.record(act.state("case_file", &body));
    store::desk_referral::follow(&mut tx, &case).await?;
    if was_closed && case.closing.is_none() {
        part_open_again(&mut tx, &case).await?;
    }
    let turned_out = was_of_a_child && case.adult();
    if turned_out || named != case.access.members {
        store::access::keep(&tx, &case).await?;
    }
    if turned_out {
        tell_left(&mut tx, &case, left).await?;
    }
    tell(&mut tx, &case, done.disclosures, done.events).await?;
    if !ARRANGED.contains(&done.action) {
        written_in(&mut tx, &case, done.action.starts_with(PEOPLE)).await?;
    }
    let response = respond(convert::case(&case.as_seen(store::access::reader(&tx)), tx.now()), &case);
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What is announced where a case turns out to be about an adult; none where it is counted no more already. What is about an
/// adult is in no figure. It leaves the count as a case ends that an agency leads from here on, which any may: whoever
/// counts cannot tell the one from the other, and nothing follows.
pub(super) fn left_count(case: &Case, at: OffsetDateTime) -> Option<Event> {
    (!case.adult() && case.closing.is_none()).then(|| closed(case, AGENCY_LEADS, at))
}

/// Announces it.
pub(super) async fn tell_left(tx: &mut Tx, case: &Case, left: Option<Event>) -> Result<()> {
    match left {
        Some(ends) => tx.announce(case.id.as_str(), ends).await,
        None => Ok(()),
    }
}

/// Enters what an act told outside the school, and announces what it announces.
pub(super) async fn tell(tx: &mut Tx, case: &Case, disclosures: Vec<Disclosure>, events: Vec<Event>) -> Result<()> {
    for told in disclosures {
        store::register::keep_disclosure(tx, &told).await?;
    }
    // What is announced is counted, and counts are read by the subject of an allegation, too.
    let events = if case.adult() { Vec::new() } else { events };
    for event in events {
        tx.announce(case.id.as_str(), event).await?;
    }
    Ok(())
}
