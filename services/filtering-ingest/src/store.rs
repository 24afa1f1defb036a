//! The only code of the service that touches its database.

pub(crate) mod alert;
pub(crate) mod block;
pub(crate) mod closed;
pub(crate) mod context;
pub(crate) mod convert;
pub(crate) mod coverage;
mod coverage_entity;
pub(crate) mod delivery;
pub(crate) mod entity;
pub(crate) mod exception;
pub(crate) mod feed;
pub(crate) mod header;
pub(crate) mod intake;
pub(crate) mod keeping;
pub(crate) mod merge;
pub(crate) mod migration;
pub(crate) mod profile;
pub(crate) mod quarantine;
pub(crate) mod recipient;
pub(crate) mod refused;
pub(crate) mod rollup;
pub(crate) mod seen;
pub(crate) mod sender;
pub(crate) mod suggestion;
pub(crate) mod unread;
pub(crate) mod untold;

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    seal::DataKey,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::OnConflict};
use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;

use crate::judge::Rules;
use entity::{policy_copy, record_key};

/// Keys read by one statement: below every engine's limit of parameters.
const KEYS: usize = 500;

/// A moment as a column holds it: microseconds since 1970.
pub(crate) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// A column's moment.
pub(crate) fn moment(us: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).ok()
}

/// Makes the key of a new record and wraps it for its school.
async fn new_key(tx: &Tx, record_id: &str, school: &str) -> Result<DataKey> {
    let key = DataKey::random();
    let wrapped = record_key::ActiveModel {
        record_id: Set(record_id.to_owned()),
        school_id: Set(school.to_owned()),
        wrapped: Set(tx.ring().wrap(&key, school)),
    };
    record_key::Entity::insert(wrapped).exec_without_returning(tx.db()).await?;
    Ok(key)
}

/// The key of what may have none yet; two who make it at once have the same.
async fn key_or_new(tx: &Tx, record_id: &str, school: &str) -> Result<DataKey> {
    let wrapped = record_key::ActiveModel {
        record_id: Set(record_id.to_owned()),
        school_id: Set(school.to_owned()),
        wrapped: Set(tx.ring().wrap(&DataKey::random(), school)),
    };
    let there = OnConflict::column(record_key::Column::RecordId).do_nothing().to_owned();
    record_key::Entity::insert(wrapped).on_conflict(there).exec_without_returning(tx.db()).await?;
    key(tx, record_id, school).await
}

/// A record's key, as its school holds it.
async fn key(tx: &Tx, record_id: &str, school: &str) -> Result<DataKey> {
    let row = record_key::Entity::find_by_id(record_id).one(tx.db()).await?.ok_or_else(Error::missing)?;
    tx.ring().unwrap(&row.wrapped, school)
}

/// The keys of several records of one school, in as few statements as they fit into.
async fn keys(tx: &Tx, records: &[&str], school: &str) -> Result<HashMap<String, DataKey>> {
    let mut keys = HashMap::with_capacity(records.len());
    for chunk in records.chunks(KEYS) {
        let these = record_key::Column::RecordId.is_in(chunk.iter().copied());
        for row in record_key::Entity::find().filter(these).all(tx.db()).await? {
            let key = tx.ring().unwrap(&row.wrapped, school)?;
            keys.insert(row.record_id, key);
        }
    }
    Ok(keys)
}

/// Bytes as text of a column.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    bytes.iter().flat_map(digits).collect()
}

fn seal<T: Serialize>(key: &DataKey, value: &T, place: &str) -> Result<Vec<u8>> {
    Ok(key.seal(&serde_json::to_vec(value)?, place))
}

fn open<T: DeserializeOwned>(key: &DataKey, body: &[u8], place: &str) -> Result<T> {
    Ok(serde_json::from_slice(&key.open(body, place)?)?)
}

/// Keeps the rules now in force at a school.
pub(crate) async fn keep_rules(tx: &Tx, school: &str, rules: &Rules) -> Result<()> {
    let row = policy_copy::ActiveModel { school_id: Set(school.to_owned()), body: Set(serde_json::to_vec(rules)?) };
    let replace = OnConflict::column(policy_copy::Column::SchoolId).update_column(policy_copy::Column::Body).to_owned();
    policy_copy::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The rules last known to be in force at a school; the locked ones alone where none are known.
pub(crate) async fn rules(tx: &Tx, school: &str) -> Result<Rules> {
    let row = policy_copy::Entity::find_by_id(school).one(tx.db()).await?;
    row.map_or_else(|| Ok(Rules::default()), |row| Ok(serde_json::from_slice(&row.body)?))
}
