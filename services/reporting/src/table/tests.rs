use time::macros::date;

use super::*;

fn question() -> Question {
    Question {
        measure: &measure::all()[0],
        schools: Schools::All,
        from: date!(2026 - 01 - 01),
        to: date!(2026 - 09 - 01),
        as_at: None,
        rows: None,
        columns: None,
        only: BTreeMap::new(),
    }
}

/// The fields that are refused.
fn refused(question: &Question) -> Vec<String> {
    let refused = checked(question, date!(2026 - 11 - 24)).err();
    refused.map(|error| error.violations().iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
}

#[test]
fn what_may_not_be_asked_is_refused_by_its_field() {
    let plain = question();
    assert!(refused(&plain).is_empty());
    let of = |dimension: &str| Some(Axis::Dimension(dimension.to_owned()));
    assert_eq!(refused(&Question { to: plain.from, ..question() }), ["to"]);
    assert_eq!(refused(&Question { from: date!(2010 - 01 - 01), ..question() }), ["to"], "sixteen years");
    assert_eq!(refused(&Question { from: date!(1066 - 10 - 14), ..question() }), ["from", "to"]);
    assert_eq!(refused(&Question { as_at: Some(date!(2026 - 11 - 25)), ..question() }), ["as_at_date"], "tomorrow");
    assert_eq!(
        refused(&Question { as_at: Some(date!(2025 - 12 - 31)), ..question() }),
        ["as_at_date"],
        "before it began"
    );
    assert_eq!(refused(&Question { rows: of("name"), ..question() }), ["rows"]);
    assert_eq!(refused(&Question { rows: of("origin"), columns: of("origin"), ..question() }), ["columns"]);
    assert_eq!(refused(&Question { rows: Some(Axis::Term), columns: Some(Axis::Month), ..question() }), ["columns"]);
    assert_eq!(refused(&Question { rows: Some(Axis::Term), columns: Some(Axis::Term), ..question() }), ["columns"]);
    let only = BTreeMap::from([("pupil".to_owned(), vec!["x".to_owned()])]);
    assert_eq!(refused(&Question { only, ..question() }), ["only.pupil"]);
    let only = BTreeMap::from([("origin".to_owned(), Vec::new())]);
    assert_eq!(refused(&Question { only, ..question() }), ["only.origin"]);
    assert_eq!(measure_of("pupils_by_name").err().map(|e| e.violations()[0].field.clone()).as_deref(), Some("measure"));
}

#[test]
fn a_measure_that_was_withdrawn_is_answered_for_the_time_before() {
    let withdrawn = Measure { withdrawn: Some(date!(2026 - 05 - 01)), ..measure::all()[0].clone() };
    let measure: &'static Measure = Box::leak(Box::new(withdrawn));
    assert_eq!(refused(&Question { measure, ..question() }), ["measure"]);
    assert!(refused(&Question { measure, to: date!(2026 - 05 - 01), ..question() }).is_empty());
}

#[test]
fn terms_and_months_fill_a_period() {
    let labels = |axis, from, to| stretches(&axis, from, to).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    let terms = labels(Axis::Term, date!(2026 - 04 - 15), date!(2026 - 09 - 02));
    assert_eq!(terms, ["2026-spring", "2026-summer", "2026-autumn"]);
    assert_eq!(labels(Axis::Month, date!(2025 - 12 - 31), date!(2026 - 02 - 01)), ["2025-12", "2026-01"]);
    let days = [date!(2026 - 04 - 15), date!(2026 - 04 - 16), date!(2026 - 05 - 31)].map(span);
    assert_eq!(days, [date!(2026 - 04 - 01), date!(2026 - 04 - 16), date!(2026 - 05 - 01)]);
}
