//! Reports that the head signed: rows are added and read, and never written again.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select, SqlErr,
};
use serde::{Deserialize, Serialize};

use super::{
    entity::report_version::{ActiveModel, Column, Entity, Model},
    micros, moment,
};
use crate::governor::{
    Report,
    version::{Signed, attests, opened},
};

/// A version as its row has it: what people wrote is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    digest: String,
    signed_by: String,
    signed_us: i64,
    comment: String,
    reason: String,
}

fn here(tx: &Tx) -> Result<Select<Entity>> {
    Ok(Entity::find().filter(Column::SchoolId.eq(tx.scope().school()?.as_str())))
}

fn place(id: &str, field: &str) -> String {
    format!("report_version|{id}|{field}")
}

/// Adds a version; answers what its body holds.
///
/// # Errors
/// `Changed` where somebody else signed in the same moment.
pub(crate) async fn insert(tx: &Tx, signed: &Signed, content: Vec<u8>) -> Result<Vec<u8>> {
    let id = signed.id.as_str();
    let seal = |field: &str, text: &str| match text {
        "" => String::new(),
        text => hex::encode(tx.ring().own_key().seal(text.as_bytes(), &place(id, field))),
    };
    let kept = Kept {
        version: signed.version,
        digest: signed.digest.clone(),
        signed_by: signed.signed_by.clone(),
        signed_us: micros(signed.signed_at),
        comment: seal("comment", &signed.comment),
        reason: seal("reason", &signed.reason),
    };
    let body = serde_json::to_vec(&kept)?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(signed.school_id.clone()),
        term_id: Set(signed.term_id.clone()),
        version: Set(signed.version.into()),
        content: Set(content),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await.map_err(raced)?;
    Ok(body)
}

/// Why a row could not be added: another one took its number in the same moment, or the database is at fault.
fn raced(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::changed(),
        _ => error.into(),
    }
}

fn read(tx: &Tx, row: &Model) -> Result<Signed> {
    let kept: Kept = serde_json::from_slice(&row.body)?;
    let open = |field: &str, sealed: &str| -> Result<String> {
        if sealed.is_empty() {
            return Ok(String::new());
        }
        let sealed = hex::decode(sealed).map_err(Error::internal)?;
        let text = tx.ring().own_key().open(&sealed, &place(&row.id, field))?;
        String::from_utf8(text).map_err(Error::internal)
    };
    Ok(Signed {
        id: row.id.parse().map_err(Error::internal)?,
        school_id: row.school_id.clone(),
        term_id: row.term_id.clone(),
        version: kept.version,
        digest: kept.digest,
        signed_by: kept.signed_by,
        signed_at: moment(kept.signed_us).ok_or_else(|| Error::internal("a version was signed at no moment"))?,
        comment: open("comment", &kept.comment)?,
        reason: open("reason", &kept.reason)?,
    })
}

/// The versions of a term of the scope's school, the newest first.
pub(crate) async fn of_term(tx: &Tx, term: &str) -> Result<Vec<Signed>> {
    let rows = here(tx)?.filter(Column::TermId.eq(term)).order_by_desc(Column::Version).all(tx.db()).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// The version of any term that was signed last.
pub(crate) async fn last(tx: &Tx) -> Result<Option<Signed>> {
    let row = here(tx)?.order_by_desc(Column::Id).one(tx.db()).await?;
    row.as_ref().map(|row| read(tx, row)).transpose()
}

/// A page of versions, of one term where it is named, the newest first.
pub(crate) async fn list(tx: &Tx, term: &str, page: &Page) -> Result<Vec<Signed>> {
    let mut query = here(tx)?.order_by_desc(Column::Id).limit(page.limit());
    if !term.is_empty() {
        query = query.filter(Column::TermId.eq(term));
    }
    if let Some(before) = page.after() {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

/// One version of a term, the newest where `version` is 0: who signed it, its report, and the very bytes.
///
/// # Errors
/// `Missing` where there is none; `Internal` where the bytes, the words or who signed are not what was signed.
pub(crate) async fn load(tx: &Tx, term: &str, version: u32) -> Result<(Signed, Report, Vec<u8>)> {
    let mut query = here(tx)?.filter(Column::TermId.eq(term)).order_by_desc(Column::Version);
    if version > 0 {
        query = query.filter(Column::Version.eq(i64::from(version)));
    }
    let row = query.one(tx.db()).await?.ok_or_else(Error::missing)?;
    let signed = read(tx, &row)?;
    let report = opened(&row.content, &signed.digest)
        .filter(|report| attests(report, &signed))
        .ok_or_else(|| Error::internal("a signed report is not what was signed"))?;
    Ok((signed, report, row.content))
}
