//! The bare table, for programs: a row for each measure and each of its parts.

use chassis::{error::Result, table::Table};

use super::Export;
use crate::{
    expect::Expectation,
    governor::{Cell, Row},
};

const HEADINGS: [&str; 23] = [
    "TERM",
    "VERSION",
    "SECTION",
    "MEASURE",
    "TITLE",
    "PART",
    "PART_TITLE",
    "FIGURE",
    "TERM_BEFORE",
    "YEAR_BEFORE",
    "DEFINITION",
    "OWNER",
    "MEASURE_VERSION",
    "FIGURE_AS_AT",
    "TERM_BEFORE_AS_AT",
    "YEAR_BEFORE_AS_AT",
    "VERDICT",
    "EXPECTED",
    "LEAST",
    "MOST",
    "SCHOOL_DAYS",
    "WHY",
    "EVENTS",
];

pub(super) fn write(export: &Export) -> Result<Vec<u8>> {
    let mut table = Table::new(HEADINGS)?;
    let term = export.report.term_id.as_str();
    let version = export.signed.as_ref().map_or_else(|| "draft".to_owned(), |signed| signed.version.to_string());
    for section in &export.report.sections {
        for line in &section.lines {
            let (measure_version, events) = (line.measure_version.to_string(), line.events.join(" "));
            for Row { key, title, figures, held: [held, before_held, year_held] } in line.rows() {
                let [now, before, year_before] = figures.all().map(Cell::plain);
                // What is to be expected is said of the whole.
                let said = line.expectation.as_ref().filter(|_| key.is_empty());
                let [verdict, expected, least, most, days, why] = said.map(words).unwrap_or_default();
                // Of a figure that is missing, why it is.
                let why = if key.is_empty() && !line.coming.is_empty() { line.coming.clone() } else { why };
                table.row([
                    term,
                    &version,
                    &section.title,
                    &line.key,
                    &line.title,
                    key,
                    title,
                    &now,
                    &before,
                    &year_before,
                    &line.definition,
                    &line.owner,
                    &measure_version,
                    held,
                    before_held,
                    year_held,
                    &verdict,
                    &expected,
                    &least,
                    &most,
                    &days,
                    &why,
                    &events,
                ])?;
            }
        }
    }
    table.finish()
}

/// What is said of a figure as a program reads it; limits only where there are any.
fn words(said: &Expectation) -> [String; 6] {
    let number = |n: u64| if said.compared() { n.to_string() } else { String::new() };
    let expected = if said.compared() {
        format!("{}.{}", said.expected_tenths / 10, said.expected_tenths % 10)
    } else {
        String::new()
    };
    let verdict = said.verdict.name().to_owned();
    [verdict, expected, number(said.least), number(said.most), said.days.to_string(), said.reason.clone()]
}
