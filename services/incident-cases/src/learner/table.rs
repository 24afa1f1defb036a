//! A roll as a table: what each line says, or what is wrong with it, column by column.

use std::borrow::Cow;

use time::{Date, macros::format_description};

use super::{FLAGS, Record, Slip};

/// The largest table, in bytes.
pub const LARGEST: usize = 5 << 20;
/// The most lines.
pub const MOST: usize = 20_000;
/// Characters that are shown of a heading.
const HEADING: usize = 60;

/// The columns, each with the field it fills.
const COLUMNS: [(&str, &str); 8] = [
    ("FAMILY NAME", "family_name"),
    ("GIVEN NAME", "given_name"),
    ("KNOWN AS", "known_as"),
    ("DATE OF BIRTH", "birth_date"),
    ("YEAR GROUP", "year_group"),
    ("UPN", "upn"),
    ("FLAGS", "flags"),
    ("USER NAME", "user_names"),
];

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1: the headings are line 1.
    pub number: u32,
    /// What it says, as far as it could be read.
    pub record: Record,
    /// What is wrong: column and fix.
    pub slips: Vec<(String, String)>,
}

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its lines below the headings.
    pub lines: Vec<Line>,
    /// The headings that mean no field: what stands below them is not read.
    pub unread: Vec<String>,
}

/// Reads a table.
///
/// # Errors
/// How to mend it where it is no such table.
pub fn read(content: &[u8], today: Date) -> Result<Table, String> {
    if content.is_empty() {
        return Err("Choose a file that is not empty".into());
    }
    if content.len() > LARGEST {
        return Err("Send a table of 5 MiB at most".into());
    }
    let text = decode(content)?;
    let delimiter =
        if text.lines().next().is_some_and(|first| first.contains(';') && !first.contains(',')) { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| "Save the table as CSV and send it again".to_owned())?.clone();
    let fields: Vec<Option<&'static str>> = headings.iter().map(field).collect();
    for (column, needed) in &COLUMNS[..2] {
        if !fields.contains(&Some(needed)) {
            return Err(format!("Add a column headed {column}: the first line names the columns"));
        }
    }
    if let Some((column, _)) =
        COLUMNS.iter().find(|(_, field)| fields.iter().filter(|found| **found == Some(field)).count() > 1)
    {
        return Err(format!("Keep one column headed {column}"));
    }
    let mut lines = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|_| "Save the table as CSV and send it again".to_owned())?;
        let number = row.position().map_or(0, |at| u32::try_from(at.line()).unwrap_or(u32::MAX));
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() == MOST {
            return Err(format!("Send {MOST} lines at most"));
        }
        lines.push(line(number, &row, &headings, &fields, today));
    }
    if lines.is_empty() {
        return Err("Add a line below the headings".into());
    }
    twins(&mut lines);
    let passed = headings.iter().zip(&fields).filter(|(_, field)| field.is_none());
    let shown = |heading: &str| heading.trim().chars().take(HEADING).collect::<String>();
    let unread = passed.map(|(heading, _)| shown(heading)).filter(|heading| !heading.is_empty()).collect();
    Ok(Table { lines, unread })
}

/// The text of a table: UTF-8 with or without its mark, or else Windows-1252, which spreadsheets write.
fn decode(content: &[u8]) -> Result<Cow<'_, str>, String> {
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) || content.contains(&0) {
        return Err("Save the table as “CSV UTF-8” and send it again: this is no text of one byte a character".into());
    }
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    // The reader counts lines by their feeds, and finds a record's start before the feed of a CRLF.
    let feeds = |text: Cow<'_, str>| text.replace("\r\n", "\n");
    let text = match std::str::from_utf8(content) {
        Ok(text) => feeds(Cow::Borrowed(text)),
        Err(_) => feeds(encoding_rs::WINDOWS_1252.decode(content).0),
    };
    // Windows-1252 reads any bytes: what holds control characters is a picture or a program, and never a roll.
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err("Save the table as “CSV UTF-8” and send it again: this is no text".into());
    }
    Ok(Cow::Owned(text))
}

/// The field a heading means; case, blanks and marks do not count.
fn field(heading: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let heading = plain(heading);
    COLUMNS.iter().find(|(column, _)| plain(column) == heading).map(|(_, field)| *field)
}

/// The column of a field, as the table heads it.
fn column(headings: &csv::StringRecord, fields: &[Option<&str>], field: &str) -> String {
    let at = fields.iter().position(|found| *found == Some(field));
    let own = at.and_then(|at| headings.get(at)).map(|heading| heading.trim().to_owned());
    let listed = || COLUMNS.iter().find(|(_, f)| *f == field).map_or(field, |(column, _)| column).to_owned();
    own.unwrap_or_else(listed)
}

fn line(
    number: u32,
    row: &csv::StringRecord,
    headings: &csv::StringRecord,
    fields: &[Option<&'static str>],
    today: Date,
) -> Line {
    let cell = |name: &str| {
        let at = fields.iter().position(|found| *found == Some(name));
        at.and_then(|at| row.get(at)).unwrap_or_default().trim().to_owned()
    };
    let mut slips = Vec::new();
    let born = cell("birth_date");
    let birth_date = date(&born);
    if !born.is_empty() && birth_date.is_none() {
        let fix = "Enter the date as 27/03/2014 or 2014-03-27".to_owned();
        slips.push((column(headings, fields, "birth_date"), fix));
    }
    if row.len() > headings.len() {
        slips.push(("line".to_owned(), "Put names that hold a comma in quotation marks".to_owned()));
    }
    let record = Record {
        given_name: cell("given_name"),
        family_name: cell("family_name"),
        known_as: cell("known_as"),
        birth_date,
        year_group: cell("year_group"),
        upn: cell("upn"),
        flags: flags(&cell("flags")),
        user_names: cell("user_names").split([';', ',', '|']).map(str::to_owned).collect(),
    }
    .tidied();
    let found = record.slips(today).into_iter();
    slips.extend(found.map(|Slip { field, fix }| (column(headings, fields, field), fix)));
    Line { number, record, slips }
}

/// Flags as they stand in a cell, between `;` or `,`; words for codes.
fn flags(cell: &str) -> Vec<String> {
    let code = |word: &str| word.trim().to_lowercase().replace([' ', '-'], "_");
    let mut flags: Vec<String> = cell.split([';', ',', '|']).map(code).filter(|flag| !flag.is_empty()).collect();
    flags.sort_by_key(|flag| FLAGS.iter().position(|known| known == flag));
    flags.dedup();
    flags
}

/// A date as rolls have it.
fn date(text: &str) -> Option<Date> {
    let formats = [
        format_description!("[day]/[month]/[year]"),
        format_description!("[year]-[month]-[day]"),
        format_description!("[day padding:none]/[month padding:none]/[year]"),
    ];
    formats.iter().find_map(|format| Date::parse(text, format).ok())
}

/// Marks lines that name the same pupil number, and those that name one user name: by it nobody would be known.
fn twins(lines: &mut [Line]) {
    let mut users = std::collections::HashMap::new();
    for line in lines.iter_mut() {
        for name in &line.record.user_names {
            let first = *users.entry(chassis::text::user_name(name)).or_insert(line.number);
            if first != line.number {
                line.slips
                    .push(("USER NAME".to_owned(), format!("Keep one line: line {first} has the same user name")));
            }
        }
    }
    let mut seen = std::collections::HashMap::new();
    for line in lines.iter_mut().filter(|line| !line.record.upn.is_empty()) {
        let first = *seen.entry(line.record.upn.clone()).or_insert(line.number);
        if first != line.number {
            line.slips.push(("UPN".to_owned(), format!("Keep one line: line {first} has the same pupil number")));
        }
    }
}
