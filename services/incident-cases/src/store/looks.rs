//! Who has looked at a record, out of the history.

use std::collections::{HashMap, HashSet};

use chassis::{
    db::Tx,
    error::{Error, Result},
    history::looks::{self, Look},
    page::Page,
};

use super::{case, search};
use crate::case::Case;

/// Acts by which somebody sees a record, or that there is one.
const LOOKS: [&str; 20] = [
    "attachment.listed",
    "attachment.read",
    "break_glass.used",
    "case.listed",
    "case.patterns_listed",
    "case.printed",
    "case.read",
    "concern.listed",
    "concern.read",
    "due.listed",
    "learner.listed",
    "learner.read",
    "learner.records_listed",
    "learner.searched",
    "material.revealed",
    "records.searched",
    "repeat_involvement.listed",
    "retention.listed",
    "retention.read",
    "workload.read",
];

/// What a place in the log is sealed as: a page token tells nobody how much is done elsewhere.
const PLACE: &str = "looks";

/// A page of the looks of people at a record that the caller may read, newest first.
pub(crate) async fn list(tx: &Tx, record_id: &str, page: &Page) -> Result<(Vec<Look>, String)> {
    let mut before = page.after().map(|token| unsealed(tx, token)).transpose()?;
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let some = looks::of(tx, record_id, &LOOKS, before, page.limit()).await?;
        let last = some.len() < limit;
        before = some.last().map(|look| look.seq);
        found.extend(told(tx, record_id, some).await?);
        if last || found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    let next = page.cut(&mut found, |look| hex::encode(tx.ring().own_key().seal(&look.seq.to_be_bytes(), PLACE)));
    Ok((found, next))
}

/// Acts by which somebody has a case before them: opening it as a page or a message, or making it.
const OPENS: [&str; 2] = ["case.opened", "case.read"];

/// The ids of those of some cases that the caller has opened.
pub(crate) async fn opened(tx: &Tx, cases: &[Case]) -> Result<HashSet<String>> {
    let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let mut opened = HashSet::new();
    for some in ids.chunks(super::AT_ONCE) {
        opened.extend(looks::by(tx, tx.scope().account_text(), some, &OPENS).await?);
    }
    Ok(opened)
}

fn unsealed(tx: &Tx, token: &str) -> Result<i64> {
    let sealed = hex::decode(token).ok();
    let place = sealed.and_then(|sealed| tx.ring().own_key().open(&sealed, PLACE).ok());
    let place = place.and_then(|bytes| <[u8; 8]>::try_from(bytes.as_slice()).ok());
    place
        .map(i64::from_be_bytes)
        .ok_or_else(|| Error::invalid("page_token", "Send back the token exactly as it was given"))
}

/// Those of the looks that the caller may know of: people alone, and nothing that was done to another record which for
/// the caller is not there. Reading a concern shows the learners it may be about, too.
async fn told(tx: &Tx, record_id: &str, looks: Vec<Look>) -> Result<Vec<Look>> {
    let of_kind = |kind: &str| -> Vec<String> {
        let subjects = looks.iter().map(|look| look.subject.clone());
        let others: HashSet<String> = subjects.filter(|id| id.starts_with(kind) && id != record_id).collect();
        others.into_iter().collect()
    };
    let cases: HashMap<_, _> = case::readable_all(tx, &of_kind("cas_")).await?;
    let concerns = search::read_concerns(tx, &of_kind("con_")).await?;
    let concerns: HashSet<&str> = concerns.iter().map(|concern| concern.id.as_str()).collect();
    let known = |subject: &str| match subject.split('_').next() {
        Some("cas") => cases.contains_key(subject),
        Some("con") => concerns.contains(subject),
        _ => true,
    };
    let theirs = |look: &Look| look.actor.starts_with("acc_") && (look.subject == record_id || known(&look.subject));
    Ok(looks.into_iter().filter(theirs).collect())
}
