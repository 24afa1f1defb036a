//! The calendar of a school: the days of its policy as RFC 5545 has them, and nobody's name.

use std::fmt::Write as _;

use time::OffsetDateTime;

use crate::reminder::{Deadline, Matter};

chassis::id!(/** One secret address of a school's calendar. */ pub struct CalendarFeedId = "cal");

/// The longest line, in bytes, its end not counted.
const LONGEST: usize = 75;

/// The calendar of these days.
pub fn calendar(school: &str, deadlines: &[Deadline], now: OffsetDateTime) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add("PRODID:-//Hedgerow//Policy calendar//EN");
    lines.add("CALSCALE:GREGORIAN");
    lines.add("METHOD:PUBLISH");
    lines.add(&format!("X-WR-CALNAME:{}", escaped(&format!("Online safety policy: {school}"))));
    lines.add("REFRESH-INTERVAL;VALUE=DURATION:PT12H");
    lines.add("X-PUBLISHED-TTL:PT12H");
    let stamp = format!("{}T{:02}{:02}{:02}Z", basic(now.date()), now.hour(), now.minute(), now.second());
    for deadline in deadlines {
        let next = deadline.day.next_day().unwrap_or(deadline.day);
        lines.add("BEGIN:VEVENT");
        lines.add(&format!("UID:{}-{}@hedgerow", deadline.matter.name(), deadline.of));
        lines.add(&format!("DTSTAMP:{stamp}"));
        lines.add(&format!("DTSTART;VALUE=DATE:{}", basic(deadline.day)));
        lines.add(&format!("DTEND;VALUE=DATE:{}", basic(next)));
        lines.add(&format!("SUMMARY:{}", escaped(&title(deadline))));
        lines.add("TRANSP:TRANSPARENT");
        lines.add("END:VEVENT");
    }
    lines.add("END:VCALENDAR");
    lines.0
}

fn title(deadline: &Deadline) -> String {
    let what = match deadline.matter {
        Matter::Review => "review due",
        Matter::Ratification => "governors ratify by",
        Matter::Consultation => "last day for comments",
        Matter::Proposals => "answer the template’s proposals by",
    };
    match deadline.version {
        Some(version) => format!("Online safety policy, version {version}: {what}"),
        None => format!("Online safety policy: {what}"),
    }
}

fn basic(day: time::Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day())
}

/// A text as a value: what has a meaning of its own is escaped, and no control character passes.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if c.is_control() => {}
            c => value.push(c),
        }
    }
    value
}

/// Lines, folded so that none is longer than the format allows, and never within a character.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                length = 1;
            }
            let _ = self.0.write_char(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-25 09:05 UTC);

    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split_terminator("\r\n").map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_day_is_an_event_of_one_whole_day() {
        let day = date!(2026 - 12 - 31);
        let due = Deadline { matter: Matter::Review, day, of: "ins_1".into(), version: Some(3) };
        let lines = unfolded(&calendar("Oakbeck", &[due], NOW));
        for wanted in [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "UID:review-ins_1@hedgerow",
            "DTSTAMP:20261125T090500Z",
            "DTSTART;VALUE=DATE:20261231",
            "DTEND;VALUE=DATE:20270101",
            "SUMMARY:Online safety policy\\, version 3: review due",
            "END:VCALENDAR",
        ] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted}: {lines:#?}");
        }
    }

    #[test]
    fn lines_are_folded_between_characters_and_what_a_school_is_called_breaks_none() {
        let name = "St Mary’s; a, b\\c\r\nEND:VCALENDAR ".repeat(9);
        let text = calendar(&name, &[], NOW);
        assert!(text.split("\r\n").all(|line| line.len() <= LONGEST), "{text}");
        let lines = unfolded(&text);
        assert_eq!(lines.iter().filter(|line| *line == "END:VCALENDAR").count(), 1);
        let named = lines.iter().find(|line| line.starts_with("X-WR-CALNAME:")).map(String::as_str);
        assert!(named.is_some_and(|line| line.contains("St Mary’s\\; a\\, b\\\\c\\nEND:VCALENDAR ")), "{named:?}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }
}
