//! Between the contract and what is kept of learners.

use chassis::{
    clock::timestamp,
    error::{Error, Result, Violations},
};
use proto::incident_cases::v1 as pb;
use time::{Date, macros::format_description};

use crate::learner::{Learner, Record, key_stage, search::Match};

/// A record as it may be kept.
///
/// # Errors
/// `Invalid` where a field does not hold what it must.
pub(in crate::rpc) fn record(sent: Option<&pb::LearnerRecord>, today: Date) -> Result<Record> {
    let sent = sent.ok_or_else(|| Error::invalid("record", "Send who the learner is"))?;
    let mut violations = Violations::new();
    let birth_date = optional_date(&sent.birth_date);
    violations.check(birth_date.is_ok(), "record.birth_date", "Enter the date as 2014-03-27");
    let record = Record {
        given_name: sent.given_name.clone(),
        family_name: sent.family_name.clone(),
        known_as: sent.known_as.clone(),
        birth_date: birth_date.unwrap_or_default(),
        year_group: sent.year_group.clone(),
        upn: sent.upn.clone(),
        flags: sent.flags.clone(),
        user_names: sent.user_names.clone(),
    }
    .tidied();
    for slip in record.slips(today) {
        violations.add(format!("record.{}", slip.field), slip.fix);
    }
    violations.finish()?;
    Ok(record)
}

/// A date, or none where nothing was sent.
///
/// # Errors
/// Where it is no date.
pub(in crate::rpc) fn optional_date(text: &str) -> std::result::Result<Option<Date>, time::error::Parse> {
    match text.trim() {
        "" => Ok(None),
        text => Date::parse(text, format_description!("[year]-[month]-[day]")).map(Some),
    }
}

pub(in crate::rpc) fn learner(learner: &Learner) -> pb::Learner {
    let record = &learner.record;
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    pb::Learner {
        learner_id: learner.id.to_string(),
        school_id: learner.school_id.clone(),
        record: Some(pb::LearnerRecord {
            given_name: record.given_name.clone(),
            family_name: record.family_name.clone(),
            known_as: record.known_as.clone(),
            birth_date: date(record.birth_date),
            year_group: record.year_group.clone(),
            upn: record.upn.clone(),
            flags: record.flags.clone(),
            user_names: record.user_names.clone(),
        }),
        key_stage: key_stage(&record.year_group).to_owned(),
        create_time: Some(timestamp(learner.created_at)),
        update_time: Some(timestamp(learner.updated_at)),
        leave_date: date(learner.left_on),
        etag: learner.etag(),
        household_learner_ids: learner.household.iter().map(ToString::to_string).collect(),
    }
}

pub(in crate::rpc) fn found(of: &Learner, found: &Match) -> pb::LearnerMatch {
    pb::LearnerMatch { learner: Some(learner(of)), score: found.score.into(), why: found.why.to_owned() }
}
