//! What handing over a child's file has in common: what goes, who acts, what is answered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::SchoolId,
    text,
};
use proto::{event::v1::TransfersDue, incident_cases::v1 as pb};
use tracing::warn;

use super::{
    convert,
    outside::{names_if_known, origins},
    subject::{Gathered, gather},
    unnamed::Close,
    work::who,
};
use crate::{
    App,
    case::Case,
    concern::Concern,
    custody::Disclosure,
    learner::{
        Learner, LearnerId,
        named::{Roll, sought},
    },
    rules::{BLACK_OUT_MAX, NAME_MAX, TRANSFER_REASON_MAX as REASON_MAX},
    store,
    transfer::{
        Named, Part, PartId, Transfer,
        contents::{Contents, Entry, contents, without_adults},
        names::{Blackened, Kept, Name, WORDS_MIN, blacked_out, found},
    },
};

/// What goes of a child's file, the cases it is of, and whether there is more that the caller knows of and may not read.
pub(super) struct Going {
    pub(super) contents: Contents,
    pub(super) case_ids: Vec<String>,
    pub(super) concern_ids: Vec<String>,
    pub(super) beyond: bool,
    /// Other learners of the school who have a part in those cases and concerns, or live with the child.
    others: Vec<LearnerId>,
    /// Cases and concerns that may be about the child by the names in them, and of which nobody has said so.
    pub(super) unsaid: (Vec<Case>, Vec<Concern>),
}

impl Going {
    /// Of whom a single name tells who is meant: the child, who else is in the file, and whom its entries name.
    pub(super) fn spoken_of<'a>(&'a self, learner: &'a Learner) -> impl Iterator<Item = Close> + 'a {
        let learners = [&learner.id].into_iter().chain(&self.others).cloned().map(Close::learner);
        learners.chain(self.contents.names.iter().map(|name| Close::called(&name.text)))
    }

    /// The ids of what may be about the child.
    pub(super) fn unsaid_ids(&self) -> impl Iterator<Item = &str> {
        let (cases, concerns) = &self.unsaid;
        cases.iter().map(|case| case.id.as_str()).chain(concerns.iter().map(|concern| concern.id.as_str()))
    }
}

/// The schools of the platform that were told something of a learner.
pub(super) async fn schools_told(tx: &Tx, learner: &LearnerId) -> Result<BTreeSet<String>> {
    let mut records = store::learner_record::of(tx, learner).await?;
    let cases = store::concern::cases_of(tx, &records).await?;
    records.extend(cases);
    let told = store::register::of::<Disclosure>(tx, &records).await?;
    Ok(told.into_iter().map(|one| one.recipient).filter(|to| to.parse::<SchoolId>().is_ok()).collect())
}

/// What those are called, the caller's own and those that files of the learner came from, as far as the registry answers: a file
/// has its day, and goes without their names if need be.
pub(super) async fn names_told(app: &App, scope: &Scope, learner_id: &str) -> Result<HashMap<String, String>> {
    let mut tx = app.store.begin(scope).await?;
    store::access::answers_requests(&tx)?;
    let learner = store::learner::load(&tx, learner_id).await?;
    let mut schools = schools_told(&tx, &learner.id).await?;
    schools.extend(origins(&tx, &learner.id).await?);
    schools.insert(learner.school_id);
    tx.silent();
    tx.commit().await?;
    names_if_known(app, schools).await
}

/// Gathers what goes, by the rule; `names` are what schools of the platform are called.
pub(super) async fn going(
    tx: &Tx,
    learner: &Learner,
    along: &[String],
    names: &HashMap<String, String>,
) -> Result<Going> {
    let Gathered { mut found, beyond, .. } = gather(tx, learner).await?;
    without_adults(&mut found);
    found.moving = true;
    found.schools.clone_from(names);
    found.along = household(learner, along)?;
    let mut earlier = Vec::new();
    for file in store::transfer::received(tx, &learner.id).await? {
        let from = file.from;
        let theirs = |entry: Entry| match entry.origin.as_str() {
            "" => Entry { origin: from.clone(), ..entry },
            _ => entry,
        };
        earlier.push(file.entries.into_iter().map(theirs).collect());
    }
    let school = learner.school_id.as_str();
    // What an entry says could be guessed: its name is made with the school's key.
    let name = |says: &str| hex::encode(tx.ring().token(school, &format!("entry of a file|{says}")));
    let mut contents = contents(&found, learner, earlier, (school, &name));
    contents.names = names_in(tx, &contents.entries, learner, &found.along).await?;
    Ok(Going {
        contents,
        case_ids: found.cases.iter().map(|case| case.id.to_string()).collect(),
        concern_ids: found.concerns.iter().map(|concern| concern.id.to_string()).collect(),
        beyond,
        others: found.others.iter().map(|other| other.id.clone()).collect(),
        unsaid: store::search::unsaid_to_caller(tx, learner).await?,
    })
}

/// Names of other learners of the school that entries hold.
async fn names_in(tx: &Tx, entries: &[Entry], learner: &Learner, along: &[LearnerId]) -> Result<Vec<Name>> {
    let tokens = sought(entries.iter().map(|entry| entry.text.as_str()));
    let bearing = store::learner::bearing(tx, &tokens).await?;
    let theirs = |one: &&Learner| one.id == learner.id || along.contains(&one.id);
    let mut roll = Roll::of(bearing.iter().filter(|one| !theirs(one)));
    roll.free(learner);
    bearing.iter().filter(theirs).for_each(|one| roll.free(one));
    Ok(found(entries, &roll))
}

/// What is asked about the names in a file, and other words to be blacked out.
pub(super) struct Asked<'a> {
    pub(super) keep: &'a [pb::KeepName],
    pub(super) black_out: &'a [String],
}

/// Checks what is asked about names, as far as that can be seen without the file.
pub(super) fn check_names(v: &mut Violations, asked: &Asked<'_>) {
    let said = |one: &pb::KeepName| (1..=REASON_MAX).contains(&one.reason.trim().chars().count());
    v.check(asked.keep.iter().all(said), "keep_names", "Enter for each name that is kept why the next school reads it");
    let words = asked.black_out.iter().all(|one| (WORDS_MIN..=NAME_MAX).contains(&one.trim().chars().count()));
    let fix = format!("Enter words of {WORDS_MIN} to {NAME_MAX} characters, {BLACK_OUT_MAX} of them at most");
    v.check(words && asked.black_out.len() <= BLACK_OUT_MAX, "black_out", fix);
}

/// Blacks out what is asked, and every name that is not kept, in what goes.
pub(super) fn black_out(tx: &Tx, going: &mut Going, part: &mut Part, asked: &Asked<'_>, scope: &Scope) -> Result<()> {
    let contents = &mut going.contents;
    let stamp = who(scope, tx.now()).stamp();
    let mut kept: BTreeMap<u32, Kept> = BTreeMap::new();
    for one in asked.keep {
        let name = contents.names.iter().find(|name| i64::from(name.number) == i64::from(one.number));
        let name =
            name.ok_or_else(|| Error::invalid("keep_names", "Look at what goes again: there is no such name"))?;
        let reason = one.reason.trim().to_owned();
        kept.insert(name.number, Kept { text: name.text.clone(), reason, stamp: stamp.clone() });
    }
    let words: Vec<String> = asked.black_out.iter().map(|one| one.trim().to_owned()).collect();
    let entries = std::mem::take(&mut contents.entries);
    contents.entries =
        blacked_out(entries, &contents.names, &|number| kept.contains_key(&number), &words).map_err(|at| {
            let fix = format!("Copy the words as they stand in an entry: number {} of them stands in none", at + 1);
            Error::invalid("black_out", fix)
        })?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    part.blackened = Blackened {
        names: count(contents.names.len() - kept.len()),
        words: count(words.len()),
        kept: kept.into_values().collect(),
    };
    Ok(())
}

/// Those of the household who move along.
fn household(learner: &Learner, along: &[String]) -> Result<Vec<LearnerId>> {
    let known = |id: &String| {
        let found = learner.household.iter().find(|other| other.as_str() == id).cloned();
        found.ok_or_else(|| Error::invalid("along_learner_ids", "Select children who live with this child"))
    };
    along.iter().map(known).collect()
}

/// The transfer of a learner that waits, or a new one, with what the school keeps of it; and whether it is new. What is sent
/// beside a file that was received is due by no day. Where the file is on its way or there, it is the rest of it that the
/// caller may know of.
pub(super) async fn begun(tx: &Tx, learner: &Learner) -> Result<(Transfer, Part, bool)> {
    let waiting = match store::transfer::waiting(tx, learner).await? {
        Some((transfer, part)) if transfer.state() != "sent" => Some((transfer, part)),
        waiting => store::transfer::rest_of_caller(tx, learner).await?.or(waiting),
    };
    let (transfer, mut part, new) = match waiting {
        Some((transfer, part)) => (transfer, part, false),
        None => {
            let owed = store::transfer::owed(tx, learner).await?;
            // What the caller may not know of says nothing by a day either.
            let rest = !owed.open && store::transfer::knows_one(tx, &owed.cases).await?;
            let due = if owed.open || rest { store::transfer::due_of(tx, learner).await? } else { None };
            let transfer = Transfer { rest, ..Transfer::new(tx.ids().next(), &learner.school_id, due, tx.now()) };
            if rest {
                store::transfer::set_rest(tx, &learner.school_id, &transfer.id, &owed.cases).await?;
            }
            let part = store::transfer::new_part(tx, &transfer, &learner.id);
            (transfer, part, true)
        }
    };
    part.went = store::transfer::kept(tx, learner).await?.of_caller(tx).await?;
    Ok((transfer, part, new))
}

/// What was taken or sent back is to be sent again from where it came, by the clock of the move; `theirs` is what that school
/// keeps of it. Where another transfer of the child waits there, that one is it; none where the child is on the roll again.
pub(super) async fn due_again(
    tx: &mut Tx,
    transfer: &Transfer,
    theirs: Part,
    learner: &Learner,
) -> Result<Option<(Transfer, Part)>> {
    let from = transfer.from_school_id.as_str();
    // What was written after the child had left keeps the day that it had.
    let due = match transfer.later {
        true => transfer.due,
        false => store::transfer::due_of(tx, learner).await?,
    };
    if (transfer.later && learner.left_on.is_none()) || (due.is_none() && transfer.due.is_some()) {
        return Ok(None);
    }
    let act = |id: &str| Act::new("transfer.due_again", id).school(from);
    let waiting = match transfer.rest {
        true => store::transfer::rest_to_send(tx, learner).await?,
        false => store::transfer::waiting(tx, learner).await?,
    };
    let of_rest = store::transfer::cases_of_rest(tx, from, &transfer.id).await?;
    if let Some((mut other, part)) = waiting {
        if transfer.rest {
            let mut both = store::transfer::cases_of_rest(tx, from, &other.id).await?;
            both.extend(of_rest);
            store::transfer::set_rest(tx, from, &other.id, &both).await?;
        }
        if other.due != due && !transfer.later {
            (other.due, other.later) = (due, false);
            let act = act(other.id.as_str());
            store::transfer::update(tx, &other, act).await?;
        }
        return Ok(Some((other, part)));
    }
    let again = Transfer {
        expected_at: transfer.expected_at.clone(),
        rest: transfer.rest,
        later: transfer.later,
        ..Transfer::new(tx.ids().next(), from, due, if transfer.later { transfer.created_at } else { tx.now() })
    };
    if again.rest {
        store::transfer::set_rest(tx, from, &again.id, &of_rest).await?;
    }
    // What was done about names is decided anew when it is sent again.
    let (id, transfer_id) = (tx.ids().next::<PartId>(), again.id.clone());
    let part = Part { id, transfer_id, blackened: Default::default(), went: Default::default(), ..theirs };
    let act = act(again.id.as_str());
    store::transfer::insert(tx, &again, &part, act).await?;
    Ok(Some((again, part)))
}

/// Refuses what may not go now: what was not looked at, and what leaves out a record that may be about the child without
/// anybody having said that it is about somebody else (`others`).
pub(super) fn may_go(transfer: &Transfer, going: &Going, looked_at: &str, others: &[String]) -> Result<()> {
    if transfer.state() == "sent" {
        return Err(Error::wrong_state("the file is on its way already: take that file back first"));
    }
    if going.beyond {
        let who = "a case about this child is restricted, and you are not named in it: ask somebody whom it names to send \
                   the file, or to name you";
        return Err(Error::wrong_state(who));
    }
    if going.contents.digest() != looked_at {
        return Err(Error::changed());
    }
    if going.unsaid_ids().any(|id| !others.iter().any(|other| other == id)) {
        let fix = "Say of each concern and case that may be about this child whether it is: say in it that it is about this \
                   child, or select it here as one about somebody else";
        return Err(Error::invalid("others_record_ids", fix));
    }
    if going.contents.entries.is_empty() {
        return Err(Error::wrong_state("there is no child protection file: record that none goes"));
    }
    Ok(())
}

/// Enters with each of the cases that it was told outside the school. A rest is entered with those that it is of: the others
/// were told before, and whoever reads them learns nothing of it.
pub(super) async fn tell(tx: &mut Tx, transfer: &Transfer, going: &Going, scope: &Scope, to: &str) -> Result<()> {
    let none = [String::new()];
    let mut case_ids = going.case_ids.clone();
    if transfer.rest {
        let of_rest = store::transfer::cases_of_rest(tx, &transfer.from_school_id, &transfer.id).await?;
        case_ids.retain(|id| of_rest.contains(id));
    }
    let case_ids = if case_ids.is_empty() && !transfer.rest { &none[..] } else { &case_ids };
    for case_id in case_ids {
        let told = Disclosure {
            id: tx.ids().next(),
            item: transfer.id.to_string(),
            involvement: String::new(),
            school_id: transfer.from_school_id.clone(),
            case_id: case_id.clone(),
            recipient_kind: "other_school".to_owned(),
            recipient: to.to_owned(),
            shared: true,
            what: "The child protection file".to_owned(),
            basis: "safeguarding".to_owned(),
            reason: "The child moves to that school".to_owned(),
            stamp: who(scope, tx.now()).stamp(),
        };
        store::register::keep_disclosure(tx, &told).await?;
    }
    Ok(())
}

/// Who acts, by name.
pub(super) fn named(scope: &Scope, tx: &Tx) -> Named {
    Named { by: scope.account_text().to_owned(), name: scope.account_name().to_owned(), at: tx.now() }
}

/// The same, for a receipt: it proves that somebody has the file, and a name of which nothing can be read says nobody.
pub(super) fn receiver(scope: &Scope, tx: &Tx) -> Result<Named> {
    if text::blank(scope.account_name()) {
        return Err(Error::wrong_state(
            "receipt is confirmed by a named person, and the display name of your account is empty: have whoever manages \
             accounts enter it, or let a colleague confirm receipt",
        ));
    }
    Ok(named(scope, tx))
}

/// A transfer as a school sees it.
pub(super) async fn shown(tx: &Tx, transfer: &Transfer, part: Option<&Part>, school: &str) -> Result<pb::Transfer> {
    let keeps = store::copy::clocks(tx, school).await?.keeps_copy;
    Ok(convert::transfer::transfer(transfer, part, (school, keeps), tx.now()))
}

/// The sending school of a transfer that a school may see, to act in the rows of both; none where that is outside the
/// platform.
pub(super) async fn sender(tx: &Tx, id: &str, school: &str) -> Result<Option<SchoolId>> {
    let transfer = store::transfer::load(tx, id, school).await?;
    // Their own transfers are not theirs to receive or to send back.
    if transfer.to_school_id != school {
        return Err(Error::missing());
    }
    if transfer.import.is_some() {
        return Ok(None);
    }
    transfer.from_school_id.parse().map(Some).map_err(Error::internal)
}

/// Has a school of a transfer reckon anew what hangs on it for its learner: whether a hold stands, and what is owed to the next
/// school where the child has left. Its rows are not reached by the act itself; until then a record counts as held, which loses
/// nothing.
pub(super) async fn reckon_anew(app: &App, school: &SchoolId, learner: &LearnerId) -> Result<()> {
    let mut tx = app.store.begin(&Scope::own(app.store.name(), school)).await?;
    store::retention::stale(&tx, learner).await?;
    if store::transfer::caught_up(&mut tx, learner).await? {
        announce_due(&mut tx, 1).await?;
    }
    tx.silent();
    tx.commit().await
}

/// Has due what was written about learners who have left, or about whom these words most likely mean: the school that has their
/// file does not have it.
pub(super) async fn written(tx: &mut Tx, learners: &[LearnerId], names: &[&str]) -> Result<()> {
    match store::transfer::written(tx, learners, names).await? {
        0 => Ok(()),
        count => announce_due(tx, count).await,
    }
}

/// The same of what was written in a case, by who has a part in it and whom its concerns are about; `named` where what it calls
/// people may have changed.
pub(super) async fn written_in(tx: &mut Tx, case: &Case, named: bool) -> Result<()> {
    if case.adult() {
        return Ok(());
    }
    let mut learners: Vec<LearnerId> = case.involvements.iter().filter_map(|part| part.learner.clone()).collect();
    if !case.concern_ids.is_empty() {
        learners.extend(store::concern::of_case(tx, case).await?.into_iter().flat_map(|concern| concern.learners));
    }
    let unsaid = case.involvements.iter().filter(|part| named && part.learner.is_none() && part.ended.is_none());
    let names: Vec<&str> = unsaid.map(|part| part.person.as_str()).collect();
    written(tx, &learners, &names).await
}

/// The same of a concern.
pub(super) async fn written_of(tx: &mut Tx, concern: &Concern) -> Result<()> {
    match concern.office {
        Some(_) => Ok(()),
        None => written(tx, &concern.learners, &[concern.report.about.as_str()]).await,
    }
}

/// The same of what a desk wrote in a school's case, whose rows the act itself does not reach. The desk's answer stands whatever
/// comes of it.
pub(super) async fn written_by_desk(app: &App, school: &str, case: &Case) {
    not_yet(beside(app, school, std::slice::from_ref(&case.id.to_string())).await);
}

/// The same of what a school wrote in its part of a shared incident. That is held while it is written, and whoever sends a file
/// holds the child first: it is reckoned afterwards.
pub(super) async fn written_shared(app: &App, school: &str, shared_incident_id: &str) {
    not_yet(beside_shared(app, school, shared_incident_id).await);
}

async fn beside_shared(app: &App, school: &str, shared_incident_id: &str) -> Result<()> {
    let id: SchoolId = school.parse().map_err(Error::internal)?;
    let mut tx = app.store.begin(&Scope::own(app.store.name(), &id)).await?;
    let linked = store::case::linked(&tx, shared_incident_id, school).await?;
    tx.silent();
    tx.commit().await?;
    let cases: Vec<String> = linked.into_iter().map(|(case, _)| case).collect();
    beside(app, school, &cases).await
}

async fn beside(app: &App, school: &str, case_ids: &[String]) -> Result<()> {
    let school: SchoolId = school.parse().map_err(Error::internal)?;
    let mut tx = app.store.begin(&Scope::own(app.store.name(), &school)).await?;
    for id in case_ids {
        let case = store::case::of_service(&tx, id).await?;
        written_in(&mut tx, &case, false).await?;
    }
    tx.silent();
    tx.commit().await
}

fn not_yet(reckoned: Result<()>) {
    if let Err(error) = reckoned {
        warn!(%error, "whether a file is due by what was written is not known yet");
    }
}

async fn announce_due(tx: &mut Tx, count: u32) -> Result<()> {
    let school = tx.scope().school()?.to_string();
    tx.announce(&school, Event::TransfersDue(TransfersDue { count })).await
}

/// Prompts the schools where learners are on the roll who now stand on another school's, by their pupil numbers. Neither
/// school's act depends on it, and neither is told what the other knows: the one is told that there is a file to plan.
pub(super) async fn arrived(app: &App, school: &str, upns: Vec<String>) {
    if upns.is_empty() {
        return;
    }
    if let Err(error) = prompt_others(app, school, &upns).await {
        warn!(%error, "schools could not be told that a child stands on another school's list");
    }
}

async fn prompt_others(app: &App, school: &str, upns: &[String]) -> Result<()> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let mut schools = store::copy::schools(&tx).await?;
    schools.retain(|other| other != school);
    let found = store::learner::elsewhere(&tx, &schools, upns).await?;
    tx.silent();
    tx.commit().await?;
    for (other, learner) in found {
        let other: SchoolId = other.parse().map_err(Error::internal)?;
        let mut tx = app.store.begin(&Scope::own(app.store.name(), &other)).await?;
        let learner: LearnerId = learner.parse().map_err(Error::internal)?;
        if store::transfer::expect(&mut tx, &learner, school).await? {
            tx.announce(other.as_str(), Event::TransfersDue(TransfersDue { count: 1 })).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
