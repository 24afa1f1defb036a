//! A school's page on which people without an account report: where it is, and when somebody reads what comes.

use chassis::{
    calendar::{ClosedDays, on},
    clock::london,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time};

use crate::cover::Cover;

/// Reports a school takes through its page in `WINDOW`, so that a flood buries nobody's words.
pub const MOST: u64 = 60;
/// The time they are counted in.
pub const WINDOW: Duration = Duration::minutes(15);

/// Days in which it is looked for when somebody reads next.
const AHEAD: i64 = 366;

/// Characters of a page's code: it is typed from a poster.
const CODE: usize = 8;
/// Characters of a receipt: 60 bits, which nobody guesses.
const RECEIPT: usize = 12;
/// No i, l, o or u: what is read aloud is typed right.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A school's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicReport {
    /// The school.
    pub school_id: String,
    /// What the page calls it.
    pub school_name: String,
    /// The code in its address.
    pub code: String,
    /// Whether it is up.
    pub open: bool,
    /// When what comes is read.
    pub hours: Hours,
    /// When it was last opened, changed or closed.
    pub updated_at: OffsetDateTime,
}

/// The hours of a school day in which somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    from: Time,
    to: Time,
}

impl Hours {
    /// Hours from one time of day until a later one, both as `08:30`; none where they are not.
    pub fn read(from: &str, to: &str) -> Option<Self> {
        let (from, to) = (time_of_day(from)?, time_of_day(to)?);
        (from < to).then_some(Self { from, to })
    }

    /// Their beginning, `08:30`.
    pub fn from(self) -> String {
        spelt(self.from)
    }

    /// Their end, `16:00`.
    pub fn to(self) -> String {
        spelt(self.to)
    }

    /// From when until when somebody reads next, from now on where they do now: on a day of the school, within these hours, and
    /// where there is a rota only while it has somebody. None where that is on no day of the coming year.
    pub fn next(
        self,
        now: OffsetDateTime,
        cover: &Cover,
        closed: &ClosedDays,
    ) -> Option<(OffsetDateTime, OffsetDateTime)> {
        let today = london(now).date();
        let days = (0..AHEAD).map(|n| today + Duration::days(n)).filter(|day| closed.school_day(*day));
        days.map(|day| (day, on(day, self.from).max(now), on(day, self.to)))
            .filter(|(_, start, end)| start < end)
            .find_map(|(day, start, end)| cover.covered(day, start, end).into_iter().next())
    }
}

fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':').filter(|(hour, minute)| (hour.len(), minute.len()) == (2, 2))?;
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if !(digits(hour) && digits(minute)) {
        return None;
    }
    Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}

fn spelt(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The code of a page, out of random bytes.
pub fn code(random: &[u8; 32]) -> String {
    letters(random, CODE)
}

/// A receipt, out of random bytes.
pub fn receipt(random: &[u8; 32]) -> String {
    letters(random, RECEIPT)
}

fn letters(random: &[u8; 32], many: usize) -> String {
    random.iter().take(many).filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|c| char::from(*c)).collect()
}

/// A code as somebody typed it: without spaces, dashes and capitals, and with the letters that look like digits as those.
pub fn typed(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase);
    plain
        .map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use time::{
        Weekday,
        macros::{datetime, time},
    };

    use super::*;
    use crate::cover::{Absence, Shift};

    #[test]
    fn it_is_said_when_somebody_reads_next() {
        let hours = Hours::read("08:30", "16:00").ok_or("no hours");
        let closed = ClosedDays::read(["2026-10-26 to 2026-10-30"]);
        let next = |at| {
            let (from, _) = hours?.next(at, &Cover::default(), &closed).ok_or("never")?;
            Ok::<_, &str>((from == at, from))
        };
        for (at, expected) in [
            // A Thursday in winter: before, within and after the hours.
            (datetime!(2026-11-26 07:00 UTC), (false, datetime!(2026-11-26 08:30 UTC))),
            (datetime!(2026-11-26 08:30 UTC), (true, datetime!(2026-11-26 08:30 UTC))),
            (datetime!(2026-11-26 16:00 UTC), (false, datetime!(2026-11-27 08:30 UTC))),
            // A Friday evening, and Christmas.
            (datetime!(2026-11-27 18:00 UTC), (false, datetime!(2026-11-30 08:30 UTC))),
            (datetime!(2026-12-24 18:00 UTC), (false, datetime!(2026-12-29 08:30 UTC))),
            // The school's own half-term, which ends after the clocks went back.
            (datetime!(2026-10-23 17:00 UTC), (false, datetime!(2026-11-02 08:30 UTC))),
            // A summer morning: half past eight in London is half past seven by UTC.
            (datetime!(2026-07-01 07:00 UTC), (false, datetime!(2026-07-01 07:30 UTC))),
            (datetime!(2026-07-01 15:30 UTC), (false, datetime!(2026-07-02 07:30 UTC))),
        ] {
            assert_eq!(next(at), Ok(expected), "{at}");
        }
    }

    #[test]
    fn nobody_is_said_to_read_while_the_rota_has_nobody() {
        let hours = Hours::read("08:30", "16:00").ok_or("no hours");
        let shift = |from, to| Shift { weekday: Weekday::Friday, from, to, account_ids: vec!["a".to_owned()] };
        let mut cover = Cover::default();
        let shifts = vec![shift(time!(8:00), time!(10:00)), shift(time!(10:00), time!(13:00))];
        assert_eq!(cover.set_day(Weekday::Friday, shifts), Ok(()));
        let closed = ClosedDays::read(["2026-12-04"]);
        let next = |cover: &Cover, at| hours.map(|hours| hours.next(at, cover, &closed));
        let morning = (datetime!(2026-11-27 09:00 UTC), datetime!(2026-11-27 13:00 UTC));
        assert_eq!(next(&cover, morning.0), Ok(Some(morning)), "until the last of the morning goes");
        let after = (datetime!(2026-12-11 08:30 UTC), datetime!(2026-12-11 13:00 UTC));
        assert_eq!(
            next(&cover, datetime!(2026-11-27 13:00:51 UTC)),
            Ok(Some(after)),
            "the school is closed on the 4th"
        );
        cover.absences.push(Absence {
            id: chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock)).next(),
            account_id: "a".to_owned(),
            from: datetime!(2026-11-27 10:00 UTC),
            to: None,
            stand_in: None,
            only_head: false,
            only_chair: false,
            by: "a".to_owned(),
            at: morning.0,
        });
        let until_ten = (morning.0, datetime!(2026-11-27 10:00 UTC));
        assert_eq!(next(&cover, morning.0), Ok(Some(until_ten)));
        assert_eq!(next(&cover, morning.1), Ok(None), "nobody is there any more");
    }

    #[test]
    fn hours_are_times_of_day_in_their_order() {
        for (from, to) in [
            ("", ""),
            ("8:30", "16:00"),
            ("08:30", "08:30"),
            ("16:00", "08:30"),
            ("08:60", "16:00"),
            ("+8:30", "16:00"),
        ] {
            assert_eq!(Hours::read(from, to), None, "{from} {to}");
        }
        assert_eq!(
            Hours::read("08:05", "16:00").map(|hours| (hours.from(), hours.to())),
            Some(("08:05".into(), "16:00".into()))
        );
    }

    #[test]
    fn a_code_is_read_as_it_is_spoken() {
        let random = std::array::from_fn(|n| u8::try_from(n * 7).unwrap_or_default());
        let receipt = receipt(&random);
        assert_eq!((code(&random).len(), receipt.len()), (8, 12));
        assert_eq!(typed(&format!(" {}-{} ", receipt[..4].to_uppercase(), &receipt[4..])), receipt);
        assert_eq!(typed("OIl0"), "0110");
    }
}
