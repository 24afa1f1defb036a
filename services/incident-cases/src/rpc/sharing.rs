//! What every act on a shared incident has in common: once, by one who is in it, told to the others.

use chassis::{
    caller::Scope,
    db::{Once, Tx},
    error::{Error, Kind, Result},
    event::Event,
};
use prost::Message;
use proto::{event::v1::SharingChanged, incident_cases::v1 as pb};

use super::{
    convert,
    once::{About, once},
    passing_on::written_shared,
    unnamed::{Said, unnamed_in},
};
use crate::{
    App,
    case::{Case, Involvement, record::Stamp},
    shared_incident::{
        Whole,
        item::{Item, What},
        learner::{next_label, own_parts},
        sharing::Sharing,
    },
    store,
};

/// Which shared incident, under which request, and as whom.
pub(super) struct Target<'a> {
    pub(super) id: &'a str,
    /// As whom the caller holds keys: their school, or their desk.
    pub(super) holder: &'a str,
    pub(super) request_id: &'a str,
}

/// Who acts, and when.
pub(super) fn stamp(tx: &Tx) -> Stamp {
    Stamp { by: tx.scope().account_text().to_owned(), at: tx.now() }
}

/// Writes an item: `said` is what it says, and `decide` what it is, or why not.
pub(super) async fn write<R: Message + Default>(
    app: &App,
    scope: &Scope,
    request: &impl Message,
    target: Target<'_>,
    said: Said<'_>,
    decide: impl FnOnce(&Whole) -> Result<What>,
    respond: impl FnOnce(pb::SharedIncident) -> R,
) -> Result<R> {
    let Target { id, holder, request_id } = target;
    let mut tx = match once(app, scope, request_id, request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.open_still()?;
    let what = decide(&whole)?;
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let (change, told) = news(&what, &whole.sharing, holder);
    for school in &told {
        announce(&mut tx, &whole.sharing, change, school).await?;
    }
    write_item(&mut tx, &mut whole, holder, what).await?;
    whole.hide_withdrawn(holder);
    let response = respond(convert::sharing::shared_incident(&whole, holder));
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    // A desk has no child's file.
    if scope.school().is_ok_and(|school| school.as_str() == holder) {
        written_shared(app, holder, id).await;
    }
    Ok(response)
}

/// As what other schools are told that something was written, and which are: whoever is given a task, and all of what was
/// decided and of a discussion.
fn news(what: &What, sharing: &Sharing, holder: &str) -> (&'static str, Vec<String>) {
    let others = || sharing.schools().filter(|school| *school != holder).map(str::to_owned).collect();
    match what {
        What::Task { owner, .. } if owner != holder => ("task_given", vec![owner.clone()]),
        What::Decision { .. } => ("decision", others()),
        What::Minutes(_) => ("minutes", others()),
        _ => ("", Vec::new()),
    }
}

/// Announces to one school that something was written for it; the event holds no word of it.
pub(super) async fn announce(tx: &mut Tx, sharing: &Sharing, change: &str, school: &str) -> Result<()> {
    let (shared_incident_id, change) = (sharing.id.to_string(), change.to_owned());
    let event = SharingChanged { shared_incident_id, change, school_id: String::new() };
    tx.announce_at(school, sharing.id.as_str(), Event::SharingChanged(event)).await
}

/// Writes an item into a shared incident that the transaction holds.
pub(super) async fn write_item(tx: &mut Tx, whole: &mut Whole, holder: &str, what: What) -> Result<()> {
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp: stamp(tx), what };
    store::shared::add(tx, &whole.sharing, &item).await?;
    whole.items.push(item);
    Ok(())
}

/// Brings a child of a case into a shared incident as a role label; who it is, only their own school reads.
pub(super) async fn add_learner(
    tx: &mut Tx,
    whole: &mut Whole,
    holder: &str,
    case: &Case,
    part: &Involvement,
) -> Result<()> {
    let what = What::Learner { label: next_label(whole, &part.year_group) };
    write_item(tx, whole, holder, what).await?;
    let learner = whole.items.last().map(|item| item.id.clone()).ok_or_else(Error::missing)?;
    let what = What::Own { learner, case_id: case.id.to_string(), involvement_id: part.id.to_string() };
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp: stamp(tx), what };
    store::shared::add_private(tx, &whole.sharing, &item, &[holder]).await?;
    whole.items.push(item);
    Ok(())
}

/// Lets a case go from the shared incident that it belongs to, where its school is out of that one, or it is closed and no other school
/// is in it: what was shared stays readable, and the case may belong to another. Answers the one it still belongs to otherwise.
pub(super) async fn let_go(tx: &mut Tx, case: &mut Case) -> Result<Option<Sharing>> {
    let Some(id) = case.shared_incident_id.clone() else { return Ok(None) };
    let school = case.school_id.clone();
    match store::shared::hold(tx, &id, &school).await {
        Ok(mut sharing) => {
            if sharing.let_case_go(&school, case.id.as_str()).is_err() {
                return Ok(Some(sharing));
            }
            store::shared::keep(tx, &sharing, "sharing.case_let_go", &school).await?;
        }
        Err(error) if error.kind() == Kind::Missing => {}
        Err(error) => return Err(error),
    }
    case.leave_shared();
    Ok(None)
}

/// Where a case is opened again whose school said of its part of a shared incident that it is closed, it is not said any more:
/// the school says anew how it stands before the incident closes.
pub(super) async fn part_open_again(tx: &mut Tx, case: &Case) -> Result<()> {
    let Some(id) = case.shared_incident_id.as_deref() else { return Ok(()) };
    let holder = case.school_id.as_str();
    let mut whole = match store::shared::load(tx, id, holder).await {
        Ok(whole) => whole,
        // The school is in it no more.
        Err(error) if error.kind() == Kind::Missing => return Ok(()),
        Err(error) => return Err(error),
    };
    let closed = |item: &Item| matches!(item.what, What::OwnPart { closed: true, .. });
    let said = own_parts(&whole).into_iter().any(|(school, said)| school == holder && said.is_some_and(closed));
    if whole.sharing.closed_at.is_some() || !said {
        return Ok(());
    }
    write_item(tx, &mut whole, holder, What::OwnPart { closed: false, reason: String::new() }).await
}

/// Keeps the answer for whoever asks again, where nobody else can read it.
pub(super) async fn keep_answer(tx: &mut Tx, sharing: &Sharing, holder: &str, response: &impl Message) -> Result<()> {
    let key = store::shared::own_key(tx, sharing, holder).await?;
    tx.answer_about(&key, response).await
}

/// What an answer about a shared incident is about.
pub(super) fn about(id: &str, holder: &str) -> About {
    About::Shared { id: id.to_owned(), school: holder.to_owned() }
}

/// Whoever a task or decision is given to must be a school that is in it.
///
/// # Errors
/// `Invalid` where not.
pub(super) fn owner(sharing: &Sharing, school_id: &str) -> Result<String> {
    if sharing.schools().any(|school| school == school_id) {
        return Ok(school_id.to_owned());
    }
    Err(Error::invalid("owner_school_id", "Select a school that is in this incident"))
}

/// Announces that somebody came or went: to every school in it but the one that did it, and to whoever it is about.
pub(super) async fn tell(tx: &mut Tx, sharing: &Sharing, change: &str, whom: &str, by: &str) -> Result<()> {
    let mut told: Vec<String> = sharing.schools().map(str::to_owned).collect();
    if whom.starts_with("sch_") && !told.iter().any(|school| school == whom) {
        told.push(whom.to_owned());
    }
    for school in told.iter().filter(|school| *school != by) {
        let event = SharingChanged {
            shared_incident_id: sharing.id.to_string(),
            change: change.to_owned(),
            school_id: if whom.starts_with("sch_") { whom.to_owned() } else { String::new() },
        };
        tx.announce_at(school, sharing.id.as_str(), Event::SharingChanged(event)).await?;
    }
    Ok(())
}
