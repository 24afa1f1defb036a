//! How the work stands, in the contract's form.

use chassis::{
    calendar::ClosedDays,
    clock::{london, timestamp},
};
use proto::incident_cases::v1 as pb;
use time::OffsetDateTime;

use crate::{
    store::{
        repeat::{Found, Repeat},
        workload::Waiting,
    },
    workload::{Owner, days},
};

/// Children's files that wait for the school.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transfers {
    pub(crate) to_send: u64,
    pub(crate) to_confirm: u64,
    pub(crate) overdue: u64,
    /// By when the latest was due.
    pub(crate) earliest: Option<OffsetDateTime>,
}

pub(crate) fn number(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

pub(crate) fn owner(owner: &Owner) -> pb::WorkloadOwner {
    pb::WorkloadOwner {
        account_id: owner.account_id.clone(),
        open_cases: number(owner.open_cases),
        idle_cases: number(owner.idle_cases),
        overdue: number(owner.overdue()),
        overdue_steps: number(owner.steps),
        overdue_statutory: number(owner.statutory),
        overdue_reviews: number(owner.reviews),
        overdue_chases: number(owner.chases),
        overdue_tasks: number(owner.tasks),
        working_days_late: owner.days_late,
        at_risk: number(owner.at_risk),
        total: number(owner.total),
        done_this_week: number(owner.done_this_week),
        done_last_week: number(owner.done_last_week),
    }
}

pub(crate) fn concerns(
    unread: &Waiting,
    undecided: &Waiting,
    now: OffsetDateTime,
    closed: &ClosedDays,
) -> pb::WorkloadConcerns {
    let day = |at: Option<OffsetDateTime>| at.map(|at| london(at).date().to_string()).unwrap_or_default();
    let age = |at: Option<OffsetDateTime>| at.map_or(0, |at| days(closed, at, now));
    pb::WorkloadConcerns {
        unread: number(unread.count),
        passed_on: number(unread.passed_on),
        oldest_unread_date: day(unread.oldest),
        oldest_unread_working_days: age(unread.oldest),
        undecided: number(undecided.count),
        oldest_undecided_date: day(undecided.oldest),
        oldest_undecided_working_days: age(undecided.oldest),
    }
}

pub(crate) fn transfers(transfers: &Transfers, now: OffsetDateTime, closed: &ClosedDays) -> pb::WorkloadTransfers {
    pb::WorkloadTransfers {
        to_send: number(transfers.to_send),
        to_confirm: number(transfers.to_confirm),
        overdue: number(transfers.overdue),
        working_days_late: transfers.earliest.map_or(0, |due| days(closed, due, now)),
    }
}

pub(crate) fn repeat(repeat: &Repeat) -> pb::RepeatInvolvement {
    let learner = &repeat.learner;
    let record = |found: &Found| {
        let create_time = Some(timestamp(found.at()));
        match found {
            Found::Case(case) => pb::RepeatRecord {
                record_id: case.id.to_string(),
                kind: "case".to_owned(),
                reference: case.reference.clone(),
                procedure_id: case.procedure.id.clone(),
                state: case.state().to_owned(),
                roles: case.roles_of(&learner.id).into_iter().map(str::to_owned).collect(),
                create_time,
            },
            Found::Concern(concern) => pb::RepeatRecord {
                record_id: concern.id.to_string(),
                kind: "concern".to_owned(),
                state: concern.state().to_owned(),
                create_time,
                ..pb::RepeatRecord::default()
            },
        }
    };
    pb::RepeatInvolvement {
        learner_id: learner.id.to_string(),
        name: learner.record.called(),
        year_group: learner.record.year_group.clone(),
        records: repeat.records.iter().map(record).collect(),
    }
}
