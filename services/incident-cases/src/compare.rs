//! Holds contacts that cases mark against those of other schools. Every process of the service looks; a match is told once to
//! each of the two schools and to the safeguarding desk, and nothing of either case is told to anybody. `adult` does it for
//! the adults of cases.

pub(crate) mod adult;

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    desk::Desk,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::SchoolId,
    serve::Shutdown,
};
use proto::event::v1::ContactMatched;
use tracing::warn;

use crate::{
    contact::ContactMatch,
    store::{
        self,
        contact::{New, Told},
    },
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(5);

/// Looks until shutdown.
pub(crate) async fn run(store: Store, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = pass(&store).await {
            warn!(service = store.name(), %error, "contacts in common could not be looked for");
        }
        if let Err(error) = adult::pass(&store).await {
            warn!(service = store.name(), %error, "adults of several schools could not be looked for");
        }
    }
}

/// Compares what was not compared yet.
///
/// # Errors
/// Where the database cannot be reached; what was not told yet is told at the next turn.
pub(crate) async fn pass(store: &Store) -> Result<()> {
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        tx.silent();
        let new = store::contact::not_compared(&tx).await?;
        let mut pairs = Vec::new();
        for one in &new {
            pairs.extend(store::contact::equal(&tx, one).await?.into_iter().map(|other| (one.clone(), other)));
        }
        tx.commit().await?;
        if new.is_empty() {
            return Ok(());
        }
        for (one, other) in &pairs {
            tell_school(store, one, other).await?;
            tell_school(store, other, one).await?;
            tell_desk(store, one, other).await?;
        }
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        tx.silent();
        for one in &new {
            store::contact::compared(&tx, &one.id).await?;
        }
        tx.commit().await?;
    }
}

async fn tell_school(store: &Store, own: &New, other: &New) -> Result<()> {
    let school: SchoolId = own.school.parse().map_err(|_| Error::internal("a contact of no school"))?;
    let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
    let found = ContactMatch {
        id: tx.ids().next(),
        kind: "match".to_owned(),
        school: (other.school.clone(), other.ring.clone()),
        second: None,
        found_at: tx.now(),
        note: None,
        marks: None,
    };
    let told = Told { holder: &own.school, case: &own.case, contact: &own.id, other: &other.id };
    if keep(&mut tx, told, &found).await? {
        // One of the two tells the desk, too.
        let desk = if own.id < other.id { Desk::Safeguarding.name().to_owned() } else { String::new() };
        tx.announce(found.id.as_str(), Event::ContactMatched(ContactMatched { desk, many_marks: false })).await?;
    } else {
        tx.silent();
    }
    tx.commit().await
}

async fn tell_desk(store: &Store, one: &New, other: &New) -> Result<()> {
    // Whichever of the two was marked later: the pair is told of once.
    let (first, second) = if one.id < other.id { (one, other) } else { (other, one) };
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    let found = ContactMatch {
        id: tx.ids().next(),
        kind: "match".to_owned(),
        school: (first.school.clone(), first.ring.clone()),
        second: Some((second.school.clone(), second.ring.clone())),
        found_at: tx.now(),
        note: None,
        marks: None,
    };
    let told = Told { holder: &Desk::Safeguarding.holder(), case: "", contact: &first.id, other: &second.id };
    if !keep(&mut tx, told, &found).await? {
        tx.silent();
    }
    tx.commit().await
}

/// Tells the desk that a school marked so many contacts in a day that somebody may be guessing, and who marked the last;
/// once a day. What they wrote of whom to ring is not told: it may be theirs who guesses.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn tell_of_many(store: &Store, school: &str, (account, marks): (&str, u32)) -> Result<()> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    let found = ContactMatch {
        id: tx.ids().next(),
        kind: "many_marks".to_owned(),
        school: (school.to_owned(), String::new()),
        second: None,
        found_at: tx.now(),
        note: None,
        marks: Some((account.to_owned(), marks)),
    };
    let day = chassis::clock::london(tx.now()).date().to_string();
    let told = Told { holder: &Desk::Safeguarding.holder(), case: "", contact: school, other: &day };
    if keep(&mut tx, told, &found).await? {
        // At no school: nobody there is told that they are watched.
        let alarm = ContactMatched { desk: Desk::Safeguarding.name().to_owned(), many_marks: true };
        tx.announce_at("", found.id.as_str(), Event::ContactMatched(alarm)).await?;
    } else {
        tx.silent();
    }
    tx.commit().await
}

/// Keeps what is told, and says so in the history; answers whether it was new.
async fn keep(tx: &mut Tx, told: Told<'_>, found: &ContactMatch) -> Result<bool> {
    let Some(body) = store::contact::insert_match(tx, told, found).await? else { return Ok(false) };
    let act = Act::new("contact.matched", found.id.as_str()).detail("kind", found.kind.clone());
    tx.record(act.state("contact_match", &body));
    Ok(true)
}
