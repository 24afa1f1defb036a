//! What handing over a child's file has in common: what goes, who acts, what is answered.

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result},
    event::Event,
    id::SchoolId,
};
use proto::{event::v1::TransfersDue, incident_cases::v1 as pb};
use tracing::warn;

use super::{convert, subject::gather};
use crate::{
    App,
    learner::{Learner, LearnerId},
    store,
    transfer::{
        Named, Part, Transfer,
        contents::{Contents, Entry, contents, without_adults},
    },
};

/// What goes of a child's file, the cases it is of, and whether there is more that the caller knows of and may not read.
pub(super) struct Going {
    pub(super) contents: Contents,
    pub(super) case_ids: Vec<String>,
    pub(super) concern_ids: Vec<String>,
    pub(super) beyond: bool,
}

/// Gathers what goes, by the rule.
pub(super) async fn going(tx: &Tx, learner: &Learner, along: &[String]) -> Result<Going> {
    let (mut found, beyond) = gather(tx, learner).await?;
    without_adults(&mut found);
    found.moving = true;
    found.along = household(learner, along)?;
    let mut earlier = Vec::new();
    for package in store::transfer::received(tx, &learner.id).await? {
        let from = package.from_school_id;
        let theirs = |entry: Entry| match entry.origin.as_str() {
            "" => Entry { origin: from.clone(), ..entry },
            _ => entry,
        };
        earlier.extend(package.entries.into_iter().map(theirs));
    }
    Ok(Going {
        contents: contents(&found, learner, earlier),
        case_ids: found.cases.iter().map(|case| case.id.to_string()).collect(),
        concern_ids: found.concerns.iter().map(|concern| concern.id.to_string()).collect(),
        beyond,
    })
}

/// Those of the household who move along.
fn household(learner: &Learner, along: &[String]) -> Result<Vec<LearnerId>> {
    let known = |id: &String| {
        let found = learner.household.iter().find(|other| other.as_str() == id).cloned();
        found.ok_or_else(|| Error::invalid("along_learner_ids", "Select children who live with this child"))
    };
    along.iter().map(known).collect()
}

/// Who acts, by name.
pub(super) fn named(scope: &Scope, tx: &Tx) -> Named {
    Named { by: scope.account_text().to_owned(), name: scope.account_name().to_owned(), at: tx.now() }
}

/// A transfer as a school sees it.
pub(super) async fn shown(tx: &Tx, transfer: &Transfer, part: Option<&Part>, school: &str) -> Result<pb::Transfer> {
    let keeps = store::copy::clocks(tx, school).await?.keeps_copy;
    Ok(convert::transfer::transfer(transfer, part, (school, keeps), tx.now()))
}

/// The sending school of a transfer that a school may see, to act in the rows of both.
pub(super) async fn sender(tx: &Tx, id: &str, school: &str) -> Result<SchoolId> {
    let transfer = store::transfer::load(tx, id, school).await?;
    // Their own transfers are not theirs to receive or to send back.
    if transfer.to_school_id != school {
        return Err(Error::missing());
    }
    transfer.from_school_id.parse().map_err(Error::internal)
}

/// Has the records of a learner reckoned anew: whether a hold stands changed. The other school's rows are not reached by
/// the act itself, and until then a record counts as held, which loses nothing.
pub(super) async fn reckon_anew(app: &App, school: &SchoolId, learner: &LearnerId) -> Result<()> {
    let mut tx = app.store.begin(&Scope::own(app.store.name(), school)).await?;
    store::retention::stale(&tx, learner).await?;
    tx.silent();
    tx.commit().await
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
