//! What is kept is what was read, and takes little.

use time::macros::datetime;

use super::*;
use crate::{
    observation::{Search, Url},
    profile::{self, Context},
    sighting,
};

const CONTEXT: Context<'static> = Context { time_zone: "Europe/London", received_at: datetime!(2026-11-16 18:00 UTC) };

fn name(who: &str) -> u64 {
    who.bytes().fold(14_695_981_039_346_656_037, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

fn one(block: Block) -> (Packed, Opened) {
    let packed = block.pack(name);
    let opened = Opened::read(&packed.body, &packed.actor_bytes()).unwrap_or_else(|| unreachable!("it is a block"));
    (packed, opened)
}

fn squid(second: usize, user: &str, url: &str) -> String {
    let at = 1_794_825_900 + second;
    format!("{at}.123 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html")
}

#[test]
fn every_observation_of_every_profile_comes_back_as_it_was() {
    let mut whole = 0;
    for profile in profile::all() {
        let read = |line: &String| profile.read(line, CONTEXT).ok().map(crate::observation::Observation::into_owned);
        let observed: Vec<_> = profile.samples().iter().filter_map(read).collect();
        let mut builder = Builder::default();
        for observation in &observed {
            builder.add(observation, "unmapped");
        }
        assert_eq!(builder.len(), observed.len());
        let mut back = Vec::new();
        for block in builder.finish() {
            let (packed, opened) = one(block);
            for row in opened.rows() {
                assert!((packed.first..=packed.last).contains(&row.observation.event_at));
                assert_eq!(row.actor, name(&row.observation.actor()));
                assert!(names(&packed.actor_bytes(), row.actor) && !names(&packed.actor_bytes(), 1));
                back.push(row.observation.into_owned());
            }
        }
        for observation in &observed {
            assert!(back.contains(observation), "{}: {observation:?}", profile.name());
        }
        assert_eq!(back.len(), observed.len());
        whole += back.len();
    }
    assert!(whole > 60, "{whole} samples");
}

#[test]
fn what_no_line_has_comes_back_too() {
    let line = squid(1, "u1", "https://www.google.com/search?q=roman+roads");
    let Ok(read) = profile::read("squid", &line, CONTEXT) else { unreachable!("the line can be read") };
    let mut odd = read.into_owned();
    odd.user = Some("".into());
    odd.groups = vec!["".into(), "Year 9".into(), "Year 9".into()];
    odd.url = Url { path: "/elsewhere".into(), truncated: true, port: Some(u16::MAX), ..odd.url };
    odd.search = Some(Search { engine: "".into(), terms: "β\u{0}".into(), is_final: false });
    odd.bytes_in = Some(u64::MAX - 1);
    odd.repeat_count = u32::MAX;
    odd.event_at = datetime!(0001-01-01 00:00:00.000000001 UTC);
    let mut withheld = odd.clone();
    sighting::withhold(&mut withheld);
    let mut builder = Builder::default();
    builder.add(&odd, "search");
    builder.add(&withheld, "illegal_csam");
    let mut blocks = builder.finish();
    assert_eq!(blocks.len(), 1);
    let (packed, opened) = one(blocks.remove(0));
    let rows: Vec<_> = opened.rows().collect();
    assert_eq!((packed.count, packed.actors.len()), (2, 1));
    assert_eq!((rows[0].category, &rows[0].observation), ("search", &odd));
    assert_eq!((rows[1].category, &rows[1].observation), ("illegal_csam", &withheld));
}

#[test]
fn a_block_is_of_one_hour_is_bounded_and_takes_little() {
    let mut builder = Builder::default();
    let lines: Vec<String> = (0..MOST + 10)
        .map(|n| squid(0, &format!("u{}", n % 90), &format!("http://site{}.example/", n % 300)))
        .collect();
    for line in lines.iter().chain(&[squid(4_000, "u1", "http://a.example/")]) {
        let Ok(observation) = profile::read("squid", line, CONTEXT) else { unreachable!("the line can be read") };
        builder.add(&observation, "unmapped");
    }
    let counts: Vec<usize> = builder.finish().into_iter().map(|block| block.len()).collect();
    assert_eq!(counts, [MOST, 10, 1]);
    let mut builder = Builder::default();
    for line in &lines[..MOST] {
        let Ok(observation) = profile::read("squid", line, CONTEXT) else { unreachable!("the line can be read") };
        builder.add(&observation, "unmapped");
    }
    let (packed, opened) = one(builder.finish().remove(0));
    assert_eq!((opened.rows().count(), packed.actors.len()), (MOST, 90));
    assert!(packed.body.len() < MOST * 20, "{} bytes of {MOST}", packed.body.len());
}

#[test]
fn a_block_is_full_before_it_is_too_large_to_be_read_back() {
    let line = squid(0, "u1", "http://a.example/");
    let Ok(observation) = profile::read("squid", &line, CONTEXT) else { unreachable!("the line can be read") };
    // The same short group over and over: no text to speak of, and long columns.
    let mut wide = observation.into_owned();
    wide.groups = vec!["a".into(); 20_000];
    let mut builder = Builder::default();
    for _ in 0..300 {
        builder.add(&wide, "unmapped");
    }
    let (mut back, mut blocks) = (0, 0);
    for block in builder.finish() {
        let (packed, opened) = one(block);
        assert!(opened.rows().all(|row| row.observation.groups.len() == 20_000));
        (back, blocks) = (back + usize::try_from(packed.count).unwrap_or_default(), blocks + 1);
    }
    assert_eq!((back, blocks), (300, 2));
}

#[test]
fn what_is_no_block_is_none() {
    for bytes in [
        &b""[..],
        b"\0",
        b"\x01",
        b"\x01junk",
        b"\x02",
        b"\0\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\0\x01\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    ] {
        assert!(Opened::read(bytes, b"").is_none(), "{bytes:?}");
    }
}
