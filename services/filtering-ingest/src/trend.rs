//! Whether the alerts of a theme became more than chance explains. Counts that come by chance at a steady rate are Poisson
//! counts; the rate is known only from the weeks before, so that what they leave open is allowed for (`chassis::chance`). What is
//! compared is alerts by school day on which the filter was heard, so that neither holidays nor a silent feed make a rise.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{calendar::ClosedDays, chance};
use time::{Date, Duration};

use crate::rules::{TREND_LEAST_DAYS, TREND_MORE_TENTHS, TREND_SURE, TREND_WEEKS};

/// How a rise is told from chance, in words.
pub const METHOD: &str = "The last seven whole days are compared with up to 12 weeks before them, by school days on which the \
                          filter was heard; alerts of other days are left out. A theme rises where it had more alerts than \
                          would come by chance in 99 of 100 weeks (the upper limit of a Poisson count, allowing for how little \
                          the weeks before may say), and at least three more than expected.";

/// The days that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first day of the last seven.
    pub from: Date,
    /// The last of them: yesterday.
    pub to: Date,
    /// How many whole weeks before them are compared.
    pub weeks: u32,
    /// School days among the last seven on which the filter was heard.
    pub days: u32,
    /// Such days in the weeks before.
    pub base_days: u32,
}

impl Span {
    /// The days compared on a day, with what is known from a day on; `heard` are the days of which something was heard of a feed.
    pub fn new(today: Date, known_from: Date, closed: &ClosedDays, heard: &BTreeSet<Date>) -> Self {
        let from = today - Duration::WEEK;
        let weeks = (from - known_from).whole_weeks().clamp(0, TREND_WEEKS.into());
        let weeks = u32::try_from(weeks).unwrap_or_default();
        let base = from - Duration::weeks(weeks.into());
        // A day of which nothing was heard says nothing, whether the feed was silent or its rhythm not known yet.
        let counted = |from: Date, until: Date| {
            let days = heard.range(from..until).filter(|day| closed.school_day(**day)).count();
            u32::try_from(days).unwrap_or(u32::MAX)
        };
        Self { from, to: today - Duration::DAY, weeks, days: counted(from, today), base_days: counted(base, from) }
    }

    /// The first day of the weeks before.
    pub fn base_from(&self) -> Date {
        self.from - Duration::weeks(self.weeks.into())
    }

    /// The first days of all the weeks, the oldest first, the last seven days last.
    pub fn starts(&self) -> Vec<Date> {
        (0..=self.weeks).map(|week| self.base_from() + Duration::weeks(week.into())).collect()
    }

    /// Why nothing can be said of a rise.
    pub fn lacks(&self) -> Option<String> {
        if self.days == 0 {
            return Some("The filter was heard on no school day of the last seven days.".to_owned());
        }
        (self.base_days < TREND_LEAST_DAYS).then(|| {
            format!(
                "School days to compare with, on which the filter was heard: {}. {TREND_LEAST_DAYS} are needed, which is about three \
                 weeks of school.",
                self.base_days
            )
        })
    }
}

/// The school days of the week that begins on a day on which the filter was heard, as stretches from their first day to the day
/// after their last. What is no day to compare by has no alerts to compare either: else those of a holiday would make a rise of
/// the few school days beside it.
pub fn heard(week: Date, closed: &ClosedDays, heard: &BTreeSet<Date>) -> Vec<(Date, Date)> {
    let mut stretches: Vec<(Date, Date)> = Vec::new();
    let days = (0..7).map(|n| week + Duration::days(n));
    for day in days.filter(|day| closed.school_day(*day) && heard.contains(day)) {
        let next = day + Duration::DAY;
        match stretches.last_mut() {
            Some((_, until)) if *until == day => *until = next,
            _ => stretches.push((day, next)),
        }
    }
    stretches
}

/// How the alerts of one theme went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// The theme.
    pub theme: String,
    /// How many in each week, the last seven days last.
    pub weeks: Vec<u64>,
    /// How many were to be expected, in tenths.
    pub expected_tenths: u64,
    /// How many chance explains.
    pub limit: u64,
    /// Whether there were more than that, and three more than expected at least.
    pub rising: bool,
    /// Why, in words; empty where nothing is compared.
    pub reason: String,
}

impl Trend {
    /// How many in the last seven days.
    pub fn count(&self) -> u64 {
        self.weeks.last().copied().unwrap_or_default()
    }

    fn new(theme: String, weeks: Vec<u64>, span: &Span, compared: bool) -> Self {
        let plain = Self { theme, weeks, expected_tenths: 0, limit: 0, rising: false, reason: String::new() };
        if !compared {
            return plain;
        }
        let count = plain.count();
        let base = plain.weeks.iter().sum::<u64>() - count;
        let expected_tenths = chance::expected_tenths(base, span.base_days, span.days);
        let limit = limit(base, span.base_days, span.days);
        let (above, enough) = (count > limit, count * 10 >= expected_tenths + TREND_MORE_TENTHS);
        let why = match (above, enough) {
            (true, true) => format!("Chance explains up to {limit}."),
            (true, false) => format!("That is more than chance explains ({limit}), but not three more than expected."),
            (false, _) => format!("That is within what chance explains (up to {limit})."),
        };
        let reason = format!(
            "{count} in the last {}. About {}.{} were to be expected, by {base} in the {} before. {why}",
            days(span.days),
            expected_tenths / 10,
            expected_tenths % 10,
            days(span.base_days)
        );
        Self { expected_tenths, limit, rising: above && enough, reason, ..plain }
    }
}

fn days(n: u32) -> String {
    if n == 1 { "school day".to_owned() } else { format!("{n} school days") }
}

/// How the alerts of every theme went, those that rise first and by how much; `weeks` are the counts by theme of each week
/// of the span.
pub fn trends(weeks: &[Vec<(String, u64)>], span: &Span) -> Vec<Trend> {
    let mut themes: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (week, counts) in weeks.iter().enumerate() {
        for (theme, count) in counts {
            let all = themes.entry(theme).or_insert_with(|| vec![0; weeks.len()]);
            all.get_mut(week).into_iter().for_each(|place| *place = *count);
        }
    }
    let compared = span.lacks().is_none();
    let trend = |(theme, weeks): (&str, Vec<u64>)| Trend::new(theme.to_owned(), weeks, span, compared);
    let mut trends: Vec<Trend> = themes.into_iter().map(trend).collect();
    trends.sort_by_key(|trend| {
        let more = (trend.count() * 10).saturating_sub(trend.expected_tenths);
        (!trend.rising, std::cmp::Reverse((more, trend.count())), trend.theme.clone())
    });
    trends
}

/// The least count that is not exceeded in 99 of 100 such times, where `base` came in the days before.
fn limit(base: u64, base_days: u32, days: u32) -> u64 {
    chance::upper(base, base_days, days, f64::from(TREND_SURE) / 100.0)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn span(weeks: u32, days: u32, base_days: u32) -> Span {
        Span { from: date!(2026 - 11 - 17), to: date!(2026 - 11 - 23), weeks, days, base_days }
    }

    fn judged(base: u64, count: u64, span: &Span) -> Trend {
        Trend::new("drugs".to_owned(), vec![base, count], span, true)
    }

    #[test]
    fn two_more_are_no_headline_and_a_real_rise_is() {
        let span = span(12, 5, 58);
        for (base, count, rises) in [
            // Twice the usual two, and still what chance does.
            (24, 4, false),
            (24, 6, false),
            (24, 7, true),
            // Of what was never seen, one or two are no rise.
            (0, 1, false),
            (0, 2, false),
            (0, 3, true),
            // Where there are hundreds a week, a tenth more is noise and a third more is not.
            (5_800, 530, false),
            (5_800, 660, true),
        ] {
            let trend = judged(base, count, &span);
            assert_eq!(trend.rising, rises, "{count} after {base}: {trend:?}");
        }
        let rise = judged(24, 9, &span);
        assert_eq!((rise.expected_tenths, rise.limit), (21, 6));
        assert_eq!(
            rise.reason,
            "9 in the last 5 school days. About 2.1 were to be expected, by 24 in the 58 school days before. Chance \
             explains up to 6."
        );
    }

    #[test]
    fn holidays_and_silence_are_no_days_to_compare() {
        let closed = ClosedDays::read(["2026-10-26 to 2026-10-30"]);
        let (today, begun) = (date!(2026 - 11 - 24), date!(2026 - 10 - 10));
        let every = || (0..60).map(|n| today - Duration::days(n));
        let lost = [date!(2026 - 11 - 12), date!(2026 - 11 - 14)];
        let days: BTreeSet<Date> = every().filter(|day| !lost.contains(day)).collect();
        let span = Span::new(today, begun, &closed, &days);
        assert_eq!((span.from, span.to, span.weeks), (date!(2026 - 11 - 17), date!(2026 - 11 - 23), 5));
        // Five weeks without half-term and without the Thursday on which nothing was heard; a Saturday is no school day.
        assert_eq!((span.base_from(), span.base_days, span.days), (date!(2026 - 10 - 13), 19, 5));
        assert_eq!((span.starts().len(), span.starts()[5], span.lacks()), (6, span.from, None));
        // Of the week from Tuesday 10 November, all but that Thursday and the weekend.
        let stretches: Vec<_> = heard(date!(2026 - 11 - 10), &closed, &days)
            .into_iter()
            .map(|(from, until)| (from.day(), until.day()))
            .collect();
        assert_eq!(stretches, [(10, 12), (13, 14), (16, 17)]);
        let all: BTreeSet<Date> = every().collect();
        assert_eq!(heard(date!(2026 - 10 - 26), &closed, &all), Vec::new());
        let new = Span::new(today, date!(2026 - 11 - 20), &closed, &all);
        assert_eq!((new.weeks, new.base_days), (0, 0));
        assert!(new.lacks().is_some_and(|why| why.contains("15 are needed")));
        let summer = ClosedDays::read(["2026-07-20 to 2026-12-01"]);
        assert!(Span::new(today, begun, &summer, &all).lacks().is_some_and(|why| why.contains("no school day")));
        // A feed that was heard on one day, and has been silent since, has one day to compare with and none to compare.
        let once = BTreeSet::from([date!(2026 - 11 - 16)]);
        let silent = Span::new(today, begun, &closed, &once);
        assert_eq!((silent.days, silent.base_days), (0, 1));
        assert!(silent.lacks().is_some_and(|why| why.contains("no school day")));
    }

    #[test]
    fn what_rises_stands_first() {
        let week =
            |counts: &[(&str, u64)]| counts.iter().map(|(theme, n)| ((*theme).to_owned(), *n)).collect::<Vec<_>>();
        let weeks = [week(&[("drugs", 20), ("dating", 3)]), week(&[("drugs", 3), ("gambling", 8), ("dating", 1)])];
        let trends = trends(&weeks, &span(1, 5, 20));
        let told: Vec<_> = trends.iter().map(|t| (t.theme.as_str(), t.rising, t.weeks.clone())).collect();
        assert_eq!(
            told,
            [("gambling", true, vec![0, 8]), ("dating", false, vec![3, 1]), ("drugs", false, vec![20, 3])]
        );
    }
}
