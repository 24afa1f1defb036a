//! How the work of a school stands, as counts: what is overdue and of whom, how late, and who did what. Days are those on
//! which the school works.

use std::collections::BTreeMap;

use chassis::{
    calendar::{ClosedDays, on},
    clock::london,
};
use time::{Duration, OffsetDateTime, Time};

use crate::case::due::Kind;

/// How many working days ahead what is due is at risk.
pub const AT_RISK_DAYS: u32 = 2;

/// On how many days the school worked since a moment, today among them; 0 where that is today or later.
pub fn days(closed: &ClosedDays, since: OffsetDateTime, now: OffsetDateTime) -> i32 {
    i32::try_from(closed.school_days(london(since).date(), london(now).date())).unwrap_or(i32::MAX)
}

/// The first moments of this week and of the last one, by the clock on the wall.
pub fn weeks(now: OffsetDateTime) -> (OffsetDateTime, OffsetDateTime) {
    let today = london(now).date();
    let monday = today - Duration::days(today.weekday().number_days_from_monday().into());
    (on(monday, Time::MIDNIGHT), on(monday - Duration::WEEK, Time::MIDNIGHT))
}

/// What is due of one person's, of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Whose; empty for nobody's.
    pub owner: String,
    /// What.
    pub kind: Kind,
    /// Whether it may not be skipped.
    pub statutory: bool,
    /// How much in all.
    pub whole: u64,
    /// How much of it is overdue.
    pub overdue: u64,
    /// How much of it is due soon.
    pub soon: u64,
    /// When the earliest of it is due; none where no clock runs.
    pub earliest: Option<OffsetDateTime>,
}

/// Steps that one person did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// Who.
    pub account_id: String,
    /// Since Monday.
    pub this_week: u64,
    /// In the week before.
    pub last_week: u64,
}

/// How the work of one person stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The account; empty for what is nobody's.
    pub account_id: String,
    /// Open cases.
    pub open_cases: u64,
    /// Those in which nothing happens.
    pub idle_cases: u64,
    /// Steps that are overdue.
    pub steps: u64,
    /// Those that may not be skipped.
    pub statutory: u64,
    /// Assessments that are to be looked at again, overdue.
    pub reviews: u64,
    /// Answers to be chased, overdue.
    pub chases: u64,
    /// What is to be sent and answered, overdue.
    pub tasks: u64,
    /// How many working days the latest is late.
    pub days_late: i32,
    /// What is due soon.
    pub at_risk: u64,
    /// What is due in all.
    pub total: u64,
    /// Steps done since Monday.
    pub done_this_week: u64,
    /// Steps done in the week before.
    pub done_last_week: u64,
}

impl Owner {
    /// How much is overdue.
    pub fn overdue(&self) -> u64 {
        self.steps + self.reviews + self.chases + self.tasks
    }

    fn add(&mut self, sum: &Sum, now: OffsetDateTime, closed: &ClosedDays) {
        if sum.kind == Kind::Idle {
            // Every open case has one, from the day it was last touched.
            self.open_cases += sum.whole;
            self.idle_cases += sum.overdue;
            return;
        }
        self.total += sum.whole;
        self.at_risk += sum.soon;
        let side = match sum.kind {
            Kind::Step => &mut self.steps,
            Kind::AssessmentReview => &mut self.reviews,
            Kind::ReferralChase | Kind::ReportChase => &mut self.chases,
            Kind::Danger | Kind::ReferralQuestion | Kind::ReferralDecided | Kind::ReferralDraft | Kind::Idle => {
                &mut self.tasks
            }
        };
        *side += sum.overdue;
        if sum.statutory {
            self.statutory += sum.overdue;
        }
        if let Some(earliest) = sum.earliest.filter(|_| sum.overdue > 0) {
            self.days_late = self.days_late.max(days(closed, earliest, now));
        }
    }
}

/// How the work of each stands; most overdue first, then the latest, then most that is due.
pub fn owners(sums: &[Sum], done: &[Done], now: OffsetDateTime, closed: &ClosedDays) -> Vec<Owner> {
    let mut owners: BTreeMap<&str, Owner> = BTreeMap::new();
    for sum in sums {
        owners.entry(sum.owner.as_str()).or_default().add(sum, now, closed);
    }
    for one in done {
        let owner = owners.entry(one.account_id.as_str()).or_default();
        owner.done_this_week += one.this_week;
        owner.done_last_week += one.last_week;
    }
    let named = |(account, owner): (&str, Owner)| Owner { account_id: account.to_owned(), ..owner };
    let mut owners: Vec<Owner> = owners.into_iter().map(named).collect();
    owners.sort_by_key(|owner| {
        (std::cmp::Reverse((owner.overdue(), owner.days_late, owner.total)), owner.account_id.clone())
    });
    owners
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_overdue_is_told_apart_and_late_by_the_schools_own_days() {
        let now = datetime!(2026-11-04 09:00 UTC);
        let half_term = ClosedDays::read(["2026-10-26 to 2026-10-30"]);
        let sum = |owner: &str, kind, statutory, overdue, earliest| Sum {
            owner: owner.to_owned(),
            kind,
            statutory,
            whole: overdue + 2,
            overdue,
            soon: 1,
            earliest: Some(earliest),
        };
        let friday = datetime!(2026-10-23 15:00 UTC);
        let sums = [
            sum("a", Kind::Step, true, 1, friday),
            sum("a", Kind::Step, false, 2, datetime!(2026-11-03 10:00 UTC)),
            sum("a", Kind::Idle, false, 1, friday),
            sum("b", Kind::AssessmentReview, false, 1, datetime!(2026-11-04 07:00 UTC)),
            sum("", Kind::ReportChase, false, 0, datetime!(2026-11-05 10:00 UTC)),
        ];
        let done = [Done { account_id: "c".into(), this_week: 2, last_week: 0 }];
        let all = owners(&sums, &done, now, &half_term);
        let told: Vec<_> = all.iter().map(|o| (o.account_id.as_str(), o.overdue(), o.statutory, o.days_late)).collect();
        // From the Friday before half-term: Monday, Tuesday and Wednesday of this week, and no day of the holiday.
        assert_eq!(told, [("a", 3, 1, 3), ("b", 1, 0, 0), ("", 0, 0, 0), ("c", 0, 0, 0)]);
        assert_eq!((all[0].open_cases, all[0].idle_cases, all[0].total, all[0].at_risk), (3, 1, 7, 2));
        assert_eq!(all[3].done_this_week, 2);
        assert_eq!(weeks(now), (datetime!(2026-11-02 00:00 UTC), datetime!(2026-10-26 00:00 UTC)));
    }
}
