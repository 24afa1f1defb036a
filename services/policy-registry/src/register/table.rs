//! A register as a CSV table, there and back.

use std::collections::{BTreeMap, HashMap};

use chassis::table::{Table, bare};

use super::{Against, Definition, Entry, Field, Kind, Violation, checked, decision::Asked, value};

/// The largest file, in bytes.
pub const LARGEST: usize = 5 << 20;
/// The most lines of one file.
pub const LINES: usize = 5_000;
/// What comes between several values of one cell.
const BETWEEN: &str = "; ";

/// What would become of a file's lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The lines that would be added.
    pub accepted: Vec<Line>,
    /// Lines that say what is said already: in the register, or on an earlier line of the file, which is named.
    pub duplicates: Vec<(Line, Option<u64>)>,
    /// Lines with what is wrong in them, by the column's heading.
    pub wrong: Vec<(u64, Vec<Violation>)>,
}

/// A line that can be read, and what an entry of it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, the headings counted.
    pub number: u64,
    /// The values.
    pub values: BTreeMap<String, Vec<String>>,
}

/// Why a file cannot be read at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// The table of some entries.
///
/// # Errors
/// Where it cannot be written: a fault of ours.
pub fn write(definition: &Definition, entries: &[Entry]) -> chassis::error::Result<Vec<u8>> {
    let mut table = Table::new(definition.fields.iter().map(|field| field.title.as_str()))?;
    for entry in entries {
        let cells: Vec<String> = definition.fields.iter().map(|field| entry.all(&field.key).join(BETWEEN)).collect();
        table.row(cells.iter().map(String::as_str))?;
    }
    table.finish()
}

/// Reads a table, line by line.
///
/// # Errors
/// Where it is no such table: nothing of it can be judged then.
pub fn read(definition: &Definition, content: &[u8], against: &Against<'_>) -> Result<Preview, Unreadable> {
    let refuse = |text: String| Err(Unreadable(text));
    if content.len() > LARGEST {
        return refuse(format!("The file must be {} MB or smaller", LARGEST >> 20));
    }
    let Ok(text) = std::str::from_utf8(content) else {
        return refuse("Save the file as “CSV UTF-8”: it holds characters of another coding".to_owned());
    };
    // The reader counts lines by their feeds, and finds a record's start before the feed of a CRLF.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => return refuse(format!("The headings cannot be read: {error}")),
    };
    let columns = columns(definition, &headings)?;
    let standing = || against.entries.iter().filter(move |entry| entry.register == definition.key);
    let asked = Asked::of(definition, standing());
    let mut seen: HashMap<BTreeMap<String, Vec<String>>, Option<u64>> =
        standing().map(|entry| (entry.values.clone(), None)).collect();
    let mut preview = Preview::default();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return refuse(format!("The file cannot be read further: {error}")),
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if preview.accepted.len() + preview.duplicates.len() + preview.wrong.len() == LINES {
            return refuse(format!("Send {LINES} lines or fewer at once"));
        }
        if record.len() != columns.len() {
            let fix = format!("The line has {} cells: give it {}, as the headings have", record.len(), columns.len());
            preview.wrong.push((line, vec![Violation { field: String::new(), fix }]));
            continue;
        }
        let mut values: BTreeMap<String, Vec<String>> =
            columns.iter().zip(&record).map(|(field, cell)| (field.key.clone(), cells(field, cell))).collect();
        if let Some(decision) = &definition.decision {
            decision.brought(&mut values, against.asks.0);
        }
        match checked(definition, &values, against) {
            Ok(values) => {
                let read = Line { number: line, values };
                match seen.get(&read.values) {
                    Some(earlier) => preview.duplicates.push((read, *earlier)),
                    // Whoever brings it is entered as the one who asks, and asks for what somebody asked for before.
                    None if asked.as_ref().is_some_and(|asked| asked.has(&read.values)) => {
                        preview.duplicates.push((read, None));
                    }
                    None => {
                        seen.insert(read.values.clone(), Some(line));
                        preview.accepted.push(read);
                    }
                }
            }
            Err(wrong) => {
                // What somebody asked for before stands already, whoever brings it: no gate has to say so.
                let stands = value::read(definition, &values, against).ok();
                let stands = stands.filter(|values| asked.as_ref().is_some_and(|asked| asked.has(values)));
                if let Some(values) = stands {
                    preview.duplicates.push((Line { number: line, values }, None));
                    continue;
                }
                let titled = wrong.into_iter().map(|violation| Violation {
                    field: definition.field(&violation.field).map_or(violation.field, |field| field.title.clone()),
                    fix: violation.fix,
                });
                preview.wrong.push((line, titled.collect()));
            }
        }
    }
    if preview == Preview::default() {
        return refuse("The file has headings and no line".to_owned());
    }
    Ok(preview)
}

/// The field of each column, by its title or its key.
fn columns<'a>(definition: &'a Definition, headings: &csv::StringRecord) -> Result<Vec<&'a Field>, Unreadable> {
    let titles: Vec<&str> = definition.fields.iter().map(|field| field.title.as_str()).collect();
    let mut columns: Vec<&Field> = Vec::new();
    for heading in headings {
        let heading = bare(heading);
        let same = |text: &str| text.eq_ignore_ascii_case(heading);
        let found = definition.fields.iter().find(|field| same(&field.title) || same(&field.key));
        let Some(field) = found else {
            let fix = format!("There is no column “{heading}”: the columns are {}", titles.join(", "));
            return Err(Unreadable(fix));
        };
        if columns.iter().any(|column| column.key == field.key) {
            return Err(Unreadable(format!("The column “{heading}” is there twice: take one away")));
        }
        columns.push(field);
    }
    let missing: Vec<&str> = definition
        .fields
        .iter()
        .filter(|field| {
            field.required && field.taken_from.is_empty() && columns.iter().all(|column| column.key != field.key)
        })
        .map(|field| field.title.as_str())
        .collect();
    if missing.is_empty() {
        Ok(columns)
    } else {
        Err(Unreadable(format!("A column is missing: {}", missing.join(", "))))
    }
}

fn cells(field: &Field, cell: &str) -> Vec<String> {
    let cell = bare(cell);
    if field.kind == Kind::Choices {
        cell.split(BETWEEN.trim()).map(|value| value.trim().to_owned()).collect()
    } else {
        vec![cell.to_owned()]
    }
}
