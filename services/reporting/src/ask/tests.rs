//! What may be asked, when, and when notices are made.

#![expect(clippy::unwrap_used, reason = "tests")]

use time::macros::{date, datetime};

use super::{kept::Every, *};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

fn wish(measure: &str) -> Wish {
    Wish { measures: vec![measure.to_owned()], ..Wish::default() }
}

fn one() -> Schools {
    Schools::One("sch_a".to_owned())
}

/// The fields that are refused, each with whether its fix says what to do.
fn refused(wish: &Wish, schools: &Schools) -> Vec<String> {
    let refused = wish.questions(schools, None, NOW).err();
    refused.map(|error| error.violations().iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
}

#[test]
fn what_may_not_be_asked_is_refused_by_the_field_of_the_contract_and_never_repeated() {
    let plain = wish("cases_opened");
    let with = |change: &dyn Fn(&mut Wish)| {
        let mut wish = plain.clone();
        change(&mut wish);
        wish
    };
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert!(refused(&plain, &one()).is_empty());
    let dates = |from: &str, to: &str| {
        let (from_date, to_date) = (from.to_owned(), to.to_owned());
        Wish { period: "dates".into(), from_date, to_date, ..plain.clone() }
    };
    for (wish, schools, fields) in [
        (Wish::default(), one(), &["measures"][..]),
        (with(&|w| w.measures = texts(&["pupils_by_name"])), one(), &["measures[0]"]),
        (with(&|w| w.measures = texts(&["cases_opened", "cases_opened"])), one(), &["measures[1]"]),
        (with(&|w| w.rows = "school".into()), one(), &["rows"]),
        (with(&|w| w.rows = "school".into()), Schools::All, &[]),
        (with(&|w| w.rows = "name".into()), one(), &["rows"]),
        (with(&|w| w.rows = "origin".into()), one(), &["rows"]),
        (with(&|w| (w.rows, w.columns) = ("term".into(), "month".into())), one(), &["columns"]),
        (with(&|w| w.filters = texts(&["procedure"])), one(), &["filters[0]"]),
        (with(&|w| w.filters = texts(&["procedure=Sam"])), one(), &["filters[0]"]),
        // Nothing is announced of cases about adults: nought would read as if there were none.
        (with(&|w| w.filters = texts(&["procedure=P9"])), one(), &["filters[0]"]),
        (with(&|w| w.filters = texts(&["pupil=P1"])), one(), &["filters[0]"]),
        (with(&|w| w.filters = texts(&["origin=staff"])), one(), &["filters"]),
        (with(&|w| w.period = "next year".into()), one(), &["period"]),
        (with(&|w| w.from_date = "2026-09-01".into()), one(), &["period"]),
        (dates("2026-09-01", "soon"), one(), &["to_date"]),
        (dates("2026-09-01", "2026-08-31"), one(), &["to_date"]),
        (dates("2026-09-01", "2029-08-31"), one(), &["to_date"]),
        (dates("1066-10-14", "2026-08-31"), one(), &["from_date", "to_date"]),
        // What would single out a child.
        (dates("2026-09-01", "2026-09-07"), one(), &["period"]),
        (with(&|w| (w.rows, w.columns) = ("procedure".into(), "month".into())), one(), &["columns"]),
        (with(&|w| (w.rows, w.filters) = ("risk".into(), texts(&["procedure=P5"]))), one(), &["filters"]),
        (with(&|w| w.filters = texts(&["risk=content", "risk=contact"])), one(), &["filters"]),
        (with(&|w| w.filters = texts(&["procedure=P5", "procedure=P6"])), one(), &[]),
    ] {
        let found = refused(&wish, &schools);
        // What is at fault first; whoever puts that right hears of the rest.
        let found: Vec<&str> = found.iter().map(String::as_str).take(fields.len().max(1)).collect();
        assert_eq!(found, fields, "{wish:?}");
        let said = wish.questions(&schools, None, NOW).err().map(|error| format!("{error:?}")).unwrap_or_default();
        assert!(!said.contains("Sam") && !said.contains("pupils_by_name"), "{said}");
    }
    let six = with(&|w| w.measures = texts(&["cases_opened"; 6]));
    assert_eq!(refused(&six, &one()), ["measures"], "too many, and nothing of each of them");
    let years = dates("2016-09-01", "2026-08-31");
    assert!(refused(&years, &Schools::All).is_empty(), "ten years of one measure");
    let two = Wish { measures: texts(&["cases_opened", "concerns_recorded"]), ..years };
    assert_eq!(refused(&two, &Schools::All), ["period"]);
    assert!(refused(&two, &one()).is_empty());
    assert_eq!(refused(&dates("2009-09-01", "2026-08-31"), &one()), ["to_date"], "seventeen years");
}

#[test]
fn a_period_is_counted_from_the_day_on_which_it_is_asked() {
    let of = |period: &str, now: OffsetDateTime| {
        let wish = Wish { period: period.to_owned(), ..wish("cases_opened") };
        let questions = wish.questions(&one(), None, now).unwrap();
        (questions[0].from, questions[0].to)
    };
    let spring = datetime!(2027-02-01 09:00 UTC);
    for (period, now, from, to) in [
        ("", NOW, date!(2026 - 09 - 01), date!(2027 - 01 - 01)),
        ("2025-summer", NOW, date!(2025 - 04 - 16), date!(2025 - 09 - 01)),
        ("last_term", NOW, date!(2026 - 04 - 16), date!(2026 - 09 - 01)),
        ("this_year", NOW, date!(2026 - 09 - 01), date!(2027 - 01 - 01)),
        ("this_year", spring, date!(2026 - 09 - 01), date!(2027 - 04 - 16)),
        ("last_year", NOW, date!(2025 - 09 - 01), date!(2026 - 09 - 01)),
        ("last_year", spring, date!(2025 - 09 - 01), date!(2026 - 09 - 01)),
    ] {
        assert_eq!(of(period, now), (from, to), "{period} at {now}");
    }
}

/// What is offered is answered: nobody is led to a refusal.
#[test]
fn every_breakdown_that_is_offered_is_answered() {
    let mut offers = 0;
    for measure in measure::all() {
        for dimension in offered(measure) {
            offers += 1;
            let rows = Wish { rows: dimension.key.clone(), ..wish(&measure.key) };
            assert!(refused(&rows, &one()).is_empty(), "{} by {}", measure.key, dimension.key);
            for (value, _) in values(dimension) {
                let only = Wish { filters: vec![format!("{}={value}", dimension.key)], ..wish(&measure.key) };
                assert!(refused(&only, &one()).is_empty(), "{} only {value}", measure.key);
            }
        }
    }
    assert!(offers > 20);
    let breaches = measure::get("filtering_breaches").unwrap();
    assert!(offered(breaches).is_empty(), "a kind of incident by another thing is two at once");
}

/// A measure of one value, asked for another in which the same thing may count too, is two things at once.
#[test]
fn two_lists_of_what_counts_in_several_values_are_not_crossed() {
    let of = |only: &str| {
        let own = BTreeMap::from([("risk".to_owned(), vec!["content".to_owned()])]);
        let measure = Measure { only: own, ..measure::get("cases_opened").unwrap().clone() };
        let (from, to) = days("2026-autumn".parse().unwrap());
        let only = BTreeMap::from([("risk".to_owned(), vec![only.to_owned()])]);
        let measure: &'static Measure = Box::leak(Box::new(measure));
        Question { measure, schools: one(), from, to, as_at: None, rows: None, columns: None, only }
    };
    assert_eq!(narrow(&of("contact")).map(|(field, _)| field), Some("filters"));
    assert_eq!(narrow(&of("content")).map(|(field, _)| field), Some("filters"));
}

#[test]
fn a_measure_that_is_answered_no_more_is_told() {
    let today = date!(2026 - 11 - 24);
    let measure = |withdrawn| Measure { withdrawn, ..measure::all()[0].clone() };
    assert!(gone(None, today));
    assert!(!gone(Some(&measure(None)), today));
    assert!(gone(Some(&measure(Some(today))), today));
    assert!(!gone(Some(&measure(Some(date!(2026 - 11 - 25)))), today));
    let kept = Wish { measures: vec!["cases_opened".into(), "cases_dreamt".into()], ..Wish::default() };
    assert_eq!(kept.withdrawn(today), ["cases_dreamt"]);
}

#[test]
fn notices_are_made_at_seven_in_london_on_a_later_day() {
    let of = |every: Every, now: OffsetDateTime| every.next(now).map(|at| at.to_offset(time::UtcOffset::UTC));
    assert_eq!(of(Every::Never, NOW), None);
    for (every, now, next) in [
        (Every::Weekly, NOW, datetime!(2026-11-30 07:00 UTC)),
        (Every::Weekly, datetime!(2026-11-30 07:00 UTC), datetime!(2026-12-07 07:00 UTC)),
        (Every::Monthly, NOW, datetime!(2026-12-01 07:00 UTC)),
        (Every::Monthly, datetime!(2027-01-31 23:30 UTC), datetime!(2027-02-01 07:00 UTC)),
        (Every::Termly, NOW, datetime!(2027-01-01 07:00 UTC)),
        // In summer London is an hour ahead.
        (Every::Termly, datetime!(2027-02-01 09:00 UTC), datetime!(2027-04-16 06:00 UTC)),
    ] {
        assert_eq!(of(every, now), Some(next), "{every:?} at {now}");
    }
    assert_eq!(Every::read("hourly"), None);
    for every in [Every::Never, Every::Weekly, Every::Monthly, Every::Termly] {
        assert_eq!(Every::read(every.name()), Some(every));
    }
}

#[test]
fn ten_thousand_columns_are_refused() {
    let question = wish("lines_received").questions(&one(), None, NOW).unwrap().remove(0);
    let table = |rows: usize, columns: usize| Counted {
        question: question.clone(),
        rows: vec![String::new(); rows],
        columns: vec![String::new(); columns],
        cells: Vec::new(),
        known: None,
        whole: None,
    };
    let field = |tables: &[Counted]| fits(tables).err().map(|error| error.violations()[0].field.clone());
    assert_eq!(field(&[table(1, 10_000)]).as_deref(), Some("columns"));
    assert_eq!(field(&[table(1_000, 12), table(1_000, 12)]).as_deref(), Some("columns"));
    assert_eq!(field(&[table(450, 31)]), None, "every school of a large authority, term by term");
}
