//! The schools that a request of the authority names.

use std::collections::BTreeSet;

use chassis::{
    db::Tx,
    error::{Error, Result},
    id::SchoolId,
};

use crate::store;

/// The schools named, each once and in the order of names; every school where none is named and `all` allows it.
pub(super) async fn named(tx: &Tx, ids: &[String], all: bool) -> Result<Vec<SchoolId>> {
    let known = store::school::ids(tx).await?;
    if ids.is_empty() && all {
        return Ok(known);
    }
    let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let named: Vec<SchoolId> = known.into_iter().filter(|school| wanted.contains(school.as_str())).collect();
    if named.len() < wanted.len() {
        return Err(Error::invalid("school_ids", "Select schools of this authority: one of these is none"));
    }
    Ok(named)
}
