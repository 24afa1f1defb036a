//! The report as a document: headings, bars with what they show in words, tables with heads, the definitions at the end.

use paper::{Bar, Block, Chart, Group, Item, Paper, Status, Table, Text};

use super::{Export, TERMS, dated};
use crate::{
    expect::{Expectation, METHOD},
    governor::{Cell, Line, Row, Section, chart},
};

pub(super) fn paper(export: &Export) -> Paper {
    let mut blocks = vec![pairs("About this report", export.about())];
    for section in &export.report.sections {
        part(&mut blocks, section);
    }
    codes(&mut blocks, export);
    definitions(&mut blocks, export);
    let status = || Status { word: "DRAFT".to_owned(), meaning: "the head has not signed these figures.".to_owned() };
    let identity = match &export.signed {
        Some(signed) => signed.id.to_string(),
        None => format!("{}/{}/draft", export.report.school_id, export.report.term_id),
    };
    Paper {
        title: export.title(),
        owner: export.school.clone(),
        edition: export.edition(),
        status: export.signed.is_none().then(status),
        dated: export.settled,
        identity,
        blocks,
    }
}

pub(super) fn heading(level: u8, id: String, words: &str) -> Block {
    Block::Heading { level, id, text: Text::plain(words) }
}

pub(super) fn cells(words: impl IntoIterator<Item = String>) -> Vec<Vec<Text>> {
    words.into_iter().map(|words| vec![Text::plain(&words)]).collect()
}

pub(super) fn pairs(caption: &str, rows: Vec<(&'static str, String)>) -> Block {
    // What people wrote keeps its lines.
    let row = |(name, value): (&str, String)| {
        vec![vec![Text::plain(name)], value.lines().map(Text::plain).filter(|line| !line.is_empty()).collect()]
    };
    Block::Table(Table { caption: caption.to_owned(), columns: Vec::new(), rows: rows.into_iter().map(row).collect() })
}

pub(super) fn list(words: &[String]) -> Block {
    let item = |words: &String| Item { text: Text::plain(words), more: Vec::new() };
    Block::List { counted: false, items: words.iter().map(item).collect() }
}

fn figures<'a>(caption: &str, first: &str, rows: impl Iterator<Item = (&'a str, Row<'a>)>) -> Block {
    let columns = [first].into_iter().chain(TERMS).map(str::to_owned).collect();
    let row = |(name, row): (&str, Row<'_>)| {
        let figures = row.figures.all().into_iter().zip(row.held).map(|(cell, held)| dated(cell, held));
        cells(std::iter::once(name.to_owned()).chain(figures))
    };
    Block::Table(Table { caption: caption.to_owned(), columns, rows: rows.map(row).collect() })
}

fn part(blocks: &mut Vec<Block>, section: &Section) {
    let id = |what: &str| format!("{}-{what}", section.key);
    blocks.push(heading(1, section.key.clone(), &section.title));
    if !section.notes.is_empty() {
        blocks.push(list(&section.notes));
    }
    let changes: Vec<String> = section.lines.iter().flat_map(|line| line.changes.clone()).collect();
    if !changes.is_empty() {
        blocks.push(heading(2, id("changes"), "What changed"));
        blocks.push(list(&changes));
    }
    blocks.push(heading(2, id("figures"), "Figures"));
    blocks.extend(section.chart.as_ref().map(drawn));
    let whole = section.lines.iter().filter(|line| !line.breakdown);
    let whole = whole.flat_map(|line| line.rows().take(1).map(move |row| (line.title.as_str(), row)));
    blocks.push(figures(&section.title, "What is counted", whole));
    for line in section.lines.iter().filter(|line| !line.parts.is_empty()) {
        let parts = line.rows().filter(|row| !row.key.is_empty()).map(|row| (row.title, row));
        blocks.push(figures(&line.title, "Part", parts));
    }
    let coming = section.lines.iter().filter(|line| !line.coming.is_empty());
    let coming: Vec<String> = coming.map(|line| format!("{}: {}", line.title, line.coming)).collect();
    if !coming.is_empty() {
        blocks.push(list(&coming));
    }
    expected(blocks, section);
    blocks.push(heading(2, id("asks"), "What to ask"));
    blocks.push(list(&section.asks));
}

/// The figures of a section beside what was to be expected: bars with the limits, and the table with why.
fn expected(blocks: &mut Vec<Block>, section: &Section) {
    let said = section.lines.iter().filter_map(|line| line.expectation.as_ref().map(|said| (line, said)));
    let row = |(line, said): (&Line, &Expectation)| {
        let expected = if said.compared() { said.expected() } else { String::new() };
        let words =
            [dated(line.figures.now, &line.held.now), expected, said.verdict.title().to_owned(), said.reason.clone()];
        cells(std::iter::once(line.title.clone()).chain(words))
    };
    let rows: Vec<_> = said.map(row).collect();
    if rows.is_empty() {
        return;
    }
    blocks.push(heading(2, format!("{}-expected", section.key), "Beside what was to be expected"));
    blocks.extend(section.limits.as_ref().map(drawn));
    let columns = ["What is counted", TERMS[0], "Expected", "Verdict", "Why"].map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: "Beside what was to be expected".to_owned(), columns, rows }));
}

fn drawn(chart: &chart::Chart) -> Block {
    let bar = |cell: &Cell| Bar { length: cell.count(), label: cell.shown() };
    let group =
        |bar_of: &chart::Bar| Group { name: bar_of.title.clone(), bars: bar_of.figures.iter().map(bar).collect() };
    Block::Chart(Chart {
        caption: chart.title.clone(),
        description: chart.description.clone(),
        series: chart.series.clone(),
        groups: chart.bars.iter().map(group).collect(),
    })
}

/// What the codes mean that stand somewhere in it.
fn codes(blocks: &mut Vec<Block>, export: &Export) {
    let codes = export.report.codes();
    if codes.is_empty() {
        return;
    }
    blocks.push(heading(1, "codes".to_owned(), "What the codes mean"));
    let rows = codes.into_iter().map(|code| (code.name(), code.meaning(export.report.min_cell))).collect();
    blocks.push(pairs("Codes", rows));
}

fn definitions(blocks: &mut Vec<Block>, export: &Export) {
    blocks.push(heading(1, "definitions".to_owned(), "Definitions"));
    let row = |line: &Line| {
        let owner = format!("{}, version {}", line.owner, line.measure_version);
        cells([line.title.clone(), line.definition.clone(), owner, line.events.join(", ")])
    };
    let lines = export.report.sections.iter().flat_map(|section| &section.lines);
    if lines.clone().any(|line| line.expectation.is_some()) {
        blocks.push(Block::Paragraph(Text::plain(METHOD)));
    }
    let columns = ["What is counted", "Definition", "Owner and version", "Counted from the events"];
    let columns = columns.map(str::to_owned).to_vec();
    blocks.push(Block::Table(Table { caption: "Definitions".to_owned(), columns, rows: lines.map(row).collect() }));
}
