//! Who a learner is, how they are found, and what a roll does.
#![expect(clippy::unwrap_used, reason = "tests")]

use chassis::{clock::ManualClock, id::Ids};
use proptest::prelude::*;
use time::macros::{date, datetime};

use super::{
    import::{Outcome, mark_repeats, review},
    search::{Query, plain_name, rank, tokens},
    *,
};

const TODAY: Date = date!(2026 - 11 - 25);

fn record(given: &str, family: &str, born: Option<Date>) -> Record {
    Record { given_name: given.into(), family_name: family.into(), birth_date: born, ..Record::default() }
}

fn roll(records: Vec<Record>) -> Vec<Learner> {
    let at = datetime!(2026-11-25 09:00 UTC);
    let ids = Ids::seeded(ManualClock::new(at), 3);
    let learner = |record| Learner {
        id: ids.next(),
        school_id: "sch_a".into(),
        record,
        created_at: at,
        updated_at: at,
        left_on: None,
        household: Vec::new(),
        former: Vec::new(),
        version: 1,
    };
    records.into_iter().map(learner).collect()
}

#[test]
fn a_name_is_told_from_what_is_written_behind_it() {
    for (about, name) in
        [("Leo Ashdown, 9K", "Leo Ashdown"), ("Imogen Sayle 10R", "Imogen Sayle"), ("Bo (new boy)", "Bo"), ("  ", "")]
    {
        assert_eq!(plain_name(about), name);
    }
    // Whoever searches writes the form behind the name, too.
    assert_eq!(Query::read("Imogen Sayle 10R").tokens(), Query::read("Imogen Sayle").tokens());
}

#[test]
fn a_pupil_number_is_known_by_its_check_letter() {
    assert!(upn("B801200005001").is_ok() && upn("").is_ok());
    for wrong in ["A801200005001", "B80120000500", "B80120000500I", "8801200005001", "B80120000500é"] {
        assert!(upn(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    /// One digit written wrongly is always noticed: places differ by less than 23.
    #[test]
    fn a_slip_of_one_digit_is_noticed(at in 1usize..13, digit in 0u8..10) {
        let mut number = b"B801200005001".to_vec();
        let before = number[at];
        number[at] = b'0' + digit;
        let sound = upn(std::str::from_utf8(&number).unwrap()).is_ok();
        let multiple = (i32::from(before) - i32::from(b'0' + digit)) * i32::try_from(at + 1).unwrap() % 23 == 0;
        prop_assert_eq!(sound, multiple);
    }

    #[test]
    fn no_text_makes_search_or_table_panic(text in "\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Query::read(&text).tokens();
        let _ = tokens(&record(&text, &text, None));
        let _ = table::read(&bytes, TODAY);
        let _ = table::read(format!("FAMILY NAME,GIVEN NAME\n{text}").as_bytes(), TODAY);
    }
}

#[test]
fn a_learner_is_found_by_what_one_remembers() {
    let mut renée = record("Renée", "O’Shaughnessy-Brook", Some(date!(2014 - 03 - 27)));
    renée.known_as = "Wren".into();
    renée.upn = "B801200005001".into();
    let all = roll(vec![
        renée,
        record("Catherine", "Philipson", Some(date!(2013 - 05 - 02))),
        record("Mohammed", "Akhtar", Some(date!(2012 - 01 - 30))),
        record("Ann", "Oak", None),
    ]);
    let first = |text: &str| {
        let query = Query::read(text);
        let sought = query.tokens();
        // What the store would answer: whoever shares a token.
        let met = |l: &&Learner| tokens(&l.record).iter().any(|(token, _)| sought.contains(token));
        let found = rank(&query, all.iter().filter(met).cloned().collect());
        found.first().map(|(learner, _)| learner.record.given_name.clone())
    };
    for text in [
        "Renee",
        "renee oshaughnessy",
        "Wren",
        "wren brook",
        "shaughnessy",
        "27/03/2014",
        "B801 200005001",
        "B801200005001",
        "wren 27/3",
        "27 March 2014",
        "Wren born on the 27th of March, 2014",
        "Renne Oshaughnesy",
    ] {
        assert_eq!(first(text).as_deref(), Some("Renée"), "{text}");
    }
    for (text, given) in [
        ("Katherine", "Catherine"),
        ("kathryn phillipson", "Catherine"),
        ("muhammad", "Mohammed"),
        ("akhter", "Mohammed"),
        ("2/5/13", "Catherine"),
        ("30 Jan", "Mohammed"),
    ] {
        assert_eq!(first(text).as_deref(), Some(given), "{text}");
    }
    assert_eq!(first("Zebedee"), None);
}

#[test]
fn a_former_name_finds_whoever_bore_it() {
    let mut here = roll(vec![record("Erin", "Lacey", None), record("Bo", "Lacey", None)]);
    here[0].becomes(record("Erin", "Hartley", None));
    let found = |text: &str| {
        let all = rank(&Query::read(text), here.clone()).into_iter();
        all.map(|(learner, found)| (learner.record.called(), found.why)).collect::<Vec<_>>()
    };
    let (erin, bo) = ("Erin Hartley".to_owned(), "Bo Lacey".to_owned());
    assert_eq!(found("Lacey"), [(bo, "the name"), (erin.clone(), "a former name")]);
    assert_eq!(found("Hartley"), [(erin.clone(), "the name")]);
    assert_eq!(found("Erin"), [(erin, "the name")]);
    here[0].becomes(record("Erin", "Lacey", None));
    assert_eq!(here[0].former.len(), 1, "what is borne is no former name");
}

#[test]
fn a_table_says_of_every_line_what_is_wrong_and_where() {
    let picture = b"FAMILY NAME,GIVEN NAME\nOak,Ann\xff\xd8\xff\xe1\x10JFIF".as_slice();
    assert!(table::read(picture, TODAY).is_err_and(|fix| fix.contains("no text")));
    let table = "Family name;Given Name;Date of birth;UPN;Year group;Flags\n\
                 Oak;Ann;27/03/2014;B801200005001;Year 07;SEND, looked after\n\
                 ;Bo;2014-13-01;A801200005001;14;elf\n";
    let table::Table { lines, unread } = table::read(table.as_bytes(), TODAY).unwrap();
    assert!(unread.is_empty(), "{unread:?}");
    assert!(lines[0].slips.is_empty(), "{:?}", lines[0].slips);
    assert_eq!((lines[0].record.year_group.as_str(), lines[0].record.flags.len()), ("7", 2));
    let columns: Vec<&str> = lines[1].slips.iter().map(|(column, _)| column.as_str()).collect();
    assert_eq!(columns, ["Date of birth", "Family name", "Year group", "UPN", "Flags"]);
    assert_eq!(lines[1].number, 3);
    let western = b"FAMILY NAME,GIVEN NAME\r\nD\xfcrer,Zo\xeb\r\n";
    assert_eq!(table::read(western, TODAY).unwrap().lines[0].record.called(), "Zoë Dürer");
    for wrong in [&b""[..], b"\xff\xfeF\0", b"NAME\nx\n", b"FAMILY NAME,GIVEN NAME\n"] {
        assert!(table::read(wrong, TODAY).is_err());
    }
    let twins = "FAMILY NAME,GIVEN NAME,UPN\nOak,Ann,B801200005001\nElm,Bo,B801200005001\n";
    assert_eq!(table::read(twins.as_bytes(), TODAY).unwrap().lines[1].slips[0].0, "UPN");
    let passed = table::read(b"FAMILY NAME,GIVEN NAME,DOB, ,CLASS\nOak,Ann,27/03/2014,,7K\n", TODAY).unwrap();
    assert_eq!((passed.unread, passed.lines[0].record.birth_date), (vec!["DOB".to_owned(), "CLASS".to_owned()], None));
}

#[test]
fn a_roll_tells_new_from_known_and_asks_where_it_cannot() {
    let born = Some(date!(2014 - 03 - 27));
    let mut numbered = record("Ann", "Oak", born);
    numbered.upn = "B801200005001".into();
    let mut here = roll(vec![
        numbered.clone(),
        record("Bo", "Elm", born),
        record("Cy", "Ash", None),
        record("Di", "Yew", born),
        record("Ed", "Fir", born),
    ]);
    here[4].left_on = Some(TODAY);
    here[3].record.known_as = "Wren".into();
    let line = |record: Record| table::Line { number: 2, record, slips: Vec::new() };
    let mut moved = numbered.clone();
    moved.year_group = "8".into();
    let lines = vec![
        line(numbered),
        line(moved),
        line(record("Bo", "Elm", born)),
        line(record("Cy", "Ash", born)),
        line(record("Ed", "Fir", born)),
        line(record("Flo", "Bay", born)),
        line(record("Boe", "Elm", born)),
        line(record("Dii", "Yew", born)),
    ];
    let found = review(&lines, &here);
    assert!(matches!(found.outcomes[0], Outcome::Unchanged(_)));
    assert!(matches!(found.outcomes[1], Outcome::Changed(_)));
    assert!(matches!(found.outcomes[2], Outcome::Unchanged(_)));
    assert!(matches!(&found.outcomes[3], Outcome::Close(ids) if *ids == [here[2].id.clone()]), "no date here");
    assert!(matches!(found.outcomes[4], Outcome::Returned(_)));
    assert_eq!(found.outcomes[5], Outcome::New);
    assert!(matches!(&found.outcomes[6], Outcome::Close(ids) if *ids == [here[1].id.clone()]), "spelt alike");
    assert!(
        matches!(&found.outcomes[7], Outcome::Close(ids) if *ids == [here[3].id.clone()]),
        "whatever they are called"
    );
    assert!(found.leavers.is_empty());
    assert_eq!(review(&lines[..7], &here).leavers, [here[3].id.clone()]);
}

#[test]
fn a_pupil_number_does_not_say_alone_who_a_line_is_about() {
    let (born, other) = (Some(date!(2014 - 03 - 27)), Some(date!(2013 - 01 - 01)));
    let numbered =
        |given: &str, family: &str, born, upn: &str| Record { upn: upn.into(), ..record(given, family, born) };
    let (first, second) = ("B801200005001", "B801200005002");
    let here = roll(vec![numbered("Una", "Pike", born, first), numbered("Tyler", "Reed", other, second)]);
    let of = |record: Record| review(&[table::Line { number: 2, record, slips: Vec::new() }], &here).outcomes.remove(0);
    let both = Outcome::Close(vec![here[0].id.clone(), here[1].id.clone()]);
    assert_eq!(of(numbered("Tyler", "Reed", other, first)), both, "the number of one, all else of another");
    assert_eq!(of(numbered("Tyler", "Reed", None, first)), both);
    let nobody = Outcome::Close(vec![here[0].id.clone()]);
    assert_eq!(of(numbered("Rose", "Smith", other, first)), nobody, "nothing but the number");
    let same = Outcome::Changed(here[0].id.clone());
    assert_eq!(of(numbered("Una", "Hartley", born, first)), same, "a changed surname");
    assert_eq!(of(numbered("Una", "Pike", other, first)), same, "a corrected date of birth");
    assert_eq!(of(numbered("Una", "Pike", None, first)), Outcome::Unchanged(here[0].id.clone()));
    let named = |user: &str| Record { user_names: vec![user.into()], ..record("Una", "Pike", born) };
    let expected = [("USER NAME", "upike".to_owned(), "treed".to_owned())];
    assert_eq!(super::import::changes(&named("upike"), &named("treed")), expected, "an alert says by it whose it is");
}

#[test]
fn a_slip_in_a_roll_makes_no_second_learner() {
    let born = Some(date!(2014 - 10 - 12));
    let here = roll(vec![record("Una", "Pike", born)]);
    for (given, family, born) in [
        ("Una", "Pike", date!(2014 - 10 - 13)),
        ("Una", "Pike", date!(2014 - 12 - 10)),
        ("Una", "Pike", date!(2013 - 10 - 12)),
        ("Una", "Pike", date!(2014 - 05 - 01)),
        ("Pike", "Una", date!(2014 - 10 - 12)),
        ("Oona", "Pike", date!(2014 - 10 - 12)),
        ("Oona", "Pike", date!(2014 - 10 - 11)),
    ] {
        let line = table::Line { number: 2, record: record(given, family, Some(born)), slips: Vec::new() };
        let found = review(&[line], &here);
        assert!(matches!(&found.outcomes[0], Outcome::Close(ids) if *ids == [here[0].id.clone()]), "{given} {family}");
        assert!(found.leavers.is_empty(), "with the file she would leave: {given} {family} {born}");
    }
    // A namesake beside a learner whom the roll names is somebody else; so is whoever only shares a birthday.
    let both = [("Una", date!(2014 - 10 - 12)), ("Una", date!(2016 - 02 - 02)), ("Finn", date!(2014 - 10 - 12))];
    let line = |(given, born)| table::Line { number: 2, record: record(given, "Pike", Some(born)), slips: Vec::new() };
    let found = review(&both.map(line), &here);
    assert!(matches!(found.outcomes[0], Outcome::Unchanged(_)));
    assert_eq!(found.outcomes[1..], [Outcome::New, Outcome::New]);
}

#[test]
fn two_lines_about_one_child_are_not_two_children() {
    let born = Some(date!(2013 - 02 - 04));
    let line = |number: u32, given: &str, born, upn: &str| super::table::Line {
        number,
        record: Record { upn: upn.into(), ..record(given, "Doubled", born) },
        slips: Vec::new(),
    };
    let mut lines = vec![
        line(2, "Ivo", born, ""),
        line(3, "IVO", born, ""),
        line(4, "Ivo", Some(date!(2014 - 02 - 04)), ""),
        line(5, "Ada", born, "B801200005001"),
        line(6, "Ada", born, "B801200005002"),
    ];
    mark_repeats(&mut lines);
    let marked: Vec<u32> = lines.iter().filter(|line| !line.slips.is_empty()).map(|line| line.number).collect();
    assert_eq!(marked, [3]);
    assert_eq!(review(&lines, &[]).outcomes[1], Outcome::Wrong);
}
