//! A workbook: the figures, what they mean, what changed, and what the whole is.

use paper::{Sheet, Value, Workbook};

use super::{Export, TERMS, day};
use crate::{
    expect::METHOD,
    governor::{Cell, Code, Line},
};

pub(super) fn workbook(export: &Export) -> Workbook {
    Workbook {
        title: export.title(),
        owner: export.school.clone(),
        dated: export.settled,
        sheets: vec![figures(export), definitions(export), changes(export), about(export), expected(export)],
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn cell(cell: Cell) -> Value {
    match cell {
        Cell::Count(count) => Value::Number(count),
        Cell::Code(code) => text(code.name()),
    }
}

fn sheet(name: &str, columns: &[(&str, u16)], rows: Vec<Vec<Value>>) -> Sheet {
    let columns = columns.iter().map(|(heading, width)| ((*heading).to_owned(), *width)).collect();
    Sheet { name: name.to_owned(), columns, rows }
}

fn figures(export: &Export) -> Sheet {
    let [now, before, year_before] = TERMS;
    let columns = [
        ("Section", 28),
        ("What is counted", 40),
        ("Part", 40),
        (now, 12),
        (before, 12),
        (year_before, 14),
        ("Figures that wait", 60),
    ];
    let mut rows = Vec::new();
    for section in &export.report.sections {
        for line in &section.lines {
            for row in line.rows() {
                let named = [&section.title, &line.title].map(|name| text(name)).into_iter().chain([text(row.title)]);
                let cells = named.chain(row.figures.all().map(cell));
                rows.push(cells.chain([Value::Text(waits(row.held))]).collect());
            }
        }
    }
    sheet("Figures", &columns, rows)
}

/// Which of three figures wait, with the days they are of.
fn waits(held: [&str; 3]) -> String {
    let said = held.into_iter().zip(TERMS).filter(|(held, _)| !held.is_empty());
    let said: Vec<String> = said.map(|(held, term)| format!("{term}: as at {}", day(held))).collect();
    said.join("; ")
}

/// What is said of figures beside the terms before.
fn expected(export: &Export) -> Sheet {
    let columns = [
        ("Section", 28),
        ("What is counted", 40),
        (TERMS[0], 12),
        ("Verdict", 18),
        ("Expected", 12),
        ("Least by chance", 16),
        ("Most by chance", 16),
        ("School days", 14),
        ("Why", 100),
        ("As at", 16),
    ];
    let mut rows = Vec::new();
    for section in &export.report.sections {
        for line in &section.lines {
            let Some(said) = &line.expectation else { continue };
            let limit = |n: u64| if said.compared() { Value::Number(n) } else { text("") };
            let expected = if said.compared() { Value::Text(said.expected()) } else { text("") };
            rows.push(vec![
                text(&section.title),
                text(&line.title),
                cell(line.figures.now),
                text(said.verdict.title()),
                expected,
                limit(said.least),
                limit(said.most),
                Value::Number(said.days.into()),
                text(&said.reason),
                Value::Text(day(&line.held.now)),
            ]);
        }
    }
    rows.push(vec![text("How"), text(METHOD)]);
    sheet("Expected", &columns, rows)
}

fn definitions(export: &Export) -> Sheet {
    let columns = [
        ("Measure", 26),
        ("What is counted", 40),
        ("Definition", 80),
        ("Owner", 20),
        ("Version", 10),
        ("Counted from the events", 40),
    ];
    let lines = export.report.sections.iter().flat_map(|section| &section.lines);
    let row = |line: &Line| -> Vec<Value> {
        let named = [&line.key, &line.title, &line.definition, &line.owner].map(|words| text(words));
        let version = Value::Number(line.measure_version.into());
        named.into_iter().chain([version, Value::Text(line.events.join(", "))]).collect()
    };
    sheet("Definitions", &columns, lines.map(row).collect())
}

fn changes(export: &Export) -> Sheet {
    let mut rows = Vec::new();
    for section in &export.report.sections {
        for said in section.lines.iter().flat_map(|line| &line.changes) {
            rows.push(vec![text(&section.title), text(said)]);
        }
    }
    sheet("What changed", &[("Section", 28), ("What changed", 100)], rows)
}

fn about(export: &Export) -> Sheet {
    let mut rows: Vec<Vec<Value>> =
        export.about().into_iter().map(|(name, value)| vec![text(name), Value::Text(value)]).collect();
    let min_cell = export.report.min_cell;
    let code = |code: Code| vec![text(&format!("Code {}", code.name())), Value::Text(code.meaning(min_cell))];
    rows.extend(Code::ALL.map(code));
    let notes =
        export.report.sections.iter().flat_map(|section| section.notes.iter().map(move |note| (&section.title, note)));
    rows.extend(notes.map(|(title, note)| vec![text(title), text(note)]));
    let lines = export.report.sections.iter().flat_map(|section| &section.lines);
    let coming = lines.filter(|line| !line.coming.is_empty());
    rows.extend(coming.map(|line| vec![text(&line.title), text(&line.coming)]));
    sheet("About", &[("What", 24), ("Value", 90)], rows)
}
