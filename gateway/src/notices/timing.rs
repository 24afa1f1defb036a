//! When a notice leaves: at once or with the day's others, not in somebody's quiet hours, and again after a failure.

use chassis::{calendar::on, clock::london};
use time::{Duration, OffsetDateTime, Time};

/// When the day's mail leaves, by the clock in London.
const DAILY: Time = time::macros::time!(07:30);
/// How long mail that fails is tried again.
pub const TRY_FOR: Duration = Duration::hours(24);
/// The pauses after the tries of a mail, in minutes; the last one is that of all further tries.
const PAUSES: [i64; 6] = [1, 5, 15, 30, 60, 120];

/// Hours in which nothing comes that is not urgent, by the clock in London.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// From then on.
    pub from: Time,
    /// Until then; on the next day where it is earlier.
    pub to: Time,
}

impl Quiet {
    /// When it is quiet no more, where it is quiet at a moment.
    fn end(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let here = london(at);
        let now = here.time();
        let today = on(here.date(), self.to);
        if self.from < self.to {
            (self.from <= now && now < self.to).then_some(today)
        } else if now < self.to {
            Some(today)
        } else {
            (now >= self.from).then(|| on(here.date() + Duration::DAY, self.to))
        }
    }
}

/// When something of `at` leaves.
pub fn due(at: OffsetDateTime, daily: bool, quiet: Option<Quiet>, urgent: bool) -> OffsetDateTime {
    if urgent {
        return at;
    }
    let leaves = if daily { next_daily(at) } else { at };
    after_quiet(leaves, quiet)
}

/// The first moment from `at` on at which it is not quiet.
pub fn after_quiet(at: OffsetDateTime, quiet: Option<Quiet>) -> OffsetDateTime {
    quiet.and_then(|quiet| quiet.end(at)).unwrap_or(at)
}

fn next_daily(at: OffsetDateTime) -> OffsetDateTime {
    let today = on(london(at).date(), DAILY);
    if at < today { today } else { on(london(at).date() + Duration::DAY, DAILY) }
}

/// The pause after so many tries; `luck` from 0 to 1 spreads those that failed together.
pub fn pause(tries: i64, luck: f64) -> Duration {
    let place = usize::try_from(tries.max(1) - 1).unwrap_or_default().min(PAUSES.len() - 1);
    spread(Duration::minutes(PAUSES[place]), luck)
}

/// A pause, longer by up to a quarter.
pub fn spread(pause: Duration, luck: f64) -> Duration {
    pause + Duration::seconds_f64(pause.as_seconds_f64() * luck.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use time::macros::{datetime, time};

    use super::*;

    #[test]
    fn quiet_hours_and_the_days_mail_are_by_the_clock_in_london() {
        let evening = Some(Quiet { from: time!(18:00), to: time!(07:00) });
        let noon = Some(Quiet { from: time!(12:00), to: time!(13:00) });
        for (at, daily, quiet, urgent, leaves) in [
            (datetime!(2026-11-24 09:00 UTC), false, None, false, datetime!(2026-11-24 09:00 UTC)),
            (datetime!(2026-11-24 17:59:59 UTC), false, evening, false, datetime!(2026-11-24 17:59:59 UTC)),
            (datetime!(2026-11-24 18:00 UTC), false, evening, false, datetime!(2026-11-25 07:00 UTC)),
            (datetime!(2026-11-25 06:59 UTC), false, evening, false, datetime!(2026-11-25 07:00 UTC)),
            (datetime!(2026-11-25 07:00 UTC), false, evening, false, datetime!(2026-11-25 07:00 UTC)),
            (datetime!(2026-11-24 23:00 UTC), false, evening, true, datetime!(2026-11-24 23:00 UTC)),
            (datetime!(2026-11-24 12:30 UTC), false, noon, false, datetime!(2026-11-24 13:00 UTC)),
            // In summer London is an hour ahead, also on the night on which the clock changes.
            (datetime!(2026-07-01 17:30 UTC), false, evening, false, datetime!(2026-07-02 06:00 UTC)),
            (datetime!(2026-03-28 20:00 UTC), false, evening, false, datetime!(2026-03-29 06:00 UTC)),
            (datetime!(2026-11-24 09:00 UTC), true, None, false, datetime!(2026-11-25 07:30 UTC)),
            (datetime!(2026-11-24 07:29 UTC), true, None, false, datetime!(2026-11-24 07:30 UTC)),
            (datetime!(2026-11-24 07:30 UTC), true, None, false, datetime!(2026-11-25 07:30 UTC)),
            (datetime!(2026-11-24 09:00 UTC), true, None, true, datetime!(2026-11-24 09:00 UTC)),
        ] {
            assert_eq!(due(at, daily, quiet, urgent), leaves, "{at} {daily} {quiet:?} {urgent}");
        }
    }

    #[test]
    fn pauses_grow_and_stay_within_the_day() {
        let minutes: Vec<i64> = (1..=8).map(|tries| pause(tries, 0.0).whole_minutes()).collect();
        assert_eq!(minutes, [1, 5, 15, 30, 60, 120, 120, 120]);
        assert_eq!(pause(2, 1.0), Duration::seconds(375));
    }
}
