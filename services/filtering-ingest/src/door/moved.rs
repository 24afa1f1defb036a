//! Alerts of lines whose routing key stood for the wrong school: withdrawn there, so that nobody of that school reads of another's
//! child, and raised where they belong, all in one transaction.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::event::v1::AlertWithdrawn;

use crate::{
    App,
    rpc::raising,
    sender::{Place, Sender},
    store,
};

/// As whom it is done.
const WHO: &str = "routing";

fn own(place: &Place) -> Result<Scope> {
    Ok(Scope::own(WHO, &place.school_id.parse().map_err(Error::internal)?))
}

/// Moves the alerts of a key to the school that it was meant for; answers how many. Done again it moves none.
///
/// # Errors
/// Where they cannot be read or written.
pub(crate) async fn settle(app: &App, sender: &Sender, key: &str, to: &Place) -> Result<u64> {
    let mut tx = app.store.begin(&Scope::system(WHO)).await?;
    tx.silent();
    let mut moved = 0;
    for (place, from) in sender.wrong(key, &to.school_id, tx.now()) {
        tx.enter(&own(place)?).await?;
        for mut alert in store::alert::of_feed(&tx, &place.feed_id).await? {
            let theirs = alert.routed_by.iter().any(|known| sender.is_key(known, key));
            if !theirs || from.is_some_and(|from| alert.event_at < from) {
                continue;
            }
            tx.enter(&own(to)?).await?;
            let feed = store::feed::load(&tx, &to.feed_id).await?;
            raising::moved(&mut tx, &feed, &alert).await?;
            tx.enter(&own(place)?).await?;
            alert.withdraw(tx.now());
            let body = store::alert::update(&tx, &alert).await?;
            tx.record(Act::new("alert.withdrawn", alert.id.as_str()).state("alert", &body));
            let event = AlertWithdrawn { tier: alert.tier.clone() };
            tx.announce(alert.id.as_str(), Event::AlertWithdrawn(event)).await?;
            moved += 1;
        }
    }
    tx.commit().await?;
    Ok(moved)
}
