//! The public report page.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::public_report::PublicReport;

pub(crate) fn public_report(report: &PublicReport) -> pb::PublicReport {
    pb::PublicReport {
        school_id: report.school_id.clone(),
        school_name: report.school_name.clone(),
        code: report.code.clone(),
        open: report.open,
        read_from: report.hours.from(),
        read_to: report.hours.to(),
        update_time: Some(timestamp(report.updated_at)),
    }
}
