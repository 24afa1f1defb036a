//! Cover: who is there for a school's concerns and when, who is away, and who stands in. `clocks` says how long a concern
//! may wait.

pub mod clocks;

use chassis::{calendar::on, clock::london};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time, Weekday};

use crate::case::Refusal;
use clocks::Clocks;

chassis::id!(/** A time somebody is away. */ pub struct AbsenceId = "abs");

/// The days of the week, with their codes.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// How long an absence that is over is shown.
const SHOWN: Duration = Duration::days(90);

/// The cover of one school.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cover {
    /// Who is there, by weekday and time.
    pub shifts: Vec<Shift>,
    /// Who is away.
    pub absences: Vec<Absence>,
    /// Counts its changes.
    pub version: u64,
}

/// Hours of a weekday, and who is there in them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// The day.
    pub weekday: Weekday,
    /// From then on, by the clock in London.
    pub from: Time,
    /// Until then.
    pub to: Time,
    /// Accounts: who reads first, then to whom what is not read is passed on.
    pub account_ids: Vec<String>,
}

/// Somebody is away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    /// Its id.
    pub id: AbsenceId,
    /// Who is away.
    pub account_id: String,
    /// From then on.
    pub from: OffsetDateTime,
    /// Until then; until somebody says so where none.
    pub to: Option<OffsetDateTime>,
    /// Who stands in; nobody where none.
    pub stand_in: Option<String>,
    /// Whether they alone are the head: nobody who stands in reads what is the head’s.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_head: bool,
    /// Whether they alone are the chair of governors: nobody else at the school reads what is the chair’s.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_chair: bool,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

impl Absence {
    fn holds(&self, at: OffsetDateTime) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    fn meets(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }
}

/// Who is there at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// Whether the rota says anything of that moment.
    pub rota: bool,
    /// Accounts, who reads first before the others; whoever is away is replaced or left out.
    pub account_ids: Vec<String>,
}

/// School hours in which the rota has nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// From then on.
    pub from: OffsetDateTime,
    /// Until then.
    pub to: OffsetDateTime,
}

impl Cover {
    /// Changes with every write.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    /// Who is there at a moment.
    pub fn present(&self, at: OffsetDateTime) -> Present {
        let (day, clock) = (london(at).weekday(), london(at).time());
        let mut present = Present::default();
        for shift in self.shifts.iter().filter(|s| s.weekday == day && s.from <= clock && clock < s.to) {
            present.rota = true;
            for account in shift.account_ids.iter().filter_map(|id| self.instead(id, at)) {
                if !present.account_ids.iter().any(|known| known == account) {
                    present.account_ids.push(account.to_owned());
                }
            }
        }
        present
    }

    /// Whether nobody is there at a moment who reads what is the head’s.
    pub fn head_away(&self, at: OffsetDateTime) -> bool {
        self.absences.iter().any(|absence| absence.only_head && absence.holds(at))
    }

    /// Whether nobody is there at a moment who reads what is the chair’s.
    pub fn chair_away(&self, at: OffsetDateTime) -> bool {
        self.absences.iter().any(|absence| absence.only_chair && absence.holds(at))
    }

    /// Who is there instead of somebody at a moment: themselves, their stand-in, the stand-in of that one; nobody where
    /// that leads nowhere.
    pub fn instead<'a>(&'a self, account_id: &'a str, at: OffsetDateTime) -> Option<&'a str> {
        let mut who = account_id;
        // Nobody stands in for more people than there are absences: a longer way leads in a circle.
        for _ in 0..=self.absences.len() {
            match self.absences.iter().find(|a| a.account_id == who && a.holds(at)) {
                None => return Some(who),
                Some(absence) => who = absence.stand_in.as_deref()?,
            }
        }
        None
    }

    /// Whoever stands in at a moment for somebody who is away then, each once: at an hour of which the rota says nothing they
    /// are the ones of whom it is known that they are there.
    pub fn standing_in(&self, at: OffsetDateTime) -> Vec<String> {
        let mut there: Vec<String> = Vec::new();
        for absence in self.absences.iter().filter(|absence| absence.holds(at)) {
            if let Some(who) =
                self.instead(&absence.account_id, at).filter(|who| there.iter().all(|known| known != who))
            {
                there.push(who.to_owned());
            }
        }
        there
    }

    /// Since when none of some accounts is there at a moment and nobody stands in for any of them; none where somebody is, or no
    /// account is named.
    pub fn nobody_since(&self, account_ids: &[String], at: OffsetDateTime) -> Option<OffsetDateTime> {
        if account_ids.iter().any(|who| self.instead(who, at).is_some()) {
            return None;
        }
        let away = |who: &String| self.absences.iter().find(|absence| absence.account_id == *who && absence.holds(at));
        account_ids.iter().filter_map(away).map(|absence| absence.from).max()
    }

    /// Whether nobody of the rota is there at a moment, nor anybody who stands in: by the hours that it has then, and where it has
    /// none, by everybody whom it names at all. Where there is no rota, nobody says who is there.
    pub fn nobody_there(&self, at: OffsetDateTime) -> bool {
        let present = self.present(at);
        let named = || self.shifts.iter().flat_map(|shift| &shift.account_ids);
        match (self.shifts.is_empty(), present.rota) {
            (true, _) => false,
            (false, true) => present.account_ids.is_empty(),
            (false, false) => named().all(|account| self.instead(account, at).is_none()),
        }
    }

    /// The school hours of the coming days in which the rota has nobody; none where there is no rota at all.
    pub fn gaps(&self, from: OffsetDateTime, days: i64, clocks: &Clocks) -> Vec<Gap> {
        let today = london(from).date();
        let dates = (0..days).map(|n| today + Duration::days(n)).filter(|date| clocks.closed_days.school_day(*date));
        let mut gaps = Vec::new();
        if self.shifts.is_empty() {
            return gaps;
        }
        for date in dates {
            let (start, end) = (on(date, clocks.hours.from).max(from), on(date, clocks.hours.to));
            for (from, to) in self.pieces(date, start, end) {
                if !self.present(from).account_ids.is_empty() {
                    continue;
                }
                match gaps.last_mut() {
                    Some(Gap { to: last, .. }) if *last == from => *last = to,
                    _ => gaps.push(Gap { from, to }),
                }
            }
        }
        gaps
    }

    /// The parts of a span of a day in which somebody is there, those that meet made one; all of it where there is no rota at all.
    pub fn covered(
        &self,
        date: Date,
        start: OffsetDateTime,
        end: OffsetDateTime,
    ) -> Vec<(OffsetDateTime, OffsetDateTime)> {
        if self.shifts.is_empty() {
            return vec![(start, end)];
        }
        let mut covered: Vec<(OffsetDateTime, OffsetDateTime)> = Vec::new();
        for (from, to) in self.pieces(date, start, end) {
            match covered.last_mut() {
                _ if self.present(from).account_ids.is_empty() => {}
                Some((_, last)) if *last == from => *last = to,
                _ => covered.push((from, to)),
            }
        }
        covered
    }

    /// The pieces of a span of a day within which nobody comes or goes.
    fn pieces(&self, date: Date, start: OffsetDateTime, end: OffsetDateTime) -> Vec<(OffsetDateTime, OffsetDateTime)> {
        let shifts = self.shifts.iter().filter(|shift| shift.weekday == date.weekday());
        let changes = shifts.flat_map(|shift| [on(date, shift.from), on(date, shift.to)]);
        let away = self.absences.iter().flat_map(|absence| std::iter::once(absence.from).chain(absence.to));
        let mut cuts: Vec<_> =
            changes.chain(away).chain([start, end]).filter(|at| (start..=end).contains(at)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts.iter().copied().zip(cuts.iter().copied().skip(1)).collect()
    }

    /// Sets who is there on a weekday, in place of what was said before.
    pub fn set_day(&mut self, weekday: Weekday, mut shifts: Vec<Shift>) -> Result<(), Refusal> {
        shifts.sort_by_key(|shift| shift.from);
        if shifts.iter().zip(shifts.iter().skip(1)).any(|(earlier, later)| later.from < earlier.to) {
            let fix = "Let each begin when the one before has ended: two of them meet";
            return Err(Refusal::Field("shifts", fix.to_owned()));
        }
        shifts.iter_mut().for_each(|shift| shift.weekday = weekday);
        self.shifts.retain(|shift| shift.weekday != weekday);
        self.shifts.extend(shifts);
        self.shifts.sort_by_key(|shift| (shift.weekday.number_days_from_monday(), shift.from));
        Ok(())
    }

    /// Records that somebody is away.
    pub fn record_absence(&mut self, absence: Absence) -> Result<(), Refusal> {
        if absence.to.is_some_and(|to| to <= absence.from) {
            return Err(Refusal::Field("end_time", "Enter an end after the beginning".to_owned()));
        }
        if absence.to.is_some_and(|to| to <= absence.at) {
            return Err(Refusal::Field("end_time", "Enter an end that is still to come".to_owned()));
        }
        if absence.stand_in.as_deref() == Some(absence.account_id.as_str()) {
            return Err(Refusal::Field(
                "stand_in_account_id",
                "Select somebody else: nobody stands in for themselves".to_owned(),
            ));
        }
        let away = |who: &str| self.absences.iter().any(|known| known.account_id == who && known.meets(&absence));
        if away(&absence.account_id) {
            let fix = "They are recorded as away in that time already: end that first";
            return Err(Refusal::Field("account_id", fix.to_owned()));
        }
        if absence.stand_in.as_deref().is_some_and(away) {
            let fix = "Select somebody who is there: this person is away in that time";
            return Err(Refusal::Field("stand_in_account_id", fix.to_owned()));
        }
        let now = absence.at;
        self.absences.retain(|known| known.to.is_none_or(|to| to + SHOWN > now));
        self.absences.push(absence);
        self.absences.sort_by_key(|known| known.from);
        Ok(())
    }

    /// Records that somebody is back, or that they will not be away after all.
    pub fn end_absence(&mut self, id: &AbsenceId, now: OffsetDateTime) -> Result<(), Refusal> {
        let absence = self.absences.iter_mut().find(|known| known.id == *id).ok_or(Refusal::Missing)?;
        if absence.to.is_some_and(|to| to <= now) {
            return Err(Refusal::State("the absence is over"));
        }
        if absence.from >= now {
            self.absences.retain(|known| known.id != *id);
        } else {
            absence.to = Some(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chassis::{clock::SystemClock, id::Ids};
    use time::macros::{datetime, time};

    use super::*;

    fn shift(weekday: Weekday, from: Time, to: Time, accounts: &[&str]) -> Shift {
        let account_ids = accounts.iter().map(|id| (*id).to_owned()).collect();
        Shift { weekday, from, to, account_ids }
    }

    fn absence(who: &str, from: OffsetDateTime, to: Option<OffsetDateTime>, stand_in: Option<&str>) -> Absence {
        let id = Ids::new(Arc::new(SystemClock)).next();
        let stand_in = stand_in.map(str::to_owned);
        Absence {
            id,
            account_id: who.into(),
            from,
            to,
            stand_in,
            only_head: false,
            only_chair: false,
            by: "dsl".into(),
            at: from,
        }
    }

    const MORNING: OffsetDateTime = datetime!(2026-11-26 09:00 UTC);
    const LATER: OffsetDateTime = datetime!(2026-11-28 09:00 UTC);

    fn cover() -> Cover {
        let mut cover = Cover::default();
        let thursday = vec![
            shift(Weekday::Thursday, time!(12:00), time!(15:30), &["b", "a"]),
            shift(Weekday::Thursday, time!(8:30), time!(12:00), &["a", "b"]),
        ];
        assert_eq!(cover.set_day(Weekday::Thursday, thursday), Ok(()));
        cover
    }

    #[test]
    fn nobody_is_there_once_the_last_is_away_with_nobody_standing_in() {
        let mut cover = Cover::default();
        let both = ["a".to_owned(), "b".to_owned()];
        let hour = Duration::hours(1);
        assert_eq!(cover.nobody_since(&both, MORNING), None);
        assert_eq!(cover.record_absence(absence("a", MORNING, Some(LATER), None)), Ok(()));
        assert_eq!(cover.nobody_since(&both, MORNING), None, "the other is there");
        assert_eq!(cover.record_absence(absence("b", MORNING + hour, Some(LATER), Some("c"))), Ok(()));
        assert_eq!(cover.nobody_since(&both, MORNING + hour), None, "somebody stands in");
        assert_eq!(cover.record_absence(absence("c", MORNING + hour, None, None)), Ok(()));
        assert_eq!(cover.nobody_since(&both, MORNING + hour), Some(MORNING + hour), "who is away, too");
        assert_eq!(cover.nobody_since(&both, LATER), None, "they are back");
        assert_eq!(cover.nobody_since(&[], MORNING), None);
    }

    #[test]
    fn whoever_is_away_is_replaced_by_who_stands_in_or_left_out() {
        let mut cover = cover();
        let there = |cover: &Cover| cover.present(MORNING).account_ids.join(" ");
        assert_eq!(there(&cover), "a b");
        assert_eq!(cover.record_absence(absence("a", MORNING, Some(LATER), Some("c"))), Ok(()));
        assert_eq!(there(&cover), "c b");
        assert_eq!(cover.record_absence(absence("c", MORNING, Some(LATER), Some("b"))), Ok(()));
        assert_eq!(there(&cover), "b", "c stands in for a, and b for c");
        assert_eq!(cover.record_absence(absence("b", MORNING, None, None)), Ok(()));
        assert_eq!(cover.present(MORNING), Present { rota: true, account_ids: Vec::new() });
        assert_eq!(cover.present(LATER), Present::default(), "no rota on a Saturday");
        assert!(cover.nobody_there(MORNING) && !cover.nobody_there(LATER), "a and c are back on Saturday");
        let evening = datetime!(2026-11-26 20:45 UTC);
        assert!(cover.nobody_there(evening), "nor at an hour of which the rota says nothing");
        assert!(!Cover::default().nobody_there(MORNING), "where there is no rota, nobody says so");
    }

    #[test]
    fn a_circle_of_stand_ins_ends() {
        let mut cover = cover();
        cover.absences = vec![absence("a", MORNING, None, Some("b")), absence("b", MORNING, None, Some("a"))];
        assert_eq!(cover.present(MORNING), Present { rota: true, account_ids: Vec::new() });
    }

    #[test]
    fn hours_that_nobody_covers_are_found_beforehand() {
        let (mut cover, clocks) = (cover(), Clocks::default());
        let gaps = |cover: &Cover| {
            let gaps = cover.gaps(datetime!(2026-11-26 07:00 UTC), 2, &clocks);
            gaps.into_iter().map(|gap| (gap.from, gap.to)).collect::<Vec<_>>()
        };
        let friday = (datetime!(2026-11-27 08:30 UTC), datetime!(2026-11-27 15:30 UTC));
        assert_eq!(gaps(&cover), [friday]);
        let noon = datetime!(2026-11-26 12:00 UTC);
        assert_eq!(cover.record_absence(absence("b", datetime!(2026-11-26 10:00 UTC), Some(LATER), None)), Ok(()));
        assert_eq!(gaps(&cover), [friday], "a is there all day");
        assert_eq!(cover.record_absence(absence("a", noon, None, None)), Ok(()));
        assert_eq!(gaps(&cover), [(noon, datetime!(2026-11-26 15:30 UTC)), friday]);
        assert_eq!(Cover::default().gaps(MORNING, 14, &clocks), [], "where there is no rota, nothing is missing in it");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut cover = cover();
        let overlapping = vec![
            shift(Weekday::Monday, time!(8:30), time!(12:00), &["a"]),
            shift(Weekday::Monday, time!(11:59), time!(15:30), &["b"]),
        ];
        assert!(cover.set_day(Weekday::Monday, overlapping).is_err());
        assert!(cover.record_absence(absence("a", LATER, Some(MORNING), None)).is_err());
        assert!(cover.record_absence(absence("a", MORNING, None, Some("a"))).is_err());
        let id = absence("a", MORNING, None, Some("b"));
        assert_eq!(cover.record_absence(id.clone()), Ok(()));
        assert!(cover.record_absence(absence("a", LATER, None, None)).is_err(), "they are away already");
        assert!(cover.record_absence(absence("c", LATER, None, Some("a"))).is_err(), "the stand-in is away");
        assert_eq!(cover.end_absence(&id.id, LATER), Ok(()));
        assert!(cover.end_absence(&id.id, LATER).is_err());
        assert_eq!(cover.record_absence(absence("a", LATER, None, None)), Ok(()));
    }
}
