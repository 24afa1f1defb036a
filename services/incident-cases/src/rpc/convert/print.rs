//! Prints of cases, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::case::print::Print;

pub(in crate::rpc) fn print(print: &Print) -> pb::CasePrint {
    pb::CasePrint {
        print_id: print.id.to_string(),
        kind: print.kind.code().to_owned(),
        format: print.format.clone(),
        people: if print.names { "names" } else { "labels" }.to_owned(),
        reason: print.reason.clone(),
        account_id: print.stamp.by.clone(),
        create_time: Some(timestamp(print.stamp.at)),
        records: i32::try_from(print.records).unwrap_or(i32::MAX),
        digest: print.digest.clone(),
    }
}
