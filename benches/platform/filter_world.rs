//! The service of filter logs as it is sent to: schools with a feed each, and deliveries through its gRPC door.

use std::time::{Duration, Instant};

use chassis::{
    config::Database,
    serve::Running,
    testing::{Bed, Engine, Person},
};
use proto::{
    access::v1::Role,
    filtering_ingest::v1::{
        Counts, CreateFeedRequest, IngestLinesRequest, filtering_ingest_client::FilteringIngestClient,
    },
};
use tokio_stream::StreamExt as _;

use crate::{Result, filter_lines};

/// Bytes of a batch at most, as the door takes them.
pub const BATCH: usize = 1 << 20;

/// The service, and who calls it.
pub struct World {
    pub bed: Bed,
    pub database: Database,
    running: Running,
}

/// A school with a feed.
#[derive(Clone)]
pub struct Site {
    pub school: String,
    it: Person,
    feed: String,
}

impl World {
    /// The service on an engine, by the machine's clock.
    pub async fn open(engine: Engine) -> Result<Self> {
        Self::in_bed(Bed::new(engine)?).await
    }

    /// The same beside others that were started before.
    pub async fn in_bed(mut bed: Bed) -> Result<Self> {
        bed.clock.release();
        let setup = bed.setup("filtering-ingest").await?;
        let database = setup.database.clone();
        let running = filtering_ingest::start(setup).await?;
        bed.add(&running);
        Ok(Self { bed, database, running })
    }

    /// Ends it.
    pub async fn close(self) {
        let Self { bed, running, .. } = self;
        drop(bed);
        running.drain().await;
    }

    /// A new school with a feed.
    pub async fn site(&self) -> Result<Site> {
        self.site_of(self.bed.school()).await
    }

    /// A feed of a school.
    pub async fn site_of(&self, school: String) -> Result<Site> {
        let it = self.bed.person(&[(Role::It, &school)]);
        let create = CreateFeedRequest {
            school_id: school.clone(),
            name: "Filter".into(),
            profile: "squid".into(),
            request_id: it.request_id(),
            ..CreateFeedRequest::default()
        };
        let created = client(&it)?.create_feed(create).await?.into_inner();
        let feed = created.feed.unwrap_or_default().feed_id;
        Ok(Site { school, it, feed })
    }

    /// The second it is.
    pub fn second(&self) -> i64 {
        self.bed.now().unix_timestamp()
    }
}

fn client(who: &Person) -> Result<FilteringIngestClient<chassis::upstream::Upstream>> {
    let client = FilteringIngestClient::new(who.to("filtering-ingest")?);
    Ok(client.max_encoding_message_size(2 * BATCH).max_decoding_message_size(2 * BATCH))
}

impl Site {
    /// A log as the batches of a delivery.
    pub fn delivery(&self, name: &str, log: &str, most: usize) -> Vec<IngestLinesRequest> {
        let batches = filter_lines::batches(log, most);
        let (mut first_line, end) = (1, batches.len());
        let mut all = Vec::with_capacity(end);
        for (place, lines) in batches.into_iter().enumerate() {
            all.push(self.batch(name, first_line, lines, place + 1 == end));
            first_line += chassis::lines::count(lines.as_bytes());
        }
        all
    }

    /// One batch of a delivery.
    pub fn batch(&self, name: &str, first_line: u64, lines: &str, last: bool) -> IngestLinesRequest {
        IngestLinesRequest {
            school_id: self.school.clone(),
            feed_id: self.feed.clone(),
            delivery_id: name.to_owned(),
            first_line,
            lines: lines.to_owned().into(),
            last,
            ..IngestLinesRequest::default()
        }
    }

    /// Sends batches on one stream until all of them are acknowledged; answers how they were accounted for.
    pub async fn send(&self, batches: Vec<IngestLinesRequest>) -> Result<Counts> {
        let mut answers = client(&self.it)?.ingest_lines(tokio_stream::iter(batches)).await?.into_inner();
        let mut all = Counts::default();
        while let Some(answer) = answers.next().await {
            let counts = answer?.counts.unwrap_or_default();
            all.received += counts.received;
            all.kept += counts.kept;
            all.folded += counts.folded;
            all.excepted += counts.excepted;
            all.noise += counts.noise;
            all.rejected += counts.rejected;
            all.alerts += counts.alerts;
        }
        Ok(all)
    }
}

/// Sends a delivery to each of several sites at once; answers how long it took and how all lines were accounted for.
pub async fn send_at_once(deliveries: Vec<(Site, Vec<IngestLinesRequest>)>) -> Result<(Duration, Counts)> {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (site, batches) in deliveries {
        tasks.spawn(async move { site.send(batches).await });
    }
    let mut all = Counts::default();
    while let Some(sent) = tasks.join_next().await {
        let counts = sent??;
        all.received += counts.received;
        all.kept += counts.kept;
        all.noise += counts.noise;
        all.rejected += counts.rejected;
        all.folded += counts.folded;
        all.excepted += counts.excepted;
    }
    Ok((begun.elapsed(), all))
}

/// Says so where lines were lost or counted twice.
pub fn check(counts: &Counts, sent: usize) -> Result<()> {
    let accounted = counts.kept + counts.folded + counts.excepted + counts.noise + counts.rejected;
    match counts.received == u64::try_from(sent)? && counts.received == accounted && counts.rejected == 0 {
        true => Ok(()),
        false => Err(format!("of {sent} lines there were accounted for: {counts:?}").into()),
    }
}

/// A number that whoever measures may set.
#[expect(clippy::disallowed_methods, reason = "a benchmark has no configuration")]
pub fn asked(name: &str, usual: u64) -> Result<u64> {
    match std::env::var(name) {
        Ok(number) => Ok(number.parse()?),
        Err(_) => Ok(usual),
    }
}
