//! Takes a delivery of lines in. Every batch is one transaction: progress, ledger, rejected lines, what is kept, alerts,
//! what is to be told and history commit together, and only then is the batch acknowledged. A batch sent again counts
//! once. What all doors have in common is in `door`.

use chassis::{
    caller::{Caller, Scope},
    db::Tx,
    error::Result,
    history::Act,
    serve::refuse,
};
use proto::filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{Service, convert, raising};
use crate::{
    App,
    delivery::TOLD,
    door::{self, Arrival},
    intake::{self, Taken},
    ledger::Counts,
    observation::Rejected,
    store::{self, feed::Feed, intake::Actors},
    unread::Spool,
    wait::Times,
};

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
                Some(Ok(batch)) => match door::take_in(&app, &caller, batch).await {
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

/// Lines as they were judged and folded, and what that took.
pub(crate) struct Judged {
    /// What became of them.
    pub(crate) taken: Taken,
    /// The row of names that held when they began.
    header: Option<String>,
    times: Times,
    actors: Actors,
}

/// Reads lines as they arrived, judges them and folds what may alert into its episodes.
pub(crate) async fn judge(tx: &Tx, scope: &Scope, feed: &Feed, arrival: &Arrival<'_>) -> Result<Judged> {
    let Arrival { lines, first_line, done, received_at, delivery_id, .. } = *arrival;
    let profile = store::profile::of_feed(tx, feed).await?;
    let header = match (arrival.header, profile.is_headed()) {
        (Some(header), _) => Some(header.to_owned()),
        (None, true) => store::header::load(tx, feed, delivery_id).await?,
        (None, false) => None,
    };
    let rules = store::rules(tx, scope.school()?.as_str()).await?;
    let exceptions = store::exception::holding(tx).await?;
    let standing = store::suggestion::of(tx, feed.id.as_str()).await?;
    let known = store::seen::known(tx, feed, &profile, arrival, header.as_deref()).await?;
    let by = raising::by(feed, &profile, header.as_deref(), &rules, &exceptions, &known);
    let by = intake::Feed { live: arrival.late.is_empty(), further: arrival.further, ..by };
    let mut taken = intake::read(lines, first_line, done, received_at, &by, standing);
    arrival.renumber(&mut taken);
    if let Some(keys) = arrival.keys {
        taken.routed(keys);
    }
    taken.standing.iter_mut().filter(|stands| stands.id.is_none()).for_each(|stands| {
        delivery_id.clone_into(&mut stands.delivery);
        stands.received_us = store::micros(received_at);
    });
    let mut actors = Actors::default();
    raising::fold(tx, feed, &mut taken, &mut actors).await?;
    Ok(Judged { taken, header, times: rules.times, actors })
}

/// Writes what became of lines that were rejected when they came, and are read now; answers how many were. The ledger counts
/// them where it had counted them as rejected, within the hour they came in.
pub(crate) async fn write_again(tx: &mut Tx, feed: &Feed, arrival: &Arrival<'_>, judged: Judged) -> Result<Counts> {
    let Judged { mut taken, times, mut actors, .. } = judged;
    let Arrival { delivery_id, received_at, late, .. } = *arrival;
    store::intake::recount(tx, feed, (taken.counts, taken.further), store::micros(received_at)).await?;
    let stored = std::mem::take(&mut taken.stored);
    store::block::keep(tx, feed.id.as_str(), &feed.school_id, stored, &mut actors).await?;
    store::seen::keep(tx, feed, delivery_id, &taken.seen).await?;
    raising::write(tx, feed, &mut taken, &times, late).await?;
    Ok(taken.counts)
}

/// Writes what became of a batch; the ledger counts it within the hour it was received in.
pub(crate) async fn write(
    tx: &mut Tx,
    feed: &Feed,
    arrival: &Arrival<'_>,
    judged: Judged,
) -> Result<IngestLinesResponse> {
    let Judged { mut taken, header, times, mut actors } = judged;
    let Arrival { delivery_id, received_at, late, .. } = *arrival;
    let now_us = store::micros(received_at);
    store::intake::count(tx, feed, &taken, now_us).await?;
    store::intake::reject(tx, feed, delivery_id, &taken.rejected, now_us).await?;
    let header = header.or_else(|| taken.header.clone());
    let spool = Spool { header, lines: std::mem::take(&mut taken.unread) };
    store::unread::keep(tx, feed, delivery_id, &spool, now_us).await?;
    let stored = std::mem::take(&mut taken.stored);
    store::block::keep(tx, feed.id.as_str(), &feed.school_id, stored, &mut actors).await?;
    store::seen::keep(tx, feed, delivery_id, &taken.seen).await?;
    // Of lines of several schools the sender's delivery has it.
    if let (Some(header), None) = (&taken.header, arrival.header) {
        store::header::keep(tx, feed, delivery_id, header).await?;
    }
    store::feed::received(tx, feed.id.as_str(), store::micros(tx.now())).await?;
    // What came in another delivery raises its alert here, and is no part of the answer to this one.
    let (counts, told) =
        (taken.counts_of(delivery_id), taken.raised.iter().filter(|raised| raised.sighting.tier != "staff"));
    let own: Vec<bool> = told.map(|raised| raised.is_of(delivery_id)).collect();
    let ids = raising::write(tx, feed, &mut taken, &times, late).await?;
    let alert_ids = ids.into_iter().zip(own).filter(|(_, own)| *own).map(|(id, _)| id).collect();
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
    let told = |(line, why): &(u64, Rejected)| convert::rejected(delivery_id, *line, why, received_at);
    Ok(IngestLinesResponse {
        counts: Some(convert::counts(counts)),
        rejected_lines: taken.rejected.iter().take(TOLD).map(told).collect(),
        alert_ids,
        recoded_lines: taken.recoded,
        ..IngestLinesResponse::default()
    })
}
