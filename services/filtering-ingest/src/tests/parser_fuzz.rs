//! Every parser held against damaged, mixed and hostile lines: no panic, no hang, no growth, and whatever is refused has
//! a reason. A bounded run each time; `make fuzz` sets PARSER_FUZZ to a million lines for each.

use std::time::{Duration, Instant};

use chassis::lines::whole;
use time::macros::datetime;

use crate::{
    line,
    observation::Observation,
    profile::{Context, PROFILES, Reader, all, named},
};

/// Lines for each parser where nobody asks for more.
const LINES: u64 = 500;
/// A line takes no longer, even where the machine is busy.
const LONGEST: Duration = Duration::from_secs(2);
/// Reasons a line may be refused for.
const REASONS: [&str; 8] =
    ["not_web", "malformed", "too_long", "empty", "not_text", "no_time", "no_target", "truncated"];

const CONTEXT: Context<'static> = Context { time_zone: "Europe/London", received_at: datetime!(2026-11-24 09:00 UTC) };

/// What breaks parsers.
const TOKENS: [&[u8]; 40] = [
    b"\"",
    b"'",
    b"\\",
    b"=",
    b"|",
    b",",
    b";",
    b"\t",
    b" ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"%",
    b"%zz",
    b"%00",
    b"\0",
    b"\r",
    b"\n",
    b"\x1b[2J",
    b"\xff",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"://",
    b"@",
    b"::",
    b"CEF:0|a|b|c|d|e|f|",
    b"LEEF:2.0|a|b|c|d|x7C|",
    b"#Fields: date time cs-host",
    b"<134>1 - - - - - - ",
    b"99999 <134>",
    b"99999999999999999999",
    b"-1",
    b"\"\"",
    b"\\\"",
    b"\\u0000",
    b"=1+1",
    b"null",
];

/// A small generator: the same lines at every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

/// A line damaged in one to six places.
fn damaged(dice: &mut Dice, seeds: &[&str]) -> Vec<u8> {
    let mut line = seeds[dice.below(seeds.len())].as_bytes().to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(line.len() + 1);
        let end = at + dice.below(line.len() + 1 - at);
        match dice.below(8) {
            0 => line.truncate(at),
            1 => drop(line.drain(at..end)),
            2 => line.splice(at..at, TOKENS[dice.below(TOKENS.len())].iter().copied()).for_each(drop),
            3 => line.splice(at..end, TOKENS[dice.below(TOKENS.len())].iter().copied()).for_each(drop),
            4 if at < line.len() => line[at] = dice.next().to_le_bytes()[0],
            5 => {
                let again = line[at..end].to_vec();
                line.splice(at..at, again).for_each(drop);
            }
            6 => {
                let other = seeds[dice.below(seeds.len())].as_bytes();
                line.splice(at..end, other[dice.below(other.len())..].iter().copied()).for_each(drop);
            }
            _ => {
                let token = TOKENS[dice.below(TOKENS.len())].repeat(dice.below(200));
                line.splice(at..at, token).for_each(drop);
            }
        }
        line.truncate(16 << 10);
    }
    line
}

/// How much text an observation holds.
fn weight(observation: &Observation<'_>) -> usize {
    serde_json::to_vec(observation).map_or(0, |json| json.len())
}

/// Reads every line of some bytes; tells what became of them.
fn held(reader: &mut Reader<'_>, bytes: &[u8]) -> Vec<Result<usize, &'static str>> {
    let mut done = Vec::new();
    for line in line::lines(bytes) {
        let begun = Instant::now();
        match line.as_ref().map_err(|why| *why).and_then(|line| reader.read(line, CONTEXT)) {
            Ok(observation) => {
                // Escaped as JSON a character takes six bytes, and an address stands there whole and in its parts.
                let bound = 64 * bytes.len() + 4096;
                assert!(weight(&observation) <= bound, "{} bytes of {}", weight(&observation), bytes.len());
                let kinds = crate::category::of_event(&observation);
                let told = observation.search.is_some() || kinds.meets(crate::category::ALERTING);
                assert!(observation.repeat_count >= 1 && (told || !observation.url.host.is_empty()));
                done.push(Ok(weight(&observation)));
            }
            Err(why) => {
                assert!(REASONS.contains(&why.reason) && !why.detail.is_empty(), "{why:?}");
                done.push(Err(why.reason));
            }
        }
        // However many records stand in it, each is read or told of.
        if let Ok(line) = &line {
            let mut records = 0;
            reader.each(line, CONTEXT, |_, _| records += 1);
            assert!(records > 0);
        }
        assert!(begun.elapsed() < LONGEST, "{:?} for {} bytes", begun.elapsed(), bytes.len());
    }
    done
}

fn fuzz(name: &str) {
    let profile = named(name).expect("a profile");
    let own: Vec<&str> = profile.samples().iter().map(String::as_str).collect();
    let others: Vec<&str> = all().flat_map(|profile| profile.samples()).map(String::as_str).collect();
    let asked = std::env::var_os("PARSER_FUZZ").and_then(|n| n.to_str()?.parse().ok());
    let mut dice = Dice(name.bytes().fold(0x9e37_79b9_7f4a_7c15, |seed, byte| seed.rotate_left(7) ^ u64::from(byte)));
    let mut reader = Reader::new(profile, None);
    let mut taken = 0_u64;
    for round in 0..asked.unwrap_or(LINES) {
        // Now and then the line of another product, and now and then its own as it is: a row of names, too.
        let bytes = match round % 16 {
            0 => own[dice.below(own.len())].as_bytes().to_vec(),
            1 => damaged(&mut dice, &others),
            _ => damaged(&mut dice, &own),
        };
        taken += held(&mut reader, &bytes).iter().filter(|done| done.is_ok()).count() as u64;
        if round.is_multiple_of(64) {
            let _ = whole::lines(&bytes);
        }
    }
    assert!(taken > 0, "no line of {name} was read: the fuzzing has fuzzed nothing");
}

macro_rules! parsers {
    ($($test:ident: $name:literal),* $(,)?) => {
        const FUZZED: &[&str] = &[$($name),*];
        $(#[test] fn $test() { fuzz($name); })*
    };
}

parsers! {
    squid: "squid", squid_common: "squid-common", squid_combined: "squid-combined", e2guardian: "e2guardian",
    e2guardian_csv: "e2guardian-csv", e2guardian_squid: "e2guardian-squid", e2guardian_tabs: "e2guardian-tabs",
    e2guardian_protex: "e2guardian-protex", squidguard: "squidguard", nxfilter: "nxfilter", fortigate: "fortigate",
    fortigate_cef: "fortigate-cef", panos: "panos", umbrella_dns: "umbrella-dns", umbrella_proxy: "umbrella-proxy",
    cisco_wsa: "cisco-wsa", zscaler: "zscaler", zscaler_json: "zscaler-json", sophos: "sophos", sophos_utm: "sophos-utm",
    sonicwall: "sonicwall", sonicwall_cef: "sonicwall-cef", forcepoint: "forcepoint", bluecoat: "bluecoat",
    bluecoat_elff: "bluecoat-elff", mcafee: "mcafee", cloudflare: "cloudflare", censornet: "censornet", entra: "entra",
    synthetic_netsweeper: "netsweeper", synthetic_smoothwall: "smoothwall", synthetic_webshield: "webshield",
    synthetic_securly: "securly", synthetic_senso: "senso", synthetic_lightspeed: "lightspeed", cef: "cef", leef: "leef",
    ocsf: "ocsf", pairs: "pairs", csv: "csv", json: "json",
}

#[test]
fn every_parser_is_fuzzed() {
    assert_eq!(FUZZED, PROFILES);
}

#[test]
fn hostile_input_is_refused_with_a_reason_or_read_with_a_warning_by_every_parser() {
    let wide: Vec<u8> =
        "1794825936.916 1 10.0.0.1 A/200 1 GET http://a/ - B/- -\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hostile: Vec<Vec<u8>> = vec![
        vec![b'x'; 10 << 20],
        vec![0; 4096],
        vec![0xff; 4096],
        wide,
        b"\"".repeat(60 << 10),
        b"=".repeat(60 << 10),
        b"a=\"".repeat(20 << 10),
        b"|".repeat(60 << 10),
        b"[".repeat(60 << 10),
        [b"{\"a\":".repeat(10 << 10), b"}".repeat(10 << 10)].concat(),
        b"\\".repeat(60 << 10),
        [b"CEF:0|a|b|c|d|e|f|".to_vec(), b"k=\\".repeat(15 << 10)].concat(),
        b" ".repeat(60 << 10),
        b"<134>".repeat(10 << 10),
        b"\"a\",\"never closed\n\"b\",\"c\n".to_vec(),
        b"=cmd|'/c calc'!A0,@SUM(1+1),+1,-1\n".to_vec(),
        b"%00%0a%0d1794825936.916 1 10.0.0.1 A/200 1 GET http://a/ - B/- -\n".to_vec(),
    ];
    for profile in all() {
        for bytes in &hostile {
            let mut reader = Reader::new(profile, None);
            let done = held(&mut reader, bytes);
            assert!(!done.is_empty());
            let (file, _) = whole::lines(bytes);
            assert!(file.len() <= bytes.len() * 3 + 64);
        }
        let long = held(&mut Reader::new(profile, None), &hostile[0]);
        assert_eq!(long, [Err("too_long")], "{}", profile.name());
    }
}
