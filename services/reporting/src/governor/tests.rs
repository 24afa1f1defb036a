//! The sections as data, and a report that every format is compared by.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{calendar::Term, suppress::Figure};

use super::{
    bridge::{Terms, measured},
    sections::{arrange, outlines},
    *,
};
use crate::{
    expect::{Counted, Verdict, judge},
    measure::lines,
    report::Published,
};

/// Figures of lines and of their parts as disclosure control could print them: what is not named is nothing.
fn published(printed: &[(&str, &str, Figure)]) -> Vec<Published> {
    let whole = |key: &str| printed.iter().find(|(line, part, _)| *line == key && part.is_empty());
    let one = |line: &'static crate::measure::Line| {
        let figure = whole(line.breakdown_of().unwrap_or(&line.key)).map_or(Figure::Count(0), |(.., figure)| *figure);
        let parts = printed.iter().filter(|(of, part, _)| *of == line.key && !part.is_empty());
        let parts = parts.map(|(_, part, figure)| ((*part).to_owned(), *figure)).collect();
        Published { line, figure: line.sorts().is_none().then_some(figure), held: None, parts, parts_held: None }
    };
    lines().iter().map(one).collect()
}

/// A term in which the school was not on the platform.
fn no_data() -> Vec<Published> {
    let figure = |line: &crate::measure::Line| line.sorts().is_none().then_some(Figure::NoData);
    let one = |line| Published { line, figure: figure(line), held: None, parts: Vec::new(), parts_held: None };
    lines().iter().map(one).collect()
}

/// A term with every kind of cell: numbers, nothing, hidden, not applicable, no data.
pub(crate) fn report() -> Report {
    use Figure::{Count, Hidden};
    let mut now = published(&[
        ("concerns_recorded", "", Count(31)),
        ("concerns_by_origin", "staff", Count(19)),
        ("concerns_by_origin", "alert", Count(12)),
        ("cases_opened", "", Count(40)),
        ("cases_by_procedure", "P2", Count(21)),
        ("cases_by_procedure", "P5", Hidden),
        ("cases_by_procedure", "P10", Hidden),
        ("cases_by_risk", "conduct", Count(40)),
        ("parents_told", "", Hidden),
        ("lines_received", "", Count(1_234_567)),
    ]);
    // One figure waits.
    if let Some(first) = now.first_mut() {
        first.held = Some(time::macros::date!(2026 - 11 - 20));
    }
    let before = published(&[
        ("concerns_recorded", "", Count(12)),
        ("concerns_by_origin", "staff", Count(12)),
        ("cases_opened", "", Count(9)),
        ("cases_by_procedure", "P5", Count(9)),
        ("parents_told", "", Count(8)),
    ]);
    let counted = |count| Counted { figure: Count(count), days: 60 };
    let said = judge(Counted { figure: Count(31), days: 52 }, &[28, 25, 31, 27, 29].map(counted));
    let expected = BTreeMap::from([("concerns_recorded", said)]);
    let terms = Terms { now, before, year_before: no_data(), over: false, expected };
    let notes = BTreeMap::from([("people", vec!["Policy: version 3 in force.".to_owned()])]);
    Report {
        layout: LAYOUT,
        school_id: "sch_00000000000000000000000001".into(),
        term_id: "2026-autumn".into(),
        as_at: "2026-11-24".into(),
        min_cell: 6,
        sections: arrange(measured(&terms), terms.over, &notes),
        signature: None,
    }
}

pub(crate) fn term() -> Term {
    Term { year: 2026, season: chassis::calendar::Season::Autumn }
}

fn line<'a>(report: &'a Report, key: &str) -> &'a Line {
    let found = report.sections.iter().flat_map(|section| &section.lines).find(|line| line.key == key);
    found.unwrap_or_else(|| unreachable!("{key}"))
}

#[test]
fn every_measure_stands_in_one_section_and_every_chart_draws_its_own() {
    let placed: Vec<&str> = outlines().iter().flat_map(|outline| &outline.measures).map(String::as_str).collect();
    let unique: BTreeSet<&str> = placed.iter().copied().collect();
    assert_eq!(placed.len(), unique.len(), "no measure stands twice");
    assert_eq!(unique, lines().iter().map(|line| line.key.as_str()).collect(), "name it in data/governor-report.toml");
    for outline in outlines() {
        assert!(!outline.title.is_empty() && !outline.asks.is_empty(), "{}", outline.key);
        assert!(outline.asks.iter().all(|ask| ask.ends_with('?')), "{}: governors ask questions", outline.key);
        let drawn = outline.chart.iter().flat_map(|drawn| &drawn.measures);
        assert!(drawn.into_iter().all(|measure| outline.measures.contains(measure)), "{}", outline.key);
    }
}

#[test]
fn nothing_is_said_or_drawn_of_what_is_hidden() {
    let report = report();
    assert_eq!(
        line(&report, "concerns_recorded").changes,
        ["Concerns recorded rose from 12 to 31, which is as expected."]
    );
    let told = line(&report, "parents_told");
    assert_eq!((told.figures.now, told.figures.before), (Cell::Code(Code::Hidden), Cell::Count(8)));
    assert!(told.changes.is_empty(), "not even that it fell");
    assert!(line(&report, "concerns_by_origin").changes.is_empty(), "the whole says it");
    let parents = report.sections.iter().find(|section| section.key == "parents").and_then(|s| s.chart.clone());
    let parents = parents.unwrap_or_else(|| unreachable!("the term before is known"));
    assert!(parents.description.starts_with("Parents told: hidden this term, 8 the term before."), "{parents:?}");
    assert_eq!(report.codes(), [Code::Hidden, Code::NoData]);
}

#[test]
fn a_breakdown_says_its_parts_or_when_they_come_and_not_the_whole_again() {
    let report = report();
    let procedures = line(&report, "cases_by_procedure");
    assert!(procedures.rows().all(|row| !row.key.is_empty()) && procedures.coming.is_empty());
    let waits = line(&report, "cases_by_outcome");
    assert_eq!((waits.rows().count(), waits.coming.as_str()), (0, "There was nothing in the term."));
    let nine = published(&[("cases_opened", "", Figure::Count(9))]);
    // What nobody knows is no nought, and a part that waits says until when.
    let unknown = published(&[("monitoring_coverage", "", Figure::NoData), ("filtering_breaches", "", Figure::Hidden)]);
    let terms =
        Terms { now: unknown, before: no_data(), year_before: no_data(), over: false, expected: BTreeMap::new() };
    let found = measured(&terms);
    let said = |key: &str| found.iter().find(|one| one.line.key == key).map_or("", |one| one.line.coming.as_str());
    assert_eq!(said("monitoring_coverage"), "Nobody knows: no school day was counted for a filter feed.");
    assert!(said("filtering_breaches").starts_with("It is told when the term is over"));
    assert_eq!(said("cases_opened"), "");
    let coming = |over: bool, now: Vec<Published>| {
        let (before, year_before) = (no_data(), no_data());
        let terms = Terms { now, before, year_before, over, expected: BTreeMap::new() };
        let found = measured(&terms).into_iter().find(|measured| measured.line.key == "cases_by_risk");
        found.map(|measured| measured.line.coming).unwrap_or_default()
    };
    assert!(coming(false, nine.clone()).contains("when the term is over"));
    assert_eq!(coming(true, nine), "No part of it can be shown.");
    assert_eq!(coming(true, no_data()), "Nothing was counted in the term.");
}

#[test]
fn a_signal_says_why_and_is_drawn_with_its_limits() {
    let report = report();
    let section = report.sections.iter().find(|section| section.key == "concerns");
    let limits = section.and_then(|section| section.limits.clone()).unwrap_or_else(|| unreachable!("one is compared"));
    let bars: Vec<Vec<Cell>> = limits.bars.iter().map(|bar| bar.figures.clone()).collect();
    assert_eq!(bars, [[31, 12, 39].map(Cell::Count)]);
    assert_eq!(limits.description, "Concerns recorded: 31, chance explains 12 to 39: as expected.");
    assert!(report.sections.iter().filter(|section| section.limits.is_some()).count() == 1);
    let said = line(&report, "concerns_recorded").expectation.clone().unwrap_or_else(|| unreachable!("it is compared"));
    assert_eq!(words::signal("Concerns recorded", &said), None, "what is as expected is no headline");
    let above = Expectation { verdict: Verdict::Above, ..said };
    let told = words::signal("Concerns recorded", &above).unwrap_or_default();
    assert!(told.starts_with("Concerns recorded: more than chance explains. 31 in 52 school days."), "{told}");
}

#[test]
fn of_what_stands_nothing_is_said_to_be_so_far() {
    let (now, before) = (
        published(&[("roles_held", "", Figure::Count(9)), ("policies_published", "", Figure::Count(1))]),
        published(&[("roles_held", "", Figure::Count(9)), ("policies_published", "", Figure::Count(1))]),
    );
    let terms = Terms { now, before, year_before: no_data(), over: false, expected: BTreeMap::new() };
    let sections = arrange(measured(&terms), false, &BTreeMap::new());
    let said = |key: &str| {
        let lines = sections.iter().flat_map(|section| &section.lines);
        lines.filter(|line| line.key == key).flat_map(|line| line.changes.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said("roles_held"), ["Roles that somebody holds stayed at 9."]);
    assert_eq!(
        said("policies_published"),
        ["Policies brought into force: 1 so far, and 1 in the whole of the term before."]
    );
}

#[test]
fn parts_of_three_terms_stand_side_by_side_in_their_order() {
    let report = report();
    let cases = line(&report, "cases_by_procedure");
    let keys: Vec<&str> = cases.parts.iter().map(|part| part.key.as_str()).collect();
    assert_eq!(keys, ["P2", "P5", "P10"]);
    let before: Vec<Cell> = cases.parts.iter().map(|part| part.figures.before).collect();
    assert_eq!(before, [Cell::Count(0), Cell::Count(9), Cell::Count(0)], "a whole that is told has no other parts");
    assert!(cases.parts.iter().all(|part| part.figures.year_before == Cell::Code(Code::NoData)));
    // Of a whole that is hidden no part is nothing.
    let nine = Figure::Count(9);
    let small = published(&[("cases_opened", "", Figure::Hidden)]);
    let large = published(&[
        ("cases_opened", "", nine),
        ("cases_by_procedure", "P5", nine),
        ("cases_by_risk", "contact", nine),
    ]);
    let (over, expected) = (true, BTreeMap::new());
    let terms = Terms { now: small, before: large, year_before: no_data(), over, expected };
    let found = measured(&terms).into_iter().find(|measured| measured.line.key == "cases_by_risk");
    let risk = found.map(|measured| measured.line).unwrap_or_else(|| unreachable!("it is a line"));
    assert_eq!(risk.parts.first().map(|part| part.figures.now), Some(Cell::Code(Code::Hidden)));
}

#[test]
fn canonical_bytes_are_read_back_and_one_changed_byte_is_not() -> Result<(), serde_json::Error> {
    use version::{canonical, digest, etag, moved, opened};

    let signed = report();
    let content = canonical(&signed)?;
    assert!(content.starts_with(b"{\"layout\":4,\"school_id\":\"sch_"), "the order of its fields is its form");
    let hash = digest(&content);
    assert_eq!(opened(&content, &hash).as_ref(), Some(&signed));
    let mut forged = content.clone();
    let at = content.windows(2).position(|pair| pair == b"31").unwrap_or_default();
    forged[at] = b'4';
    assert_eq!(opened(&forged, &hash), None);
    // What was signed by the first layout is read on: what the second added is not there.
    let old = br#"{"layout":1,"school_id":"sch_a","term_id":"2026-autumn","as_at":"2026-11-24","min_cell":6,"sections":[{"key":"k",
        "title":"t","asks":[],"lines":[{"key":"l","title":"t","definition":"d","owner":"o","measure_version":1,"figures":{"now":7,
        "before":"c","year_before":"x"},"parts":[],"changes":[],"requirements":[]}],"chart":null}]}"#;
    let read = opened(old, &digest(old)).and_then(|old| old.sections.into_iter().next());
    let rows = read.map(|section| section.lines.iter().flat_map(Line::rows).count());
    assert_eq!(rows, Some(1));
    let newer = Report { layout: LAYOUT + 1, ..signed.clone() };
    let content = canonical(&newer)?;
    assert_eq!(opened(&content, &digest(&content)), None, "a layout that nobody knows is not guessed at");

    let mut draft = signed.clone();
    draft.as_at = "2026-11-25".into();
    assert_eq!(moved(&signed, &draft), Vec::new(), "a day later nothing has moved");
    assert_eq!(etag(&signed, 0)?, etag(&draft, 0)?);
    if let Some(line) = draft.sections.first_mut().and_then(|section| section.lines.first_mut()) {
        line.figures.now = Cell::Count(32);
    }
    let keys: Vec<String> = moved(&signed, &draft).into_iter().map(|moved| moved.key).collect();
    assert_eq!(keys, ["concerns_recorded"]);
    assert!(etag(&signed, 0)? != etag(&draft, 0)? && etag(&draft, 0)? != etag(&draft, 1)?);
    Ok(())
}
