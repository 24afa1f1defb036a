//! Passes on what nobody reads in time: to a deputy, then to the head, and of a child who may not be safe to the authority. Every process of the service looks; whoever comes
//! first does it, and a concern that somebody is reading at that moment is left to them.

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::Result,
    event::Event,
    history::Act,
    id::SchoolId,
    serve::Shutdown,
};
use proto::event::v1::{ConcernEscalated, ConcernRead};
use tracing::warn;

use crate::{
    concern::{
        Concern,
        wait::{Escalation, Level as Passed},
    },
    cover::clocks::Urgency,
    store::{self, concern::Due},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);

/// Looks until shutdown. First it puts in order what earlier versions kept otherwise, and keeps what is due in cases from before
/// that was kept.
pub(crate) async fn run(store: Store, mut shutdown: Shutdown) {
    if let Err(error) = store::upgrade::low_level(&store).await {
        warn!(service = store.name(), %error, "low-level concerns that went on as allegations are not all among those yet");
    }
    let mut caught_up = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = pass(&store).await {
            warn!(service = store.name(), %error, "what waits unread could not be looked for");
        }
        if !caught_up {
            match catch_up(&store).await {
                Ok(done) => caught_up = done,
                Err(error) => warn!(service = store.name(), %error, "what is due in older cases is not listed yet"),
            }
        }
    }
}

/// Passes on whatever is due at every school, and what waits for somebody who is away; answers how much that was.
///
/// # Errors
/// Where what is due cannot be looked for.
pub(crate) async fn pass(store: &Store) -> Result<u32> {
    Ok(overdue(store).await? + from_the_absent(store).await?)
}

async fn overdue(store: &Store) -> Result<u32> {
    let (mut passed, mut after) = (0, None);
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let due = store::concern::due(&tx, after.as_ref()).await?;
        tx.silent();
        tx.commit().await?;
        let Some(last) = due.last() else { return Ok(passed) };
        after = Some((last.escalate_us, last.id.clone()));
        passed += all(store, &due).await;
    }
}

/// Passes on what is about an adult where whoever takes it on is away, before its time is over.
async fn from_the_absent(store: &Store) -> Result<u32> {
    let (mut passed, mut after) = (0, String::new());
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let waiting = store::concern::in_office(&tx, &after).await?;
        tx.silent();
        tx.commit().await?;
        let Some(last) = waiting.last() else { return Ok(passed) };
        after.clone_from(&last.id);
        passed += all(store, &waiting).await;
    }
}

async fn all(store: &Store, waiting: &[Due]) -> u32 {
    let mut passed = 0;
    for row in waiting {
        match one(store, &row.school_id, &row.id).await {
            Ok(true) => passed += 1,
            Ok(false) => {}
            // The others are passed on all the same; this one is tried again.
            Err(error) => warn!(concern.id = row.id, %error, "a concern that waits unread could not be passed on"),
        }
    }
    passed
}

/// Keeps what is due in some of the cases from before that was kept; answers whether there were none.
async fn catch_up(store: &Store) -> Result<bool> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    let cases = store::due::without(&tx).await?;
    tx.silent();
    tx.commit().await?;
    for (school, case) in &cases {
        let school: SchoolId = school.parse().map_err(|_| chassis::error::Error::internal("a case of no school"))?;
        let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
        store::due::catch_up(&tx, case).await?;
        tx.silent();
        tx.commit().await?;
    }
    Ok(cases.is_empty())
}

async fn one(store: &Store, school: &str, id: &str) -> Result<bool> {
    let school: SchoolId = school.parse().map_err(|_| chassis::error::Error::internal("a concern of no school"))?;
    let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
    let Some(mut concern) = store::concern::waiting(&tx, id).await? else { return Ok(false) };
    let clocks = store::copy::clocks(&tx, school.as_str()).await?;
    let cover = store::cover::load(&tx).await?;
    let with_lead = concern.office.is_none();
    let Some(escalation) = concern.escalate(tx.now(), &clocks, &cover).cloned() else { return Ok(false) };
    let body = store::concern::update(&tx, &concern).await?;
    if with_lead && concern.office.is_some() {
        // It waits for the chair from now on, and stands unread for the lead no longer.
        tx.announce(concern.id.as_str(), Event::ConcernRead(ConcernRead::default())).await?;
    }
    tell(&mut tx, &concern, &escalation, &body).await?;
    tx.commit().await?;
    Ok(true)
}

/// Says that a concern was passed on, in the history and to whoever listens.
///
/// # Errors
/// Where the outbox cannot be written.
pub(crate) async fn tell(tx: &mut Tx, concern: &Concern, escalation: &Escalation, body: &[u8]) -> Result<()> {
    let (level, reason) = (escalation.level.code(), escalation.reason.code());
    let act = Act::new("concern.escalated", concern.id.as_str()).detail("level", level).detail("reason", reason);
    tx.record(act.detail("account_ids", escalation.to.clone()).state("concern", body));
    if concern.office.is_some() || escalation.level == Passed::Authority {
        // What is about an adult is told to those who take it on, and counted nowhere; what goes beyond the school is told at the
        // desk that finds it, and to nobody else.
        return Ok(());
    }
    let event = ConcernEscalated {
        level: level.to_owned(),
        urgency: concern.urgency().code().to_owned(),
        reason: reason.to_owned(),
        waited_s: (escalation.at - concern.recorded_at).whole_seconds(),
        alert_id: concern.alert().to_owned(),
    };
    tx.announce(concern.id.as_str(), Event::ConcernEscalated(event)).await
}

/// Says that the alert of a concern became so grave that it is one of danger: whoever has read it as less, or whose quiet
/// hours hold back that it is there, hears of it at once.
///
/// # Errors
/// Where the outbox cannot be written.
pub(crate) async fn tell_worse(tx: &mut Tx, concern: &Concern) -> Result<()> {
    let urgency = concern.urgency();
    if concern.office.is_some() || urgency != Urgency::Danger {
        return Ok(());
    }
    let event = ConcernEscalated {
        level: "lead".to_owned(),
        urgency: urgency.code().to_owned(),
        reason: "worsened".to_owned(),
        waited_s: (tx.now() - concern.recorded_at).whole_seconds(),
        alert_id: concern.alert().to_owned(),
    };
    tx.announce(concern.id.as_str(), Event::ConcernEscalated(event)).await
}

/// Says that whoever reported a concern added to it after it was read: somebody may have decided on less. Of what is about an adult
/// nothing is said, nor of a case that one of those who would be told may not know of.
///
/// # Errors
/// Where the case cannot be read or the outbox not be written.
pub(crate) async fn tell_added(tx: &mut Tx, concern: &Concern) -> Result<()> {
    // Decided again for what was added, it is unread once more: that it was read before is what counts.
    if concern.office.is_some() || concern.first_read().is_none() {
        return Ok(());
    }
    let case_id = store::concern::case_of(concern);
    if !case_id.is_empty() {
        let case = store::case::of_service(tx, case_id).await?;
        if !case.announced() {
            return Ok(());
        }
    }
    let event = ConcernEscalated {
        level: "lead".to_owned(),
        urgency: concern.urgency().code().to_owned(),
        reason: "added".to_owned(),
        waited_s: (tx.now() - concern.recorded_at).whole_seconds(),
        alert_id: String::new(),
    };
    tx.announce(concern.id.as_str(), Event::ConcernEscalated(event)).await
}

/// Says that a concern was read that came from a filter alert, so that the alert waits for nobody any more, or that was passed on
/// because nobody had read it, so that it stands unread no longer: for whoever calls it where the concern came about a child.
///
/// # Errors
/// Where the outbox cannot be written.
pub(crate) async fn tell_read(tx: &mut Tx, concern: &Concern) -> Result<()> {
    let told = !concern.alert().is_empty() || concern.level().is_some();
    let Some(read) = concern.read.as_ref().filter(|_| told) else { return Ok(()) };
    let event = ConcernRead { alert_id: concern.alert().to_owned(), account_id: read.by.clone() };
    tx.announce(concern.id.as_str(), Event::ConcernRead(event)).await
}

/// Says of a new concern what is to be said at once: that the rota led to nobody.
///
/// # Errors
/// Where the outbox cannot be written.
pub(crate) async fn tell_new(tx: &mut Tx, concern: &Concern, body: &[u8]) -> Result<()> {
    for escalation in concern.wait.iter().flat_map(|wait| &wait.escalations) {
        tell(tx, concern, escalation, body).await?;
    }
    Ok(())
}
