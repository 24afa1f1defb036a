//! What makes a file due where it comes from: that the child leaves, and what is written about them afterwards, which no school
//! has that received their file.

use chassis::{clock::london, db::Tx, error::Result, history::Act};
use time::Date;

use super::{
    begin_rest, cases_of_rest, insert, new_part, of,
    owed::{has_it, owed},
    rest_to_send, set_rest, update, waiting,
};
use crate::{
    learner::{Learner, LearnerId},
    store::{copy, learner as roll, retention},
    transfer::{
        Ended, NOTHING_OWED, Named, Transfer,
        clock::{Due, due},
    },
};

/// Prompts the school where a learner left: their file is due at the next one. Answers whether there is one that everybody who
/// sends files may know of; what some may not is announced to nobody.
pub(crate) async fn prompt(tx: &mut Tx, learner: &Learner, left_on: Date) -> Result<bool> {
    prompted(tx, learner, left_on, false).await
}

/// Prompts the school of those of some learners who left, and of those who left and whom these words most likely mean: something
/// was written about them, or is said to be about somebody else. Answers how many files are due by that of which everybody may
/// know who sends files.
pub(crate) async fn written(tx: &mut Tx, learners: &[LearnerId], names: &[&str]) -> Result<u32> {
    let mut left = roll::left(tx, learners).await?;
    for name in names {
        left.extend(roll::left_meant(tx, name).await?);
    }
    // In one order, so that two who hold several never wait for each other.
    left.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
    left.dedup_by(|a, b| a.id == b.id);
    let mut due = 0;
    for one in left {
        due += u32::from(caught_up(tx, &one.id).await?);
    }
    Ok(due)
}

/// Has due what is owed for a learner who left, and nothing where nothing is: what was due for them then ends. Answers as `prompt`.
pub(crate) async fn caught_up(tx: &mut Tx, learner: &LearnerId) -> Result<bool> {
    // Whoever sends the file meanwhile holds the learner first, too.
    roll::hold(tx, [learner]).await?;
    let learner = roll::load(tx, learner.as_str()).await?;
    let Some(left_on) = learner.left_on else { return Ok(false) };
    let owed = owed(tx, &learner).await?;
    if owed.open || !owed.cases.is_empty() {
        return prompted(tx, &learner, left_on, true).await;
    }
    for mut transfer in of(tx, &learner.school_id, &learner.id, &["due"], true).await? {
        let who = Named { by: String::new(), name: String::new(), at: tx.now() };
        transfer.none_goes(Ended { kind: NOTHING_OWED.to_owned(), reason: String::new(), who })?;
        let act = Act::new("transfer.withdrawn", transfer.id.as_str()).detail("kind", NOTHING_OWED);
        update(tx, &transfer, act).await?;
        retention::stale(tx, &learner.id).await?;
    }
    Ok(false)
}

/// `later` says that what is owed was written after the child had left.
async fn prompted(tx: &mut Tx, learner: &Learner, left_on: Date, later: bool) -> Result<bool> {
    let school = learner.school_id.clone();
    let closed = copy::clocks(tx, &school).await?.closed_days;
    let clock = |transfer: &Transfer| -> Due {
        let written = if transfer.later { london(transfer.created_at).date() } else { left_on };
        due(left_on.max(written), &closed)
    };
    let (action, id) = ("transfer.prompted", |transfer: &Transfer| transfer.id.to_string());
    let rest = rest_to_send(tx, learner).await?;
    if let Some((mut rest, _)) = rest.clone().filter(|(rest, _)| rest.due != Some(clock(rest))) {
        let due = clock(&rest);
        rest.due = Some(due);
        let act = Act::new(action, id(&rest)).detail("rule", due.rule.code());
        update(tx, &rest, act).await?;
    }
    match waiting(tx, learner).await? {
        Some((mut transfer, _)) => {
            let due = clock(&transfer);
            if transfer.due == Some(due) {
                return Ok(false);
            }
            let first = transfer.due.is_none();
            transfer.due = Some(due);
            let act = Act::new(action, id(&transfer)).detail("rule", due.rule.code());
            update(tx, &transfer, act).await?;
            Ok(first)
        }
        None => {
            let owed = owed(tx, learner).await?;
            let new = Transfer { later, ..Transfer::new(tx.ids().next(), &school, None, tx.now()) };
            let due = clock(&new);
            if !owed.open {
                match rest {
                    None if owed.cases.is_empty() => {}
                    None => {
                        begin_rest(tx, learner, &owed.cases, (Some(due), None, later.then(|| new.created_at))).await?;
                        retention::stale(tx, &learner.id).await?;
                    }
                    Some((rest, _)) => {
                        let mut cases = cases_of_rest(tx, &school, &rest.id).await?;
                        cases.extend(owed.cases);
                        set_rest(tx, &school, &rest.id, &cases).await?;
                    }
                }
                return Ok(false);
            }
            let expected_at = if later { has_it(tx, learner).await? } else { None };
            let transfer = Transfer { due: Some(due), expected_at, ..new };
            let part = new_part(tx, &transfer, &learner.id);
            let act = Act::new(action, id(&transfer)).detail("rule", due.rule.code()).detail("later", later);
            insert(tx, &transfer, &part, act).await?;
            retention::stale(tx, &learner.id).await?;
            Ok(true)
        }
    }
}
