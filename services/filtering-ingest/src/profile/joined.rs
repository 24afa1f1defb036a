//! Several records in one line: behind a carriage return alone, behind a syslog priority, or behind the last value of a line
//! that stands by its places. Whoever asks for an address chooses what stands in it, and in the name of a program: what only
//! looks like a record must take nothing out of the one it stands in. So a further record is one that reads as a record with
//! a time of its own, and the first is read as if none followed; a carriage return alone ends a line as a newline does, where
//! what stands on either side of it is a whole record.

use memchr::{memchr, memchr_iter};

use super::{Context, Reader, framing::priority};
use crate::{
    line::Line,
    observation::{Observation, Rejected, Text, TimeBasis, Warning, Warnings},
};

/// The sign that a carriage return is kept as.
const RETURN: char = '␍';
/// Places of one line that are tried: each reads the rest of the line.
const TRIED: usize = 16;

/// A record that stands in a line behind another, where nobody can say whose it is, or that is one too many.
pub const JOINED: Rejected = Rejected {
    reason: "joined",
    detail: "a record stands in the line of another, and nobody can say where it belongs",
};

/// Where the records of a line stand.
#[derive(Debug, PartialEq, Eq)]
struct Joined {
    /// Where the first ends.
    first: usize,
    /// Whether it is read up to there alone; else as if none followed.
    whole: bool,
    /// From where to where each further one is read.
    further: Vec<(usize, usize)>,
    /// Where those begin that are one too many.
    more: Option<usize>,
}

impl<'p> Reader<'p> {
    /// Whether the line that was read last holds several records.
    pub fn is_joined(&self, line: &Line<'_>, context: Context<'_>) -> bool {
        self.joined(line, context).is_some()
    }

    /// Reads every record of a line, with its text. Of one line no two are rejected for different reasons.
    pub fn each<'a>(
        &mut self,
        line: &'a Line<'_>,
        context: Context<'_>,
        mut take: impl FnMut(&'a str, Result<Observation<'a>, Rejected>),
    ) where
        'p: 'a,
    {
        let text: &'a str = &line.text;
        let read = self.read(line, context);
        let Some(joined) = self.joined(line, context) else { return take(text, read) };
        let warnings = line.warnings.with(Warning::JoinedRecords);
        let head = &text[..joined.first];
        let alone = joined.whole || read.is_err();
        let mut first = self.text(if alone { head } else { text }, context, warnings);
        // Where nothing stands between two records, the last value of the first has no end that the whole line shows.
        if !alone && let (Ok(first), Ok(head)) = (&mut first, self.text(head, context, warnings)) {
            add(&mut first.vendor_categories, head.vendor_categories);
            add(&mut first.vendor_category_ids, head.vendor_category_ids);
        }
        let is_read = first.is_ok();
        take(head, first);
        for (from, to) in joined.further {
            let record = &text[from..to];
            take(record, self.text(record, context, warnings));
        }
        if let Some(more) = joined.more.filter(|_| is_read) {
            take(&text[more..], Err(JOINED));
        }
    }

    fn text<'a>(&mut self, text: &'a str, context: Context<'_>, warnings: Warnings) -> Result<Observation<'a>, Rejected>
    where
        'p: 'a,
    {
        self.profile.read_by(text, context, warnings, &mut self.header, &mut self.behind)
    }

    fn joined(&self, line: &Line<'_>, context: Context<'_>) -> Option<Joined> {
        let text = &*line.text;
        let returns = line.warnings.has(Warning::ControlCharacters);
        if returns && let Some(joined) = self.by_returns(text, context) {
            return Some(joined);
        }
        let mut found = Places::default();
        if self.profile.framing.syslog {
            let mut from = 1;
            while let Some(at) = text.as_bytes().get(from..).and_then(|rest| memchr(b'<', rest)).map(|at| at + from) {
                from = at + 1;
                if priority(&text[at..]).is_some() && !found.add(at, || self.is_record(&text[at..], context)) {
                    break;
                }
            }
        }
        if self.behind > 0 && found.at.is_empty() {
            let from = text.len().saturating_sub(self.behind);
            for dot in memchr_iter(b'.', &text.as_bytes()[from..]) {
                let Some(at) = epoch(&text.as_bytes()[from..], dot).map(|at| at + from) else { continue };
                if !found.add(at, || self.is_record(&text[at..], context)) {
                    break;
                }
            }
        }
        let first = *found.at.first()?;
        let further = found.at.into_iter().map(|at| (at, text.len())).collect();
        Some(Joined { first, whole: false, further, more: found.more })
    }

    /// The records between carriage returns that no newline follows. What is no record is part of the one before it.
    fn by_returns(&self, text: &str, context: Context<'_>) -> Option<Joined> {
        let (mut begins, mut at) = (Vec::new(), 0);
        for piece in text.split(RETURN) {
            if at > 0 && self.is_record(piece, context) {
                begins.push(at);
            }
            at += piece.len() + RETURN.len_utf8();
        }
        let first = begins.first()? - RETURN.len_utf8();
        let ends = begins.iter().skip(1).map(|begin| begin - RETURN.len_utf8()).chain([text.len()]);
        let further = begins.iter().copied().zip(ends).collect();
        let whole = self.record(&text[..first], context).is_some_and(|warnings| !warnings.has(Warning::Truncated));
        Some(Joined { first, whole, further, more: None })
    }

    fn is_record(&self, text: &str, context: Context<'_>) -> bool {
        self.record(text, context).is_some()
    }

    /// What is odd about a text that reads as a record with a time of its own; none where it does not.
    fn record(&self, text: &str, context: Context<'_>) -> Option<Warnings> {
        let mut header = self.header.clone();
        let read = self.profile.read_by(text, context, Warnings::default(), &mut header, &mut 0).ok()?;
        (read.time_basis != TimeBasis::ReceiveTime).then_some(read.warnings)
    }
}

/// Adds what is not among some.
fn add<'a>(some: &mut Vec<Text<'a>>, others: Vec<Text<'a>>) {
    for other in others {
        if !some.contains(&other) {
            some.push(other);
        }
    }
}

/// Places at which records begin.
#[derive(Debug, Default)]
struct Places {
    at: Vec<usize>,
    tried: usize,
    more: Option<usize>,
}

impl Places {
    /// Adds a place where a record begins; false once no more are tried.
    fn add(&mut self, at: usize, is_record: impl FnOnce() -> bool) -> bool {
        self.tried += 1;
        if self.tried > TRIED {
            self.more = Some(at);
            return false;
        }
        if is_record() {
            self.at.push(at);
        }
        true
    }
}

/// Where `1794825936.916 ` begins, by its dot.
fn epoch(bytes: &[u8], dot: usize) -> Option<usize> {
    const SECONDS: usize = 10;
    let begin = dot.checked_sub(SECONDS)?;
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    (digits(begin, dot) && digits(dot + 1, dot + 4) && bytes.get(dot + 4) == Some(&b' ')).then_some(begin)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::{line, profile::named};

    const CONTEXT: Context<'static> = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };

    fn squid(user: &str, words: &str) -> String {
        let url = format!("https://www.google.com/search?q={words}");
        format!("1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html")
    }

    fn fortigate(user: &str, words: &str, rest: &str) -> String {
        format!(
            "date=2026-11-16 time=10:15:42 type=\"utm\" subtype=\"webfilter\" user=\"{user}\" hostname=\"www.google.com\" \
             url=\"/search?q={words}\" action=\"passthrough\" {rest}catdesc=\"Search Engines and Portals\""
        )
    }

    /// Who searched for what, of every record of a line.
    fn all(profile: &str, line: &str) -> Vec<String> {
        let Some(profile) = named(profile) else { unreachable!("it is shipped") };
        let mut reader = Reader::new(profile, None);
        let mut all = Vec::new();
        for line in line::lines(line.as_bytes()).flatten() {
            reader.each(&line, CONTEXT, |_, read| {
                all.push(match read {
                    Ok(read) => {
                        let words = read.search.as_ref().map_or("", |search| &*search.terms);
                        format!("{} {words}", read.user.as_deref().unwrap_or_default())
                    }
                    Err(why) => why.reason.to_owned(),
                });
            });
        }
        all
    }

    #[test]
    fn every_record_of_a_line_is_read() {
        let (one, two) = (squid("u1", "roman"), squid("u2", "roads"));
        for between in [" ", "\r", ""] {
            assert_eq!(all("squid", &format!("{one}{between}{two}")), ["u1 roman", "u2 roads"], "{between:?}");
        }
        let three = format!("{one}\r{two}\r{}\r", squid("u3", "rome"));
        assert_eq!(all("squid", &three), ["u1 roman", "u2 roads", "u3 rome"], "a log without newlines");
        let (one, two) = (fortigate("u1", "roman", ""), fortigate("u2", "roads", ""));
        for between in ["<189>", " <189>", "\n<189>", "\r", "\r<189>"] {
            assert_eq!(all("fortigate", &format!("<189>{one}{between}{two}")), ["u1 roman", "u2 roads"], "{between:?}");
        }
        for alone in [format!("{one}\r\n"), format!("{one} <1> <2>x <189>date=1")] {
            assert_eq!(all("fortigate", &alone), ["u1 roman"], "{alone}");
        }
    }

    #[test]
    fn what_looks_like_a_record_takes_nothing_out_of_the_one_it_stands_in() {
        let forged = fortigate("u2", "roads", "");
        let line =
            fortigate("u1", "roman", &format!("agent=\"x\" <189>{forged} y=\"\" cat=83 catdesc=\"Child Abuse\" "));
        let Some(profile) = named("fortigate") else { unreachable!("it is shipped") };
        let mut reader = Reader::new(profile, None);
        let Some(Ok(line)) = line::lines(line.as_bytes()).next() else { unreachable!("it is a line") };
        let mut seen = Vec::new();
        reader.each(&line, CONTEXT, |_, read| {
            seen.extend(read.ok().map(|read| {
                let joined = read.warnings.has(Warning::JoinedRecords);
                (read.user.as_deref().map(str::to_owned), crate::category::of_event(&read).is_listed(), joined)
            }));
        });
        assert_eq!(seen.first(), Some(&(Some("u1".to_owned()), true, true)), "its own category behind it counts");
    }

    #[test]
    fn of_a_line_full_of_records_some_are_read_and_the_rest_is_told_of() {
        let line: String = (0..40).map(|n| format!("<189>{} ", fortigate(&format!("u{n}"), "roman", ""))).collect();
        let all = all("fortigate", &line);
        assert_eq!((all.len(), all.last().map(String::as_str)), (TRIED + 2, Some("joined")));
    }
}
