//! The school year: terms, and days that are not working days in England and Wales.

use time::{Date, Duration, Month, OffsetDateTime, Time, Weekday};

/// One of the three terms of a school year. Each runs from its first day to the day before the next term's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The calendar year it begins in.
    pub year: i32,
    /// Which of the three.
    pub season: Season,
}

/// The three terms in the order of the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    /// 1 January to 15 April.
    Spring,
    /// 16 April to 31 August.
    Summer,
    /// 1 September to 31 December.
    Autumn,
}

impl Season {
    const ALL: [Self; 3] = [Self::Spring, Self::Summer, Self::Autumn];

    fn name(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Autumn => "autumn",
        }
    }

    fn first_day(self, year: i32) -> Option<Date> {
        let (month, day) = match self {
            Self::Spring => (Month::January, 1),
            Self::Summer => (Month::April, 16),
            Self::Autumn => (Month::September, 1),
        };
        Date::from_calendar_date(year, month, day).ok()
    }
}

impl Term {
    /// The term a moment lies in.
    pub fn at(at: OffsetDateTime) -> Self {
        let date = crate::clock::london(at).date();
        let season = match (date.month(), date.day()) {
            (Month::September | Month::October | Month::November | Month::December, _) => Season::Autumn,
            (Month::January | Month::February | Month::March, _) | (Month::April, ..16) => Season::Spring,
            _ => Season::Summer,
        };
        Self { year: date.year(), season }
    }

    /// The term before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.season {
            Season::Spring => Self { year: self.year - 1, season: Season::Autumn },
            Season::Summer => Self { season: Season::Spring, ..self },
            Season::Autumn => Self { season: Season::Summer, ..self },
        }
    }

    /// The term after.
    #[must_use]
    pub fn after(self) -> Self {
        match self.season {
            Season::Spring => Self { season: Season::Summer, ..self },
            Season::Summer => Self { season: Season::Autumn, ..self },
            Season::Autumn => Self { year: self.year + 1, season: Season::Spring },
        }
    }

    /// Its code, such as `2026-autumn`.
    pub fn id(self) -> String {
        format!("{}-{}", self.year, self.season.name())
    }

    /// Its name, such as `Autumn term 2026`.
    pub fn title(self) -> String {
        let name = self.season.name();
        format!("{}{} term {}", name[..1].to_uppercase(), &name[1..], self.year)
    }

    /// Its first moment, midnight UTC.
    pub fn start(self) -> OffsetDateTime {
        self.season.first_day(self.year).map_or(OffsetDateTime::UNIX_EPOCH, |d| d.midnight().assume_utc())
    }

    /// The first moment of the next term.
    pub fn end(self) -> OffsetDateTime {
        self.after().start()
    }
}

impl std::str::FromStr for Term {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, season) = text.split_once('-').ok_or(())?;
        let year = year.parse().ok().filter(|y| (2000..2200).contains(y)).ok_or(())?;
        let season = Season::ALL.into_iter().find(|s| s.name() == season).ok_or(())?;
        Ok(Self { year, season })
    }
}

/// The bank holidays of England and Wales that are not on a weekend, as gov.uk/bank-holidays lists them.
const BANK_HOLIDAYS: &[(i32, &[(u8, u8)])] = &[
    (2025, &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
];

/// Whether a day is a working day: no weekend, no bank holiday of England and Wales.
pub fn working_day(date: Date) -> bool {
    let holiday = BANK_HOLIDAYS
        .iter()
        .find(|(year, _)| *year == date.year())
        .is_some_and(|(_, days)| days.contains(&(u8::from(date.month()), date.day())));
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !holiday
}

/// Whether a day lies in the usual school holidays of England and Wales: summer, Christmas, the first two weeks of April, and the
/// weeks of half-term. Schools differ by some days, and each in the same way every year.
fn usual_holiday(date: Date) -> bool {
    let (month, day) = (date.month(), date.day());
    let since_monday = date.weekday().number_days_from_monday();
    let monday = date.checked_sub(Duration::days(since_monday.into())).unwrap_or(date);
    let week = (monday.month(), monday.day());
    matches!((month, day), (Month::July, 22..) | (Month::August, _) | (Month::December, 21..) | (Month::January, ..=2))
        || matches!((month, day), (Month::April, ..=14))
        || matches!(week, (Month::February, 12..=18) | (Month::May, 25..=31) | (Month::October, 23..=29))
}

/// The first and the last day of a line such as `2026-12-21` or `2026-12-21 to 2027-01-01`.
pub fn span(line: &str) -> Option<(Date, Date)> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let day = |text: &str| Date::parse(text.trim(), form).ok();
    let (first, last) = match line.split_once(" to ") {
        Some((first, last)) => (day(first)?, day(last)?),
        None => (day(line)?, day(line)?),
    };
    (first <= last).then_some((first, last))
}

/// The days a school is closed besides weekends and bank holidays: spans, both ends among them.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ClosedDays(Vec<(Date, Date)>);

impl ClosedDays {
    /// Reads lines such as `2026-12-21` or `2026-12-21 to 2027-01-01`; a line that is neither closes no day.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        Self(lines.into_iter().filter_map(span).collect())
    }

    /// Whether it is not said of any day that the school is closed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the school is closed on a day.
    pub fn contains(&self, date: Date) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&date))
    }

    /// Whether the school works on a day.
    pub fn school_day(&self, date: Date) -> bool {
        working_day(date) && !self.contains(date)
    }

    /// On how many days the school works after the first of two days, the second among them; 0 where that is not later.
    pub fn school_days(&self, after: Date, until: Date) -> u32 {
        let days = std::iter::successors(after.next_day(), |day| day.next_day()).take_while(|day| *day <= until);
        u32::try_from(days.filter(|day| self.school_day(*day)).count()).unwrap_or(u32::MAX)
    }

    /// Whether the school works on a day where it keeps the usual holidays besides its own closed days.
    pub fn usual_school_day(&self, date: Date) -> bool {
        self.school_day(date) && !usual_holiday(date)
    }

    /// On how many days the school works from a day until the day before another, where it keeps the usual holidays besides its own
    /// closed days: those of years of which nothing is known.
    pub fn usual_school_days(&self, from: Date, until: Date) -> u32 {
        let days = std::iter::successors(Some(from), |day| day.next_day()).take_while(|day| *day < until);
        u32::try_from(days.filter(|day| self.usual_school_day(*day)).count()).unwrap_or(u32::MAX)
    }

    /// The moment at which the school has worked for `minutes` since `from`, in its hours of its days; with none, the
    /// moment it works next. A school that is not open again within two years is taken to be open at every hour.
    pub fn minutes_after(&self, from: OffsetDateTime, minutes: u32, hours: Hours) -> OffsetDateTime {
        let mut left = Duration::minutes(minutes.into());
        let mut date = crate::clock::london(from).date();
        let last_closed = date + Duration::days(731);
        while date <= last_closed {
            let (start, end) = (on(date, hours.from).max(from), on(date, hours.to));
            if self.school_day(date) && start < end {
                if left <= end - start {
                    return start + left;
                }
                left -= end - start;
            }
            date = date.next_day().unwrap_or(Date::MAX);
        }
        from + Duration::minutes(minutes.into())
    }

    /// The end (midnight in London) of the day `days` days on which the school works after the day of `from`. A school
    /// that is never open again within two years is taken to be open.
    pub fn working_days_after(&self, from: OffsetDateTime, days: u32) -> OffsetDateTime {
        let mut date = crate::clock::london(from).date();
        let last_closed = date + Duration::days(731);
        let mut left = days;
        while left > 0 {
            date = date.next_day().unwrap_or(Date::MAX);
            if working_day(date) && (date > last_closed || !self.contains(date)) {
                left -= 1;
            }
        }
        end_of_day(date)
    }
}

/// The hours of a day on which a school works, by the clock on its wall: from one time until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hours {
    /// From then on.
    pub from: Time,
    /// Until then; later than the first.
    pub to: Time,
}

impl Hours {
    /// Reads `08:30 to 15:30`.
    pub fn read(line: &str) -> Option<Self> {
        let (from, to) = line.split_once(" to ")?;
        let hours = Self { from: time_of_day(from)?, to: time_of_day(to)? };
        (hours.from < hours.to).then_some(hours)
    }
}

/// A time of day such as `08:30`.
pub fn time_of_day(text: &str) -> Option<Time> {
    Time::parse(text.trim(), time::macros::format_description!("[hour]:[minute]")).ok()
}

/// The moment of a time of day in London.
pub fn on(date: Date, at: Time) -> OffsetDateTime {
    let utc = date.with_time(at).assume_utc();
    // In summer London is an hour ahead of UTC.
    utc - Duration::seconds(crate::clock::london(utc).offset().whole_seconds().into())
}

/// The end (midnight in London) of the working day `days` working days after the day of `from`.
pub fn working_days_after(from: OffsetDateTime, days: u32) -> OffsetDateTime {
    ClosedDays::default().working_days_after(from, days)
}

/// The last second of a day in London.
pub fn end_of_day(date: Date) -> OffsetDateTime {
    Time::from_hms(23, 59, 59).map_or(OffsetDateTime::UNIX_EPOCH, |last| on(date, last))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn terms_follow_one_another_without_a_gap() {
        let mut term = Term { year: 2025, season: Season::Autumn };
        for _ in 0..9 {
            assert_eq!(term.end(), term.after().start());
            assert_eq!(term.after().before(), term);
            assert_eq!(Term::at(term.start() + Duration::hours(12)), term);
            assert_eq!(term.id().parse(), Ok(term));
            term = term.after();
        }
        assert_eq!(Term::at(datetime!(2026-11-24 09:00 UTC)).title(), "Autumn term 2026");
    }

    #[test]
    fn working_days_leave_out_weekends_and_bank_holidays() {
        // From Thursday 24 December 2026: Christmas Day, a weekend and Monday's holiday lie between.
        assert_eq!(working_days_after(datetime!(2026-12-24 10:00 UTC), 1), datetime!(2026-12-29 23:59:59 UTC));
        assert_eq!(working_days_after(datetime!(2026-07-03 10:00 UTC), 1), datetime!(2026-07-06 22:59:59 UTC));
        assert!(!working_day(date!(2026 - 04 - 03)));
    }

    #[test]
    fn usual_school_days_leave_out_holidays() {
        let closed = ClosedDays::read(["2026-10-26 to 2026-11-02"]);
        let usual = ClosedDays::default();
        let days = |term: Term| usual.usual_school_days(term.start().date(), term.end().date());
        let term = |year, season| Term { year, season };
        let of = [term(2025, Season::Autumn), term(2026, Season::Spring), term(2026, Season::Summer)].map(days);
        assert_eq!(of, [75, 58, 63]);
        // The week of half-term, and the days on both sides of it.
        assert_eq!(usual.usual_school_days(date!(2026 - 10 - 23), date!(2026 - 11 - 03)), 2);
        assert_eq!(
            closed.usual_school_days(date!(2026 - 10 - 23), date!(2026 - 11 - 03)),
            1,
            "and its own closed days"
        );
        assert_eq!(usual.usual_school_days(date!(2026 - 08 - 03), date!(2026 - 09 - 01)), 0);
        assert_eq!(usual.usual_school_days(date!(2026 - 09 - 01), date!(2026 - 09 - 01)), 0);
    }

    #[test]
    fn a_schools_closed_days_do_not_count() {
        let closed = ClosedDays::read(["2026-10-26 to 2026-10-30", "2026-11-02", "half-term"]);
        let friday = datetime!(2026-10-23 10:00 UTC);
        assert_eq!(closed.working_days_after(friday, 1), datetime!(2026-11-03 23:59:59 UTC));
        assert_eq!(working_days_after(friday, 1), datetime!(2026-10-26 23:59:59 UTC));
        // The Friday before half-term to the Wednesday after: Tuesday and Wednesday.
        assert_eq!(closed.school_days(date!(2026 - 10 - 23), date!(2026 - 11 - 04)), 2);
        assert_eq!(closed.school_days(date!(2026 - 11 - 04), date!(2026 - 11 - 04)), 0);
        assert_eq!(closed.school_days(date!(2026 - 11 - 05), date!(2026 - 11 - 04)), 0);
        let forever = ClosedDays::read(["2000-01-01 to 9999-12-31"]);
        assert!(forever.working_days_after(friday, 1) > datetime!(2028-10-23 10:00 UTC));
    }

    #[test]
    fn minutes_run_in_the_hours_of_the_schools_days() {
        let Some(hours) = Hours::read("08:30 to 15:30") else { unreachable!() };
        let monday = ClosedDays::read(["2026-11-30"]);
        let after = |from, minutes| monday.minutes_after(from, minutes, hours);
        assert_eq!(after(datetime!(2026-11-26 09:00 UTC), 60), datetime!(2026-11-26 10:00 UTC));
        // An hour from Friday half past two: half of it on Friday, and the school is closed on Monday.
        assert_eq!(after(datetime!(2026-11-27 15:00 UTC), 60), datetime!(2026-12-01 09:00 UTC));
        assert_eq!(after(datetime!(2026-11-28 12:00 UTC), 0), datetime!(2026-12-01 08:30 UTC));
        assert_eq!(after(datetime!(2026-07-01 06:00 UTC), 30), datetime!(2026-07-01 08:00 UTC));
        assert_eq!(after(datetime!(2026-11-24 15:30 UTC), 840), datetime!(2026-11-26 15:30 UTC));
        for wrong in ["8:30 to 15:30", "15:30 to 08:30", "08:30-15:30", "08:30 to 25:00", ""] {
            assert_eq!(Hours::read(wrong), None, "{wrong}");
        }
    }
}
