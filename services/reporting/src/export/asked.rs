//! Tables that somebody put together, as a file: the very figures that were published, and what they mean. No cell of a table or a
//! workbook is ever taken for a formula.

mod pdf;

use std::collections::BTreeMap;

use chassis::{
    error::{Error, Result},
    suppress::Figure,
    table::Table,
};
use paper::{Sheet, Value, Workbook};
use time::{Date, OffsetDateTime};

use super::{Format, day};
use crate::{
    ask::{axis_title, label_title, only_titles},
    disclosure::Published,
    governor::Code,
    table::Axis,
};

const HEADINGS: [&str; 15] = [
    "MEASURE",
    "TITLE",
    "FROM",
    "TO",
    "ONLY",
    "KIND",
    "ROW",
    "ROW_TITLE",
    "COLUMN",
    "COLUMN_TITLE",
    "FIGURE",
    "AS_AT",
    "DEFINITION",
    "MEASURE_VERSION",
    "EVENTS",
];

/// Tables on their way out.
pub(crate) struct Tables {
    pub(crate) tables: Vec<Published>,
    /// The school; empty for all of the authority's.
    pub(crate) place: String,
    /// What schools are called, by their ids.
    pub(crate) names: BTreeMap<String, String>,
    /// The first day, and the last.
    pub(crate) period: (Date, Date),
    /// The day at whose end it was known; what is known now where none.
    pub(crate) as_at: Option<Date>,
    pub(crate) min_cell: u64,
    /// When the figures were settled.
    pub(crate) settled: OffsetDateTime,
}

/// What the files are called on their first page.
const TITLE: &str = "Online safety: a table of figures";
/// What sums are called.
const ALL: &str = "All";

/// A figure, with the day it is of where it waits.
type Dated = (Figure, Option<Date>);

/// A table as a person reads it: the first heading is that of the lines' names.
struct Grid {
    headings: Vec<String>,
    lines: Vec<(String, Vec<Dated>)>,
}

/// One figure with its place: what it is, row, column, and the day it is of where it waits.
struct Cell<'a> {
    kind: &'static str,
    row: Option<&'a str>,
    column: Option<&'a str>,
    figure: Figure,
    held: Option<Date>,
}

/// Every figure of a table: cells first, then sums.
fn cells(table: &Published) -> Vec<Cell<'_>> {
    let mut all = Vec::new();
    let figures = table.rows.iter().zip(&table.cells).zip(&table.held);
    for ((row, figures), held) in figures {
        for ((column, figure), held) in table.columns.iter().zip(figures).zip(held) {
            all.push(Cell { kind: "cell", row: Some(row), column: Some(column), figure: *figure, held: *held });
        }
    }
    if table.question.columns.is_some() {
        let sums = table.rows.iter().zip(&table.row_totals).zip(&table.row_totals_held);
        all.extend(sums.map(|((row, figure), held)| Cell {
            kind: "row_total",
            row: Some(row),
            column: None,
            figure: *figure,
            held: *held,
        }));
    }
    if table.question.rows.is_some() {
        let sums = table.columns.iter().zip(&table.column_totals).zip(&table.column_totals_held);
        all.extend(sums.map(|((column, figure), held)| Cell {
            kind: "column_total",
            row: None,
            column: Some(column),
            figure: *figure,
            held: *held,
        }));
        if table.question.columns.is_some() {
            let (figure, held) = (table.total, table.total_held);
            all.push(Cell { kind: "total", row: None, column: None, figure, held });
        }
    }
    all
}

fn plain(figure: Figure) -> String {
    match figure {
        Figure::Count(count) => count.to_string(),
        other => other.code().to_owned(),
    }
}

fn value(figure: Figure) -> Value {
    match figure {
        Figure::Count(count) => Value::Number(count),
        other => Value::Text(other.code().to_owned()),
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn sheet(name: &str, columns: Vec<(String, u16)>, rows: Vec<Vec<Value>>) -> Sheet {
    Sheet { name: name.to_owned(), columns, rows }
}

impl Tables {
    /// Writes them.
    ///
    /// # Errors
    /// `Internal` where the writer fails.
    pub(crate) fn write(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Csv => self.csv(),
            Format::Xlsx => self.workbook().write().map_err(Error::internal),
            Format::Pdf => pdf::paper(self).write(paper::Format::Pdf).map_err(Error::internal),
        }
    }

    /// A name for the file, which tells nothing of the school.
    pub(crate) fn file_name(&self, format: Format) -> String {
        format!("online-safety-table-{}-to-{}.{}", self.period.0, self.period.1, format.name())
    }

    /// What a row or a column is called; a school by its name, where that was given.
    fn called(&self, axis: Option<&Axis>, label: &str) -> String {
        let name = self.names.get(label).filter(|name| !name.is_empty() && axis == Some(&Axis::School));
        name.cloned().unwrap_or_else(|| label_title(axis, label))
    }

    fn csv(&self) -> Result<Vec<u8>> {
        let mut csv = Table::new(HEADINGS)?;
        let (from, to) = (self.period.0.to_string(), self.period.1.to_string());
        for table in &self.tables {
            let question = &table.question;
            let (only, version) = (only_titles(question).join("; "), question.measure.version.to_string());
            let events = question.measure.events.join(" ");
            for cell in cells(table) {
                let named = |axis: Option<&Axis>, label: Option<&str>| match label {
                    Some(label) => self.called(axis, label),
                    None => ALL.to_owned(),
                };
                let row_title = named(question.rows.as_ref(), cell.row);
                let column_title = named(question.columns.as_ref(), cell.column);
                let as_at = cell.held.or(self.as_at).map(|day| day.to_string()).unwrap_or_default();
                csv.row([
                    question.measure.key.as_str(),
                    &question.measure.title,
                    &from,
                    &to,
                    &only,
                    cell.kind,
                    cell.row.unwrap_or_default(),
                    &row_title,
                    cell.column.unwrap_or_default(),
                    &column_title,
                    &plain(cell.figure),
                    &as_at,
                    &question.measure.definition,
                    &version,
                    &events,
                ])?;
            }
        }
        csv.finish()
    }

    fn workbook(&self) -> Workbook {
        let mut sheets: Vec<Sheet> =
            self.tables.iter().enumerate().map(|(n, table)| self.figures(n + 1, table)).collect();
        sheets.push(self.definitions());
        sheets.push(self.about());
        Workbook { title: TITLE.to_owned(), owner: self.owner(), dated: self.settled, sheets }
    }

    /// Whose figures they are.
    fn owner(&self) -> String {
        match self.names.get(&self.place).filter(|name| !name.is_empty()) {
            Some(name) => name.clone(),
            None => self.place.clone(),
        }
    }

    /// A table as a person reads it: headings, and lines with sums.
    fn grid(&self, table: &Published) -> Grid {
        let (rows, columns) = (table.question.rows.as_ref(), table.question.columns.as_ref());
        let first = match axis_title(rows) {
            title if title.is_empty() => table.question.measure.title.clone(),
            title => title,
        };
        let mut headings = vec![first];
        headings.extend(table.columns.iter().map(|column| match self.called(columns, column) {
            title if title.is_empty() => "Figure".to_owned(),
            title => title,
        }));
        if columns.is_some() {
            headings.push(ALL.to_owned());
        }
        let mut lines = Vec::new();
        let totals = table.row_totals.iter().copied().zip(table.row_totals_held.iter().copied());
        let figures = table.rows.iter().zip(&table.cells).zip(&table.held).zip(totals);
        for (((row, figures), held), total) in figures {
            let title = match self.called(rows, row) {
                title if title.is_empty() => ALL.to_owned(),
                title => title,
            };
            let mut line: Vec<Dated> = figures.iter().copied().zip(held.iter().copied()).collect();
            line.extend(columns.map(|_| total));
            lines.push((title, line));
        }
        if rows.is_some() {
            let totals = table.column_totals.iter().copied();
            let mut line: Vec<Dated> = totals.zip(table.column_totals_held.iter().copied()).collect();
            line.extend(columns.map(|_| (table.total, table.total_held)));
            lines.push((ALL.to_owned(), line));
        }
        Grid { headings, lines }
    }

    fn figures(&self, n: usize, table: &Published) -> Sheet {
        let Grid { headings, lines } = self.grid(table);
        // Figures stay numbers; the days of those that wait stand in words at the end of their line.
        let waits = lines.iter().flat_map(|(_, figures)| figures).any(|(_, held)| held.is_some());
        let held = |figures: &[Dated]| -> Vec<String> {
            let named = headings.iter().skip(1).zip(figures);
            let said = |(heading, (_, held)): (&String, &Dated)| {
                held.map(|held| format!("{heading}: as at {}", day(&held.to_string())))
            };
            named.filter_map(said).collect()
        };
        let line = |(title, figures): &(String, Vec<Dated>)| -> Vec<Value> {
            let figures_of = figures.iter().map(|(figure, _)| value(*figure));
            let last = waits.then(|| text(held(figures).join("; ")));
            std::iter::once(text(title)).chain(figures_of).chain(last).collect()
        };
        let wide = |(place, heading): (usize, &String)| (heading.clone(), if place == 0 { 40 } else { 14 });
        let mut columns: Vec<(String, u16)> = headings.iter().enumerate().map(wide).collect();
        columns.extend(waits.then(|| ("Figures that wait".to_owned(), 40)));
        sheet(&format!("Table {n}"), columns, lines.iter().map(line).collect())
    }

    fn definitions(&self) -> Sheet {
        let columns = [
            ("Table", 12),
            ("What is counted", 40),
            ("Only", 40),
            ("Definition", 80),
            ("Owner", 12),
            ("Version", 10),
            ("Counted from the events", 40),
        ];
        let columns = columns.map(|(heading, width)| (heading.to_owned(), width)).to_vec();
        let row = |(n, table): (usize, &Published)| {
            let measure = table.question.measure;
            vec![
                text(format!("Table {}", n + 1)),
                text(&measure.title),
                text(only_titles(&table.question).join("; ")),
                text(&measure.definition),
                text(&measure.owner),
                Value::Number(measure.version.into()),
                text(measure.events.join(", ")),
            ]
        };
        sheet("Definitions", columns, self.tables.iter().enumerate().map(row).collect())
    }

    fn about(&self) -> Sheet {
        let columns = [("What", 24), ("Value", 90)].map(|(heading, width)| (heading.to_owned(), width)).to_vec();
        let mut rows = vec![
            vec![text("From"), text(day(&self.period.0.to_string()))],
            vec![text("To"), text(day(&self.period.1.to_string()))],
        ];
        rows.extend(self.as_at.map(|as_at| vec![text("As at the end of"), text(day(&as_at.to_string()))]));
        let waits = |table: &Published| {
            let sums = table.row_totals_held.iter().chain(&table.column_totals_held).chain([&table.total_held]);
            table.held.iter().flatten().chain(sums).any(Option::is_some)
        };
        if self.tables.iter().any(waits) {
            let note = "Some figures wait: they are of the day that is named, or of an earlier moment of it, and what came since would tell \
                        a small count. A sum that waits is not what its parts come to, and may be less than one of them.";
            rows.push(vec![text("Note"), text(note)]);
        }
        let code = |code: Code| vec![text(format!("Code {}", code.name())), text(code.meaning(self.min_cell))];
        rows.extend(Code::ALL.map(code));
        sheet("About", columns, rows)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use time::macros::{date, datetime};

    use super::*;
    use crate::{measure, table::Question, table::Schools};

    #[test]
    fn a_file_holds_the_figures_of_the_page_and_no_formula() {
        let (from, to) = (date!(2026 - 09 - 01), date!(2027 - 01 - 01));
        let question = Question {
            measure: measure::get("concerns_recorded").unwrap(),
            schools: Schools::All,
            from,
            to,
            as_at: None,
            rows: Some(Axis::School),
            columns: None,
            only: BTreeMap::new(),
        };
        let table = Published {
            question,
            rows: vec!["sch_a".into(), "sch_b".into()],
            columns: vec![String::new()],
            cells: vec![vec![Figure::Count(31)], vec![Figure::Hidden]],
            row_totals: vec![Figure::Count(31), Figure::Hidden],
            column_totals: vec![Figure::Hidden],
            row_totals_held: vec![Some(date!(2026 - 11 - 20)), None],
            column_totals_held: vec![Some(date!(2026 - 11 - 19))],
            total: Figure::Hidden,
            as_at: date!(2026 - 11 - 24),
            total_held: None,
            held: vec![vec![Some(date!(2026 - 11 - 20))], vec![None]],
        };
        let tables = Tables {
            tables: vec![table],
            place: String::new(),
            names: BTreeMap::from([("sch_a".to_owned(), "=cmd|'/c calc'!A1".to_owned())]),
            period: (from, date!(2026 - 12 - 31)),
            as_at: None,
            min_cell: 6,
            settled: datetime!(2026-11-24 00:00 UTC),
        };
        let csv = String::from_utf8(tables.write(Format::Csv).unwrap()).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4, "two schools and their sum: {csv}");
        assert!(lines[1].contains(",cell,sch_a,'=cmd|'/c calc'!A1,,,31,2026-11-20,"), "{}", lines[1]);
        assert!(lines[2].contains(",cell,sch_b,sch_b,,,c,,"), "{}", lines[2]);
        assert!(lines[3].contains(",column_total,,All,,,c,2026-11-19,"), "a sum waits by itself: {}", lines[3]);
        assert_eq!(tables.file_name(Format::Csv), "online-safety-table-2026-09-01-to-2026-12-31.csv");
        let sheet = tables.figures(1, &tables.tables[0]);
        let waits = |day: &str| text(format!("Figure: as at {day} November 2026"));
        let first = [text("=cmd|'/c calc'!A1"), Value::Number(31), waits("20")];
        assert_eq!(sheet.rows[0], first, "text, whatever it begins with");
        assert_eq!(sheet.rows[2], [text("All"), text("c"), waits("19")]);
        let bytes = tables.write(Format::Pdf).unwrap();
        let words: String = pdf_extract::extract_text_from_mem(&bytes).unwrap().split_whitespace().collect();
        let holds = |said: &str| words.contains(&said.split_whitespace().collect::<String>());
        for said in
            ["31 (as at 20 November 2026)", "Concerns recorded", "sch_b", "Hidden: a count below 6", "Page 1 of"]
        {
            assert!(holds(said), "{said}: {words}");
        }
        for name in ["/StructTreeRoot", "/Marked true", "pdfuaid", "/TH"] {
            assert!(bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
        }
        assert_eq!(bytes, tables.write(Format::Pdf).unwrap(), "the same tables are the same file");
    }
}
