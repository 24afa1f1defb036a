//! Prints of cases, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use time::Date;

use crate::case::{
    Case, InvolvementId,
    print::{Print, Record, address::Addresses, paper::parts, people::People},
};

pub(in crate::rpc) fn print(print: &Print) -> pb::CasePrint {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    pb::CasePrint {
        from_date: day(print.days.from),
        to_date: day(print.days.to),
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

/// Records as a print would have them.
pub(in crate::rpc) fn records(
    case: &Case,
    records: &[Record],
    names: bool,
    kept: &[InvolvementId],
) -> Vec<pb::PrintRecord> {
    let (people, addresses) = (People::of(case, names).without(kept), Addresses::of(case));
    let record = |record: &Record| {
        let told = parts(record, &people, &addresses);
        let changed = told.iter().zip(&record.says).any(|((_, told), (_, said))| told != said);
        let part = |(name, text): (&str, String)| pb::PrintPart { name: name.to_owned(), text };
        pb::PrintRecord {
            event_time: Some(timestamp(record.at)),
            event_time_kind: record.known.to_owned(),
            what: record.what.to_owned(),
            parts: told.into_iter().map(part).collect(),
            account_id: record.by.clone(),
            digest: record.digest.clone(),
            changed,
        }
    };
    records.iter().map(record).collect()
}
