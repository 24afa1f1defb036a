//! The minutes of an hour in which something was heard of a feed.

use serde::{Deserialize, Serialize};

/// Minutes of an hour.
const MINUTES: u32 = 60;
/// As many bits as an hour has minutes.
const WHOLE: u64 = (1 << MINUTES) - 1;

/// Which minutes of one hour have proof that a feed worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Minutes(u64);

impl Minutes {
    /// All of them, for hours of which no more is known than that.
    pub const ALL: Self = Self(WHOLE);

    /// As a column holds them.
    pub fn from_column(bits: i64) -> Self {
        Self(u64::try_from(bits).unwrap_or_default() & WHOLE)
    }

    /// For a column.
    pub fn column(self) -> i64 {
        i64::try_from(self.0).unwrap_or_default()
    }

    /// Notes that something was heard in a minute, 0 to 59.
    pub fn hear(&mut self, minute: u8) {
        self.0 |= (1 << minute) & WHOLE;
    }

    /// Whether something was heard in a minute.
    pub fn heard(self, minute: u8) -> bool {
        self.0 >> minute & 1 == 1
    }

    /// The last minute in which something was heard.
    pub fn last(self) -> Option<u8> {
        (0..60).rev().find(|minute| self.heard(*minute))
    }

    /// The longest run of minutes in which nothing was heard.
    pub fn longest_silence(self) -> u32 {
        let (mut longest, mut run) = (0, 0);
        for minute in 0..60 {
            run = if self.heard(minute) { 0 } else { run + 1 };
            longest = longest.max(run);
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_remembers_its_minutes_and_the_longest_silence() {
        let mut minutes = Minutes::default();
        assert_eq!((minutes.longest_silence(), minutes.last()), (60, None));
        for minute in [0, 20, 59, 63] {
            minutes.hear(minute);
        }
        assert!(minutes.heard(20) && !minutes.heard(21));
        assert_eq!((minutes.longest_silence(), minutes.last()), (38, Some(59)));
        assert_eq!(Minutes::from_column(minutes.column()), minutes);
        assert_eq!(Minutes::from_column(-1), Minutes::default());
        assert_eq!(Minutes::ALL.longest_silence(), 0);
    }
}
