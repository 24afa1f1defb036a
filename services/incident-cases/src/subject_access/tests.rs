use proptest::prelude::*;
use time::macros::{date, datetime};

use super::{
    mentions::{People, Why, wherever},
    redact::{Stretch, covers, merged, without},
    *,
};

fn request(received_on: Date) -> AccessRequest {
    let ids = chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock));
    AccessRequest {
        id: ids.next(),
        school_id: "sch_1".into(),
        learner_id: ids.next(),
        requested_by: "A parent".into(),
        received_on,
        stamp: by(datetime!(2026-11-26 09:00 UTC)),
        pauses: Vec::new(),
        export: None,
        further: Vec::new(),
        extension: None,
    }
}

fn by(at: OffsetDateTime) -> Stamp {
    Stamp { by: "acc_1".into(), at }
}

#[test]
fn a_request_is_answered_within_a_month_of_the_day_it_came() {
    let now = datetime!(2026-11-26 09:00 UTC);
    for (received, due) in [
        (date!(2026 - 11 - 24), date!(2026 - 12 - 24)),
        // A month without such a day ends on its last, and what is no working day goes on to the next.
        (date!(2026 - 08 - 31), date!(2026 - 09 - 30)),
        (date!(2027 - 01 - 30), date!(2027 - 03 - 01)),
        (date!(2026 - 11 - 25), date!(2026 - 12 - 29)),
        (date!(2026 - 12 - 01), date!(2027 - 01 - 04)),
    ] {
        assert_eq!(request(received).due_on(now), due, "{received}");
    }
}

#[test]
fn while_the_clock_stands_still_the_day_moves_and_nothing_is_answered() -> Result<(), Refusal> {
    let mut asked = request(date!(2026 - 11 - 02));
    let at = |day: u8| Date::from_calendar_date(2026, Month::November, day).map(|d| d.midnight().assume_utc());
    let at = |day: u8| at(day).unwrap_or(OffsetDateTime::UNIX_EPOCH) + Duration::hours(10);
    assert_eq!(asked.due_on(at(3)), date!(2026 - 12 - 02));
    asked.pause("Who is it that asks?".into(), by(at(3)))?;
    assert_eq!((asked.state(), asked.due_on(at(10))), ("paused", date!(2026 - 12 - 09)), "7 days stood still so far");
    assert!(asked.answerable().is_err() && asked.pause("Again".into(), by(at(4))).is_err());
    asked.resume("A passport".into(), by(at(10)))?;
    assert_eq!((asked.state(), asked.due_on(at(30))), ("open", date!(2026 - 12 - 09)), "and it runs again");
    assert!(asked.answerable().is_ok() && asked.resume("Again".into(), by(at(11))).is_err());
    asked.pause("Which years?".into(), by(at(11)))?;
    asked.resume("All".into(), by(at(13)))?;
    assert_eq!(asked.due_on(at(30)), date!(2026 - 12 - 11), "pauses add up");
    Ok(())
}

#[test]
fn more_time_is_taken_once_and_within_the_first_month() -> Result<(), Refusal> {
    let within = by(datetime!(2026-12-02 16:00 UTC));
    let mut asked = request(date!(2026 - 11 - 02));
    assert!(asked.extend("Too late".into(), by(datetime!(2026-12-03 09:00 UTC))).is_err());
    asked.extend("Three years of records; told by letter".into(), within.clone())?;
    assert_eq!(asked.due_on(within.at), date!(2027 - 02 - 02), "three months from the day it came");
    assert!(asked.extend("Again".into(), within.clone()).is_err(), "it is extended once");
    asked.pause("Which years?".into(), within)?;
    assert_eq!(
        asked.due_on(datetime!(2026-12-09 16:00 UTC)),
        date!(2027 - 02 - 09),
        "a clock that stands still adds up"
    );
    Ok(())
}

fn people() -> People {
    let mut people = People::default();
    people.own("Robin Field Robbie");
    for other in ["Samuel Field Sam", "Dale Okonkwo-Price", "Zoë O’Neill", "May Sutton"] {
        people.other(other);
    }
    people.somebody("Jo Marsh in Year 8, by a boy");
    people.contact("jo@example.org");
    people.address("https://bad.example/x");
    people
}

fn told(text: &str) -> String {
    let suggestions = people().mentions(text);
    let stretches: Vec<Stretch> = suggestions.iter().map(|suggestion| suggestion.stretch).collect();
    without(text, &stretches, &suggestions)
}

#[test]
fn every_other_person_is_found_however_they_are_written_and_the_subject_stays() {
    let gone = "[name of another person removed]";
    for (text, expected) in [
        ("Robin Field was upset.", "Robin Field was upset.".to_owned()),
        ("Sam hit Robin.", format!("{gone} hit Robin.")),
        ("Robin and Sam Field came.", format!("Robin and {gone} came.")),
        ("sam’s phone", format!("{gone}’s phone")),
        ("SAMUEL FIELD", gone.to_owned()),
        ("okonkwo rang, then Mr Price.", format!("{gone} rang, then Mr {gone}.")),
        ("Dale Okonkwo-Price", gone.to_owned()),
        ("Dale Okonkwo‑Price", gone.to_owned()),
        ("Zoe and O'Neill", format!("{gone} and {gone}")),
        ("Zoe\u{308}", gone.to_owned()),
        ("She may go; May stays.", format!("She may go; {gone} stays.")),
        ("Jo said so, not the marsh.", format!("{gone} said so, not the marsh.")),
        ("Write to JO@example.org.", format!("Write to {gone}.")),
        ("(sam.f@mail.example.org’s)", format!("({gone}’s)")),
        ("It was on https://bad.example/x again", "It was on [address removed] again".to_owned()),
        (
            "hxxp://bad2.example/samfield, and (www.bad4.example)",
            "[address removed], and ([address removed])".to_owned(),
        ),
        ("@sam_ovb_.", format!("@{gone}.")),
        ("ask sam@home_1 and 9.30/10.15", format!("ask {gone}@home_1 and 9.30/10.15")),
        ("The same sample of Samantha’s", "The same sample of Samantha’s".to_owned()),
        ("The Prices and ONeill", format!("The {gone} and {gone}")),
        ("@samuelfield09 and Sam2013", format!("@{gone} and {gone}")),
        ("Ring 07700 900123 on 2026-11-26 09:00", format!("Ring {gone} on 2026-11-26 09:00")),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn whoever_is_described_is_found_as_a_whole_and_by_the_names_in_it() {
    let mut people = People::default();
    let van = "A man with a van who may want money";
    for other in [van, "Somebody from a game who calls himself a pupil", "Adult male", "jo in year 8", "Tom Quill"] {
        people.other(other);
    }
    people.other("Ravi’s uncle from the Harbour Café");
    let told = |text: &str| {
        let suggestions = people.mentions(text);
        let stretches: Vec<Stretch> = suggestions.iter().map(|suggestion| suggestion.stretch).collect();
        without(text, &stretches, &suggestions)
    };
    for text in [
        "Ned may want to talk. He said the man, who had a van, gave him money.",
        "The lead, who calls a pupil or an adult from the game, decided for himself; a male adult of year 8.",
    ] {
        assert_eq!(told(text), text);
    }
    let gone = "[name of another person removed]";
    assert_eq!(told("It was a man with a van who may want money."), format!("It was {gone}."));
    assert_eq!(told("Jo and Ravi, at the Harbour, and tom."), format!("{gone} and {gone}, at the {gone}, and {gone}."));
    assert_eq!(people.named_by("a man with a van who may want money"), 9);
}

fn item(text: &str, fixed: bool) -> Item {
    Item {
        id: "itm_1".into(),
        record_id: "cas_1".into(),
        reference: String::new(),
        kind: "Entry",
        at: datetime!(2026-11-26 09:00 UTC),
        known: "exact",
        text: text.into(),
        marks: Vec::new(),
        suggestions: people().mentions(text),
        fixed,
    }
}

fn wanted(choice: Choice, stretches: &[(usize, usize)], phrases: &[&str], reason: &str) -> Wanted {
    Wanted {
        choice,
        stretches: stretches.iter().map(|(start, end)| Stretch { start: *start, end: *end }).collect(),
        phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
        reason: reason.into(),
    }
}

#[test]
fn a_decision_fits_its_record_and_says_why_where_it_must() {
    let text = "Sam hit Robin at https://bad.example/x";
    let refused = |item: &Item, wanted: Wanted| match decide(item, wanted, by(item.at)) {
        Err(Refusal::Field(field, _)) => field,
        _ => "nothing",
    };
    let (open, shut) = (item(text, false), item(text, true));
    assert_eq!(refused(&shut, wanted(Choice::Release, &[], &[], "why")), "decision");
    assert_eq!(refused(&open, wanted(Choice::Withhold, &[], &[], " ")), "reason");
    assert_eq!(refused(&open, wanted(Choice::Release, &[], &[], "")), "reason", "a name stays in");
    assert_eq!(refused(&open, wanted(Choice::Release, &[(0, 3)], &[], "why")), "redactions");
    assert_eq!(refused(&open, wanted(Choice::ReleaseRedacted, &[], &[], "why")), "redactions");
    for out in [(3, 3), (4, 3), (0, 1000)] {
        assert_eq!(refused(&open, wanted(Choice::ReleaseRedacted, &[out], &[], "why")), "redactions");
    }
    assert_eq!(refused(&open, wanted(Choice::ReleaseRedacted, &[], &["not there"], "why")), "phrases");
    assert_eq!(refused(&open, wanted(Choice::ReleaseRedacted, &[], &["hit"], "")), "reason", "the name stays in");

    let given = |wanted: Wanted| decide(&open, wanted, by(open.at)).map(|decision| said(&open, Some(&decision)));
    let given = |wanted| given(wanted).ok().flatten();
    let stays = given(wanted(Choice::Release, &[], &[], "Sam agreed"));
    let named = item("See https://sam.example/sam", false);
    assert!(decide(&named, wanted(Choice::Release, &[], &[], ""), by(named.at)).is_ok(), "no name is left in");
    assert_eq!(stays.as_deref(), Some("Sam hit Robin at [address removed]"), "an address never leaves");
    let less = given(wanted(Choice::ReleaseRedacted, &[(0, 3)], &["HIT"], ""));
    let words = "[name of another person removed] [words removed] Robin at [address removed]";
    assert_eq!(less.as_deref(), Some(words));
    assert_eq!(given(wanted(Choice::Withhold, &[], &[], "It would hurt")), None);
    assert_eq!(said(&shut, None), None, "material is kept back whatever is decided");
    assert_eq!(said(&open, None).as_deref(), Some("[name of another person removed] hit Robin at [address removed]"));
}

#[test]
fn a_name_that_became_known_since_is_decided_on_again() -> Result<(), Refusal> {
    let known = item("Sam hit Robin", false);
    let unknown = Item { suggestions: Vec::new(), ..known.clone() };
    let before = decide(&unknown, wanted(Choice::Release, &[], &[], ""), by(known.at))?;
    assert_eq!((before.holds(&unknown), before.holds(&known)), (true, false), "nobody said that the name stays in");
    let given = decide(&known, wanted(Choice::Release, &[], &[], "Sam agreed"), by(known.at))?;
    let taken = decide(&known, wanted(Choice::ReleaseRedacted, &[(0, 3)], &[], ""), by(known.at))?;
    let kept = decide(&unknown, wanted(Choice::Withhold, &[], &[], "It would hurt"), by(known.at))?;
    assert!([given, taken, kept].iter().all(|decision| decision.holds(&known)));
    let older = |reason: &str| Decision { left_in: None, reason: reason.into(), ..before.clone() };
    assert_eq!((older("").holds(&known), older("Sam agreed").holds(&known)), (false, true));
    Ok(())
}

#[test]
fn a_phrase_is_found_across_lines_and_never_within_a_word() {
    let text: Vec<char> = "Ann met an  annoyed\nAnn".chars().collect();
    let found: Vec<(usize, usize)> = wherever(&text, "ann").iter().map(|s| (s.start, s.end)).collect();
    assert_eq!(found, [(0, 3), (20, 23)]);
    assert_eq!(wherever(&text, "annoyed ann").len(), 1);
    assert!(wherever(&text, "  ").is_empty());
}

proptest! {
    #[test]
    fn what_is_taken_out_is_out(text in "[a-c ]{1,30}", ends in prop::collection::vec((0_usize..30, 1_usize..8), 0..6)) {
        let length = text.chars().count();
        let stretches: Vec<Stretch> = ends
            .into_iter()
            .map(|(start, long)| Stretch { start, end: (start + long).min(length) })
            .filter(|stretch| stretch.start < stretch.end)
            .collect();
        let joined = merged(stretches.clone());
        prop_assert!(stretches.iter().all(|stretch| covers(&joined, *stretch)));
        prop_assert!(joined.windows(2).all(|pair| pair[0].end < pair[1].start));
        let inside = |place: usize| joined.iter().any(|stretch| stretch.start <= place && place < stretch.end);
        let kept: String = text.chars().enumerate().filter(|(place, _)| !inside(*place)).map(|(_, c)| c).collect();
        prop_assert_eq!(without(&text, &stretches, &[]).replace("[words removed]", ""), kept);
    }

    #[test]
    fn finding_people_never_panics_and_keeps_to_the_text(text in "\\PC{0,60}") {
        let length = text.chars().count();
        for suggestion in people().mentions(&text) {
            prop_assert!(suggestion.stretch.start < suggestion.stretch.end && suggestion.stretch.end <= length);
            prop_assert!(suggestion.why == Why::OtherPerson || suggestion.why == Why::Address);
        }
    }
}
