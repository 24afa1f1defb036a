//! The returns that the authority makes, as data (`data/returns.toml`), and how a template fills itself: with what is printed of measures,
//! with what a desk published, with how schools stand. What is not filled says why.

use std::{collections::BTreeMap, sync::LazyLock};

use chassis::suppress::Figure;
use serde::Deserialize;
use time::{Date, Duration, Month};

use crate::measure::{self, Measure};

/// The year in which that year begins which is the first one that a return can be of.
const FIRST: i32 = 2000;
/// The year that none is of.
const LAST: i32 = 2200;

/// What years a return is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From 1 September to 31 August.
    SchoolYear,
    /// From 1 April to 31 March.
    FinancialYear,
}

impl Period {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::SchoolYear => "school_year",
            Self::FinancialYear => "financial_year",
        }
    }

    fn begins(self) -> Month {
        match self {
            Self::SchoolYear => Month::September,
            Self::FinancialYear => Month::April,
        }
    }

    /// The first day of a year, and the day after its last.
    pub fn days(self, year: Year) -> (Date, Date) {
        let first = |year| Date::from_calendar_date(year, self.begins(), 1).unwrap_or(Date::MIN);
        (first(year.0), first(year.0 + 1))
    }

    /// The last year that is over on a day.
    pub fn last_over(self, today: Date) -> Year {
        let begun = if u8::from(today.month()) < u8::from(self.begins()) { today.year() - 1 } else { today.year() };
        Year(begun - 1)
    }
}

/// A year by the calendar year it begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Year(i32);

/// The first year that a return can be of.
pub fn first_year() -> Year {
    Year(FIRST)
}

impl Year {
    /// The year of a name such as `2025-26`.
    pub fn of(name: &str) -> Option<Self> {
        let (begins, ends) = name.split_once('-')?;
        let year: i32 = begins.parse().ok().filter(|year| (FIRST..LAST).contains(year))?;
        (begins.len() == 4 && ends == format!("{:02}", (year + 1) % 100)).then_some(Self(year))
    }

    /// Its name, such as `2025-26`.
    pub fn name(self) -> String {
        format!("{}-{:02}", self.0, (self.0 + 1) % 100)
    }
}

/// How a school stands, as far as returns ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    /// Whether a policy with a review date is in force, and whether that date has passed.
    pub review: Option<bool>,
    /// Whether one of its feeds is silent or late.
    pub silent: bool,
    /// Whether a feed ever sent.
    pub fed: bool,
}

/// What is counted of schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All of them.
    Schools,
    /// Those without a policy in force that has a review date.
    NoPolicy,
    /// Those whose policy's review is overdue.
    ReviewOverdue,
    /// Those with a feed that is silent or late.
    SilentFeed,
    /// Those whose feeds never sent.
    NoFeed,
}

impl State {
    fn code(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::NoPolicy => "no_policy",
            Self::ReviewOverdue => "review_overdue",
            Self::SilentFeed => "silent_feed",
            Self::NoFeed => "no_feed",
        }
    }

    /// What exactly is counted.
    fn definition(self) -> &'static str {
        match self {
            Self::Schools => "Schools that were added to the platform, as they are now.",
            Self::NoPolicy => "Schools now that never brought a policy with a review date into force here.",
            Self::ReviewOverdue => "Schools now whose policy in force was to be reviewed before today.",
            Self::SilentFeed => "Schools now with a filter feed that does not send as is expected of it.",
            Self::NoFeed => "Schools now from which no line of a filter ever came.",
        }
    }

    /// How many schools it is true of.
    pub fn count(self, schools: &[Stands]) -> u64 {
        let holds = |school: &&Stands| match self {
            Self::Schools => true,
            Self::NoPolicy => school.review.is_none(),
            Self::ReviewOverdue => school.review == Some(true),
            Self::SilentFeed => school.silent,
            Self::NoFeed => !school.fed,
        };
        u64::try_from(schools.iter().filter(holds).count()).unwrap_or(u64::MAX)
    }
}

/// Of what a desk's figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Of what came in.
    Opened,
    /// Of what was closed.
    Closed,
}

/// What a line is filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A measure over all schools.
    Measure {
        /// The measure.
        measure: &'static Measure,
        /// What its parts are; none where it has none.
        by: Option<String>,
        /// The values that are counted.
        only: BTreeMap<String, Vec<String>>,
    },
    /// What a desk published of the year.
    Desk {
        /// The desk.
        desk: String,
        /// Of what.
        part: Part,
        /// The figure's key.
        figure: String,
    },
    /// How schools stand.
    State(State),
    /// Nothing: why, and where it is to be had.
    ByHand(String),
}

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is asked.
    pub title: String,
    /// What it is filled from.
    pub source: Source,
}

/// A return as a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// To whom it goes.
    pub recipient: String,
    /// What it rests on.
    pub note: String,
    /// Who answers for it.
    pub owner: String,
    /// Its version.
    pub version: u32,
    /// What years it is of.
    pub period: Period,
    /// How many days after a year's end it is due.
    pub due_days: i64,
    /// Its lines.
    pub lines: Vec<Line>,
}

impl Template {
    /// By when a year's is due.
    pub fn due(&self, year: Year) -> Date {
        let (_, end) = self.period.days(year);
        end.saturating_add(Duration::days(self.due_days - 1))
    }
}

const FILE: &str = include_str!("../data/returns.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "return")]
    returns: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    title: String,
    recipient: String,
    note: String,
    owner: String,
    version: u32,
    period: Period,
    due_days: i64,
    line: Vec<WrittenLine>,
}

/// A line as it is written: it names one source.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLine {
    title: String,
    #[serde(default)]
    measure: Option<String>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    desk: Option<String>,
    #[serde(default)]
    part: Option<Part>,
    #[serde(default)]
    figure: Option<String>,
    #[serde(default)]
    state: Option<State>,
    #[serde(default)]
    by_hand: Option<String>,
}

impl WrittenLine {
    fn source(self) -> Option<(String, Source)> {
        let Self { title, measure, by, only, desk, part, figure, state, by_hand } = self;
        let source = match (measure, desk, state, by_hand) {
            (Some(key), None, None, None) => Source::Measure { measure: measure::get(&key)?, by, only },
            (None, Some(desk), None, None) => Source::Desk { desk, part: part?, figure: figure? },
            (None, None, Some(state), None) => Source::State(state),
            (None, None, None, Some(why)) => Source::ByHand(why),
            _ => return None,
        };
        Some((title, source))
    }
}

impl Written {
    fn template(self) -> Template {
        let line = |line: WrittenLine| line.source().map(|(title, source)| Line { title, source });
        Template {
            key: self.key,
            title: self.title,
            recipient: self.recipient,
            note: self.note,
            owner: self.owner,
            version: self.version,
            period: self.period,
            due_days: self.due_days,
            lines: self.line.into_iter().filter_map(line).collect(),
        }
    }
}

/// What the file says; a test sees to it that it can be read.
static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let file = toml::from_str::<File>(FILE);
    file.map(|file| file.returns.into_iter().map(Written::template).collect()).unwrap_or_default()
});

/// Every return, in the order of the file.
pub fn all() -> &'static [Template] {
    &ALL
}

/// A return by its key.
pub fn get(key: &str) -> Option<&'static Template> {
    all().iter().find(|template| template.key == key)
}

/// A figure with the day it is of, where it waits.
pub type Dated = (Figure, Option<Date>);

/// One part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledPart {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Its figure.
    pub figure: Dated,
}

/// What a line is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A figure with its parts.
    Figure(Dated, Vec<FilledPart>),
    /// Nothing, and why.
    Open(String),
}

/// A line as it is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledLine {
    /// Its number.
    pub number: String,
    /// What is asked.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// The figure; none where it is open.
    pub figure: Option<Dated>,
    /// Its parts.
    pub parts: Vec<FilledPart>,
    /// Why it is open, is no number, or is not the present one.
    pub why_not: String,
    /// What it is filled from; empty where by hand.
    pub source: String,
}

/// A return of a year, filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The template.
    pub template: &'static Template,
    /// The year.
    pub year: Year,
    /// The lines.
    pub lines: Vec<FilledLine>,
}

/// Why a figure is no number, or waits; empty where it is the number that is asked for.
fn why((figure, held): Dated, source: &Source) -> &str {
    match figure {
        Figure::Count(_) | Figure::Low if held.is_some() => {
            "It waits: it is of the day beside it or an earlier moment of it, and what came since would tell a small count."
        }
        Figure::Count(_) | Figure::Low => "",
        Figure::Hidden => "Hidden: the count is small, or another that is could be worked out from it.",
        Figure::NotApplicable => "There can be no figure.",
        Figure::NoData => match source {
            Source::Measure { measure, .. } => measure.no_data(),
            Source::Desk { .. } => "The desk held nothing of that year.",
            Source::State(_) | Source::ByHand(_) => "Nothing was counted then.",
        },
    }
}

impl Source {
    fn definition(&self) -> String {
        match self {
            Self::Measure { measure, .. } => {
                let (version, events) = (measure.version, measure.events.join(", "));
                format!("{} Definition {version}, counted from the events {events}.", measure.definition)
            }
            Self::Desk { .. } => "As the desk published it for the year.".to_owned(),
            Self::State(state) => state.definition().to_owned(),
            Self::ByHand(_) => String::new(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Measure { measure, .. } => format!("measure:{} {}", measure.key, measure.version),
            Self::Desk { desk, figure, .. } => format!("desk:{desk} {figure}"),
            Self::State(state) => format!("state:{}", state.code()),
            Self::ByHand(_) => String::new(),
        }
    }
}

impl Filled {
    /// A template with what its lines are filled with, one answer for each.
    pub fn new(template: &'static Template, year: Year, answers: Vec<Answer>) -> Self {
        let line = |(n, (line, answer)): (usize, (&Line, Answer))| {
            let (figure, parts, why_not) = match answer {
                Answer::Figure(figure, parts) => (Some(figure), parts, why(figure, &line.source).to_owned()),
                Answer::Open(why) => (None, Vec::new(), why),
            };
            FilledLine {
                number: (n + 1).to_string(),
                title: line.title.clone(),
                definition: line.source.definition(),
                figure,
                parts,
                why_not,
                source: line.source.name(),
            }
        };
        let lines = template.lines.iter().zip(answers).enumerate().map(line).collect();
        Self { template, year, lines }
    }

    /// How many lines hold the number that is asked for; one that waits is not yet that.
    pub fn filled(&self) -> usize {
        self.lines.iter().filter(|line| line.figure.is_some() && line.why_not.is_empty()).count()
    }

    /// How many wait for somebody to fill them in, or for figures.
    pub fn open(&self) -> usize {
        self.lines.iter().filter(|line| line.figure.is_none()).count()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;

    #[test]
    fn templates_are_whole_and_each_line_names_what_there_is() {
        let file: Result<File, _> = toml::from_str(FILE);
        let file = file.map_err(|e| e.to_string());
        let written = file.map(|file| file.returns.iter().map(|one| one.line.len()).collect::<Vec<_>>());
        let read: Vec<usize> = all().iter().map(|template| template.lines.len()).collect();
        assert_eq!(written, Ok(read), "each line has one source");
        let keys: BTreeSet<&str> = all().iter().map(|template| template.key.as_str()).collect();
        assert_eq!(keys.len(), all().len(), "a key stands once");
        for template in all() {
            assert!(template.version > 0 && template.due_days > 0 && template.note.ends_with('.'), "{}", template.key);
            for line in &template.lines {
                let name = format!("{}: {}", template.key, line.title);
                match &line.source {
                    Source::Measure { measure, by, only } => {
                        assert_eq!(template.period, Period::SchoolYear, "{name}: terms make no financial year");
                        let mut dimensions = by.iter().chain(only.keys());
                        assert!(dimensions.all(|dimension| measure.dimensions.contains(dimension)), "{name}");
                        assert!(by.iter().chain(only.keys()).count() <= 1, "{name}: two things at once are hidden");
                    }
                    Source::Desk { desk, .. } => {
                        assert_eq!((desk.as_str(), template.period), ("lado", Period::FinancialYear), "{name}");
                    }
                    Source::State(_) => {}
                    Source::ByHand(why) => assert!(why.ends_with('.'), "{name}"),
                }
            }
        }
    }

    #[test]
    fn years_run_as_the_return_says() {
        let year = Year::of("2025-26").unwrap_or(Year(0));
        assert_eq!(Period::SchoolYear.days(year), (date!(2025 - 09 - 01), date!(2026 - 09 - 01)));
        assert_eq!(Period::FinancialYear.days(year), (date!(2025 - 04 - 01), date!(2026 - 04 - 01)));
        for (period, today) in [
            (Period::SchoolYear, date!(2026 - 11 - 24)),
            (Period::SchoolYear, date!(2027 - 08 - 31)),
            (Period::FinancialYear, date!(2026 - 11 - 24)),
            (Period::FinancialYear, date!(2027 - 03 - 31)),
        ] {
            assert_eq!(period.last_over(today), year, "{today}");
        }
        assert_eq!(get("lado-annual").map(|template| template.due(year)), Some(date!(2026 - 06 - 30)));
        for wrong in ["2025", "2025-27", "25-26", "9999-00", ""] {
            assert_eq!(Year::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_filled_says_why() {
        let (Some(template), Some(year)) = (get("lado-annual"), Year::of("2025-26")) else {
            unreachable!("it is there")
        };
        let answers = vec![
            Answer::Figure((Figure::Count(20), None), Vec::new()),
            Answer::Figure((Figure::Hidden, None), Vec::new()),
            Answer::Open("Ask the desk.".to_owned()),
            Answer::Figure((Figure::Count(6), Some(date!(2025 - 09 - 15))), Vec::new()),
        ];
        let filled = Filled::new(template, year, answers);
        assert_eq!((filled.filled(), filled.open()), (1, 1));
        let why: Vec<bool> = filled.lines.iter().map(|line| line.why_not.is_empty()).collect();
        assert_eq!(why, [true, false, false, false]);
    }
}
