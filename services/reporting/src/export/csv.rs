//! The bare table, for programs: a row for each measure and each of its parts.

use chassis::{error::Result, table::Table};

use super::Export;
use crate::governor::Cell;

const HEADINGS: [&str; 13] = [
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
];

pub(super) fn write(export: &Export) -> Result<Vec<u8>> {
    let mut table = Table::new(HEADINGS)?;
    let term = export.report.term_id.as_str();
    let version = export.signed.as_ref().map_or_else(|| "draft".to_owned(), |signed| signed.version.to_string());
    for section in &export.report.sections {
        for line in &section.lines {
            let measure_version = line.measure_version.to_string();
            let whole = std::iter::once(("", "", line.figures));
            let parts = line.parts.iter().map(|part| (part.key.as_str(), part.title.as_str(), part.figures));
            for (key, title, figures) in whole.chain(parts) {
                let [now, before, year_before] = figures.all().map(Cell::plain);
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
                ])?;
            }
        }
    }
    table.finish()
}
