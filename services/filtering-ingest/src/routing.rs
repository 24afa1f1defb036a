//! Which school a line of a sender belongs to. The key is read from the fields that the filter itself fills, never from an
//! address or a search, which a pupil writes. What leads to no school waits, whole and unread by anybody.

use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;

use crate::{
    category,
    judge::{Judge, Rules, Seen},
    line,
    observation::{Observation, Rejected},
    profile::{Context, Profile, Reader},
    sender::{Found, Place, Sender, normal},
};

/// Names of the fields that hold a key, as products call them.
const POLICY: &[&str] = &["policyname", "policy_name", "policy", "profile"];
const DOMAIN: &[&str] = &["vd", "vdom", "vsys", "vsys_name", "virtual_domain"];
const LOCATION: &[&str] = &["location", "site"];
const REALM: &[&str] = &["realm", "netbios_domain"];
const DEVICE: &[&str] = &["devicehostname", "device_name", "srcname", "shost"];

/// Lines that go the same way, by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Their numbers in the delivery, in order.
    pub numbers: Vec<u64>,
    /// The lines, each with its newline.
    pub lines: Vec<u8>,
    /// How many of them would raise an alert of the highest severity at any school.
    pub critical: u64,
    /// The row of names that holds for them, where their log names its columns.
    pub header: Option<String>,
    /// Numbers of messages behind them that were cut off on their way: the feed is known, the text is not.
    pub cut: Vec<u64>,
}

/// What becomes of a line of a school that the sender speaks for no more.
pub const LEFT: Rejected =
    Rejected { reason: "school_left", detail: "the sender no longer speaks for the school that its key stands for" };

/// The number that a row of names has among lines that wait: no line's.
const NAMES: u64 = 0;

impl Part {
    fn add(&mut self, number: u64, line: &[u8]) {
        self.numbers.push(number);
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
    }

    /// Adds a line that is to wait, behind the row of names that holds for it: what waits is read by itself.
    fn wait(&mut self, number: u64, line: &[u8], header: Option<&str>) {
        if let Some(header) = header.filter(|header| self.header.as_deref() != Some(*header)) {
            self.add(NAMES, header.as_bytes());
            self.header = Some(header.to_owned());
        }
        self.add(number, line);
    }

    /// The lines apart, in the order of their numbers.
    pub fn apart(&self) -> Vec<&[u8]> {
        self.lines.split(|byte| *byte == b'\n').collect()
    }

    /// The numbers of its lines, without those of the rows of names that stand before them.
    pub fn of_lines(&self) -> impl Iterator<Item = u64> {
        self.numbers.iter().copied().filter(|number| *number != NAMES)
    }

    /// How many lines it is.
    pub fn len(&self) -> u64 {
        u64::try_from(self.of_lines().count()).unwrap_or(u64::MAX)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As it waits: every line after its number.
    pub fn numbered(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.lines.len() + self.numbers.len() * 8);
        for (number, line) in self.numbers.iter().zip(self.lines.split_inclusive(|byte| *byte == b'\n')) {
            all.extend_from_slice(number.to_string().as_bytes());
            all.push(b' ');
            all.extend_from_slice(line);
        }
        all
    }
}

/// The lines of a part that waited, with their numbers.
pub fn numbered(waiting: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    waiting.split(|byte| *byte == b'\n').filter_map(|line| {
        let blank = line.iter().position(|byte| *byte == b' ')?;
        Some((std::str::from_utf8(&line[..blank]).ok()?.parse::<u64>().ok()?, &line[blank + 1..]))
    })
}

/// The lines of a batch with their numbers; those up to `done` were accounted for before.
pub fn fresh(batch: &[u8], first: u64, done: u64) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = batch.strip_suffix(b"\n").unwrap_or(batch).split(|byte| *byte == b'\n');
    // Nothing is no line, not even an empty one.
    let lines = lines.take(if batch.is_empty() { 0 } else { usize::MAX });
    (first..).zip(lines).filter(move |(number, _)| *number > done)
}

/// A sender's lines by where they go.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// To a school; those of one school apart by the rows of names that hold for them, in their order.
    pub parts: BTreeMap<(Place, usize), Part>,
    /// To none yet, by key and reason.
    pub held: BTreeMap<(String, &'static str), Part>,
    /// Nowhere: they cannot be read, and nothing tells their school.
    pub refused: Vec<(u64, Rejected)>,
    /// The row of names that came last, in these lines or before them.
    pub header: Option<String>,
}

impl Split {
    /// The part of a place behind so many rows of names.
    fn part(&mut self, place: &Place, rows: usize) -> &mut Part {
        let header = &self.header;
        let new = || Part { header: header.clone(), ..Part::default() };
        self.parts.entry((place.clone(), rows)).or_insert_with(new)
    }
}

/// Puts lines where they belong, read by the sender's profile, which one of one feed does not need. `received_at` is when
/// they came, `header` the row of names that came before in their delivery.
pub fn split<'a>(
    sender: &Sender,
    profile: Option<&Profile>,
    header: Option<&str>,
    lines: impl Iterator<Item = (u64, &'a [u8])>,
    received_at: OffsetDateTime,
) -> Split {
    let mut split = Split { header: header.map(str::to_owned), ..Split::default() };
    let context = Context { time_zone: &sender.time_zone, received_at };
    let mut reader = profile.map(|profile| Reader::new(profile, header));
    let mut rows = 0;
    // The rules that hold without a policy.
    let (rules, groups) = (Rules::default(), HashMap::new());
    let mut judge = Judge::new(&rules, &groups);
    for (number, raw) in lines {
        if let Some(place) = sender.single() {
            split.parts.entry((place.clone(), rows)).or_default().add(number, raw);
            continue;
        }
        if number == NAMES {
            if let (Some(reader), Ok(names)) = (reader.as_mut(), std::str::from_utf8(raw)) {
                reader.pass(names);
                rows += 1;
                split.header = reader.header().map(str::to_owned);
            }
            continue;
        }
        let line = line::lines(raw).next().unwrap_or(Err(Rejected::malformed("there is no line")));
        let read = line.as_ref().map_err(|rejected| *rejected).and_then(|line| {
            let reader = reader.as_mut().ok_or(Rejected::malformed("there is no such profile"))?;
            Ok((reader.read(line, context)?, &line.text))
        });
        match read {
            Err(rejected) => {
                let text = line.as_ref().map_or("", |line| &*line.text);
                // It may have been a row of names.
                let names = reader.as_ref().and_then(Reader::header);
                if names != split.header.as_deref() {
                    split.refused.push((number, rejected));
                    split.header = names.map(str::to_owned);
                    rows += 1;
                    continue;
                }
                // One that names its school all the same is rejected there, and the school is told.
                match sender.find(&keys(&sender.routing_key, text, None), received_at) {
                    Found::At(place) => split.part(place, rows).add(number, raw),
                    Found::Held(..) | Found::Left => split.refused.push((number, rejected)),
                }
            }
            Ok((observation, text)) => {
                match sender.find(&keys(&sender.routing_key, text, Some(&observation)), observation.event_at) {
                    Found::At(place) => split.part(place, rows).add(number, raw),
                    Found::Held(key, reason) => {
                        let part = split.held.entry((key, reason)).or_default();
                        part.wait(number, raw, split.header.as_deref());
                        part.critical += u64::from(critical(&mut judge, &observation));
                    }
                    Found::Left => split.refused.push((number, LEFT)),
                }
            }
        }
    }
    split
}

/// Whether an event raises an alert of the highest severity wherever it belongs.
fn critical(judge: &mut Judge<'_>, observation: &Observation<'_>) -> bool {
    let seen = Seen::of(observation, category::of(observation, &HashMap::new()));
    let verdict = match (judge.by_list(&seen), seen.search) {
        (None, Some(search)) => judge.by_words(&seen, search.terms),
        (listed, _) => listed,
    };
    verdict.is_some_and(|verdict| verdict.severity == "critical")
}

/// The routing keys of a line that went to a school, read as it was when that was found; none where its sender carries one feed.
pub fn keys_of(
    sender: &Sender,
    profile: Option<&Profile>,
    header: Option<&str>,
    raw: &[u8],
    received_at: OffsetDateTime,
) -> Vec<String> {
    let (Some(profile), Some(Ok(line))) = (profile.filter(|_| sender.single().is_none()), line::lines(raw).next())
    else {
        return Vec::new();
    };
    let context = Context { time_zone: &sender.time_zone, received_at };
    let mut reader = Reader::new(profile, header);
    let observation = reader.read(&line, context).ok();
    keys(&sender.routing_key, &line.text, observation.as_ref())
}

/// The routing keys that a line holds, as they are compared: of one that cannot be read as an event, those that its fields name.
fn keys(kind: &str, line: &str, observation: Option<&Observation<'_>>) -> Vec<String> {
    let group = || {
        let groups =
            observation.into_iter().flat_map(|seen| &seen.groups).flat_map(|group| group.split([',', ';', '|']));
        groups.map(str::to_owned).collect::<Vec<String>>()
    };
    let device = || {
        let seen = observation.and_then(|seen| seen.device.as_ref());
        seen.map(ToString::to_string).into_iter().chain(named(line, DEVICE)).collect::<Vec<_>>()
    };
    let found: Vec<String> = match kind {
        "group" => group(),
        "policy" => named(line, POLICY),
        "virtual_domain" => named(line, DOMAIN),
        "location" => named(line, LOCATION),
        "realm" => match observation.and_then(|seen| seen.realm.as_ref()) {
            Some(realm) => vec![realm.to_string()],
            None => named(line, REALM),
        },
        "device_prefix" => device().into_iter().take(1).collect(),
        "dfe_number" => {
            let fields = [group(), named(line, POLICY), named(line, DOMAIN), named(line, LOCATION), device()].concat();
            fields.iter().flat_map(|field| numbers(field)).collect()
        }
        _ => Vec::new(),
    };
    let mut keys: Vec<String> = found.iter().filter_map(|key| normal(kind, key)).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What may be a DfE number in a field: words of digits with at most one slash or hyphen.
fn numbers(field: &str) -> Vec<String> {
    let part = |c: char| c.is_ascii_digit() || matches!(c, '/' | '-');
    let words = field.split(|c: char| !part(c)).map(|word| word.trim_matches(['/', '-']));
    words.filter(|word| normal("dfe_number", word).is_some()).map(str::to_owned).collect()
}

/// Fields of what somebody asked for, or their program says of itself: whoever writes them can write further pairs into them.
const WRITTEN: &[&str] = &[
    "url",
    "eurl",
    "request",
    "uri",
    "path",
    "query",
    "referrer",
    "referer",
    "referralurl",
    "agent",
    "user_agent",
    "useragent",
    "requestclientapplication",
];

/// The values of these fields in a line of JSON or of `key=value` pairs. All of them: a field that comes twice with
/// different values tells two schools, and so none. Where the filter names them before an address, nothing that stands behind
/// it counts: nobody sends their own line astray.
fn named(line: &str, names: &[&str]) -> Vec<String> {
    if let Some(json) = line.find('{').filter(|at| line[..*at].len() < 200).map(|at| &line[at..])
        && let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(json)
    {
        let found = names.iter().filter_map(|name| fields.get(*name));
        return found.filter_map(|value| value.as_str().map(str::to_owned)).collect();
    }
    let pairs = if line.contains("CEF:") || line.starts_with("LEEF:") { spaced(line) } else { quoted(line) };
    let known = |pairs: &[(&str, &str)]| {
        let known = pairs.iter().filter(|(key, value)| !value.is_empty() && is_of(key, names));
        known.map(|(_, value)| (*value).to_owned()).collect::<Vec<_>>()
    };
    let all = known(&pairs);
    // Of one alone it does not matter where it stands: nearly every line is spared the look for what was written.
    if all.len() < 2 {
        return all;
    }
    let written = pairs.iter().position(|(key, _)| is_of(key, WRITTEN)).unwrap_or(pairs.len());
    let before = known(&pairs[..written]);
    if before.is_empty() { all } else { before }
}

fn is_of(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Pairs whose values are quoted, or end at what parts the pairs: tabs, commas or blanks. The filter writes the first pair of a
/// line, and so says which: a comma in an address behind it begins no pair where blanks part them.
fn quoted(line: &str) -> Vec<(&str, &str)> {
    if line.contains('\t') {
        return line.split('\t').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.trim(), v.trim())).collect();
    }
    let mut pairs = Vec::new();
    let (mut rest, mut mark) = (line, None);
    while let Some((before, after)) = rest.split_once('=') {
        let key = before.rsplit([' ', ',']).next().unwrap_or_default();
        let (value, next) = match after.strip_prefix('"') {
            Some(inside) => inside.split_once('"').unwrap_or((inside, "")),
            None => {
                let mark = *mark.get_or_insert_with(|| parted_by(after));
                after.split_once(mark).unwrap_or((after, ""))
            }
        };
        // A quoted value ends by itself; what parts it from the next pair stands behind it.
        if after.starts_with('"') && mark.is_none() {
            mark = next.chars().next().filter(|c| matches!(c, ' ' | ','));
        }
        pairs.push((key, value));
        rest = next;
    }
    pairs
}

/// What parts the pairs of a line, by what stands behind its first value: a comma only where a further pair follows it.
fn parted_by(after: &str) -> char {
    let Some((_, next)) = after.split_once([' ', ',']).filter(|(value, _)| after[value.len()..].starts_with(','))
    else {
        return ' ';
    };
    let key = next.split_once('=').map(|(key, _)| key.trim_start());
    if key.is_some_and(|key| !key.is_empty() && !key.contains([' ', ','])) { ',' } else { ' ' }
}

/// The longest name of a field.
const NAME_MAX: usize = 100;

/// Pairs whose values run to the next key.
fn spaced(line: &str) -> Vec<(&str, &str)> {
    let word =
        |key: &str| (1..=NAME_MAX).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    // LEEF 2.0 may name the bar itself as what parts its pairs.
    let declared = if line.starts_with("LEEF:2") { line.split('|').nth(5).unwrap_or_default() } else { "" };
    let barred = declared.to_ascii_lowercase().ends_with("x7c");
    let (mut start, mut found): (usize, Vec<(usize, usize)>) = (0, Vec::new());
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b' ' | b'\t' => start = at + 1,
            // These part the header; behind it one is of an address, or of what somebody wrote.
            b'|' if barred || found.is_empty() => start = at + 1,
            b'=' if found.last().is_none_or(|(_, equals)| start > *equals) && word(&line[start..at]) => {
                found.push((start, at));
            }
            _ => {}
        }
    }
    let ends = found.iter().skip(1).map(|(start, _)| *start).chain([line.len()]);
    found
        .iter()
        .zip(ends)
        .map(|((start, equals), end)| (&line[*start..*equals], line[equals + 1..end].trim()))
        .collect()
}

#[cfg(test)]
mod tests;
