//! The schools that a request of the authority names.

use std::collections::BTreeSet;

use chassis::{
    db::Tx,
    error::{Error, Result},
    id::SchoolId,
};

use crate::{school::School, store};

/// The schools named, each once and in the order of names; every open school where none is named and `all` allows it.
pub(super) async fn named(tx: &Tx, ids: &[String], all: bool) -> Result<Vec<SchoolId>> {
    let known = store::school::all(tx).await?;
    if ids.is_empty() && all {
        return Ok(known.into_iter().filter(|school| school.closed_at.is_none()).map(|school| school.id).collect());
    }
    let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let named: Vec<School> = known.into_iter().filter(|school| wanted.contains(school.id.as_str())).collect();
    if named.len() < wanted.len() {
        return Err(Error::invalid("school_ids", "Select schools of this authority: one of these is none"));
    }
    if let Some(closed) = named.iter().find(|school| school.closed_at.is_some()) {
        let fix = format!("Take {} out: the school is closed, and nobody there works on its policy", closed.name);
        return Err(Error::invalid("school_ids", fix));
    }
    Ok(named.into_iter().map(|school| school.id).collect())
}
