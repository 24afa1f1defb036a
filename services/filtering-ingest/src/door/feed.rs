//! A batch for one feed of the caller's school.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse};

use super::{Arrival, check, coming, wrong};
use crate::{
    App,
    delivery::Step,
    intake::Further,
    looks,
    profile::Context,
    rpc::{convert, ingest_lines},
    store,
};

/// Why what unpacks a log refused it.
const REFUSED: [&str; 4] = ["bomb", "damaged", "too_large", "beyond"];

/// Counts a delivery that is refused: of its lines nothing is known, and the page of the feed says that it came.
pub(super) async fn note(app: &App, scope: &Scope, feed_id: &str, reason: &str) -> Result<()> {
    let mut tx = app.store.begin(scope).await?;
    let feed = store::feed::hold(&tx, feed_id).await?;
    store::refused::count(&tx, feed.id.as_str(), &feed.school_id, reason).await?;
    tx.record(Act::new("delivery.refused", feed.id.as_str()).detail("reason", reason));
    tx.commit().await?;
    Ok(())
}

/// Checks a batch that says why the rest of its delivery is refused.
pub(super) fn check_refused(batch: &IngestLinesRequest) -> Result<()> {
    if !REFUSED.contains(&batch.refused.as_str()) {
        return Err(Error::invalid("refused", format!("Leave it empty, or send one of: {}", REFUSED.join(", "))));
    }
    if !batch.lines.is_empty() {
        return Err(Error::invalid(
            "lines",
            "Send lines in a batch of their own: one that says why the rest is refused has none",
        ));
    }
    Ok(())
}

/// Takes a batch in for a feed.
///
/// # Errors
/// As `door::take_in`.
pub(super) async fn take_in(app: &App, scope: &Scope, batch: IngestLinesRequest) -> Result<IngestLinesResponse> {
    if !batch.refused.is_empty() {
        check_refused(&batch)?;
        note(app, scope, &batch.feed_id, &batch.refused).await?;
        return Ok(IngestLinesResponse::default());
    }
    check(&batch)?;
    let whose = format!("{}|{}", scope.school()?, batch.feed_id);
    let _turn = app.turns.take(&whose, batch.lines.len()).await?;
    let received_at = app.clock.now();
    let mut tx = app.store.begin(scope).await?;
    let feed = store::feed::hold(&tx, &batch.feed_id).await?;
    if feed.ended_at.is_some() {
        store::closed::refuse(&tx, &feed.school_id).await?;
        return Err(Error::wrong_state("the feed is ended: send to another feed of the school, or add one"));
    }
    let mut delivery = store::delivery::open(&tx, feed.id.as_str(), &feed.school_id, &batch.delivery_id).await?;
    let coming = coming(&batch);
    let step = delivery.next(&coming).map_err(wrong)?;
    let mut answer = match step {
        Step::Repeated => {
            // Sent before: acknowledged again, counted once.
            tx.record(Act::new("lines.repeated", feed.id.as_str()));
            IngestLinesResponse::default()
        }
        Step::Take(done) => {
            if done == 0 {
                let context = Context { time_zone: &feed.time_zone, received_at };
                let profile = store::profile::of_feed(&tx, &feed).await?;
                if let Err(why) = looks::check(&profile, &batch.lines, context) {
                    drop(tx);
                    note(app, scope, &batch.feed_id, "no_log").await?;
                    return Err(Error::invalid("lines", why));
                }
            }
            let arrival = Arrival {
                lines: &batch.lines,
                first_line: batch.first_line,
                done,
                delivery_id: &batch.delivery_id,
                received_at,
                numbers: &[],
                header: None,
                further: Further::Read,
                late: "",
                keys: None,
            };
            let judged = ingest_lines::judge(&tx, scope, &feed, &arrival).await?;
            delivery.counts.add(judged.taken.counts_of(&batch.delivery_id));
            delivery.recoded += judged.taken.recoded;
            delivery.reject(&judged.taken.rejected, received_at);
            ingest_lines::write(&mut tx, &feed, &arrival, judged).await?
        }
    };
    if matches!(step, Step::Take(_)) || (coming.last && !delivery.complete) {
        delivery.reach(&coming, received_at);
        store::delivery::keep(&tx, feed.id.as_str(), &batch.delivery_id, &delivery).await?;
    }
    tx.commit().await?;
    answer.acknowledged_line = delivery.acknowledged;
    answer.delivery = batch.last.then(|| convert::delivery(&batch.delivery_id, &delivery));
    Ok(answer)
}
