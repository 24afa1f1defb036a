//! Which measures stand together and what governors should ask about them: data, in `data/governor-report.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{
    Line, Section,
    chart::{Drawn, chart, limits},
    words::{changes, signal, turns},
};

/// One section as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outline {
    pub key: String,
    pub title: String,
    pub asks: Vec<String>,
    pub measures: Vec<String>,
    /// What is drawn; none where nothing is.
    pub chart: Option<Drawn>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    section: Vec<Outline>,
}

/// The sections, in order. A test reads the file: what does not read is no release.
pub(crate) fn outlines() -> &'static [Outline] {
    static FILE: LazyLock<File> =
        LazyLock::new(|| toml::from_str(include_str!("../../data/governor-report.toml")).unwrap_or_default());
    &FILE.section
}

/// A line that is to be put into its section. Where it breaks another line down, that one says already what changed.
pub(crate) struct Measured {
    pub line: Line,
    pub breaks_down: bool,
    /// Whether it is what stands, and not what happened so far.
    pub standing: bool,
    /// Whether it is a yes or no.
    pub yes_no: bool,
}

/// Puts lines into their sections, says what changed, and draws; of a term that is over, or of one that runs. Notes stand in the section
/// of their key.
pub(crate) fn arrange(measured: Vec<Measured>, over: bool, notes: &BTreeMap<&str, Vec<String>>) -> Vec<Section> {
    let section = |outline: &Outline| {
        let found = |key: &String| measured.iter().find(|measured| measured.line.key == *key);
        let line = |measured: &Measured| {
            let line = measured.line.clone();
            // What stands is whole at any time: there is no “so far” of it.
            let whole = over || measured.standing;
            let verdict = line.expectation.as_ref().map(|said| said.verdict);
            let mut changes = match (measured.breaks_down, measured.yes_no) {
                (true, _) => Vec::new(),
                (false, true) => turns(&line.title, &line.figures),
                (false, false) => changes(&line.title, &line.figures, whole, verdict),
            };
            changes.extend(line.expectation.as_ref().and_then(|said| signal(&line.title, said)));
            Line { changes, ..line }
        };
        let lines: Vec<Line> = outline.measures.iter().filter_map(found).map(line).collect();
        let chart = outline.chart.as_ref().and_then(|drawn| chart(&outline.title, drawn, &lines));
        let (key, title, asks) = (outline.key.clone(), outline.title.clone(), outline.asks.clone());
        let notes = notes.get(key.as_str()).cloned().unwrap_or_default();
        Section { limits: limits(&title, &lines), key, title, asks, notes, lines, chart }
    };
    outlines().iter().map(section).collect()
}
