//! Files handed over between schools, in the contract's form: as one of the two sees it.

use chassis::{calendar::end_of_day, clock::timestamp, id::SchoolId};
use proto::incident_cases::v1 as pb;
use std::collections::{BTreeMap, HashMap};
use time::OffsetDateTime;

use crate::{
    case::Case,
    concern::Concern,
    procedure::clock,
    transfer::{
        Advance, Ended, Import, Outside, Part, Receipt, Transfer,
        contents::Entry,
        names::{Blackened, Name},
    },
};

fn number(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// A transfer as a school sees it; `part` is what that school keeps of it for itself, and `keeps` whether the sending
/// school keeps its own records afterwards.
pub(in crate::rpc) fn transfer(
    transfer: &Transfer,
    part: Option<&Part>,
    (school, keeps): (&str, bool),
    now: OffsetDateTime,
) -> pb::Transfer {
    let out = transfer.from_school_id == school;
    let sent = transfer.sent.as_ref();
    let due = transfer.due.as_ref();
    let word = due.filter(|_| transfer.waits()).map_or("", |due| clock::word(end_of_day(due.on), now));
    pb::Transfer {
        transfer_id: transfer.id.to_string(),
        from_school_id: transfer.from_school_id.clone(),
        to_school_id: transfer.to_school_id.clone(),
        direction: if out { "out" } else { "in" }.to_owned(),
        state: transfer.state().to_owned(),
        learner_id: part.map(|part| part.learner_id.to_string()).unwrap_or_default(),
        due_date: due.map(|due| due.on.to_string()).unwrap_or_default(),
        due_word: word.to_owned(),
        due_rule: due.map(|due| due.rule.code().to_owned()).unwrap_or_default(),
        usual_holidays: due.is_some_and(|due| due.usual_holidays),
        days_late: number(transfer.days_late(now)),
        item_count: sent.map_or(0, |sent| number(sent.items)),
        contact: sent.map(|sent| sent.contact.clone()).unwrap_or_default(),
        digest: sent.map(|sent| sent.digest.clone()).unwrap_or_default(),
        signature: sent.map(|sent| sent.signature.clone()).unwrap_or_default(),
        sent_by: sent.map(|sent| sent.who.name.clone()).unwrap_or_default(),
        send_time: sent.map(|sent| timestamp(sent.who.at)),
        receipt: transfer.receipt.as_ref().map(receipt),
        end: transfer.ended.as_ref().map(end),
        advances: part.filter(|_| out).into_iter().flat_map(|part| &part.advances).map(advance).collect(),
        copy_rule: if keeps { "kept" } else { "not_kept" }.to_owned(),
        create_time: Some(timestamp(transfer.created_at)),
        expected_school_id: transfer.expected_at.clone().filter(|_| out).unwrap_or_default(),
        outside: transfer.outside.as_ref().map(outside),
        fingerprint: sent.map(|sent| sent.fingerprint.clone()).unwrap_or_default(),
        comparison: transfer.import.as_ref().map(comparison),
        rest: out && transfer.rest,
        later: out && transfer.later,
        blackening: part.filter(|_| out && transfer.sent.is_some()).map(|part| blackening(&part.blackened)),
    }
}

fn blackening(done: &Blackened) -> pb::TransferBlackening {
    let kept = done.kept.iter().map(|kept| pb::TransferKeptName {
        text: kept.text.clone(),
        reason: kept.reason.clone(),
        account_id: kept.stamp.by.clone(),
        create_time: Some(timestamp(kept.stamp.at)),
    });
    pb::TransferBlackening { names: number(done.names), words: number(done.words), kept: kept.collect() }
}

/// A name that the entries hold.
pub(in crate::rpc) fn name(name: &Name) -> pb::TransferName {
    let mut item_numbers: Vec<i32> = name.places.iter().map(|(entry, _)| number(*entry)).collect();
    item_numbers.dedup();
    pb::TransferName { number: number(name.number), text: name.text.clone(), item_numbers }
}

fn outside(school: &Outside) -> pb::OutsideSchool {
    pb::OutsideSchool {
        name: school.name.clone(),
        urn: school.urn.clone(),
        address: school.address.clone(),
        contact: school.contact.clone(),
        telephone: school.telephone.clone(),
    }
}

fn comparison(import: &Import) -> pb::KeyComparison {
    pb::KeyComparison {
        own: import.own,
        with: import.with.clone(),
        name: import.who.name.clone(),
        account_id: import.who.by.clone(),
        compare_time: Some(timestamp(import.who.at)),
    }
}

fn receipt(receipt: &Receipt) -> pb::TransferReceipt {
    let told = receipt.told.as_ref();
    pb::TransferReceipt {
        means: told.map(|(means, _)| means.clone()).unwrap_or_default(),
        recorder_name: told.map(|(_, who)| who.name.clone()).unwrap_or_default(),
        recorder_account_id: told.map(|(_, who)| who.by.clone()).unwrap_or_default(),
        record_time: told.map(|(_, who)| timestamp(who.at)),
        name: receipt.who.name.clone(),
        account_id: receipt.who.by.clone(),
        receive_time: Some(timestamp(receipt.who.at)),
        digest: receipt.digest.clone(),
    }
}

fn end(ended: &Ended) -> pb::TransferEnd {
    pb::TransferEnd {
        kind: ended.kind.clone(),
        reason: ended.reason.clone(),
        name: ended.who.name.clone(),
        end_time: Some(timestamp(ended.who.at)),
    }
}

fn advance(advance: &Advance) -> pb::TransferAdvance {
    pb::TransferAdvance {
        share: advance.share,
        reason: advance.reason.clone(),
        account_id: advance.stamp.by.clone(),
        create_time: Some(timestamp(advance.stamp.at)),
    }
}

/// Whose records the entries of a file are.
pub(in crate::rpc) struct Origins {
    /// The school that sends the file, whose entries name no other: its id, or its name where it is outside the platform.
    pub(in crate::rpc) sender: String,
    /// What schools of the platform are called, by their ids, as far as that is known.
    pub(in crate::rpc) names: HashMap<String, String>,
}

impl Origins {
    /// The id and the name of the school whose record an entry is. A school of the platform is said by both, any other by its
    /// name.
    fn of(&self, entry: &Entry) -> (String, String) {
        let school = if entry.origin.is_empty() { &self.sender } else { &entry.origin };
        match school.parse::<SchoolId>() {
            Ok(_) => (school.clone(), self.names.get(school).cloned().unwrap_or_default()),
            Err(_) => (String::new(), school.clone()),
        }
    }
}

/// An entry; with its digest where the file it stands in has one.
pub(in crate::rpc) fn item(entry: &Entry, digest: String, origins: &Origins) -> pb::TransferItem {
    let (origin_school_id, origin_name) = origins.of(entry);
    pb::TransferItem {
        number: number(entry.number),
        kind: entry.kind.clone(),
        record: entry.record.clone(),
        happen_time: Some(timestamp(entry.at)),
        text: entry.text.clone(),
        redacted: entry.redacted,
        origin_school_id,
        origin_name,
        digest,
    }
}

/// What may be about the child: cases first, then concerns.
pub(in crate::rpc) fn unsaid((cases, concerns): &(Vec<Case>, Vec<Concern>)) -> Vec<pb::TransferUnsaid> {
    let case = |case: &Case| pb::TransferUnsaid {
        record_id: case.id.to_string(),
        kind: "case".to_owned(),
        title: format!("{}: {}", case.reference, case.procedure.title),
        state: case.state().to_owned(),
        create_time: Some(timestamp(case.opened_at)),
    };
    let concern = |concern: &Concern| pb::TransferUnsaid {
        record_id: concern.id.to_string(),
        kind: "concern".to_owned(),
        title: concern.report.about.clone(),
        state: concern.state().to_owned(),
        create_time: Some(timestamp(concern.recorded_at)),
    };
    cases.iter().map(case).chain(concerns.iter().map(concern)).collect()
}

pub(in crate::rpc) fn left_out(left_out: &BTreeMap<String, u32>) -> Vec<pb::TransferLeftOut> {
    left_out.iter().map(|(why, count)| pb::TransferLeftOut { why: why.clone(), count: number(*count) }).collect()
}
