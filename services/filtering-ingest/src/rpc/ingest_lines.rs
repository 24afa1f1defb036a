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
    event::v1::{AlertRaised, FeedCounted},
    filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse, RejectedLine},
};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{Service, convert};
use crate::{
    App,
    intake::{self, Raised, Taken, one_graver},
    looks,
    profile::{self, Context},
    store::{
        self,
        alert::{Alert, AlertId},
        feed::Feed,
    },
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
    let feed = store::feed::load(&tx, &batch.feed_id).await?;
    let done = store::intake::acknowledged(&tx, &feed, &batch.delivery_id).await?;
    if batch.first_line > done + 1 {
        let message = format!("Send line {} next: a batch is missing", done + 1);
        return Err(Error::invalid("first_line", message));
    }
    if done == 0 && batch.first_line == 1 {
        let context = Context { time_zone: &feed.time_zone, received_at: app.clock.now() };
        looks::check(&feed.profile, &batch.lines, context).map_err(|why| Error::invalid("lines", why))?;
    }
    let taken = judge(app, &tx, &scope, &feed, &batch, done).await?;
    let last = done + taken.counts.received;
    if taken.counts.received == 0 {
        // Sent before: acknowledged again, counted once.
        tx.record(Act::new("lines.repeated", feed.id.as_str()));
        tx.commit().await?;
        return Ok(IngestLinesResponse { acknowledged_line: last, ..IngestLinesResponse::default() });
    }
    let alerts = write(&mut tx, &feed, &batch, taken, last).await?;
    tx.commit().await?;
    Ok(alerts)
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

async fn judge(app: &App, tx: &Tx, scope: &Scope, feed: &Feed, batch: &IngestLinesRequest, done: u64) -> Result<Taken> {
    let school = scope.school()?.as_str();
    let profile =
        profile::named(&feed.profile).ok_or_else(|| Error::wrong_state("the feed's profile is not shipped"))?;
    let rules = store::rules(tx, school).await?;
    let episodes = store::intake::episodes(tx).await?;
    let header = match profile.is_headed() && done > 0 {
        true => store::header::load(tx, feed, &batch.delivery_id).await?,
        false => None,
    };
    let by = intake::Feed {
        profile,
        header: header.as_deref(),
        time_zone: &feed.time_zone,
        hosts: &feed.hosts,
        rules: &rules,
    };
    // Person or device by a keyed hash: an episode does not tell who.
    let actor = |observation: &crate::observation::Observation<'_>| hex(&tx.ring().token(school, &observation.actor()));
    let load = |key: &str| episodes.get(key).cloned().unwrap_or_default();
    let mut taken = intake::take(&batch.lines, batch.first_line, done, app.clock.now(), &by, actor, load);
    for raised in &mut taken.raised {
        raised.verdict.because = format!("{} (line {} of its delivery)", raised.verdict.because, raised.line);
    }
    Ok(taken)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn write(
    tx: &mut Tx,
    feed: &Feed,
    batch: &IngestLinesRequest,
    mut taken: Taken,
    last: u64,
) -> Result<IngestLinesResponse> {
    let now_us = store::micros(tx.now());
    store::intake::acknowledge(tx, feed, &batch.delivery_id, last).await?;
    store::intake::count(tx, feed, &taken, now_us).await?;
    store::intake::reject(tx, feed, &batch.delivery_id, &taken.rejected, now_us).await?;
    store::intake::keep(tx, feed, &taken).await?;
    if let Some(header) = &taken.header {
        store::header::keep(tx, feed, &batch.delivery_id, header).await?;
    }
    store::feed::received(tx, feed.id.as_str(), now_us).await?;
    let mut alert_ids = Vec::with_capacity(taken.raised.len());
    for (place, raised) in std::mem::take(&mut taken.raised).into_iter().enumerate() {
        let id = raise(tx, feed, raised).await?;
        for episode in taken.episodes.values_mut() {
            if episode.alert_id.as_deref() == Some(&format!("new:{place}")) {
                episode.alert_id = Some(id.to_string());
            }
        }
        alert_ids.push(id.to_string());
    }
    for (id, folded) in &taken.folded {
        let mut alert = store::alert::load(tx, id).await?;
        alert.count += folded.count;
        if folded.worse {
            alert.severity = one_graver(&alert.severity).to_owned();
        }
        let body = store::alert::update(tx, &alert).await?;
        tx.record(Act::new("alert.counted", id).detail("count", alert.count).state("alert", &body));
    }
    store::intake::keep_episodes(tx, &feed.school_id, &taken.episodes).await?;
    let counts = taken.counts;
    tx.record(
        Act::new("lines.ingested", feed.id.as_str())
            .detail("received", counts.received)
            .detail("kept", counts.kept)
            .detail("folded", counts.folded)
            .detail("excepted", counts.excepted)
            .detail("rejected", counts.rejected)
            .detail("recoded", taken.recoded),
    );
    let counted = FeedCounted {
        hour_time: store::moment(store::intake::hour(now_us)).map(timestamp),
        received: counts.received,
        kept: counts.kept,
        folded: counts.folded,
        excepted: counts.excepted,
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

async fn raise(tx: &mut Tx, feed: &Feed, raised: Raised) -> Result<AlertId> {
    let Raised { verdict, observation, count, severity, .. } = raised;
    let shown = |text: String| if verdict.withheld { String::new() } else { text };
    let alert = Alert {
        id: tx.ids().next(),
        school_id: feed.school_id.clone(),
        feed_id: feed.id.to_string(),
        theme: verdict.theme.clone(),
        severity: severity.clone(),
        route: verdict.route.clone(),
        rule_id: verdict.rule_id,
        basis: verdict.basis.to_owned(),
        because: verdict.because,
        user: observation.user.unwrap_or_default().into_owned(),
        identity_confidence: observation.identity_confidence.as_str().to_owned(),
        device: observation.device.unwrap_or_default().into_owned(),
        client_ip: observation.client_ip.unwrap_or_default().into_owned(),
        host: shown(observation.url.host.into_owned()),
        search_terms: shown(observation.search.map(|s| s.terms).unwrap_or_default().into_owned()),
        withheld: verdict.withheld,
        outcome: observation.outcome.as_str().to_owned(),
        vendor_categories: observation.vendor_categories.into_iter().map(|name| name.into_owned()).collect(),
        event_at: observation.event_at,
        count,
        raised_at: tx.now(),
        policy_version: verdict.policy_version,
        answer: None,
    };
    let body = store::alert::insert(tx, &alert).await?;
    tx.record(
        Act::new("alert.raised", alert.id.as_str())
            .detail("theme", verdict.theme.clone())
            .detail("severity", severity.clone())
            .state("alert", &body),
    );
    let event = AlertRaised {
        feed_id: feed.id.to_string(),
        theme: verdict.theme,
        severity,
        route: verdict.route,
        first_time: Some(timestamp(alert.event_at)),
    };
    tx.announce(alert.id.as_str(), Event::AlertRaised(event)).await?;
    Ok(alert.id)
}
