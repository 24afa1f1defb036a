//! What the rpcs on roll-outs have in common.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use proto::policy_registry::v1 as wire;

use super::super::convert::rollout as convert;
use crate::{rollout::Rollout, store};

/// The template version asked for; the current one where none is.
pub(in crate::rpc) async fn template_version(tx: &Tx, asked: u32) -> Result<u32> {
    match asked {
        0 => Ok(super::template(tx).await?.version),
        asked => Ok(store::template::version(tx, asked).await?.version),
    }
}

/// The schools asked for, which are there; all of them where none is.
pub(in crate::rpc) async fn schools(tx: &Tx, asked: Vec<String>) -> Result<Vec<String>> {
    let ids = |schools: Vec<crate::school::School>| schools.into_iter().map(|school| school.id.to_string()).collect();
    if asked.is_empty() {
        return Ok(ids(store::school::all(tx).await?));
    }
    let there: Vec<String> = ids(store::school::some(tx, &asked).await?);
    if there.len() == asked.len() { Ok(there) } else { Err(convert::no_school()) }
}

/// A roll-out as the contract has it, as far as it is now.
pub(in crate::rpc) async fn shown(tx: &Tx, rollout: &Rollout) -> Result<wire::Rollout> {
    Ok(convert::rollout(rollout, store::rollout_school::progress(tx, &rollout.id).await?))
}

/// What is refused at a school that is closed.
pub(in crate::rpc) fn open(school: &crate::school::School) -> Result<()> {
    if school.closed_at.is_none() {
        return Ok(());
    }
    Err(Error::wrong_state("the school is closed: its record is read, and nothing in it changes any more"))
}
