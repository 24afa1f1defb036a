//! The keeping of records, in the contract's form.

use chassis::clock::{london, timestamp};
use proto::incident_cases::v1 as pb;
use time::{Date, OffsetDateTime, macros::format_description};

use crate::{
    retention::{
        Basis, Kept, Standing,
        certificate::Certificate,
        decide::{Ask, Asked, Refused},
        hold::{BY_REQUEST, BY_TRANSFER, Hold},
    },
    store::retention::Record,
};

fn text(day: Date) -> String {
    day.to_string()
}

/// A day, or none where nothing was sent.
///
/// # Errors
/// Where it is none.
pub(in crate::rpc) fn day(text: &str) -> Result<Option<Date>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => Date::parse(text, format_description!("[year]-[month]-[day]")).map(Some).map_err(|_| ()),
    }
}

fn obstacle(refused: &Refused) -> &'static str {
    match refused {
        Refused::Open => "open",
        Refused::Held(_) => "held",
        Refused::Shared => "shared",
        Refused::Unread => "unread",
        Refused::Early(_) => "early",
        Refused::Undated => "undated",
        Refused::Present => "present",
        Refused::Review(_)
        | Refused::TooLate(_)
        | Refused::Missing
        | Refused::Asked
        | Refused::Unanswered
        | Refused::Unreceived
        | Refused::AtLado
        | Refused::Lapsed
        | Refused::SamePerson
        | Refused::Second(_)
        | Refused::Basis(..) => "",
    }
}

/// The keeping of a record without its parts, for lists.
pub(in crate::rpc) fn brief(record: &Record, standing: &Standing, now: OffsetDateTime) -> pb::Retention {
    let (today, rule) = (london(now).date(), standing.class.rule());
    let state = match (standing.closed_at, standing.review_on) {
        (None, _) => "open",
        (Some(_), None) => "undated",
        (Some(_), Some(_)) => "dated",
    };
    let may = standing.may_be_destroyed(today);
    let waits = record.retention().asks.iter().filter(|ask| ask.waits(standing, now));
    let mut held_for: Vec<&str> = standing.holds.iter().map(|hold| hold.kind.code()).collect();
    held_for.dedup();
    pb::Retention {
        record_id: record.id().to_owned(),
        kind: if record.table() == "concern" { "concern" } else { "case" }.to_owned(),
        reference: record.reference().to_owned(),
        state: state.to_owned(),
        class: standing.class.code().to_owned(),
        rule_id: rule.id.to_owned(),
        rule_force: rule.force.to_owned(),
        rule_source: rule.source.to_owned(),
        review_date: standing.review_on.map(text).unwrap_or_default(),
        reckoned_from: standing.reckoned.from.code().to_owned(),
        earliest_review_date: text(standing.reckoned.earliest),
        due: standing.due(today),
        destroyable: may.is_ok(),
        obstacle: may.err().as_ref().map(obstacle).unwrap_or_default().to_owned(),
        held_for: held_for.into_iter().map(str::to_owned).collect(),
        asked: waits.map(|ask| ask.asked.code().to_owned()).collect(),
        close_time: standing.closed_at.map(timestamp),
        create_time: Some(timestamp(record.recorded_at())),
        about: record.about().to_owned(),
        ..pb::Retention::default()
    }
}

/// All of it.
pub(in crate::rpc) fn whole(record: &Record, standing: &Standing, now: OffsetDateTime) -> pb::Retention {
    let said = record.retention();
    let by_themselves = standing.holds.iter().filter(|hold| hold.id == BY_REQUEST || hold.id == BY_TRANSFER);
    pb::Retention {
        holds: record.holds().iter().chain(by_themselves).map(hold).collect(),
        keeps: said.kept.iter().map(kept).collect(),
        basis: said.bases.last().map(basis),
        asks: said.asks.iter().map(|asked| ask(asked, standing, now)).collect(),
        ..brief(record, standing, now)
    }
}

fn hold(hold: &Hold) -> pb::Hold {
    let lifted = hold.lifted.as_ref();
    pb::Hold {
        hold_id: hold.id.clone(),
        kind: hold.kind.code().to_owned(),
        reason: hold.reason.clone(),
        account_id: hold.stamp.by.clone(),
        create_time: Some(timestamp(hold.stamp.at)),
        lift_time: lifted.map(|lifted| timestamp(lifted.agreed.at)),
        lift_asked_account_id: lifted.map(|lifted| lifted.asked.by.clone()).unwrap_or_default(),
        lift_agreed_account_id: lifted.map(|lifted| lifted.agreed.by.clone()).unwrap_or_default(),
        lift_reason: lifted.map(|lifted| lifted.reason.clone()).unwrap_or_default(),
    }
}

fn kept(kept: &Kept) -> pb::RetentionKeep {
    pb::RetentionKeep {
        review_date: text(kept.review_on),
        reason: kept.reason.clone(),
        account_id: kept.stamp.by.clone(),
        create_time: Some(timestamp(kept.stamp.at)),
    }
}

fn basis(basis: &Basis) -> pb::RetentionBasis {
    pb::RetentionBasis {
        born_date: basis.born_on.map(text).unwrap_or_default(),
        left_date: basis.left_on.map(text).unwrap_or_default(),
        sexual_abuse: basis.sexual_abuse,
        reason: basis.reason.clone(),
        account_id: basis.stamp.by.clone(),
        create_time: Some(timestamp(basis.stamp.at)),
    }
}

fn ask(ask: &Ask, standing: &Standing, now: OffsetDateTime) -> pb::RetentionAsk {
    let answer = ask.answer.as_ref();
    let state = match answer {
        Some(answer) if answer.agreed => "agreed",
        Some(_) => "refused",
        None if ask.waits(standing, now) => "waits",
        None => "lapsed",
    };
    let hold_id = match &ask.asked {
        Asked::Lift(hold) => hold.clone(),
        Asked::Destroy => String::new(),
    };
    pb::RetentionAsk {
        ask_id: ask.id.to_string(),
        kind: ask.asked.code().to_owned(),
        hold_id,
        reason: ask.reason.clone(),
        account_id: ask.stamp.by.clone(),
        create_time: Some(timestamp(ask.stamp.at)),
        state: state.to_owned(),
        answer_reason: answer.map(|answer| answer.reason.clone()).unwrap_or_default(),
        answer_account_id: answer.map(|answer| answer.stamp.by.clone()).unwrap_or_default(),
        answer_time: answer.map(|answer| timestamp(answer.stamp.at)),
    }
}

/// A certificate; without its digests in lists.
pub(in crate::rpc) fn certificate(certificate: &Certificate, whole: bool) -> pb::Certificate {
    let rows = certificate.counts.iter();
    pb::Certificate {
        certificate_id: certificate.id.to_string(),
        class: certificate.class.clone(),
        rule_id: certificate.rule.clone(),
        review_year: certificate.review_year,
        kept_longer: certificate.kept_longer,
        asked_account_id: certificate.asked.by.clone(),
        ask_time: Some(timestamp(certificate.asked.at)),
        agreed_account_id: certificate.agreed.by.clone(),
        destroy_time: Some(timestamp(certificate.at())),
        rows: rows.map(|(table, rows)| (table.clone(), i64::try_from(*rows).unwrap_or(i64::MAX))).collect(),
        digests: if whole { certificate.digests.clone() } else { Vec::new() },
    }
}
