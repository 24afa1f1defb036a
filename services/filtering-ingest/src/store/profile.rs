//! Format profiles of schools and of the authority in the database, and profiles as feeds name them. A document is sealed
//! with a key of its own version, wrapped for its owner: people paste lines into documents, whatever they are told.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chassis::{
    db::Tx,
    error::{Error, Result},
    seal::DataKey,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
};

use super::{
    entity::{feed, format_profile as table, format_profile_version as versions},
    feed::Feed,
    open, seal,
};
use crate::profile::{
    self, Profile,
    own::{Kept, Named, Owner},
};

/// Compiled profiles, by id and version.
type Compiled = HashMap<(String, u32), Arc<Profile>>;

/// Profiles that were compiled, and how many are kept so.
static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
const COMPILED_MAX: usize = 200;

/// A profile as lines are read by it.
pub(crate) enum Used {
    Shipped(&'static Profile),
    Own(Arc<Profile>),
}

impl Deref for Used {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        match self {
            Self::Shipped(profile) => profile,
            Self::Own(profile) => profile,
        }
    }
}

fn place(id: &str, version: u32) -> String {
    format!("format_profile|{id}|{version}")
}

/// Whom a document's key is wrapped for.
fn holder(school_id: &str) -> &str {
    if school_id.is_empty() { "authority" } else { school_id }
}

/// Writes a new profile with its first document; answers what its body holds.
///
/// # Errors
/// `AlreadyExists` where somebody else took its name in the same moment.
pub(crate) async fn insert(tx: &Tx, kept: &Kept, document: &str) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(kept)?;
    let row = table::ActiveModel {
        id: Set(kept.id.to_string()),
        school_id: Set(kept.school_id.clone()),
        name: Set(kept.key.clone()),
        body: Set(body.clone()),
    };
    table::Entity::insert(row).exec_without_returning(tx.db()).await.map_err(taken)?;
    keep(tx, kept, document).await?;
    Ok(body)
}

fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::exists("document", "Enter another name under profile: you keep one of it already")
        }
        _ => error.into(),
    }
}

/// Writes a profile as it now is; answers what its body holds.
pub(crate) async fn update(tx: &Tx, kept: &Kept) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(kept)?;
    let row = table::ActiveModel { id: Unchanged(kept.id.to_string()), body: Set(body.clone()), ..Default::default() };
    table::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Keeps the document of a profile's newest version.
pub(crate) async fn keep(tx: &Tx, kept: &Kept, document: &str) -> Result<()> {
    let key = DataKey::random();
    let row = versions::ActiveModel {
        profile_id: Set(kept.id.to_string()),
        version: Set(kept.version.into()),
        school_id: Set(kept.school_id.clone()),
        wrapped: Set(tx.ring().wrap(&key, holder(&kept.school_id))),
        body: Set(seal(&key, &document, &place(kept.id.as_str(), kept.version))?),
    };
    versions::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A profile of an owner, by its name; none where there is none.
pub(crate) async fn find(tx: &Tx, owner: &str, key: &str) -> Result<Option<Kept>> {
    let row = table::Entity::find().filter(table::Column::SchoolId.eq(owner)).filter(table::Column::Name.eq(key));
    row.one(tx.db()).await?.map(|row| Ok(serde_json::from_slice(&row.body)?)).transpose()
}

/// The same, held until the transaction ends.
pub(crate) async fn hold(tx: &Tx, owner: &str, key: &str) -> Result<Kept> {
    let row = table::Entity::find().filter(table::Column::SchoolId.eq(owner)).filter(table::Column::Name.eq(key));
    let row = row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    Ok(serde_json::from_slice(&row.body)?)
}

/// The profiles of an owner, by name.
pub(crate) async fn list(tx: &Tx, owner: &str) -> Result<Vec<Kept>> {
    let rows = table::Entity::find().filter(table::Column::SchoolId.eq(owner)).order_by_asc(table::Column::Name);
    rows.all(tx.db()).await?.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// How many an owner has.
pub(crate) async fn count(tx: &Tx, owner: &str) -> Result<u64> {
    Ok(table::Entity::find().filter(table::Column::SchoolId.eq(owner)).count(tx.db()).await?)
}

/// The document of one version; none where that was never kept.
pub(crate) async fn document(tx: &Tx, kept: &Kept, version: u32) -> Result<Option<String>> {
    let row = versions::Entity::find_by_id((kept.id.to_string(), i64::from(version))).one(tx.db()).await?;
    let Some(row) = row else { return Ok(None) };
    let key = tx.ring().unwrap(&row.wrapped, holder(&kept.school_id))?;
    open(&key, &row.body, &place(kept.id.as_str(), version)).map(Some)
}

/// The versions that are kept of a profile, newest first.
pub(crate) async fn kept_versions(tx: &Tx, kept: &Kept) -> Result<Vec<u32>> {
    let rows: Vec<i64> = versions::Entity::find()
        .select_only()
        .column(versions::Column::Version)
        .filter(versions::Column::ProfileId.eq(kept.id.as_str()))
        .order_by_desc(versions::Column::Version)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().filter_map(|version| u32::try_from(version).ok()).collect())
}

/// Whose a profile is that a feed of a school names.
fn owner<'a>(named: &Named<'_>, school: &'a str) -> &'a str {
    if named.owner == Owner::School { school } else { "" }
}

/// The profile that a feed of a school is set to.
///
/// # Errors
/// `WrongState` where there is none, or it can be read no more.
pub(crate) async fn of(tx: &Tx, school: &str, name: &str) -> Result<Used> {
    let gone = || Error::wrong_state("there is no such profile any more: move the feed on to another");
    let named = Named::read(name).ok_or_else(gone)?;
    if named.owner == Owner::Shipped {
        return profile::named(named.key).map(Used::Shipped).ok_or_else(gone);
    }
    let kept = find(tx, owner(&named, school), named.key).await?.ok_or_else(gone)?;
    let version = named.version.unwrap_or(kept.version);
    let id = (kept.id.to_string(), version);
    let known = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = known().get(&id) {
        return Ok(Used::Own(compiled.clone()));
    }
    let document = document(tx, &kept, version).await?.ok_or_else(gone)?;
    let compiled = Profile::parse(&document).map_err(|_| {
        Error::wrong_state(
            "the feed's profile can be read no more: keep a corrected version, and move the feed on to it",
        )
    })?;
    let compiled = Arc::new(compiled);
    let mut all = known();
    if all.len() >= COMPILED_MAX
        && let Some(one) = all.keys().next().cloned()
    {
        // One, and not all: were more in use than are kept, each batch would compile its own anew.
        all.remove(&one);
    }
    all.insert(id, compiled.clone());
    Ok(Used::Own(compiled))
}

/// The profile that a feed is set to.
///
/// # Errors
/// As `of`.
pub(crate) async fn of_feed(tx: &Tx, feed: &Feed) -> Result<Used> {
    of(tx, &feed.school_id, &feed.profile).await
}

/// What a feed keeps that is to be set to a profile; none where there is no such profile, or it is retired.
pub(crate) async fn settled(tx: &Tx, school: &str, name: &str) -> Result<Option<String>> {
    let Some(named) = Named::read(name) else { return Ok(None) };
    if named.owner == Owner::Shipped {
        return Ok(profile::named(named.key).map(|profile| profile.name().to_owned()));
    }
    let kept = find(tx, owner(&named, school), named.key).await?.filter(|kept| kept.retired_at.is_none());
    let Some(kept) = kept else { return Ok(None) };
    let version = named.version.unwrap_or(kept.version);
    Ok(kept_versions(tx, &kept).await?.contains(&version).then(|| kept.at(version)))
}

/// Writes what a feed's profile now is; answers what its body holds.
pub(crate) async fn move_feed(tx: &Tx, now: &Feed) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(now)?;
    let row = feed::ActiveModel { id: Unchanged(now.id.to_string()), body: Set(body.clone()), ..Default::default() };
    feed::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// When a feed's last line arrived.
pub(crate) async fn feed_received(tx: &Tx, of: &Feed) -> Result<Option<i64>> {
    Ok(feed::Entity::find_by_id(of.id.as_str()).one(tx.db()).await?.and_then(|row| row.received_us))
}
