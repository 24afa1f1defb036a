//! Takes a delivery of lines in. Every batch is one transaction: progress, ledger, rejected lines, what is kept, alerts,
//! events and history commit together, and only then is the batch acknowledged. A batch sent again counts once. What all
//! doors have in common is in `door`.

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    db::Tx,
    error::Result,
    event::Event,
    history::Act,
    serve::refuse,
};
use proto::{
    event::v1::{AlertRaised, FeedCounted},
    filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse},
};
use time::OffsetDateTime;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{Service, convert};
use crate::{
    App,
    delivery::TOLD,
    door::{self, Arrival},
    intake::{self, Raised, Taken, one_graver},
    observation::Rejected,
    store::{
        self,
        alert::{Alert, AlertId},
        feed::Feed,
    },
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

/// Judges lines as they arrived.
pub(crate) async fn judge(tx: &Tx, scope: &Scope, feed: &Feed, arrival: &Arrival<'_>) -> Result<Taken> {
    let Arrival { lines, first_line, done, received_at, .. } = *arrival;
    let school = scope.school()?.as_str();
    let rules = store::rules(tx, school).await?;
    let episodes = store::intake::episodes(tx).await?;
    let by = intake::Feed { profile: &feed.profile, time_zone: &feed.time_zone, hosts: &feed.hosts, rules: &rules };
    // Person or device by a keyed hash: an episode does not tell who.
    let actor = |observation: &crate::observation::Observation| {
        let who = observation.user.as_deref().or(observation.device.as_deref()).or(observation.client_ip.as_deref());
        hex(&tx.ring().token(school, who.unwrap_or("nobody")))
    };
    let load = |key: &str| episodes.get(key).cloned().unwrap_or_default();
    let mut taken = intake::take(lines, first_line, done, received_at, &by, actor, load);
    arrival.renumber(&mut taken);
    for raised in &mut taken.raised {
        let place = format!("line {} of its delivery{}", raised.line, arrival.late);
        raised.verdict.because = format!("{} ({place})", raised.verdict.because);
    }
    Ok(taken)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes what became of a batch; the ledger counts it within the hour it was received in.
pub(crate) async fn write(
    tx: &mut Tx,
    feed: &Feed,
    delivery_id: &str,
    mut taken: Taken,
    received_at: OffsetDateTime,
) -> Result<IngestLinesResponse> {
    let now_us = store::micros(received_at);
    store::intake::count(tx, feed, &taken, now_us).await?;
    store::intake::reject(tx, feed, delivery_id, &taken.rejected, now_us).await?;
    store::intake::keep(tx, feed, &taken).await?;
    store::feed::received(tx, feed.id.as_str(), store::micros(tx.now())).await?;
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
    let told = |(line, why): &(u64, Rejected)| convert::rejected(delivery_id, *line, why, received_at);
    Ok(IngestLinesResponse {
        counts: Some(convert::counts(counts)),
        rejected_lines: taken.rejected.iter().take(TOLD).map(told).collect(),
        alert_ids,
        recoded_lines: taken.recoded,
        ..IngestLinesResponse::default()
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
        user: observation.user.unwrap_or_default(),
        identity_confidence: observation.identity_confidence.to_owned(),
        device: observation.device.unwrap_or_default(),
        client_ip: observation.client_ip.unwrap_or_default(),
        host: shown(observation.url.host),
        search_terms: shown(observation.search.map(|s| s.terms).unwrap_or_default()),
        withheld: verdict.withheld,
        outcome: observation.outcome.as_str().to_owned(),
        vendor_categories: observation.vendor_categories,
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
