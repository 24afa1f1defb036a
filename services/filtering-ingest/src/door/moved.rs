//! Alerts of lines whose routing key stood for the wrong school: withdrawn there, so that nobody of that school reads of another's
//! child, and raised where they belong, with the act that puts the key right or not at all.

use chassis::{caller::Caller, db::Tx, error::Result, event::Event, history::Act};
use proto::event::v1::AlertWithdrawn;

use crate::{
    rpc::raising,
    sender::{Place, Sender},
    store,
};

/// Moves the alerts of a key that stands for the wrong school to the one that it was meant for; answers how many. The transaction goes
/// on where it was.
///
/// # Errors
/// Where they cannot be read or written.
pub(crate) async fn settle(tx: &mut Tx, caller: &Caller, sender: &Sender, key: &str, to: &Place) -> Result<u64> {
    let home = tx.scope().clone();
    let mut moved = 0;
    for (place, from) in sender.wrong(key, &to.school_id, tx.now()) {
        tx.enter(&caller.at(&place.school_id)?).await?;
        let mut theirs = store::alert::of_feed(tx, &place.feed_id, from).await?;
        theirs.retain(|alert| alert.routed_by.iter().any(|known| sender.is_key(known, key)));
        for found in theirs {
            tx.enter(&caller.at(&to.school_id)?).await?;
            let feed = store::feed::load(tx, &to.feed_id).await?;
            raising::moved(tx, &feed, &found).await?;
            tx.enter(&caller.at(&place.school_id)?).await?;
            // Somebody may be opening it.
            let mut alert = store::alert::load(tx, found.id.as_str()).await?;
            alert.withdraw(tx.now());
            let body = store::alert::update(tx, &alert).await?;
            // What somebody of that school does is no more of what another did.
            store::intake::forget_episode(tx, &alert).await?;
            tx.record(Act::new("alert.withdrawn", alert.id.as_str()).state("alert", &body));
            let event = AlertWithdrawn { tier: alert.tier.clone() };
            tx.announce(alert.id.as_str(), Event::AlertWithdrawn(event)).await?;
            moved += 1;
        }
    }
    tx.enter(&home).await?;
    Ok(moved)
}
