//! Lists that were taken out, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;
use time::Date;

use crate::sheet::Export;

pub(in crate::rpc) fn export(export: &Export) -> pb::CaseRegisterExport {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    pb::CaseRegisterExport {
        export_id: export.id.to_string(),
        register: export.register.clone(),
        from_date: day(export.days.from),
        to_date: day(export.days.to),
        reason: export.reason.clone(),
        account_id: export.stamp.by.clone(),
        create_time: Some(timestamp(export.stamp.at)),
        rows: i32::try_from(export.rows).unwrap_or(i32::MAX),
        digest: export.digest.clone(),
    }
}
