//! Takes a delivery of lines in. Every batch is one transaction: progress, ledger, rejected lines, what is kept, alerts,
//! events and history commit together, and only then is the batch acknowledged. A batch sent again counts once.

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    db::Tx,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    serve::refuse,
};
use proto::{
    event::v1::FeedCounted,
    filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse, RejectedLine},
};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{Service, convert, raising};
use crate::{
    App,
    intake::{self, Taken},
    looks,
    profile::{self, Context, Profile},
    store::{self, feed::Feed, intake::Actors},
    wait::Times,
};

/// The largest batch, in bytes.
const BATCH_MAX: usize = 1 << 20;
/// Rejected lines told of in one acknowledgement.
const TOLD: usize = 100;
/// Batches worked ahead of what the sender has read.
const AHEAD: usize = 4;

type Answers = <Service as proto::filtering_ingest::v1::filtering_ingest_server::FilteringIngest>::IngestLinesStream;

pub(super) fn ingest_lines(
    app: &App,
    request: Request<Streaming<IngestLinesRequest>>,
) -> Result<Response<Answers>, Status> {
    let (caller, mut batches) = Caller::split(request)?;
    let (answers, stream) = tokio::sync::mpsc::channel(AHEAD);
    let app = app.clone();
    tokio::spawn(async move {
        loop {
            let answer = match batches.next().await {
                None => return,
                Some(Ok(batch)) => match ingest(&app, &caller, batch).await {
                    Ok(acknowledged) => Ok(acknowledged),
                    Err(error) => Err(refuse(&app.store, Some(&caller), error).await),
                },
                Some(Err(status)) => Err(status),
            };
            let failed = answer.is_err();
            if answers.send(answer).await.is_err() || failed {
                return;
            }
        }
    });
    Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
}

async fn ingest(app: &App, caller: &Caller, batch: IngestLinesRequest) -> Result<IngestLinesResponse> {
    let scope = caller.at(&batch.school_id)?;
    check(&batch)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::hold(&tx, &batch.feed_id).await?;
    let done = store::intake::acknowledged(&tx, &feed, &batch.delivery_id).await?;
    if batch.first_line > done + 1 {
        let message = format!("Send line {} next: a batch is missing", done + 1);
        return Err(Error::invalid("first_line", message));
    }
    if done == 0 && batch.first_line == 1 {
        let context = Context { time_zone: &feed.time_zone, received_at: app.clock.now() };
        looks::check(&feed.profile, &batch.lines, context).map_err(|why| Error::invalid("lines", why))?;
    }
    let mut actors = Actors::default();
    let (taken, times) = judge(app, &tx, &scope, &feed, &batch, done, &mut actors).await?;
    let last = done + taken.counts.received;
    if taken.counts.received == 0 {
        // Sent before: acknowledged again, counted once.
        tx.record(Act::new("lines.repeated", feed.id.as_str()));
        tx.commit().await?;
        return Ok(IngestLinesResponse { acknowledged_line: last, ..IngestLinesResponse::default() });
    }
    let acknowledged = write(&mut tx, &feed, &batch, taken, &times, &mut actors, last).await?;
    tx.commit().await?;
    Ok(acknowledged)
}

fn check(batch: &IngestLinesRequest) -> Result<()> {
    let mut violations = Violations::new();
    let named = (1..=200).contains(&batch.delivery_id.chars().count());
    violations.check(named, "delivery_id", "Enter a name of 1 to 200 characters for the delivery");
    violations.check(batch.first_line > 0, "first_line", "Enter the number of the batch's first line, from 1");
    violations.check(!batch.lines.is_empty(), "lines", "Send one line at least");
    violations.check(batch.lines.len() <= BATCH_MAX, "lines", "Send 1 MiB of lines at most in one batch");
    violations.finish()
}

/// Reads a batch, judges it and folds what may alert into its episodes.
async fn judge(
    app: &App,
    tx: &Tx,
    scope: &Scope,
    feed: &Feed,
    batch: &IngestLinesRequest,
    done: u64,
    actors: &mut Actors,
) -> Result<(Taken, Times)> {
    let headed = profile::named(&feed.profile).is_some_and(Profile::is_headed);
    let header = match headed && done > 0 {
        true => store::header::load(tx, feed, &batch.delivery_id).await?,
        false => None,
    };
    let rules = store::rules(tx, scope.school()?.as_str()).await?;
    let exceptions = store::exception::holding(tx).await?;
    let standing = store::suggestion::of(tx, feed.id.as_str()).await?;
    let by = raising::by(feed, header.as_deref(), &rules, &exceptions)?;
    let mut taken = intake::read(&batch.lines, batch.first_line, done, app.clock.now(), &by, standing);
    raising::fold(tx, feed, &mut taken, actors).await?;
    Ok((taken, rules.times))
}

async fn write(
    tx: &mut Tx,
    feed: &Feed,
    batch: &IngestLinesRequest,
    mut taken: Taken,
    times: &Times,
    actors: &mut Actors,
    last: u64,
) -> Result<IngestLinesResponse> {
    let now_us = store::micros(tx.now());
    store::intake::acknowledge(tx, feed, &batch.delivery_id, last).await?;
    store::intake::count(tx, feed, &taken, now_us).await?;
    store::intake::reject(tx, feed, &batch.delivery_id, &taken.rejected, now_us).await?;
    store::intake::keep(tx, feed, &taken.stored, actors).await?;
    if let Some(header) = &taken.header {
        store::header::keep(tx, feed, &batch.delivery_id, header).await?;
    }
    store::feed::received(tx, feed.id.as_str(), now_us).await?;
    let alert_ids = raising::write(tx, feed, &mut taken, times).await?;
    let counts = taken.counts;
    tx.record(
        Act::new("lines.ingested", feed.id.as_str())
            .detail("received", counts.received)
            .detail("kept", counts.kept)
            .detail("folded", counts.folded)
            .detail("excepted", counts.excepted)
            .detail("noise", counts.noise)
            .detail("rejected", counts.rejected)
            .detail("recoded", taken.recoded),
    );
    let counted = FeedCounted {
        hour_time: store::moment(store::intake::hour(now_us)).map(timestamp),
        received: counts.received,
        kept: counts.kept,
        folded: counts.folded,
        excepted: counts.excepted,
        noise: counts.noise,
        rejected: counts.rejected,
        alerts: counts.alerts,
    };
    tx.announce(feed.id.as_str(), Event::FeedCounted(counted)).await?;
    let told = |(line, rejected): &(u64, crate::observation::Rejected)| RejectedLine {
        delivery_id: batch.delivery_id.clone(),
        line: *line,
        reason: rejected.reason.to_owned(),
        detail: rejected.detail.to_owned(),
        receive_time: Some(timestamp(tx.now())),
    };
    Ok(IngestLinesResponse {
        acknowledged_line: last,
        counts: Some(convert::counts(counts)),
        rejected_lines: taken.rejected.iter().take(TOLD).map(told).collect(),
        alert_ids,
        recoded_lines: taken.recoded,
    })
}
