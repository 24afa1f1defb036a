use std::{collections::HashMap, time::Instant};

use ::paper::Format;
use time::macros::datetime;

use super::{
    Kind,
    paper::{Made, paper},
    people::People,
};
use crate::{
    case::{
        Case, Entry, EntryId, Involvement,
        access::Subject,
        entry::Happened,
        record::{Exposure, Stamp},
    },
    procedure::{Pinned, Procedure},
};

const NOW: time::OffsetDateTime = datetime!(2026-11-26 09:30 UTC);

fn ids() -> chassis::id::Ids {
    chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock))
}

/// A case with two children and so many entries.
fn case(entries: usize) -> Case {
    let ids = ids();
    let procedure = Procedure { id: "P1".into(), title: "Harassment".into(), steps: Vec::new() };
    let policy = Pinned { procedures: vec![procedure.clone()], ..Pinned::default() };
    let risks = vec!["conduct".to_owned()];
    let mut case = Case::open(ids.next(), "sch_1", "2026-014".into(), &policy, &procedure, risks, NOW);
    for (person, role) in [("Robin Field", "victim"), ("Al O’Neill", "alleged_perpetrator")] {
        case.involvements.push(Involvement {
            id: ids.next(),
            person: person.into(),
            role: role.into(),
            year_group: "9".into(),
            vulnerabilities: Vec::new(),
            learner: None,
            changes: Vec::new(),
            ended: None,
            kept: None,
            joined_at: None,
        });
    }
    for n in 0..entries {
        let id: EntryId = ids.next();
        case.entries.push(Entry {
            id,
            text: format!("Entry {n}: Robin Field said that O’Neill’s messages came again; Robin was upset."),
            significant: n % 2 == 0,
            impact: "Robin sleeps badly".into(),
            by: "acc_1".into(),
            school_id: "sch_1".into(),
            at: NOW + time::Duration::minutes(i64::try_from(n).unwrap_or_default()),
            corrects: None,
            happened: None,
            kind: String::new(),
            marks: Vec::new(),
        });
    }
    case
}

fn printed(case: &Case, kind: Kind, names: bool) -> ::paper::Paper {
    let (id, accounts) = (ids().next(), HashMap::from([("acc_1".to_owned(), "Ms Ali".to_owned())]));
    let made = Made {
        id: &id,
        kind,
        names,
        days: Default::default(),
        reason: "For the conference",
        by: "acc_1",
        at: NOW,
        school: "A school",
        accounts: &accounts,
        kept: &[],
    };
    paper(case, &case.records(kind), &made)
}

#[test]
fn a_moment_is_written_as_on_every_page() {
    assert_eq!(super::paper::moment(NOW), "26 November 2026, 9:30am");
    assert_eq!(super::paper::moment(datetime!(2026-07-26 11:05 UTC)), "26 July 2026, 12:05pm");
}

#[test]
fn a_print_with_labels_tells_no_name_and_one_with_names_tells_all() {
    let case = case(4);
    let labelled = printed(&case, Kind::Bundle, false).texts().join("\n");
    for name in ["Robin", "Field", "Neill"] {
        assert!(!labelled.contains(name), "{name} stands in {labelled}");
    }
    assert!(labelled.contains("[Victim 1] said that [Alleged perpetrator 1]’s messages"), "{labelled}");
    let named = printed(&case, Kind::Bundle, true).texts().join("\n");
    assert!(named.contains("Robin Field said that O’Neill’s messages") && named.contains("Ms Ali (acc_1)"));
    assert_eq!(People::of(&case, true).rows().next().map(|row| row[1].clone()), Some("Robin Field".into()));
}

#[test]
fn the_adult_a_case_is_about_and_whoever_saw_material_have_their_rows_and_labels() {
    let mut case = case(0);
    case.access.subject = Some(Subject::Account("acc_9".into()));
    case.access.called = Some("Ruth Calloway".into());
    let exposed = |person: &str| Exposure {
        id: ids().next(),
        person: person.into(),
        circumstances: "Opened the message".into(),
        support: "A talk".into(),
        exposed_at: NOW,
        stamp: Stamp { by: "acc_1".into(), at: NOW },
    };
    case.exposures = vec![exposed("Mr Reid"), exposed("Robin Field"), exposed("Mr Reid")];
    let rows = |names: bool| People::of(&case, names).rows().map(|row| row[..3].join("|")).collect::<Vec<_>>();
    let named = rows(true);
    assert!(named.contains(&"Subject adult 1|Ruth Calloway|Subject adult".to_owned()), "{named:?}");
    assert!(named.contains(&"Exposed person 1|Mr Reid|Exposed person".to_owned()), "{named:?}");
    assert_eq!(
        named.iter().filter(|row| row.starts_with("Exposed person")).count(),
        1,
        "each once, and by a part first"
    );
    assert!(rows(false).contains(&"Subject adult 1||Subject adult".to_owned()));
    let told = People::of(&case, false).told("Ruth Calloway hit Robin Field; Mr Reid saw it");
    assert!(
        told.starts_with("[Subject adult 1] hit [Victim 1]; ") && told.ends_with("[Exposed person 1] saw it"),
        "{told}"
    );
    // Whose account was selected before their name was kept has a row all the same.
    case.access.called = None;
    assert!(People::of(&case, true).rows().any(|row| row[2] == "Subject adult"));
}

#[test]
fn a_label_stands_for_a_name_however_it_is_written() {
    let mut case = case(0);
    let part = |n: usize, person: &str| {
        let mut part = case.involvements[0].clone();
        (part.id, part.person, part.role) = (ids().next(), person.to_owned(), "witness".to_owned());
        let _ = n;
        part
    };
    let more = [part(1, "Seán O’Dwyer-Nguyễn"), part(2, "Mary Field"), part(3, "李 娜"), part(4, "An To")];
    case.involvements.extend(more);
    let told = |text: &str| People::of(&case, false).told(text);
    for (text, expected) in [
        ("Seán came", "[Witness 1] came"),
        ("Sean ODwyer Nguyen came.", "[Witness 1] came."),
        ("Dwyer’s phone", "[Witness 1]’s phone"),
        ("Robin Field and Mary Field", "[Victim 1] and [Witness 2]"),
        ("the Fields", "the [Victim 1 or Witness 2]"),
        ("ask @robinfield2013", "ask @[Victim 1 or Witness 2]"),
        ("Robin_field09 wrote", "[Victim 1]_[Victim 1 or Witness 2] wrote"),
        ("李娜来了 and 李娜", "李娜来了 and [Witness 3]"),
        (
            "Write to r.field@mail.example.org or 07700 900123",
            "Write to [how to reach somebody] or [how to reach somebody]",
        ),
        ("On 2026-11-26 10:30 in 01 room", "On 2026-11-26 10:30 in 01 room"),
        ("A robin sang; the field was wet", "A robin sang; the [Victim 1 or Witness 2] was wet"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_chronology_has_what_mattered_and_a_bundle_all_each_with_its_digest() {
    let case = case(4);
    let (some, all) = (case.records(Kind::Chronology), case.records(Kind::Bundle));
    assert_eq!((some.len(), all.len()), (3, 5), "the opening and two entries, or four");
    assert!(all.iter().all(|record| record.digest.len() == 64) && all.is_sorted_by_key(|record| record.at));
    let mut changed = case.clone();
    changed.entries[0].text.push('.');
    let differ = all.iter().zip(changed.records(Kind::Bundle)).filter(|(a, b)| a.digest != b.digest).count();
    assert_eq!(differ, 1, "a digest tells which record is another");
}

#[test]
fn an_addendum_goes_wherever_its_entry_goes_and_stands_beside_it() {
    let mut case = case(3);
    let mut add = |corrects: usize, text: &str| {
        let (id, of) = (ids().next(), case.entries[corrects].id.clone());
        let at = NOW + time::Duration::hours(2);
        let entry = Entry {
            id,
            text: text.into(),
            significant: false,
            corrects: Some(of),
            happened: Some(Happened::Exact(at)),
            at,
            ..case.entries[1].clone()
        };
        case.entries.push(entry);
    };
    add(0, "It was O’Neill");
    add(1, "Of a note");
    add(3, "And not alone");
    let told: Vec<String> = printed(&case, Kind::Chronology, true).texts();
    let place = |text: &str| told.iter().position(|line| line.contains(text));
    let order = ["Entry 0:", "It was O’Neill", "And not alone", "Entry 2:"].map(place);
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?} of {told:?}");
    assert!(told.iter().any(|line| line.contains("To the entry of: 26 November 2026, 9:30am")), "{told:?}");
    assert_eq!(place("Of a note"), None, "what adds to a note stays out as the note does");
}

#[test]
fn a_day_is_printed_without_an_hour_and_an_adult_is_not_called_children() {
    let mut case = case(1);
    case.entries[0].happened = Some(Happened::Day(datetime!(2026-11-19 00:00 UTC)));
    let told = printed(&case, Kind::Chronology, true).texts().join("\n");
    assert!(told.contains("Entry, 19 November 2026") && !told.contains("12:00am"), "{told}");
    let about = |case: &Case| printed(case, Kind::Chronology, true).status.map(|status| status.meaning);
    assert!(about(&case).is_some_and(|words| words.starts_with("about children;")));
    case.access.subject = Some(Subject::Account("acc_9".into()));
    assert!(about(&case).is_some_and(|words| words.starts_with("about an adult who works with children;")));
}

#[test]
fn five_hundred_entries_are_written_in_every_format() {
    let case = case(500);
    for format in Format::ALL {
        let begun = Instant::now();
        let written = printed(&case, Kind::Bundle, true).write(format);
        println!("{}: {:?}", format.name(), begun.elapsed());
        assert!(written.is_ok_and(|bytes| bytes.len() > 20_000));
    }
}
