//! The policy linter: what in a school's document could mislead in an incident, breaks a duty, or should be tidied.
//! Each file of `lint/` holds the rules on one matter; what changes with the years is data of the template.

mod channels;
pub mod classes;
mod contacts;
mod contradictions;
pub mod data;
mod dates;
mod duties;
mod evidence;
mod guidance;
mod leftovers;
mod links;
mod order;
mod phrases;
mod prepared;
mod roles;
mod sheet;
mod slips;
mod structure;
mod style;
pub mod version;
pub mod words;

use std::{panic::resume_unwind, thread};

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    agency::Register,
    document::{Document, Paragraph},
    parameter::Parameter,
    template::Template,
};
pub use data::Data;

/// One result of the linter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The class, `AGENCY-AREA`.
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// The line of the document, from 1; 0 where the document as a whole is meant.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
    /// What it goes by, whatever line it stands on: the same finding has the same id in every version.
    #[serde(default)]
    pub id: String,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Could mislead in an incident, or breaks a duty.
    Error,
    /// Should be mended.
    Warning,
    /// Tidying.
    Info,
}

/// What is looked at, and what it is judged against.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The document.
    pub document: &'a Document,
    /// The values of the template's blanks: read from it, or known; those not read here stand on line 0.
    pub parameters: &'a [Parameter],
    /// The template, with what its linter knows.
    pub template: &'a Template,
    /// The school's name by the authority's record; none where a document is looked at for itself.
    pub school: Option<&'a str>,
    /// The area's agencies; none where no register was published.
    pub register: Option<&'a Register>,
    /// The day it is judged on.
    pub today: Date,
}

impl Subject<'_> {
    /// The value a parameter was read to have.
    fn value(&self, key: &str) -> Option<&str> {
        let parameter = self.parameters.iter().find(|p| p.key == key)?;
        parameter.values.first().map(String::as_str)
    }

    /// The line a parameter was read at.
    fn line(&self, key: &str) -> u32 {
        self.parameters.iter().find(|p| p.key == key).map_or(0, |p| p.line)
    }
}

/// Where in the document something stands.
#[derive(Debug, Clone, Copy)]
struct At {
    line: u32,
    column: u32,
}

impl At {
    /// The start of a line.
    fn line(line: u32) -> Self {
        Self { line, column: 1 }
    }

    /// Some words of a paragraph: the first line that has them, else where the paragraph begins.
    fn words(subject: Subject<'_>, paragraph: &Paragraph, words: &str) -> Self {
        let numbered = (paragraph.line..=paragraph.end_line)
            .filter_map(|line| Some((line, subject.document.lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?)));
        let mut places = numbered.filter_map(|(line, text)| Some(Self::byte(line, text, text.find(words)?)));
        places.next().unwrap_or_else(|| Self::line(paragraph.line))
    }

    /// A byte of a line's text.
    fn byte(line: u32, text: &str, byte: usize) -> Self {
        let before = text.get(..byte).map_or(0, |before| before.chars().count());
        Self { line, column: u32::try_from(before + 1).unwrap_or(u32::MAX) }
    }
}

/// Collects findings.
#[derive(Default)]
struct Findings {
    found: Vec<Finding>,
    /// Words of which everything has been said: line, column of the first, column behind the last.
    covered: Vec<(u32, u32, u32)>,
}

impl Findings {
    /// Notes that no more need be said of some words of a line.
    fn cover(&mut self, at: At, words: &str) {
        let length = u32::try_from(words.chars().count()).unwrap_or_default();
        self.covered.push((at.line, at.column, at.column + length));
    }

    /// Whether something of a rule's class stands between two places of a line.
    fn stands(&self, rule: &str, from: At, to: At) -> bool {
        let class = |rule: &str| rule.split('.').next().map(ToOwned::to_owned);
        let (class_of, columns) = (class(rule), from.column..to.column);
        self.found
            .iter()
            .any(|f| f.line == from.line && columns.contains(&f.column) && class(&f.rule) == class_of && f.rule != rule)
    }

    fn covers(&self, at: At) -> bool {
        self.covered.iter().any(|(line, from, to)| *line == at.line && (*from..*to).contains(&at.column))
    }

    fn add(&mut self, rule: &str, severity: Severity, at: At, message: impl Into<String>, fix: impl Into<String>) {
        let finding = Finding {
            rule: rule.to_owned(),
            severity,
            line: at.line,
            column: at.column,
            message: message.into(),
            fix: fix.into(),
            id: String::new(),
        };
        self.take(finding);
    }

    /// Adds a finding unless it is there.
    fn take(&mut self, finding: Finding) {
        let same = |f: &Finding| {
            (&f.rule, f.line, f.column, &f.message) == (&finding.rule, finding.line, finding.column, &finding.message)
        };
        if !self.found.iter().any(same) {
            self.found.push(finding);
        }
    }
}

/// Everything the linter finds, in the order of the document.
pub fn lint(subject: Subject<'_>) -> Vec<Finding> {
    let sheet = sheet::Sheet::of(subject);
    // Two halves that do not read each other's findings, side by side.
    let (mut findings, others) = thread::scope(|scope| {
        let others = scope.spawn(|| {
            let mut findings = Findings::default();
            links::look(subject, &mut findings);
            dates::look(subject, &mut findings);
            structure::look(subject, &mut findings);
            roles::look(subject, &mut findings);
            order::look(subject, &mut findings);
            duties::look(subject, &sheet, &mut findings);
            contradictions::look(subject, &sheet, &mut findings);
            channels::look(subject, &sheet, &mut findings);
            findings
        });
        let mut findings = Findings::default();
        contacts::look(subject, &sheet, &mut findings);
        leftovers::look(subject, &mut findings);
        phrases::look(subject, &sheet, &mut findings);
        guidance::look(subject, &sheet, &mut findings);
        (findings, others.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    others.found.into_iter().for_each(|finding| findings.take(finding));
    // These keep silent where something was said already.
    slips::look(subject, &sheet, &mut findings);
    style::look(subject, &sheet, &mut findings);
    let mut findings = findings.found;
    findings.sort_by(|a, b| (a.line, a.column, &a.rule).cmp(&(b.line, b.column, &b.rule)));
    evidence::identify(subject.document, &mut findings);
    findings
}

/// An expression written in this crate; a slip in one finds nothing, and the tests of its class go red.
macro_rules! expression {
    ($pattern:expr) => {{
        static EXPRESSION: std::sync::LazyLock<Option<regex::Regex>> =
            std::sync::LazyLock::new(|| regex::Regex::new($pattern).ok());
        EXPRESSION.as_ref()
    }};
}
use expression;

/// How many single letters apart two words are, a swap of neighbours counting once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // The last three rows of the table are all it asks of it.
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row: Vec<usize> = vec![0; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod lint_rules;
#[cfg(test)]
mod tests;
