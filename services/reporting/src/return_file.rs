//! A return as a file: a bare table, a workbook, or a document to be completed by hand and sent. Each prints the very same lines.

use chassis::{
    error::{Error, Result},
    suppress::Figure,
    table::Table,
};
use paper::{Block, Paper, Sheet, Status, Text, Value, Workbook};
use time::{Date, OffsetDateTime};

use crate::{
    export::Format,
    returns::{Dated, Filled},
};

const HEADINGS: [&str; 11] =
    ["RETURN", "VERSION", "YEAR", "LINE", "TITLE", "PART", "PART_TITLE", "FIGURE", "AS_AT", "WHY_NOT", "SOURCE"];

/// A return on its way out.
#[derive(Debug, Clone)]
pub(crate) struct ReturnFile {
    /// The return.
    pub filled: Filled,
    /// What the authority is called; may be empty.
    pub authority: String,
    /// The day it is written on.
    pub settled: OffsetDateTime,
    /// Whether its year is over.
    pub over: bool,
}

/// A figure for a spreadsheet: its digits, or its code; nothing where there is none.
fn plain(figure: Option<Figure>) -> String {
    match figure {
        Some(Figure::Count(count)) => count.to_string(),
        Some(other) => other.code().to_owned(),
        None => String::new(),
    }
}

fn value(figure: Option<Figure>) -> Value {
    match figure {
        Some(Figure::Count(count)) => Value::Number(count),
        other => Value::Text(plain(other)),
    }
}

/// A day in words.
fn day(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month(), day.year())
}

/// A figure with the day it is of, where it waits.
fn dated(figure: Option<Dated>) -> String {
    let text = plain(figure.map(|(figure, _)| figure));
    match figure.and_then(|(_, held)| held) {
        Some(held) => format!("{text} (as at {})", day(held)),
        None => text,
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn sheet(name: &str, columns: &[(&str, u16)], rows: Vec<Vec<Value>>) -> Sheet {
    let columns = columns.iter().map(|(heading, width)| ((*heading).to_owned(), *width)).collect();
    Sheet { name: name.to_owned(), columns, rows }
}

fn cells(words: &[&str]) -> Vec<Vec<Text>> {
    words.iter().map(|words| vec![Text::plain(words)]).collect()
}

fn heading(id: &str, words: &str) -> Block {
    Block::Heading { level: 1, id: id.to_owned(), text: Text::plain(words) }
}

fn table(caption: &str, columns: &[&str], rows: Vec<Vec<Vec<Text>>>) -> Block {
    let columns = columns.iter().map(|heading| (*heading).to_owned()).collect();
    Block::Table(paper::Table { caption: caption.to_owned(), columns, rows })
}

/// A line, or one part of it, as every format prints it.
struct Row<'a> {
    number: &'a str,
    title: &'a str,
    part: &'a str,
    part_title: &'a str,
    figure: Option<Dated>,
    why_not: &'a str,
    source: &'a str,
}

impl Row<'_> {
    fn figure(&self) -> Option<Figure> {
        self.figure.map(|(figure, _)| figure)
    }

    /// The day the figure is of, where it waits.
    fn held(&self) -> Option<Date> {
        self.figure.and_then(|(_, held)| held)
    }
}

impl ReturnFile {
    /// Writes it.
    ///
    /// # Errors
    /// `Internal` where the writer fails.
    pub fn write(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Csv => self.csv(),
            Format::Xlsx => self.workbook().write().map_err(Error::internal),
            Format::Pdf => self.paper().write(paper::Format::Pdf).map_err(Error::internal),
        }
    }

    /// A name for its file.
    pub fn file_name(&self, format: Format) -> String {
        format!("return-{}-{}.{}", self.filled.template.key, self.filled.year.name(), format.name())
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for line in &self.filled.lines {
            let whole = Row {
                number: &line.number,
                title: &line.title,
                part: "",
                part_title: "",
                figure: line.figure,
                why_not: &line.why_not,
                source: &line.source,
            };
            rows.push(whole);
            rows.extend(line.parts.iter().map(|part| Row {
                number: &line.number,
                title: &line.title,
                part: &part.key,
                part_title: &part.title,
                figure: Some(part.figure),
                why_not: "",
                source: &line.source,
            }));
        }
        rows
    }

    fn csv(&self) -> Result<Vec<u8>> {
        let template = self.filled.template;
        let (version, year) = (template.version.to_string(), self.filled.year.name());
        let mut table = Table::new(HEADINGS)?;
        for row in self.rows() {
            let figure = plain(row.figure());
            let held = row.held().map(|day| day.to_string()).unwrap_or_default();
            let cells = [template.key.as_str(), &version, &year, row.number, row.title, row.part, row.part_title];
            table.row(cells.into_iter().chain([figure.as_str(), &held, row.why_not, row.source]))?;
        }
        table.finish()
    }

    fn owner(&self) -> String {
        if self.authority.is_empty() { "The authority".to_owned() } else { self.authority.clone() }
    }

    fn about(&self) -> Vec<(&'static str, String)> {
        let template = self.filled.template;
        let (from, end) = template.period.days(self.filled.year);
        let until = end.previous_day().unwrap_or(end);
        let mut rows = vec![
            ("To", template.recipient.clone()),
            ("Year", format!("{} to {}", day(from), day(until))),
            ("Due", day(template.due(self.filled.year))),
            ("Template", format!("{}, version {}, owner {}", template.key, template.version, template.owner)),
            ("What it rests on", template.note.clone()),
            ("Still to be filled in", self.filled.open().to_string()),
        ];
        if !self.over {
            rows.push(("Note", "The year is not over: figures may still grow.".to_owned()));
        }
        rows
    }

    fn workbook(&self) -> Workbook {
        let row = |row: &Row<'_>| -> Vec<Value> {
            let named = [row.number, row.title, row.part_title].map(text);
            let held = Value::Text(row.held().map(day).unwrap_or_default());
            named.into_iter().chain([value(row.figure()), held, text(row.why_not), text(row.source)]).collect()
        };
        let columns = [
            ("Line", 8),
            ("What is asked", 60),
            ("Part", 36),
            ("Figure", 12),
            ("As at", 20),
            ("Why not", 60),
            ("Filled from", 36),
        ];
        let definition =
            |line: &crate::returns::FilledLine| vec![text(&line.number), text(&line.title), text(&line.definition)];
        let pair = |(name, said): (&'static str, String)| vec![text(name), Value::Text(said)];
        Workbook {
            title: self.filled.template.title.clone(),
            owner: self.owner(),
            dated: self.settled,
            sheets: vec![
                sheet("Return", &columns, self.rows().iter().map(row).collect()),
                sheet(
                    "Definitions",
                    &[("Line", 8), ("What is asked", 60), ("Definition", 80)],
                    self.filled.lines.iter().map(definition).collect(),
                ),
                sheet("About", &[("What", 24), ("Value", 90)], self.about().into_iter().map(pair).collect()),
            ],
        }
    }

    fn paper(&self) -> Paper {
        let about = self.about();
        let row = |row: &Row<'_>| {
            let asked = if row.part_title.is_empty() { row.title } else { row.part_title };
            let number = if row.part_title.is_empty() { row.number } else { "" };
            cells(&[number, asked, &dated(row.figure), row.why_not])
        };
        let defined = self.filled.lines.iter().filter(|line| !line.definition.is_empty());
        let blocks = vec![
            table("About this return", &[], about.iter().map(|(name, said)| cells(&[*name, said.as_str()])).collect()),
            heading("lines", "The return"),
            table(
                &self.filled.template.title,
                &["Line", "What is asked", "Figure", "Why it is not filled"],
                self.rows().iter().map(row).collect(),
            ),
            heading("definitions", "Definitions"),
            table(
                "Definitions",
                &["Line", "What is asked", "Definition"],
                defined.map(|line| cells(&[&line.number, &line.title, &line.definition])).collect(),
            ),
        ];
        let status = || Status { word: "DRAFT".to_owned(), meaning: "lines are still to be filled in.".to_owned() };
        Paper {
            title: format!("{}, {}", self.filled.template.title, self.filled.year.name()),
            owner: self.owner(),
            edition: format!("Template version {}", self.filled.template.version),
            status: (self.filled.open() > 0 || !self.over).then(status),
            dated: self.settled,
            identity: format!("{}/{}", self.filled.template.key, self.filled.year.name()),
            blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::returns::{Answer, FilledPart, Year, get};

    #[test]
    fn every_format_is_written_and_no_cell_is_a_formula() -> Result<()> {
        let (Some(template), Some(year)) = (get("online-safety-annual"), Year::of("2025-26")) else {
            return Err(Error::missing());
        };
        let parts = vec![FilledPart { key: "p".into(), title: "=1+1".into(), figure: (Figure::Hidden, None) }];
        let waits = (Figure::Count(1_200), Some(date!(2026 - 09 - 15)));
        let answers = template.lines.iter().map(|_| Answer::Figure(waits, parts.clone())).collect();
        let file = ReturnFile {
            filled: Filled::new(template, year, answers),
            authority: "Harrowmere".into(),
            settled: datetime!(2026-11-24 00:00 UTC),
            over: true,
        };
        let table = String::from_utf8(file.write(Format::Csv)?).map_err(Error::internal)?;
        assert_eq!(table.lines().count(), 1 + 2 * template.lines.len());
        assert!(table.contains(",1200,2026-09-15,") && !table.contains(",=1+1"), "{table}");
        assert_eq!(file.filled.filled(), 0, "what waits is not the year’s figure");
        assert_eq!(dated(Some(waits)), "1200 (as at 15 September 2026)");
        assert!(file.write(Format::Xlsx)?.starts_with(b"PK") && file.write(Format::Pdf)?.starts_with(b"%PDF"));
        assert_eq!(file.file_name(Format::Pdf), "return-online-safety-annual-2025-26.pdf");
        Ok(())
    }
}
