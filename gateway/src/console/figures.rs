//! Figures as the authority's report shows them: with their definitions, small counts left out, each breakdown as bars
//! and table.

use axum::response::IntoResponse as _;
use chassis::{calendar::Term, clock::moment, error::Error, table::Table};
use http::header;
use proto::reporting::v1::{Figure, Line};
use serde::{Deserialize, Serialize};

use super::visit::Answer;
use crate::pages::{
    part::{Link, Row},
    words,
};

/// How wide the longest bar is.
const WIDEST: u64 = 300;
/// How high one bar and its gap are.
const BAR: u64 = 30;
/// Where bars begin: left of them stand their names.
const LEFT: u64 = 320;

/// Which term.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// Its code; the current one where empty.
    #[serde(default)]
    pub term: String,
    /// The day at whose end figures were known, as it is typed or `2026-11-24`; now where empty.
    #[serde(default)]
    pub as_at: String,
}

/// Which term, of figures that are of now alone.
#[derive(Debug, Default, Deserialize)]
pub struct OfTerm {
    /// Its code; the current one where empty.
    #[serde(default)]
    pub term: String,
}

/// Which day, of figures whose term the address names, or that have none.
#[derive(Debug, Default, Deserialize)]
pub struct OfDay {
    /// The day at whose end figures were known, as it is typed or `2026-11-24`; now where empty.
    #[serde(default)]
    pub as_at: String,
}

impl Which {
    /// The day as the contract has it.
    ///
    /// # Errors
    /// `Invalid` where it is no day.
    pub fn as_at_date(&self) -> Result<String, Error> {
        day(&self.as_at)
    }
}

impl OfDay {
    /// The day as the contract has it.
    ///
    /// # Errors
    /// `Invalid` where it is no day.
    pub fn as_at_date(&self) -> Result<String, Error> {
        day(&self.as_at)
    }
}

fn day(as_at: &str) -> Result<String, Error> {
    match as_at.trim() {
        "" => Ok(String::new()),
        text => {
            let wrong = || Error::invalid("as_at_date", "Enter a day such as 27/3/2026");
            Ok(words::typed_day(text).ok_or_else(wrong)?.to_string())
        }
    }
}

/// Where figures of a past day are asked for.
#[derive(Debug, Serialize)]
pub struct AsAt {
    here: String,
    term: String,
    day: String,
}

impl AsAt {
    /// The form of a page, filled in with what it shows.
    pub fn new(here: &str, term: &str, as_at_date: &str) -> Self {
        let day = if as_at_date.is_empty() { String::new() } else { words::day_to_type(as_at_date) };
        Self { here: here.to_owned(), term: term.to_owned(), day }
    }

    /// The same for the address of a download.
    pub fn query(&self, as_at_date: &str) -> String {
        let as_at = if as_at_date.is_empty() { String::new() } else { format!("&as_at={as_at_date}") };
        format!("term={}{as_at}", self.term)
    }
}

/// As at when figures are, and how far events are counted in.
pub fn standing(
    counted: Option<&prost_types::Timestamp>,
    as_at_date: &str,
    newest: Option<&prost_types::Timestamp>,
) -> Vec<Row> {
    let known =
        (!as_at_date.is_empty()).then(|| format!("What was known at the end of {}", words::named_day(as_at_date)));
    let counted = words::stamp(counted).filter(|_| known.is_none());
    let rows = [
        Row::some("Counted", counted),
        Row::some("As at", known),
        // How far events are counted is always as of now: one that waits on its way belongs to the day it was recorded on.
        Row::some(
            if as_at_date.is_empty() { "Newest event that is counted" } else { "Newest event that is counted by now" },
            words::stamp(newest),
        ),
    ];
    rows.into_iter().flatten().collect()
}

/// That some figures are as an earlier version of the platform counted them.
pub fn counting_anew(so: bool) -> Option<Row> {
    so.then(|| Row::new("Being counted anew", "Some figures are as the version before the update counted them"))
}

/// The lines of a report.
#[derive(Debug, Serialize)]
pub struct Figures {
    lines: Vec<Shown>,
    charts: Vec<Chart>,
    min_cell: u32,
    /// Whether it is said what came to light since.
    past: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    title: String,
    definition: String,
    now: String,
    before: String,
    change: String,
    since: String,
}

/// A breakdown as bars; every length is drawn from the published figures only.
#[derive(Debug, Serialize)]
struct Chart {
    id: String,
    title: String,
    /// False where every figure is hidden: then there is nothing to draw.
    drawn: bool,
    height: u64,
    bars: Vec<Bar>,
    text: String,
    /// The day its figures are of, where any of them waits.
    held: Option<String>,
}

#[derive(Debug, Serialize)]
struct Bar {
    name: String,
    figure: String,
    y: u64,
    text_y: u64,
    left: u64,
    width: u64,
    after: u64,
}

/// A figure for a person.
pub fn figure(figure: Option<&Figure>) -> String {
    match figure {
        None => "Not available".to_owned(),
        Some(figure) => match figure.code.as_str() {
            "" => words::number(figure.value),
            "c" | "z" | "low" => figure.code.clone(),
            _ => "No data (x)".to_owned(),
        },
    }
}

/// A figure of a report, with the day it is of where it waits.
pub fn dated(of: Option<&Figure>, held_date: &str) -> String {
    let text = figure(of);
    if held_date.is_empty() { text } else { format!("{text} (as at {})", words::named_day(held_date)) }
}

/// A figure for a spreadsheet, which is to count with it: its digits, or its code.
pub fn cell(figure: Option<&Figure>) -> String {
    match figure {
        Some(figure) if figure.code.is_empty() => figure.value.to_string(),
        Some(figure) => figure.code.clone(),
        None => "x".to_owned(),
    }
}

fn change(now: Option<&Figure>, before: Option<&Figure>) -> String {
    match (now, before) {
        (Some(now), Some(before)) if now.code.is_empty() && before.code.is_empty() => {
            match now.value.cmp(&before.value) {
                std::cmp::Ordering::Less => format!("{} fewer", words::number(before.value - now.value)),
                std::cmp::Ordering::Equal => "The same".to_owned(),
                std::cmp::Ordering::Greater => format!("{} more", words::number(now.value - before.value)),
            }
        }
        _ => "Cannot be said".to_owned(),
    }
}

/// What is counted, with who says so, in which version and from which events; none of a thing that is no figure.
pub fn defined(definition: &str, (version, owner): (u32, &str), events: &[String]) -> String {
    let spaced = words::spaced(owner);
    let owner = match owner {
        "" => return words::sentence(definition),
        "dsl" => "the designated safeguarding lead",
        "head" => "the head",
        "it" => "the technician",
        "chair" => "the chair of governors",
        "authority_officer" => "the authority’s officer",
        "lado" => "the designated officer",
        _ => &spaced,
    };
    format!("{} Definition {version} of {owner}.{}", words::sentence(definition), sourced(events))
}

/// From which events a figure is counted, as a sentence that follows another; nothing where none are named.
pub fn sourced(events: &[String]) -> String {
    if events.is_empty() { String::new() } else { format!(" Counted from the events {}.", events.join(", ")) }
}

/// What came to light since, of a figure of a past day: by how much it differs now, and whether it is fewer.
pub fn since(differ: Option<&Figure>, fewer: bool) -> String {
    match differ {
        None => String::new(),
        Some(differ) if !differ.code.is_empty() => differ.code.clone(),
        Some(differ) if differ.value == 0 => "Nothing".to_owned(),
        Some(differ) if fewer => format!("{} fewer", words::number(differ.value)),
        Some(differ) => format!("{} more", words::number(differ.value)),
    }
}

impl Figures {
    /// The lines of a report as they are shown.
    pub fn new(lines: &[Line], min_cell: u32) -> Self {
        let shown = lines.iter().map(|line| Shown {
            title: words::sentence(&line.title),
            definition: defined(&line.definition, (line.version, &line.owner), &line.events),
            now: dated(line.figure.as_ref(), &line.held_date),
            before: dated(line.before.as_ref(), &line.before_held_date),
            change: change(line.figure.as_ref(), line.before.as_ref()),
            since: since(line.since.as_ref(), line.since_fewer),
        });
        let charts = lines.iter().filter(|line| !line.parts.is_empty()).enumerate();
        Self {
            lines: shown.collect(),
            charts: charts.map(|(n, line)| Chart::new(n, line)).collect(),
            min_cell,
            past: lines.iter().any(|line| line.since.is_some()),
        }
    }
}

impl Chart {
    fn new(n: usize, line: &Line) -> Self {
        let value = |part: &proto::reporting::v1::Part| {
            part.figure.as_ref().filter(|f| f.code.is_empty()).map_or(0, |f| f.value)
        };
        let most = line.parts.iter().map(value).max().unwrap_or_default().max(1);
        let bars: Vec<Bar> = line
            .parts
            .iter()
            .zip(0u64..)
            .map(|(part, i)| {
                let width = value(part) * WIDEST / most;
                Bar {
                    name: words::sentence(&part.title),
                    figure: figure(part.figure.as_ref()),
                    y: i * BAR,
                    text_y: i * BAR + 16,
                    left: LEFT,
                    width,
                    after: LEFT + width + 8,
                }
            })
            .collect();
        let text: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.figure)).collect();
        Self {
            id: format!("chart-{}", n + 1),
            title: words::sentence(&line.title),
            drawn: bars.iter().any(|bar| bar.width > 0),
            held: Some(words::named_day(&line.parts_held_date)).filter(|day| !day.is_empty()),
            height: u64::try_from(bars.len()).unwrap_or_default() * BAR,
            text: text.join(", "),
            bars,
        }
    }
}

#[cfg(test)]
pub fn sample_lines() -> Vec<Line> {
    use proto::reporting::v1::Part;
    let figure = |value, code: &str| Some(Figure { value, code: code.into() });
    let part = |title: &str, f| Part { key: title.into(), title: title.into(), figure: f };
    vec![
        Line {
            key: "cases_opened".into(),
            title: "cases opened".into(),
            definition: "cases opened in the term".into(),
            figure: figure(12, ""),
            before: figure(9, ""),
            parts: vec![part("P1 <x>", figure(8, "")), part("P2", figure(0, "c"))],
            held_date: "2026-11-15".into(),
            parts_held_date: "2026-11-15".into(),
            since: figure(7, ""),
            owner: "dsl".into(),
            version: 1,
            events: vec!["CaseOpened".into()],
            ..Line::default()
        },
        Line { title: "w".into(), figure: figure(0, "low"), before: figure(0, "x"), ..Line::default() },
        Line { title: "x".into(), figure: figure(0, "z"), before: None, ..Line::default() },
        Line { title: "y".into(), figure: figure(7, ""), before: figure(7, ""), ..Line::default() },
        Line { title: "z".into(), figure: figure(6, ""), before: figure(8, ""), ..Line::default() },
    ]
}

/// The terms around one; none that has not begun when the figures were counted, and none before the first that is known.
pub fn terms(term_id: &str, first_term_id: &str, counted: Option<&prost_types::Timestamp>, here: &str) -> Vec<Link> {
    let Ok(term) = term_id.parse::<Term>() else { return Vec::new() };
    let begun = |term: &Term| counted.and_then(moment).is_some_and(|at| *term <= Term::at(at));
    let link =
        |text: &str, term: Term| Link::new(format!("{text}: {}", term.title()), format!("{here}?term={}", term.id()));
    let after = Some(term.after()).filter(begun).map(|after| link("Term after", after));
    let first = first_term_id.parse::<Term>();
    let before = Some(term.before()).filter(|before| first.is_ok_and(|first| first <= *before));
    before.map(|before| link("Term before", before)).into_iter().chain(after).collect()
}

/// A table that the browser saves.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn attachment(name: &str, table: Table) -> Answer {
    let disposition = format!("attachment; filename=\"{name}\"");
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    Ok(([kind, (header::CONTENT_DISPOSITION, disposition)], table.finish()?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_count_is_never_drawn_or_compared() {
        let figures = Figures::new(&sample_lines(), 6);
        assert_eq!(figures.charts[0].bars[1].width, 0);
        assert_eq!(figures.charts[0].bars[1].figure, "c");
        assert_eq!(figures.lines[1].change, "Cannot be said");
        assert_eq!(figures.lines[0].change, "3 more");
        let waits = dated(Some(&Figure { value: 9, code: String::new() }), "2026-11-15");
        assert_eq!(waits, "9 (as at 15 November 2026)");
        assert_eq!((figures.lines[0].since.as_str(), figures.lines[1].since.as_str()), ("7 more", ""));
        let told = figures.lines[0].definition.as_str();
        let (by, from) = ("Definition 1 of the designated safeguarding lead.", "Counted from the events CaseOpened.");
        assert_eq!(told, format!("Cases opened in the term {by} {from}"));
        let hidden = Figure { value: 0, code: "c".into() };
        assert_eq!(since(Some(&hidden), false), "c");
    }
}
