use std::sync::Arc;

use chassis::{clock::SystemClock, id::Ids, suppress::Figure};
use time::{
    Duration, OffsetDateTime,
    macros::{date, datetime},
};

use super::{
    allegation::{Allegation, BELOW, LIMBS, MEETINGS, Meeting, Next, OUTCOMES},
    figures,
};
use crate::case::{Refusal, record::Stamp};

/// A Thursday afternoon.
const NOW: OffsetDateTime = datetime!(2026-11-26 15:00 UTC);

fn by(at: OffsetDateTime) -> Stamp {
    Stamp { by: "acc_1".into(), at }
}

fn allegation(source: &str, at: OffsetDateTime) -> Allegation {
    Allegation {
        id: Ids::new(Arc::new(SystemClock)).next(),
        desk: "desk/lado".into(),
        school_id: String::new(),
        setting: "A swimming club".into(),
        source: source.into(),
        about: "A coach".into(),
        what: "Shouted".into(),
        opened: by(at),
        notes: Vec::new(),
        evaluations: Vec::new(),
        meetings: Vec::new(),
        closings: Vec::new(),
        referral_id: String::new(),
        conflicted: Vec::new(),
        version: 0,
    }
}

fn meeting(kind: &str, at: OffsetDateTime, next_on: Option<time::Date>) -> Meeting {
    Meeting {
        kind: kind.into(),
        held_at: at - Duration::hours(1),
        present: "Police; the head".into(),
        agreed: "To meet".into(),
        next_on,
        stamp: by(at),
    }
}

fn refused(done: Result<(), Refusal>) -> &'static str {
    match done {
        Ok(()) => "",
        Err(Refusal::Field(field, _)) => field,
        Err(Refusal::State(_)) => "state",
        Err(_) => "other",
    }
}

#[test]
fn what_is_due_is_the_evaluation_then_the_meeting_then_a_look() -> Result<(), Refusal> {
    let mut one = allegation("parent", NOW);
    assert_eq!((one.state(), one.due()), ("new", Some((date!(2026 - 11 - 27), Next::Evaluate))));
    one.evaluate(vec!["risk".into()], "Alone with them".into(), by(NOW))?;
    assert_eq!((one.state(), one.due()), ("open", Some((date!(2026 - 12 - 24), Next::Review))), "four weeks on");
    let later = NOW + Duration::days(5);
    one.meet(meeting("initial", later, Some(date!(2026 - 12 - 10))))?;
    assert_eq!(one.due(), Some((date!(2026 - 12 - 10), Next::Meeting)));
    // A meeting held before the day does not stand for it, one held on the day does.
    one.meet(meeting("strategy", NOW + Duration::days(8), None))?;
    assert_eq!(one.due(), Some((date!(2026 - 12 - 10), Next::Meeting)));
    one.meet(meeting("strategy", NOW + Duration::days(14), None))?;
    assert_eq!(one.due(), Some((date!(2027 - 01 - 07), Next::Review)));
    one.close("unfounded", "There was no such lesson".into(), by(NOW + Duration::days(15)))?;
    assert_eq!((one.state(), one.due()), ("closed", None));
    Ok(())
}

#[test]
fn an_outcome_fits_the_threshold_and_nothing_is_worked_after_it() -> Result<(), Refusal> {
    let mut one = allegation("school", NOW);
    assert_eq!(refused(one.close("false", "It was not so".into(), by(NOW))), "state", "evaluated first");
    for wrong in [vec!["harm"], vec!["risk", "risk"]] {
        let limbs = wrong.into_iter().map(str::to_owned).collect();
        assert_eq!(refused(one.evaluate(limbs, "Why".into(), by(NOW))), "limbs");
    }
    one.evaluate(Vec::new(), "Brusque, no more".into(), by(NOW))?;
    for outcome in OUTCOMES {
        assert_eq!(refused(one.close(outcome, "So".into(), by(NOW))), "outcome", "{outcome} below the threshold");
    }
    one.evaluate(LIMBS.map(str::to_owned).to_vec(), "A second child spoke".into(), by(NOW))?;
    assert_eq!(one.evaluations.len(), 2, "what was held before stays");
    for outcome in [BELOW, "", "resolved"] {
        assert_eq!(refused(one.close(outcome, "So".into(), by(NOW))), "outcome", "{outcome}");
    }
    one.close("substantiated", "He said so".into(), by(NOW))?;
    assert_eq!(refused(one.evaluate(Vec::new(), "Again".into(), by(NOW))), "state");
    assert_eq!(refused(one.meet(meeting("final", NOW, None))), "state");
    assert_eq!(refused(one.close("false", "Again".into(), by(NOW))), "state");
    one.note("The regulator rang".into(), by(NOW));
    one.reopen("New evidence".into(), by(NOW))?;
    assert_eq!(refused(one.reopen("Again".into(), by(NOW))), "state");
    assert_eq!((one.state(), one.closings.len()), ("open", 1));
    Ok(())
}

#[test]
fn minutes_are_of_a_known_kind_of_the_past_and_lead_on() {
    let mut one = allegation("police", NOW);
    for kind in MEETINGS {
        assert_eq!(refused(one.meet(meeting(kind, NOW, Some(date!(2026 - 11 - 26))))), "", "{kind}, today again");
    }
    assert_eq!(refused(one.meet(meeting("chat", NOW, None))), "kind");
    assert_eq!(refused(one.meet(meeting("final", NOW, Some(date!(2026 - 11 - 25))))), "next_date");
    let ahead = Meeting { held_at: NOW + Duration::hours(1), ..meeting("final", NOW, None) };
    assert_eq!(refused(one.meet(ahead)), "held_time");
    let long_ago = Meeting { held_at: NOW - Duration::days(800), ..meeting("final", NOW, None) };
    assert_eq!(refused(one.meet(long_ago)), "held_time");
    assert_eq!(one.meetings.len(), MEETINGS.len(), "nothing refused is kept");
}

#[test]
fn figures_follow_and_no_small_one_can_be_worked_out() -> Result<(), Refusal> {
    let mut all = Vec::new();
    for place in 0..20_u8 {
        let mut one = allegation(if place < 2 { "child" } else { "school" }, NOW - Duration::days(10));
        if place > 0 {
            let limbs = if place < 8 { vec!["harmed".to_owned()] } else { Vec::new() };
            one.evaluate(limbs, "Seen".into(), by(NOW))?;
            one.close(if place < 8 { "unfounded" } else { BELOW }, "So".into(), by(NOW))?;
        }
        all.push(one);
    }
    all.push(allegation("parent", NOW - Duration::days(400)));
    let days = (date!(2026 - 09 - 01), date!(2026 - 12 - 31));
    let told = figures::of(&all, days);
    let find = |key: &str| {
        let found = told.opened.iter().chain(&told.closed).find(|one| one.key == key);
        found.map(|one| (one.count, one.published))
    };
    assert_eq!(find("opened"), Some((20, Some(Figure::Count(20)))), "the one of last year is not among them");
    assert_eq!(find("child"), Some((2, Some(Figure::Hidden))));
    assert_eq!(find("school"), Some((18, Some(Figure::Hidden))), "with the total it would tell the small one");
    assert_eq!(find("not_evaluated"), Some((1, Some(Figure::Hidden))));
    assert_eq!(find("closed"), Some((19, Some(Figure::Count(19)))));
    assert_eq!(find("unfounded"), Some((7, Some(Figure::Count(7)))));
    assert_eq!(find("days_to_close"), Some((10, None)));
    let none = figures::of(&all[..3], days);
    assert!(none.opened.iter().all(|one| one.published == Some(Figure::Hidden)), "three are too few for any figure");
    Ok(())
}
