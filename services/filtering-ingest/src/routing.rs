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
    /// Nowhere: they cannot be read, so nothing tells their school.
    pub refused: Vec<(u64, Rejected)>,
    /// The row of names that came last, in these lines or before them.
    pub header: Option<String>,
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
                split.refused.push((number, rejected));
                // It may have been a row of names.
                let names = reader.as_ref().and_then(Reader::header);
                if names != split.header.as_deref() {
                    split.header = names.map(str::to_owned);
                    rows += 1;
                }
            }
            Ok((observation, text)) => {
                match sender.find(&keys(&sender.routing_key, text, &observation), observation.event_at) {
                    Found::At(place) => {
                        let header = &split.header;
                        let new = || Part { header: header.clone(), ..Part::default() };
                        split.parts.entry((place.clone(), rows)).or_insert_with(new).add(number, raw);
                    }
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

/// The routing keys that a line holds, as they are compared.
fn keys(kind: &str, line: &str, observation: &Observation<'_>) -> Vec<String> {
    let group = || {
        let groups = observation.groups.iter().flat_map(|group| group.split([',', ';', '|']));
        groups.map(str::to_owned).collect::<Vec<String>>()
    };
    let device =
        || observation.device.iter().map(|device| device.to_string()).chain(named(line, DEVICE)).collect::<Vec<_>>();
    let found: Vec<String> = match kind {
        "group" => group(),
        "policy" => named(line, POLICY),
        "virtual_domain" => named(line, DOMAIN),
        "location" => named(line, LOCATION),
        "realm" => match &observation.realm {
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
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        profile,
        sender::tests::{NOW, sender},
    };

    fn fortigate(domain: &str, url: &str) -> String {
        format!(
            "date=2026-11-24 time=08:59:00 vd=\"{domain}\" type=\"utm\" subtype=\"webfilter\" user=\"u1\" group=\"Pupils\" \
             hostname=\"a.example\" url=\"{url}\" action=\"passthrough\" catdesc=\"Games\""
        )
    }

    fn fortigates() -> Option<&'static Profile> {
        profile::named("fortigate")
    }

    fn of(log: &str) -> Split {
        let sender = sender("virtual_domain", &[("thistledown", "sch_a"), ("pennyroyal", "sch_b")]);
        split(&sender, fortigates(), None, fresh(log.as_bytes(), 1, 0), NOW)
    }

    #[test]
    fn rows_of_names_go_with_the_lines_they_hold_for_and_with_those_that_wait() {
        let mut sender = sender("group", &[("a pupils", "sch_a")]);
        sender.profile = "smoothwall".into();
        let smoothwall = profile::named("smoothwall");
        let row =
            |group: &str| format!("16/11/2026 10:15:01;u1;10.0.5.23;{group};https://a.example/;Education;Allowed");
        let names = "Time;User;Source IP;Group;URL;Categories;Action";
        let other = "Time;Group;User;Source IP;URL;Categories;Action";
        let turned = "16/11/2026 10:15:02;A Pupils;u1;10.0.5.23;https://b.example/;Education;Allowed";
        let log = [names, row("A Pupils").as_str(), row("B Pupils").as_str(), other, turned].join("\n");
        let first = split(&sender, smoothwall, None, fresh(log.as_bytes(), 1, 0), NOW);
        let parts: Vec<(&[u64], Option<&str>)> =
            first.parts.values().map(|part| (part.numbers.as_slice(), part.header.as_deref())).collect();
        assert_eq!(parts, [(&[2][..], Some(names)), (&[5][..], Some(other))]);
        assert_eq!(
            first.refused.iter().map(|(line, why)| (*line, why.reason)).collect::<Vec<_>>(),
            [(1, "not_web"), (4, "not_web")]
        );
        // The next batch of the delivery, and what waited once its key is known.
        let next = split(&sender, smoothwall, first.header.as_deref(), fresh(turned.as_bytes(), 6, 0), NOW);
        assert_eq!(next.parts.values().map(Part::len).collect::<Vec<_>>(), [1]);
        let waiting = first.held.values().map(Part::numbered).next().unwrap_or_default();
        assert_eq!(first.held.values().map(Part::len).collect::<Vec<_>>(), [1]);
        let numbers: Vec<u64> = first.held.values().flat_map(Part::of_lines).collect();
        assert_eq!(numbers, [3], "a row of names is no line, not even where there is no room to wait");
        sender.map("b pupils", "sch_b", (None, None), NOW);
        let late = split(&sender, smoothwall, None, numbered(&waiting), NOW);
        let parts: Vec<(&str, &[u64])> =
            late.parts.iter().map(|((place, _), part)| (place.school_id.as_str(), part.numbers.as_slice())).collect();
        assert_eq!((parts, late.refused.len()), (vec![("sch_b", &[3][..])], 0));
    }

    #[test]
    fn every_line_goes_to_its_school_or_waits_or_is_refused_with_its_number() {
        let log = [
            fortigate("thistledown", "/1"),
            "junk".to_owned(),
            fortigate("pennyroyal", "/3"),
            fortigate("Thistledown", "/4"),
            fortigate("nowhere", "/5"),
            "type=\"traffic\" subtype=\"forward\"".to_owned(),
            fortigate("", "/7"),
        ]
        .join("\n");
        let split = of(&log);
        let parts: Vec<(&str, &[u64])> =
            split.parts.iter().map(|((place, _), part)| (place.school_id.as_str(), part.numbers.as_slice())).collect();
        assert_eq!(parts, [("sch_a", &[1, 4][..]), ("sch_b", &[3][..])]);
        let held: Vec<(&str, &str, &[u64])> =
            split.held.iter().map(|((key, reason), part)| (key.as_str(), *reason, part.numbers.as_slice())).collect();
        assert_eq!(held, [("", "missing", &[7][..]), ("nowhere", "unknown", &[5][..])]);
        let refused: Vec<(u64, &str)> = split.refused.iter().map(|(line, why)| (*line, why.reason)).collect();
        assert_eq!(refused, [(2, "malformed"), (6, "not_web")]);
        let all: u64 = split.parts.values().chain(split.held.values()).map(Part::len).sum();
        assert_eq!(all + 2, 7);
    }

    #[test]
    fn what_a_pupil_writes_tells_no_school() {
        let forged = fortigate("nowhere", "/?vd=thistledown vd=thistledown");
        assert!(of(&forged).parts.is_empty());
        // Nor does anybody send a line astray by a key of another school, in quotation marks of its own.
        let astray = fortigate("thistledown", "/?\" vd=\"pennyroyal\" x=\"");
        let schools = |line: &str| of(line).parts.keys().map(|(place, _)| place.school_id.clone()).collect::<Vec<_>>();
        assert_eq!(schools(&astray), ["sch_a"]);
        let cef = "CEF:0|M|F|1|9|N|7|vd=thistledown suser=u1 request=http://a.example/ vd=pennyroyal act=allowed";
        assert_eq!(named(cef, DOMAIN), ["thistledown"]);
        // Where the filter itself names none, an address stands in for none either, quoted or not.
        for line in [
            "id=fw time=\"2026-11-24 08:59:00\" user=u1 url=http://a.example/?x=1,vd=thistledown action=pass",
            "time=\"2026-11-24 08:59:00\" user=u1 url=http://a.example/?x=1,vd=thistledown",
            "CEF:0|M|F|1|9|N|7|suser=u1 request=http://a.example/?x|vd=thistledown act=allowed",
        ] {
            assert_eq!(named(line, DOMAIN), [""; 0], "{line}");
        }
        assert_eq!(named("time=1,vd=hill,user=u1", DOMAIN), ["hill"]);
        assert_eq!(named("time=\"1\", vd=hill, user=u1", DOMAIN), ["hill"]);
        assert_eq!(named("CEF:0|M|F|1|9|N|7|vd=hill suser=u1", DOMAIN), ["hill"]);
        assert_eq!(named("LEEF:2.0|M|F|1|9|x7C|usrName=u1|vd=hill", DOMAIN), ["hill"]);
        let numbers = sender("dfe_number", &[("1234567", "sch_a")]);
        let visited = fortigate("root", "/school/123-4567");
        let split = split(&numbers, fortigates(), None, fresh(visited.as_bytes(), 1, 0), NOW);
        assert_eq!(split.held.keys().map(|(_, reason)| *reason).collect::<Vec<_>>(), ["missing"]);
    }

    #[test]
    fn what_waits_comes_back_as_it_was_and_says_how_grave_it_is() {
        let search = "/search?q=i+want+to+kill+myself";
        let grave = fortigate("nowhere", search).replace("a.example", "www.google.com");
        let log = format!("{grave}\n{}\n", fortigate("nowhere", "/2"));
        let split = of(&log);
        let part = split.held.values().next().map(|part| (part.critical, part.numbered()));
        let (critical, waiting) = part.unwrap_or_default();
        assert_eq!(critical, 1);
        let back: Vec<(u64, &[u8])> = numbered(&waiting).collect();
        assert_eq!(back, fresh(log.as_bytes(), 1, 0).collect::<Vec<_>>());
    }

    #[test]
    fn keys_are_found_where_products_write_them() {
        let seen = |realm: Option<&str>, group: Option<&str>, device: Option<&str>| {
            let line = fortigate("x", "/");
            let read = profile::read("fortigate", &line, Context { time_zone: "UTC", received_at: NOW });
            let own = |text: Option<&str>| text.map(|text| Cow::Owned(text.to_owned()));
            read.ok().map(|o| {
                let groups = own(group).into_iter().collect();
                Observation { realm: own(realm), groups, device: own(device), ..o.into_owned() }
            })
        };
        let keys = |kind: &str, line: &str, realm, group, device| {
            seen(realm, group, device).map(|seen| keys(kind, line, &seen)).unwrap_or_default()
        };
        assert_eq!(keys("group", "", None, Some("Year 7; 123/4567 Pupils"), None), ["123/4567 pupils", "year 7"]);
        assert_eq!(keys("dfe_number", "", None, Some("123/4567 Pupils"), None), ["1234567"]);
        assert_eq!(keys("dfe_number", "", None, Some("2026-11-24 12345678"), None), [""; 0]);
        assert_eq!(keys("realm", "", Some("THG"), None, None), ["thg"]);
        assert_eq!(keys("realm", "", Some("thg.example"), None, None), ["thg.example"]);
        assert_eq!(keys("device_prefix", "", None, None, Some("THG-LT-14")), ["thg-lt-14"]);
        let tabs = "a=1\tlocation=Hill Road > Lab\tua=Mozilla location=forged";
        assert_eq!(keys("location", tabs, None, None, None), ["hill road > lab"]);
        let cef = "CEF:0|M|F|1|9|N|7| location=Hill Road src=10.0.0.1 policy=Pupils";
        assert_eq!(keys("location", cef, None, None, None), ["hill road"]);
        assert_eq!(keys("policy", cef, None, None, None), ["pupils"]);
        let json = r#"<14>Nov 24 {"location": "Hill Road", "url": "x?location=y"}"#;
        assert_eq!(keys("location", json, None, None, None), ["hill road"]);
        assert_eq!(keys("location", "location=a location=b", None, None, None), ["a", "b"], "two schools are none");
    }

    proptest! {
        #[test]
        fn no_line_makes_routing_panic_and_none_is_lost(lines in prop::collection::vec("\\PC{0,80}", 0..20)) {
            let log = lines.join("\n");
            let split = of(&log);
            let all: u64 = split.parts.values().chain(split.held.values()).map(Part::len).sum();
            let refused = u64::try_from(split.refused.len()).unwrap_or_default();
            prop_assert_eq!(all + refused, chassis::lines::count(log.as_bytes()));
            for kind in ["policy", "location", "dfe_number"] {
                let _ = named(&log, POLICY);
                let _ = numbers(&log);
                let _ = normal(kind, &log);
            }
        }
    }
}
