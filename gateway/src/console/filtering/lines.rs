//! Sending a log file to a feed from the console, packed or not: streamed on in batches, never held whole, and shown what
//! became of it.

use axum::extract::{Multipart, Path, multipart::Field as File};
use chassis::{
    error::Error,
    lines::packed::{Packing, TOLD_BY},
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Delivery, GetDeliveryRequest, IngestLinesRequest},
};
use serde::Serialize;

use super::{Rejected, sum};
use crate::{
    console::{
        upload,
        visit::{Answer, Visit, ask, heard},
    },
    lines::{of_file, sending::Sending},
    pages::{
        Page,
        form::{Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The largest file the page takes, in bytes. Larger ones go through the command or the interface for programs.
pub const LARGEST: usize = 256 << 20;
/// The largest log that a packed file may hold.
const UNPACKED: u64 = crate::lines::LARGEST;

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "The log file")
            .hint("As the filter wrote it, or packed with gzip or zstd; 256 MB at most. Sending the same page twice counts its lines once."),
    ]
}

fn page(visit: &Visit, feed_id: &str) -> FormPage {
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    visit.form_page(Head::new("Send a log file", crumbs), format!("{here}/lines"), "Send the file", fields())
}

/// Asks for the file.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedIngest)?;
    visit.page(&page(&visit, &feed_id))
}

/// Sends its lines on.
pub async fn send(visit: Visit, Path((_, feed_id)): Path<(String, String)>, mut parts: Multipart) -> Answer {
    visit.needs(Permission::FeedIngest)?;
    let (answers, mut file) = upload::begin(&visit, &mut parts).await?;
    let delivery = IngestLinesRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        delivery_id: answers.request_id(),
        ..IngestLinesRequest::default()
    };
    match stream(&visit, delivery, &mut file).await {
        Ok(delivery) => visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}/deliveries/{}", delivery.delivery_id))),
        Err(error) => visit.again(page(&visit, &feed_id), &answers, error, ""),
    }
}

async fn stream(visit: &Visit, delivery: IngestLinesRequest, file: &mut File<'_>) -> Result<Delivery, Error> {
    // The first bytes tell how it is packed; they may come one by one.
    let mut begun = Vec::new();
    while begun.len() < TOLD_BY {
        match upload::chunk(file).await? {
            Some(chunk) => begun.extend_from_slice(&chunk),
            None => break,
        }
    }
    if begun.is_empty() {
        return Err(Error::invalid("file", "Select a file that is not empty"));
    }
    let mut sending = Sending::begin(visit.filtering()?, delivery, Packing::told(&begun), UNPACKED).await?;
    sending.take(&begun).await.map_err(of_file)?;
    while let Some(chunk) = upload::chunk(file).await? {
        sending.take(&chunk).await.map_err(of_file)?;
    }
    let (delivery, _) = sending.finish().await.map_err(|(stop, _)| of_file(stop))?;
    Ok(delivery)
}

/// What became of a file.
#[derive(Debug, Serialize)]
pub struct DeliveryPage {
    head: Head,
    /// Whether none of its lines is web use that could be read.
    useless: bool,
    sum: String,
    rows: Vec<Row>,
    lines: Vec<Rejected>,
    all: Link,
    feed: Link,
}

impl Page for DeliveryPage {
    const TEMPLATE: &'static str = "delivery.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::filtering_ingest::v1::{Counts, RejectedLine};
        let rejected = RejectedLine {
            line: 7,
            reason: "no_time".into(),
            detail: "no time in it".into(),
            ..RejectedLine::default()
        };
        let counts = |kept, rejected| Some(Counts { received: kept + rejected, kept, rejected, ..Counts::default() });
        let whole = Delivery {
            delivery_id: "monday".into(),
            complete: true,
            counts: counts(1000, 1),
            rejected_lines: vec![rejected.clone()],
            recoded_lines: 3,
            ..Delivery::default()
        };
        let useless = Delivery { counts: counts(0, 200), rejected_lines: vec![rejected; 100], ..whole.clone() };
        let broken = Delivery { counts: counts(10, 0), rejected_lines: vec![], complete: false, ..whole.clone() };
        [whole, useless, broken].iter().map(|delivery| Self::new(delivery, Vec::new(), "/f")).collect()
    }
}

impl DeliveryPage {
    fn new(delivery: &Delivery, crumbs: Vec<Link>, feed: &str) -> Self {
        let counts = delivery.counts.unwrap_or_default();
        let state = if delivery.complete { "Taken in to its end" } else { "Broken off: send the file again" };
        let mut rows = vec![Row::new("State", state), Row::new("Alerts raised", words::number(counts.alerts))];
        let recoded = Some(delivery.recoded_lines).filter(|lines| *lines > 0);
        rows.extend(
            recoded.map(|lines| Row::new("Lines that are not UTF-8, read as Windows-1252", words::number(lines))),
        );
        rows.extend(Row::some("Begun", words::stamp(delivery.begin_time.as_ref())));
        rows.extend(Row::some("Last lines taken in", words::stamp(delivery.last_time.as_ref())));
        rows.push(Row::new("Delivery", delivery.delivery_id.clone()));
        let shown = u64::try_from(delivery.rejected_lines.len()).unwrap_or_default();
        let all = if counts.rejected > shown {
            let text = format!("See all {} rejected lines of the feed and why", words::number(counts.rejected));
            Link::new(text, format!("{feed}/rejected-lines"))
        } else {
            Link::default()
        };
        Self {
            head: Head::new("What became of the log file", crumbs),
            useless: counts.received > 0 && counts.rejected == counts.received,
            sum: sum(&counts),
            rows,
            lines: delivery.rejected_lines.iter().map(Rejected::new).collect(),
            all,
            feed: Link::new("Go to the feed", feed),
        }
    }
}

/// Shows what became of a file.
pub async fn shown(visit: Visit, Path((_, feed_id, delivery_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let asked = GetDeliveryRequest { school_id: visit.school.clone(), feed_id: feed_id.clone(), delivery_id };
    let answer = heard(visit.filtering()?.get_delivery(ask(asked))).await?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    visit.page(&DeliveryPage::new(&answer.delivery.unwrap_or_default(), crumbs, &here))
}
