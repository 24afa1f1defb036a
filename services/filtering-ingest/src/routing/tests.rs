//! Lines on their way to their schools, and lines that lead to none.

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
    let row = |group: &str| format!("16/11/2026 10:15:01;u1;10.0.5.23;{group};https://a.example/;Education;Allowed");
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
fn a_line_that_cannot_be_read_is_rejected_at_the_school_it_names() {
    let traffic = |keys: &str| format!("date=2026-11-24 time=08:59:00 {keys} type=\"traffic\" subtype=\"forward\"");
    let keys = ["vd=\"thistledown\"", "vd=\"pennyroyal\"", "vd=\"nowhere\"", "vd=\"thistledown\" vd=\"pennyroyal\""];
    let log = keys.map(traffic);
    let split = of(&log.join("\n"));
    let parts: Vec<(&str, &[u64])> =
        split.parts.iter().map(|((place, _), part)| (place.school_id.as_str(), part.numbers.as_slice())).collect();
    assert_eq!(parts, [("sch_a", &[1][..]), ("sch_b", &[2][..])]);
    let refused: Vec<u64> = split.refused.iter().map(|(line, _)| *line).collect();
    assert_eq!((refused, split.held.len()), (vec![3, 4], 0), "what names none, or two, is nobody’s");
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
        seen(realm, group, device).map(|seen| keys(kind, line, Some(&seen))).unwrap_or_default()
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
