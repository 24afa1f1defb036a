//! The rules that hold for every product, one test each.

use time::macros::datetime;

use crate::{
    line,
    observation::{Confidence, Observation, Outcome, Rejected, TimeBasis, Visibility, Warning},
    profile::{Context, Profile, Reader, named, read},
    seen::fingerprint::Fingerprints,
};

const CONTEXT: Context<'static> = Context { time_zone: "Europe/London", received_at: datetime!(2026-11-16 18:00 UTC) };

fn one<'a>(profile: &str, line: &'a str) -> Result<Observation<'a>, Rejected> {
    read(profile, line, CONTEXT)
}

fn taken<'a>(profile: &str, line: &'a str) -> Observation<'a> {
    one(profile, line).unwrap_or_else(|why| panic!("{profile}: {why}: {line}"))
}

fn squid(rest: &str) -> String {
    format!("1794825936.916 200 10.20.4.12 {rest}")
}

#[test]
fn rule_1_the_outcome_is_the_products_word_and_never_a_403_or_a_rule_being_there() {
    let refused_by_site = squid("TCP_MISS/403 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html");
    assert_eq!(taken("squid", &refused_by_site).outcome, Outcome::Error);
    let ruled =
        r#"type="utm" subtype="webfilter" policyid=7 hostname="a.example" url="/" action="shrugged" status=403"#;
    let ruled = taken("fortigate", ruled);
    assert_eq!((ruled.outcome, ruled.vendor_outcome.as_ref()), (Outcome::Unknown, "shrugged"));
    assert!(ruled.warnings.has(Warning::UnknownOutcome));
    for name in crate::profile::PROFILES {
        let profile = named(name).expect("a profile");
        for sample in profile.samples() {
            if let Ok(observation) = profile.read(sample, CONTEXT) {
                let known = observation.outcome != Outcome::Unknown;
                assert!(known || observation.warnings.has(Warning::UnknownOutcome), "{name}: {sample}");
            }
        }
    }
}

#[test]
fn rule_2_what_stands_for_nothing_is_absent() {
    for nothing in ["-", "None", "N/A", "anonymous", "UNKNOWN", "10.20.4.12"] {
        let line = squid(&format!("TCP_MISS/200 1 GET http://a.example/ {nothing} HIER_DIRECT/192.0.2.1 -"));
        let observation = taken("squid", &line);
        assert_eq!((&observation.user, observation.mime_type.as_ref()), (&None, ""), "{nothing}");
    }
    let repeated =
        r#"type="utm" subtype="webfilter" srcip=10.1.1.1 srcname="10.1.1.1" hostname="a.example" action="blocked""#;
    assert_eq!(taken("fortigate", repeated).device, None);
}

#[test]
fn rule_3_an_account_is_read_however_it_is_written_and_kept_as_it_was() {
    let line = squid("TCP_MISS/200 1 GET http://a.example/ SCHOOL%5cJos%e9 HIER_DIRECT/192.0.2.1 -");
    let observation = taken("squid", &line);
    assert_eq!(observation.user.as_deref(), Some("josé"));
    assert_eq!(observation.realm.as_deref(), Some("school"));
    assert_eq!(observation.user_written.as_deref(), Some("SCHOOL\\José"));
    assert!(observation.warnings.has(Warning::OtherEncoding));
    // Spellings of one account are one person, as on the school's roll.
    let actor = |user: &str| {
        let line = squid(&format!("TCP_MISS/200 1 GET http://a.example/ {user} HIER_DIRECT/192.0.2.1 -"));
        taken("squid", &line).actor().into_owned()
    };
    assert_eq!(["SCHOOL%5cJ.Doe", "j.doe", "J.DOE@school.example"].map(actor), ["j.doe"; 3]);
}

#[test]
fn rule_4_an_address_is_read_leniently_and_its_original_kept() {
    let long = format!("http://a.example/{}", "x".repeat(10_000));
    for (url, host, visibility) in [
        ("a.example:443", "a.example", Visibility::HostOnly),
        ("http://user:secret@A.example./x", "a.example", Visibility::FullUrl),
        ("http://[2001:db8::1]:80/z", "2001:db8::1", Visibility::FullUrl),
        ("http://b%2Eexample/z", "b.example", Visibility::FullUrl),
        ("http://bücher.example/z", "xn--bcher-kva.example", Visibility::FullUrl),
        (long.as_str(), "a.example", Visibility::FullUrl),
    ] {
        let line = squid(&format!("TCP_MISS/200 1 GET {url} u1 HIER_DIRECT/192.0.2.1 -"));
        let observation = taken("squid", &line);
        assert_eq!((observation.url.host.as_ref(), observation.visibility), (host, visibility), "{url}");
        assert_eq!(observation.url.original, url);
    }
}

#[test]
fn rule_5_a_time_is_read_in_its_zone_and_a_wrong_clock_is_told_of() {
    let kv = |time: &str| format!(r#"type="utm" subtype="webfilter" hostname="a.example" action="blocked" {time}"#);
    let at = |time: &str| {
        let line = kv(time);
        let observation = taken("fortigate", &line);
        (observation.event_at, observation.time_basis, observation.warnings.iter().collect::<Vec<_>>())
    };
    let nano = at("eventtime=1794824142000000000 date=2026-11-16 time=02:15:42");
    assert_eq!(nano, (datetime!(2026-11-16 10:15:42 UTC), TimeBasis::StatedZone, vec![]));
    let local = at("date=2026-11-16 time=10:15:42");
    assert_eq!(local, (datetime!(2026-11-16 10:15:42 UTC), TimeBasis::ProfileZone, vec![]));
    let twice = at("date=2026-10-25 time=01:30:00");
    assert_eq!(twice.0, datetime!(2026-10-25 00:30 UTC));
    assert_eq!(twice.2, [Warning::AmbiguousTime, Warning::ClockBehind]);
    let skipped = at("date=2026-03-29 time=01:30:00");
    assert_eq!((skipped.0, skipped.1), (datetime!(2026-03-29 01:30 UTC), TimeBasis::Corrected));
    // A little ahead is kept; a day ahead cannot be, and hides nothing.
    assert_eq!(at("date=2026-11-16 time=18:10:00").2, [Warning::ClockAhead]);
    let future = at("date=2036-11-16 time=10:15:42");
    assert_eq!(future, (CONTEXT.received_at, TimeBasis::Corrected, vec![Warning::ClockAhead]));
    // Nor does a clock that was never set, or was set back by years, whatever the product writes its times like.
    for past in ["date=1970-01-01 time=00:00:10", "date=2004-11-09 time=10:15:42", "eventtime=1099994142000000000"] {
        assert_eq!(at(past), (CONTEXT.received_at, TimeBasis::Corrected, vec![Warning::ClockBehind]), "{past}");
    }
    for stamp in ["86400.123", "0.123", "1099994142.000", "17948259361.000"] {
        let line =
            format!("{stamp} 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 -");
        let observation = taken("squid", &line);
        let clock = (observation.event_at, observation.time_basis);
        assert_eq!(clock, (CONTEXT.received_at, TimeBasis::Corrected), "{stamp}");
    }
    let none = at("date=yesterday");
    assert_eq!(none, (CONTEXT.received_at, TimeBasis::ReceiveTime, vec![Warning::UnreadableTime]));
    // The year of RFC 3164 is the one nearest to when the line was received.
    let new_year = Context { received_at: datetime!(2027-01-01 00:00:30 UTC), ..CONTEXT };
    let cef = "Dec 31 23:59:59 edge CEF:0|Maker|Filter|1|9|x|7|act=blocked request=http://a.example/";
    let old = read("cef", cef, new_year).expect("a line");
    assert_eq!((old.event_at, old.warnings.has(Warning::HeaderTime)), (datetime!(2026-12-31 23:59:59 UTC), true));
}

#[test]
fn rule_6_every_category_is_kept_and_an_operators_numbers_need_its_own_map() {
    let text = include_str!("../../data/profiles/netsweeper.yaml").replace(
        r#"own_numbers: ["101..107", "203"]}"#,
        r#"own_numbers: ["101..107", "203"], local: {"105": gambling}}"#,
    );
    let text = text.replace("warnings: [local_category]}", "local_categories: [gambling]}");
    let own = Profile::parse(&text).unwrap_or_else(|violations| panic!("{violations:#?}"));
    let mut reader = Reader::new(&own, Some("Timestamp,URL,Client IP,All Categories,All Category Numbers,Event Type"));
    let row = r#"2026-11-16 10:15:42,http://a.example/,10.0.5.23,"Custom,Sex Education","105,27",Denied"#;
    let line = line::lines(row.as_bytes()).next().expect("a line").expect("a line");
    let observation = reader.read(&line, CONTEXT).expect("an observation");
    assert_eq!(observation.vendor_categories, ["Custom", "Sex Education"]);
    let ours = crate::category::of(&observation, &std::collections::HashMap::new());
    assert_eq!(ours.iter().collect::<Vec<_>>(), ["gambling", "education_sensitive"]);
}

#[test]
fn rule_7_a_cut_address_is_told_of_and_half_a_name_is_refused() {
    let cut = "type=utm subtype=webfilter hostname=www.bing.com action=passthrough url=\"/search?q=how+to";
    let cut = taken("fortigate", cut);
    assert!(cut.url.truncated && cut.warnings.has(Warning::Truncated));
    let half = "type=utm subtype=webfilter action=passthrough hostname=\"www.bi";
    assert_eq!(one("fortigate", half).map_err(|why| why.reason).err(), Some("truncated"));
    let tail = r#"dstport=443 msg="URL belongs to a denied category" cat=11 catdesc="Gambling""#;
    assert_eq!(one("fortigate", tail).map_err(|why| why.reason).err(), Some("malformed"));
    // Line ends, padding and bytes that are no UTF-8 lose nothing.
    let odd = squid("TCP_MISS/200 1 GET http://a.example/caf");
    let odd = [odd.as_bytes(), b"\xe9 u1 HIER_DIRECT/192.0.2.1 -\0\0\r\n"].concat();
    let line = line::lines(&odd).next().expect("a line").expect("a line");
    let mut reader = Reader::new(named("squid").expect("squid"), None);
    let observation = reader.read(&line, CONTEXT).expect("an observation");
    assert_eq!((observation.url.path.as_ref(), observation.user.as_deref()), ("/café", Some("u1")));
    assert!(observation.warnings.has(Warning::OtherEncoding));
}

#[test]
fn a_host_that_is_none_is_told_of_and_hides_nothing() {
    let odd = squid("TCP_MISS/200 1 GET http://url{\"requestid\"/search u1 HIER_DIRECT/192.0.2.1 -");
    let observation = taken("squid", &odd);
    assert!(observation.warnings.has(Warning::OddHost), "{}", observation.url.host);
    let plain = squid("TCP_MISS/200 1 GET http://a_b.example/{x} u1 HIER_DIRECT/192.0.2.1 -");
    assert!(!taken("squid", &plain).warnings.has(Warning::OddHost));
}

#[test]
fn a_search_longer_than_is_judged_is_told_of() {
    let search = |words: usize| {
        let words = "roman+".repeat(words);
        squid(&format!("TCP_MISS/200 1 GET http://www.google.com/search?q={words} u1 HIER_DIRECT/192.0.2.1 -"))
    };
    assert!(taken("squid", &search(7_000)).warnings.has(Warning::LongSearch));
    assert!(!taken("squid", &search(5_000)).warnings.has(Warning::LongSearch));
}

#[test]
fn an_event_without_an_address_counts_by_what_the_filter_calls_it() {
    let fortigate =
        |rest: &str| format!("date=2026-11-16 time=10:15:42 type=utm subtype=webfilter action=blocked user=y9w {rest}");
    for rest in [
        r#"cat=83 catdesc="Child Sexual Abuse""#,
        r#"cat=83 catdesc="Child Sexual Abuse" hostname="N/A" url="N/A""#,
        r#"cat=83 catdesc="Child Sexual Abuse" hostname="half.exa"#,
        "cat=83",
    ] {
        let line = fortigate(rest);
        let observation = taken("fortigate", &line);
        assert!(crate::category::of_event(&observation).is_listed(), "{rest}");
        assert_eq!((observation.url.host.as_ref(), observation.user.as_deref()), ("", Some("y9w")), "{rest}");
    }
    let other = fortigate("cat=11");
    assert!(taken("fortigate", &other).url.host.is_empty(), "gambling");
    let tail = other.trim_start_matches("date=2026-11-16 time=10:15:42 ");
    assert_eq!(one("fortigate", tail).map_err(|why| why.reason).err(), Some("no_target"), "neither time nor address");
    let half = r#"type=utm subtype=webfilter action=blocked cat=83 catdesc="Child Sexual Abuse" user="y9"#;
    assert_eq!(
        one("fortigate", half).map_err(|why| why.reason).err(),
        Some("truncated"),
        "half a name is another one's"
    );
    for rest in ["cat=36 catdesc=News", ""] {
        let line = fortigate(rest);
        assert_eq!(one("fortigate", &line).map_err(|why| why.reason).err(), Some("no_target"), "{rest}");
    }
}

#[test]
fn rule_8_the_same_event_by_two_ways_has_one_fingerprint() {
    let fingerprint = |product: &str, line: &str| Fingerprints::default().of(&taken(product, line));
    let line = squid("TCP_MISS/200 1 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 -");
    let framed = format!("<134>Nov 16 10:45:37 proxy squid[1]: {line}");
    assert_eq!(fingerprint("squid", &line), fingerprint("squid", &framed));
    let later = line.replace("936.916", "936.917");
    assert_ne!(fingerprint("squid", &line), fingerprint("squid", &later));
    // A product's own id decides where there is one.
    let json =
        |time: &str| format!(r#"{{"Action":"block","Datetime":"{time}","URL":"http://a.example/","RequestID":"r-1"}}"#);
    let (first, second) = (json("2026-11-16T10:15:42Z"), json("2026-11-16T10:15:43Z"));
    assert_eq!(fingerprint("cloudflare", &first), fingerprint("cloudflare", &second));
}

#[test]
fn rule_9_cef_is_split_before_it_is_unescaped() {
    let line = r#"CEF:0|Maker|Fil\|ter|1|9|x|7| act=blocked a \= b src=10.0.5.23 spt= 12345 suser=OU\=x,CN\=y request=\"http://a.example/p?q\=1\" msg=a | b \ c msg=again cs1Label="Category" cs1=Gambling dhost="#;
    let observation = taken("cef", line);
    assert_eq!(observation.vendor_outcome, "blocked a = b");
    assert_eq!(observation.url.original, "http://a.example/p?q=1");
    assert_eq!(observation.reason, r"a | b \ c");
    assert_eq!(observation.vendor_categories, ["Gambling"]);
    assert!(observation.warnings.has(Warning::DoubledField));
}

/// What an observation is about, and whether education beside it keeps it from alerting.
fn about(observation: &Observation<'_>) -> (Option<&'static str>, bool) {
    let all = crate::category::of_event(observation);
    (all.gravest(), all.excludes())
}

#[test]
fn no_address_can_say_what_the_filter_says_of_it() {
    // FortiGate writes what it found behind the address: keys in the address come first.
    let line = |address: &str, word: &str, rest: &str| {
        format!(
            "date=2026-11-16 time=10:15:42 type=\"utm\" subtype=\"webfilter\" hostname=\"larkspur.example\" \
             url=\"/{address}\" action=\"{word}\" {rest}"
        )
    };
    let abuse = r#"cat=83 catdesc="Child Abuse""#;
    let mut flood = String::from("?\"");
    (0..5_000).for_each(|n| flood.push_str(&format!(" catdesc=\"Made up {n}\"")));
    flood.push_str(" x=\"");
    for address in [
        "?",
        r#"?" cat=30 catdesc="Education" x=""#,
        r#"?" catdesc="Education" cat=30 catdesc="Reference" x=""#,
        // A mark that is closed further on, or nowhere, takes nothing in.
        r#"?" cat=30 catdesc="Education" x='"#,
        r#"?" cat=30 catdesc="Education" x="y"#,
        &flood,
    ] {
        for rest in [abuse.to_owned(), format!("{abuse} agent=\"it' is\"")] {
            let line = line(address, "blocked", &rest);
            let observation = taken("fortigate", &line);
            assert!(crate::category::of_event(&observation).is_listed(), "{line:.200}");
            assert_eq!(observation.outcome, Outcome::Blocked);
        }
    }
    let lesser = line(r#"?" cat=30 catdesc="Education" x=""#, "blocked", r#"cat=14 catdesc="Pornography""#);
    let observation = taken("fortigate", &lesser);
    assert_eq!(about(&observation), (Some("pornography"), false), "nothing written into an address excludes");
    assert_eq!(observation.vendor_categories, ["Education", "Pornography"]);
    assert!(observation.warnings.has(Warning::DoubledField) && observation.warnings.has(Warning::DoubledCategory));
    let word = line(r#"?" action="blocked" x=""#, "passthrough", abuse);
    let observation = taken("fortigate", &word);
    assert_eq!((observation.outcome, observation.vendor_outcome.as_ref()), (Outcome::Allowed, "passthrough"));

    // In CEF a blank is enough, and a field's name may be a label's.
    let header =
        "CEF:0|Fortinet|Fortigate|v7|13056|utm:webfilter|4|cat=utm:webfilter FTNTFGTsubtype=webfilter act=blocked";
    let cef = format!(
        "{header} request=https://larkspur.example/x requestContext=Education FTNTFGTcat=30 FTNTFGTcat=96 requestContext=Terrorism"
    );
    assert_eq!(about(&taken("fortigate-cef", &cef)), (Some("extremism_terrorism"), false));
    let plain = "CEF:0|Maker|Filter|1|9|x|7| act=blocked src=10.0.5.23";
    let mut labels = String::new();
    (0..80).for_each(|n| labels.push_str(&format!(" x{n}Label=Category x{n}=Education")));
    let labelled =
        format!("{plain} request=http://larkspur.example/x{labels} cs2=News cs2Label=Category cs2=Child Abuse");
    assert!(crate::category::of_event(&taken("cef", &labelled)).is_listed());
}

#[test]
fn rule_10_no_change_of_a_type_drops_an_event() {
    let nothing = r#"{"time":null,"url":null,"user":"u1","action":"allowed"}"#;
    assert_eq!(one("json", nothing).map_err(|why| why.reason).err(), Some("malformed"), "no time and no address");
    let event = r#"{"time":"2026-11-16T10:15:42Z","url":null,"user":"u1","action":"allowed"}"#;
    assert_eq!(one("json", event).map_err(|why| why.reason).err(), Some("not_web"));
    let line = r#"{"action":"BLOCKED","url":"http://a.example/","timestamp":1794824142,"categories":"Gambling","user":["u1"],"client_ip":null,"status":"4o3","id":{"x":1}}"#;
    let observation = taken("json", line);
    assert_eq!((observation.outcome, observation.event_at), (Outcome::Blocked, datetime!(2026-11-16 10:15:42 UTC)));
    assert_eq!(observation.vendor_categories, ["Gambling"]);
    assert_eq!(observation.user.as_deref(), Some("u1"));
    assert!(observation.warnings.has(Warning::UnreadableNumber));
    assert_eq!(observation.identity_confidence, Confidence::Weak);
}

#[test]
fn a_profile_that_does_not_hold_is_refused_with_its_field() {
    let squid = include_str!("../../data/profiles/squid.yaml");
    let refused = |from: &str, to: &str| -> Vec<String> {
        let fields = Profile::parse(&squid.replace(from, to)).err().unwrap_or_default();
        fields.into_iter().map(|violation| violation.field).collect()
    };
    assert_eq!(refused("outcome: blocked", "outcome: allowed"), ["samples[3].expect.outcome"]);
    assert_eq!(refused("profile: squid\n", "profile: Squid!\n"), ["profile"]);
    assert_eq!(refused("kind: logformat", "kind: abacus"), ["layout"]);
    assert_eq!(refused("framing:", "faming:"), ["faming"]);
    assert_eq!(refused("ceiling: likely", "ceiling: certain"), ["identity"]);
    assert_eq!(refused("format: squid}", "format: \"no codes\"}").first().map(String::as_str), Some("layout.format"));
    assert_eq!(refused("background:\n", "fields: {colour: rm}\nbackground:\n"), ["fields.colour"]);
    let broken = Profile::parse("profile: [").err().unwrap_or_default();
    assert!(broken.iter().all(|violation| violation.field.starts_with("line ")) && !broken.is_empty());
}

#[test]
fn a_new_product_is_a_document_and_no_code() {
    let text = r#"
profile: larkspur
version: 3
product: Larkspur filter box
known: synthetic
framing: {syslog: true}
layout: {kind: logformat, format: '%>a [%tl] "%rm %ru HTTP/%rv" %>Hs %<st "%{X-Class}note" %un %ssl::>sni %err_code'}
time: {from: tl}
fields:
  groups: {from: "{X-Class}note", split: ","}
  reason: err_code
outcome:
  from: err_code
  map: {ERR_CLASS: blocked, "-": allowed}
audience: {"Year *": pupil, Staff: staff}
identity: {ceiling: strong, source: proxy_sign_in}
suggestions:
  - {domain: find.school.example, path: /suggest, parameter: text, engine: library}
samples:
  - line: '10.1.2.3 [16/Nov/2026:10:15:42 +0100] "GET http://find.school.example/suggest?text=ro HTTP/1.1" 200 12 "Year 7,Chess" u1 - -'
    expect: {event_at: "2026-11-16T09:15:42Z", user: u1, groups: [Year 7, Chess], audience: pupil, outcome: allowed, search.is_final: false, search.engine: library, identity_confidence: strong, profile_version: 3}
  - line: '10.1.2.3 [16/Nov/2026:10:15:42 +0100] "CONNECT 192.0.2.1:443 HTTP/1.1" 200 12 "Staff" u2 games.example ERR_CLASS'
    expect: {audience: staff, outcome: blocked, url.host: games.example, url.original: "192.0.2.1:443"}
"#;
    let profile = Profile::parse(text).unwrap_or_else(|violations| panic!("{violations:#?}"));
    assert_eq!((profile.name(), profile.version()), ("larkspur", 3));
}

#[test]
fn a_time_of_squid_has_the_blanks_that_its_format_has() {
    let text = r#"profile: larkspur-squid
version: 1
product: Squid with a time of its own
known: synthetic
layout: {kind: logformat, format: '%{%Y-%m-%d %H:%M:%S}tl %>a %un "%rm %ru HTTP/%rv" %Ss/%03>Hs "%{User-Agent}>h"'}
time: {from: "{%Y-%m-%d %H:%M:%S}tl", order: ymd, zone: Europe/London}
outcome:
  rules: [{when: {Ss: "*DENIED*"}, is: blocked}]
  by_status: ">Hs"
samples:
  - line: '2026-11-16 10:15:42 10.1.2.3 u1 "GET https://games.example/ HTTP/1.1" TCP_DENIED/403 "Moz illa"'
    expect: {event_at: "2026-11-16T10:15:42Z", user: u1, client_ip: 10.1.2.3, url.host: games.example, outcome: blocked, user_agent: Moz illa}
"#;
    let profile = Profile::parse(text).unwrap_or_else(|violations| panic!("{violations:#?}"));
    assert_eq!(profile.name(), "larkspur-squid");
}

#[test]
fn the_page_for_integrators_tells_of_every_profile_and_its_example_holds() {
    let page = include_str!("../../../../docs/filter-formats.md");
    for name in crate::profile::PROFILES {
        let known = match named(name).expect("a profile").known() {
            crate::profile::Known::Lines => "| published lines",
            crate::profile::Known::Source => "| its published source",
            crate::profile::Known::Documentation => "| its documentation",
            crate::profile::Known::Synthetic => "| **documented columns",
        };
        let row = page.lines().find(|line| line.starts_with(known)).unwrap_or_default();
        assert!(row.contains(&format!("`{name}`")), "{name} stands in the row of {known}");
    }
    let example: String = page
        .lines()
        .skip_while(|line| !line.contains("profile: larkspur"))
        .take_while(|line| line.starts_with("    "))
        .map(|line| format!("{}\n", &line[4..]))
        .collect();
    let profile = Profile::parse(&example).unwrap_or_else(|violations| panic!("{violations:#?}"));
    assert_eq!(profile.name(), "larkspur");
}
