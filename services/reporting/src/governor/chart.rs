//! What is drawn of a section, and the same in words. A figure with a code is written and never drawn.

use serde::{Deserialize, Serialize};

use super::{Cell, Code, Figures, Line, words::number};
use crate::expect::Expectation;

/// More groups of bars than this are no help to anybody, and fit on no page: the table has them.
const MOST: usize = 13;

/// Bars in groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chart {
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// What the bars of a group stand for.
    pub series: Vec<String>,
    pub bars: Vec<Bar>,
}

/// One group of bars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bar {
    pub title: String,
    /// A figure for each of the series.
    pub figures: Vec<Cell>,
}

/// What is to be drawn of a section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Drawn {
    pub kind: Kind,
    pub measures: Vec<String>,
}

/// What becomes a group of bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Each measure.
    Terms,
    /// Each part of one measure.
    Parts,
}

/// The chart of a section; none where there is no number to draw, or too much of it.
pub(crate) fn chart(section: &str, drawn: &Drawn, lines: &[Line]) -> Option<Chart> {
    let chosen: Vec<&Line> = lines.iter().filter(|line| drawn.measures.contains(&line.key)).collect();
    let (title, bars) = match drawn.kind {
        Kind::Terms => {
            let bars = chosen.iter().map(|line| bar(&line.title, line.figures));
            (format!("{section}: this term and the term before"), bars.collect::<Vec<_>>())
        }
        Kind::Parts => {
            let line = chosen.first()?;
            let bars = line.parts.iter().map(|part| bar(&part.title, part.figures));
            (format!("{}: this term and the term before", line.title), bars.collect())
        }
    };
    let numbers = bars.iter().flat_map(|bar| &bar.figures).filter_map(|cell| cell.count());
    if bars.len() > MOST || numbers.max().unwrap_or_default() == 0 {
        return None;
    }
    let said: Vec<String> = bars.iter().map(sentence).collect();
    let series = vec!["This term".to_owned(), "Term before".to_owned()];
    Some(Chart { title, description: said.join(" "), series, bars })
}

/// The figures of a section beside what chance explains; none where nothing is compared.
pub(crate) fn limits(section: &str, lines: &[Line]) -> Option<Chart> {
    let compared = lines.iter().filter_map(|line| line.expectation.as_ref().map(|said| (line, said)));
    let compared: Vec<(&Line, &Expectation)> = compared.filter(|(_, said)| said.compared()).collect();
    let bar = |(line, said): &(&Line, &Expectation)| Bar {
        title: line.title.clone(),
        figures: vec![line.figures.now, Cell::Count(said.least), Cell::Count(said.most)],
    };
    let bars: Vec<Bar> = compared.iter().map(bar).collect();
    if bars.iter().flat_map(|bar| &bar.figures).filter_map(|cell| cell.count()).max().unwrap_or_default() == 0 {
        return None;
    }
    let sentence = |(line, said): &(&Line, &Expectation)| {
        let limits = [said.least, said.most].map(number);
        let verdict = said.verdict.title().to_lowercase();
        format!(
            "{}: {}, chance explains {} to {}: {verdict}.",
            line.title,
            line.figures.now.shown(),
            limits[0],
            limits[1]
        )
    };
    let description: Vec<String> = compared.iter().map(sentence).collect();
    let series = ["This term", "The least that chance explains", "The most that chance explains"];
    Some(Chart {
        title: format!("{section}: this term and what chance explains"),
        description: description.join(" "),
        series: series.map(str::to_owned).to_vec(),
        bars,
    })
}

fn bar(title: &str, figures: Figures) -> Bar {
    Bar { title: title.to_owned(), figures: vec![figures.now, figures.before] }
}

fn sentence(bar: &Bar) -> String {
    let terms = ["this term", "the term before"];
    let said: Vec<String> =
        bar.figures.iter().zip(terms).map(|(cell, term)| format!("{} {term}", said(*cell))).collect();
    format!("{}: {}.", bar.title, said.join(", "))
}

fn said(cell: Cell) -> String {
    match cell {
        Cell::Count(_) => cell.shown(),
        Cell::Code(Code::Hidden) => "hidden".to_owned(),
        Cell::Code(Code::NotApplicable) => "does not apply".to_owned(),
        Cell::Code(Code::NoData) => "not available".to_owned(),
        Cell::Code(Code::Low) => "low".to_owned(),
    }
}
