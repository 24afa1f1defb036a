//! Questions and their answers in terms of what is printed: which figures a cell is the sum of, and what may not be asked.
//! The one file that knows both questions and blocks.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use chassis::{calendar::Term, suppress::Figure};
use time::{Date, Duration};

use super::{
    Published,
    block::Of,
    led,
    left::{GONE, KIND, OPEN, bearing},
    memory::{Dated, Memory, Needs},
    period::{MONTH, Piece, pieces, whole_terms},
};
use crate::{
    measure::{Counts, KnownSince},
    table::{Axis, Counted, Question, Schools},
};

/// Why a question is not answered: the field of it that is to be changed, and how.
type Narrow = (&'static str, &'static str);

/// Figures of people are of whole months and terms.
const WHOLE: Narrow = (
    "period",
    "Ask for whole months or whole school terms. Figures of shorter times could point to a child, \
     and so could the difference of two of them.",
);
/// What stands is of whole terms.
const STANDING: Narrow = ("period", "Ask for whole school terms: this is counted as it stands at the end of each.");
/// What went is of whole terms, too: with what came in the same month it would tell how few stay.
const GONE_BY_TERM: &str = "Ask for whole school terms: beside the cases opened in a month, those closed in it would tell how few \
    are left.";
/// And what another figure is a part of (`led`).
const LED_BY_TERM: &str = "Ask for whole school terms: another figure counts a part of this one, and of a month the two would tell how \
    few are left.";
/// And by one thing at a time.
const ONE: &str = "Ask for one breakdown, filter or month at a time. Where two of them meet there are often so few that \
    a child could be recognised.";
/// And in one value of those in which one thing may count in several.
const VALUE: Narrow = (
    "filters",
    "Select one value, or all of them. One thing may count in several of these, and the few that do could \
     be recognised.",
);

/// A question about people that may be answered.
struct Asked<'a> {
    question: &'a Question,
    as_at: Option<Date>,
    pieces: Vec<Piece>,
    /// The dimension that matters, if one does, with the values that count where not all do.
    by: Option<(&'static str, Option<Vec<&'a str>>)>,
}

/// A place in a table: an axis with one of its labels.
type Place<'a> = (&'a Axis, &'a str);

fn axes(question: &Question) -> impl Iterator<Item = &Axis> {
    [&question.rows, &question.columns].into_iter().flatten()
}

/// Why a question about people is not answered, with what to do instead; none where it is. It depends on nothing but the question,
/// and so tells nothing.
pub fn too_narrow(question: &Question) -> Option<&'static str> {
    asked(question, None).err().map(|(_, fix)| fix)
}

/// The same of any question, for whoever asks: the field that is to be changed, and how. Things are counted as they are.
pub(crate) fn narrow(question: &Question) -> Option<(&'static str, &'static str)> {
    match question.measure.counts {
        Counts::People => asked(question, None).err(),
        Counts::Things => None,
    }
}

fn asked(question: &Question, as_at: Option<Date>) -> Result<Asked<'_>, Narrow> {
    let measure = question.measure;
    let pieces = pieces(question).ok_or(if measure.standing { STANDING } else { WHOLE })?;
    let at = match (question.only.is_empty(), &question.columns) {
        (false, _) => "filters",
        (true, Some(_)) => "columns",
        (true, None) => "rows",
    };
    let one = (at, ONE);
    let known = |dimension: &str| {
        let mut all = measure.dimensions.iter().chain(measure.only.keys());
        all.find(|known| *known == dimension).map(String::as_str)
    };
    let mut by: BTreeMap<&'static str, Option<Vec<&str>>> = BTreeMap::new();
    for (dimension, values) in measure.only.iter().chain(&question.only) {
        let dimension = known(dimension).ok_or(one)?;
        let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        let kept = by.entry(dimension).or_default();
        *kept = Some(match kept.take() {
            // One thing may be in a value of each list: who is in both is not who is in the values that both name.
            Some(_) if measure.in_several(dimension) => return Err(one),
            Some(before) => values.into_iter().filter(|value| before.contains(value)).collect(),
            None => values,
        });
    }
    for axis in axes(question) {
        if let Axis::Dimension(dimension) = axis {
            by.entry(known(dimension).ok_or(one)?).or_default();
        }
    }
    let months = pieces.iter().any(|piece| piece.month.is_some());
    if by.len() + usize::from(months) > 1 {
        return Err(one);
    }
    let whole = led::part_of(&measure.fact).is_some();
    if months && (whole || measure.fact == GONE) {
        let at = match (&question.rows, &question.columns) {
            (Some(Axis::Month), _) => "rows",
            (_, Some(Axis::Month)) => "columns",
            _ => "period",
        };
        return Err((at, if whole { LED_BY_TERM } else { GONE_BY_TERM }));
    }
    let by = by.into_iter().next();
    let broken = axes(question).any(|axis| matches!(axis, Axis::Dimension(_)));
    if let Some((dimension, Some(values))) = &by
        && measure.in_several(dimension)
        && values.len() > 1
        && !broken
    {
        return Err(VALUE);
    }
    Ok(Asked { question, as_at, pieces, by })
}

/// The day a question is about; none for the present.
fn day(question: &Question, today: Date) -> Option<Date> {
    question.as_at.filter(|day| *day < today)
}

/// Adds what a question needs. Whoever looks back at a day needs the present, too: that is printed first, so that what they are
/// shown takes nothing from what everybody is.
///
/// What stands is made of what came and went in every term since the `first`.
pub(super) fn need(question: &Question, today: Date, first: Option<Term>, needs: &mut Needs) {
    let Ok(asked) = asked(question, day(question, today)) else { return };
    let fact = question.measure.fact.as_str();
    let kind = asked.by.as_ref().map(|(dimension, _)| *dimension).filter(|dimension| *dimension == KIND);
    for piece in &asked.pieces {
        for as_at in BTreeSet::from([None, asked.as_at]) {
            let facts = needs.entry((piece.term, as_at)).or_default();
            let dimensions = facts.entry(fact).or_default();
            dimensions.extend(piece.month.is_some().then_some(MONTH));
            dimensions.extend(asked.by.as_ref().map(|(dimension, _)| *dimension));
            if let Some(part) = led::part_of(fact) {
                facts.entry(part).or_default();
            }
            let back = std::iter::successors(Some(piece.term), |term| Some(term.before()));
            let until = first.filter(|_| fact == OPEN).map_or(piece.term, |first| first.min(piece.term));
            for term in back.take_while(|term| *term >= until) {
                let facts = needs.entry((term, as_at)).or_default();
                bearing(fact).into_iter().for_each(|of| facts.entry(of).or_default().extend(kind));
            }
        }
    }
}

impl Asked<'_> {
    fn fact(&self) -> &'static str {
        self.question.measure.fact.as_str()
    }

    /// The school of a place; all of them where none.
    fn school<'b>(&'b self, places: &[Place<'b>]) -> Option<&'b str> {
        let named = places.iter().find(|(axis, _)| **axis == Axis::School).map(|(_, label)| *label);
        match &self.question.schools {
            Schools::One(school) => Some(school),
            Schools::All => named,
        }
    }

    /// The pieces of time of a place. All months of a term are that term: the sum of a breakdown by months is the figure that is
    /// printed without it, however many of its months are hidden.
    fn times(&self, places: &[Place<'_>]) -> Vec<Piece> {
        let within = |piece: &&Piece| {
            places.iter().all(|(axis, label)| match axis {
                Axis::Term => piece.term.id() == *label,
                Axis::Month => piece.month.as_deref() == Some(*label),
                Axis::School | Axis::Dimension(_) => true,
            })
        };
        let mut times = self.pieces.iter().filter(within);
        if self.question.measure.standing {
            // What stands is what stands at the end.
            times.next_back().cloned().into_iter().collect()
        } else if places.iter().any(|(axis, _)| **axis == Axis::Month) {
            times.cloned().collect()
        } else {
            whole_terms(times)
        }
    }

    /// The parts of a place that are summed; none where it is the whole.
    fn values<'b>(&'b self, places: &[Place<'b>]) -> Option<(&'static str, Vec<&'b str>)> {
        let (dimension, only) = self.by.as_ref()?;
        let label = places.iter().find(|(axis, _)| matches!(axis, Axis::Dimension(_))).map(|(_, label)| *label);
        match (label, only) {
            (Some(label), _) => Some((*dimension, vec![label])),
            (None, Some(only)) => Some((*dimension, only.to_vec())),
            (None, None) => None,
        }
    }

    /// Whether a value is one of those that are counted. Another has a place in the table too where one thing counts in several of
    /// them: of those in it that are in one of these as well, of which nothing is printed.
    fn selects(&self, value: &str) -> bool {
        let only = self.by.as_ref().and_then(|(_, only)| only.as_ref());
        only.is_none_or(|only| only.contains(&value))
    }

    fn one(&self, memory: &Memory, school: Option<&str>, term: Term, of: Of<'_>) -> Dated {
        if self.fact() == OPEN {
            return memory.left(school, (term, self.as_at), of);
        }
        let figure = match school {
            Some(school) => memory.of_school(school, (term, self.as_at), self.fact(), of),
            None => memory.of_all((term, self.as_at), self.fact(), of),
        };
        // None is printed: that there could be none is known of what is no person.
        let unknown = |since: &KnownSince| !memory.begun(school, (term, self.as_at), since.begins);
        match figure {
            (Figure::Count(0), _) if self.question.measure.known_since.as_ref().is_some_and(unknown) => {
                (Figure::NoData, None)
            }
            figure => figure,
        }
    }

    /// The figure of a place: a sum of what is printed, and hidden where any of it is.
    fn figure(&self, memory: &Memory, places: &[Place<'_>]) -> Dated {
        let mut labels = places.iter().filter(|(axis, _)| matches!(axis, Axis::Dimension(_)));
        if labels.any(|(_, label)| !self.selects(label)) {
            return (Figure::Hidden, None);
        }
        let (school, values) = (self.school(places), self.values(places));
        let mut sum = None;
        for piece in self.times(places) {
            if piece.month.as_ref().is_some_and(|month| memory.ahead(month, self.as_at)) {
                sum = Some(add(sum, (Figure::NoData, None)));
                continue;
            }
            let parts = match (&piece.month, &values) {
                (Some(month), _) => vec![Of::Part(MONTH, month)],
                (None, Some((dimension, values))) => values.iter().map(|value| Of::Part(dimension, value)).collect(),
                (None, None) => vec![Of::Total],
            };
            let figures: Vec<Dated> = parts.into_iter().map(|of| self.one(memory, school, piece.term, of)).collect();
            // Parts of different days come to what was true on none.
            let one_day = figures.windows(2).all(|pair| pair[0].1 == pair[1].1);
            let of_piece = figures.into_iter().fold(None, |sum, figure| Some(add(sum, figure)));
            let of_piece = of_piece.unwrap_or((Figure::Count(0), None));
            sum = Some(add(sum, if one_day { of_piece } else { (Figure::Hidden, None) }));
        }
        sum.unwrap_or((Figure::NotApplicable, None))
    }

    /// Whether the labels of the dimension may all be named: where its breakdown was printed wherever the table looks.
    fn named(&self, memory: &Memory) -> bool {
        let Some((dimension, _)) = &self.by else { return true };
        let by_school = axes(self.question).any(|axis| *axis == Axis::School);
        let at = |school: Option<&str>| {
            let named = |piece: &Piece| memory.named(school, (piece.term, self.as_at), self.fact(), dimension);
            self.pieces.iter().all(named)
        };
        match &self.question.schools {
            Schools::One(school) => at(Some(school)),
            Schools::All if by_school => memory.schools().all(|school| at(Some(school))),
            Schools::All => at(None),
        }
    }
}

fn add(sum: Option<Dated>, (figure, day): Dated) -> Dated {
    let Some((before, since)) = sum else { return (figure, day) };
    let both = match (before, figure) {
        (Figure::Count(one), Figure::Count(other)) => Figure::Count(one + other),
        (Figure::NoData, other) | (other, Figure::NoData) => other,
        _ => Figure::Hidden,
    };
    (both, [since, day].into_iter().flatten().min())
}

/// The places of one row, one column, or both.
fn places<'a>(axes: [(Option<&'a Axis>, Option<&'a str>); 2]) -> Vec<Place<'a>> {
    axes.into_iter().filter_map(|(axis, label)| axis.zip(label)).collect()
}

/// A table of figures, each found by its place.
fn table(counted: &Counted, today: Date, find: impl Fn(&[Place<'_>]) -> Dated) -> Published {
    let question = &counted.question;
    let (rows, columns) = (question.rows.as_ref(), question.columns.as_ref());
    let at = |row: Option<&str>, column: Option<&str>| find(&places([(rows, row), (columns, column)]));
    let dated: Vec<Vec<Dated>> = counted
        .rows
        .iter()
        .map(|row| counted.columns.iter().map(|column| at(Some(row), Some(column))).collect())
        .collect();
    // Values in which one thing counts several times, and what stands, add up to nothing.
    let adds_up = |axis: Option<&Axis>| match axis {
        Some(Axis::Dimension(dimension)) => !question.measure.in_several(dimension),
        Some(Axis::Term | Axis::Month) => !question.measure.standing,
        Some(Axis::School) | None => true,
    };
    let sum = |adds_up: bool, row: Option<&str>, column: Option<&str>| {
        if adds_up { at(row, column) } else { (Figure::NotApplicable, None) }
    };
    let row_totals: Vec<Dated> = counted.rows.iter().map(|row| sum(adds_up(columns), Some(row), None)).collect();
    let column_totals: Vec<Dated> =
        counted.columns.iter().map(|column| sum(adds_up(rows), None, Some(column))).collect();
    let total = sum(adds_up(rows) && adds_up(columns), None, None);
    let every = dated.iter().flatten().chain(&row_totals).chain(&column_totals).chain([&total]);
    let figures = |dated: &[Dated]| dated.iter().map(|(figure, _)| *figure).collect::<Vec<_>>();
    let days = |dated: &[Dated]| dated.iter().map(|(_, day)| *day).collect::<Vec<_>>();
    Published {
        question: question.clone(),
        rows: counted.rows.clone(),
        columns: counted.columns.clone(),
        as_at: every.filter_map(|(_, day)| *day).min().unwrap_or_else(|| question.as_at.unwrap_or(today)),
        cells: dated.iter().map(|row| figures(row)).collect(),
        held: dated.iter().map(|row| days(row)).collect(),
        row_totals: figures(&row_totals),
        column_totals: figures(&column_totals),
        row_totals_held: days(&row_totals),
        column_totals_held: days(&column_totals),
        total: total.0,
        total_held: total.1,
    }
}

/// The answer to a question about people.
pub(super) fn of_people(memory: &Memory, counted: &Counted, today: Date) -> Published {
    let question = &counted.question;
    let Ok(asked) = asked(question, day(question, today)) else {
        // Not even the values that something was counted in are named.
        return without_names(table(counted, today, |_| (Figure::Hidden, None)), |_, _| false);
    };
    let published = table(counted, today, |places| asked.figure(memory, places));
    let named = asked.named(memory);
    let known = |figures: &[Figure]| named || figures.iter().any(|figure| matches!(figure, Figure::Count(1..)));
    // That a value has a place that was not selected tells that something counts in two of them at once.
    without_names(published, |value, figures| asked.selects(value) && known(figures))
}

/// Leaves out the names of a dimension's values, but for those that are kept for what they are or for their figures.
fn without_names(published: Published, keep: impl Fn(&str, &[Figure]) -> bool) -> Published {
    let mut published = published;
    if matches!(published.question.rows, Some(Axis::Dimension(_))) {
        let kept: Vec<bool> = published.rows.iter().zip(&published.cells).map(|(of, row)| keep(of, row)).collect();
        retain(&mut published.rows, &kept);
        retain(&mut published.row_totals, &kept);
        retain(&mut published.row_totals_held, &kept);
        retain(&mut published.cells, &kept);
        retain(&mut published.held, &kept);
    }
    if matches!(published.question.columns, Some(Axis::Dimension(_))) {
        let column = |n: usize| published.cells.iter().filter_map(|row| row.get(n).copied()).collect::<Vec<_>>();
        let kept: Vec<bool> = published.columns.iter().enumerate().map(|(n, of)| keep(of, &column(n))).collect();
        retain(&mut published.columns, &kept);
        retain(&mut published.column_totals, &kept);
        retain(&mut published.column_totals_held, &kept);
        published.cells.iter_mut().for_each(|row| retain(row, &kept));
        published.held.iter_mut().for_each(|row| retain(row, &kept));
    }
    published
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter().copied();
    all.retain(|_| kept.next().unwrap_or(false));
}

/// Labels, each with its place: a table over all schools has hundreds.
fn numbered(labels: &[String]) -> BTreeMap<&str, usize> {
    labels.iter().enumerate().map(|(n, label)| (label.as_str(), n)).collect()
}

/// The places that a label stands for: all of them where there is none.
fn stretch(label: Option<&str>, of: &BTreeMap<&str, usize>, all: usize) -> Range<usize> {
    label.map_or(0..all, |label| of.get(label).map_or(0..0, |n| *n..*n + 1))
}

/// The terms of a stretch of days.
fn terms(from: Date, to: Date) -> impl Iterator<Item = Term> {
    let of = |day: Date| Term::at(day.midnight().assume_utc() + Duration::hours(12));
    let last = of(to - Duration::days(1));
    std::iter::successors(Some(of(from)), |term| Some(term.after())).take_while(move |term| *term <= last)
}

/// The answer to a question about things: the counts as they are, and no data where the school was not there yet, or nothing was
/// counted that the figure is known by.
pub(super) fn as_counted(memory: &Memory, counted: &Counted, today: Date) -> Published {
    let question = &counted.question;
    let (of_row, of_column) = (numbered(&counted.rows), numbered(&counted.columns));
    let find = |places: &[Place<'_>]| {
        let label = |axis: Option<&Axis>| {
            axis.and_then(|axis| places.iter().find(|(other, _)| *other == axis)).map(|(_, label)| *label)
        };
        let (row, column) = (label(question.rows.as_ref()), label(question.columns.as_ref()));
        let rows = counted.cells.get(stretch(row, &of_row, counted.rows.len())).unwrap_or_default();
        let of_place = stretch(column, &of_column, counted.columns.len());
        let cells = rows.iter().flat_map(|cells| cells.get(of_place.clone()).unwrap_or_default());
        let count: u64 = cells.sum();
        let any = |cells: &Vec<Vec<u64>>| {
            let rows = cells.get(stretch(row, &of_row, counted.rows.len())).unwrap_or_default();
            rows.iter().flat_map(|cells| cells.get(of_place.clone()).unwrap_or_default()).any(|count| *count > 0)
        };
        let known = counted.known.as_ref().is_none_or(any);
        let some = counted.whole.as_ref().is_some_and(any);
        let school = match &question.schools {
            Schools::One(school) => Some(school.as_str()),
            Schools::All => label(Some(&Axis::School)),
        };
        // Of a year that runs, what is over of it was counted.
        let named: Option<Term> = label(Some(&Axis::Term)).and_then(|id| id.parse().ok());
        let as_at = day(question, today);
        let begun = |term: Term| {
            let since = question.measure.known_since.as_ref();
            since.is_none_or(|since| memory.begun(school, (term, as_at), since.begins))
        };
        let in_term = |term: Term| memory.counted(school, term, as_at) && begun(term);
        let there = || match named {
            Some(term) => in_term(term),
            None if label(Some(&Axis::Month)).is_some_and(|month| memory.ahead(month, as_at)) => false,
            None => terms(question.from, question.to).any(in_term),
        };
        if count == 0 && !some && !(known && there()) { (Figure::NoData, None) } else { (Figure::Count(count), None) }
    };
    table(counted, today, find)
}
