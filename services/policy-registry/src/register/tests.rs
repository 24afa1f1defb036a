//! The engine without a database: rules of appointments, due dates, answers, and tables that are wrong.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "gate_tests.rs"]
mod gates;

use std::collections::BTreeMap;

use time::{Date, macros::date};

use super::{
    Against, Definition, Entry, Persons, counted, duties,
    judge::{Finding, Kept, Sort, judge},
    period, table,
};
use crate::template::{self, model};

pub(crate) const TODAY: Date = date!(2026 - 11 - 24);
const SCHOOL: &str = "sch_00000000000000000000000000";

pub(crate) fn shipped() -> Vec<Definition> {
    template::load(&model::model_files()).unwrap().registers
}

pub(crate) fn entry(number: usize, register: &str, values: &[(&str, &str)]) -> Entry {
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in values {
        held.entry((*key).to_owned()).or_default().push((*value).to_owned());
    }
    Entry {
        id: format!("ren_{number:026}").parse().unwrap(),
        school: SCHOOL.parse().unwrap(),
        register: register.to_owned(),
        values: held,
        change: None,
        account: None,
        name: String::new(),
        added_at: time::OffsetDateTime::UNIX_EPOCH,
    }
}

/// Calls back with entries as the rules look at them on a day.
fn kept<T>(entries: &[Entry], today: Date, work: impl FnOnce(&Kept<'_>) -> T) -> T {
    let (definitions, persons) = (shipped(), Persons::of(entries, ("", "")));
    work(&Kept { definitions: &definitions, entries, today, persons: &persons, parameter: &|_| None })
}

/// What a register's rules find on a day: the code, the sort and the subjects.
fn found(entries: &[Entry], register: &str, today: Date) -> Vec<(String, Sort, String)> {
    let definitions = shipped();
    let definition = definitions.iter().find(|definition| definition.key == register).unwrap();
    let told = |f: Finding| (f.code, f.sort, f.subjects.join(", "));
    kept(entries, today, |kept| judge(kept, definition)).into_iter().map(told).collect()
}

type Appointed = (&'static str, &'static str, &'static str, &'static str);

fn appointed(rows: &[Appointed]) -> Vec<Entry> {
    let one = |(n, (who, role, from, until)): (usize, &Appointed)| {
        let mut values = vec![("who", *who), ("role", *role), ("from", *from)];
        if !until.is_empty() {
            values.push(("until", *until));
        }
        entry(n, "appointments", &values)
    };
    rows.iter().enumerate().map(one).collect()
}

#[test]
fn appointments_are_judged_by_their_rules() {
    const SOUND: [Appointed; 8] = [
        ("Ada Birch", "head", "2024-09-01", ""),
        ("Bo Cedar", "dsl", "2024-09-01", ""),
        ("Cy Elder", "deputy_dsl", "2024-09-01", ""),
        ("Di Hazel", "chair", "2024-09-01", ""),
        ("Ed Larch", "safeguarding_governor", "2024-09-01", ""),
        ("Ada Birch", "filtering_leader", "2024-09-01", ""),
        ("Ed Larch", "filtering_governor", "2024-09-01", ""),
        ("Fi Maple", "network_manager", "2024-09-01", ""),
    ];
    let codes = |changes: &[(usize, Appointed)], more: &[Appointed]| -> Vec<String> {
        let mut rows = SOUND.to_vec();
        for (at, row) in changes {
            rows[*at] = *row;
        }
        rows.extend(more);
        found(&appointed(&rows), "appointments", TODAY).into_iter().map(|(code, ..)| code).collect()
    };
    assert_eq!(codes(&[], &[]), Vec::<String>::new());
    // A gap: the lead left, and the next one comes later.
    let gap = ("Bo Cedar", "dsl", "2024-09-01", "2026-11-23");
    assert_eq!(codes(&[(1, gap)], &[]), ["appointments.vacant"]);
    assert_eq!(codes(&[(1, gap)], &[("Gil Oak", "dsl", "2026-12-01", "")]), ["appointments.vacant"]);
    // Neither a gap nor an overlap where one ends the day before the other begins.
    assert_eq!(codes(&[(1, gap)], &[("Gil Oak", "dsl", "2026-11-24", "")]), Vec::<String>::new());
    assert_eq!(codes(&[(1, gap)], &[("Gil Oak", "dsl", "2026-11-23", "")]), ["appointments.one_holder"]);
    // Deputies are several, leads are not.
    assert_eq!(codes(&[], &[("Gil Oak", "deputy_dsl", "2026-01-01", "")]), Vec::<String>::new());
    assert_eq!(codes(&[], &[("Gil Oak", "dsl", "2026-01-01", "")]), ["appointments.one_holder"]);
    let governor = ("di hazel", "deputy_dsl", "2026-01-01", "");
    assert_eq!(codes(&[], &[governor]), ["appointments.governor_as_dsl"]);
    // The same said twice, in other letters; one after the other is no fault.
    let again = |from: &'static str| ("cy  ELDER", "deputy_dsl", from, "");
    assert_eq!(codes(&[], &[again("2025-09-01")]), ["appointments.twice"]);
    let ended = ("Cy Elder", "deputy_dsl", "2024-09-01", "2025-08-31");
    assert_eq!(codes(&[(2, ended)], &[again("2025-09-01")]), Vec::<String>::new());
    assert_eq!(codes(&[(3, ("Ada Birch", "chair", "2024-09-01", ""))], &[]), ["appointments.own_check"]);
    // The head as the lead: a warning with a deputy, an error without one.
    let both = (1, ("Ada Birch", "dsl", "2024-09-01", ""));
    assert_eq!(codes(&[both], &[]), ["appointments.head_as_dsl"]);
    let alone = codes(&[both, (2, ("Cy Elder", "senco", "2024-09-01", ""))], &[]);
    assert_eq!(alone, ["appointments.head_without_deputy", "appointments.head_as_dsl", "appointments.unfilled"]);
    let own_deputy = codes(&[both, (2, ("Ada Birch", "deputy_dsl", "2024-09-01", ""))], &[]);
    assert!(own_deputy.contains(&"appointments.head_without_deputy".to_owned()), "nobody is their own deputy");
}

#[test]
fn what_is_due_again_is_said_by_person_and_day() {
    let access = |n, who: &str, returned: &str| {
        let mut values = vec![("who", who), ("audience", "staff"), ("granted_on", "2024-09-01")];
        values.extend(Some(("returned_on", returned)).filter(|_| !returned.is_empty()));
        entry(n, "access", &values)
    };
    let trained =
        |n, who: &str, on: &str| entry(n, "training", &[("who", who), ("course", "online_safety"), ("trained_on", on)]);
    for (day, expected) in [
        ("2025-11-23", Some(Sort::Overdue)),
        ("2025-11-24", Some(Sort::DueSoon)),
        ("2025-12-24", Some(Sort::DueSoon)),
        ("2025-12-25", None),
    ] {
        let entries = [access(1, "Bo Cedar", ""), trained(2, "Bo Cedar", "2023-01-01"), trained(3, "Bo Cedar", day)];
        let online = found(&entries, "training", TODAY).into_iter().find(|(code, ..)| code == "training.online");
        assert_eq!(online.map(|(_, sort, _)| sort), expected, "{day}");
    }
    // Never trained is a gap; whoever left is nobody's finding.
    let entries =
        [access(1, "Cy Elder", ""), access(2, "Di Hazel", "2026-01-01"), trained(3, "Di Hazel", "2020-01-01")];
    let online: Vec<_> = found(&entries, "training", TODAY).into_iter().filter(|f| f.0 == "training.online").collect();
    assert_eq!(online, [("training.online".to_owned(), Sort::Gap, "Cy Elder".to_owned())]);
    // An action that is done is not overdue; the policy's own period goes before the rule's.
    let action =
        |done: &[(&str, &str)]| entry(4, "actions", &[&[("action", "Mend"), ("due_on", "2026-11-01")], done].concat());
    assert_eq!(found(&[action(&[])], "actions", TODAY).len(), 1);
    assert_eq!(found(&[action(&[("done_on", "2026-11-02")])], "actions", TODAY).len(), 0);
    assert_eq!(period::plus_months(date!(2024 - 02 - 29), 12), Some(date!(2025 - 02 - 28)));
    assert_eq!(period::plus_months(date!(2026 - 11 - 30), 3), Some(date!(2027 - 02 - 28)));
}

#[test]
fn a_new_version_is_to_be_accepted_again() {
    let document = |n, version: &str, from: &str| {
        let values = [
            ("kind", "acceptable_use"),
            ("title", "Staff rules"),
            ("version", version),
            ("audience", "staff"),
            ("answer", "accept"),
            ("in_force_from", from),
        ];
        entry(n, "linked-policies", &values)
    };
    let access =
        |n, who: &str| entry(n, "access", &[("who", who), ("audience", "staff"), ("granted_on", "2024-09-01")]);
    let accepted = |n, document: &Entry, who: &str| {
        let values =
            [("document", document.id.as_str()), ("who", who), ("audience", "staff"), ("answered_on", "2026-09-02")];
        entry(n, "acceptances", &values)
    };
    let first = document(1, "1", "2025-09-01");
    let mut entries =
        vec![first.clone(), access(2, "Bo Cedar"), access(3, "Cy Elder"), accepted(4, &first, "Bo Cedar")];
    let open = |entries: &[Entry]| found(entries, "acceptances", TODAY).into_iter().map(|f| f.2).collect::<Vec<_>>();
    assert_eq!(open(&entries), ["Cy Elder"]);
    entries.push(document(5, "2", "2026-11-01"));
    assert_eq!(open(&entries), ["Bo Cedar, Cy Elder"]);
    entries.push(document(6, "3", "2027-01-01"));
    assert_eq!(open(&entries), ["Bo Cedar, Cy Elder"], "a version to come is not due yet");
    kept(&entries, TODAY, |kept| {
        let duty = duties::of_person(kept, "Bo Cedar", "staff").into_iter().find(|duty| duty.kind == "accept").unwrap();
        assert_eq!((duty.document.map(|d| d.one("version")), duty.done), (Some("2"), None));
    });
}

#[test]
fn who_accepts_under_their_account_answers_for_their_name() {
    const FARAH: &str = "acc_00000000000000000000000001";
    let staff = document("staff", "accept");
    let named = |account: &str, name: &str, entry: Entry| Entry {
        account: Some(account.parse().unwrap()),
        name: name.to_owned(),
        ..entry
    };
    let access = entry(2, "access", &[("who", "Farah  siddiqui"), ("audience", "staff"), ("granted_on", "2025-09-01")]);
    let values =
        [("document", staff.id.as_str()), ("who", FARAH), ("audience", "staff"), ("answered_on", "2026-11-24")];
    let accepted = named(FARAH, "Farah Siddiqui", entry(3, "acceptances", &values));
    let open = |entries: &[Entry]| {
        let all = found(entries, "acceptances", TODAY);
        all.into_iter().filter(|f| f.0 == "acceptances.due").map(|f| f.2).collect::<Vec<_>>()
    };
    assert_eq!(open(&[staff.clone(), access.clone()]), ["Farah  siddiqui"]);
    let entries = [staff.clone(), access.clone(), accepted.clone()];
    assert_eq!(open(&entries), Vec::<String>::new());
    // Who is trained under a name has the duty under the account, and the other way about.
    let course = [("who", "Farah Siddiqui"), ("course", "online_safety"), ("trained_on", "2026-09-01")];
    let trained = entry(4, "training", &course);
    kept(&[&entries[..], &[trained]].concat(), TODAY, |kept| {
        let duties = duties::of_person(kept, FARAH, "staff");
        let online = duties.iter().find(|duty| duty.title.starts_with("Online safety training")).unwrap();
        assert_eq!(online.done, Some(date!(2026 - 09 - 01)));
    });
    // Two people of one name: nobody is taken for the other.
    let other = named("acc_00000000000000000000000002", "Farah Siddiqui", entry(5, "events", &[]));
    assert_eq!(open(&[staff, access, accepted, other]), ["Farah  siddiqui"]);
}

#[test]
fn an_answer_is_one_to_its_document() {
    let definitions = shipped();
    let acceptances = definitions.iter().find(|definition| definition.key == "acceptances").unwrap();
    let (visitors, read) = (document("visitors", "accept"), document("staff", "read"));
    let read = Entry { id: "ren_00000000000000000000000009".parse().unwrap(), ..read };
    let entries = [visitors.clone(), read.clone()];
    let against =
        Against { definitions: &definitions, entries: &entries, today: TODAY, supersedes: None, asks: ("", "") };
    let checked = |document: &Entry, audience: &str, day: &str| {
        let given = [("document", document.id.as_str()), ("who", "X Y"), ("audience", audience), ("how", "paper")];
        let given = given.into_iter().chain([("answered_on", day)]);
        let given = given.map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).collect();
        super::checked(acceptances, &given, &against)
    };
    assert_eq!(checked(&visitors, "", "24/11/2026").unwrap()["audience"], ["visitors"]);
    assert!(checked(&visitors, "visitors", "2026-11-24").is_ok());
    for (document, audience, day, field, fix) in [
        (&visitors, "learners_ks1", "2026-11-24", "audience", "Enter “visitors”"),
        (&visitors, "", "20/11/2099", "answered_on", "cannot lie ahead"),
        (&visitors, "", "1/1/1900", "answered_on", "1990 or later"),
        (&read, "", "2026-11-24", "document", "“Answer asked for” is “accept”"),
    ] {
        let wrong = checked(document, audience, day).unwrap_err();
        assert_eq!(wrong.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), [field], "{wrong:?}");
        assert!(wrong[0].fix.contains(fix), "{wrong:?}");
    }
    // A list says of whom the answer is asked; where there is none, nobody is counted as asked.
    let answer = |n, who: &str| {
        let values = [("document", visitors.id.as_str()), ("who", who), ("answered_on", "2026-11-24")];
        entry(n, "acceptances", &values)
    };
    let listed =
        |n, who: &str| entry(n, "access", &[("who", who), ("audience", "visitors"), ("granted_on", "2026-09-01")]);
    let counts = |entries: &[Entry]| {
        kept(entries, TODAY, |kept| {
            let covered = duties::coverage(kept, acceptances, acceptances.rules.first().unwrap());
            covered.iter().map(|c| (c.answered, c.missing.len(), c.others)).collect::<Vec<_>>()
        })
    };
    assert_eq!(counts(&[visitors.clone(), answer(2, "Bo"), answer(3, "Cy")]), [(0, 0, 2)]);
    let all = [visitors.clone(), answer(2, "Bo"), answer(3, "Cy"), listed(4, "bo"), listed(5, "Di")];
    assert_eq!(counts(&all), [(1, 1, 1)]);
    let shares = kept(&all, TODAY, counted::shares);
    let share = shares[&("acceptances".to_owned(), "visitors".to_owned())];
    assert_eq!((share.expected, share.covered, share.others), (2, 1, 1), "who is on no list is told beside it");
}

fn document(audience: &str, answer: &str) -> Entry {
    let values = [
        ("kind", "acceptable_use"),
        ("title", "Rules"),
        ("version", "1"),
        ("audience", audience),
        ("answer", answer),
        ("in_force_from", "2026-09-01"),
    ];
    entry(1, "linked-policies", &values)
}

fn against(definitions: &[Definition]) -> Against<'_> {
    Against { definitions, entries: &[], today: TODAY, supersedes: None, asks: ("", "") }
}

#[test]
fn a_table_that_is_wrong_is_refused_with_the_fix() {
    let definitions = shipped();
    let appointments = definitions.iter().find(|definition| definition.key == "appointments").unwrap();
    let read = |content: &[u8]| table::read(appointments, content, &against(&definitions));
    for (content, said) in [
        (&b"Name or account,Role\nBo,dsl\n"[..], "A column is missing: From"),
        (b"Name or account,Role,From,Shoe size\n", "no column “Shoe size”"),
        (b"who,who,role,from\n", "there twice"),
        (b"who,role,from\n", "no line"),
        (b"", "A column is missing"),
        (b"who,role,from\nB\xff,dsl,2026-01-01\n", "CSV UTF-8"),
    ] {
        assert!(read(content).unwrap_err().to_string().contains(said), "{said}");
    }
    let lines = "\u{feff}WHO,Role,From,Last day\n\
        Bo Cedar,DSL,1/9/2024,\n\
        bo  cedar,pope,soon,\n\
        Cy Elder,dsl,2026-01-02,2026-01-01\n\
        Di Hazel,chair\n\
        ,,,\n\
        Ed Larch,head,2024-09-01,\n\
        Ed Larch,Head,01/09/2024,\n";
    let preview = read(lines.as_bytes()).unwrap();
    assert_eq!(preview.accepted.iter().map(|line| line.number).collect::<Vec<_>>(), [7]);
    let twice: Vec<_> = preview.duplicates.iter().map(|(line, earlier)| (line.number, *earlier)).collect();
    assert_eq!(twice, [(8, Some(7))]);
    let wrong: Vec<(u64, Vec<&str>)> =
        preview.wrong.iter().map(|(line, all)| (*line, all.iter().map(|v| v.field.as_str()).collect())).collect();
    let leader = "Member of the leadership team";
    assert_eq!(wrong, [(2, vec![leader]), (3, vec!["Role", "From"]), (4, vec![leader, "Last day"]), (5, vec![""])]);
    let many = "x,head,2024-09-01\n".repeat(table::LINES + 1);
    assert!(read(format!("who,role,from\n{many}").as_bytes()).unwrap_err().to_string().contains("5000"));
    assert!(read(&vec![b'x'; table::LARGEST + 1]).unwrap_err().to_string().contains("5 MB"));
}

#[test]
fn a_request_that_waits_is_known_again_whoever_brings_it_and_once_it_is_decided() {
    const ASKED: &[(&str, &str)] =
        &[("on", "2025-11-20"), ("site", "maps.example"), ("why", "A lesson"), ("for_whom", "class")];
    let definitions = shipped();
    let requests = definitions.iter().find(|definition| definition.key == "unblock-requests").unwrap();
    let one = |n: usize, more: &[(&str, &str)]| entry(n, "unblock-requests", &[ASKED, more].concat());
    let waiting = one(1, &[("asked_by", "acc_00000000000000000000000001"), ("decision", "asked")]);
    let decided = one(
        2,
        &[
            ("asked_by", "acc_00000000000000000000000001"),
            ("decision", "refused"),
            ("decided_by", "acc_00000000000000000000000002"),
            ("decided_on", "2025-11-21"),
            ("decided_why", "Not needed"),
        ],
    );
    let written = table::write(requests, std::slice::from_ref(&waiting)).unwrap();
    let other = String::from_utf8(written.clone()).unwrap().replace("maps.example", "games.example");
    for held in [waiting, decided] {
        let held = [held];
        let bringer = ("acc_00000000000000000000000003", "Di Hazel");
        let against = Against { entries: &held, asks: bringer, ..against(&definitions) };
        let again = table::read(requests, &written, &against).unwrap();
        assert_eq!((again.accepted.len(), again.duplicates.len()), (0, 1), "{:?}", again.wrong);
        assert_eq!(table::read(requests, other.as_bytes(), &against).unwrap().accepted.len(), 1);
    }
}

#[test]
fn a_cell_never_begins_a_formula_and_comes_back_as_it_was() {
    let definitions = shipped();
    let delegations = definitions.iter().find(|definition| definition.key == "delegations").unwrap();
    for text in ["=1+1", "'=1", "''@x", "+44 1", "-3", "'plain'", "a\"b,c", "@all"] {
        let values = [("activity", text), ("deputy", "Cy Elder"), ("from", "2026-01-01"), ("until", "2026-12-31")];
        let before = entry(1, "delegations", &values);
        let written = table::write(delegations, std::slice::from_ref(&before)).unwrap();
        let cell =
            String::from_utf8(written.clone()).unwrap().lines().nth(1).unwrap().trim_start_matches('"').to_owned();
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        let back = table::read(delegations, &written, &against(&definitions)).unwrap();
        let values: Vec<_> = back.accepted.into_iter().map(|line| line.values).collect();
        assert_eq!(values, [before.values], "{text}: {:?}", back.wrong);
    }
}

#[test]
fn a_test_that_failed_waits_until_the_same_works_or_it_is_said_what_put_it_right() {
    let test = |n, on: &str, lists: &[&str], device: &str, outcome: &str| {
        let values = [("on", on), ("kind", "filter"), ("user_group", "learner"), ("device", device)];
        let mut made = entry(n, "filter-checks", &values);
        made.values.insert("outcome".into(), vec![outcome.to_owned()]);
        made.values.insert("list_tested".into(), lists.iter().map(|list| (*list).to_owned()).collect());
        made
    };
    let waits = |entries: &[Entry]| -> Vec<String> {
        let found = found(entries, "filter-checks", TODAY).into_iter();
        found.filter(|(_, sort, _)| *sort == Sort::Failed).map(|(.., subjects)| subjects).collect()
    };
    let failed = test(1, "2026-11-20", &["iwf", "self_harm"], "Laptop 3", "fails");
    assert_eq!(waits(std::slice::from_ref(&failed)), ["filter, learner, iwf, Laptop 3, self_harm"]);
    let retried = |list: &str, device: &str, outcome: &str| test(2, "2026-11-23", &[list], device, outcome);
    assert_eq!(
        waits(&[failed.clone(), retried("iwf", "laptop 3", "works")]),
        ["filter, learner, self_harm, Laptop 3"],
        "what worked since waits no more, and the rest does"
    );
    let elsewhere = waits(&[failed.clone(), retried("iwf", "PC 1", "works")]);
    assert_eq!(elsewhere, ["filter, learner, iwf, Laptop 3, self_harm"], "another device proves nothing of this one");
    let again = waits(&[failed.clone(), retried("iwf", "Laptop 3", "partly")]);
    assert_eq!(again.len(), 2, "{again:?}");
    let before = test(3, "2026-11-19", &["iwf", "self_harm"], "Laptop 3", "works");
    assert_eq!(waits(&[before, failed.clone()]).len(), 1, "an earlier test proves nothing");
    let mut put_right = failed;
    put_right.values.insert("put_right".into(), vec!["The provider put the list back".to_owned()]);
    assert_eq!(waits(&[put_right]), Vec::<String>::new());
}
