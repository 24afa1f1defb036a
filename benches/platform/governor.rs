//! The report for governors of a full term: read, and written as a PDF. Worked for: a PDF in under two seconds.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chassis::{
    event::{Bus as _, Event, memory::MemoryBus},
    testing::{Bed, Engine},
};
use proto::{
    access::v1::Role,
    event::v1::{AlertRaised, CaseOpened, ConcernRecorded, Envelope, SchoolCreated},
    reporting::v1::{ExportReportRequest, GetGovernorReportRequest, ReportFormat, reporting_client::ReportingClient},
};

use crate::{Result, figures::Samples};

/// How often each is done.
const TIMES: usize = 50;
/// What a governor is to wait for a PDF at most.
const BOUND: Duration = Duration::from_secs(2);

/// Measures both on an engine.
pub async fn measure(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = reporting::start(bed.setup("reporting").await?).await?;
    bed.add(&running);
    let school_id = bed.school();
    let mut events = vec![Event::SchoolCreated(SchoolCreated::default())];
    for n in 0..12 {
        for procedure in 0..13 {
            let risks = ["content", "contact", "conduct", "commerce"].iter().take(n % 4 + 1).map(ToString::to_string);
            events.push(Event::CaseOpened(CaseOpened {
                procedure: format!("P{procedure}"),
                risks: risks.collect(),
                ..CaseOpened::default()
            }));
            events.push(Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false }));
        }
        for theme in ["self_harm_suicide", "violence", "hate", "drugs", "gambling", "pornography"] {
            events.push(Event::AlertRaised(AlertRaised { theme: theme.into(), ..AlertRaised::default() }));
        }
    }
    for event in events {
        let envelope = Envelope {
            event_id: bed.ids.next::<chassis::id::EventId>().to_string(),
            school_id: school_id.clone(),
            event_time: Some(chassis::clock::timestamp(bed.now())),
            event: Some(event),
            ..Envelope::default()
        };
        bus.publish(&envelope).await?;
    }
    let governor = bed.person(&[(Role::Governor, &school_id)]);
    let (mut read, mut written, mut size) = (Samples::default(), Samples::default(), 0);
    for _ in 0..TIMES {
        let mut client = ReportingClient::new(governor.to("reporting")?);
        let asked = GetGovernorReportRequest {
            school_id: school_id.clone(),
            term_id: "2026-autumn".into(),
            ..Default::default()
        };
        let begun = Instant::now();
        client.get_governor_report(asked).await?;
        read.push(begun.elapsed());
        let asked = ExportReportRequest {
            school_id: school_id.clone(),
            term_id: "2026-autumn".into(),
            format: ReportFormat::Pdf.into(),
            school_name: "Oakbeck School".into(),
            ..ExportReportRequest::default()
        };
        let begun = Instant::now();
        size = client.export_report(asked).await?.into_inner().content.len();
        written.push(begun.elapsed());
    }
    println!("report for governors, {engine:?}: read {}", read.line());
    let worst = written.at(100);
    let holds = if worst < BOUND { "under" } else { "OVER" };
    println!("  as a PDF of {} KiB: {}; the longest is {holds} the 2 s worked for", size >> 10, written.line());
    Ok(())
}
