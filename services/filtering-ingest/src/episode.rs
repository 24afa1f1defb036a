//! Episodes: repeats of one theme by one person or device are one matter. The first raises the alert, later ones its
//! count, and past the policy's threshold, or where it worsens, its severity. What is kept of anybody is bounded: a device
//! that asks a million times costs no more than one that asks a hundred times.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    judge::Verdict,
    rules::{ACTIONS_MOST, DAYS, LONGEST, QUIET, WINDOW},
    severity,
};

/// Episodes of one person and theme that are kept open: one of now, and one of lines that come late.
const OPEN: usize = 2;

/// What one person or device did about one theme.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Episode {
    /// Times without longer quiet, a matter each.
    #[serde(default)]
    stretches: Vec<Stretch>,
    /// The latest user actions, in microseconds, oldest first.
    #[serde(default)]
    recent: Vec<i64>,
    /// The latest days on which something happened, by their Julian number, oldest first.
    #[serde(default)]
    days: Vec<i32>,
}

/// A time without longer quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    began_us: i64,
    last_us: i64,
    /// How much it counts.
    count: u32,
    /// The alert it raised; none before.
    alert: Option<Alerted>,
    /// Whether the content was reached.
    reached: bool,
    /// Whether repeats have raised its severity.
    repeated: bool,
    /// Whether an event of the highest severity raised its alert.
    #[serde(default)]
    critical: bool,
}

/// The alert of an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alerted {
    /// One that is kept, by its id.
    Known(String),
    /// One that is being raised, by its place among those.
    #[serde(skip)]
    New(usize),
}

/// What one more event of a theme comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing is raised yet: kept and counted.
    Counted,
    /// A new alert.
    Raise {
        /// Whether it is one of many, so that its severity is raised at once.
        repeated: bool,
    },
    /// The alert there is counts one more.
    Fold {
        /// The alert.
        alert: Alerted,
        /// Whether the repeats make it graver from now on.
        repeated: bool,
        /// Whether the content was reached for the first time, which makes it graver.
        reached: bool,
        /// Which of the episode's events it is, from 1.
        nth: u32,
    },
}

fn us(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

fn length(duration: time::Duration) -> i64 {
    i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX)
}

impl Episode {
    /// When its last event was; none before the first.
    pub fn last_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(*self.recent.last()?) * 1_000).ok()
    }

    /// One as it was kept. What cannot be read, such as one from before episodes had stretches, is begun anew: it costs one
    /// more alert, and lines of a feed never wait for it.
    pub fn read(kept: &[u8]) -> Self {
        serde_json::from_slice(kept).unwrap_or_default()
    }

    /// Takes one more event in; `reached` says that the content was. `place` is that of an alert it would raise.
    pub fn add(&mut self, at: OffsetDateTime, verdict: &Verdict, reached: bool, place: usize) -> Step {
        let often = self.often(at, verdict);
        let grave = reached && verdict.basis == "category";
        let stretch = self.stretch(us(at));
        stretch.count = stretch.count.saturating_add(1);
        let waits = verdict.threshold > 1 || severity::rank(&verdict.severity) == 0;
        // What is critical is an alert of its own: as one more of a lesser one, which somebody may have read and answered, it
        // would be told of to nobody, and say to nobody what happened.
        let own = verdict.severity == "critical" && !waits && !stretch.critical;
        let Some(alert) = stretch.alert.clone().filter(|_| !own) else {
            stretch.reached |= grave;
            if waits && !often {
                return Step::Counted;
            }
            // A rule that waits for repeats has told of them by its own severity.
            let repeated = often && verdict.threshold <= 1;
            stretch.repeated = often;
            stretch.critical = verdict.severity == "critical";
            stretch.alert = Some(Alerted::New(place));
            return Step::Raise { repeated };
        };
        let repeated = often && !stretch.repeated;
        let worse = grave && !stretch.reached;
        stretch.repeated |= repeated;
        stretch.reached |= grave;
        Step::Fold { alert, repeated, reached: worse, nth: stretch.count }
    }

    /// Lets go of alerts that were raised long before `now`: nothing more is folded into them, whatever a line says of when
    /// it happened. A device whose clock begins on the same day whenever it is switched on would else hide what it asks for
    /// today in an alert that was answered last year, or is not kept any more.
    pub fn let_go(&mut self, now: OffsetDateTime) {
        let recent = |id: &str| chassis::id::made(id).is_none_or(|raised_at| now - raised_at <= LONGEST * 2);
        self.stretches.retain(|stretch| match &stretch.alert {
            Some(Alerted::Known(id)) => recent(id),
            Some(Alerted::New(_)) | None => true,
        });
    }

    /// The alerts that take in what is critical, by their ids.
    pub fn critical(&self) -> impl Iterator<Item = &str> {
        self.stretches.iter().filter(|stretch| stretch.critical).filter_map(|stretch| match &stretch.alert {
            Some(Alerted::Known(id)) => Some(id.as_str()),
            Some(Alerted::New(_)) | None => None,
        })
    }

    /// How many events of the alert that is being raised at a place came before it, while its rule waited for more.
    pub fn before(&self, place: usize) -> u64 {
        let raised = self.stretches.iter().find(|stretch| stretch.alert == Some(Alerted::New(place)));
        raised.filter(|stretch| !stretch.critical).map_or(0, |stretch| u64::from(stretch.count.saturating_sub(1)))
    }

    /// Says which alerts were answered: what is critical after that is for somebody to read anew.
    pub fn answered(&mut self, alerts: &HashSet<String>) {
        for stretch in &mut self.stretches {
            if matches!(&stretch.alert, Some(Alerted::Known(id)) if alerts.contains(id)) {
                stretch.critical = false;
            }
        }
    }

    /// Says by which ids alerts that were being raised are kept.
    pub fn known(&mut self, ids: &[String]) {
        for stretch in &mut self.stretches {
            if let Some(Alerted::New(place)) = stretch.alert {
                stretch.alert = ids.get(place).cloned().map(Alerted::Known);
            }
        }
    }

    /// The time a moment belongs to: one that it continues, or a new one.
    fn stretch(&mut self, at: i64) -> &mut Stretch {
        let (quiet, longest) = (length(QUIET), length(LONGEST));
        let continues = |stretch: &Stretch| {
            let (began, last) = (stretch.began_us.min(at), stretch.last_us.max(at));
            at >= stretch.began_us - quiet && at <= stretch.last_us + quiet && last - began <= longest
        };
        let found = self.stretches.iter().position(continues);
        let place = found.unwrap_or_else(|| {
            let oldest = self.stretches.iter().enumerate().min_by_key(|(_, s)| s.last_us).map_or(0, |(at, _)| at);
            if self.stretches.len() >= OPEN {
                self.stretches.remove(oldest);
            }
            let (alert, reached, repeated, critical) = (None, false, false, false);
            self.stretches.push(Stretch { began_us: at, last_us: at, count: 0, alert, reached, repeated, critical });
            self.stretches.len() - 1
        });
        let stretch = &mut self.stretches[place];
        stretch.began_us = stretch.began_us.min(at);
        stretch.last_us = stretch.last_us.max(at);
        stretch
    }

    /// Notes a user action, and answers whether there are more than the policy's threshold of them within the hour that
    /// ends with it, or as many days of the last fourteen as it names.
    fn often(&mut self, at: OffsetDateTime, verdict: &Verdict) -> bool {
        let now = us(at);
        let place = self.recent.partition_point(|earlier| *earlier <= now);
        self.recent.insert(place, now);
        let most = usize::try_from(ACTIONS_MOST).unwrap_or(usize::MAX) + 1;
        if self.recent.len() > most {
            self.recent.remove(0);
        }
        let within = self.recent.iter().filter(|then| (0..length(WINDOW)).contains(&(now - **then))).count();
        let day = chassis::clock::london(at).date().to_julian_day();
        if let Err(place) = self.days.binary_search(&day) {
            self.days.insert(place, day);
        }
        let newest = self.days.last().copied().unwrap_or(day);
        self.days.retain(|then| newest - *then < DAYS);
        let days = self.days.iter().filter(|then| (0..DAYS).contains(&(day - **then))).count();
        let reached = |count: usize, wanted: u32| count >= usize::try_from(wanted).unwrap_or(usize::MAX);
        reached(within, verdict.actions().saturating_add(1)) || reached(days, verdict.days)
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::judge::tests::verdict;

    const NINE: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn kept(episode: &mut Episode, ids: &[&str]) {
        episode.known(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_raises_and_repeats_count_until_there_are_too_many() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        assert_eq!(episode.add(NINE, &verdict, true, 0), Step::Raise { repeated: false });
        kept(&mut episode, &["alt_1"]);
        for n in 2..=8 {
            let step = episode.add(NINE + Duration::minutes(n), &verdict, true, 0);
            let alert = Alerted::Known("alt_1".into());
            // The sixth within the hour is past the threshold of five, and only once.
            let nth = u32::try_from(n).unwrap_or_default();
            assert_eq!(step, Step::Fold { alert, repeated: n == 6, reached: false, nth }, "the {n}th");
        }
    }

    #[test]
    fn quiet_ends_it_and_so_does_a_day() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        assert!(matches!(episode.add(NINE, &verdict, true, 0), Step::Raise { .. }));
        assert!(matches!(episode.add(NINE + QUIET, &verdict, true, 1), Step::Fold { .. }));
        assert!(matches!(episode.add(NINE + QUIET * 2 + Duration::SECOND, &verdict, true, 1), Step::Raise { .. }));
        let mut endless = Episode::default();
        let raised = (0..=24 * 15 + 1).filter(|n| {
            let at = NINE + Duration::minutes(4 * n);
            matches!(endless.add(at, &verdict, true, 0), Step::Raise { .. })
        });
        assert_eq!(raised.count(), 2, "after 24 hours it is another");
    }

    #[test]
    fn the_third_day_of_fourteen_raises_it_and_a_day_long_past_does_not_count() {
        let verdict = verdict("drugs", "medium", 1);
        let on = |days: &[i64]| {
            let mut episode = Episode::default();
            days.iter().fold(Step::Counted, |_, day| episode.add(NINE + Duration::days(*day), &verdict, true, 0))
        };
        assert_eq!(on(&[0, 1]), Step::Raise { repeated: false });
        assert_eq!(on(&[0, 5, 13]), Step::Raise { repeated: true });
        assert_eq!(on(&[0, 5, 14]), Step::Raise { repeated: false });
    }

    #[test]
    fn a_low_matter_and_a_rule_with_a_threshold_wait_for_repeats() {
        for (severity, threshold) in [("low", 1), ("low", 5), ("medium", 5)] {
            let (mut episode, verdict) = (Episode::default(), verdict("gambling", severity, threshold));
            for n in 0..5 {
                assert_eq!(episode.add(NINE + Duration::minutes(n), &verdict, false, 0), Step::Counted);
            }
            let step = episode.add(NINE + Duration::minutes(6), &verdict, false, 0);
            assert_eq!(step, Step::Raise { repeated: threshold == 1 }, "{severity} {threshold}");
            assert_eq!(episode.before(0), 5, "those that it waited for are told of");
        }
    }

    #[test]
    fn what_was_stopped_and_then_reached_is_graver_once() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        episode.add(NINE, &verdict, false, 0);
        let worse = |step| matches!(step, Step::Fold { reached: true, .. });
        assert!(!worse(episode.add(NINE, &verdict, false, 0)));
        assert!(worse(episode.add(NINE, &verdict, true, 0)));
        assert!(!worse(episode.add(NINE, &verdict, true, 0)));
    }

    #[test]
    fn lines_that_come_late_disturb_no_episode_of_now() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        let yesterday = NINE - Duration::days(1);
        assert!(matches!(episode.add(NINE, &verdict, true, 0), Step::Raise { .. }));
        assert!(matches!(episode.add(yesterday, &verdict, true, 1), Step::Raise { .. }));
        for minute in 1..4 {
            let later = Duration::minutes(minute);
            assert!(matches!(episode.add(NINE + later, &verdict, true, 2), Step::Fold { alert: Alerted::New(0), .. }));
            assert!(matches!(
                episode.add(yesterday + later, &verdict, true, 2),
                Step::Fold { alert: Alerted::New(1), .. }
            ));
        }
    }

    #[test]
    fn an_alert_of_days_ago_takes_nothing_more_in_whatever_a_lines_clock_says() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        let raised = chassis::id::Ids::new(chassis::clock::ManualClock::new(NINE)).next::<crate::alert::AlertId>();
        episode.add(NINE, &verdict, true, 0);
        kept(&mut episode, &[raised.as_str()]);
        episode.let_go(NINE + Duration::hours(30));
        assert!(matches!(episode.add(NINE, &verdict, true, 0), Step::Fold { .. }), "its line is late");
        episode.let_go(NINE + Duration::days(3));
        assert!(matches!(episode.add(NINE, &verdict, true, 0), Step::Raise { .. }), "its clock is wrong");
    }

    #[test]
    fn an_episode_of_an_earlier_version_is_begun_anew() {
        let old = serde_json::json!({"began_at": NINE, "last_at": NINE, "recent": [NINE], "alert_id": "alt_1"});
        assert_eq!(Episode::read(old.to_string().as_bytes()), Episode::default());
        let mut now = Episode::default();
        now.add(NINE, &verdict("drugs", "medium", 1), true, 0);
        kept(&mut now, &["alt_1"]);
        assert_eq!(Episode::read(&serde_json::to_vec(&now).unwrap_or_default()), now);
    }

    #[test]
    fn what_is_critical_is_an_alert_of_its_own_and_is_hidden_in_none_that_was_there() {
        let of = |severity| verdict("self_harm_suicide", severity, 1);
        let mut episode = Episode::default();
        assert!(matches!(episode.add(NINE, &of("high"), false, 0), Step::Raise { .. }));
        kept(&mut episode, &["alt_1"]);
        let folds = |episode: &mut Episode, severity, into: &str| {
            let step = episode.add(NINE, &of(severity), false, 0);
            matches!(step, Step::Fold { alert: Alerted::Known(id), .. } if id == into)
        };
        assert!(folds(&mut episode, "high", "alt_1"));
        assert!(matches!(episode.add(NINE, &of("critical"), false, 0), Step::Raise { .. }));
        kept(&mut episode, &["alt_2"]);
        assert!(folds(&mut episode, "critical", "alt_2") && folds(&mut episode, "high", "alt_2"), "and one is enough");
        assert_eq!(episode.critical().collect::<Vec<_>>(), ["alt_2"]);
        episode.answered(&HashSet::from(["alt_2".to_owned()]));
        assert!(folds(&mut episode, "high", "alt_2"));
        let step = episode.add(NINE, &of("critical"), false, 0);
        assert!(matches!(step, Step::Raise { .. }), "nobody reads again what is answered");
    }

    #[test]
    fn a_device_that_never_stops_costs_no_more_than_one_that_does() {
        let (mut episode, verdict) = (Episode::default(), verdict("drugs", "medium", 1));
        for n in 0..5_000 {
            episode.add(NINE + Duration::milliseconds(n), &verdict, true, 0);
        }
        assert!(episode.recent.len() <= 61 && episode.stretches.len() == 1 && episode.days.len() == 1);
        assert_eq!(episode.stretches[0].count, 5_000);
    }
}
