//! What is kept about the learner of a request, as far as the caller may read it by their own right: what is open to them
//! for an hour is for reading, and gives nothing to an answer.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Kind, Result, Violations},
    history::Act,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::{
    convert,
    list_disclosures::fates_of,
    once::{About, once},
};

use crate::{
    App,
    case::{Case, CaseId, Refusal, access::Verdict, record::Stamp},
    concern::{Concern, ConcernId, Outcome},
    learner::{Learner, LearnerId},
    rules::NARRATIVE_MAX,
    store,
    subject_access::{
        AccessRequest, Decision,
        items::{Found, Item},
    },
};

/// A request with its records and what was decided about each.
pub(super) struct File {
    pub(super) request: AccessRequest,
    pub(super) learner: Learner,
    pub(super) items: Vec<Item>,
    pub(super) decisions: HashMap<String, Decision>,
    /// Whether there is a case about the learner that the caller knows of and may not read.
    pub(super) beyond: bool,
    /// The cases and concerns that it is of.
    pub(super) readable: BTreeSet<String>,
    /// Those that are linked to the learner and that the caller may not read.
    pub(super) unread: BTreeSet<String>,
    /// Those that the answer is without and the caller may read: they add them. None while there is no answer.
    pub(super) rest: BTreeSet<String>,
}

impl File {
    /// The records that an answer made now has: what an answer was without, or all of it.
    pub(super) fn open(&self) -> Cow<'_, [Item]> {
        if self.rest.is_empty() {
            return Cow::Borrowed(&self.items);
        }
        Cow::Owned(self.items.iter().filter(|item| self.rest.contains(&item.record_id)).cloned().collect())
    }

    /// Whether a record can be decided on still.
    pub(super) fn decidable(&self, item: &Item) -> bool {
        self.request.export.is_none() || self.rest.contains(&item.record_id)
    }

    /// The ids of the cases and concerns that it shows something of.
    pub(super) fn shown(&self) -> Vec<String> {
        let ids: BTreeSet<&str> = self.items.iter().map(|item| item.record_id.as_str()).collect();
        ids.into_iter().map(str::to_owned).collect()
    }
}

/// A request of the scope's school, to those who have more than single cases.
pub(super) async fn load(tx: &Tx, id: &str) -> Result<AccessRequest> {
    store::access::answers_requests(tx)?;
    store::subject_access::load(tx, id).await
}

/// Everything about a request.
pub(super) async fn file(tx: &Tx, id: &str) -> Result<File> {
    let request = load(tx, id).await?;
    let learner = store::learner::load(tx, request.learner_id.as_str()).await?;
    let Gathered { found, beyond, unread } = gather(tx, &learner).await?;
    let cases = found.cases.iter().map(|case| case.id.to_string());
    let readable: BTreeSet<String> = cases.chain(found.concerns.iter().map(|concern| concern.id.to_string())).collect();
    let mut rest = BTreeSet::new();
    if request.export.is_some() {
        let left = store::subject_access::left_out(tx, &request).await?;
        // What a case began with goes with it.
        let of_cases = found.cases.iter().filter(|case| left.contains(case.id.as_str()));
        rest.extend(of_cases.flat_map(|case| &case.concern_ids).filter(|id| readable.contains(*id)).cloned());
        rest.extend(left.into_iter().filter(|id| readable.contains(id)));
    }
    let name = |says: &str| store::subject_access::item_id(tx, &request.school_id, &request, says);
    let items = found.items(&learner, name);
    let decisions = store::subject_access::decisions(tx, &request, &items, &rest).await?;
    Ok(File { request, learner, items, decisions, beyond, readable, unread, rest })
}

/// What is found of a learner.
pub(super) struct Gathered {
    /// What the caller may read.
    pub(super) found: Found,
    /// Whether there is a case that they know of and may not read.
    pub(super) beyond: bool,
    /// The cases and concerns linked to the learner that they may not read, whether or not they know of them.
    pub(super) unread: BTreeSet<String>,
}

/// What is found, and what is not the caller's to read.
pub(super) async fn gather(tx: &Tx, learner: &Learner) -> Result<Gathered> {
    let (mut ids, mut case_ids, mut concerns) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    for id in store::learner_record::of(tx, &learner.id).await? {
        if id.parse::<CaseId>().is_ok() {
            case_ids.insert(id);
        } else if id.parse::<ConcernId>().is_ok() {
            ids.insert(id);
        }
    }
    for id in &ids {
        let Some(concern) = known(store::concern::load(tx, id).await)? else { continue };
        case_ids.extend(case_of(&concern).map(str::to_owned));
        concerns.insert(id.clone(), concern);
    }
    // Also of concerns that are not theirs to read: of such a case they may know that there is one.
    let linked: Vec<String> = ids.iter().cloned().collect();
    case_ids.extend(store::concern::cases_of(tx, &linked).await?);
    let case_ids: Vec<String> = case_ids.into_iter().collect();
    // By right alone: what broken glass shows is not among them.
    let known_of = store::case::known_all(tx, &case_ids).await?;
    let beyond = known_of.iter().any(|(_, verdict)| *verdict != Verdict::Yes);
    let readable = known_of.into_iter().filter(|(_, verdict)| *verdict == Verdict::Yes);
    let cases: HashMap<String, Case> = readable.map(|(case, _)| (case.id.to_string(), case)).collect();
    // Rows are held as they are read: everybody takes them in the same order.
    let of_cases: BTreeSet<&String> = cases.values().flat_map(|case| &case.concern_ids).collect();
    for id in of_cases.into_iter().filter(|id| !ids.contains(*id)) {
        let concern = known(store::concern::load(tx, id).await)?;
        concerns.extend(concern.map(|concern| (id.clone(), concern)));
    }
    concerns.retain(|_, concern| case_of(concern).is_none_or(|id| cases.contains_key(id)));
    let linked = case_ids.iter().chain(&ids);
    let unread = linked.filter(|id| !cases.contains_key(*id) && !concerns.contains_key(*id)).cloned().collect();
    let mut cases: Vec<_> = cases.into_values().collect();
    cases.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
    let reader = store::access::reader(tx);
    let kept = cases.iter().flat_map(|case| case.kept_from(reader)).collect();
    let readable: Vec<String> = cases.iter().map(|case| case.id.to_string()).collect();
    let records: Vec<String> = readable.iter().chain(concerns.keys()).cloned().collect();
    let named: Vec<&str> = records.iter().map(String::as_str).collect();
    let photos = if named.is_empty() { Vec::new() } else { store::attachment::of(tx, &named).await? };
    let mut shared = Vec::new();
    for case in &cases {
        for id in case.shared_ids() {
            let incident = known(store::shared::record(tx, id, &case.school_id).await)?;
            shared.extend(incident.map(|incident| (case.id.to_string(), incident)));
        }
    }
    let mut others: BTreeSet<&LearnerId> = learner.household.iter().collect();
    others.extend(cases.iter().flat_map(|case| &case.involvements).filter_map(|part| part.learner.as_ref()));
    others.extend(concerns.values().flat_map(|concern| &concern.learners));
    others.remove(&learner.id);
    let mut learners = Vec::new();
    for id in others {
        learners.extend(known(store::learner::load(tx, id.as_str()).await)?);
    }
    let disclosures = store::register::of(tx, &records).await?;
    let found = Found {
        fates: fates_of(tx, &disclosures).await?,
        devices: store::register::of(tx, &readable).await?,
        searches: store::register::of(tx, &readable).await?,
        disclosures,
        cases,
        concerns: concerns.into_values().collect(),
        photos,
        shared,
        kept,
        others: learners,
        ..Found::default()
    };
    Ok(Gathered { found, beyond, unread })
}

fn case_of(concern: &Concern) -> Option<&str> {
    match &concern.outcome {
        Some(Outcome::InCase { case_id, .. }) => Some(case_id),
        Some(Outcome::NoFurtherAction { .. }) | None => None,
    }
}

/// What the caller may know of; none of what they may not.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), Kind::Missing | Kind::Denied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is said where a request's clock is stopped, goes on, or is given more time.
pub(super) struct Turn<'a> {
    pub(super) school_id: &'a str,
    pub(super) access_request_id: &'a str,
    pub(super) request_id: &'a str,
    pub(super) reason: &'a str,
    /// What the reason tells, for whoever left it out.
    pub(super) tells: &'static str,
    /// The act as the history names it.
    pub(super) action: &'static str,
}

/// Stops a request's clock, lets it go on or gives it more time: `turn` does the one or the other.
pub(super) async fn turn_clock<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    said: Turn<'_>,
    turn: impl FnOnce(&mut AccessRequest, String, Stamp) -> std::result::Result<(), Refusal>,
    respond: impl FnOnce(pb::AccessRequest) -> R,
) -> Result<R> {
    let scope = caller.at(said.school_id)?;
    let outside = |_: &R| About::Requests;
    let mut tx = match once(app, &scope, said.request_id, request, outside).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut asked = load(&tx, said.access_request_id).await?;
    let mut v = Violations::new();
    v.text("reason", said.tells, said.reason, NARRATIVE_MAX);
    v.finish()?;
    let stamp = Stamp { by: scope.account_text().to_owned(), at: tx.now() };
    turn(&mut asked, said.reason.trim().to_owned(), stamp)?;
    let body = store::subject_access::update(&tx, &asked).await?;
    tx.record(Act::new(said.action, asked.id.as_str()).state("access_request", &body));
    let response = respond(convert::subject_access::request(&asked, tx.now()));
    tx.answer_about(asked.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
