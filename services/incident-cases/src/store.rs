//! The only code of the service that touches its database. What names a person or tells a story is sealed in a `body`;
//! the columns beside it are what lists are ordered and filtered by.

pub(crate) mod access;
pub(crate) mod alert_wanted;
pub(crate) mod allegation;
pub(crate) mod attachment;
pub(crate) mod break_glass;
pub(crate) mod case;
mod case_due;
mod case_grant;
pub(crate) mod case_mark;
pub(crate) mod certificate;
pub(crate) mod concern;
pub(crate) mod contact;
pub(crate) mod copy;
pub(crate) mod cover;
mod cover_row;
pub(crate) mod desk_pattern;
pub(crate) mod desk_referral;
pub(crate) mod desk_year;
pub(crate) mod due;
pub(crate) mod entity;
pub(crate) mod invitation;
pub(crate) mod learner;
pub(crate) mod learner_record;
pub(crate) mod looks;
pub(crate) mod migration;
pub(crate) mod print;
pub(crate) mod public_report;
pub(crate) mod register;
pub(crate) mod register_export;
pub(crate) mod repeat;
pub(crate) mod retention;
pub(crate) mod search;
pub(crate) mod shared;
pub(crate) mod shared_entity;
pub(crate) mod subject_access;
pub(crate) mod transfer;
pub(crate) mod upgrade;
pub(crate) mod workload;

use std::{
    collections::{BTreeMap, HashMap},
    pin::Pin,
};

use chassis::{
    db::Tx,
    error::{Error, Kind, Result},
    seal::DataKey,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;

use entity::record_key;

/// Rows that one statement takes at once: below every engine's limit of parameters.
const AT_ONCE: usize = 2_000;

/// A moment as a column holds it: microseconds since 1970.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// A column's moment; none for the far future.
fn moment(us: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).ok()
}

/// Keeps with a record what the account that writes it is called. The gateway vouches for it with every call; nobody who asks
/// for a print says it.
fn vouch(tx: &Tx, names: &mut BTreeMap<String, String>) {
    let (account, name) = (tx.scope().account_text(), tx.scope().account_name());
    if !account.is_empty() && !name.is_empty() && names.get(account).is_none_or(|known| known != name) {
        names.insert(account.to_owned(), name.to_owned());
    }
}

/// Who holds the keys of what is about adults at a school: nobody who has the school's own key opens them.
fn adults(school: &str) -> String {
    format!("{school}/adults")
}

/// Who holds the key of a record: the school, or those who take on what is about adults.
fn holder(school: &str, adult: bool) -> String {
    if adult { adults(school) } else { school.to_owned() }
}

/// Makes the key of a new record and wraps it for a member.
async fn new_key(tx: &Tx, record_id: &str, member: &str) -> Result<DataKey> {
    let key = DataKey::random();
    give_key(tx, record_id, member, &key).await?;
    Ok(key)
}

/// Wraps a record's key for one more member.
async fn give_key(tx: &Tx, record_id: &str, member: &str, key: &DataKey) -> Result<()> {
    let wrapped = record_key::ActiveModel {
        record_id: Set(record_id.to_owned()),
        member: Set(member.to_owned()),
        wrapped: Set(tx.ring().wrap(key, member)),
    };
    record_key::Entity::insert(wrapped).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A record's key, as a member holds it.
async fn key(tx: &Tx, record_id: &str, member: &str) -> Result<DataKey> {
    let row = record_key::Entity::find()
        .filter(record_key::Column::RecordId.eq(record_id))
        .filter(record_key::Column::Member.eq(member))
        .one(tx.db())
        .await?;
    tx.ring().unwrap(&row.ok_or_else(Error::missing)?.wrapped, member)
}

/// A record's key at a school, whoever there holds it.
async fn key_at(tx: &Tx, record_id: &str, school: &str) -> Result<DataKey> {
    held(tx, record_id, school).await.map(|(_, key)| key)
}

/// Who at a school holds a record's key, and the key.
async fn held(tx: &Tx, record_id: &str, school: &str) -> Result<(String, DataKey)> {
    let row = record_key::Entity::find()
        .filter(record_key::Column::RecordId.eq(record_id))
        .filter(record_key::Column::Member.is_in([school.to_owned(), adults(school)]))
        .one(tx.db())
        .await?
        .ok_or_else(Error::missing)?;
    let key = tx.ring().unwrap(&row.wrapped, &row.member)?;
    Ok((row.member, key))
}

/// A record's key as it is written from now on: of a record that turns out to be about an adult, or about none, the key
/// goes over to whoever holds such keys, and the holder before has none.
async fn key_for(tx: &Tx, record_id: &str, school: &str, adult: bool) -> Result<DataKey> {
    let holder = holder(school, adult);
    let (before, key) = held(tx, record_id, school).await?;
    if before != holder {
        record_key::Entity::delete_by_id((record_id.to_owned(), before)).exec(tx.db()).await?;
        give_key(tx, record_id, &holder, &key).await?;
    }
    Ok(key)
}

/// A record's key for the answers that are kept about it: whoever of the scope's schools holds one, or its desk.
pub(crate) fn answer_key<'a>(
    tx: &'a Tx,
    record_id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<DataKey>> + Send + 'a>> {
    Box::pin(async move {
        for holder in tx.scope().holders() {
            match key_at(tx, record_id, &holder).await {
                Err(error) if error.kind() == Kind::Missing => {}
                found => return found,
            }
        }
        Err(Error::missing())
    })
}

/// Opens many rows of a school, each its id and its body; their keys are fetched together.
async fn open_all<T: DeserializeOwned>(
    tx: &Tx,
    school: &str,
    rows: impl IntoIterator<Item = (String, Vec<u8>)>,
    place: fn(&str) -> String,
) -> Result<Vec<T>> {
    let rows: Vec<(String, Vec<u8>)> = rows.into_iter().collect();
    let mut keys = HashMap::with_capacity(rows.len());
    for chunk in rows.chunks(AT_ONCE) {
        let found = record_key::Entity::find()
            .filter(record_key::Column::Member.is_in([school.to_owned(), adults(school)]))
            .filter(record_key::Column::RecordId.is_in(chunk.iter().map(|(id, _)| id.as_str())))
            .all(tx.db())
            .await?;
        keys.extend(found.into_iter().map(|row| (row.record_id, (row.member, row.wrapped))));
    }
    let read = |(id, body): &(String, Vec<u8>)| {
        let (member, wrapped) = keys.get(id).ok_or_else(Error::missing)?;
        open(&tx.ring().unwrap(wrapped, member)?, body, &place(id))
    };
    rows.iter().map(read).collect()
}

fn seal<T: Serialize>(key: &DataKey, value: &T, place: &str) -> Result<Vec<u8>> {
    Ok(key.seal(&serde_json::to_vec(value)?, place))
}

fn open<T: DeserializeOwned>(key: &DataKey, body: &[u8], place: &str) -> Result<T> {
    Ok(serde_json::from_slice(&key.open(body, place)?)?)
}
