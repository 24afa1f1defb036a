//! A print as a document.

use std::collections::HashMap;

use ::paper::{Block, Paper, Status, Table, Text};
use time::{Date, OffsetDateTime, macros::format_description};

use super::{Kind, PrintId, Record, address::Addresses, people::People};
use crate::{
    case::{Case, InvolvementId},
    sheet::Days,
};

/// The most that is printed, in bytes of text.
pub const LONGEST: usize = 4 << 20;

/// What a print is made of besides the case.
#[derive(Debug)]
pub struct Made<'a> {
    /// Its id.
    pub id: &'a PrintId,
    /// What it has.
    pub kind: Kind,
    /// Whether people stand by their names.
    pub names: bool,
    /// The days it is of.
    pub days: Days,
    /// Why it is printed.
    pub reason: &'a str,
    /// Who prints it.
    pub by: &'a str,
    /// When.
    pub at: OffsetDateTime,
    /// What the school is called.
    pub school: &'a str,
    /// How accounts are called.
    pub accounts: &'a HashMap<String, String>,
    /// The parts that are kept from whoever prints it: no row says them, and the records are those without.
    pub kept: &'a [InvolvementId],
}

/// A moment in words, by the clock of the schools.
pub fn moment(at: OffsetDateTime) -> String {
    let format = format_description!(
        "[day padding:none] [month repr:long] [year], [hour repr:12 padding:none]:[minute][period case:lower]"
    );
    chassis::clock::london(at).format(format).unwrap_or_default()
}

/// When something happened, in words that say no more than is known: `known` is `exact`, `day` or `unknown`.
pub fn when(at: OffsetDateTime, known: &str) -> String {
    match known {
        "day" => day(chassis::clock::london(at).date()),
        "unknown" => format!("recorded {}", moment(at)),
        _ => moment(at),
    }
}

/// A day in words.
pub fn day(date: Date) -> String {
    date.format(format_description!("[day padding:none] [month repr:long] [year]")).unwrap_or_default()
}

fn title(kind: Kind, case: &Case) -> String {
    match kind {
        Kind::Chronology => format!("Chronology of case {}", case.reference),
        Kind::Bundle => format!("Record of case {}", case.reference),
    }
}

/// What stands of a record on paper, each part under its name: without the addresses that are left out, and with labels for
/// the people who stand by them.
pub fn parts(record: &Record, people: &People<'_>, addresses: &Addresses) -> Vec<(&'static str, String)> {
    record.says.iter().map(|(name, text)| (*name, people.told(&addresses.masked(text)))).collect()
}

/// The document.
pub fn paper(case: &Case, records: &[Record], made: &Made<'_>) -> Paper {
    let (people, addresses) = (People::of(case, made.names).without(made.kept), Addresses::of(case));
    let called = |account: &str| match made.accounts.get(account) {
        _ if account.is_empty() => String::new(),
        Some(name) => format!("{name} ({account})"),
        None => account.to_owned(),
    };
    let mut blocks = vec![Block::Table(front(case, records, made, &called(made.by)))];
    let rows: Vec<_> = people.rows().map(|row| row.map(|cell| vec![Text::plain(&cell)]).to_vec()).collect();
    if !rows.is_empty() {
        blocks.push(heading(1, "people", "People".to_owned()));
        let columns = ["Called here", "Name", "Part", "Year group"];
        blocks.push(Block::Table(Table {
            caption: "Everybody who has a part in the case, the adult it is about, and whoever saw suspect material"
                .to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows,
        }));
    }
    blocks.push(heading(1, "records", "Records, in the order they happened".to_owned()));
    for (place, record) in records.iter().enumerate() {
        let number = place + 1;
        blocks.push(heading(2, &format!("r{number}"), format!("{number}. {}, {}", record.what, record.when())));
        for (mut name, text) in parts(record, &people, &addresses) {
            for paragraph in text.lines().filter(|line| !line.trim().is_empty()) {
                let words = if name.is_empty() { paragraph.to_owned() } else { format!("{name}: {paragraph}") };
                blocks.push(Block::Paragraph(Text::plain(&words)));
                name = "";
            }
        }
        let by = called(&record.by);
        let by = if by.is_empty() { String::new() } else { format!("Recorded by {by}. ") };
        blocks.push(Block::Paragraph(Text::plain(&format!("{by}SHA-256 {}", record.digest))));
    }
    Paper {
        title: title(made.kind, case),
        owner: made.school.to_owned(),
        edition: format!("Printed {}, {}", moment(made.at), made.id),
        status: Some(Status {
            word: "CONFIDENTIAL".to_owned(),
            meaning: format!("about {}; for the purpose on the first page and for nothing else", about(case)),
        }),
        dated: made.at,
        identity: made.id.to_string(),
        blocks,
    }
}

/// The days a print is of, in words; empty where it is of every one.
fn days(days: Days) -> String {
    match (days.from, days.to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("From {}", day(from)),
        (None, Some(to)) => format!("To {}", day(to)),
        (Some(from), Some(to)) => format!("From {} to {}", day(from), day(to)),
    }
}

/// Whom a print is about, in words.
fn about(case: &Case) -> &'static str {
    if case.adult() { "an adult who works with children" } else { "children" }
}

fn heading(level: u8, id: &str, words: String) -> Block {
    Block::Heading { level, id: id.to_owned(), text: Text::plain(&words) }
}

/// What stands first: which case, who printed it, why, and how to hold it against the record.
fn front(case: &Case, records: &[Record], made: &Made<'_>, by: &str) -> Table {
    let people = if made.names { "By their names" } else { "By labels; their names are left out of what was written" };
    let addresses = Addresses::of(case);
    let left_out = "Addresses of material, and every web address in what was written, are left out";
    let rows = [
        ("Case", case.reference.clone()),
        ("State", if case.closing.is_some() { "Closed" } else { "Open" }.to_owned()),
        ("Printed by", by.to_owned()),
        ("Printed", moment(made.at)),
        ("Why and for whom", addresses.masked(made.reason)),
        ("People", people.to_owned()),
        ("Days", days(made.days)),
        ("Addresses", if addresses.any() { left_out } else { "" }.to_owned()),
        ("Records", records.len().to_string()),
        ("Print", made.id.to_string()),
        (
            "Digests",
            "Each record bears the SHA-256 of what is kept, by which it can be held against the record".to_owned(),
        ),
    ];
    let row = |(name, value): (&str, String)| vec![vec![Text::plain(name)], vec![Text::plain(&value)]];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty()).map(row).collect();
    Table { caption: "This print".to_owned(), columns: Vec::new(), rows }
}
