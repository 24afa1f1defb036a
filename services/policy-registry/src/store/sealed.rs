//! What people wrote, sealed with the service's own key to the row it stands in.

use chassis::{db::Tx, error::Result};
use serde::{Serialize, de::DeserializeOwned};

fn place(table: &str, id: &str) -> String {
    format!("{table}|{id}")
}

/// A value as the `body` of a row holds it.
pub(super) fn seal(tx: &Tx, table: &str, id: &str, value: &impl Serialize) -> Result<Vec<u8>> {
    Ok(tx.ring().own_key().seal(&serde_json::to_vec(value)?, &place(table, id)))
}

/// The value in the `body` of a row.
pub(super) fn open<T: DeserializeOwned>(tx: &Tx, table: &str, id: &str, body: &[u8]) -> Result<T> {
    Ok(serde_json::from_slice(&tx.ring().own_key().open(body, &place(table, id))?)?)
}
