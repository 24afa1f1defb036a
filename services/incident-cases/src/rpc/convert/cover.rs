//! Cover, between the contract's form and ours.

use chassis::{
    calendar::{ClosedDays, Hours, time_of_day},
    clock::timestamp,
    error::{Result, Violations},
    id::AccountId,
};
use proto::{incident_cases::v1 as pb, policy_registry::v1 as policy};
use time::{OffsetDateTime, Time, Weekday};

use crate::{
    concern::wait::Escalation,
    cover::{Absence, Cover, Shift, WEEKDAYS, clocks::Clocks},
    rules::COVER_AHEAD,
};

/// Shifts of one day, and people of one shift.
const MOST: usize = 10;

/// How long concerns may wait, as a policy says; what it does not say is as usual.
pub(crate) fn clocks(policy: &policy::EffectivePolicy) -> Clocks {
    let usual = Clocks::default();
    let values = |key: &str| {
        let found = policy.parameters.iter().find(|p| p.key == key);
        found.map(|p| p.values.as_slice()).unwrap_or_default()
    };
    let minutes = |key: &str| values(key).first().and_then(|value| value.parse().ok()).filter(|minutes| *minutes > 0);
    Clocks {
        danger: minutes("concern_ack.danger").unwrap_or(usual.danger),
        urgent: minutes("concern_ack.urgent").unwrap_or(usual.urgent),
        ordinary: minutes("concern_ack.ordinary").unwrap_or(usual.ordinary),
        hours: values("school.hours").first().and_then(|value| Hours::read(value)).unwrap_or(usual.hours),
        closed_days: ClosedDays::read(values("school.closed_days").iter().map(String::as_str)),
        keeps_copy: values("transfer.sender_copy").first().is_none_or(|value| value != "none"),
    }
}

fn clock(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// A school's cover as it is now.
pub(crate) fn cover(school_id: &str, cover: &Cover, clocks: &Clocks, now: OffsetDateTime) -> pb::Cover {
    let gap = |gap: crate::cover::Gap| pb::CoverGap {
        start_time: Some(timestamp(gap.from)),
        end_time: Some(timestamp(gap.to)),
    };
    pb::Cover {
        school_id: school_id.to_owned(),
        shifts: cover.shifts.iter().map(shift).collect(),
        absences: cover.absences.iter().map(absence).collect(),
        present_account_ids: cover.present(now).account_ids,
        nobody_there: cover.nobody_there(now),
        gaps: cover.gaps(now, COVER_AHEAD, clocks).into_iter().map(gap).collect(),
        clocks: Some(pb::ConcernClocks {
            danger_minutes: clocks.danger,
            urgent_minutes: clocks.urgent,
            ordinary_minutes: clocks.ordinary,
            day_start: clock(clocks.hours.from),
            day_end: clock(clocks.hours.to),
        }),
        etag: cover.etag(),
    }
}

fn shift(shift: &Shift) -> pb::Shift {
    let weekday = WEEKDAYS.iter().find(|(_, day)| *day == shift.weekday).map_or("", |(code, _)| code);
    pb::Shift {
        weekday: weekday.to_owned(),
        start: clock(shift.from),
        end: clock(shift.to),
        account_ids: shift.account_ids.clone(),
    }
}

pub(crate) fn absence(absence: &Absence) -> pb::Absence {
    pb::Absence {
        absence_id: absence.id.to_string(),
        account_id: absence.account_id.clone(),
        start_time: Some(timestamp(absence.from)),
        end_time: absence.to.map(timestamp),
        stand_in_account_id: absence.stand_in.clone().unwrap_or_default(),
        by_account_id: absence.by.clone(),
    }
}

pub(super) fn escalation(escalation: &Escalation) -> pb::Escalation {
    pb::Escalation {
        level: escalation.level.code().to_owned(),
        reason: escalation.reason.code().to_owned(),
        account_ids: escalation.to.clone(),
        create_time: Some(timestamp(escalation.at)),
    }
}

/// The days, and the shifts of each.
///
/// # Errors
/// `Invalid` naming what cannot be.
pub(crate) fn days(request: &pb::SetRotaRequest) -> Result<(Vec<Weekday>, Vec<Shift>)> {
    let mut v = Violations::new();
    let weekday = |code: &String| WEEKDAYS.iter().find(|(known, _)| known == code).map(|(_, day)| *day);
    let weekdays: Vec<Weekday> = request.weekdays.iter().filter_map(weekday).collect();
    let known = !weekdays.is_empty() && weekdays.len() == request.weekdays.len();
    v.check(known, "weekdays", "Select one or more days from monday to sunday");
    v.check(!request.etag.is_empty(), "etag", "Send back the etag of the cover as you read it");
    v.check(request.shifts.len() <= MOST, "shifts", format!("Enter {MOST} at most"));
    let mut shifts = Vec::new();
    for (n, shift) in request.shifts.iter().enumerate() {
        let field = |name: &str| format!("shifts[{n}].{name}");
        v.check(shift.weekday.is_empty(), field("weekday"), "Leave it out: all of them are on the days above");
        let (from, to) = (time_of_day(&shift.start), time_of_day(&shift.end));
        v.check(from.is_some(), field("start"), "Enter a time such as 08:30");
        v.check(to.is_some(), field("end"), "Enter a time such as 15:30");
        let in_order = from.zip(to).is_none_or(|(from, to)| from < to);
        v.check(in_order, field("end"), "Enter an end after the beginning");
        let known = shift.account_ids.iter().all(|id| id.parse::<AccountId>().is_ok());
        let fix = format!("Select 1 to {MOST} colleagues, who reads first before the others");
        v.check(known && (1..=MOST).contains(&shift.account_ids.len()), field("account_ids"), fix);
        let account_ids = shift.account_ids.clone();
        if let (Some(weekday), Some(from), Some(to)) = (weekdays.first().copied(), from, to) {
            shifts.push(Shift { weekday, from, to, account_ids });
        }
    }
    v.finish()?;
    Ok((weekdays, shifts))
}
