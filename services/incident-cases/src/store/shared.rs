//! Shared incidents in the database. What one was opened with and who is in it have a row each, and every item has its
//! own, sealed under the key of its epoch. A key is wrapped for whoever is in it when the epoch begins or comes in later;
//! whoever went keeps the keys they had, finds nothing through the service, and is given none of what is written after.

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Kind, Result},
    history::Act,
    page::Page,
    seal::DataKey,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{
    entity::{record_key, shared_incident},
    give_key, invitation, key, micros, new_key, open as unseal, seal,
    shared_entity::{shared_item, sharing},
};
use crate::{
    case::record::Stamp,
    shared_incident::{
        SharedIncident, Whole,
        item::{Item, SharedItemId, What},
        sharing::{Sharing, is_desk},
    },
};

fn place(id: &str) -> String {
    format!("shared|{id}")
}

fn item_place(id: &str) -> String {
    format!("shared_item|{id}")
}

/// Writes a new shared incident, readable by the school that opened it alone.
pub(crate) async fn open(tx: &mut Tx, opening: &SharedIncident, lead: &str) -> Result<Sharing> {
    let id = opening.id.as_str();
    let key = new_key(tx, id, lead).await?;
    let body = seal(&key, opening, &place(id))?;
    let row = shared_incident::ActiveModel {
        id: Set(id.to_owned()),
        lead_school_id: Set(lead.to_owned()),
        body: Set(body.clone()),
    };
    shared_incident::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.record(Act::new("shared_incident.opened", id).state("shared_incident", &body));
    let sharing = Sharing::open(opening.id.clone(), lead, opening.opened_at);
    keep(tx, &sharing, "sharing.begun", lead).await?;
    Ok(sharing)
}

/// Keeps who is in it, as `holder`'s act.
pub(crate) async fn keep(tx: &mut Tx, sharing: &Sharing, action: &'static str, holder: &str) -> Result<()> {
    let id = sharing.id.as_str();
    let body = serde_json::to_vec(sharing)?;
    let written = sharing::Entity::update_many()
        .col_expr(sharing::Column::Body, sea_orm::sea_query::Expr::value(body.clone()))
        .filter(sharing::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    if written.rows_affected == 0 {
        let row = sharing::ActiveModel { id: Set(id.to_owned()), body: Set(body.clone()) };
        sharing::Entity::insert(row).exec_without_returning(tx.db()).await?;
    }
    let row = shared_incident::ActiveModel {
        id: Unchanged(id.to_owned()),
        lead_school_id: Set(sharing.lead().to_owned()),
        ..Default::default()
    };
    shared_incident::Entity::update(row).exec(tx.db()).await?;
    tx.record(at(Act::new(action, id), holder).detail("epoch", sharing.epoch).state("sharing", &body));
    Ok(())
}

/// An act at the school of whoever did it; a desk's is at no school.
fn at(act: Act, holder: &str) -> Act {
    if is_desk(holder) || holder.is_empty() { act } else { act.school(holder) }
}

/// Holds a shared incident until the end of the transaction; answers who is in it and what it was opened with, sealed.
async fn held(tx: &Tx, id: &str, opener: &str, hold: bool) -> Result<(Sharing, Vec<u8>)> {
    let row = shared_incident::Entity::find_by_id(id);
    let row = if hold { row.lock_exclusive() } else { row }.one(tx.db()).await?;
    let row = row.ok_or_else(Error::missing)?;
    // Asked only now: whoever waited for the row sees who came and went meanwhile.
    let sharing = match sharing::Entity::find_by_id(id).one(tx.db()).await? {
        Some(kept) => serde_json::from_slice(&kept.body)?,
        None if opener.is_empty() => return Err(Error::missing()),
        None => {
            let opening: SharedIncident = unseal(&key(tx, id, opener).await?, &row.body, &place(id))?;
            Sharing::of_earlier(opening.id, &opening.members, opening.opened_at)
        }
    };
    Ok((sharing, row.body))
}

/// Who is in a shared incident, held until the end of the transaction, for an act that reads nothing of it. `opener`
/// holds its first key; empty for whoever holds none.
pub(crate) async fn hold(tx: &Tx, id: &str, opener: &str) -> Result<Sharing> {
    Ok(held(tx, id, opener, true).await?.0)
}

/// The same as it stands, held by nobody.
pub(crate) async fn peek(tx: &Tx, id: &str, opener: &str) -> Result<Sharing> {
    Ok(held(tx, id, opener, false).await?.0)
}

/// A shared incident as somebody in it reads it, held until the end of the transaction. Whoever is not, or went, finds
/// none; so does whoever is kept out of the case through which their school has part in it.
pub(crate) async fn load(tx: &Tx, id: &str, holder: &str) -> Result<Whole> {
    read_as(tx, id, holder, true).await
}

/// The same as it stands, held by nobody: for what must be known before something else is held.
pub(crate) async fn load_unlocked(tx: &Tx, id: &str, holder: &str) -> Result<Whole> {
    read_as(tx, id, holder, false).await
}

/// Whether somebody finds a shared incident now: not once they went, nor where they are kept out of their school's case.
pub(crate) async fn finds(tx: &Tx, id: &str, holder: &str) -> Result<bool> {
    match held(tx, id, holder, false).await {
        Ok((sharing, _)) => Ok(sharing.holds(holder) && !hidden(tx, &sharing, holder).await?),
        Err(error) if error.kind() == Kind::Missing => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a school has or had part in it through a case that the caller may not read.
async fn hidden(tx: &Tx, sharing: &Sharing, school: &str) -> Result<bool> {
    super::case::hides_shared(tx, sharing.id.as_str(), school, &sharing.earlier_of(school)).await
}

/// Whether somebody is in a shared incident now, whoever may read it there.
pub(crate) async fn holds(tx: &Tx, id: &str, holder: &str) -> Result<bool> {
    match held(tx, id, holder, false).await {
        Ok((sharing, _)) => Ok(sharing.holds(holder)),
        Err(error) if error.kind() == Kind::Missing => Ok(false),
        Err(error) => Err(error),
    }
}

async fn read_as(tx: &Tx, id: &str, holder: &str, hold: bool) -> Result<Whole> {
    let (sharing, body) = held(tx, id, holder, hold).await?;
    if !sharing.holds(holder) {
        return Err(Error::missing());
    }
    // Whoever was shut out while they waited for the row reads nothing that was written since.
    if hidden(tx, &sharing, holder).await? {
        return Err(Error::missing());
    }
    let keys = every_key(tx, &sharing, holder).await?;
    let first = keys.get(id).ok_or_else(Error::missing)?;
    let opening = unseal(first, &body, &place(id))?;
    let rows = rows(tx, id).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        match keys.get(&row.key_id) {
            Some(key) => items.push(unseal(key, &row.body, &item_place(&row.id))?),
            // Not everybody in it is given this one.
            None if row.key_id.starts_with(&sharing.private_key_id("")) => {}
            None => return Err(Error::internal("an item is sealed under a key nobody gave")),
        }
    }
    let leads = sharing.lead() == holder;
    let waiting = if leads { invitation::waiting(tx, id, holder).await? } else { Vec::new() };
    let ended = if leads { invitation::ended(tx, id, holder).await? } else { Vec::new() };
    let mut whole = Whole { sharing, opening, items, waiting, ended };
    whole.hide_withdrawn(holder);
    Ok(whole)
}

/// Everything that was written into a shared incident, sealed, oldest first.
async fn rows(tx: &Tx, id: &str) -> Result<Vec<shared_item::Model>> {
    let all = shared_item::Entity::find()
        .filter(shared_item::Column::SharedIncidentId.eq(id))
        .order_by_asc(shared_item::Column::CreatedUs)
        .order_by_asc(shared_item::Column::Place);
    Ok(all.all(tx.db()).await?)
}

/// A shared incident as the record of a school has it: all of it while the school is in it, and what it keeps once it went. Nothing
/// that was written since is among that: its key was not wrapped for whoever went.
pub(crate) async fn record(tx: &Tx, id: &str, school: &str) -> Result<Whole> {
    let (sharing, body) = match read_as(tx, id, school, true).await {
        Err(error) if error.kind() == Kind::Missing => held(tx, id, school, false).await?,
        found => return found,
    };
    if hidden(tx, &sharing, school).await? {
        return Err(Error::missing());
    }
    let keys = every_key(tx, &sharing, school).await?;
    let opening = unseal(keys.get(id).ok_or_else(Error::missing)?, &body, &place(id))?;
    let mut items = Vec::new();
    for row in rows(tx, id).await? {
        if let Some(key) = keys.get(&row.key_id) {
            items.push(unseal(key, &row.body, &item_place(&row.id))?);
        }
    }
    let mut whole = Whole { sharing, opening, items, waiting: Vec::new(), ended: Vec::new() };
    whole.keep_of(school);
    Ok(whole)
}

/// The keys of every epoch, as one who is in it holds them.
async fn keys(tx: &Tx, sharing: &Sharing, holder: &str) -> Result<HashMap<String, DataKey>> {
    let ids: Vec<String> = (0..=sharing.epoch).map(|epoch| sharing.key_id(epoch)).collect();
    let rows = record_key::Entity::find()
        .filter(record_key::Column::Member.eq(holder))
        .filter(record_key::Column::RecordId.is_in(ids))
        .all(tx.db())
        .await?;
    rows.into_iter().map(|row| Ok((row.record_id, tx.ring().unwrap(&row.wrapped, holder)?))).collect()
}

/// The keys of every epoch and of what was given to one alone, as one who is in it holds them.
async fn every_key(tx: &Tx, sharing: &Sharing, holder: &str) -> Result<HashMap<String, DataKey>> {
    let mut keys = keys(tx, sharing, holder).await?;
    keys.extend(private_keys(tx, sharing, holder).await?);
    Ok(keys)
}

/// The keys of what was given to one alone, as they hold them.
async fn private_keys(tx: &Tx, sharing: &Sharing, holder: &str) -> Result<HashMap<String, DataKey>> {
    let rows = record_key::Entity::find()
        .filter(record_key::Column::Member.eq(holder))
        .filter(record_key::Column::RecordId.starts_with(sharing.private_key_id("")))
        .all(tx.db())
        .await?;
    rows.into_iter().map(|row| Ok((row.record_id, tx.ring().unwrap(&row.wrapped, holder)?))).collect()
}

/// What a school told of its own learners in a shared incident that it is in or was in, and who is in it now; held until the
/// end of the transaction where `hold` says so. Nothing that others wrote is in it, so that whoever went reads no more than
/// they wrote. Whoever never was in it finds nothing in it; whoever is kept out of their school's case of it, none.
pub(crate) async fn own_told(tx: &Tx, id: &str, school: &str, hold: bool) -> Result<(Sharing, Vec<Item>)> {
    let (sharing, _) = held(tx, id, school, hold).await?;
    if hidden(tx, &sharing, school).await? {
        return Err(Error::missing());
    }
    let keys = private_keys(tx, &sharing, school).await?;
    let rows = shared_item::Entity::find()
        .filter(shared_item::Column::SharedIncidentId.eq(id))
        .filter(shared_item::Column::Holder.eq(school))
        .order_by_asc(shared_item::Column::CreatedUs)
        .order_by_asc(shared_item::Column::Place)
        .all(tx.db())
        .await?;
    let mut items = Vec::new();
    for row in rows {
        if let Some(key) = keys.get(&row.key_id) {
            items.push(unseal(key, &row.body, &item_place(&row.id))?);
        }
    }
    Ok((sharing, items))
}

/// The shared incidents in which a school wrote these items.
pub(crate) async fn of_items(tx: &Tx, items: &[&str], school: &str) -> Result<Vec<String>> {
    let found = shared_item::Entity::find()
        .select_only()
        .column(shared_item::Column::SharedIncidentId)
        .filter(shared_item::Column::Holder.eq(school))
        .filter(shared_item::Column::Id.is_in(items.iter().copied()));
    let mut ids: Vec<String> = found.into_tuple().all(tx.db()).await?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Under which id somebody in it holds a key that nobody else does; made where there is none. What they are answered is
/// kept under it, since their own view says more than the others read.
pub(crate) async fn own_key(tx: &Tx, sharing: &Sharing, holder: &str) -> Result<String> {
    let id = sharing.private_key_id(holder);
    match key(tx, &id, holder).await {
        Err(error) if error.kind() == Kind::Missing => new_key(tx, &id, holder).await.map(|_| id),
        found => found.map(|_| id),
    }
}

/// Writes an item that only `readers` are given the key of.
pub(crate) async fn add_private(tx: &mut Tx, sharing: &Sharing, item: &Item, readers: &[&str]) -> Result<()> {
    let (key, id) = (DataKey::random(), sharing.private_key_id(item.id.as_str()));
    for reader in readers {
        give_key(tx, &id, reader, &key).await?;
    }
    add_under(tx, sharing, item, &key, &id).await
}

/// Writes an item under the key of another, for whoever reads that one.
pub(crate) async fn add_beside(tx: &mut Tx, sharing: &Sharing, item: &Item, of: &SharedItemId) -> Result<()> {
    let id = sharing.private_key_id(of.as_str());
    let key = key(tx, &id, &item.holder).await?;
    add_under(tx, sharing, item, &key, &id).await
}

/// Writes an item by one who is in it.
pub(crate) async fn add(tx: &mut Tx, sharing: &Sharing, item: &Item) -> Result<()> {
    let id = sharing.key_id(sharing.epoch);
    let key = key(tx, &id, &item.holder).await?;
    add_under(tx, sharing, item, &key, &id).await
}

async fn add_under(tx: &mut Tx, sharing: &Sharing, item: &Item, key: &DataKey, key_id: &str) -> Result<()> {
    let last = shared_item::Entity::find()
        .select_only()
        .column_as(shared_item::Column::Place.max(), "last")
        .filter(shared_item::Column::SharedIncidentId.eq(sharing.id.as_str()));
    let last: Option<Option<i64>> = last.into_tuple().one(tx.db()).await?;
    let body = seal(key, item, &item_place(item.id.as_str()))?;
    let row = shared_item::ActiveModel {
        id: Set(item.id.to_string()),
        shared_incident_id: Set(sharing.id.to_string()),
        key_id: Set(key_id.to_owned()),
        holder: Set(item.holder.clone()),
        kind: Set(item.what.kind().to_owned()),
        created_us: Set(micros(item.stamp.at)),
        place: Set(last.flatten().unwrap_or_default() + 1),
        body: Set(body.clone()),
    };
    shared_item::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let act = Act::new("shared_item.added", item.id.as_str()).detail("kind", item.what.kind());
    let act = at(act, &item.holder).detail("shared_incident", sharing.id.as_str());
    tx.record(act.state("shared_item", &body));
    Ok(())
}

/// Lets somebody in who was just admitted: the keys of every epoch are wrapped from the leading school's.
pub(crate) async fn admit(tx: &Tx, sharing: &Sharing, new: &str) -> Result<()> {
    let from = keys(tx, sharing, sharing.lead()).await?;
    let have = keys(tx, sharing, new).await?;
    for epoch in 0..=sharing.epoch {
        let id = sharing.key_id(epoch);
        if !have.contains_key(&id) {
            give_key(tx, &id, new, from.get(&id).ok_or_else(Error::missing)?).await?;
        }
    }
    Ok(())
}

/// Begins the epoch that somebody's going began: a new key, for whoever is left. What is said of it is the first thing
/// that is written under it.
pub(crate) async fn rekey(
    tx: &mut Tx,
    sharing: &Sharing,
    action: &'static str,
    (holder, by): (&str, &str),
    what: What,
) -> Result<()> {
    let key = DataKey::random();
    let id = sharing.key_id(sharing.epoch);
    for inside in sharing.inside() {
        give_key(tx, &id, inside, &key).await?;
    }
    keep(tx, sharing, action, holder).await?;
    let stamp = Stamp { by: by.to_owned(), at: tx.now() };
    let item = Item { id: tx.ids().next(), holder: holder.to_owned(), stamp, what };
    add_under(tx, sharing, &item, &key, &id).await
}

/// What the scope's school keeps of an incident is destroyed: the school is in it no longer. Others keep what they share.
pub(crate) async fn forget(tx: &mut Tx, id: &str) -> Result<()> {
    let school = tx.scope().school()?.to_string();
    let mut sharing = match hold(tx, id, &school).await {
        Ok(sharing) => sharing,
        Err(error) if error.kind() == Kind::Missing => return Ok(()),
        Err(error) => return Err(error),
    };
    if !sharing.holds(&school) {
        return Ok(());
    }
    invitation::withdraw(tx, id, &school, "").await?;
    sharing.forget(&school, tx.now());
    let what = What::change("left", &school, "");
    rekey(tx, &sharing, "sharing.left", (&school, ""), what).await
}

/// Under which ids the scope's school holds keys to a shared incident.
pub(crate) async fn key_ids(tx: &Tx, id: &str) -> Result<Vec<String>> {
    let found = record_key::Entity::find()
        .select_only()
        .column(record_key::Column::RecordId)
        .filter(record_key::Column::Member.eq(tx.scope().school()?.as_str()))
        .filter(record_key::Column::RecordId.starts_with(format!("{id}/")));
    let mut ids: Vec<String> = found.into_tuple().all(tx.db()).await?;
    ids.push(id.to_owned());
    Ok(ids)
}

/// A page of the shared incidents that somebody is in, newest first, so far as the caller may read them.
pub(crate) async fn list(tx: &Tx, holder: &str, page: &Page) -> Result<(Vec<(Sharing, SharedIncident)>, String)> {
    let held = record_key::Entity::find()
        .filter(record_key::Column::Member.eq(holder))
        .filter(record_key::Column::RecordId.starts_with("shi_"))
        .filter(record_key::Column::RecordId.not_like("%/%"));
    let held = match page.after() {
        Some(after) => held.filter(record_key::Column::RecordId.lt(after)),
        None => held,
    };
    let mut rows = held.order_by_desc(record_key::Column::RecordId).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.record_id.clone());
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.record_id.as_str();
        let Some(opened) = shared_incident::Entity::find_by_id(id).one(tx.db()).await? else { continue };
        let opening: SharedIncident = unseal(&tx.ring().unwrap(&row.wrapped, holder)?, &opened.body, &place(id))?;
        let sharing = match sharing::Entity::find_by_id(id).one(tx.db()).await? {
            Some(kept) => serde_json::from_slice(&kept.body)?,
            None => Sharing::of_earlier(opening.id.clone(), &opening.members, opening.opened_at),
        };
        if sharing.holds(holder) && !hidden(tx, &sharing, holder).await? {
            found.push((sharing, opening));
        }
    }
    Ok((found, next))
}

/// A page of who is in every shared incident of the authority, newest first.
pub(crate) async fn all(tx: &Tx, page: &Page) -> Result<(Vec<Sharing>, String)> {
    let all = sharing::Entity::find();
    let all = match page.after() {
        Some(after) => all.filter(sharing::Column::Id.lt(after)),
        None => all,
    };
    let mut rows = all.order_by_desc(sharing::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let read = rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect::<Result<_>>();
    Ok((read?, next))
}
