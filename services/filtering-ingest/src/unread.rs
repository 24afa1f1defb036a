//! The text of rejected lines, kept for a while: once a profile is mended, or a feed is set to the right one, they are read
//! again, and nothing of the hours in between is lost.

use serde::{Deserialize, Serialize};

use crate::{
    intake::Further,
    line,
    observation::Rejected,
    profile::{Context, JOINED, Profile, Reader},
};

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its number in its delivery.
    pub line: u64,
    /// Why it was rejected.
    pub reason: String,
    /// In more words.
    pub detail: String,
    /// What it said.
    pub text: String,
}

impl Unread {
    /// A line that was rejected; none where it is as it should be and only no web use.
    pub fn of(line: u64, why: &Rejected, text: &str) -> Option<Self> {
        (why.kind() == "malformed").then(|| Self {
            line,
            reason: why.reason.to_owned(),
            detail: why.detail.to_owned(),
            text: text.to_owned(),
        })
    }
}

/// The rejected lines of one batch, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spool {
    /// The row of names that held for them, where their log names its columns.
    pub header: Option<String>,
    /// The lines.
    pub lines: Vec<Unread>,
}

/// Lines as a batch.
pub fn batch<'a>(lines: impl IntoIterator<Item = &'a Unread>) -> String {
    lines.into_iter().map(|unread| unread.text.as_str()).collect::<Vec<_>>().join("\n")
}

impl Spool {
    /// How many bytes its lines have.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|unread| unread.text.len()).sum()
    }

    /// Those that a profile reads by now, and the rows of names that it reads them by. A record of which nobody can say whose it
    /// is reads as well as any, and is left.
    pub fn readable(&self, profile: &Profile, context: Context<'_>, further: Further) -> Vec<Unread> {
        let text = batch(&self.lines);
        let mut reader = Reader::new(profile, self.header.as_deref());
        let mut names = reader.header().map(str::to_owned);
        let mut readable = Vec::new();
        for (unread, line) in self.lines.iter().zip(line::lines(text.as_bytes())) {
            let read = line.is_ok_and(|line| reader.read(&line, context).is_ok());
            let named = reader.header().map(str::to_owned);
            let placed = further == Further::Read || unread.reason != JOINED.reason;
            if placed && (read || named != names) {
                readable.push(unread.clone());
            }
            names = named;
        }
        readable
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn a_record_that_nobody_can_place_is_not_read_again_either() {
        let Some(squid) = crate::profile::named("squid") else { unreachable!("it is shipped") };
        let text = "1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 -";
        let lines = [Rejected::malformed("no line of this product"), JOINED];
        let lines = (1..).zip(&lines).filter_map(|(line, why)| Unread::of(line, why, text)).collect();
        let spool = Spool { header: None, lines };
        let context = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };
        let read =
            |further| spool.readable(squid, context, further).iter().map(|unread| unread.line).collect::<Vec<_>>();
        assert_eq!((read(Further::Pass), read(Further::Read)), (vec![1], vec![1, 2]));
    }
}
