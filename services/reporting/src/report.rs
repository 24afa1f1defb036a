//! A term's figures: of one school, and over the authority's schools from the very same published cells.
//!
//! `of_term` and `total` are where exact counts become what may be seen: nothing else of the service does that.

use std::collections::BTreeMap;

use chassis::{
    calendar::Term,
    suppress::{Figure, alone, among, over, with_total},
};
use time::OffsetDateTime;

use crate::{
    measure::{Counts, Line, lines},
    table::{Axis, Counted, Question, Schools},
};

/// The counts of one school and term that are not 0, by line key and part; the empty part is the line's own.
pub type Tallies = BTreeMap<(String, String), u64>;

/// A line as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it counts.
    pub line: &'static Line,
    /// Its figure; none for parts that add up to nothing printed.
    pub figure: Option<Figure>,
    /// Its parts.
    pub parts: Vec<(String, Figure)>,
}

/// What is asked for a term's report: each line of each school.
pub fn questions(schools: &Schools, term: Term, as_at: Option<time::Date>) -> Vec<Question> {
    let question = |line: &'static Line| Question {
        measure: line.measure,
        schools: schools.clone(),
        from: term.start().date(),
        to: term.end().date(),
        as_at,
        rows: Some(Axis::School),
        columns: line.by.clone().map(Axis::Dimension),
        only: BTreeMap::new(),
    };
    lines().iter().map(question).collect()
}

/// The answers to these questions, by school.
pub fn tallies(counted: &[Counted]) -> BTreeMap<String, Tallies> {
    let mut all: BTreeMap<String, Tallies> = BTreeMap::new();
    for (line, counted) in lines().iter().zip(counted) {
        for (school, cells) in counted.rows.iter().zip(&counted.cells) {
            let tallies = all.entry(school.clone()).or_default();
            let counts = counted.columns.iter().zip(cells).filter(|(_, count)| **count > 0);
            tallies.extend(counts.map(|(part, count)| ((line.key.clone(), part.clone()), *count)));
        }
    }
    all
}

/// The lines of a school's term as they are published.
pub fn publish(tallies: &Tallies) -> Vec<Published> {
    let count = |key: &str| tallies.get(&(key.to_owned(), String::new())).copied().unwrap_or_default();
    let parts = |line: &Line| -> Vec<(String, u64)> {
        let of = tallies.iter().filter(|((key, part), _)| *key == line.key && !part.is_empty());
        of.map(|((_, part), count)| (part.clone(), *count)).collect()
    };
    let figures = |parts: &[(String, u64)], figures: Vec<Figure>| -> Vec<(String, Figure)> {
        // Of parts whose total is hidden there is no figure, and no name either.
        parts.iter().map(|(part, _)| part.clone()).zip(figures).collect()
    };
    let mut hidden = Vec::new();
    let mut published = Vec::with_capacity(lines().len());
    for line in lines() {
        let parts = parts(line);
        let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
        let (figure, figures) = match line.breakdown_of() {
            Some(of) => {
                let (total, shown) = with_total(count(of), &counts);
                if total == Figure::Hidden {
                    hidden.push(of);
                }
                (Some(total), figures(&parts, shown))
            }
            None if line.sorts().is_some() => (None, Vec::new()),
            None if line.measure.counts == Counts::People => (Some(alone(count(&line.key))), Vec::new()),
            None => (Some(Figure::Count(count(&line.key))), Vec::new()),
        };
        published.push(Published { line, figure, parts: figures });
    }
    // A total that its breakdown hides is hidden wherever it stands, and nothing that narrows it is shown.
    for published in &mut published {
        if hidden.contains(&published.line.key.as_str()) {
            published.figure = Some(Figure::Hidden);
        }
        if let Some(of) = published.line.sorts().filter(|of| !hidden.contains(of)) {
            let parts = parts(published.line);
            let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
            published.parts = figures(&parts, among(count(of), &counts));
        }
    }
    published
}

/// The lines of a term in which the school was not on the platform: nothing was counted, which is not a count of 0.
pub fn no_data() -> Vec<Published> {
    let figure = |line: &Line| line.sorts().is_none().then_some(Figure::NoData);
    lines().iter().map(|line| Published { line, figure: figure(line), parts: Vec::new() }).collect()
}

/// A school's term as it is published: its counts where it was on the platform by then.
pub fn of_term(term: Term, from: Option<Term>, now: OffsetDateTime, tallies: &Tallies) -> Vec<Published> {
    let counted = from.is_some_and(|from| from.start() <= term.start()) && term.start() <= now;
    if counted || !tallies.is_empty() { publish(tallies) } else { no_data() }
}

/// Whether disclosure control applies to a line; it does to one there is not.
fn counts_people(key: &str) -> bool {
    lines().iter().find(|line| line.key == key).is_none_or(|line| line.measure.counts == Counts::People)
}

/// By how many a figure of a past day differs from what is known now, as it is published, and whether it is fewer now.
pub fn since(then: Figure, now: Figure, people: bool) -> Option<(Figure, bool)> {
    match (then, now) {
        (Figure::Count(then), Figure::Count(now)) => {
            let differ = then.abs_diff(now);
            Some((if people { alone(differ) } else { Figure::Count(differ) }, now < then))
        }
        // Of a figure that is hidden nothing is told, not even that it stands.
        (Figure::Hidden, _) | (_, Figure::Hidden) => Some((Figure::Hidden, false)),
        (Figure::NoData, _) | (_, Figure::NoData) => None,
    }
}

/// The authority's figure for a line, from the schools' counts and what each school's own report publishes.
pub fn total(key: &str, schools: &[(&Tallies, Vec<Published>)]) -> Figure {
    let count = |t: &Tallies| t.get(&(key.to_owned(), String::new())).copied().unwrap_or_default();
    let (counts, published): (Vec<u64>, Vec<Figure>) = schools
        .iter()
        .map(|(tallies, lines)| (count(tallies), figure(key, lines)))
        .filter(|(_, published)| *published != Figure::NoData)
        .unzip();
    match published.as_slice() {
        [] => Figure::NoData,
        published if counts_people(key) => over(&counts, published),
        _ => Figure::Count(counts.iter().sum()),
    }
}

/// A school's published figure for a line.
pub fn figure(key: &str, lines: &[Published]) -> Figure {
    lines.iter().find(|p| p.line.key == key).and_then(|p| p.figure).unwrap_or(Figure::Hidden)
}

/// The lines the authority compares schools by: those with a figure of their own.
pub fn compared() -> impl Iterator<Item = &'static Line> {
    lines().iter().filter(|line| line.by.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(counts: &[(&str, &str, u64)]) -> Tallies {
        counts.iter().map(|(key, part, count)| (((*key).to_owned(), (*part).to_owned()), *count)).collect()
    }

    #[test]
    fn a_total_its_breakdown_hides_is_hidden_everywhere() {
        let risk = ("cases_by_risk", "conduct", 6);
        let lines = publish(&tallies(&[("cases_opened", "", 6), ("cases_by_procedure", "P1", 6), risk]));
        assert_eq!(figure("cases_opened", &lines), Figure::Count(6));
        let parts = |lines: &[Published]| lines.iter().map(|line| line.parts.len()).sum::<usize>();
        assert_eq!(parts(&lines), 2);
        let lines = publish(&tallies(&[("cases_opened", "", 3), ("cases_by_procedure", "P1", 3), risk]));
        assert_eq!(figure("cases_opened", &lines), Figure::Hidden);
        assert_eq!(figure("lines_received", &lines), Figure::Count(0));
        assert_eq!(parts(&lines), 0, "neither kinds of incident nor kinds of risk narrow it");
    }

    #[test]
    fn the_authoritys_total_is_hidden_where_one_school_could_be_subtracted() {
        let (small, large) = (tallies(&[("concerns_recorded", "", 2)]), tallies(&[("concerns_recorded", "", 20)]));
        let schools = [(&small, publish(&small)), (&large, publish(&large))];
        assert_eq!(total("concerns_recorded", &schools), Figure::Hidden);
        let schools = [(&large, publish(&large)), (&large, publish(&large))];
        assert_eq!(total("concerns_recorded", &schools), Figure::Count(40));
    }

    #[test]
    fn before_a_school_was_there_nothing_is_known_which_is_not_nothing() {
        let term = |id: &str| id.parse::<Term>().unwrap_or(Term::at(OffsetDateTime::UNIX_EPOCH));
        let (from, now) = (Some(term("2026-autumn")), term("2027-spring").start());
        let of = |id: &str, counts: &Tallies| figure("concerns_recorded", &of_term(term(id), from, now, counts));
        let nothing = Tallies::new();
        assert_eq!(of("2026-summer", &nothing), Figure::NoData);
        assert_eq!(of("2026-autumn", &nothing), Figure::Count(0));
        assert_eq!(of("2027-spring", &nothing), Figure::Count(0));
        assert_eq!(of("2027-summer", &nothing), Figure::NoData, "a term to come");
        let new = [(&nothing, no_data())];
        assert_eq!(total("concerns_recorded", &new), Figure::NoData);
        let both = [(&nothing, no_data()), (&nothing, publish(&nothing))];
        assert_eq!(total("concerns_recorded", &both), Figure::Count(0));
    }
}
