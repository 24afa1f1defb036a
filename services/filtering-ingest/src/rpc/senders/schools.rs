//! The schools that a sender may speak for, each with its feed.

use std::collections::BTreeSet;

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Error, Kind, Result, Violations},
    history::Act,
    id::SchoolId,
};
use proto::filtering_ingest::v1::SenderSchool;

use crate::{
    App,
    profile::own::same,
    rpc::end_feed,
    sender::{Place, SCHOOLS_MAX, Sender},
    store::{self, feed::Feed},
};

/// Checks that schools are asked for that there are, each once.
pub(super) async fn check(app: &App, caller: &Caller, v: &mut Violations, asked: &[SenderSchool]) -> Result<()> {
    v.check(asked.len() <= SCHOOLS_MAX, "schools", format!("Enter {SCHOOLS_MAX} schools or fewer"));
    let mut seen = BTreeSet::new();
    for (n, school) in asked.iter().enumerate().take(SCHOOLS_MAX) {
        let field = format!("schools[{n}].school_id");
        if !seen.insert(&school.school_id) {
            v.add(field, "Enter each school once");
            continue;
        }
        let found = match school.school_id.parse::<SchoolId>() {
            Ok(id) => app.there_is(caller, id.as_str()).await,
            Err(_) => Err(Error::missing()),
        };
        match found {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::Missing => {
                v.add(field, "Enter the id of a school of this authority: there is none of this id");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The schools with their feeds: the one that is named, or the one that the sender has there or had; else one of the
/// sender's name is made.
pub(super) async fn places(
    tx: &mut Tx,
    caller: &Caller,
    sender: &Sender,
    asked: &[SenderSchool],
) -> Result<Vec<Place>> {
    let home = tx.scope().clone();
    let mut places = Vec::with_capacity(asked.len());
    for (n, SenderSchool { school_id, feed_id }) in asked.iter().enumerate() {
        let known = sender.place(school_id).map(|place| place.feed_id.clone());
        let named = Some(feed_id.clone()).filter(|id| !id.is_empty()).or(known);
        tx.enter(&caller.at(school_id)?).await?;
        if sender.place(school_id).is_none() && store::closed::is(tx, school_id).await? {
            let fix = "Leave this school out: it is closed, and nothing is taken for it any more";
            return Err(Error::invalid(format!("schools[{n}].school_id"), fix));
        }
        let feed_id = match (named, former_feed(tx, sender, school_id).await?) {
            (Some(id), _) => named_feed(tx, sender, &id, n).await?,
            (None, Some(id)) => id,
            (None, None) => new_feed(tx, sender, school_id).await?,
        };
        places.push(Place { school_id: school_id.clone(), feed_id });
    }
    tx.enter(&home).await?;
    Ok(places)
}

/// Moves the feeds of a sender on to its profile: what it sends is read by one and the same at every school.
pub(super) async fn move_on(tx: &mut Tx, caller: &Caller, sender: &Sender) -> Result<()> {
    let home = tx.scope().clone();
    for place in &sender.schools {
        tx.enter(&caller.at(&place.school_id)?).await?;
        let mut feed = store::feed::hold(tx, &place.feed_id).await?;
        if feed.profile == sender.profile {
            continue;
        }
        let before = std::mem::replace(&mut feed.profile, sender.profile.clone());
        let body = store::profile::move_feed(tx, &feed).await?;
        let moved = Act::new("feed.moved", feed.id.as_str()).detail("from", before);
        tx.record(moved.detail("profile", feed.profile.clone()).state("feed", &body));
    }
    tx.enter(&home).await
}

/// Ends the feeds of a sender of several schools: nobody brings anything to them any more.
pub(super) async fn end(tx: &mut Tx, caller: &Caller, sender: &Sender) -> Result<()> {
    // The feed of one school's own sender was there before it, and may have other senders.
    if sender.single().is_some() {
        return Ok(());
    }
    let home = tx.scope().clone();
    for place in &sender.schools {
        tx.enter(&caller.at(&place.school_id)?).await?;
        let mut feed = store::feed::hold(tx, &place.feed_id).await?;
        if feed.ended_at.is_none() {
            end_feed::end(tx, &mut feed).await?;
        }
    }
    tx.enter(&home).await
}

async fn named_feed(tx: &Tx, sender: &Sender, id: &str, n: usize) -> Result<String> {
    let field = format!("schools[{n}].feed_id");
    let feed = store::feed::load(tx, id).await.map_err(|error| match error.kind() {
        Kind::Missing => {
            Error::invalid(field.clone(), "Enter a feed of this school, or leave it empty: one is made then")
        }
        _ => error,
    })?;
    if same(&feed.profile, &sender.profile) {
        Ok(feed.id.to_string())
    } else {
        Err(Error::invalid(
            field,
            format!("Enter a feed of the profile {}: this one is of {}", sender.profile, feed.profile),
        ))
    }
}

/// The feed of a school that the sender spoke for once, where its lines are still read as the sender's are.
async fn former_feed(tx: &Tx, sender: &Sender, school_id: &str) -> Result<Option<String>> {
    let Some(left) = sender.left(school_id) else { return Ok(None) };
    match store::feed::load(tx, &left.feed_id).await {
        Ok(feed) => Ok(same(&feed.profile, &sender.profile).then(|| feed.id.to_string())),
        Err(error) if error.kind() == Kind::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

async fn new_feed(tx: &mut Tx, sender: &Sender, school_id: &str) -> Result<String> {
    // Feeds of one name could not be told apart: the sender's with its id, where the school has one of its name.
    let named = store::feed::is_called(tx, &sender.name, "").await?;
    let feed = Feed {
        id: tx.ids().next(),
        school_id: school_id.to_owned(),
        name: if named { format!("{} ({})", sender.name, sender.id) } else { sender.name.clone() },
        profile: sender.profile.clone(),
        time_zone: sender.time_zone.clone(),
        hosts: Default::default(),
        groups: Default::default(),
        created_at: tx.now(),
        ended_at: None,
    };
    let body = store::feed::insert(tx, &feed).await?;
    tx.record(Act::new("feed.created", feed.id.as_str()).detail("profile", feed.profile.clone()).state("feed", &body));
    Ok(feed.id.to_string())
}
