//! Shared incidents and invitations in the database. A shared incident has one key, wrapped for each school that
//! accepted; until then an invited school holds none.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{
    entity::{invitation, shared_incident},
    give_key, key, new_key, open, seal,
};
use crate::shared_incident::{Invitation, SharedIncident};

fn place(id: &str) -> String {
    format!("shared|{id}")
}

/// Writes a new shared incident, readable by the leading school alone; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, shared: &SharedIncident) -> Result<Vec<u8>> {
    let id = shared.id.as_str();
    let lead = shared.members.first().cloned().unwrap_or_default();
    let key = new_key(tx, id, &lead).await?;
    let body = seal(&key, shared, &place(id))?;
    let row =
        shared_incident::ActiveModel { id: Set(id.to_owned()), lead_school_id: Set(lead), body: Set(body.clone()) };
    shared_incident::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes a shared incident as `member`; answers what its body holds.
pub(crate) async fn update(tx: &Tx, shared: &SharedIncident, member: &str) -> Result<Vec<u8>> {
    let id = shared.id.as_str();
    let body = seal(&key(tx, id, member).await?, shared, &place(id))?;
    let row =
        shared_incident::ActiveModel { id: Unchanged(id.to_owned()), body: Set(body.clone()), ..Default::default() };
    shared_incident::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// A shared incident as `member` reads it. Whoever holds no key finds none.
pub(crate) async fn load(tx: &Tx, id: &str, member: &str) -> Result<SharedIncident> {
    let key = key(tx, id, member).await?;
    let row = shared_incident::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let row = row.ok_or_else(Error::missing)?;
    // Asked only now: whoever was shut out while they waited for the row reads nothing that was written since.
    if super::case::hides_shared(tx, id, member).await? {
        return Err(Error::missing());
    }
    open(&key, &row.body, &place(id))
}

/// Lets a school in: its key is wrapped from the leading school's.
pub(crate) async fn admit(tx: &Tx, id: &str, lead: &str, school: &str) -> Result<()> {
    let key = key(tx, id, lead).await?;
    give_key(tx, id, school, &key).await
}

/// Writes a new invitation; answers what its body holds.
pub(crate) async fn insert_invitation(tx: &Tx, asked: &Invitation) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(asked)?;
    let row = invitation::ActiveModel {
        id: Set(asked.id.to_string()),
        shared_incident_id: Set(asked.shared_incident_id.to_string()),
        from_school_id: Set(asked.from_school_id.clone()),
        to_school_id: Set(asked.to_school_id.clone()),
        state: Set(asked.state().to_owned()),
        body: Set(body.clone()),
    };
    invitation::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes an invitation's answer; answers what its body holds.
pub(crate) async fn update_invitation(tx: &Tx, asked: &Invitation) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(asked)?;
    let row = invitation::ActiveModel {
        id: Unchanged(asked.id.to_string()),
        state: Set(asked.state().to_owned()),
        body: Set(body.clone()),
        ..Default::default()
    };
    invitation::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// An invitation that a school received, held until the end of the transaction: it is answered once.
pub(crate) async fn received(tx: &Tx, id: &str, school: &str) -> Result<Invitation> {
    let row = invitation::Entity::find_by_id(id).filter(invitation::Column::ToSchoolId.eq(school));
    let row = row.lock_exclusive().one(tx.db()).await?;
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}

/// Whether a school was invited into a shared incident and has not declined.
pub(crate) async fn invited(tx: &Tx, shared_incident_id: &str, school: &str) -> Result<bool> {
    let found = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::ToSchoolId.eq(school))
        .filter(invitation::Column::State.ne("declined"))
        .one(tx.db())
        .await?;
    Ok(found.is_some())
}

/// Whether a school that the scope's school invited into a shared incident has not answered yet.
pub(crate) async fn waits(tx: &Tx, shared_incident_id: &str) -> Result<bool> {
    let found = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::FromSchoolId.eq(tx.scope().school()?.as_str()))
        .filter(invitation::Column::State.eq("sent"))
        .one(tx.db())
        .await?;
    Ok(found.is_some())
}

/// A page of the invitations that the scope's school received, newest first.
pub(crate) async fn list_received(tx: &Tx, page: &Page) -> Result<(Vec<Invitation>, String)> {
    let school = tx.scope().school()?;
    let mut all = invitation::Entity::find().filter(invitation::Column::ToSchoolId.eq(school.as_str()));
    if let Some(after) = page.after() {
        all = all.filter(invitation::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(invitation::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let read = rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect::<Result<_>>();
    Ok((read?, next))
}
