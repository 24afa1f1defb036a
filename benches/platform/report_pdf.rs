//! The report for governors as a PDF, at schools of a whole authority after five years: each time another school's, of which
//! nothing was printed before.

use std::time::{Duration, Instant};

use proto::{
    access::v1::Role,
    reporting::v1::{ExportReportRequest, ReportFormat, reporting_client::ReportingClient},
};

use crate::{
    Result,
    figures::Samples,
    report_world::{SCHOOLS, World},
};

/// How many are written.
const TIMES: usize = 100;
/// What a governor is to wait at most.
const WORKED_FOR: Duration = Duration::from_secs(2);

/// Prints what one takes.
pub async fn measure(world: &World) -> Result<()> {
    let (mut written, mut size) = (Samples::default(), 0);
    for school_id in world.schools.iter().step_by(SCHOOLS / TIMES).take(TIMES) {
        let governor = world.bed.person(&[(Role::Governor, school_id)]);
        let client = ReportingClient::new(governor.to("reporting")?);
        let mut client = client.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
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
    let verdict = if written.at(99) < WORKED_FOR { "holds" } else { "MISSED" };
    println!(
        "a governor's PDF of {} KiB, another school's each time: {} (worked for: p99 under {WORKED_FOR:?}: {verdict})",
        size >> 10,
        written.line()
    );
    Ok(())
}
