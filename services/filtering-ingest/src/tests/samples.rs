//! Real lines, where they are: how many of each file are web use, and that their product is recognised.

use std::{fs, path::PathBuf};

use chassis::lines::whole;
use time::macros::datetime;

use crate::{
    line,
    profile::{Context, Reader, detect, named},
};

const CONTEXT: Context<'static> = Context { time_zone: "Europe/London", received_at: datetime!(2026-11-24 09:00 UTC) };

/// Profile, file, web events, lines that are not about the web.
const FILES: [(&str, &str, usize, usize); 27] = [
    ("squid", "squid-native__kujiraitakahiro.log", 122, 0),
    ("squid", "squid-native__wazuh-metron-logstash.log", 8, 0),
    ("e2guardian", "e2guardian-format1__github-issues.log", 18, 0),
    ("e2guardian", "dansguardian-format1__forum-and-comixwall.log", 9, 0),
    ("squidguard", "squidguard__usiem.log", 2, 0),
    ("nxfilter", "nxfilter-syslog__vendor-docs.log", 1, 0),
    ("fortigate", "fortigate-webfilter-kv-and-cef__vendor-docs.log", 2, 0),
    ("fortigate", "fortigate-syslog__sc4s.log", 1, 6),
    ("fortigate", "fortigate-utm-traffic__cribl.log", 1, 23),
    ("fortigate-cef", "fortigate-webfilter-kv-and-cef__vendor-docs.log", 1, 0),
    ("panos", "panos-syslog__sc4s.log", 3, 15),
    ("panos", "panos__cribl.log", 1, 8),
    ("umbrella-dns", "cisco-umbrella-dns__elastic-integrations.log", 15, 0),
    ("umbrella-proxy", "cisco-umbrella-proxy__sekoia.log", 3, 0),
    ("cisco-wsa", "cisco-wsa__sekoia.log", 6, 0),
    ("zscaler", "zscaler-nss-kv__sc4s.log", 2, 0),
    ("zscaler-json", "zscaler-nss-web-json__elastic-integrations.log", 4, 0),
    ("sophos", "sophos-xg-utm__sekoia.log", 2, 5),
    ("sonicwall-cef", "sonicwall__sekoia.log", 1, 6),
    ("forcepoint", "forcepoint-swg-cef__sekoia.log", 4, 0),
    ("bluecoat", "bluecoat-edge-swg__sekoia.log", 2, 0),
    ("bluecoat", "symantec-proxysg-syslog__sc4s.log", 2, 0),
    ("mcafee", "mcafee-web-gateway-kv__sekoia.log", 3, 0),
    ("cloudflare", "cloudflare-gateway-http-json__sekoia.log", 3, 9),
    ("censornet", "censornet-uss-json__vendor-docs.log", 1, 0),
    ("cef", "cef-edge-cases__metron.log", 1, 3),
    ("cef", "forcepoint-swg-cef__sekoia.log", 4, 0),
];

fn samples() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/filter-logs");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there are no samples here");
    None
}

#[test]
fn real_samples_reconcile_where_they_are() {
    let Some(folder) = samples() else { return };
    for (profile, file, web, other) in FILES {
        let log = fs::read(folder.join(file)).unwrap_or_default();
        let (log, _) = whole::lines(&log);
        let mut reader = Reader::new(named(profile).expect("a profile"), None);
        let (mut read, mut not_web, mut malformed) = (0, 0, Vec::new());
        for (number, line) in (1..).zip(line::lines(&log)) {
            match line.as_ref().map_err(|r| *r).and_then(|line| reader.read(line, CONTEXT).map(drop)) {
                Ok(()) => read += 1,
                Err(why) if why.kind() == "not_web" => not_web += 1,
                Err(why) => malformed.push((number, why)),
            }
        }
        assert_eq!((read, not_web), (web, other), "{profile} {file}: {malformed:?}");
    }
}

#[test]
fn a_sample_is_recognised_and_what_speaks_for_it_is_said() {
    let Some(folder) = samples() else { return };
    for (profile, file, ..) in FILES {
        // A file of two products, each of which has its lines; and a product's file by the general format.
        if file.starts_with("fortigate-webfilter") || (profile == "cef" && file.starts_with("forcepoint")) {
            continue;
        }
        let log = fs::read(folder.join(file)).unwrap_or_default();
        let detected = detect(&log, CONTEXT);
        let best = detected.best().map(|best| best.profile.name());
        let told: Vec<_> = detected.candidates.iter().flat_map(|c| &c.evidence).collect();
        assert_eq!(best, Some(profile), "{file}: {told:#?}");
        assert!(!detected.candidates[0].evidence.is_empty());
    }
}

#[test]
fn a_general_format_that_finds_who_and_when_is_taken_before_a_product_that_finds_neither() {
    let line = r#"{"time":"2026-11-16T10:15:42Z","user":"u1","url":"https://bets.example/now","action":"blocked"}"#;
    let detected = detect([line; 9].join("\n").as_bytes(), CONTEXT);
    assert_eq!(detected.best().map(|best| best.profile.name()), Some("json"));
    let lesser: Vec<_> = detected.lesser().map(|lesser| lesser.profile.name()).collect();
    assert!(lesser.contains(&"cloudflare"), "what reads the same lines and less of them is told: {lesser:?}");
}

#[test]
fn a_general_format_does_not_take_what_a_product_says_is_no_web_use() {
    let of =
        |kind: &str, rest: &str| format!("date=2026-11-16 time=10:15:42 devid=FG1 logid=1 {kind} vd=root {rest}\n");
    let visit = of("type=utm subtype=webfilter", "hostname=\"a.example\" url=\"/\" action=\"passthrough\"");
    let file = of("type=utm subtype=virus", "url=\"http://a.example/x.js\" user=\"\" action=analytics");
    let traffic = of("type=traffic subtype=forward", "srcip=10.0.0.1 action=accept");
    let log = [visit, file.repeat(4), traffic.repeat(3)].concat();
    let detected = detect(log.as_bytes(), CONTEXT);
    assert_eq!(detected.best().map(|best| best.profile.name()), Some("fortigate"));
    // Where no product knows the lines, the general format does.
    let detected = detect(file.replace("type=utm subtype=virus", "kind=file").repeat(4).as_bytes(), CONTEXT);
    assert_eq!(detected.best().map(|best| best.profile.name()), Some("pairs"));
}
