//! Tables as a document: each with what it counts, the codes that stand somewhere in them, the definitions at the end. A table
//! with more columns than a page holds goes on below itself.

use std::collections::BTreeSet;

use paper::{Block, Paper, Table, Text};

use super::{Dated, Grid, TITLE, Tables};
use crate::{
    ask::only_titles,
    disclosure::Published,
    export::{
        dated, day,
        pdf::{cells, heading, pairs},
    },
    governor::{Cell, Code, bridge::cell},
};

/// Columns of figures that a page holds side by side.
const COLUMNS: usize = 4;

pub(super) fn paper(tables: &Tables) -> Paper {
    let mut blocks = vec![pairs("About these tables", about(tables))];
    let mut codes = BTreeSet::new();
    for (n, table) in tables.tables.iter().enumerate() {
        let grid = tables.grid(table);
        let figures = grid.lines.iter().flat_map(|(_, figures)| figures.iter().map(|(figure, _)| *figure));
        for figure in figures.chain([table.total]) {
            if let Cell::Code(code) = cell(figure) {
                codes.insert(code.name());
            }
        }
        part(&mut blocks, n + 1, table, &grid);
    }
    let explained = Code::ALL.into_iter().filter(|code| codes.contains(code.name()));
    let explained: Vec<_> = explained.map(|code| (code.name(), code.meaning(tables.min_cell))).collect();
    if !explained.is_empty() {
        blocks.push(heading(1, "codes".to_owned(), "What the codes mean"));
        blocks.push(pairs("Codes", explained));
    }
    definitions(&mut blocks, tables);
    let owner = tables.owner();
    Paper {
        title: TITLE.to_owned(),
        owner: if owner.is_empty() { "The authority".to_owned() } else { owner },
        edition: format!("Asked on {}", day(&tables.settled.date().to_string())),
        status: None,
        dated: tables.settled,
        identity: identity(tables),
        blocks,
    }
}

/// What tells the document from one of other tables.
fn identity(tables: &Tables) -> String {
    let asked = tables.tables.iter().map(|table| {
        let question = &table.question;
        format!("{} {:?} {:?} {:?}", question.measure.key, question.rows, question.columns, question.only)
    });
    let asked: Vec<String> = asked.collect();
    let (from, to) = tables.period;
    format!("{}/{from}/{to}/{}/{:?}/{}", tables.place, tables.settled.date(), tables.as_at, asked.join("; "))
}

fn about(tables: &Tables) -> Vec<(&'static str, String)> {
    let (from, to) = tables.period;
    let mut rows = vec![("From", day(&from.to_string())), ("To", day(&to.to_string()))];
    rows.extend(tables.as_at.map(|as_at| ("As at the end of", day(&as_at.to_string()))));
    rows
}

fn shown((figure, held): Dated) -> String {
    dated(cell(figure), &held.map(|day| day.to_string()).unwrap_or_default())
}

fn part(blocks: &mut Vec<Block>, n: usize, table: &Published, grid: &Grid) {
    let title = &table.question.measure.title;
    blocks.push(heading(1, format!("table-{n}"), title));
    let only = only_titles(&table.question);
    if !only.is_empty() {
        blocks.push(Block::Paragraph(Text::plain(&format!("Only {}.", only.join("; ")))));
    }
    // Where no row or no column may be named there is the whole alone.
    if table.rows.is_empty() || table.columns.is_empty() {
        blocks.push(Block::Paragraph(Text::plain(&format!("All: {}", shown((table.total, table.total_held))))));
        return;
    }
    let Some((first, columns)) = grid.headings.split_first() else { return };
    let parts = columns.len().div_ceil(COLUMNS);
    for (place, part) in columns.chunks(COLUMNS).enumerate() {
        let row = |(title, figures): &(String, Vec<Dated>)| {
            let figures = figures.iter().skip(place * COLUMNS).take(COLUMNS).copied().map(shown);
            cells(std::iter::once(title.clone()).chain(figures))
        };
        let caption = if parts == 1 { title.clone() } else { format!("{title}, part {} of {parts}", place + 1) };
        let columns = std::iter::once(first.clone()).chain(part.iter().cloned()).collect();
        blocks.push(Block::Table(Table { caption, columns, rows: grid.lines.iter().map(row).collect() }));
    }
}

fn definitions(blocks: &mut Vec<Block>, tables: &Tables) {
    blocks.push(heading(1, "definitions".to_owned(), "Definitions"));
    let row = |table: &Published| {
        let measure = table.question.measure;
        let owner = format!("{}, version {}", measure.owner, measure.version);
        cells([measure.title.clone(), measure.definition.clone(), owner, measure.events.join(", ")])
    };
    let columns = ["What is counted", "Definition", "Owner and version", "Counted from the events"];
    let columns = columns.map(str::to_owned).to_vec();
    let rows = tables.tables.iter().map(row).collect();
    blocks.push(Block::Table(Table { caption: "Definitions".to_owned(), columns, rows }));
}
