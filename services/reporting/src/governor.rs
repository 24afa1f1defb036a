//! The report for governors: a term in sections, made of published figures and of nothing else.
//!
//! - `bridge`: the lines, from what is published of three terms
//! - `sections`: which measures stand together, and what governors should ask
//! - `words`: what changed, in sentences · `chart`: what is drawn · `expect` of the crate: whether it is as was to be expected
//! - `notes`: how the policy and the feeds stand
//! - `version`: what the head signs: the canonical bytes, their digest, and which figures have moved since

pub(crate) mod bridge;
pub(crate) mod chart;
pub(crate) mod notes;
pub(crate) mod sections;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod version;
pub(crate) mod words;

use serde::{Deserialize, Serialize};

use crate::expect::Expectation;
use chart::Chart;

/// The layout of the canonical bytes. One that is read must be one that is known. Of an earlier one, what a later one added is left out.
pub(crate) const LAYOUT: u32 = 4;
/// The first layout in which the signature is part of what is signed.
pub(crate) const ATTESTED: u32 = 3;

/// A school's term. The order of its fields is the order of its canonical bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub layout: u32,
    pub school_id: String,
    pub term_id: String,
    /// As at the end of which day it was counted.
    pub as_at: String,
    /// Counts below this are hidden.
    pub min_cell: u64,
    pub sections: Vec<Section>,
    /// Who signed it, when and with which words; none of a draft, and of what was signed by an earlier layout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<version::Signature>,
}

/// What governors look at together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub key: String,
    pub title: String,
    /// What governors should ask.
    pub asks: Vec<String>,
    /// What stands beside the figures, in sentences: how the policy and the feeds stand.
    #[serde(default)]
    pub notes: Vec<String>,
    pub lines: Vec<Line>,
    pub chart: Option<Chart>,
    /// Its figures beside what chance explains.
    #[serde(default)]
    pub limits: Option<Chart>,
}

/// One measure of this term, the term before and the same term a year before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub key: String,
    pub title: String,
    pub definition: String,
    /// Who answers for the definition, and its version.
    pub owner: String,
    pub measure_version: u32,
    /// The events it is counted from.
    #[serde(default)]
    pub events: Vec<String>,
    pub figures: Figures,
    pub parts: Vec<Part>,
    /// What changed, in words.
    pub changes: Vec<String>,
    pub requirements: Vec<String>,
    /// Whether it breaks another line down: its figures are that line's, and its parts are what it says.
    #[serde(default)]
    pub breakdown: bool,
    /// Where it is broken down and has no parts: when they come, or why there are none. Where it has no figure: why, or when it comes.
    #[serde(default)]
    pub coming: String,
    /// The days its figures are of, where they wait.
    #[serde(default)]
    pub held: Held,
    /// The earliest days its parts are of, where any waits.
    #[serde(default)]
    pub parts_held: Held,
    /// What is said of it beside the terms before; none of what does not come by chance.
    #[serde(default)]
    pub expectation: Option<Expectation>,
}

/// Days that the figures of three terms are of, such as `2026-11-24`; empty where a figure is of the report's day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub now: String,
    pub before: String,
    pub year_before: String,
}

impl Held {
    /// The three in the order they are printed in.
    pub fn all(&self) -> [&str; 3] {
        [&self.now, &self.before, &self.year_before]
    }
}

/// What a table prints of a line in one row: the whole, or a part with its key and title.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub key: &'a str,
    pub title: &'a str,
    pub figures: Figures,
    pub held: [&'a str; 3],
}

impl Line {
    /// Its rows: the whole where it has one of its own, and its parts.
    pub fn rows<'a>(&'a self) -> impl Iterator<Item = Row<'a>> {
        let whole = Row { key: "", title: "", figures: self.figures, held: self.held.all() };
        let held = self.parts_held.all();
        let part = move |part: &'a Part| Row { key: &part.key, title: &part.title, figures: part.figures, held };
        (!self.breakdown).then_some(whole).into_iter().chain(self.parts.iter().map(part))
    }
}

/// One part of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub key: String,
    pub title: String,
    pub figures: Figures,
}

/// A figure in three terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub now: Cell,
    pub before: Cell,
    pub year_before: Cell,
}

/// One published cell: a number, or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    Count(u64),
    Code(Code),
}

/// What stands in place of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Code {
    /// Hidden because it, or another, is small.
    #[serde(rename = "c")]
    Hidden,
    /// It does not apply.
    #[serde(rename = "z")]
    NotApplicable,
    /// Nothing was counted then.
    #[serde(rename = "x")]
    NoData,
    /// It is small beside others, and not nothing.
    #[serde(rename = "low")]
    Low,
}

impl Code {
    /// Every code, in the order they are explained in.
    pub const ALL: [Self; 4] = [Self::Hidden, Self::NotApplicable, Self::NoData, Self::Low];

    /// The code as it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hidden => "c",
            Self::NotApplicable => "z",
            Self::NoData => "x",
            Self::Low => "low",
        }
    }

    /// What it means, where counts below `min_cell` are hidden.
    pub fn meaning(self, min_cell: u64) -> String {
        match self {
            Self::Hidden => {
                format!("Hidden: a count below {min_cell} could point to a child, or would let one be worked out.")
            }
            Self::NotApplicable => "It does not apply.".to_owned(),
            Self::NoData => "Not available: nothing was counted then, or nobody knows.".to_owned(),
            Self::Low => "Low: more than nothing, and too small to be told.".to_owned(),
        }
    }
}

impl Cell {
    /// The number, where it is one.
    pub fn count(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            Self::Code(_) => None,
        }
    }

    /// As a table prints it for a person.
    pub fn shown(self) -> String {
        match self {
            Self::Count(count) => words::number(count),
            Self::Code(code) => code.name().to_owned(),
        }
    }

    /// As a program reads it: digits, or the code.
    pub fn plain(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Code(code) => code.name().to_owned(),
        }
    }
}

impl Figures {
    /// The three in the order they are printed in.
    pub fn all(self) -> [Cell; 3] {
        [self.now, self.before, self.year_before]
    }
}

impl Report {
    /// The codes that stand somewhere in it.
    pub fn codes(&self) -> Vec<Code> {
        let lines = self.sections.iter().flat_map(|section| &section.lines);
        let cells: Vec<Cell> = lines.flat_map(Line::rows).flat_map(|row| row.figures.all()).collect();
        Code::ALL.into_iter().filter(|code| cells.contains(&Cell::Code(*code))).collect()
    }
}
