//! Invitations into shared incidents in the database.

use chassis::{
    db::Tx,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::invitation;
use crate::shared_incident::{Answer, Invitation};

/// Writes a new invitation; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, asked: &Invitation) -> Result<Vec<u8>> {
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
pub(crate) async fn update(tx: &Tx, asked: &Invitation) -> Result<Vec<u8>> {
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

/// An invitation that a school received, as it stands.
pub(crate) async fn peek_received(tx: &Tx, id: &str, school: &str) -> Result<Invitation> {
    let row = invitation::Entity::find_by_id(id).filter(invitation::Column::ToSchoolId.eq(school));
    Ok(serde_json::from_slice(&row.one(tx.db()).await?.ok_or_else(Error::missing)?.body)?)
}

/// An invitation that a school received, held until the end of the transaction: it is answered once.
pub(crate) async fn received(tx: &Tx, id: &str, school: &str) -> Result<Invitation> {
    let row = invitation::Entity::find_by_id(id).filter(invitation::Column::ToSchoolId.eq(school));
    let row = row.lock_exclusive().one(tx.db()).await?;
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}

/// Whether a school was invited into a shared incident and has not answered.
pub(crate) async fn waits_for(tx: &Tx, shared_incident_id: &str, holder: &str) -> Result<bool> {
    let found = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::ToSchoolId.eq(holder))
        .filter(invitation::Column::State.eq("sent"))
        .one(tx.db())
        .await?;
    Ok(found.is_some())
}

/// The invitations that a school sent and nobody has answered, oldest first, held until the end of the transaction.
pub(crate) async fn waiting(tx: &Tx, shared_incident_id: &str, from: &str) -> Result<Vec<Invitation>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::FromSchoolId.eq(from))
        .filter(invitation::Column::State.eq("sent"))
        .order_by_asc(invitation::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// The invitations that a school sent and that were declined or taken back, the newest first.
pub(crate) async fn ended(tx: &Tx, shared_incident_id: &str, from: &str) -> Result<Vec<Invitation>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::FromSchoolId.eq(from))
        .filter(invitation::Column::State.is_in(["declined", "withdrawn"]))
        .order_by_desc(invitation::Column::Id)
        .all(tx.db())
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// Those of some invitations that the scope's school sent, as they stand.
pub(crate) async fn sent_by_school(tx: &Tx, ids: &[&str]) -> Result<Vec<Invitation>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::FromSchoolId.eq(tx.scope().school()?.as_str()))
        .filter(invitation::Column::Id.is_in(ids.iter().copied()))
        .all(tx.db())
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// The invitation into a shared incident that waits for an answer of `holder`, held until the end of the transaction.
pub(crate) async fn waiting_for(tx: &Tx, shared_incident_id: &str, holder: &str) -> Result<Option<Invitation>> {
    let row = invitation::Entity::find()
        .filter(invitation::Column::SharedIncidentId.eq(shared_incident_id))
        .filter(invitation::Column::ToSchoolId.eq(holder))
        .filter(invitation::Column::State.eq("sent"))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    row.map(|row| Ok(serde_json::from_slice(&row.body)?)).transpose()
}

/// The invitations that a desk received and has not answered, oldest first.
pub(crate) async fn received_waiting(tx: &Tx, holder: &str) -> Result<Vec<Invitation>> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::ToSchoolId.eq(holder))
        .filter(invitation::Column::State.eq("sent"))
        .order_by_asc(invitation::Column::Id)
        .all(tx.db())
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}

/// An invitation that a school sent, as it stands.
pub(crate) async fn peek(tx: &Tx, id: &str, school: &str) -> Result<Invitation> {
    let row = invitation::Entity::find_by_id(id).filter(invitation::Column::FromSchoolId.eq(school));
    Ok(serde_json::from_slice(&row.one(tx.db()).await?.ok_or_else(Error::missing)?.body)?)
}

/// An invitation that a school sent, held until the end of the transaction.
pub(crate) async fn sent(tx: &Tx, id: &str, school: &str) -> Result<Invitation> {
    let row = invitation::Entity::find_by_id(id).filter(invitation::Column::FromSchoolId.eq(school));
    let row = row.lock_exclusive().one(tx.db()).await?;
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}

/// Invitations that wait are taken back: whoever sent them is there no more.
pub(crate) async fn withdraw(tx: &mut Tx, shared_incident_id: &str, from: &str, by: &str) -> Result<()> {
    for mut asked in waiting(tx, shared_incident_id, from).await? {
        asked.answer(Answer {
            accepted: false,
            withdrawn: true,
            reason: String::new(),
            by: by.to_owned(),
            at: tx.now(),
        })?;
        let body = update(tx, &asked).await?;
        tx.record(Act::new("invitation.withdrawn", asked.id.as_str()).school(from).state("invitation", &body));
    }
    Ok(())
}

/// Invitations that wait go with the lead: whoever leads wraps the keys of those who accept.
pub(crate) async fn hand_over(tx: &mut Tx, shared_incident_id: &str, from: &str, to: &str) -> Result<()> {
    for mut asked in waiting(tx, shared_incident_id, from).await? {
        to.clone_into(&mut asked.from_school_id);
        let body = serde_json::to_vec(&asked)?;
        let row = invitation::ActiveModel {
            id: Unchanged(asked.id.to_string()),
            from_school_id: Set(to.to_owned()),
            body: Set(body.clone()),
            ..Default::default()
        };
        invitation::Entity::update(row).exec(tx.db()).await?;
        tx.record(Act::new("invitation.handed_over", asked.id.as_str()).school(to).state("invitation", &body));
    }
    Ok(())
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

/// A page of the invitations that a school or a desk received, newest first.
pub(crate) async fn list_received(tx: &Tx, holder: &str, page: &Page) -> Result<(Vec<Invitation>, String)> {
    let mut all = invitation::Entity::find().filter(invitation::Column::ToSchoolId.eq(holder));
    if let Some(after) = page.after() {
        all = all.filter(invitation::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(invitation::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let read = rows.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect::<Result<_>>();
    Ok((read?, next))
}
