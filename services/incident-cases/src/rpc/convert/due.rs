//! What is due, between the contract's form and ours.

use chassis::{
    calendar::{ClosedDays, end_of_day},
    clock::{london, timestamp},
    error::{Result, Violations},
    id::AccountId,
};
use proto::incident_cases::v1 as pb;
use time::{Duration, OffsetDateTime};

use crate::{
    case::{
        Case,
        due::{Due, Kind, Moved},
    },
    procedure::clock,
    store::due::{Asked, OwnerSum, overdue_before},
    workload,
};

/// Days ahead that can be asked for.
const AHEAD: i32 = 366;

/// Which things are asked for.
///
/// # Errors
/// `Invalid` naming what cannot be.
pub(crate) fn asked(request: &pb::ListDueRequest, now: OffsetDateTime) -> Result<Asked> {
    let mut v = Violations::new();
    let id = request.account_id.as_str();
    v.check(id.is_empty() || id.parse::<AccountId>().is_ok(), "account_id", "Select a colleague");
    v.check(id.is_empty() || !request.nobodys, "nobodys", "Ask for one person’s, or for what is nobody’s");
    let fix = format!("Enter a number of days from 0 to {AHEAD}");
    v.check(request.within_days.is_none_or(|days| (0..=AHEAD).contains(&days)), "within_days", fix);
    let kind = Kind::of(&request.kind).map(Kind::code);
    let codes = Kind::ALL.map(|(code, _)| code).join(", ");
    v.check(request.kind.is_empty() || kind.is_some(), "kind", format!("Select one of: {codes}"));
    v.finish()?;
    let owner = match (id, request.nobodys) {
        ("", false) => None,
        (id, _) => Some(id.to_owned()),
    };
    let until = match (request.overdue_only, request.within_days) {
        (true, _) => Some(overdue_before(now)),
        (false, None) => None,
        (false, Some(days)) => Some(end_of_day(london(now).date() + Duration::days(days.into())) + Duration::SECOND),
    };
    Ok(Asked { owner, from: None, until, kinds: kind.into_iter().collect() })
}

/// One thing that is due; `closed` are the days the school is closed by the policy in force.
pub(crate) fn due(case: &Case, due: &Due, now: OffsetDateTime, closed: &ClosedDays) -> pb::Due {
    let rule = case.procedure.steps.iter().find(|rule| due.kind == Kind::Step && rule.id == due.item);
    let title = match due.kind {
        Kind::Step => rule.map(|rule| rule.title.clone()),
        Kind::ReferralChase | Kind::ReferralQuestion | Kind::ReferralDecided => {
            case.referrals.iter().find(|r| r.id.as_str() == due.item).map(|r| r.agency_name.clone())
        }
        Kind::ReferralDraft => case.open_drafts().find(|d| d.id.as_str() == due.item).map(|d| d.route.title.clone()),
        Kind::ReportChase => case.reports.iter().find(|r| r.id.as_str() == due.item).map(|r| r.body.clone()),
        Kind::AssessmentReview | Kind::Danger | Kind::Idle => None,
    };
    pb::Due {
        case_id: case.id.to_string(),
        reference: case.reference.clone(),
        procedure_id: case.procedure.id.clone(),
        kind: due.kind.code().to_owned(),
        item_id: due.item.clone(),
        title: title.unwrap_or_default(),
        due_time: due.at.map(timestamp),
        due_word: due.at.map(|at| clock::word(at, now).to_owned()).unwrap_or_default(),
        owner_account_id: due.owner.clone().unwrap_or_default(),
        statutory: due.statutory,
        working_days_late: due.at.map_or(0, |at| workload::days(closed, at, now)),
    }
}

pub(crate) fn owner(sum: &OwnerSum) -> pb::DueOwner {
    let number = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
    pb::DueOwner { account_id: sum.account_id.clone(), overdue: number(sum.overdue), total: number(sum.all) }
}

pub(super) fn moved(moved: &Moved) -> pb::DueMove {
    pb::DueMove {
        due_time: Some(timestamp(moved.due_at)),
        reason: moved.reason.clone(),
        account_id: moved.by.clone(),
        create_time: Some(timestamp(moved.at)),
    }
}
