//! How a product's lines are read. In operation a feed's profile is fixed: a line that does not fit is rejected and
//! counted, never guessed at.

mod cef;
mod e2guardian;
mod fortigate;
mod pairs;
mod squid;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use crate::observation::{Observation, Rejected, TimeBasis};

/// The products whose lines are read.
pub const PROFILES: [&str; 4] = ["squid", "e2guardian", "fortigate", "cef"];

/// The zones a line's local time may be in.
pub const ZONES: [&str; 2] = ["Europe/London", "UTC"];

/// What a line alone does not tell.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The zone of times without one.
    pub time_zone: &'a str,
    /// When the line was received.
    pub received_at: OffsetDateTime,
}

/// Reads a line by a profile.
///
/// # Errors
/// Why the line is not taken.
pub fn read(profile: &str, line: &str, context: Context<'_>) -> Result<Observation, Rejected> {
    match profile {
        "squid" => squid::read(line),
        "e2guardian" => e2guardian::read(line, context),
        "fortigate" => fortigate::read(line, context),
        "cef" => cef::read(line, context),
        _ => Err(Rejected::malformed("there is no such profile")),
    }
}

/// A line that a firewall or a mail server wrote, as far as its words tell: such lines are normal, and no web use.
fn foreign(line: &str) -> bool {
    const MARKS: [&str; 6] = [" kernel: ", " IN=", " OUT=", " DPT=", " sshd[", " dhcpd"];
    MARKS.iter().filter(|mark| line.contains(**mark)).count() >= 2 || line.contains("]: Accepted ")
}

/// An epoch in seconds, milliseconds, microseconds or nanoseconds, by its magnitude.
fn epoch(text: &str) -> Option<OffsetDateTime> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i128 = whole.parse().ok().filter(|n| *n > 0)?;
    let nanos = match whole.len() {
        9 | 10 => {
            let fraction: i128 =
                if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").get(..9)?.parse().ok()? };
            number * 1_000_000_000 + fraction
        }
        12 | 13 => number * 1_000_000,
        15 | 16 => number * 1_000,
        18 | 19 => number,
        _ => return None,
    };
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}

/// A local date and time of the feed's zone, as UTC. The hour that comes twice in October is taken as its first.
fn local(date: (i32, u8, u8), clock: (u8, u8, u8), context: Context<'_>) -> Option<(OffsetDateTime, TimeBasis)> {
    let date = Date::from_calendar_date(date.0, Month::try_from(date.1).ok()?, date.2).ok()?;
    let time = Time::from_hms(clock.0, clock.1, clock.2).ok()?;
    let as_utc = PrimitiveDateTime::new(date, time).assume_utc();
    let at = if context.time_zone == "UTC" {
        as_utc
    } else {
        // An hour earlier by UTC where that moment lies in summer.
        let summer = as_utc - time::Duration::hours(1);
        if chassis::clock::london(summer).offset().whole_hours() == 1 { summer } else { as_utc }
    };
    Some((at, TimeBasis::ProfileZone))
}

/// `10:15:42` as numbers.
fn clock(text: &str) -> Option<(u8, u8, u8)> {
    let mut parts = text.splitn(3, ':');
    let mut next = || parts.next()?.parse().ok();
    Some((next()?, next()?, next()?))
}

/// `2026-11-16` or `2026.11.16`, two-digit years too.
fn date(text: &str, separator: char) -> Option<(i32, u8, u8)> {
    let mut parts = text.splitn(3, separator);
    let year: i32 = parts.next()?.parse().ok().filter(|y| (0..3000).contains(y))?;
    Some((if year < 100 { year + 2000 } else { year }, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What a status says where the product's own word does not decide.
fn by_status(status: &str) -> crate::observation::Outcome {
    use crate::observation::Outcome;
    match status.as_bytes().first() {
        Some(b'2' | b'3') => Outcome::Allowed,
        Some(b'4') if status == "407" => Outcome::AuthChallenge,
        Some(b'4' | b'5') => Outcome::Error,
        _ if status == "000" || status == "0" => Outcome::Error,
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const CONTEXT: Context<'static> =
        Context { time_zone: "Europe/London", received_at: datetime!(2026-11-24 09:00 UTC) };

    #[test]
    fn times_are_read_by_magnitude_and_zone() {
        assert_eq!(epoch("1545938629"), Some(datetime!(2018-12-27 19:23:49 UTC)));
        assert_eq!(epoch("1794825936.916"), Some(datetime!(2026-11-16 10:45:36.916 UTC)));
        assert_eq!(epoch("1794817802000000000"), Some(datetime!(2026-11-16 08:30:02 UTC)));
        let local = |month, hour| local((2026, month, 1), (hour, 0, 0), CONTEXT).map(|(at, _)| at);
        assert_eq!(local(7, 12), Some(datetime!(2026-07-01 11:00 UTC)));
        assert_eq!(local(12, 12), Some(datetime!(2026-12-01 12:00 UTC)));
    }

    /// A line of each product, to be damaged.
    const LINES: [&str; 4] = [
        "1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET https://a.example/x?q=y u1 HIER_DIRECT/192.0.2.1 text/html",
        "2026.11.16 10:15:42 u1 192.0.2.2 https://a.example/x *DENIED* Blocked site: a.example GET 0 0 Games 1 403 text/html - Pupils - - - - -",
        "date=2026-11-16 time=10:22:33 type=\"utm\" subtype=\"webfilter\" user=\"u1\" hostname=\"a.example\" url=\"/x\" action=\"blocked\" catdesc=\"Gambling\"",
        "CEF:0|Maker|Filter|1|9|Transaction blocked|7| act=blocked dhost=a.example rt=1653557213000 suser=u1 request=http://a.example/x",
    ];

    #[test]
    fn a_line_of_each_product_is_read() {
        for (profile, line) in PROFILES.iter().zip(LINES) {
            let read = read(profile, line, CONTEXT).map(|o| (o.url.host, o.user));
            assert_eq!(read, Ok(("a.example".to_owned(), Some("u1".to_owned()))), "{profile}");
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_reading_panic(which in 0usize..4, at in any::<prop::sample::Index>(), junk in ".{0,12}", noise in ".{0,300}") {
            let line = LINES[which];
            let mut cut = at.index(line.len());
            while !line.is_char_boundary(cut) { cut -= 1; }
            for profile in PROFILES {
                for text in [line[..cut].to_owned(), format!("{}{junk}{}", &line[..cut], &line[cut..]), noise.clone()] {
                    let _ = read(profile, &text, CONTEXT);
                }
            }
        }
    }
}
